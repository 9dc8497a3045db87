"""The words that call an adapter up, out of what its file says: the one rule of card and prompt.

A header comes from strangers and may hold megabytes of anything; what leaves here is short.
"""

from __future__ import annotations

from typing import Any

MAX_WORDS = 10
MAX_CHARACTERS = 60


def trigger_words(phrase: Any) -> tuple[str, ...]:
    """The parts between the commas of `modelspec.trigger_phrase`.

    Returns:
        At most 10 different words of 60 printable characters; none for what is no text.
    """
    if not isinstance(phrase, str):
        return ()
    # Some parts are empty or come twice; millions of them are not worth a look.
    parts = phrase.split(",", 4 * MAX_WORDS)[: 4 * MAX_WORDS]
    return lines_of(parts)[:MAX_WORDS]


def lines_of(words: list[str]) -> tuple[str, ...]:
    """Different words, each as `printable_line` gives it, without the empty ones."""
    lines = (printable_line(word, MAX_CHARACTERS) for word in words)
    return tuple(dict.fromkeys(line for line in lines if line))


def printable_line(value: Any, limit: int) -> str:
    """Printable text in one line, cut; "" for anything else. Halves of letters are left out."""
    if not isinstance(value, str):
        return ""
    start = value[: 4 * limit]
    text = "".join(letter if letter.isprintable() else " " for letter in start)
    return " ".join(text.split())[:limit].rstrip()

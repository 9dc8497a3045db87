"""Finds what must not appear: exclusions in a text and the request's own list."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from backend.domain.generation import LIMITS
from backend.models import brief_words as tables
from backend.models.brief_marks import MarkedText, WordRole
from backend.models.brief_text import plain_text, word_forms

_LIST_OPENERS = frozenset({"no", "not", "without", "avoid", "any", "a", "an", "the"})


def find_avoided(marked: MarkedText) -> list[str]:
    """Things excluded by the text, marked with the words that exclude them."""
    found: list[str] = []
    for start, end in marked.spans["avoid"]:
        if not marked.is_free(start, end) or marked.low(end)[:1].isdigit():
            continue
        if marked.low(end) in tables.AVOID_NOTHING:
            marked.mark(start, end + 1, WordRole.FILLER)
            continue
        stop = _clause_end(marked, end)
        found += _items(marked, end, stop)
        marked.mark(start, stop, WordRole.AVOID)
    for start, end in marked.spans["free of"]:
        found.append(marked.low(start))
        marked.mark(start, end, WordRole.AVOID)
    return found


def listed_avoided(text: str) -> Iterator[str]:
    """The things in the field for what to avoid."""
    for part in re.split(r"[,;\n]", text[: LIMITS.avoid_characters]):
        words = plain_text(part).lower().strip(" .!?").split()
        while words and words[0] in _LIST_OPENERS:
            words.pop(0)
        if words:
            yield " ".join(words)


def layouts_showing(things: Iterable[str]) -> Iterator[str]:
    """The layouts that would show one of the things: a disc is a circle, a big letter is text."""
    forms = {form for thing in things for word in thing.split() for form in word_forms(word)}
    for layout, shown in tables.LAYOUT_SHOWS.items():
        if forms & shown:
            yield layout


def _clause_end(marked: MarkedText, start: int) -> int:
    """Where an exclusion ends. A comma ends it unless an "or" comes or a colon opened a list."""
    is_list = marked.low(start) == ":"
    triggers = {begin for begin, _ in marked.spans["avoid"]}
    index = start + is_list
    while index < len(marked.words):
        low, follows = marked.low(index), marked.low(index + 1)
        if low in tables.SENTENCE_ENDS or index in triggers or marked.roles[index]:
            break
        is_end = not is_list and low in tables.CLAUSE_ENDS and not marked.protected[index]
        if is_end and not (low == "," and _or_comes(marked, index + 1)):
            break
        if index > start and low in tables.AVOID_ENDS:
            break
        if low in {"and", "or"} and follows in tables.AVOID_ENDS | tables.ARTICLES:
            break
        index += 1
    return index


def _or_comes(marked: MarkedText, start: int) -> bool:
    """Whether short list items up to an "or" follow."""
    length = 0
    for index in range(start, len(marked.words)):
        low = marked.low(index)
        if low in {"or", "nor"}:
            return True
        length = 0 if low == "," else length + 1
        if length > 3 or low in tables.SENTENCE_ENDS:
            return False
    return False


def _items(marked: MarkedText, start: int, end: int) -> Iterator[str]:
    """The things listed in an exclusion, without articles and verbs; "the colour red" is "red"."""
    items: list[list[int]] = [[]]
    for index in range(start, end):
        low = marked.low(index)
        if low in tables.JOINERS | {",", ":"}:
            items.append([])
        elif low not in tables.AVOID_SKIPPED and low[0].isalnum():
            items[-1].append(index)
    for item in filter(None, items):
        is_labelled = len(item) > 1 and marked.low(item[0]) in tables.COLOUR_NOUNS
        yield marked.joined(item[is_labelled:])

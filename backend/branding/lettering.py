"""What was typed becomes what can be set: cleaned, composed, in the letter case asked for."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

from backend.domain.branding import Finding, LetterCase, Verdict
from backend.domain.errors import TextNotSettable

_SPACES = re.compile(r"[\s\u0085\u2028\u2029]+")
_WORD_PART = re.compile(r"[^\s\-‐‑–—/]+")
# Unicode's Default_Ignorable_Code_Point: invisible, and a shaper sets nothing for them even where
# it has no glyph, so that they would pass for letters.
_IGNORABLE = re.compile(
    "[\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e"
    "\u2060-\u206f\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufffb\U0001bca0-\U0001bca3"
    "\U0001d173-\U0001d17a\U000e0000-\U000e0fff]"
)
_TURNING = frozenset("\u202b\u202e\u2067")
"""Marks that make what follows run from right to left."""
_RIGHT_TO_LEFT = frozenset({"R", "AL", "AN"})
# Ligatures that were encoded for old systems only: fonts make theirs from the plain letters.
_LATIN_LIGATURES = {
    code: unicodedata.normalize("NFKC", chr(code)) for code in range(0xFB00, 0xFB07)
}
_NAMED_AT_MOST = 5


@dataclass(frozen=True, slots=True)
class Lettering:
    """Text that is ready to be set.

    Attributes:
        text: composed (NFC), without control characters, single spaces between words; may be "".
        findings: what was taken out of it.
    """

    text: str
    findings: tuple[Finding, ...] = ()


def lettering(typed: str, case: LetterCase = LetterCase.TYPED) -> Lettering:
    """Cleans a line of text and applies the letter case.

    White space of any kind, line breaks among it, becomes single spaces. Characters without a
    picture (control characters, joiners, variation selectors, tags) are taken out, and a finding
    says so.

    Raises:
        TextNotSettable: half a character, private characters, or text that runs right to left.
    """
    text = _SPACES.sub(" ", unicodedata.normalize("NFC", typed.translate(_LATIN_LIGATURES)))
    _refuse_unreadable(text)
    shown = "".join(char for char in text if unicodedata.category(char) != "Cc")
    shown = _IGNORABLE.sub("", shown)
    gone = len(text) - len(shown)
    # What was taken out may have stood between a letter and its accent.
    shown = _SPACES.sub(" ", unicodedata.normalize("NFC", shown)).strip()
    shown = unicodedata.normalize("NFC", _cased(shown, case))
    return Lettering(shown, (_taken_out(gone),) if gone else ())


def named(characters: str) -> str:
    """Characters for people: each with its code and its Unicode name, a few at most."""
    different = list(dict.fromkeys(characters))
    texts = [_name(char) for char in different[:_NAMED_AT_MOST]]
    rest = len(different) - len(texts)
    return ", ".join(texts) + (f" and {rest} more" if rest else "")


def _name(char: str) -> str:
    code = f"U+{ord(char):04X}"
    if unicodedata.category(char) == "Cs":
        return f"{code} (half of a character)"
    if unicodedata.category(char) == "Co":
        return f"{code} (private use)"
    return f"{code} ({unicodedata.name(char, 'unassigned').lower()})"


def _refuse_unreadable(text: str) -> None:
    broken = "".join(c for c in text if unicodedata.category(c) in ("Cs", "Co") or c == "\ufffd")
    if broken:
        raise TextNotSettable(
            f"the text holds characters that mean nothing outside the program they come from: "
            f"{named(broken)}. Type these places again."
        )
    turned = "".join(
        c for c in text if c in _TURNING or unicodedata.bidirectional(c) in _RIGHT_TO_LEFT
    )
    if turned:
        raise TextNotSettable(
            f"text that runs from right to left cannot be set yet: {named(turned)}. "
            "Write the name in Latin or Cyrillic letters."
        )


def _taken_out(count: int) -> Finding:
    what = "1 invisible character was" if count == 1 else f"{count} invisible characters were"
    return Finding(
        "invisible-characters",
        Verdict.NOTE,
        f"{what} taken out of the text.",
        figures={"characters": count},
    )


def _cased(text: str, case: LetterCase) -> str:
    match case:
        case LetterCase.UPPER:
            return text.upper()
        case LetterCase.LOWER:
            return text.lower()
        case LetterCase.TITLE:
            # A name in capitals is written down; McDonald keeps its second one.
            base = text if any(char.islower() for char in text) else text.lower()
            return _WORD_PART.sub(lambda word: _capitalised(word.group()), base)
        case _:
            return text


def _capitalised(word: str) -> str:
    for place, char in enumerate(word):
        if char.isalnum():
            return word[:place] + char.title() + word[place + 1 :]
    return word

"""A text word by word: what each word was recognised as, and which words are still free."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from backend.models import brief_words as tables

Span = tuple[int, int]


class WordRole(StrEnum):
    """What a word can be recognised as."""

    NAME = "name"
    SLOGAN = "slogan"
    AVOID = "avoid"
    COLOUR = "colour"
    STYLE = "style"
    LAYOUT = "layout"
    FILLER = "filler"


@dataclass(frozen=True, slots=True)
class Word:
    """A token of the text.

    Attributes:
        low: lower case, misspellings mended, Russian in English.
        start, end: where it stands in the text; the words of one translation share them.
        is_capital: begins like a name.
        opens: begins a sentence.
    """

    low: str
    start: int
    end: int
    is_capital: bool
    opens: bool


@dataclass(slots=True)
class MarkedText:
    """A text whose words are given away one after the other; what stays unmarked is content.

    Attributes:
        roles: what each word was recognised as; None is free.
        protected: whether a word belongs to a compound that is one thing, such as "gold mine".
        spans: where table phrases and token patterns match, by table or rule, in order.
        has_case: whether capitals tell names from other words.
    """

    text: str
    words: list[Word]
    roles: list[WordRole | None]
    protected: list[bool]
    spans: Mapping[str, list[Span]]
    has_case: bool

    def low(self, index: int) -> str:
        """The word at an index, "" outside of the text."""
        return self.words[index].low if 0 <= index < len(self.words) else ""

    def lows(self, start: int, end: int) -> list[str]:
        """The words of a span without its dashes."""
        return [word.low for word in self.words[start:end] if word.low not in tables.DASHES]

    def is_tight(self, index: int) -> bool:
        """Whether nothing stands between a word and the next one."""
        pair = self.words[index : index + 2] if index >= 0 else []
        return len(pair) == 2 and pair[0].end == pair[1].start

    def is_free(self, start: int, end: int) -> bool:
        """Whether no word of a span has a role or belongs to a compound."""
        return not any(self.roles[start:end]) and not any(self.protected[start:end])

    def is_initial(self, index: int) -> bool:
        """Whether a word is a letter "A" rather than an article."""
        word = self.words[index]
        return word.low == "a" and word.is_capital and not word.opens and self.has_case

    def is_russian(self, index: int) -> bool:
        """Whether a word is written in Cyrillic in the text."""
        return "\u0400" <= self.text[self.words[index].start] <= "\u04ff"

    def is_noun(self, index: int) -> bool:
        """Whether a word can be what the words before it describe."""
        low = self.low(index)
        closed = tables.BREAKS | tables.DROPPED | tables.COLOUR_NOUNS | tables.JOINERS
        return low[:1].isalpha() and low not in closed and not self.roles[index]

    def is_vocabulary(self, start: int, end: int) -> bool:
        """Whether a span is a colour or a style of the tables."""
        return (start, end) in self.spans["style"] or (start, end) in self.spans["colour"]

    def stands_alone(self, start: int, end: int) -> bool:
        """Whether a span is all between two commas or the ends of a longer text."""
        bounds = tables.CLAUSE_ENDS | {""}
        is_apart = self.low(start - 1) in bounds and self.low(end) in bounds
        return is_apart and end - start < sum(word.low[0].isalnum() for word in self.words)

    def mark(self, start: int, end: int, role: WordRole) -> None:
        """Gives the free words of a span a role."""
        for index in range(max(start, 0), min(end, len(self.words))):
            self.roles[index] = self.roles[index] or role

    def written(self, start: int, end: int) -> str:
        """A span as the user wrote it."""
        return self.text[self.words[start].start : self.words[end - 1].end]

    def joined(self, indices: Sequence[int], lows: Sequence[str] = ()) -> str:
        """Words, or others in their places, as one lower-case phrase; tight hyphens stay tight."""
        pieces: list[str] = []
        lows = lows or [self.words[index].low for index in indices]
        for place, index in enumerate(indices):
            if place and not (indices[place - 1] == index - 1 and self.is_tight(index - 1)):
                pieces.append(" ")
            pieces.append(lows[place])
        return "".join(pieces)

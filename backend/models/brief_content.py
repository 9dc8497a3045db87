"""Collects what nothing else claimed as content: what to draw, subjects before businesses."""

from __future__ import annotations

from collections.abc import Iterable

from backend.models import brief_words as tables
from backend.models.brief_marks import MarkedText, WordRole
from backend.models.brief_names import name_end
from backend.models.brief_text import is_readable, quoted_list

# The sentence encoder reads 64 word pieces.
CONTENT_WORDS = 40

_LOOSE_ENDS = tables.DASHES | {"of", "to", "by", "is"}
_NOTHING: frozenset[str] = frozenset()
_PLACE_OPENERS = {"by", "at", "on", "in", "near", "under", "beside", "above", "behind", "along"}


def mark_filler(marked: MarkedText) -> None:
    """Marks stock phrases, founding years, places, and adjectives of colours in general."""
    for start, end in [*marked.spans["filler"], *marked.spans["year"]]:
        if marked.is_free(start, end):
            marked.mark(start, end, WordRole.FILLER)
    for index in range(len(marked.words) - 1):
        low, follows = marked.low(index), marked.low(index + 1)
        if low in tables.COLOUR_MODIFIERS and follows in tables.COLOUR_NOUNS:
            marked.mark(index, index + 1, WordRole.FILLER)
        if low not in {"in", "from", "near", "at"} or not marked.has_case:
            continue
        end = name_end(marked, index + 1)
        if end > index + 1 and follows not in tables.NOT_NAMES:
            while marked.low(end) == "," and name_end(marked, end + 1) > end + 1:
                end = name_end(marked, end + 1)
            marked.mark(index, end, WordRole.FILLER)


def content_phrases(marked: MarkedText) -> list[list[int]]:
    """The unmarked words of a text, as indices of the words of each phrase."""
    return _PhraseBuilder(marked).build()


def readable_content(phrases: Iterable[str], text: str, warnings: list[str]) -> str:
    """The phrases as content; what the encoder cannot read is left out if enough remains."""
    phrases = list(phrases)
    foreign = list(dict.fromkeys(w for phrase in phrases for w in phrase.split() if _is_foreign(w)))
    native = [" ".join(w for w in phrase.split() if not _is_foreign(w)) for phrase in phrases]
    native = [phrase for phrase in dict.fromkeys(native) if any(map(str.isalpha, phrase))]
    if foreign and native:
        phrases = native
        warnings.append(
            f"Words that were not understood were left out: {quoted_list(foreign[:5])}. "
            "Write them in English for best results."
        )
    elif foreign or len(tables.FOREIGN_WORDS & set(text.lower().split())) > 1:
        warnings.append(
            "The models were trained on English words and may miss the subject. "
            "Write the description in English for best results."
        )
    words = ", ".join(phrases).split(" ")
    if len(words) > CONTENT_WORDS:
        warnings.append(f"Only the first {CONTENT_WORDS} words of what to draw were used.")
    return " ".join(words[:CONTENT_WORDS]).rstrip(",")


def without_echoes(phrases: Iterable[str]) -> list[str]:
    """Phrases without repeats; a picture beside its word, "panda" and its emoji, is one."""
    unique = list(dict.fromkeys(phrases))
    return [
        phrase
        for place, phrase in enumerate(unique)
        if phrase.removesuffix(" face") not in unique[:place]
    ]


class _PhraseBuilder:
    """Collects the unmarked words of a text as phrases: subjects, business domains, settings."""

    def __init__(self, marked: MarkedText) -> None:
        self._marked = marked
        self._words: list[int] = []
        self._opener = ""
        self._subjects: list[list[int]] = []
        self._domains: list[list[int]] = []
        self._settings: list[list[int]] = []

    def build(self) -> list[list[int]]:
        """The indices of the words of each phrase."""
        index = 0
        while index < len(self._marked.words):
            index += self._take(index)
        self._close("")
        return self._subjects + self._domains + self._settings

    def _take(self, index: int) -> int:
        marked, low, role = self._marked, self._marked.low(index), self._marked.roles[index]
        if low in tables.LABELS and marked.low(index + 1) == ":" and not role:
            self._close(low)
            return 2
        if role:
            if role not in {WordRole.COLOUR, WordRole.STYLE}:
                is_aside = role in {WordRole.NAME, WordRole.FILLER}
                self._close(self._opener if is_aside else "")
        elif marked.protected[index]:
            self._words.append(index)
        elif low in tables.BREAKS | tables.COLOUR_NOUNS | tables.JOINERS:
            self._break(low, marked.low(index - 1))
        elif low == "'" and self._words and marked.is_noun(index + 1):
            pass  # Of "kids' museum".
        elif not is_readable(low):
            self._close("")
        elif low not in tables.DROPPED or marked.is_initial(index):
            self._words.append(index)
            if low in {"brand", "company", "startup", "firm"} and len(self._words) > 1:
                self._close("")
        return 1

    def _break(self, low: str, before: str) -> None:
        is_about = low == "about" and before in tables.BUSINESSES
        if is_about or (low == "in" and before in tables.GENERIC_BUSINESSES):
            self._close("industry")
        else:
            self._close(self._opener if low in tables.JOINERS else low)

    def _close(self, next_opener: str) -> None:
        """Ends the phrase; what opened it and how it ends tell whether it is a domain."""
        words, opener = self._words, self._opener
        self._words, self._opener = [], next_opener
        words = self._kind_last(self._stripped(words, _LOOSE_ENDS, _LOOSE_ENDS))
        is_domain = opener in tables.DOMAIN_OPENERS or self._is_business(words, opener)
        if is_domain:
            words = self._stripped(words, tables.DOMAIN_ADJECTIVES, _NOTHING)
        words = self._stripped(words, _NOTHING, tables.GENERIC_BUSINESSES)
        words = self._stripped(words[:-1], tables.QUALITIES, _NOTHING) + words[-1:]
        lows = [self._marked.low(index) for index in words]
        if lows[1:2] == ["of"] and lows[0] in tables.GENERIC_BUSINESSES:
            words = words[2:]
        if any(is_readable(self._marked.low(index)) for index in words):
            self._kept(opener, is_domain=is_domain).append(words)

    def _kept(self, opener: str, *, is_domain: bool) -> list[list[int]]:
        """Where a phrase belongs. Of "a bar by the sea" the sea is where it is, not what it is."""
        if is_domain:
            return self._domains
        is_setting = opener in _PLACE_OPENERS and self._domains and not self._subjects
        return self._settings if is_setting else self._subjects

    def _is_business(self, words: list[int], opener: str) -> bool:
        """Whether a phrase ends in a kind of business, or begins with one: "school of dance"."""
        lows = [self._marked.low(index) for index in words]
        if not lows or opener in tables.SUBJECT_OPENERS:
            return False
        if {lows[-1], lows[-1].removesuffix("s")} & tables.BUSINESSES:
            return True
        begins = lows[0] in tables.BUSINESSES and lows[1:2] == ["of"]
        return begins or self._marked.joined(words).endswith(tables.BUSINESS_PHRASES)

    def _stripped(self, words: list[int], first: frozenset[str], last: frozenset[str]) -> list[int]:
        low, start, end = self._marked.low, 0, len(words)
        while start < end and low(words[start]) in first:
            start += 1
        while (
            end > start
            and low(words[end - 1]) in last
            and not self._marked.protected[words[end - 1]]
        ):
            end -= 1
        return words[start:end]

    def _kind_last(self, words: list[int]) -> list[int]:
        """Russian names the kind first: a shop of toys is a toy shop."""
        kinds = 0
        while kinds < len(words) - 1 and self._is_head(words[kinds]):
            kinds += 1
        if kinds and self._marked.is_russian(words[0]):
            return words[kinds:] + words[:kinds][::-1]
        return words

    def _is_head(self, index: int) -> bool:
        """Whether a word is a kind of thing; in a compound, "spa-salon", it stays where it is."""
        return self._marked.low(index) in tables.RUSSIAN_HEADS and not self._marked.protected[index]


def _is_foreign(word: str) -> bool:
    """Whether a word is written in another script than Latin."""
    return any(c.isalpha() and c > "\u024f" and not "\u1e00" <= c <= "\u1eff" for c in word)

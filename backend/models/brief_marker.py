"""Splits a text into known words and finds in it what the tables and rules describe."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from threading import Lock
from typing import Any

import spacy
from spacy.tokens import Doc, Token
from spacy.util import filter_spans

from backend.models import brief_words as tables
from backend.models.brief_glossary import Glossary, spelling_table
from backend.models.brief_marks import MarkedText, Span, Word
from backend.models.brief_rules import HEX_CODE, pattern_matcher, phrase_matcher, tokenizer
from backend.models.brief_text import is_readable


class TextMarker:
    """A blank English pipeline with phrase tables and token patterns; needs no model.

    Building takes some hundred milliseconds, a text a few. Threads may share it.
    """

    def __init__(self, colours: Iterable[str]) -> None:
        self._nlp = spacy.blank("en")
        self._nlp.tokenizer = tokenizer(self._nlp)
        self._lock = Lock()
        self._glossary = Glossary()
        self._spellings = spelling_table()
        self._matchers = (
            phrase_matcher(self._nlp, colours),
            pattern_matcher(self._nlp, colours),
        )

    def mark(self, text: str) -> MarkedText:
        """The words of a text, none of them recognised yet, and where tables and rules match."""
        spans: defaultdict[str, list[Span]] = defaultdict(list)
        # The zone frees what the vocabulary learned from this text; it would grow with every user.
        with self._lock, self._nlp.memory_zone():
            words, shown = self._words(text)
            doc = Doc(self._nlp.vocab, words=shown)
            for matcher in self._matchers:
                by_label: defaultdict[str, list[Any]] = defaultdict(list)
                for span in matcher(doc, as_spans=True):
                    by_label[span.label_].append(span)
                for label, found in by_label.items():
                    spans[label] += [(span.start, span.end) for span in filter_spans(found)]
        codes = [(i, i + 1) for i, word in enumerate(words) if HEX_CODE.fullmatch(word.low)]
        spans["colour"] = sorted([*spans["colour"], *codes])
        count = len(words)
        marked = MarkedText(
            text, words, [None] * count, [False] * count, spans, _has_case(text, words)
        )
        _protect(marked)
        return marked

    def known_words(self, text: str) -> list[str]:
        """The words of a text, lower case, misspellings mended, Russian in English."""
        with self._lock, self._nlp.memory_zone():
            return [word.low for word in self._words(text)[0]]

    def translated(self, marked: MarkedText, indices: Sequence[int]) -> str:
        """A phrase as text, with the capitalised Russian words that were no names in English."""
        lows = [marked.low(index) for index in indices]
        return marked.joined(indices, [self._glossary.english(low) or low for low in lows])

    def _words(self, text: str) -> tuple[list[Word], list[str]]:
        """The words, and how the matchers shall see them."""
        tokens = [token for token in self._nlp.tokenizer(text) if not token.is_space]
        words: list[Word] = []
        shown, opens, place = [], True, 0
        while place < len(tokens):
            token, partner = tokens[place], _partner(tokens, place)
            follows = tokens[partner].text if partner < len(tokens) else ""
            is_capital = _has_capital(token.text)
            is_name = is_capital and not text.isupper() and (not opens or _is_apart(tokens, place))
            before = words[-1].low if words else ""
            is_pair = not is_name and (is_capital or not _has_capital(follows))
            term = self._term(token.text, follows) if is_pair else []
            parts = term or ([token.text] if is_name else self._meant(token.text, before))
            last = partner if term else place
            end = tokens[last].idx + len(tokens[last])
            for part in parts:
                words.append(Word(part.lower(), token.idx, end, is_capital, opens))
                shown.append(part)
            opens = token.text in tables.SENTENCE_ENDS or (opens and not token.text[0].isalnum())
            place = last + 1
        return words, shown

    def _term(self, shown: str, follows: str) -> list[str]:
        """What two words mean together, if they are one term."""
        return (self._glossary.english_of_pair(shown.lower(), follows.lower()) or "").split()

    def _meant(self, shown: str, before: str) -> list[str]:
        low = shown.lower()
        if low == "цветов" and before in tables.FLOWER_HEADS:
            return ["flower"]
        meant = self._spellings.get(low) or self._glossary.english(low)
        return meant.split() if meant else [shown]


def _is_apart(tokens: Sequence[Token], place: int) -> bool:
    """Whether a dash with spaces follows, as after a name that is explained."""
    follows = tokens[place + 1].text if place + 1 < len(tokens) else ""
    return follows in tables.DASHES and bool(tokens[place].whitespace_)


def _partner(tokens: Sequence[Token], place: int) -> int:
    """Where the word stands that may be one term with a word: next to it or to its hyphen."""
    pair = [token.text + token.whitespace_ for token in tokens[place : place + 2]]
    is_hyphened = len(pair) == 2 and pair[0] == tokens[place].text and pair[1] in tables.DASHES
    return place + 1 + is_hyphened


def _has_capital(shown: str) -> bool:
    return any(map(str.isupper, shown))


def _has_case(text: str, words: Sequence[Word]) -> bool:
    """Whether capitals tell names from other words: not in titles, nor where all is upper case."""
    inner = [word for word in words if not word.opens and len(word.low) > 3]
    vocabulary = tables.BREAKS | tables.LOGO_NOUNS | tables.DROPPED
    is_title = len(inner) > 2 and all(word.is_capital for word in inner)
    return not text.isupper() and not (is_title and any(word.low in vocabulary for word in inner))


def _protect(marked: MarkedText) -> None:
    """Marks compounds as one thing: those of the table, and words joined by tight hyphens."""
    compounds = list(marked.spans["protected"])
    start = 0
    for index in range(len(marked.words)):
        is_joint = not tables.DASHES.isdisjoint({marked.low(index), marked.low(index + 1)})
        if is_joint and marked.is_tight(index):
            continue
        if index - start > 1 and _is_compound(marked, start, index + 1):
            compounds.append((start, index + 1))
        start = index + 1
    for begin, end in compounds:
        marked.protected[begin:end] = [True] * (end - begin)


def _is_compound(marked: MarkedText, start: int, end: int) -> bool:
    """Whether hyphened words are one thing: no phrase of a table, nothing "-shaped", no colours."""
    lows = [marked.low(index) for index in range(start, end)]
    known = {*marked.spans["colour"], *marked.spans["style"]}
    phrases = {*known, *marked.spans["filler"], *marked.spans["free of"]}
    if (start, end) in phrases or lows[-1] in tables.COMPOUND_SUFFIXES:
        return False
    if not all(map(is_readable, lows[::2])):
        return False
    telling = {(i, i + 1) for i in range(start, end - 1) if marked.low(i) not in tables.AMBIGUOUS}
    return not known & telling

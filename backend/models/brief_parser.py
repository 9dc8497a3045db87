"""Takes a description apart with spaCy rules: name, subject, colours, styles, exclusions."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from threading import Lock
from typing import Any, TypeVar

import spacy
from spacy.language import Language
from spacy.matcher import Matcher, PhraseMatcher
from spacy.tokenizer import Tokenizer
from spacy.tokens import Doc
from spacy.util import filter_spans

from backend.domain.brief import Brief, Colour
from backend.domain.errors import InvalidBrief
from backend.domain.generation import LIMITS, LogoRequest
from backend.models import brief_words as tables
from backend.models.brief_words import clipped, plain_name, plain_text
from backend.vector.colour_names import named_colours
from backend.vector.layouts import FACTS as LAYOUT_FACTS
from backend.vector.layouts import Layout

_T = TypeVar("_T")

# The sentence encoder reads 64 word pieces.
_CONTENT_WORDS = 40
_NAME_WORDS = 6

# Roles of words.
_NAME, _SLOGAN, _AVOID, _COLOUR = "name", "slogan", "avoid", "colour"
_STYLE, _LAYOUT, _FILLER = "style", "layout", "filler"

_HEX_DIGITS = r"(?:[0-9a-f]{8}|[0-9a-f]{6}|[0-9a-f]{3})(?!\w)"
_HEX = re.compile(f"#{_HEX_DIGITS}", re.I)
_QUOTED = re.compile(
    r"\"([^\"]{1,80})\"|“([^“”]{1,80})”|«([^«»]{1,80})»|„([^„“”]{1,80})[“”]|「([^「」]{1,80})」"
    r"|『([^『』]{1,80})』|(?<!\w)'([^']{1,80})'(?!\w)"
)
_SEPARATOR = r"!\"$%&()*+,\-/:;<=>?@\[\\\]^`{|}~¡¿«»\u2010-\u2027\u2030-\u205e\u3001-\u303f،؛؟।"
_DASHES = frozenset("-–—")
_SENTENCE_ENDS = frozenset(".;!?。")
_CLAUSE_ENDS = _SENTENCE_ENDS | set(",:()|") | _DASHES
_JOINERS = frozenset({"and", "or", "nor", "&", "/", "+"})
_COLOUR_JOINERS = _JOINERS | _DASHES | {",", "on"}
_COLOUR_LINKS = frozenset({":", "of", "is", "are", "be", "should", "=", "the"}) | _DASHES
_LOOSE_ENDS = frozenset({"of", "to", "by", "is"}) | _DASHES
_ARTICLES = frozenset({"a", "an", "the", "our", "one"})


@dataclass(frozen=True, slots=True)
class _Word:
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
class _Marked:
    """A text whose words are given away one after the other; what stays unmarked is content.

    Attributes:
        roles: what each word was recognised as; "" is free.
        protected: whether a word belongs to a compound that is one thing, such as "gold mine".
        spans: where table phrases and token patterns match, by table or rule, in order.
        has_case: whether capitals tell names from other words.
    """

    text: str
    words: list[_Word]
    roles: list[str]
    protected: list[bool]
    spans: dict[str, list[tuple[int, int]]]
    has_case: bool

    def low(self, index: int) -> str:
        """The word at an index, "" outside of the text."""
        return self.words[index].low if 0 <= index < len(self.words) else ""

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

    def mark(self, start: int, end: int, role: str) -> None:
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


# --- Names ---------------------------------------------------------------------------------------


def _find_name(marked: _Marked) -> str:
    """The name that the text itself gives, marked as such; "" when it gives none."""
    span = _quoted_name(marked) or _cued_name(marked) or _leading_name(marked)
    if span is None:
        return ""
    marked.mark(*span, _NAME)
    if any(start < span[0] and end == span[1] for start, end in marked.spans["letters"]):
        letters = marked.written(*span)
        return letters.upper() if len(letters) == 1 else "".join(filter(str.isupper, letters))
    return clipped(marked.written(*span), LIMITS.name_characters)


def _quoted_name(marked: _Marked) -> tuple[int, int] | None:
    name = None
    for match in _QUOTED.finditer(marked.text):
        start, end = match.span(match.lastindex or 0)
        inside = [i for i, word in enumerate(marked.words) if start <= word.start < end]
        if not inside:
            continue
        span = inside[0], inside[-1] + 1
        if {marked.low(span[0] - 2), marked.low(span[0] - 3)} & tables.SLOGAN_WORDS:
            marked.mark(*span, _SLOGAN)
        elif marked.words[span[0]].is_capital or not _is_vocabulary(marked, span):
            name = name or span
    return name


def _is_vocabulary(marked: _Marked, span: tuple[int, int]) -> bool:
    return any(span in marked.spans[table] for table in ("style", "colour"))


def _cued_name(marked: _Marked) -> tuple[int, int] | None:
    for rule in ("called", "introduced", "business", "addressed", "letters"):
        for cue, start in marked.spans[rule]:
            if rule == "letters":
                return cue + 1, start
            while marked.low(start) in {":", "=", '"', "-", "–", "—", "is"}:
                start += 1
            own = {"my", "our"} & {marked.low(index) for index in range(cue - 3, cue)}
            if rule == "business" and own and marked.low(start) == ",":
                start += 1
            end = _name_end(marked, start, any_case=rule == "called")
            if end > start and (rule == "called" or _is_likely_name(marked, start, end)):
                return start, end
    return None


def _leading_name(marked: _Marked) -> tuple[int, int] | None:
    """A name before an explanation: "Foxy, a bakery", "Foxy is a bakery", "Foxy - fresh bakery"."""
    for start, word in enumerate(marked.words):
        end = _name_end(marked, start) if word.opens and word.is_capital else start
        if end == start or not _is_likely_name(marked, start, end):
            continue
        link, clause = marked.low(end), end + 1
        lows = [marked.low(index) for index in range(start, end)]
        is_name = len(lows) > 1 and tables.BUSINESSES.isdisjoint(lows)
        if link in tables.BUSINESSES and is_name and " ".join(lows) not in tables.BUSINESS_PHRASES:
            return start, end
        if link in {",", "is"} and marked.low(clause) not in _ARTICLES:
            continue
        explains = link in {",", "is", "|"} | _DASHES
        if not explains and (link != ":" or word.low in tables.LABELS):
            continue
        while marked.low(clause) and marked.low(clause) not in _CLAUSE_ENDS | tables.BREAKS:
            clause += 1
        if marked.low(clause - 1) in tables.BUSINESSES:
            return start, end
    return None


def _name_end(marked: _Marked, start: int, *, any_case: bool = False) -> int:
    """Where the name that begins at a word ends; `start` when none can begin there."""
    if start >= len(marked.words) or not marked.is_free(start, start + 1):
        return start
    by_case = marked.words[start].is_capital
    if not by_case and (not any_case or marked.low(start) in {"after", "by", "for", "in"}):
        return start
    end, limit = start, min(len(marked.words), start + _NAME_WORDS)
    while end < limit and _goes_on(marked, start, end, by_case):
        end += 1
    while end > start and marked.low(end - 1) in tables.NAME_JOINERS | _DASHES | {"logo", "."}:
        end -= 1
    return end


def _goes_on(marked: _Marked, start: int, end: int, by_case: bool) -> bool:
    word = marked.words[end]
    if marked.roles[end] or (end > start and word.low in tables.NOT_NAMES and not marked.has_case):
        return False
    if word.low in tables.NAME_JOINERS and end > start:
        return end + 1 < len(marked.words) and marked.words[end + 1].is_capital
    if word.low in _DASHES:
        return marked.is_tight(end) and marked.is_tight(end - 1)
    if word.low == ".":
        return marked.low(end - 1) in tables.DOTTED
    if by_case:
        return word.is_capital
    return word.low[0].isalnum() and word.low not in tables.BREAKS | tables.DROPPED


def _is_likely_name(marked: _Marked, start: int, end: int) -> bool:
    is_single = end - start == 1
    if not marked.has_case or not any(map(str.isalpha, marked.written(start, end))):
        return False
    if marked.low(start) in tables.NOT_NAMES and (
        is_single or marked.low(end - 1) in tables.BUSINESSES
    ):
        return False
    if marked.low(end) in {"style", "like", "inspired"}:
        return False
    is_part = marked.low(end) in _DASHES and marked.is_tight(end - 1)
    return not is_part and not (is_single and _is_vocabulary(marked, (start, end)))


def _forget_name(marked: _Marked, name: str) -> None:
    """Marks other mentions of the name, spelt as given. A lone opening word may be a subject."""
    wanted = name.split()
    shown = [marked.text[word.start : word.end] for word in marked.words]
    for start in range(len(shown) - len(wanted) + 1):
        if shown[start : start + len(wanted)] != wanted:
            continue
        is_explained = marked.low(start + len(wanted)) in {",", "is"} | _DASHES
        if len(wanted) == 1 and marked.words[start].opens and not is_explained:
            continue
        if name != name.lower() or marked.low(start - 1) in {"for", "called", "named"}:
            marked.mark(start, start + len(wanted), _NAME)


# --- What must not appear ------------------------------------------------------------------------


def _find_avoided(marked: _Marked) -> list[str]:
    """Things excluded by the text, marked with the words that exclude them."""
    found: list[str] = []
    for start, end in marked.spans["avoid"]:
        if not marked.is_free(start, end) or marked.low(end)[:1].isdigit():
            continue
        if marked.low(end) in tables.AVOID_NOTHING:
            marked.mark(start, end + 1, _FILLER)
            continue
        stop = _clause_end(marked, end)
        found += _items(marked, end, stop)
        marked.mark(start, stop, _AVOID)
    for start, end in marked.spans["free of"]:
        found.append(marked.low(start))
        marked.mark(start, end, _AVOID)
    return found


def _clause_end(marked: _Marked, start: int) -> int:
    """Where an exclusion ends. A comma ends it unless an "or" comes or a colon opened a list."""
    is_list = marked.low(start) == ":"
    triggers = {begin for begin, _ in marked.spans["avoid"]}
    index = start + is_list
    while index < len(marked.words):
        low, follows = marked.low(index), marked.low(index + 1)
        if low in _SENTENCE_ENDS or index in triggers or marked.roles[index]:
            break
        is_end = not is_list and low in _CLAUSE_ENDS and not marked.protected[index]
        if is_end and not (low == "," and _or_comes(marked, index + 1)):
            break
        if index > start and low in tables.AVOID_ENDS:
            break
        if low in {"and", "or"} and follows in tables.AVOID_ENDS | _ARTICLES:
            break
        index += 1
    return index


def _or_comes(marked: _Marked, start: int) -> bool:
    """Whether short list items up to an "or" follow."""
    length = 0
    for index in range(start, len(marked.words)):
        low = marked.low(index)
        if low in {"or", "nor"}:
            return True
        length = 0 if low == "," else length + 1
        if length > 3 or low in _SENTENCE_ENDS:
            return False
    return False


def _items(marked: _Marked, start: int, end: int) -> Iterator[str]:
    """The things listed in an exclusion, without articles and verbs; "the colour red" is "red"."""
    items: list[list[int]] = [[]]
    for index in range(start, end):
        low = marked.low(index)
        if low in _JOINERS | {",", ":"}:
            items.append([])
        elif low not in tables.AVOID_SKIPPED and low[0].isalnum():
            items[-1].append(index)
    for item in filter(None, items):
        is_labelled = len(item) > 1 and marked.low(item[0]) in tables.COLOUR_NOUNS
        yield marked.joined(item[is_labelled:])


# --- Colours -------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _ColourSpan:
    """A colour name; its kind is "sure", "leaning" (to a colour) or "thing"."""

    start: int
    end: int
    name: str
    kind: str


def _find_colours(marked: _Marked) -> list[str]:
    """Names and codes that are meant as colours, in order; marked together with their helpers."""
    found = []
    for run in _colour_runs(marked, _colour_spans(marked)):
        meant = [span for span in run if _is_meant_as_colour(marked, run, span)]
        for span in meant:
            found.append(span.name)
            start = span.start
            while marked.low(start - 1) in tables.COLOUR_MODIFIERS:
                start -= 1
            marked.mark(start, span.end, _COLOUR)
        end = run[-1].end
        if meant and (marked.low(end) in tables.COLOUR_BEARERS or _says_coloured(marked, end)):
            marked.mark(end, end + 1 + _says_coloured(marked, end), _COLOUR)
    return found


def _says_coloured(marked: _Marked, index: int) -> bool:
    return marked.low(index) in _DASHES and marked.low(index + 1) in tables.COLOUR_NOUNS


def _colour_spans(marked: _Marked) -> list[_ColourSpan]:
    spans: list[_ColourSpan] = []
    for start, end in marked.spans["colour"]:
        if not marked.is_free(start, end):
            continue
        words = (marked.low(index) for index in range(start, end))
        name = " ".join(word for word in words if word not in _DASHES)
        kind = "leaning" if name in tables.LEANS_COLOUR else "thing"
        kind = kind if name in tables.LEANS_COLOUR | tables.LEANS_THING else "sure"
        tints = spans and spans[-1].end == start and spans[-1].kind != "sure" and kind == "sure"
        if tints and spans[-1].name not in {"gold", "silver", "orange", "violet"}:
            # "chocolate brown" is one colour, and surely one.
            spans[-1] = _ColourSpan(spans[-1].start, end, spans[-1].name, "sure")
        else:
            spans.append(_ColourSpan(start, end, name, kind))
    return spans


def _colour_runs(marked: _Marked, spans: Iterable[_ColourSpan]) -> list[list[_ColourSpan]]:
    """Colour names that only commas and conjunctions separate."""
    runs: list[list[_ColourSpan]] = []
    for span in spans:
        between = range(runs[-1][-1].end, span.start) if runs else range(0)
        if 0 < len(between) <= 2 and {marked.low(i) for i in between} <= _COLOUR_JOINERS:
            runs[-1].append(span)
        else:
            runs.append([span])
    return runs


def _is_meant_as_colour(marked: _Marked, run: Sequence[_ColourSpan], span: _ColourSpan) -> bool:
    """Whether a name in a run of colour names is a colour and not the thing it is named after.

    Sure names always are, and all beside words like "background", "shades of" or "-coloured".
    """
    first, end = run[0].start, run[-1].end
    while marked.low(first - 1) in tables.COLOUR_MODIFIERS:
        first -= 1
    if span.kind == "sure" or _follows_colour_noun(marked, first) or _says_coloured(marked, end):
        return True
    if marked.low(end) in tables.COLOUR_NOUNS | tables.COLOUR_BEARERS:
        return True
    others = [other.kind for other in run if other is not span and other.kind != "thing"]
    if span.kind == "leaning":
        return "sure" in others or _colours_a_noun(marked, first, end, span.name)
    is_joined = any(marked.low(index) in _JOINERS for index in range(first, end))
    return _stands_for_colour(marked, first, end, span.name, len(others) + is_joined)


def _colours_a_noun(marked: _Marked, first: int, end: int, name: str) -> bool:
    """For names that lean to colours: before a noun, after a bare "in" or "with", or alone."""
    if _is_noun(marked, end) or marked.low(end) in tables.LOGO_NOUNS:
        return True
    is_fruit = name == "orange" and not tables.FRUIT.isdisjoint(word.low for word in marked.words)
    is_alone = _stands_alone(marked, first, end) and not is_fruit
    return is_alone or marked.low(first - 1) in {"in", "with", "on", "using"}


def _stands_for_colour(marked: _Marked, first: int, end: int, name: str, ties: int) -> bool:
    """For names that lean to things: tied to colours, or after a bare "in", and no noun follows.

    `ties` counts the other colours of the run, and one more for an "and".
    """
    before, is_of_logo = marked.low(first - 1), marked.low(end) in tables.LOGO_NOUNS
    if _is_noun(marked, end) or (before in _ARTICLES and not is_of_logo):
        return False
    is_name = marked.words[first].is_capital and not marked.words[first].opens
    if (is_name and marked.has_case) or _COLOUR in marked.roles[first - 1 : first]:
        return False
    at_scene = name in tables.SCENERY and marked.low(first - 2) not in tables.LOGO_NOUNS
    return ties > 1 or (before == "in" and not at_scene)


def _follows_colour_noun(marked: _Marked, first: int) -> bool:
    """Whether "colours:", "shades of" or the like leads to a word."""
    index = first - 1
    while index >= first - 3 and marked.low(index) in _COLOUR_LINKS:
        index -= 1
    return marked.low(index) in tables.COLOUR_NOUNS


def _is_noun(marked: _Marked, index: int) -> bool:
    """Whether a word can be what the words before it describe."""
    low = marked.low(index)
    closed = tables.BREAKS | tables.DROPPED | tables.COLOUR_NOUNS | _JOINERS
    return low[:1].isalpha() and low not in closed and not marked.roles[index]


# --- Layouts and styles --------------------------------------------------------------------------


def _find_layouts(marked: _Marked) -> list[tuple[str, str]]:
    """Layouts with the words that ask for them, in order; marked."""
    spans = [
        (start, end, layout)
        for layout in Layout
        for start, end in (
            *marked.spans[f"layout {layout}"],
            *((start, start + 1) for start, _ in marked.spans[f"holder {layout}"]),
        )
    ]
    found: list[tuple[int, str, str]] = []
    for start, end, layout in sorted(spans, key=lambda span: (span[0] - span[1], span)):
        taken = set(marked.roles[start:end])
        if any(marked.protected[start:end]) or "" not in taken or taken & {_LAYOUT, _AVOID}:
            continue
        found.append((start, str(layout), marked.joined(range(start, end))))
        marked.mark(start, end, _LAYOUT)
    return [(layout, words) for _, layout, words in sorted(found)]


def _find_styles(marked: _Marked) -> list[str]:
    """Style words in order, marked; what stands after "in the style of" counts as one."""
    found = [*_known_styles(marked), *_styles_of_their_own(marked)]
    for start, begin in marked.spans["style of"]:
        end = begin
        while marked.low(end) and marked.low(end) not in _CLAUSE_ENDS | tables.BREAKS:
            end += 1
        free = [i for i in range(begin, end) if not marked.roles[i]]
        if free and _STYLE not in marked.roles[begin:end]:
            found.append((start, marked.joined(free)))
        marked.mark(start, end, _STYLE)
    return [name for _, name in sorted(found)]


def _known_styles(marked: _Marked) -> Iterator[tuple[int, str]]:
    for start, end in marked.spans["style"]:
        name = " ".join(marked.low(i) for i in range(start, end) if marked.low(i) not in _DASHES)
        needs_cue = name in tables.STYLES_NEED_CUE
        if not marked.is_free(start, end) or (
            needs_cue and not _is_meant_as_style(marked, start, end)
        ):
            continue
        yield start, name
        has_noun = marked.low(end) in tables.STYLE_NOUNS and not _is_noun(marked, end + 1)
        marked.mark(start, end + has_noun, _STYLE)


def _styles_of_their_own(marked: _Marked) -> Iterator[tuple[int, str]]:
    """What is called a style without being in the table: "NASA style"."""
    for index in range(1, len(marked.words)):
        start = index - 1 - (marked.low(index - 1) in _DASHES)
        if marked.low(index) not in {"style", "styled"} or not _is_noun(marked, start):
            continue
        while marked.words[start].is_capital and start and marked.is_free(start - 1, start):
            if not marked.words[start - 1].is_capital:
                break
            start -= 1
        if marked.is_free(start, index + 1):
            yield start, marked.joined(range(start, index)).rstrip("- ")
            marked.mark(start, index + 1, _STYLE)


def _is_meant_as_style(marked: _Marked, start: int, end: int) -> bool:
    if marked.low(end) in tables.STYLE_NOUNS or marked.low(start - 1) in {"style", "styles"}:
        return True
    if any(end == other or start == last for other, last in marked.spans["style"]):
        return True
    before = start - 1 - (marked.low(start - 1) in _JOINERS)
    if before >= 0 and marked.roles[before] in {_COLOUR, _STYLE} and not _is_noun(marked, end):
        return True
    return _stands_alone(marked, start, end)


def _stands_alone(marked: _Marked, start: int, end: int) -> bool:
    """Whether a span is all that stands between two commas or the ends of a longer text."""
    before, after = marked.low(start - 1), marked.low(end)
    apart = before in _CLAUSE_ENDS | {""} and after in _CLAUSE_ENDS | {""}
    return apart and end - start < sum(word.low[0].isalnum() for word in marked.words)


# --- Content -------------------------------------------------------------------------------------


class _PhraseBuilder:
    """Collects the unmarked words of a text as phrases, subjects before business domains."""

    def __init__(self, marked: _Marked) -> None:
        self._marked = marked
        self._words: list[int] = []
        self._opener = ""
        self._subjects: list[list[int]] = []
        self._domains: list[list[int]] = []

    def build(self) -> list[list[int]]:
        """The indices of the words of each phrase."""
        index = 0
        while index < len(self._marked.words):
            index += self._take(index)
        self._close("")
        return self._subjects + self._domains

    def _take(self, index: int) -> int:
        marked, low, role = self._marked, self._marked.low(index), self._marked.roles[index]
        if low in tables.LABELS and marked.low(index + 1) == ":" and not role:
            self._close(low)
            return 2
        if role:
            if role not in {_COLOUR, _STYLE}:
                self._close(self._opener if role in {_NAME, _FILLER} else "")
        elif marked.protected[index]:
            self._words.append(index)
        elif low in tables.BREAKS | tables.COLOUR_NOUNS | _JOINERS:
            self._break(low, marked.low(index - 1))
        elif not _is_readable(low):
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
            self._close(self._opener if low in _JOINERS else low)

    def _close(self, next_opener: str) -> None:
        """Ends the phrase; what opened it and how it ends tell whether it is a domain."""
        words, opener = self._words, self._opener
        self._words, self._opener = [], next_opener
        words = self._kind_last(self._stripped(words, _LOOSE_ENDS, _LOOSE_ENDS))
        is_domain = opener in tables.DOMAIN_OPENERS or self._is_business(words, opener)
        if is_domain:
            words = self._stripped(words, tables.DOMAIN_ADJECTIVES, frozenset())
        words = self._stripped(words, frozenset(), tables.GENERIC_BUSINESSES)
        lows = [self._marked.low(index) for index in words]
        if lows[1:2] == ["of"] and lows[0] in tables.GENERIC_BUSINESSES:
            words = words[2:]
        if any(_is_readable(self._marked.low(index)) for index in words):
            (self._domains if is_domain else self._subjects).append(words)

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
        while kinds < len(words) - 1 and self._marked.low(words[kinds]) in tables.RUSSIAN_HEADS:
            kinds += 1
        if kinds and self._marked.is_russian(words[0]):
            return words[kinds:] + words[:kinds][::-1]
        return words


def _readable(phrases: Sequence[str], text: str, warnings: list[str]) -> str:
    """The phrases as content; what the encoder cannot read is left out if enough remains."""
    foreign = _unique(word for phrase in phrases for word in phrase.split() if _is_foreign(word))
    native = [
        " ".join(word for word in phrase.split() if not _is_foreign(word)) for phrase in phrases
    ]
    native = _unique(phrase for phrase in native if any(map(str.isalpha, phrase)))
    if foreign and native:
        phrases = native
        warnings.append(
            f"Words that were not understood were left out: {_quoted_list(foreign[:5])}. "
            "Write them in English for best results."
        )
    elif foreign or len(tables.FOREIGN_WORDS & set(text.lower().split())) > 1:
        warnings.append(
            "The models were trained on English words and may miss the subject. "
            "Write the description in English for best results."
        )
    words = ", ".join(phrases).split(" ")
    if len(words) > _CONTENT_WORDS:
        warnings.append(f"Only the first {_CONTENT_WORDS} words of what to draw were used.")
    return " ".join(words[:_CONTENT_WORDS]).rstrip(",")


def _without_echoes(phrases: Sequence[str]) -> list[str]:
    """Phrases without repeats; a picture beside its word, "panda" and its emoji, is one."""
    unique = _unique(phrases)
    return [
        phrase
        for place, phrase in enumerate(unique)
        if phrase.removesuffix(" face") not in unique[:place]
    ]


# --- The adapter ---------------------------------------------------------------------------------


class SpacyBriefReader:
    """Reads briefs with a blank English pipeline, phrase tables and token patterns; needs no model.

    Building takes some hundred milliseconds, reading a few. Threads may share it.
    """

    def __init__(self) -> None:
        self._nlp = spacy.blank("en")
        self._nlp.tokenizer = _tokenizer(self._nlp)
        self._lock = Lock()
        self._glossary = tables.Glossary()
        self._spellings = tables.spelling_table()
        self._colours = self._colour_table()
        self._phrases = _phrase_matcher(self._nlp, self._colours)
        self._patterns = _pattern_matcher(self._nlp, self._colours)

    def read(self, request: LogoRequest) -> Brief:
        """Takes a request's texts apart.

        Raises:
            InvalidBrief: neither the description nor the name holds a letter, digit or picture, or
                everything in them is to be avoided.
        """
        warnings: list[str] = []
        described = _described(request.description, warnings)
        given_name = clipped(plain_name(request.name), LIMITS.name_characters)
        _refuse_empty(described or request.description.strip(), described + plain_text(given_name))
        marked, look = self._mark(described), self._mark(_look_text(request.style))
        if given_name:
            _forget_name(marked, given_name)
        name = _find_name(marked)
        avoid = [*_find_avoided(marked), *_find_avoided(look), *_avoid_field(request.avoid)]
        colours = [*_find_colours(marked), *_find_colours(look)]
        layouts = [*_find_layouts(marked), *_find_layouts(look)]
        styles = [*_look_styles(look), *_find_styles(marked)]
        draft = Brief(
            name=given_name or name,
            content="",
            colours=self._chosen_colours(request, colours, avoid, warnings),
            styles=tuple(_unique(styles)),
            layouts=tuple(_unique(layout for layout, _ in layouts)),
            avoid=tuple(_unique(avoid)),
        )
        brief = self._with_content(draft, marked, dict(layouts), warnings)
        if _SLOGAN in marked.roles:
            warnings.append("The slogan is not drawn; add it beside the finished logo.")
        return replace(brief, warnings=tuple(_unique(warnings)))

    def _with_content(
        self, brief: Brief, marked: _Marked, frames: Mapping[str, str], warnings: list[str]
    ) -> Brief:
        """The brief with its content, without a layout that turned out to be the subject.

        `frames` has the words that asked for each layout.
        """
        _mark_filler(marked)
        drawn = [self._translated(marked, words) for words in _PhraseBuilder(marked).build()]
        if phrases := [phrase for phrase in _without_echoes(drawn) if phrase not in brief.avoid]:
            return replace(brief, content=_readable(phrases, marked.text, warnings))
        for layout, words in frames.items():
            nouns = tables.FRAME_SUBJECTS if brief.name else tables.SHAPES.get(layout, frozenset())
            if subject := " ".join(word for word in words.split() if word in nouns):
                rest = tuple(other for other in brief.layouts if other != layout)
                return replace(brief, content=subject, layouts=rest)
        if words := self._name_words(brief.name):
            return replace(brief, content=_readable([words], words, warnings))
        shown = [
            word.low
            for word, role in zip(marked.words, marked.roles, strict=True)
            if role != _AVOID and _is_readable(word.low) and word.low not in brief.avoid
        ]
        if drawn or not shown:
            raise InvalidBrief("The request only says what to leave out. Say what to draw.")
        if brief.styles:
            return replace(brief, content=" ".join(brief.styles))
        warnings.append("No subject was found. Say what to draw, such as a fox or a coffee cup.")
        telling = [word for word in shown if word not in tables.DROPPED | tables.BREAKS] or shown
        return replace(brief, content=" ".join(telling[:_CONTENT_WORDS]))

    def _name_words(self, name: str) -> str:
        """The name as a subject: lower case, translated, without "company" and the like."""
        with self._lock, self._nlp.memory_zone():
            words, _ = self._words(plain_text(name).lower())
        lows = [word.low for word in words if _is_readable(word.low)]
        return " ".join([low for low in lows if low not in tables.GENERIC_BUSINESSES] or lows)

    def _translated(self, marked: _Marked, words: Sequence[int]) -> str:
        """A phrase as text, with the capitalised Russian words that were no names in English."""
        lows = [marked.low(index) for index in words]
        return marked.joined(words, [self._glossary.english(low) or low for low in lows])

    def _colour_table(self) -> dict[str, tuple[Colour, ...]]:
        """Every colour name, as its tokens joined by spaces."""
        known = named_colours()
        table: dict[str, tuple[Colour, ...]] = {name: (known[name],) for name in known}
        for alias, names in tables.COLOUR_ALIASES.items():
            table[alias] = tuple(known[name] for name in names)
        return {
            " ".join(token.lower_ for token in self._nlp.make_doc(name)): colours
            for name, colours in table.items()
        }

    def _chosen_colours(
        self, request: LogoRequest, names: Sequence[str], avoid: Sequence[str], warnings: list[str]
    ) -> tuple[Colour, ...]:
        if refused := _unique(name for name in names if name in avoid):
            warnings.append(
                f"Both asked for and to be avoided, so left out: {_quoted_list(refused)}."
            )
        found = _unique(
            colour for name in names if name not in avoid for colour in self._meaning(name)
        )
        limit = LIMITS.palette_colours
        if request.palette:
            if set(found) - set(request.palette):
                warnings.append("The chosen palette was used; the described colours were not.")
            return tuple(_unique(request.palette))[:limit]
        if len(found) > limit:
            warnings.append(f"A logo takes at most {limit} colours; the first {limit} were used.")
        return tuple(found[:limit])

    def _meaning(self, name: str) -> tuple[Colour, ...]:
        return (Colour.from_hex(name[:7]),) if name.startswith("#") else self._colours[name]

    def _mark(self, text: str) -> _Marked:
        # The zone frees what the vocabulary learned from this text; it would grow with every user.
        with self._lock, self._nlp.memory_zone():
            words, shown = self._words(text)
            doc = Doc(self._nlp.vocab, words=shown)
            spans: defaultdict[str, list[tuple[int, int]]] = defaultdict(list)
            for matcher in (self._phrases, self._patterns):
                by_label: defaultdict[str, list[Any]] = defaultdict(list)
                for span in matcher(doc, as_spans=True):
                    by_label[span.label_].append(span)
                for label, found in by_label.items():
                    spans[label] += [(span.start, span.end) for span in filter_spans(found)]
        codes = [(i, i + 1) for i, word in enumerate(words) if _HEX.fullmatch(word.low)]
        spans["colour"] = sorted([*spans["colour"], *codes])
        free = [False] * len(words)
        marked = _Marked(text, words, [""] * len(words), free, spans, _has_case(text, words))
        _protect(marked)
        return marked

    def _words(self, text: str) -> tuple[list[_Word], list[str]]:
        """The words, and how the matchers shall see them."""
        tokens = [token for token in self._nlp.tokenizer(text) if not token.is_space]
        words, shown, opens = [], [], True
        for place, token in enumerate(tokens):
            start, end = token.idx, token.idx + len(token)
            follows = tokens[place + 1].text if place + 1 < len(tokens) else ""
            is_capital = any(map(str.isupper, token.text))
            is_name = is_capital and not text.isupper() and (not opens or follows in _DASHES)
            for part in [token.text] if is_name else self._meant(token.text):
                words.append(_Word(part.lower(), start, end, is_capital, opens))
                shown.append(part)
            opens = token.text in _SENTENCE_ENDS or (opens and not token.text[0].isalnum())
        return words, shown

    def _meant(self, shown: str) -> list[str]:
        low = shown.lower()
        meant = self._spellings.get(low) or self._glossary.english(low)
        return meant.split() if meant else [shown]


# --- Building the pipeline -----------------------------------------------------------------------


def _tokenizer(nlp: Language) -> Tokenizer:
    """Splits at spaces and at every separator; apostrophes and dots inside words stay."""
    return Tokenizer(
        nlp.vocab,
        prefix_search=re.compile(rf"^(?:[{_SEPARATOR}.']|#(?!{_HEX_DIGITS}))", re.I).search,
        suffix_search=re.compile(rf"[{_SEPARATOR}.'#]$").search,
        infix_finditer=re.compile(rf"[{_SEPARATOR}]|(?<=[a-z])\.(?=[A-Z])").finditer,
        token_match=_HEX.fullmatch,
    )


def _phrase_matcher(nlp: Language, colours: Iterable[str]) -> PhraseMatcher:
    matcher = PhraseMatcher(nlp.vocab, attr="LOWER")
    groups: dict[str, Iterable[str]] = {
        "colour": colours,
        "style": tables.STYLES,
        "protected": tables.PROTECTED,
        "filler": tables.FILLER_PHRASES,
    }
    for layout, facts in LAYOUT_FACTS.items():
        # The captions that the models learned by are understood as well.
        captions = () if layout is Layout.MARK else (facts.caption,)
        groups[f"layout {layout}"] = (*tables.LAYOUT_PHRASES.get(layout, ()), *captions)
    for label, phrases in groups.items():
        forms = {form for text in phrases for form in (text, text.replace(" ", "-"))}
        matcher.add(label, [nlp.make_doc(form) for form in sorted(forms)])
    return matcher


def _pattern_matcher(nlp: Language, colours: Iterable[str]) -> Matcher:
    """The rules of the tables, those for frames once for each shape."""
    matcher = Matcher(nlp.vocab)
    kinds: dict[str, Any] = {
        "BUSINESS": {"LOWER": {"IN": sorted(tables.BUSINESSES)}},
        "ADJECTIVE": {"LOWER": {"IN": sorted({*tables.FRAME_ADJECTIVES, *colours})}},
        "FRAME": {"LOWER": {"IN": sorted(tables.FRAME_WORDS)}},
        "CAPITALS": {"TEXT": {"REGEX": "^(?:[A-ZА-ЯЁ]{1,3}|[b-z])$"}},
        "YEAR": {"TEXT": {"REGEX": "^[0-9]{4}$"}},
    }
    for label, rules in tables.RULES.items():
        matcher.add(label, [_pattern(rule, kinds) for rule in rules])
    for layout, nouns in tables.SHAPES.items():
        kinds["SHAPE"] = {"LOWER": {"IN": sorted(nouns)}}
        kinds["HOLDER"] = {"LOWER": {"IN": sorted(nouns & tables.HOLDERS)}}
        for label, rules in tables.FRAME_RULES.items():
            matcher.add(f"{label} {layout}", [_pattern(rule, kinds) for rule in rules])
    return matcher


def _pattern(rule: str, kinds: Mapping[str, Any]) -> list[dict[str, Any]]:
    """A rule as spaCy token patterns; see `brief_words.RULES` for the notation."""
    pattern = []
    for part in rule.split():
        match = re.fullmatch(r"(.+?)(\?|\*|\{\d,\d\})?", part)
        words, operator = match.groups() if match else (part, None)
        token = kinds.get(words) or {"LOWER": {"IN": words.split("|")}}
        pattern.append({**token, "OP": operator or "{1}"})
    return pattern


# --- Marking compounds and filler ----------------------------------------------------------------


def _has_case(text: str, words: Sequence[_Word]) -> bool:
    """Whether capitals tell names from other words: not in titles, nor where all is upper case."""
    inner = [word for word in words if not word.opens and len(word.low) > 3]
    vocabulary = tables.BREAKS | tables.LOGO_NOUNS | tables.DROPPED
    is_title = len(inner) > 2 and all(word.is_capital for word in inner)
    return not text.isupper() and not (is_title and any(word.low in vocabulary for word in inner))


def _protect(marked: _Marked) -> None:
    """Marks compounds as one thing: those of the table, and words joined by tight hyphens."""
    compounds = list(marked.spans["protected"])
    start = 0
    for index in range(len(marked.words)):
        is_joint = marked.low(index) in _DASHES or marked.low(index + 1) in _DASHES
        if is_joint and marked.is_tight(index):
            continue
        if index - start > 1 and _is_compound(marked, start, index + 1):
            compounds.append((start, index + 1))
        start = index + 1
    for begin, end in compounds:
        marked.protected[begin:end] = [True] * (end - begin)


def _is_compound(marked: _Marked, start: int, end: int) -> bool:
    """Whether hyphened words are one thing: no phrase of a table, nothing "-shaped", no colours."""
    lows = [marked.low(index) for index in range(start, end)]
    known = {*marked.spans["colour"], *marked.spans["style"]}
    phrases = {*known, *marked.spans["filler"], *marked.spans["free of"]}
    if (start, end) in phrases or lows[-1] in tables.COMPOUND_SUFFIXES:
        return False
    if not all(_is_readable(low) for low in lows[::2]):
        return False
    telling = {(i, i + 1) for i in range(start, end - 1) if marked.low(i) not in tables.AMBIGUOUS}
    return not known & telling


def _mark_filler(marked: _Marked) -> None:
    """Marks stock phrases, founding years, places, and adjectives of colours in general."""
    for start, end in [*marked.spans["filler"], *marked.spans["year"]]:
        if marked.is_free(start, end):
            marked.mark(start, end, _FILLER)
    for index in range(len(marked.words) - 1):
        low, follows = marked.low(index), marked.low(index + 1)
        if low in tables.COLOUR_MODIFIERS and follows in tables.COLOUR_NOUNS:
            marked.mark(index, index + 1, _FILLER)
        if low not in {"in", "from", "near", "at"} or not marked.has_case:
            continue
        end = _name_end(marked, index + 1)
        if end > index + 1 and follows not in tables.NOT_NAMES:
            while marked.low(end) == "," and _name_end(marked, end + 1) > end + 1:
                end = _name_end(marked, end + 1)
            marked.mark(index, end, _FILLER)


# --- Small helpers -------------------------------------------------------------------------------


def _unique(values: Iterable[_T]) -> list[_T]:
    return list(dict.fromkeys(values))


def _quoted_list(words: Sequence[str]) -> str:
    return ", ".join(f"“{word}”" for word in words)


def _is_readable(word: str) -> bool:
    return any(map(str.isalnum, word))


def _is_foreign(word: str) -> bool:
    """Whether a word is written in another script than Latin."""
    return any(c.isalpha() and c > "\u024f" and not "\u1e00" <= c <= "\u1eff" for c in word)


def _described(description: str, warnings: list[str]) -> str:
    text, limit = plain_text(description), LIMITS.description_characters
    if max(len(text), len(description)) > limit:
        warnings.append(f"The description is long; only its first {limit:,} characters were read.")
    return clipped(text, limit)


def _refuse_empty(text: str, readable: str) -> None:
    if _is_readable(readable):
        return
    raise InvalidBrief(
        "There are no words in the description. Describe in words what to draw, such as: a red fox."
        if text
        else "The description is empty. Describe in words what to draw, or give a name.",
        fields=[("description", "says nothing that can be drawn")],
    )


def _avoid_field(text: str) -> Iterator[str]:
    for part in re.split(r"[,;\n]", text[: LIMITS.avoid_characters]):
        words = plain_text(part).lower().strip(" .!?").split()
        while words and words[0] in {"no", "not", "without", "avoid", "any", "a", "an", "the"}:
            words.pop(0)
        if words:
            yield " ".join(words)


def _look_text(style: str) -> str:
    return clipped(plain_text(style), LIMITS.style_characters)


def _look_styles(look: _Marked) -> list[str]:
    """Styles of the style field; without a known one, its phrases as they stand."""
    return _find_styles(look) or [look.joined(words) for words in _PhraseBuilder(look).build()]

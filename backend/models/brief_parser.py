"""Takes a description apart with spaCy rules: name, subject, colours, styles, layouts, exclusions."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
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

# The sentence encoder reads 64 word pieces.
_CONTENT_WORDS = 40
_NAME_WORDS = 6

# Roles of words.
_NAME, _SLOGAN, _AVOID, _COLOUR = "name", "slogan", "avoid", "colour"
_STYLE, _LAYOUT, _FILLER = "style", "layout", "filler"

_HEX = re.compile(r"#(?:[0-9a-f]{8}|[0-9a-f]{6}|[0-9a-f]{3})(?!\w)", re.I)
_QUOTED = re.compile(
    r"\"([^\"]{1,80})\"|“([^“”]{1,80})”|«([^«»]{1,80})»|„([^„“”]{1,80})[“”]|「([^「」]{1,80})」"
    r"|『([^『』]{1,80})』|(?<!\w)'([^']{1,80})'(?!\w)"
)
_SEPARATOR = r"!\"$%&()*+,\-/:;<=>?@\[\\\]^`{|}~¡¿«»\u2010-\u2027\u2030-\u205e\u3001-\u303f،؛؟।"
_DASHES = frozenset("-–—")
_SENTENCE_ENDS = frozenset(".;!?。")
_CLAUSE_ENDS = _SENTENCE_ENDS | set(",:()|") | _DASHES
_JOINERS = frozenset({"and", "or", "nor", "&", "/", "+"})
_COLOUR_LINKS = frozenset({":", "of", "is", "are", "be", "should", "=", "the"}) | _DASHES
_ARTICLES = frozenset({"a", "an", "the", "our", "one"})


@dataclass(frozen=True, slots=True)
class _Word:
    """A token of the text.

    Attributes:
        low: lower case, misspellings mended, Russian in English.
        start, end: where it stands in the text; the words of one translation share them.
        is_capital: begins like a name.
        opens: begins a sentence.
        is_foreign: in a script that the models cannot read.
    """

    low: str
    start: int
    end: int
    is_capital: bool
    opens: bool
    is_foreign: bool


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
        return 0 <= index < len(self.words) - 1 and self.words[index].end == self.words[index + 1].start

    def is_free(self, start: int, end: int) -> bool:
        """Whether no word of a span has a role or belongs to a compound."""
        return not any(self.roles[start:end]) and not any(self.protected[start:end])

    def is_initial(self, index: int) -> bool:
        """Whether a word is a letter "A" rather than an article."""
        word = self.words[index]
        return word.low == "a" and word.is_capital and not word.opens and self.has_case

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
        elif name is None and (marked.words[span[0]].is_capital or not _is_vocabulary(marked, span)):
            name = span
    return name


def _is_vocabulary(marked: _Marked, span: tuple[int, int]) -> bool:
    return any(span in marked.spans[table] for table in ("style", "colour"))


def _cued_name(marked: _Marked) -> tuple[int, int] | None:
    for rule in ("called", "letters", "introduced", "business", "addressed"):
        for _, start in marked.spans[rule]:
            if rule == "letters":
                return start - 1, start
            while marked.low(start) in {":", "=", '"', "-", "–", "—", "is"}:
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
        if link not in {",", "is", ":", "|"} | _DASHES or (link == ":" and word.low in tables.LABELS):
            continue
        if link in {",", "is"} and marked.low(clause) not in {"a", "an", "the", "our"}:
            continue
        stop = clause
        while stop < len(marked.words) and marked.low(stop) not in _CLAUSE_ENDS | tables.BREAKS:
            stop += 1
        if marked.low(stop - 1) in tables.BUSINESSES:
            return start, end
    return None


def _name_end(marked: _Marked, start: int, *, any_case: bool = False) -> int:
    """Where the name that begins at a word ends; `start` when none can begin there."""
    if start >= len(marked.words) or not marked.is_free(start, start + 1):
        return start
    by_case = marked.words[start].is_capital
    if not by_case and (not any_case or marked.low(start) in {"after", "by", "for", "in"}):
        return start
    end = start
    while end < min(len(marked.words), start + _NAME_WORDS) and _goes_on(marked, start, end, by_case):
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
    first, last = marked.low(start), marked.low(end - 1)
    if not marked.has_case or not any(c.isalpha() for c in marked.written(start, end)):
        return False
    if first in tables.NOT_NAMES and (end - start == 1 or last in tables.BUSINESSES):
        return False
    return not (end - start == 1 and _is_vocabulary(marked, (start, end)))


def _forget_name(marked: _Marked, name: str) -> None:
    """Marks other mentions of the name, spelt as given. A lone opening word may be a subject."""
    wanted = name.split()
    shown = [marked.text[word.start : word.end] for word in marked.words]
    for start in range(len(shown) - len(wanted) + 1):
        if shown[start : start + len(wanted)] != wanted:
            continue
        follows = marked.low(start + len(wanted))
        if len(wanted) == 1 and marked.words[start].opens and follows not in {",", "is", "-", "–", "—"}:
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
        if not is_list and low in _CLAUSE_ENDS and not marked.protected[index]:
            if low != "," or not _or_comes(marked, index + 1):
                break
        if index > start and low in tables.AVOID_ENDS:
            break
        if low in {"and", "or"} and follows in tables.AVOID_ENDS | {"a", "an", "the"}:
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
    item: list[int] = []
    for index in range(start, end):
        if marked.low(index) in {",", "and", "or", "nor", "/", "&", ":"}:
            if item:
                yield marked.joined(item)
            item = []
        elif marked.low(index) not in tables.AVOID_SKIPPED and marked.low(index)[0].isalnum():
            item.append(index)
    if item:
        yield marked.joined(item)


# --- Colours -------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _ColourSpan:
    start: int
    end: int
    name: str
    kind: str


def _find_colours(marked: _Marked) -> list[str]:
    """Names and hexadecimal codes that are meant as colours, in order; marked with their helpers."""
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
        if 0 < len(between) <= 2 and all(marked.low(i) in _JOINERS | _DASHES | {","} for i in between):
            runs[-1].append(span)
        else:
            runs.append([span])
    return runs


def _is_meant_as_colour(marked: _Marked, run: Sequence[_ColourSpan], span: _ColourSpan) -> bool:
    """Whether a name of a run of colour names is a colour and not the thing it is named after.

    Sure names always are. The others are beside a word like "background", "shades of" or "-coloured".
    Names that lean to colours also are before a noun, beside a sure colour, after a bare "in" or
    "with", or alone between commas. Names that lean to things never are before a noun or after an
    article; they are when joined to colours by "and", with two colours in a list, or after a bare "in".
    """
    if span.kind == "sure":
        return True
    first, end = run[0].start, run[-1].end
    while marked.low(first - 1) in tables.COLOUR_MODIFIERS:
        first -= 1
    before, after = marked.low(first - 1), marked.low(end)
    if _follows_colour_noun(marked, first) or _says_coloured(marked, end):
        return True
    if after in tables.COLOUR_NOUNS | tables.COLOUR_BEARERS:
        return True
    others = [other.kind for other in run if other is not span and other.kind != "thing"]
    is_attribute = _is_noun(marked, end)
    if span.kind == "leaning":
        if "sure" in others or is_attribute or after in tables.LOGO_NOUNS:
            return True
        is_fruit = span.name == "orange" and not tables.FRUIT.isdisjoint(word.low for word in marked.words)
        alone = _stands_alone(marked, first, end) and not is_fruit
        return alone or before in {"in", "with", "on", "using"}
    if before in {"a", "an", "the"} and after not in tables.LOGO_NOUNS:
        return False
    is_name = marked.words[span.start].is_capital and not marked.words[span.start].opens
    if is_attribute or (is_name and marked.has_case) or _COLOUR in marked.roles[first - 1 : first]:
        return False
    joined = any(marked.low(index) in _JOINERS for index in range(first, end))
    if len(others) >= (1 if joined else 2):
        return True
    at_scene = span.name in tables.SCENERY and marked.low(first - 2) not in tables.LOGO_NOUNS
    return before == "in" and not at_scene


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
    return index < len(marked.words) and low[:1].isalpha() and low not in closed and not marked.roles[index]


# --- Layouts and styles --------------------------------------------------------------------------


def _find_layouts(marked: _Marked) -> list[tuple[str, str]]:
    """Layouts with the words that ask for them, in order; marked."""
    found: list[tuple[int, str, str]] = []
    for layout in (*tables.LAYOUT_PHRASES, *(set(tables.SHAPES) - set(tables.LAYOUT_PHRASES))):
        holders = [(start, start + 1) for start, _ in marked.spans[f"holder {layout}"]]
        for start, end in sorted({*marked.spans[f"layout {layout}"], *holders}, key=_longest_first):
            taken = set(marked.roles[start:end])
            if any(marked.protected[start:end]) or "" not in taken or taken & {_LAYOUT, _AVOID}:
                continue
            found.append((start, layout, marked.joined(range(start, end))))
            marked.mark(start, end, _LAYOUT)
    return [(layout, words) for _, layout, words in sorted(found)]


def _longest_first(span: tuple[int, int]) -> tuple[int, int]:
    return span[0] - span[1], span[0]


def _find_styles(marked: _Marked) -> list[str]:
    """Style words in order, marked; what stands after "in the style of" counts as one."""
    found: list[tuple[int, str]] = []
    for start, end in marked.spans["style"]:
        name = " ".join(marked.low(i) for i in range(start, end) if marked.low(i) not in _DASHES)
        if marked.is_free(start, end) and (
            name not in tables.STYLES_NEED_CUE or _is_meant_as_style(marked, start, end)
        ):
            found.append((start, name))
            is_noun = marked.low(end) in tables.STYLE_NOUNS and not _is_noun(marked, end + 1)
            marked.mark(start, end + is_noun, _STYLE)
    for start, begin in marked.spans["style of"]:
        end = begin
        while end < len(marked.words) and marked.low(end) not in _CLAUSE_ENDS | tables.BREAKS:
            end += 1
        free = [i for i in range(begin, end) if not marked.roles[i] and marked.low(i) not in _ARTICLES]
        if free and _STYLE not in marked.roles[begin:end]:
            found.append((start, marked.joined(free)))
        marked.mark(start, end, _STYLE)
    return [name for _, name in sorted(found)]


def _is_meant_as_style(marked: _Marked, start: int, end: int) -> bool:
    if marked.low(end) in tables.STYLE_NOUNS or marked.low(start - 1) in {"style", "styles"}:
        return True
    return _stands_alone(marked, start, end)


def _stands_alone(marked: _Marked, start: int, end: int) -> bool:
    """Whether a span is all that stands between two commas or the ends of a longer text."""
    before, after = marked.low(start - 1), marked.low(end)
    apart = before in _CLAUSE_ENDS | {""} and after in _CLAUSE_ENDS | {""}
    return apart and end - start < sum(word.low[0].isalnum() for word in marked.words)


# --- Content -------------------------------------------------------------------------------------


@dataclass(slots=True)
class _Phrase:
    """Words that belong together, and whether they name the business rather than the subject."""

    words: list[int]
    is_domain: bool


class _PhraseBuilder:
    """Collects the unmarked words of a text as phrases."""

    def __init__(self, marked: _Marked) -> None:
        self._marked = marked
        self._words: list[int] = []
        self._opener = ""
        self.phrases: list[_Phrase] = []

    def build(self) -> list[_Phrase]:
        """Subjects in order, then business domains in order."""
        index = 0
        while index < len(self._marked.words):
            index += self._take(index)
        self._close("")
        return sorted(self.phrases, key=lambda phrase: phrase.is_domain)

    def _take(self, index: int) -> int:
        marked, low = self._marked, self._marked.low(index)
        role = marked.roles[index]
        if low in tables.LABELS and marked.low(index + 1) == ":" and not role:
            self._close(low)
            return 2
        if role in {_COLOUR, _STYLE}:
            return 1
        if role:
            self._close(self._opener if role in {_NAME, _FILLER} else "")
        elif marked.protected[index]:
            self._words.append(index)
        elif not any(character.isalnum() for character in low) and low not in tables.BREAKS:
            self._close(self._opener if low in _JOINERS else "")
        elif low in tables.BREAKS | tables.COLOUR_NOUNS:
            self._break(index, low)
        elif low not in tables.DROPPED or marked.is_initial(index):
            self._words.append(index)
        return 1

    def _break(self, index: int, low: str) -> None:
        before = self._marked.low(index - 1)
        if low == "in" and before in tables.GENERIC_BUSINESSES:
            self._close("industry")
        else:
            self._close(self._opener if low in _JOINERS else low)

    def _close(self, opener: str) -> None:
        words, is_domain = self._words, self._opener in tables.DOMAIN_OPENERS
        self._words, last_opener, self._opener = [], self._opener, opener
        low = self._marked.low
        while words and low(words[0]) in {"of", "to", "by"} | _DASHES:
            words.pop(0)
        while words and low(words[-1]) in {"of", "to", "by", "is"} | _DASHES:
            words.pop()
        if words and last_opener not in tables.SUBJECT_OPENERS:
            last = low(words[-1])
            is_domain = is_domain or not tables.BUSINESSES.isdisjoint({last, last.removesuffix("s")})
            is_domain = is_domain or self._marked.joined(words).endswith(tables.BUSINESS_PHRASES)
        while words and low(words[-1]) in tables.GENERIC_BUSINESSES and not self._marked.protected[words[-1]]:
            words.pop()
        while is_domain and words and low(words[0]) in tables.DOMAIN_ADJECTIVES:
            words.pop(0)
        if words and any(any(map(str.isalnum, low(index))) for index in words):
            self.phrases.append(_Phrase(words, is_domain))


# --- The adapter ---------------------------------------------------------------------------------


class SpacyBriefReader:
    """Reads briefs with a blank English pipeline, phrase tables and token patterns; needs no model.

    Building takes a few hundred milliseconds, reading a few. Safe to share between threads that read
    one after the other.
    """

    def __init__(self) -> None:
        self._nlp = spacy.blank("en")
        self._nlp.tokenizer = _tokenizer(self._nlp)
        self._glossary = tables.Glossary()
        self._spellings = tables.spelling_table()
        self._colours = self._colour_table()
        self._phrases = self._phrase_matcher()
        self._patterns = _pattern_matcher(self._nlp, self._colours)

    def read(self, request: LogoRequest) -> Brief:
        """Takes a request's texts apart.

        Raises:
            InvalidBrief: neither the description nor the name holds a letter, digit or picture, or
                everything in them is to be avoided.
        """
        warnings: list[str] = []
        described = self._described(request, warnings)
        given_name = clipped(plain_name(request.name), LIMITS.name_characters)
        _refuse_empty(described, given_name)
        marked, look = self._mark(described), self._mark(plain_text(request.style))
        if given_name:
            _forget_name(marked, given_name)
        found_name = _find_name(marked)
        name = given_name or found_name
        avoid = _unique([*_find_avoided(marked), *_find_avoided(look), *_avoid_field(request.avoid)])
        colour_names = [*_find_colours(marked), *_find_colours(look)]
        layouts = [*_find_layouts(marked), *_find_layouts(look)]
        styles = _unique([*_look_styles(look), *_find_styles(marked)])
        content, layouts = self._content(marked, name, avoid, layouts, styles, warnings)
        return Brief(
            name=name,
            content=content,
            colours=self._chosen_colours(request, colour_names, avoid, warnings),
            styles=tuple(styles),
            layouts=tuple(_unique(layout for layout, _ in layouts)),
            avoid=tuple(avoid),
            warnings=tuple(_unique([*warnings, *_slogan_warnings(marked)])),
        )

    def _described(self, request: LogoRequest, warnings: list[str]) -> str:
        text = plain_text(request.description)
        limit = LIMITS.description_characters
        if max(len(text), len(request.description)) > limit:
            warnings.append(f"The description is long; only its first {limit:,} characters were read.")
        return clipped(text, limit)

    # Colours.

    def _colour_table(self) -> dict[str, tuple[Colour, ...]]:
        known = named_colours()
        table = {name: (colour,) for name, colour in known.items()}
        for alias, names in tables.COLOUR_ALIASES.items():
            table[alias] = tuple(known[name] for name in names)
        return {
            " ".join(token.lower_ for token in self._nlp.make_doc(name)): colours
            for name, colours in table.items()
        }

    def _chosen_colours(
        self, request: LogoRequest, names: Sequence[str], avoid: Sequence[str], warnings: list[str]
    ) -> tuple[Colour, ...]:
        asked = [name for name in names if name not in avoid]
        if refused := _unique(name for name in names if name in avoid):
            warnings.append(f"{_quoted_list(refused)} is both asked for and to be avoided; it was left out.")
        found = [colour for name in asked for colour in self._colour(name)]
        limit = LIMITS.palette_colours
        if request.palette:
            if set(found) - set(request.palette):
                warnings.append("The chosen palette was used; the colours in the description were not.")
            return tuple(_unique(request.palette))[:limit]
        if len(_unique(found)) > limit:
            warnings.append(f"A logo takes at most {limit} colours; the first {limit} were used.")
        return tuple(_unique(found))[:limit]

    def _colour(self, name: str) -> tuple[Colour, ...]:
        return (Colour.from_hex(name[:7]),) if name.startswith("#") else self._colours[name]

    # Words and their matches.

    def _mark(self, text: str) -> _Marked:
        words, shown = self._words(text)
        doc = Doc(self._nlp.vocab, words=shown)
        spans: defaultdict[str, list[tuple[int, int]]] = defaultdict(list)
        for matches in (self._phrases(doc, as_spans=True), self._patterns(doc, as_spans=True)):
            by_label: defaultdict[str, list[Any]] = defaultdict(list)
            for span in matches:
                by_label[span.label_].append(span)
            for label, found in by_label.items():
                spans[label] += [(span.start, span.end) for span in filter_spans(found)]
        spans["colour"] = sorted(
            [*spans["colour"], *((i, i + 1) for i, word in enumerate(words) if _HEX.fullmatch(word.low))]
        )
        marked = _Marked(text, words, [""] * len(words), [False] * len(words), spans, _has_case(text, words))
        _protect(marked)
        return marked

    def _words(self, text: str) -> tuple[list[_Word], list[str]]:
        tokens = [token for token in self._nlp.tokenizer(text) if not token.is_space]
        words, shown, opens = [], [], True
        for place, token in enumerate(tokens):
            follows = tokens[place + 1].text if place + 1 < len(tokens) else ""
            is_capital = any(map(str.isupper, token.text))
            is_name = is_capital and not text.isupper() and (not opens or follows in _DASHES)
            for part in [token.text] if is_name else self._reading(token.text):
                end = token.idx + len(token)
                words.append(_Word(part.lower(), token.idx, end, is_capital, opens, _is_foreign(part)))
                shown.append(part)
            opens = token.text in _SENTENCE_ENDS or (opens and not token.text[0].isalnum())
        return words, shown

    def _reading(self, shown: str) -> list[str]:
        low = shown.lower()
        read = self._spellings.get(low) or self._glossary.english(low)
        return read.split() if read else [shown]

    def _phrase_matcher(self) -> PhraseMatcher:
        matcher = PhraseMatcher(self._nlp.vocab, attr="LOWER")
        groups: dict[str, Iterable[str]] = {
            "colour": self._colours,
            "style": tables.STYLES,
            "protected": tables.PROTECTED,
            "filler": tables.FILLER_PHRASES,
            **{f"layout {layout}": phrases for layout, phrases in tables.LAYOUT_PHRASES.items()},
        }
        for label, phrases in groups.items():
            forms = dict.fromkeys(form for text in phrases for form in (text, text.replace(" ", "-")))
            matcher.add(label, [self._nlp.make_doc(form) for form in forms])
        return matcher

    # Content.

    def _content(
        self,
        marked: _Marked,
        name: str,
        avoid: Sequence[str],
        layouts: list[tuple[str, str]],
        styles: Sequence[str],
        warnings: list[str],
    ) -> tuple[str, list[tuple[str, str]]]:
        """What to draw, and the layouts without one that turned out to be the subject."""
        _mark_filler(marked)
        phrases = [self._translated(marked, phrase) for phrase in _PhraseBuilder(marked).build()]
        phrases = [phrase for phrase in _unique(phrases) if phrase and phrase not in avoid]
        if phrases:
            return self._readable(phrases, marked.text, warnings), layouts
        for layout, words in layouts:
            if subject := tables.FRAME_SUBJECTS & set(words.split()):
                return " ".join(sorted(subject)), [pair for pair in layouts if pair[0] != layout]
        if name and (words := self._name_words(name)):
            return self._readable([words], name, warnings), layouts
        if styles:
            return " ".join(styles), layouts
        shown = [word.low for word, role in zip(marked.words, marked.roles, strict=True) if role != _AVOID]
        shown = [word for word in shown if any(map(str.isalnum, word)) and word not in avoid]
        if not shown:
            raise InvalidBrief("The description only says what to leave out. Say in words what to draw.")
        warnings.append("The description names no subject. Say what to draw, such as a fox or a coffee cup.")
        useful = [word for word in shown if word not in tables.DROPPED | tables.BREAKS] or shown
        return " ".join(useful[:_CONTENT_WORDS]), layouts

    def _name_words(self, name: str) -> str:
        """The name as a subject: its words in lower case, translated, without "company" and the like."""
        words, _ = self._words(name.lower())
        lows = [word.low for word in words if any(map(str.isalnum, word.low))]
        telling = [low for low in lows if low not in tables.GENERIC_BUSINESSES]
        return " ".join(telling or lows)

    def _readable(self, phrases: Sequence[str], text: str, warnings: list[str]) -> str:
        """The phrases as content; what the encoder cannot read is left out if enough remains."""
        foreign = _unique(word for phrase in phrases for word in phrase.split() if _is_foreign(word))
        native = [" ".join(word for word in phrase.split() if not _is_foreign(word)) for phrase in phrases]
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
        kept, left = [], _CONTENT_WORDS
        for phrase in phrases:
            words = phrase.split()[:left]
            kept += [" ".join(words)] if words else []
            left -= len(words)
        if sum(len(phrase.split()) for phrase in phrases) > _CONTENT_WORDS:
            warnings.append(f"Only the first {_CONTENT_WORDS} words of what to draw were used.")
        return ", ".join(kept)

    def _translated(self, marked: _Marked, phrase: _Phrase) -> str:
        """A phrase as text; capitalised Russian words that turned out to be no names in English."""
        lows = [self._glossary.english(marked.low(i)) or marked.low(i) for i in phrase.words]
        return marked.joined(phrase.words, lows)


# --- Building the pipeline -----------------------------------------------------------------------


def _tokenizer(nlp: Language) -> Tokenizer:
    """Splits at spaces and at every separator; apostrophes and dots inside words stay."""
    return Tokenizer(
        nlp.vocab,
        prefix_search=re.compile(rf"^(?:[{_SEPARATOR}.']|#)").search,
        suffix_search=re.compile(rf"[{_SEPARATOR}.'#]$").search,
        infix_finditer=re.compile(rf"[{_SEPARATOR}]|(?<=[a-z])\.(?=[A-Z])").finditer,
        token_match=_HEX.fullmatch,
    )


def _pattern_matcher(nlp: Language, colours: Iterable[str]) -> Matcher:
    """Token patterns by rule. Rules for names end where the name begins."""
    matcher = Matcher(nlp.vocab)
    article = {"LOWER": {"IN": ["a", "an", "the"]}, "OP": "?"}
    business = {"LOWER": {"IN": sorted(tables.BUSINESSES)}}
    rules: dict[str, list[list[dict[str, Any]]]] = {
        "called": [
            [_any("called named titled dubbed")],
            [{"LOWER": "name"}, _any("is : = - – —")],
            [_any("brand company client startup business"), {"ORTH": ":"}],
        ],
        "letters": [[_any("letter letters initial initials monogram"), {"TEXT": {"REGEX": "^[A-Z]{1,3}$"}}]],
        "introduced": [
            [_any("we i"), _any("are am")],
            [_any("we're i'm it's")],
            [_any("this it"), {"LOWER": "is"}],
            [_any("saying says reads reading word text wordmark")],
            [{"LOWER": "name"}],
        ],
        "business": [[business], [business, {"LOWER": "is"}]],
        "addressed": [[_any("for"), _any("the my our", op="?")], [_any("logo logotype"), {"LOWER": "of"}]],
        "avoid": [
            [_any("no without avoid avoiding exclude excluding except nothing never not nor don't dont")],
            [{"LOWER": "do"}, {"LOWER": "not"}],
            [{"LOWER": "free"}, _any("of from")],
            [_any("instead rather"), _any("of than")],
        ],
        "free of": [[_any(" ".join(tables.AVOID_FREE)), {"ORTH": "-", "OP": "?"}, {"LOWER": "free"}]],
        "style of": [[{"LOWER": "in"}, article, _any("style spirit manner"), {"LOWER": "of"}]],
        "year": [[_any("since est established founded"), _any("in .", op="*"), {"TEXT": {"REGEX": "^[0-9]{4}$"}}]],
    }
    adjective = {"LOWER": {"IN": sorted({*tables.FRAME_ADJECTIVES, *colours})}, "OP": "{0,2}"}
    for layout, nouns in tables.SHAPES.items():
        shape = {"LOWER": {"IN": sorted(nouns)}}
        rules[f"layout {layout}"] = [
            [_any("in inside within on into"), article, adjective, shape],
            [_any("surrounded framed enclosed encircled"), _any("by in with"), article, adjective, shape],
            [shape, {"ORTH": "-", "OP": "?"}, _any(" ".join(tables.FRAME_WORDS))],
            [shape, _any("around behind")],
        ]
        holder = {"LOWER": {"IN": sorted(nouns & tables.HOLDERS)}}
        rules[f"holder {layout}"] = [[holder, _any("with containing surrounding")]]
    rules["layout letter"] = rules["letters"]
    for rule, patterns in rules.items():
        matcher.add(rule, patterns)
    return matcher


def _any(words: str, *, op: str = "{1}") -> dict[str, Any]:
    return {"LOWER": {"IN": words.split()}, "OP": op}


def _has_case(text: str, words: Sequence[_Word]) -> bool:
    """Whether capitals tell names from other words: not in titles, nor where all is upper case."""
    inner = [word for word in words if not word.opens and len(word.low) > 3]
    vocabulary = tables.BREAKS | tables.LOGO_NOUNS | tables.DROPPED
    is_title = len(inner) > 2 and all(word.is_capital for word in inner)
    return not text.isupper() and not (is_title and any(word.low in vocabulary for word in inner))


def _protect(marked: _Marked) -> None:
    """Marks compounds as one thing: those of the table, and words joined by tight hyphens."""
    compounds = list(marked.spans["protected"])
    known = {span for table in ("colour", "style", "filler", "free of") for span in marked.spans[table]}
    start = 0
    for index in range(len(marked.words)):
        if marked.low(index) in _DASHES or marked.low(index + 1) in _DASHES:
            if marked.is_tight(index) and index + 2 <= len(marked.words):
                continue
        parts = [marked.low(i) for i in range(start, index + 1)]
        is_compound = len(parts) > 2 and all(part[0].isalnum() for part in parts[::2])
        if is_compound and parts[-1] not in tables.COMPOUND_SUFFIXES and (start, index + 1) not in known:
            if not any((i, i + 1) in known and marked.low(i) not in tables.AMBIGUOUS for i in range(start, index)):
                compounds.append((start, index + 1))
        start = index + 1
    for begin, end in compounds:
        marked.protected[begin:end] = [True] * (end - begin)


def _mark_filler(marked: _Marked) -> None:
    """Marks stock phrases, founding years and places."""
    for start, end in [*marked.spans["filler"], *marked.spans["year"]]:
        if marked.is_free(start, end):
            marked.mark(start, end, _FILLER)
    for index in range(len(marked.words) - 1):
        if marked.low(index) in {"in", "from", "near", "at"} and marked.has_case:
            end = _name_end(marked, index + 1)
            if end > index + 1 and marked.low(index + 1) not in tables.NOT_NAMES:
                marked.mark(index, end, _FILLER)


# --- Small helpers -------------------------------------------------------------------------------

_T = TypeVar("_T")


def _unique(values: Iterable[_T]) -> list[_T]:
    return list(dict.fromkeys(values))


def _quoted_list(words: Sequence[str]) -> str:
    return ", ".join(f"“{word}”" for word in words)


def _is_foreign(word: str) -> bool:
    """Whether a word is written in another script than Latin."""
    return any(c.isalpha() and c > "\u024f" and not "\u1e00" <= c <= "\u1eff" for c in word)


def _refuse_empty(text: str, name: str) -> None:
    if any(map(str.isalnum, text + name)):
        return
    raise InvalidBrief(
        "There are no words in the description. Describe in words what to draw, such as: a red fox."
        if text
        else "The description is empty. Describe in words what to draw, or give a name.",
        fields=[("description", "says nothing that can be drawn")],
    )


def _avoid_field(text: str) -> Iterator[str]:
    for part in re.split(r"[,;\n]", text):
        words = plain_text(part).lower().strip(" .!?").split()
        while words and words[0] in {"no", "not", "without", "avoid", "any", "a", "an", "the"}:
            words.pop(0)
        if words:
            yield " ".join(words)


def _look_styles(look: _Marked) -> list[str]:
    """Styles of the style field; parts without a known style word count as they stand."""
    found = _find_styles(look)
    rest = [look.joined(phrase.words) for phrase in _PhraseBuilder(look).build()]
    return found or rest


def _slogan_warnings(marked: _Marked) -> list[str]:
    if _SLOGAN not in marked.roles:
        return []
    return ["The slogan is not drawn; add it beside the finished logo."]

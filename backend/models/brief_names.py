"""Finds the name that a text gives to the brand: quoted, announced by a cue, or leading."""

from __future__ import annotations

import re

from backend.domain.generation import LIMITS
from backend.models import brief_words as tables
from backend.models.brief_marks import MarkedText, Span, WordRole
from backend.models.brief_text import clipped

_NAME_WORDS = 6
_QUOTED = re.compile(
    r"\"([^\"]{1,80})\"|“([^“”]{1,80})”|«([^«»]{1,80})»|„([^„“”]{1,80})[“”]|「([^「」]{1,80})」"
    r"|『([^『』]{1,80})』|(?<!\w)'([^']{1,80})'(?!\w)"
)


def find_name(marked: MarkedText) -> str:
    """The name that the text itself gives, marked as such; "" when it gives none."""
    span = _quoted_name(marked) or _cued_name(marked) or _leading_name(marked)
    if span is None:
        return ""
    marked.mark(*span, WordRole.NAME)
    if any(start < span[0] and end == span[1] for start, end in marked.spans["letters"]):
        letters = marked.written(*span)
        return letters.upper() if len(letters) == 1 else "".join(filter(str.isupper, letters))
    return clipped(marked.written(*span), LIMITS.name_characters)


def forget_name(marked: MarkedText, name: str) -> None:
    """Marks mentions of a given name, spelt as given. A lone opening word may be a subject."""
    wanted = name.split()
    shown = [marked.text[word.start : word.end] for word in marked.words]
    for start in range(len(shown) - len(wanted) + 1):
        if shown[start : start + len(wanted)] != wanted:
            continue
        is_explained = marked.low(start + len(wanted)) in {",", "is"} | tables.DASHES
        if len(wanted) == 1 and marked.words[start].opens and not is_explained:
            continue
        if name != name.lower() or marked.low(start - 1) in {"for", "called", "named"}:
            marked.mark(start, start + len(wanted), WordRole.NAME)


def name_end(marked: MarkedText, start: int, *, any_case: bool = False) -> int:
    """Where the name that begins at a word ends; `start` when none can begin there."""
    if start >= len(marked.words) or not marked.is_free(start, start + 1):
        return start
    by_case = marked.words[start].is_capital
    if not by_case and (not any_case or marked.low(start) in {"after", "by", "for", "in"}):
        return start
    end, limit = start, min(len(marked.words), start + _NAME_WORDS)
    while end < limit and _goes_on(marked, start, end, by_case):
        end += 1
    while end > start and (
        marked.low(end - 1) in tables.NAME_JOINERS | tables.DASHES | {"logo", "."}
    ):
        end -= 1
    return end


def _quoted_name(marked: MarkedText) -> Span | None:
    name = None
    for match in _QUOTED.finditer(marked.text):
        start, end = match.span(match.lastindex or 0)
        inside = [i for i, word in enumerate(marked.words) if start <= word.start < end]
        if all(marked.low(index) in tables.JOINERS for index in inside):  # Of "rock 'n' roll".
            continue
        span = inside[0], inside[-1] + 1
        if {marked.low(span[0] - 2), marked.low(span[0] - 3)} & tables.SLOGAN_WORDS:
            marked.mark(*span, WordRole.SLOGAN)
        elif marked.words[span[0]].is_capital or not marked.is_vocabulary(*span):
            name = name or span
    return name


def _cued_name(marked: MarkedText) -> Span | None:
    for rule in ("called", "introduced", "business", "addressed", "letters"):
        for cue, start in marked.spans[rule]:
            if rule == "letters":
                return cue + 1, start
            while marked.low(start) in {":", "=", '"', "is"} | tables.DASHES:
                start += 1
            own = {"my", "our"} & {marked.low(index) for index in range(cue - 3, cue)}
            if rule == "business" and own and marked.low(start) == ",":
                start += 1
            end = name_end(marked, start, any_case=rule == "called")
            if end > start and (rule == "called" or _is_likely_name(marked, start, end)):
                return start, end
    return None


def _leading_name(marked: MarkedText) -> Span | None:
    """A name before an explanation: "Foxy, a bakery", "Foxy is a bakery", "Foxy - fresh bakery"."""
    for start, word in enumerate(marked.words):
        end = name_end(marked, start) if word.opens and word.is_capital else start
        if end == start or not _is_likely_name(marked, start, end):
            continue
        link, clause = marked.low(end), end + 1
        lows = [marked.low(index) for index in range(start, end)]
        is_name = len(lows) > 1 and tables.BUSINESSES.isdisjoint(lows)
        if link in tables.BUSINESSES and is_name and " ".join(lows) not in tables.BUSINESS_PHRASES:
            return start, end
        if link in {",", "is"} and marked.low(clause) not in tables.ARTICLES:
            continue
        explains = link in {",", "is", "|"} | tables.DASHES
        if not explains and (link != ":" or word.low in tables.LABELS):
            continue
        while marked.low(clause) and marked.low(clause) not in tables.CLAUSE_ENDS | tables.BREAKS:
            clause += 1
        if marked.low(clause - 1) in tables.BUSINESSES:
            return start, end
    return None


def _goes_on(marked: MarkedText, start: int, end: int, by_case: bool) -> bool:
    word = marked.words[end]
    if marked.roles[end] or (end > start and word.low in tables.NOT_NAMES and not marked.has_case):
        return False
    if word.low in tables.NAME_JOINERS and end > start:
        return end + 1 < len(marked.words) and marked.words[end + 1].is_capital
    if word.low in tables.DASHES:
        return marked.is_tight(end) and marked.is_tight(end - 1)
    if word.low == ".":
        return marked.low(end - 1) in tables.DOTTED
    if by_case:
        return word.is_capital
    return word.low[0].isalnum() and word.low not in tables.BREAKS | tables.DROPPED


def _is_likely_name(marked: MarkedText, start: int, end: int) -> bool:
    is_single = end - start == 1
    if not marked.has_case or not any(map(str.isalpha, marked.written(start, end))):
        return False
    if marked.low(start) in tables.NOT_NAMES and (
        is_single or marked.low(end - 1) in tables.BUSINESSES
    ):
        return False
    if marked.low(end) in {"style", "like", "inspired"}:
        return False
    is_part = marked.low(end) in tables.DASHES and marked.is_tight(end - 1)
    return not is_part and not (is_single and marked.is_vocabulary(start, end))

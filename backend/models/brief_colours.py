"""Finds the colours that a text asks for, and tells them from the things they are named after."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from backend.domain.brief import Colour
from backend.domain.generation import LIMITS
from backend.models import brief_words as tables
from backend.models.brief_marks import MarkedText, WordRole
from backend.models.brief_text import quoted_list
from backend.vector.colour_names import colours_in_briefs

_COLOUR_JOINERS = tables.JOINERS | tables.DASHES | {",", "on"}
_COLOUR_LINKS = tables.DASHES | {":", "of", "is", "are", "be", "should", "=", "the"}


@dataclass(frozen=True, slots=True)
class _ColourSpan:
    """A colour name; its kind is "sure", "leaning" (to a colour) or "thing"."""

    start: int
    end: int
    name: str
    kind: str


def colour_meanings() -> dict[str, tuple[Colour, ...]]:
    """What every colour name means, as its tokens joined by spaces."""
    known = colours_in_briefs()
    meanings: dict[str, tuple[Colour, ...]] = {name: (known[name],) for name in known}
    for alias, names in tables.COLOUR_ALIASES.items():
        meanings[alias] = tuple(known[name] for name in names)
    return meanings


def find_colours(marked: MarkedText) -> list[str]:
    """Names and codes that are meant as colours, in order; marked together with their helpers."""
    found = []
    for run in _colour_runs(marked, _colour_spans(marked)):
        meant = [span for span in run if _is_meant_as_colour(marked, run, span)]
        for span in meant:
            found.append(span.name)
            marked.mark(_after_modifiers(marked, span.start), span.end, WordRole.COLOUR)
        end = run[-1].end
        if meant and (marked.low(end) in tables.COLOUR_BEARERS or _says_coloured(marked, end)):
            marked.mark(end, end + 1 + _says_coloured(marked, end), WordRole.COLOUR)
    return found


def find_ground(marked: MarkedText) -> str:
    """The colour name that is meant for the background: "on white", "a black background"; or ""."""
    spans = [span for span in marked.spans["colour"] if marked.roles[span[0]] is WordRole.COLOUR]
    for start, end in spans:
        before = _after_modifiers(marked, start) - 1
        before -= marked.low(before) in tables.ARTICLES
        is_first_of_many = marked.low(end) in tables.JOINERS and any(
            other == end + 1 for other, _ in spans
        )
        lies_below = marked.low(before) == "on" and not is_first_of_many
        if marked.low(end) in tables.GROUNDS or (lies_below and not marked.is_noun(end)):
            return " ".join(marked.lows(start, end))
    return ""


def chosen_colours(
    palette: Sequence[Colour],
    names: Sequence[str],
    avoid: Sequence[str],
    meanings: Mapping[str, tuple[Colour, ...]],
    warnings: list[str],
) -> tuple[Colour, ...]:
    """The colours of a brief: the palette of the request, or else those named and not avoided."""
    if refused := dict.fromkeys(name for name in names if name in avoid):
        warnings.append(
            f"Both asked for and to be avoided, so left out: {quoted_list(list(refused))}."
        )
    wanted = [name for name in names if name not in avoid]
    found = [colour for name in wanted for colour in meant_by(name, meanings)]
    limit = LIMITS.palette_colours
    if palette:
        if set(found) - set(palette):
            warnings.append("The chosen palette was used; the described colours were not.")
        found = list(palette)
    elif len(set(found)) > limit:
        warnings.append(f"A logo takes at most {limit} colours; the first {limit} were used.")
    return tuple(dict.fromkeys(found))[:limit]


def meant_by(name: str, meanings: Mapping[str, tuple[Colour, ...]]) -> tuple[Colour, ...]:
    """The colours of a name or code that `find_colours` found."""
    return (Colour.from_hex(name[:7]),) if name[0] == "#" else meanings[name]


def _after_modifiers(marked: MarkedText, start: int) -> int:
    """Where a colour begins with the words before it that only shade it."""
    while marked.low(start - 1) in tables.COLOUR_MODIFIERS:
        start -= 1
    return start


def _says_coloured(marked: MarkedText, index: int) -> bool:
    return marked.low(index) in tables.DASHES and marked.low(index + 1) in tables.COLOUR_NOUNS


def _colour_spans(marked: MarkedText) -> list[_ColourSpan]:
    spans: list[_ColourSpan] = []
    for start, end in marked.spans["colour"]:
        if not marked.is_free(start, end):
            continue
        name = " ".join(marked.lows(start, end))
        kind = "leaning" if name in tables.LEANS_COLOUR else "thing"
        kind = kind if name in tables.AMBIGUOUS else "sure"
        tints = spans and spans[-1].end == start and spans[-1].kind != "sure" and kind == "sure"
        if tints and spans[-1].name not in {"gold", "silver", "orange", "violet"}:
            # "chocolate brown" is one colour, and surely one.
            spans[-1] = _ColourSpan(spans[-1].start, end, spans[-1].name, "sure")
        else:
            spans.append(_ColourSpan(start, end, name, kind))
    return spans


def _colour_runs(marked: MarkedText, spans: Iterable[_ColourSpan]) -> list[list[_ColourSpan]]:
    """Colour names that only commas and conjunctions separate."""
    runs: list[list[_ColourSpan]] = []
    for span in spans:
        between = range(runs[-1][-1].end, span.start) if runs else range(0)
        if 0 < len(between) <= 2 and {marked.low(i) for i in between} <= _COLOUR_JOINERS:
            runs[-1].append(span)
        else:
            runs.append([span])
    return runs


def _is_meant_as_colour(marked: MarkedText, run: Sequence[_ColourSpan], span: _ColourSpan) -> bool:
    """Whether a name in a run of colour names is a colour and not the thing it is named after.

    Sure names always are, and all beside words like "background", "shades of" or "-coloured".
    """
    first, end = _after_modifiers(marked, run[0].start), run[-1].end
    if span.kind == "sure" or _follows_colour_noun(marked, first) or _says_coloured(marked, end):
        return True
    if marked.low(end) in tables.COLOUR_NOUNS | tables.COLOUR_BEARERS:
        return True
    others = [other.kind for other in run if other is not span and other.kind != "thing"]
    if span.kind == "leaning":
        return "sure" in others or _colours_a_noun(marked, first, end, span.name)
    is_joined = any(marked.low(index) in tables.JOINERS for index in range(first, end))
    return _stands_for_colour(marked, first, end, span.name, len(others) + is_joined)


def _colours_a_noun(marked: MarkedText, first: int, end: int, name: str) -> bool:
    """For names that lean to colours: before a noun, after a bare "in" or "with", or alone."""
    if marked.is_noun(end) or marked.low(end) in tables.LOGO_NOUNS:
        return True
    is_fruit = name == "orange" and not tables.FRUIT.isdisjoint(word.low for word in marked.words)
    is_alone = marked.stands_alone(first, end) and not is_fruit
    return is_alone or marked.low(first - 1) in {"in", "with", "on", "using"}


def _stands_for_colour(marked: MarkedText, first: int, end: int, name: str, ties: int) -> bool:
    """For names that lean to things: tied to colours, or after a bare "in", and no noun follows.

    `ties` counts the other colours of the run, and one more for an "and".
    """
    before, is_of_logo = marked.low(first - 1), marked.low(end) in tables.LOGO_NOUNS
    if marked.is_noun(end) or (before in tables.ARTICLES and not is_of_logo):
        return False
    is_name = marked.words[first].is_capital and not marked.words[first].opens
    if (is_name and marked.has_case) or WordRole.COLOUR in marked.roles[first - 1 : first]:
        return False
    at_scene = name in tables.SCENERY and marked.low(first - 2) not in tables.LOGO_NOUNS
    return ties > 1 or (before == "in" and not at_scene)


def _follows_colour_noun(marked: MarkedText, first: int) -> bool:
    """Whether "colours:", "shades of" or the like leads to a word."""
    index = first - 1
    while index >= first - 3 and marked.low(index) in _COLOUR_LINKS:
        index -= 1
    return marked.low(index) in tables.COLOUR_NOUNS

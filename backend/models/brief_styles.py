"""Finds the layouts and styles that a text asks for."""

from __future__ import annotations

from collections.abc import Iterator

from backend.models import brief_words as tables
from backend.models.brief_marks import MarkedText, WordRole
from backend.vector.layouts import Layout


def find_layouts(marked: MarkedText) -> list[tuple[str, str]]:
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
        if any(marked.protected[start:end]) or None not in taken:
            continue
        if taken & {WordRole.LAYOUT, WordRole.AVOID}:
            continue
        found.append((start, str(layout), marked.joined(range(start, end))))
        marked.mark(start, end, WordRole.LAYOUT)
    return [(layout, words) for _, layout, words in sorted(found)]


def find_styles(marked: MarkedText) -> list[str]:
    """Style words in order, marked; what stands after "in the style of" counts as one."""
    found = [*_known_styles(marked), *_styles_of_their_own(marked)]
    for start, begin in marked.spans["style of"]:
        end = begin
        while marked.low(end) and marked.low(end) not in tables.CLAUSE_ENDS | tables.BREAKS:
            end += 1
        free = [i for i in range(begin, end) if not marked.roles[i]]
        if free and WordRole.STYLE not in marked.roles[begin:end]:
            found.append((start, marked.joined(free)))
        marked.mark(start, end, WordRole.STYLE)
    return [name for _, name in sorted(found)]


def _known_styles(marked: MarkedText) -> Iterator[tuple[int, str]]:
    for start, end in marked.spans["style"]:
        name = " ".join(marked.lows(start, end))
        is_sure = name not in tables.STYLES_NEED_CUE
        if marked.is_free(start, end) and (is_sure or _is_meant_as_style(marked, start, end)):
            yield start, name
            has_noun = marked.low(end) in tables.STYLE_NOUNS and not marked.is_noun(end + 1)
            marked.mark(start, end + has_noun, WordRole.STYLE)


def _styles_of_their_own(marked: MarkedText) -> Iterator[tuple[int, str]]:
    """What is called a style without being in the table: "NASA style"."""
    for index in range(1, len(marked.words)):
        start = index - 1 - (marked.low(index - 1) in tables.DASHES)
        if marked.low(index) not in {"style", "styled"} or not marked.is_noun(start):
            continue
        while marked.words[start].is_capital and start and marked.is_free(start - 1, start):
            if not marked.words[start - 1].is_capital:
                break
            start -= 1
        if marked.is_free(start, index + 1):
            yield start, marked.joined(range(start, index)).rstrip("- ")
            marked.mark(start, index + 1, WordRole.STYLE)


def _is_meant_as_style(marked: MarkedText, start: int, end: int) -> bool:
    if marked.low(end) in tables.STYLE_NOUNS or marked.low(start - 1) in {"style", "styles"}:
        return True
    if any(end == other or start == last for other, last in marked.spans["style"]):
        return True
    if _is_one_of_two(marked, start, end):
        return True
    before = start - 1 - (marked.low(start - 1) in tables.JOINERS)
    is_tied = before >= 0 and marked.roles[before] in {WordRole.COLOUR, WordRole.STYLE}
    return (is_tied and not marked.is_noun(end)) or marked.stands_alone(start, end)


def _is_one_of_two(marked: MarkedText, start: int, end: int) -> bool:
    """Whether an adjective is joined with another one: "bright and playful"."""
    others = [span for span in marked.spans["style"] if _describes(marked, *span)]
    return _describes(marked, start, end) and any(
        (marked.low(end) in tables.JOINERS and first == end + 1)
        or (marked.low(start - 1) in tables.JOINERS and last == start - 1)
        for first, last in others
    )


def _describes(marked: MarkedText, start: int, end: int) -> bool:
    return " ".join(marked.lows(start, end)) not in tables.STYLES_THAT_ARE_THINGS

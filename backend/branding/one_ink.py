"""A drawing in a single ink: which areas stay, which become holes, gaps where two would melt."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from itertools import product

import pathops

from backend.branding.drawing import Drawing
from backend.branding.outlines import Outline, around, combined, without
from backend.branding.visible_areas import Region, area_of, contacts, visible_regions
from backend.domain.brief import Colour
from backend.vector.colour import colour_difference, contrast_ratio

GAP_SHARE = 0.025
"""Width of a gap between two areas, as a share of the size of what they belong to: a mark in a
badge has the gaps that it has alone."""

# Costs of a pixel of common edge: two holes lose the edge; two inks keep it as a gap.
_LOST, _GAPPED = 1.0, 0.3
# An area that a gap leaves less of than this is too thin for it.
_LEAST_LEFT = 0.6
# One decision for all areas of a colour looks intended; it may cost a little more.
_UNIFORM_BONUS = 1.2
_SAME_COLOUR = 3.0
_BLACK = Colour(0, 0, 0)


def one_ink(drawing: Drawing, *, ground: Colour | None) -> Outline:
    """All that is printed of a drawing when there is one ink, as an area; pictures are left out.

    An area inside another becomes a hole in it; two that stand side by side are parted by a gap,
    cut from the lighter one unless that is too thin. What wears the ground's colour is a hole.

    Args:
        ground: what the drawing was made for; None where nothing is known.
    """
    fills = {layer.fill for layer in drawing.layers}
    if len(fills) <= 1:
        return combined(layer.outline for layer in drawing.layers)
    regions = visible_regions(drawing)
    paper = [ground is not None and _is_paper(region, ground) for region in regions]
    if all(paper):
        paper = [False] * len(regions)
    lengths = contacts(drawing, regions)
    inked = _decided(regions, paper, lengths)
    whole = min(drawing.width, drawing.height)
    gaps = [GAP_SHARE * min(whole, size) for size in _sizes(regions, lengths)]
    return combined(_parted(regions, inked, lengths, gaps))


def _is_paper(region: Region, ground: Colour) -> bool:
    return colour_difference(region.fill, ground) <= _SAME_COLOUR


def _decided(
    regions: tuple[Region, ...], paper: list[bool], lengths: Mapping[tuple[int, int], int]
) -> list[bool]:
    """Whether each region is inked: the cheapest of what was tried."""
    inked = [not is_paper for is_paper in paper]
    by_size = sorted(range(len(regions)), key=lambda i: -regions[i].area)
    found = [
        _improved(inked, [i for i in order if not paper[i]], lengths)
        for order in (by_size, by_size[::-1])
    ]
    best = min(found, key=lambda choice: _cost(choice, lengths))
    fills = list(dict.fromkeys(region.fill for region in regions))
    uniform = min(
        (
            [choice[fills.index(region.fill)] and not paper[i] for i, region in enumerate(regions)]
            for choice in product((True, False), repeat=len(fills))
            if any(choice)
        )
        if len(fills) <= 6
        else [best],
        key=lambda choice: _cost(choice, lengths),
    )
    if any(uniform) and _cost(uniform, lengths) <= _UNIFORM_BONUS * _cost(best, lengths):
        return uniform
    return best


def _improved(
    inked: list[bool], order: list[int], lengths: Mapping[tuple[int, int], int]
) -> list[bool]:
    """Regions turned one by one as long as that helps."""
    best, cost = list(inked), _cost(inked, lengths)
    for _ in range(4):
        before = cost
        for i in order:
            turned = [is_ink != (j == i) for j, is_ink in enumerate(best)]
            if any(turned) and (less := _cost(turned, lengths)) < cost:
                best, cost = turned, less
        if cost == before:
            break
    return best


def _cost(inked: list[bool], lengths: Mapping[tuple[int, int], int]) -> float:
    total = 0.0
    for (i, j), length in lengths.items():
        first, second = i > 0 and inked[i - 1], inked[j - 1]
        if first == second:
            total += length * (_GAPPED if first else _LOST)
    return total


def _sizes(regions: tuple[Region, ...], lengths: Mapping[tuple[int, int], int]) -> list[float]:
    """For each region the mean side of the box around all that hangs together with it."""
    groups = list(range(len(regions)))
    for i, j in lengths:
        if i > 0:
            old, new = groups[j - 1], groups[i - 1]
            groups = [new if group == old else group for group in groups]
    boxes = {
        group: around(
            [
                region.outline.bounds
                for region, one in zip(regions, groups, strict=True)
                if one == group
            ]
        )
        for group in set(groups)
    }
    return [
        math.sqrt((right - left) * (bottom - top))
        for left, top, right, bottom in (boxes[group] for group in groups)
    ]


def _parted(
    regions: tuple[Region, ...],
    inked: list[bool],
    lengths: Mapping[tuple[int, int], int],
    gaps: list[float],
) -> Iterator[Outline]:
    """The inked regions with gaps between those of different colours that touch."""
    outlines = {i: region.outline for i, region in enumerate(regions) if inked[i]}
    for i, j in lengths:
        first, second = i - 1, j - 1
        if first not in outlines or second not in outlines:
            continue
        lighter, darker = sorted((first, second), key=lambda n: _lightness(regions[n]))[::-1]
        _part(outlines, lighter, darker, gaps[first])
    yield from outlines.values()


def _part(outlines: dict[int, Outline], lighter: int, darker: int, gap: float) -> None:
    """Cuts the gap into one of two touching areas; where both are too thin, the lighter goes."""
    for cut, kept in ((lighter, darker), (darker, lighter)):
        left = without(outlines[cut], _widened(outlines[kept], gap))
        if area_of(left) >= _LEAST_LEFT * area_of(outlines[cut]):
            outlines[cut] = left
            return
    del outlines[lighter]


def _widened(outline: Outline, width: float) -> Outline:
    """The area and all that is closer to it than the width."""
    band = outline.to_skia()
    band.stroke(2 * width, pathops.LineCap.ROUND_CAP, pathops.LineJoin.ROUND_JOIN, 4)
    return combined([outline, Outline.from_skia(band)])


def _lightness(region: Region) -> float:
    return contrast_ratio(region.fill, _BLACK)

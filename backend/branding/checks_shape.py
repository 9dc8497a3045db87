"""How a mark and a lockup are built: room, balance, and how much there is to them."""

from __future__ import annotations

import math

import numpy as np

from backend.branding.lockups import Lockup
from backend.branding.marks import Mark, MarkForm
from backend.branding.regions import regions_of
from backend.branding.views import View
from backend.domain.branding import Finding, LockupKind, Verdict
from backend.domain.brief import Colour
from backend.vector.colour import lab_from_srgb

# 99 % of the glyph library's drawings have up to 22 areas and 215 points; tracing adds some.
MOST_PATHS, MOST_NODES, MOST_COLOURS = 30, 400, 4
LEAST_ROOM = 0.06
"""Around what is drawn on a tile, by the tile's longer side; between mark and lettering, by the
mark's."""
MOST_OFF_CENTRE = 0.1
"""Of the weight, by the mark's longer side; nine of ten glyphs of the library are within."""

# A tile fills so much of each side of its box, round corners or not.
_TILE_EDGE = 0.5
# With less of its box it is a frame, whose inside may come close to its outside.
_TILE_SHARE = 0.5

Figures = dict[str, float | str]


def margins(mark: View, lockup: Lockup, print_width_mm: float) -> Finding:
    """Room on a tile and between mark and lettering, and what is to be left free outside."""
    clear_mm = lockup.clear_space / lockup.drawing.width * print_width_mm
    rooms = {"tile": tile_room(mark), "lettering": lettering_room(lockup)}
    known = {where: room for where, room in rooms.items() if room is not None}
    figures: Figures = {
        "limit": LEAST_ROOM,
        "limit_percent": 100 * LEAST_ROOM,
        "clear_space_mm": round(clear_mm, 1),
        "print_width_mm": print_width_mm,
    }
    if known:
        where, room = min(known.items(), key=lambda item: item[1])
        # Never up to the limit that it misses.
        percent = math.floor(1000 * room) / 10
        figures |= {"where": where, "room": round(room, 3), "room_percent": percent}
        if room < LEAST_ROOM:
            return _narrow(where, percent, figures)
    text = (
        "Everything has room. Printed "
        f"{print_width_mm:.0f} mm wide, keep {clear_mm:.1f} mm free around it."
    )
    return Finding("margins", Verdict.PASS, text, "", figures)


def _narrow(where: str, percent: float, figures: Figures) -> Finding:
    needed = f"{100 * LEAST_ROOM:.0f} % is needed"
    if where == "tile":
        text = f"The drawing comes within {percent:.1f} % of its tile's edge; {needed}."
        advice = "Remove the background, or choose a picture with more room around the drawing."
    else:
        text = f"Mark and lettering stand {percent:.1f} % of the mark's size apart; {needed}."
        advice = "Choose another lockup."
    return Finding("margins", Verdict.WARN, text, advice, figures)


def tile_room(mark: View) -> float | None:
    """Room around what is drawn on a tile, by its longer side; None where there is no tile."""
    labels = mark.labels
    sides = (labels[0], labels[-1], labels[:, 0], labels[:, -1])
    tile = int(np.bincount(np.concatenate(sides), minlength=2)[1:].argmax()) + 1
    if min((side == tile).mean() for side in sides) < _TILE_EDGE:
        return None
    regions = regions_of(labels)
    outside = (regions.labels == 0) & regions.at_border
    drawn = (labels != tile) & ~outside[regions.ids]
    is_frame = (labels == tile).mean() < _TILE_SHARE
    if is_frame or not drawn.any():
        return None
    rows, columns = np.nonzero(drawn.any(axis=1))[0], np.nonzero(drawn.any(axis=0))[0]
    height, width = labels.shape
    room = min(rows[0], columns[0], height - 1 - rows[-1], width - 1 - columns[-1])
    return float(room / max(height, width))


def lettering_room(lockup: Lockup) -> float | None:
    """Between mark and lettering, by the mark's longer side; None where one holds the other."""
    mark, text = lockup.mark_box, lockup.text_box
    if mark is None or text is None or lockup.kind is LockupKind.BADGE:
        return None
    across = max(text[0] - mark[2], mark[0] - text[2])
    down = max(text[1] - mark[3], mark[1] - text[3])
    return max(across, down, 0.0) / max(mark[2] - mark[0], mark[3] - mark[1])


def centring(mark: View, ground: Colour) -> Finding:
    """How far the mark's weight lies from the middle of its box."""
    x, y = off_centre(mark, ground)
    off = max(abs(x), abs(y))
    if abs(x) >= abs(y):
        where, said, to = ("right", "right", "left") if x > 0 else ("left", "left", "right")
    else:
        where, said, to = ("low", "down", "up") if y > 0 else ("high", "up", "down")
    figures: Figures = {
        "across": round(x, 3),
        "down": round(y, 3),
        "off": round(off, 3),
        "off_percent": float(round(100 * off)),
        "where": where,
        "limit": MOST_OFF_CENTRE,
        "limit_percent": 100 * MOST_OFF_CENTRE,
    }
    if off <= MOST_OFF_CENTRE:
        text = f"The mark is balanced: its weight lies within {100 * off:.0f} % of its middle."
        return Finding("centring", Verdict.PASS, text, "", figures)
    text = (
        f"The mark's weight lies {100 * off:.0f} % of its size too far {said}, so that centred "
        "by its edges it looks off."
    )
    advice = f"In square and round frames move it {to} a little, until it looks centred."
    return Finding("centring", Verdict.WARN, text, advice, figures)


def off_centre(mark: View, ground: Colour) -> tuple[float, float]:
    """The ink's centre of mass from the middle of its box, right and down, by its longer side.

    Inks weigh as much as their lightness differs from the ground's.
    """
    lightness = lab_from_srgb(np.array([ink.rgb for ink in mark.inks]).reshape(-1, 3))[:, 0]
    weights = np.abs(lightness - lab_from_srgb(ground.rgb)[0]) + 1
    mass = np.tensordot(weights.astype(np.float32), mark.cover, axes=1)
    total = float(mass.sum())
    if total == 0:
        return 0.0, 0.0
    height, width = mass.shape
    x = float(mass.sum(axis=0) @ (np.arange(width) + 0.5)) / total - width / 2
    y = float(mass.sum(axis=1) @ (np.arange(height) + 0.5)) / total - height / 2
    side = max(height, width)
    return x / side, y / side


def complexity(mark: Mark, seen: View) -> Finding:
    """Areas, points and colours of the mark, against what most simple drawings have."""
    nodes = sum(
        1 for layer in mark.drawing.layers for step in layer.outline.segments if step.points
    )
    colours = len(seen.inks)
    figures: Figures = {
        "paths": float(mark.paths),
        "paths_limit": float(MOST_PATHS),
        "nodes": float(nodes),
        "nodes_limit": float(MOST_NODES),
        "colours": float(colours),
        "colours_limit": float(MOST_COLOURS),
        "form": str(mark.form),
    }
    if mark.form is MarkForm.PIXELS:
        text = "The mark consists of pixels: it cannot be enlarged, cut or embroidered sharply."
        advice = "Turn on flat, exact colours, or choose a simpler picture."
        return Finding("complexity", Verdict.WARN, text, advice, figures)
    has = (
        f"{_counted(mark.paths, 'shape')}, {_counted(nodes, 'point')} and "
        f"{_counted(colours, 'colour')}"
    )
    if mark.paths <= MOST_PATHS and nodes <= MOST_NODES and colours <= MOST_COLOURS:
        text = f"The mark is simple enough to be remembered and redrawn: {has}."
        return Finding("complexity", Verdict.PASS, text, "", figures)
    text = (
        f"The mark is busy: {has}. Marks that are easy to remember have up to {MOST_PATHS}, "
        f"{MOST_NODES} and {MOST_COLOURS}."
    )
    advice = "A mark of fewer shapes is easier to remember and cheaper to embroider and engrave."
    return Finding("complexity", Verdict.WARN, text, advice, figures)


def _counted(number: int, what: str) -> str:
    return f"{number} {what}" if number == 1 else f"{number} {what}s"

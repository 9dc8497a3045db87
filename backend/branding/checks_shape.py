"""How a mark and a lockup are built: room, balance, and how much there is to them."""

from __future__ import annotations

import numpy as np

from backend.branding.lockups import Lockup
from backend.branding.marks import Mark, MarkForm
from backend.branding.views import View
from backend.domain.branding import Finding, LockupKind, Verdict
from backend.domain.brief import Colour
from backend.vector.colour import lab_from_srgb

MOST_PATHS, MOST_NODES, MOST_COLOURS = 40, 800, 4
LEAST_ROOM = 0.06
"""Of a tile's longer side around what is drawn on it; of the mark's between mark and lettering."""
MOST_OFF_CENTRE = 0.08
"""Share of the mark's longer side."""

_TILE_EDGE = 0.85


def margins(mark: View, lockup: Lockup, print_width_mm: float) -> Finding:
    """Room inside a tile, and between mark and lettering; what to leave free outside."""
    clear_mm = lockup.clear_space / lockup.drawing.width * print_width_mm
    figures = {
        "limit": LEAST_ROOM,
        "clear_space_mm": round(clear_mm, 1),
        "print_width_mm": print_width_mm,
    }
    rooms = [
        (room, text, advice)
        for room, text, advice in (
            (
                _tile_room(mark),
                "The drawing comes within {room:.0f} % of its tile's edge",
                "Remove the background, or choose a picture with more room around the drawing.",
            ),
            (
                _gap(lockup),
                "Mark and lettering stand only {room:.0f} % of the mark apart",
                "Choose another lockup.",
            ),
        )
        if room is not None
    ]
    room, text, advice = min(rooms, default=(1.0, "", ""))
    if rooms:
        figures["room"] = round(room, 3)
    if room < LEAST_ROOM:
        text = f"{text.format(room=100 * room)}; {100 * LEAST_ROOM:.0f} % is needed."
        return Finding("margins", Verdict.WARN, text, advice, figures)
    text = (
        f"Everything has room. Leave {clear_mm:.1f} mm free around it "
        f"when it is {print_width_mm:.0f} mm wide."
    )
    return Finding("margins", Verdict.PASS, text, "", figures)


def _tile_room(mark: View) -> float | None:
    """Room around what is drawn on a tile, as a share of its longer side; None without a tile."""
    labels = mark.labels
    edge = np.concatenate([labels[0], labels[-1], labels[:, 0], labels[:, -1]])
    counts = np.bincount(edge, minlength=len(mark.inks) + 1)
    tile = int(np.argmax(counts))
    drawn = (labels != tile) & (labels != 0)
    if tile == 0 or counts[tile] < _TILE_EDGE * len(edge) or not drawn.any():
        return None
    rows, columns = np.nonzero(drawn.any(axis=1))[0], np.nonzero(drawn.any(axis=0))[0]
    height, width = labels.shape
    room = min(rows[0], columns[0], height - 1 - rows[-1], width - 1 - columns[-1])
    return float(room / max(height, width))


def _gap(lockup: Lockup) -> float | None:
    """Between mark and lettering, as a share of the mark's longer side."""
    mark, text = lockup.mark_box, lockup.text_box
    if mark is None or text is None or lockup.kind is LockupKind.BADGE:
        return None
    across = max(text[0] - mark[2], mark[0] - text[2])
    down = max(text[1] - mark[3], mark[1] - text[3])
    return max(across, down, 0.0) / max(mark[2] - mark[0], mark[3] - mark[1])


def centring(mark: View, lockup: Lockup, ground: Colour) -> Finding:
    """How far the mark's weight lies from the middle of its box, and lettering from the mark's."""
    x, y = off_centre(mark, ground)
    figures = {"across": round(x, 3), "down": round(y, 3), "limit": MOST_OFF_CENTRE}
    off = max(abs(x), abs(y))
    figures["off"] = round(off, 3)
    if off <= MOST_OFF_CENTRE:
        text = f"The mark is balanced: its weight lies {100 * off:.0f} % from its middle."
        return Finding("centring", Verdict.PASS, text, "", figures)
    if abs(x) >= abs(y):
        where, to = ("right", "left") if x > 0 else ("left", "right")
    else:
        where, to = ("low", "up") if y > 0 else ("high", "down")
    figures["where"] = where
    text = f"The mark's weight lies {100 * off:.0f} % of its size too far {where}."
    advice = f"In a square or round frame move it {to} a little until it looks centred."
    return Finding("centring", Verdict.WARN, text, advice, figures)


def off_centre(mark: View, ground: Colour) -> tuple[float, float]:
    """The ink's centre of mass from the middle of its box, right and down, by its longer side.

    Inks weigh as much as their lightness differs from the ground's.
    """
    if not mark.inks:
        return 0.0, 0.0
    lightness = lab_from_srgb([ink.rgb for ink in mark.inks])[:, 0]
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
    """Areas, points and colours of the mark."""
    nodes = sum(
        1 for layer in mark.drawing.layers for step in layer.outline.segments if step.points
    )
    figures = {
        "paths": float(mark.paths),
        "paths_limit": float(MOST_PATHS),
        "nodes": float(nodes),
        "nodes_limit": float(MOST_NODES),
        "colours": float(len(seen.inks)),
        "colours_limit": float(MOST_COLOURS),
        "form": str(mark.form),
    }
    many = f"{mark.paths} areas, {nodes} points, {len(seen.inks)} colours"
    if mark.form is MarkForm.PIXELS:
        text = "The mark consists of pixels, so it cannot be enlarged or cut from a vector file."
        advice = "Turn on flat, exact colours, or choose a simpler picture."
        return Finding("complexity", Verdict.WARN, text, advice, figures)
    if mark.paths <= MOST_PATHS and nodes <= MOST_NODES and len(seen.inks) <= MOST_COLOURS:
        text = f"The mark is simple enough to be remembered and redrawn: {many}."
        return Finding("complexity", Verdict.PASS, text, "", figures)
    text = (
        f"The mark is busy: {many}. "
        f"Good logos have up to {MOST_PATHS}, {MOST_NODES} and {MOST_COLOURS}."
    )
    advice = "Fewer shapes are easier to remember and cheaper to embroider, engrave and cut."
    return Finding("complexity", Verdict.WARN, text, advice, figures)

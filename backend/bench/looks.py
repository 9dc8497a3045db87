"""Mock-ups and quality gates of a lockup: seconds for all of them."""

from __future__ import annotations

from collections.abc import Iterator

from backend.bench.measure import Row, median_of
from backend.branding.checks import check
from backend.branding.drawing import Drawing, Layer
from backend.branding.lockups import build_lockup
from backend.branding.marks import MARK_UNITS, Mark, MarkForm
from backend.branding.mockups import mockups
from backend.branding.outlines import Outline, within, without
from backend.domain.branding import LockupKind, TextOptions
from backend.domain.brief import Colour
from backend.vector.layouts import disc_path

_GROUND, _DEEP, _BRIGHT = (Colour.from_hex(text) for text in ("#FFFFFF", "#12355B", "#2FA4C7"))


def looks() -> Iterator[Row]:
    """Seven mock-ups, and every gate, of a mark in two colours with its name."""
    mark = _mark()
    lockup = build_lockup(LockupKind.LEFT, mark.drawing, TextOptions(name="Harbour"), _DEEP)

    def show() -> None:
        palette = mark.palette
        mockups(lockup.drawing, mark.drawing, ground=_GROUND, palette=palette, name="Harbour")

    yield Row("7 mock-ups of a lockup", 1000 * median_of(show, 7), None, "ms", "<= 1 s")
    yield Row(
        "quality gates of a lockup",
        1000 * median_of(lambda: check(mark, lockup, ground=_GROUND), 7),
        None,
        "ms",
        "<= 500 ms",
    )


def _mark() -> Mark:
    half = MARK_UNITS / 2
    disc = Outline.from_svg(disc_path(half, half, half))
    wave = Outline.from_svg("M-10 520C200 400 350 640 520 520C700 400 850 640 1010 520V1010H-10Z")
    layers = (Layer(without(disc, wave), _DEEP), Layer(within(disc, wave), _BRIGHT))
    drawing = Drawing(MARK_UNITS, MARK_UNITS, layers)
    return Mark(drawing, MarkForm.NATIVE, (_GROUND, _DEEP, _BRIGHT), 2, 1.0)

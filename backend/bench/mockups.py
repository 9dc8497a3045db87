"""The mock-ups of a brand that was drawn and finished a moment ago."""

from __future__ import annotations

from collections.abc import Iterator

from backend.bench.mark_sources import source_of
from backend.bench.measure import Row, median_of
from backend.branding.lockups import build_lockup, lettering_ink
from backend.branding.marks import make_mark
from backend.branding.mockups import mockups
from backend.branding.variants import WHITE
from backend.domain.branding import LockupKind, MarkOptions, TextOptions
from backend.domain.brief import Colour
from backend.domain.generation import LogoRequest, SourceName
from backend.models.registry import ModelHouse
from backend.services.chain import DRAFTS_ONLY
from backend.services.local import run_alone


def brand_mockups(house: ModelHouse) -> Iterator[Row]:
    """All seven at 960 x 600 px; what is worked out for a brand is worked out each time."""
    request = LogoRequest(
        "a fox face for a coffee roastery",
        palette=(WHITE, Colour.from_hex("#B3431B"), Colour.from_hex("#2E1A12")),
        count=1,
        seed=3,
        source=SourceName.COMPOSER,
    )
    (picture,) = run_alone(house, request, DRAFTS_ONLY, lambda *_: None).pictures
    mark = make_mark(source_of(picture), MarkOptions())
    text = TextOptions("Foxglove", "Coffee Roasters")
    ink = lettering_ink(mark, WHITE)
    lockup = build_lockup(LockupKind.LEFT, mark.drawing, text, ink).drawing

    def all_seven() -> None:
        mockups(lockup, mark.drawing, ground=WHITE, palette=mark.palette, name=text.name)

    yield Row("7 mock-ups of a brand", median_of(all_seven, 9), None, "s", "<= 1 s")

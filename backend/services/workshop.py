"""The parts of `branding` that the use cases call, gathered when they are first needed.

Together they bring Skia, HarfBuzz and ReportLab along; a web process that finishes nothing need not
wait for them, and tests of the use cases bring their own.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any, Protocol

from PIL import Image

from backend.branding.drawing import Drawing
from backend.branding.marks import Mark, MarkSource
from backend.domain.branding import Finding, LockupKind, MarkOptions, TextOptions
from backend.domain.brief import Colour

if TYPE_CHECKING:
    from backend.branding.fonts import Family
    from backend.branding.kit import KitOrder
    from backend.branding.lockups import Lockup


class BuildLockup(Protocol):
    """See `branding.lockups.build_lockup`."""

    def __call__(
        self,
        kind: LockupKind,
        mark: Drawing | None,
        text: TextOptions,
        ink: Colour,
        *,
        accent: Colour | None = None,
    ) -> Lockup:
        """Mark and lettering as one drawing."""


class Check(Protocol):
    """See `branding.checks.check`."""

    def __call__(self, mark: Mark, lockup: Lockup, *, ground: Colour) -> tuple[Finding, ...]:
        """What is good about them and what is not."""


@dataclass(frozen=True, kw_only=True)
class Workshop:
    """Functions of `branding` by the names they have there; see there what each does."""

    make_mark: Callable[[MarkSource, MarkOptions], Mark]
    recoloured: Callable[[Mark, tuple[Colour, ...]], Mark]
    suited: Callable[[Mark, Colour], Mark]
    cut_out: Callable[[MarkSource, MarkOptions], Image.Image]
    main_colours: Callable[[Image.Image, int], tuple[tuple[Colour, float], ...]]
    families: Callable[[], tuple[Family, ...]]
    family: Callable[[str], Family]
    trapped: Callable[[Drawing], Drawing]
    build_lockup: BuildLockup
    lettering_ink: Callable[[Mark, Colour], Colour]
    varied: Callable[..., tuple[Drawing, Colour | None]]
    svg_file: Callable[..., str]
    pdf_file: Callable[..., bytes]
    eps_file: Callable[..., bytes]
    png_file: Callable[..., bytes]
    mockups: Callable[..., Mapping[str, Image.Image]]
    check: Check
    kit_order: Callable[..., KitOrder]
    build_kit: Callable[[Any, Callable[[int, int], None]], bytes]


@cache
def open_workshop() -> Workshop:
    """The real functions; the first call imports them."""
    from backend.branding.cutouts import cut_out
    from backend.branding.fonts import families, family
    from backend.branding.grounds import suited
    from backend.branding.kit import KitOrder, build_kit
    from backend.branding.lockups import build_lockup, lettering_ink
    from backend.branding.marks import make_mark, recoloured
    from backend.branding.raster_files import png_file
    from backend.branding.suggesting import main_colours
    from backend.branding.trapping import trapped
    from backend.branding.variants import varied
    from backend.branding.vector_files import eps_file, pdf_file, svg_file

    return Workshop(
        make_mark=make_mark,
        recoloured=recoloured,
        suited=suited,
        cut_out=cut_out,
        main_colours=main_colours,
        families=families,
        family=family,
        trapped=trapped,
        build_lockup=build_lockup,
        lettering_ink=lettering_ink,
        varied=varied,
        svg_file=svg_file,
        pdf_file=pdf_file,
        eps_file=eps_file,
        png_file=png_file,
        mockups=_mockups,
        check=_check,
        kit_order=KitOrder,
        build_kit=build_kit,
    )


def _check(mark: Mark, lockup: Lockup, *, ground: Colour) -> tuple[Finding, ...]:
    """Imported by itself: kits need no gates."""
    from backend.branding.checks import check

    return check(mark, lockup, ground=ground)


def _mockups(
    lockup: Drawing, mark: Drawing, *, ground: Colour, palette: Sequence[Colour], name: str
) -> Mapping[str, Image.Image]:
    """Imported by itself, likewise."""
    from backend.branding.mockups import mockups

    return mockups(lockup, mark, ground=ground, palette=tuple(palette), name=name)

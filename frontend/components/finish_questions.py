"""What the finishing page asks the service about a brand, each question once."""

from __future__ import annotations

import json
from collections.abc import Sequence
from concurrent.futures import Future
from dataclasses import replace

from frontend.actions import Context
from frontend.branding_types import LOCKUPS, Brand, Finding, Font, Lettering, Mockup, Preview
from frontend.components.ahead import ahead
from frontend.components.finish_state import OWN_GROUND, Work

# Enough of a long name to know a typeface by.
_SAMPLE_CHARACTERS = 16
_SAMPLE_WEIGHT = 700
_CYRILLIC = range(0x400, 0x530)


def shown_brand(work: Work) -> Brand:
    """The brand as the page shows it: tried on another ground, it has none of its own."""
    return work.brand if work.ground == OWN_GROUND else replace(work.brand, background=None)


def ask_preview(
    context: Context, brand: Brand, variant: str, *, urgency: str = "now"
) -> Future[Preview]:
    """The lockup, drawn."""
    question = ("preview", variant, _told(brand))
    branding = context.api.branding
    return ahead(context, urgency).ask(question, lambda: branding.preview(brand, variant))


def ask_lockups(context: Context, work: Work) -> dict[str, Future[Preview]]:
    """The same brand in every lockup."""
    brand = shown_brand(work)
    brands = {kind: replace(brand, lockup=kind) for kind in LOCKUPS}
    return {
        kind: ask_preview(
            context, one, work.variant, urgency="now" if kind == brand.lockup else "soon"
        )
        for kind, one in brands.items()
    }


def ask_checks(context: Context, brand: Brand) -> Future[tuple[Finding, ...]]:
    """What the quality gates say."""
    branding = context.api.branding
    return ahead(context).ask(("checks", _told(brand)), lambda: branding.checks(brand))


def ask_mockups(context: Context, brand: Brand) -> Future[tuple[Mockup, ...]]:
    """The lockup in use."""
    branding = context.api.branding
    return ahead(context).ask(("mockups", _told(brand)), lambda: branding.mockups(brand))


def ask_file(
    context: Context, brand: Brand, variant: str, format: str, width_px: int
) -> Future[bytes]:
    """One file to download."""
    width = width_px if format == "png" else 0
    branding = context.api.branding
    return ahead(context).ask(
        ("file", variant, format, width, _told(brand)),
        lambda: branding.file(brand, variant, format, width_px),
    )


def ask_cutout(context: Context, brand: Brand) -> Future[bytes]:
    """The picture itself without its ground."""
    # Neither lettering nor lockup bear on it.
    plain = Brand(brand.image, brand.mark)
    branding = context.api.branding
    return ahead(context).ask(("cutout", _told(plain)), lambda: branding.cutout(plain))


def ask_samples(
    context: Context, brand: Brand, fonts: Sequence[Font], ink: str
) -> dict[str, Future[Preview] | None]:
    """The brand's name in every family; None for one that lacks its letters."""
    name = brand.text.name.strip()[:_SAMPLE_CHARACTERS].strip()
    samples: dict[str, Future[Preview] | None] = {}
    for font in fonts:
        text = Lettering(
            name or font.name, font=font.id, weight=_SAMPLE_WEIGHT, case=brand.text.case, colour=ink
        )
        sample = Brand(brand.image, brand.mark, text, "wordmark")
        lacks = bool(font.scripts) and _is_cyrillic(text.name) and "cyrillic" not in font.scripts
        samples[font.id] = None if lacks else ask_preview(context, sample, "colour", urgency="soon")
    return samples


def _is_cyrillic(text: str) -> bool:
    return any(ord(letter) in _CYRILLIC for letter in text)


def _told(brand: Brand) -> str:
    return json.dumps(brand.to_json(), sort_keys=True)

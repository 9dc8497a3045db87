"""Fifty results of the real chain, made offline, that marks are measured on."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice

from backend.branding.marks import MarkSource
from backend.domain.generation import LogoRequest, RestyleParams, SourceName, Speed
from backend.models.registry import ModelHouse
from backend.services.chain import GENERATE_PLAIN, GENERATE_RESTYLED
from backend.services.local import run_alone
from backend.services.pictures import Picture

_SUBJECTS = (
    "a red fox for a coffee brand",
    "a mountain for a hiking club, navy and teal",
    "a rocket for a software startup",
    "a leaf for an organic farm",
    "a wave for a sailing school",
    "a cat for a pet shop in orange",
    "a crown for a jewellery boutique",
    "a bicycle repair shop, black and yellow",
    "a rose for a wedding planner",
    "a lightning bolt for an energy company",
    "a bread bakery",
    "a guitar for a music club",
    "a tooth for a dental clinic",
)
_FINISHES = ("", "", "", "", "", "gradient", "soft shadow", "glossy 3d", "neon glow", "paper cut")


@dataclass(frozen=True, slots=True)
class Sample:
    """A result and how it was made."""

    label: str
    source: MarkSource


def fifty(house: ModelHouse, *, restyled: int = 12) -> Iterator[Sample]:
    """Composed drafts with and without finishes, drafts of the network, and restyled ones."""
    plain = 50 - restyled
    yield from islice(_drafts(house), plain)
    for number in range(restyled):
        subject, style = _SUBJECTS[number], _FINISHES[number % len(_FINISHES)]
        request = LogoRequest(
            subject,
            style=style,
            count=1,
            seed=200 + number,
            restyle=True,
            restyle_params=RestyleParams(speed=Speed.DRAFT),
        )
        for picture in run_alone(house, request, GENERATE_RESTYLED, lambda *_: None).pictures:
            yield Sample(
                f"restyled {style} {picture.layout}".replace("  ", " "), source_of(picture)
            )


def _drafts(house: ModelHouse) -> Iterator[Sample]:
    for number, subject in enumerate(_SUBJECTS):
        for artist, count in ((SourceName.COMPOSER, 2), (SourceName.CGAN, 1)):
            style = _FINISHES[number % len(_FINISHES)] if artist is SourceName.COMPOSER else ""
            size = 1024 if number % 6 == 5 else 512
            request = LogoRequest(
                subject,
                style=style,
                count=count,
                seed=number,
                source=artist,
                restyle=False,
                size_px=size,
            )
            for picture in run_alone(house, request, GENERATE_PLAIN, lambda *_: None).pictures:
                yield Sample(
                    f"{artist} {style} {picture.layout}".replace("  ", " "), source_of(picture)
                )


def source_of(picture: Picture) -> MarkSource:
    """A picture of the chain as what marks are made of."""
    palette = picture.palette.colours if picture.palette else ()
    return MarkSource(picture.image, picture.svg, tuple(dict.fromkeys(palette)), picture.is_flat)

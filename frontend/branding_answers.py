"""Reading what the API answers about deliverables."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from frontend.branding_types import (
    CASES,
    LOCKUPS,
    Brand,
    ColourShare,
    Finding,
    Finish,
    Font,
    Lettering,
    MarkOptions,
    Mockup,
    Preview,
)
from frontend.json_fields import (
    MalformedAnswerError,
    as_mapping,
    each,
    flag,
    moment,
    number,
    optional,
    strings,
    text,
    whole,
)

_COLOUR = re.compile(r"#[0-9A-Fa-f]{6}")
_PICTURE = re.compile(r"data:image/(webp|png|jpeg);base64,[A-Za-z0-9+/=]+")


def read_fonts(values: Any) -> tuple[Font, ...]:
    """Reads the families of typefaces.

    Raises:
        MalformedAnswerError: as every function here, a field is missing or of another type.
    """
    return each(as_mapping(values), "fonts", _read_font)


def _read_font(record: Mapping[str, Any]) -> Font:
    return Font(
        id=text(record, "id", required=True),
        name=text(record, "name", required=True),
        category=text(record, "category"),
        weights=tuple(sorted(int(weight) for weight in strings(record, "weights"))),
        scripts=strings(record, "scripts"),
        author=text(record, "author"),
        licence=text(record, "licence"),
    )


def read_preview(values: Any) -> Preview:
    """Reads a lockup as it will be delivered."""
    record = as_mapping(values)
    svg = text(record, "svg", required=True)
    if not svg.lstrip().startswith(("<svg", "<?xml")):
        raise MalformedAnswerError("svg is not a drawing")
    return Preview(
        svg=svg,
        form=text(record, "form"),
        palette=_colours(record, "palette"),
        colours=_colours(record, "colours"),
        paths=whole(record, "paths") or 0,
        similarity=number(record, "similarity"),
        smallest_width_mm=number(record, "smallest_width_mm"),
        smallest_width_px=number(record, "smallest_width_px"),
        clear_space=number(record, "clear_space"),
        ground=_colour(record, "ground"),
        findings=each(record, "findings", _read_finding),
    )


def read_findings(values: Any) -> tuple[Finding, ...]:
    """Reads the answer of the quality gates."""
    return each(as_mapping(values), "findings", _read_finding)


def _read_finding(record: Mapping[str, Any]) -> Finding:
    told = optional(record, "figures", as_mapping) or {}
    figures = {
        str(name): value
        for name, value in told.items()
        if isinstance(value, str | int | float) and not isinstance(value, bool)
    }
    return Finding(
        code=text(record, "code", required=True),
        verdict=text(record, "verdict", required=True),
        text=text(record, "text"),
        advice=text(record, "advice"),
        figures=figures,
    )


def read_mockups(values: Any) -> tuple[Mockup, ...]:
    """Reads pictures of a lockup in use; only pictures are taken for their addresses."""
    return each(as_mapping(values), "mockups", _read_mockup)


def _read_mockup(record: Mapping[str, Any]) -> Mockup:
    address = text(record, "image", required=True)
    if not _PICTURE.fullmatch(address):
        raise MalformedAnswerError("image is not the data address of a picture")
    return Mockup(text(record, "id", required=True), address)


def read_palette(values: Any) -> tuple[ColourShare, ...]:
    """Reads the main colours of a picture."""
    return each(
        as_mapping(values),
        "colours",
        lambda record: ColourShare(_needed(record, "hex"), number(record, "share") or 0.0),
    )


def read_finish(values: Any) -> Finish:
    """Reads a finished state."""
    record = as_mapping(values)
    return Finish(
        brand=read_brand(record.get("brand")), saved_at=optional(record, "saved_at", moment)
    )


def read_brand(values: Any) -> Brand:
    """Reads what decides the deliverables of a picture."""
    record = as_mapping(values)
    mark, letters = optional(record, "mark", as_mapping), optional(record, "text", as_mapping)
    lockup = text(record, "lockup")
    return Brand(
        image=text(record, "image", required=True),
        mark=_read_mark(mark or {}),
        text=_read_lettering(letters or {}),
        lockup=lockup if lockup in LOCKUPS else LOCKUPS[0],
        background=_colour(record, "background"),
    )


def _read_mark(record: Mapping[str, Any]) -> MarkOptions:
    usual, tolerance = MarkOptions(), number(record, "tolerance")
    return MarkOptions(
        cutout=flag(record, "cutout", usual.cutout),
        tolerance=usual.tolerance if tolerance is None else min(max(tolerance, 0.0), 1.0),
        keep_holes=flag(record, "keep_holes", usual.keep_holes),
        flat=flag(record, "flat", usual.flat),
        palette=_colours(record, "palette"),
        recolour=_colours(record, "recolour"),
    )


def _read_lettering(record: Mapping[str, Any]) -> Lettering:
    usual, case = Lettering(), text(record, "case")
    return Lettering(
        name=text(record, "name"),
        tagline=text(record, "tagline"),
        font=text(record, "font") or usual.font,
        weight=whole(record, "weight") or usual.weight,
        tracking=number(record, "tracking") or 0,
        case=case if case in CASES else usual.case,
        colour=_colour(record, "colour"),
    )


def _colours(record: Mapping[str, Any], key: str) -> tuple[str, ...]:
    # They go into style attributes and colour pickers.
    return tuple(_checked(colour, key) for colour in strings(record, key))


def _colour(record: Mapping[str, Any], key: str) -> str | None:
    value = text(record, key)
    return _checked(value, key) if value else None


def _needed(record: Mapping[str, Any], key: str) -> str:
    return _checked(text(record, key, required=True), key)


def _checked(colour: str, key: str) -> str:
    if not _COLOUR.fullmatch(colour):
        raise MalformedAnswerError(f"{key} holds something that is no colour")
    return colour.upper()

"""From a wish for drafts like a stored one to a request that can be drawn without its record."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from backend.domain.brief import Colour
from backend.domain.errors import InvalidRequest
from backend.domain.generation import LogoRequest, SourceName
from backend.domain.likeness import Likeness, Recipe, Variation
from backend.domain.ports import StoredImage
from backend.services.pictures import palette_from_hexes
from backend.services.records import STAGE_DRAFT

_ARTISTS = (str(SourceName.CGAN), str(SourceName.COMPOSER))


def varied(request: LogoRequest, wish: Variation, original: StoredImage) -> LogoRequest:
    """The request with the original's likeness, its artist, and its words where it has none.

    Raises:
        InvalidRequest: the picture is no draft of ours.
    """
    record = original.record
    palette = palette_from_hexes(record.get("palette", ()))
    if (
        record.get("stage") != STAGE_DRAFT
        or record.get("origin") not in _ARTISTS
        or palette is None
    ):
        raise InvalidRequest(
            "only drafts can be varied; restyle this picture instead",
            fields=[("vary.image", "is no draft of ours; restyle it instead")],
        )
    reproduce: Mapping[str, Any] = record.get("reproduce", {})
    likeness = Likeness(
        wish=wish,
        seed=record.get("seed", 0),
        layout=record["layout"],
        glyphs=tuple(glyph["id"] for glyph in record.get("glyphs", ())),
        palette=palette,
        recipe=Recipe.from_json(reproduce.get("recipe", {})),
    )
    asked: Mapping[str, Any] = reproduce.get("request", {})
    return replace(
        _with_words_of(request, {**record, **asked}),
        likeness=likeness,
        source=SourceName(record["origin"]),
    )


def _with_words_of(request: LogoRequest, asked: Mapping[str, Any]) -> LogoRequest:
    """A request whose empty fields are filled from an earlier one.

    Args:
        asked: a request as JSON, or at least a record's name and description.
    """
    # A record's own palette is what a picture wears; only a request's is what somebody asked for.
    colours = asked["palette"] if "source" in asked else ()
    style = request.style or asked.get("style", "")
    avoid = request.avoid or asked.get("avoid", "")
    return replace(
        request,
        description=request.description or asked.get("description", ""),
        name=request.name or asked.get("name", ""),
        palette=request.palette or tuple(Colour.from_hex(text) for text in colours),
        style=style,
        avoid=avoid,
        restyle_params=replace(request.restyle_params, style=style, avoid=avoid),
    )

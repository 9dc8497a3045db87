"""Recipes of delivered files: the whole chain from words to file, as JSON text inside the file."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from importlib.metadata import PackageNotFoundError, version
from typing import TYPE_CHECKING, Any

from backend.branding.marks import MarkSource
from backend.domain.branding import BrandSpec
from backend.domain.version import VERSION
from backend.services.lineage import Link
from backend.utils.files import sha256_of

if TYPE_CHECKING:
    from backend.branding.fonts import Family

FORMAT = 1
# What decides the bytes of a file beside our own code. Versions are looked up, nothing is imported.
_TOOLS = ("pillow", "resvg-py", "skia-pathops", "uharfbuzz", "fonttools", "reportlab")


def brand_recipe(
    chain: Sequence[Link],
    source: MarkSource,
    spec: BrandSpec,
    font: Mapping[str, str | int] | None,
) -> dict[str, Any]:
    """All that a file of this finish is made from, but which file it is: JSON-able.

    Args:
        chain: how the picture came about.
        source: the picture, of which is told what the mark depends on beside its pixels.
        spec: the finish.
        font: id, weight and SHA-256 of the font file; None without lettering.
    """
    recipe = {
        "kind": "brand",
        "format": FORMAT,
        "version": VERSION,
        "chain": [dict(link) for link in chain],
        "source": {
            "palette": [colour.hex for colour in source.palette],
            "is_flat": source.is_flat,
            "is_drawing": source.svg is not None,
        },
        "brand": spec.to_json(),
        "font": dict(font) if font else None,
        "tools": tool_versions(),
    }
    # In one order of keys, whether a record or an older file told the chain.
    ordered: dict[str, Any] = json.loads(json.dumps(recipe, sort_keys=True, allow_nan=False))
    return ordered


def font_facts(family: Family, weight: int) -> dict[str, str | int]:
    """Which font file sets a family's weight, by the bytes that it has now."""
    there = family.nearest(weight)
    return {"id": family.id, "weight": there, "sha256": sha256_of(family.font_path(there))}


def tool_versions() -> dict[str, str]:
    """Versions of the libraries that draw and write; "" for one that is not installed."""
    return {name: _version(name) for name in _TOOLS}


def _version(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return ""

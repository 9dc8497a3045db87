"""Recipes of delivered files: the whole chain from words to file, as JSON text inside the file."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from importlib.metadata import PackageNotFoundError, version
from typing import Any

from backend.domain.branding import BrandSpec
from backend.domain.version import VERSION
from backend.services.lineage import Link

FORMAT = 1
# What decides the bytes of a file beside our own code. Versions are looked up, nothing is imported.
_TOOLS = ("pillow", "resvg-py", "skia-pathops", "vtracer", "uharfbuzz", "fonttools", "reportlab")


def brand_recipe(
    chain: Sequence[Link], spec: BrandSpec, font: Mapping[str, str | int] | None
) -> dict[str, Any]:
    """All that a file of this finish is made from, but which file it is: JSON-able.

    Args:
        chain: of the picture.
        spec: the finish.
        font: id, weight and SHA-256 of the font file; None without lettering.
    """
    return {
        "recipe": FORMAT,
        "version": VERSION,
        "chain": [dict(link) for link in chain],
        "brand": spec.to_json(),
        "font": dict(font) if font else None,
        "tools": tool_versions(),
    }


def recipe_text(recipe: Mapping[str, Any], output: Mapping[str, Any]) -> str:
    """The text that goes into a file.

    Args:
        recipe: see `brand_recipe`.
        output: which of the possible files it is.
    """
    whole = {**recipe, "output": dict(output)}
    text = json.dumps(whole, sort_keys=True, ensure_ascii=False, allow_nan=False)
    # Half a surrogate pair, from words of old requests, cannot be UTF-8; \ud800 is the same JSON.
    return text.encode("utf-8", "backslashreplace").decode("utf-8")


def tool_versions() -> dict[str, str]:
    """Versions of the libraries that draw and write; "" for one that is not installed."""
    return {name: _version(name) for name in _TOOLS}


def _version(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return ""

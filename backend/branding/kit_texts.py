"""Texts of a brand kit: what to use where, the web manifest, and the list of all files."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from typing import Any

from backend.branding.kit_words import Words
from backend.domain.branding import KitLanguage, Variant
from backend.domain.brief import Colour

_OTHER_VARIANTS = (Variant.REVERSED, Variant.BLACK, Variant.WHITE)
_ON_BACKGROUND = "on-background"
_FORMATS = {".svg": "svg", ".pdf": "pdf", ".eps": "eps", ".png, @2x, @4x": "png"}
_SOCIAL = {
    "open-graph-1200x630.png": "open-graph",
    "header-1500x500.png": "header",
    "avatar-400x400.png": "avatar",
}


def readme(
    words: Words,
    name: str,
    lockups: Sequence[str],
    *,
    raster_only: Sequence[str],
    credits: Sequence[str],
    has_background: bool,
    has_fonts: bool,
    is_seen_on_white: bool,
) -> str:
    """The kit's README.txt, in plain words.

    Args:
        words: of the kit's language.
        name: of the brand; may be empty.
        lockups: ids, the main one first.
        raster_only: those of them that have no vector files.
        credits: lines about fonts and glyphs.
        has_background: whether there is a file on the brand's own background.
        has_fonts: whether there is lettering, and so the font files of it.
        is_seen_on_white: whether the brand's colours can stand on white.
    """
    title = words("title", name=name) if name else words("title.nameless")
    vector_icon = ['<link rel="icon" href="/icons/favicon.svg" type="image/svg+xml">']
    parts = [
        title,
        "=" * len(title),
        *_section(words("readme.start")),
        _row("brand-sheet.pdf", words("readme.sheet")),
        _row(f"logo/{lockups[0]}/", words("readme.main")),
        *_section(words("readme.logos")),
        *(_row(f"logo/{lockup}/", words(f"use.{lockup}")) for lockup in lockups),
        *_section(words("readme.variants")),
        _row(Variant.COLOUR, words("use.colour" if is_seen_on_white else "use.colour.unseen")),
        *(_row(variant, words(f"use.{variant}")) for variant in _OTHER_VARIANTS),
        *_lines(words("readme.transparent")),
        *([_row(_ON_BACKGROUND, words(f"use.{_ON_BACKGROUND}"))] if has_background else []),
        *_section(words("readme.formats")),
        *(_row(ending, words(f"use.{kind}")) for ending, kind in _FORMATS.items()),
        *_without_vectors(words, lockups, raster_only),
        *_section(words("readme.web")),
        *_lines(words("readme.web_how")),
        '    <link rel="icon" href="/icons/favicon.ico" sizes="32x32">',
        *(f"    {line}" for line in vector_icon if not raster_only),
        '    <link rel="apple-touch-icon" href="/icons/apple-touch-icon.png">',
        '    <link rel="manifest" href="/site.webmanifest">',
        f'    <meta property="og:image" content="https://{words("readme.your_site")}'
        '/social/open-graph-1200x630.png">',
        *_section(words("readme.social")),
        *(_row(f"social/{file}", words(f"use.{use}"), 33) for file, use in _SOCIAL.items()),
        *_section(words("readme.colours")),
        *_lines(words("readme.colours_how", profile=words("profile"))),
        *(
            [*_section(words("readme.fonts")), *_lines(words("readme.fonts_how"))]
            if has_fonts
            else []
        ),
        *_section(words("readme.licences")),
        *(f"  {line}" for line in credits),
        *_section(words("readme.note")),
        *_lines(words("readme.clearance")),
        "",
        words("readme.manifest"),
        "",
    ]
    return "\n".join(parts)


def _section(heading: str) -> list[str]:
    return ["", heading]


def _row(what: str, use: str, width: int = 22) -> str:
    return f"  {what.ljust(width)}{use}"


def _lines(text: str) -> list[str]:
    return [f"  {line}" for line in text.splitlines()]


def _without_vectors(words: Words, lockups: Sequence[str], raster_only: Sequence[str]) -> list[str]:
    if not raster_only:
        return []
    which = "readme.pixels" if len(raster_only) < len(lockups) else "readme.all_pixels"
    return _lines(words(which, lockups=", ".join(raster_only)))


def web_manifest(
    name: str, theme: Colour, background: Colour, language: KitLanguage
) -> dict[str, Any]:
    """The W3C web app manifest, its icons beside it under icons/."""

    def icon(file: str, side: int, purpose: str) -> dict[str, str]:
        size = f"{side}x{side}"
        return {"src": f"icons/{file}", "sizes": size, "type": "image/png", "purpose": purpose}

    return {
        "lang": str(language),
        "name": name or "App",
        "short_name": name if 0 < len(name) <= 12 else (name.split() or ["App"])[0][:12],
        "icons": [
            icon("icon-192.png", 192, "any"),
            icon("icon-512.png", 512, "any"),
            icon("icon-maskable-512.png", 512, "maskable"),
        ],
        "theme_color": theme.hex,
        "background_color": background.hex,
        "display": "standalone",
        "start_url": "/",
    }


def manifest(files: Mapping[str, bytes], recipe: Mapping[str, Any]) -> dict[str, Any]:
    """Path, size and SHA-256 of every file, and what they were made from."""
    return {
        "files": [
            {
                "path": path,
                "bytes": len(content),
                "sha256": hashlib.sha256(content).hexdigest(),
            }
            for path, content in sorted(files.items())
        ],
        "recipe": dict(recipe),
    }


def json_bytes(values: Mapping[str, Any]) -> bytes:
    """Indented JSON in UTF-8; equal values in equal order give equal bytes."""
    return (json.dumps(values, indent=2, ensure_ascii=False, allow_nan=False) + "\n").encode(
        "utf-8", "backslashreplace"
    )

"""Texts of a brand kit: what to use where, the web manifest, and the list of all files."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from typing import Any

from backend.branding.inks import PROFILE_NAME
from backend.domain.brief import Colour

_LOCKUPS = {
    "left": "mark to the left of the name: page headers, letterheads, signs",
    "stacked": "mark above the name: covers, posters, square places",
    "badge": "name and mark as one closed piece: stamps, stickers, packaging",
    "mark": "the mark alone: where the name stands nearby, and small places",
    "wordmark": "the name alone: running headers, lists of partners",
}


def readme(
    name: str,
    lockups: Sequence[str],
    *,
    raster_only: Sequence[str],
    credits: Sequence[str],
    has_background: bool,
    is_seen_on_white: bool,
) -> str:
    """The kit's README.txt, in plain words.

    Args:
        name: of the brand; may be empty.
        lockups: ids, the main one first.
        raster_only: those of them that have no vector files.
        credits: lines about fonts and glyphs.
        has_background: whether there is a file on the brand's own background.
        is_seen_on_white: whether the brand's colours can stand on white.
    """
    title = f"{name} - brand kit" if name else "Brand kit"
    parts = [
        title,
        "=" * len(title),
        "",
        "START HERE",
        "  brand-sheet.pdf       one page with everything that matters; send it along",
        f"  logo/{lockups[0]}/".ljust(24) + "your main logo",
        "",
        "WHICH LOGO",
        *(f"  logo/{lockup}/".ljust(24) + _LOCKUPS[lockup] for lockup in lockups),
        "",
        "WHICH COLOURS",
        "  colour                "
        + (
            "on white and light grounds"
            if is_seen_on_white
            else "on your own dark ground and others like it; on white take black"
        ),
        "  reversed              on dark grounds",
        "  black                 one ink: stamps, engraving, fax, newspapers (print as 100 % K)",
        "  white                 one ink on dark or coloured grounds",
        "  All of them are transparent around the logo.",
    ]
    if has_background:
        parts.append("  on-background         the logo on your own background colour")
    parts += [
        "",
        "WHICH FORMAT",
        "  .svg                  web pages and design programs; sharp at every size",
        "  .pdf                  printers and office programs; sharp at every size",
        "  .eps                  older machines for print, cutting and embroidery",
        "  .png, @2x, @4x        documents and slides; @4x is four times as large",
        *_without_vectors(lockups, raster_only),
        "",
        "WEB PAGE",
        "  Copy icons/ and site.webmanifest to the top folder of your site and add to <head>:",
        '    <link rel="icon" href="/icons/favicon.ico" sizes="32x32">',
        *(
            ['    <link rel="icon" href="/icons/favicon.svg" type="image/svg+xml">']
            if not raster_only
            else []
        ),
        '    <link rel="apple-touch-icon" href="/icons/apple-touch-icon.png">',
        '    <link rel="manifest" href="/site.webmanifest">',
        '    <meta property="og:image" content="https://YOUR-SITE/social/open-graph-1200x630.png">',
        "",
        "SOCIAL NETWORKS",
        "  social/open-graph-1200x630.png   preview of links",
        "  social/header-1500x500.png       header of a profile",
        "  social/avatar-400x400.png        picture of a profile, safe to be cut round",
        "",
        "COLOURS",
        "  colors.json has them all: HEX and RGB (sRGB) for screens, CMYK for print.",
        f"  CMYK was computed for: {PROFILE_NAME}. Ask your printer for theirs; for exact",
        "  colours in print have a spot colour matched.",
        "",
        "LICENCES",
        *(f"  {line}" for line in credits),
        "",
        "PLEASE NOTE",
        "  This kit is not a trademark clearance. Nobody has checked whether the name or the",
        "  mark is like somebody else's; have that done before you invest in it.",
        "",
        "manifest.json lists every file with its SHA-256 and the recipe it was made from.",
        "",
    ]
    return "\n".join(parts)


def _without_vectors(lockups: Sequence[str], raster_only: Sequence[str]) -> list[str]:
    if not raster_only:
        return []
    which = "The lockups" if len(raster_only) < len(lockups) else "All lockups"
    return [
        f"  {which} with the mark ({', '.join(raster_only)}) come as PNG only: the mark has",
        "  shades or fine detail that plain areas cannot show well; SVG, PDF and EPS need areas.",
    ]


def web_manifest(name: str, theme: Colour, background: Colour) -> dict[str, Any]:
    """The W3C web app manifest, its icons beside it under icons/."""

    def icon(file: str, side: int, purpose: str) -> dict[str, str]:
        size = f"{side}x{side}"
        return {"src": f"icons/{file}", "sizes": size, "type": "image/png", "purpose": purpose}

    return {
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

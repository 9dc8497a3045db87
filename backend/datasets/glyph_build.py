"""Builds the glyph library: fetch, clean, flatten, measure, tag, index."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import asdict, replace
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

from backend.datasets import glyph_sources as sources
from backend.datasets.flatten import UnusableIcon, flatten_icon
from backend.datasets.glyph_names import (
    BrandRule,
    concept_words,
    load_tags,
    name_worth,
)
from backend.datasets.letters import LETTERS_PACK, letter_paths, letters_pack
from backend.utils.files import atomic_path, write_json
from backend.vector.glyphs import GLYPH_UNITS, Glyph, GlyphLibrary, MeaningIndex, Pack
from backend.vector.render import render_svg

Embed = Callable[[Sequence[str]], NDArray[np.float32]]
Report = Callable[[str, int, int], None]

MEASURE_PX = 64
INDEX_DIMENSIONS = 128
TAG_WEIGHT = 0.86
MAX_TAGS = 12
_DUPLICATE_IOU = 0.96
MIN_WORTH = 0.2


def build_library(cache: Path, embed: Embed, report: Report) -> GlyphLibrary:
    """Builds the library from the pinned packages.

    Args:
        cache: folder for downloaded packages; what is there already is not fetched again.
        embed: sentence encoder, N texts to (N, E) float32.
        report: called with a stage name, the work done and the work in all.

    Raises:
        ToolMissing: a package could not be fetched.
    """
    folders = {}
    for done, source in enumerate(sources.PACK_SOURCES):
        report("fetch", done, len(sources.PACK_SOURCES))
        folders[source.key] = sources.fetch_package(source.package, cache)
    brands = BrandRule.load(sources.fetch_package(sources.BRAND_NAMES_PACKAGE, cache))
    tags = load_tags(
        {key: sources.fetch_package(name, cache) for key, name in sources.TAG_PACKAGES.items()}
    )

    raw = [
        icon
        for source in sources.PACK_SOURCES
        for icon in sources.read_pack(source, folders[source.key])
    ]
    by_key = {source.key: source for source in sources.PACK_SOURCES}
    plain_names = {icon.name for icon in raw if not by_key[icon.pack].mixes_brands}
    raw = [
        icon
        for icon in raw
        if not brands.is_brand(icon.name, mixed=by_key[icon.pack].mixes_brands, common=plain_names)
    ]

    letters = list(_letters(sources.fetch_package(sources.LETTERS_PACKAGE, cache)))
    glyphs = [*_without_duplicates(_flatten_all(raw, report)), *letters]
    report("index", 0, 1)
    index = build_index([glyph.name for glyph in glyphs], tags, embed)
    packs = {source.key: _pack_of(source, folders[source.key]) for source in sources.PACK_SOURCES}
    packs[LETTERS_PACK] = letters_pack(sources.LETTERS_PACKAGE.rpartition("@")[2])
    report("index", 1, 1)
    return GlyphLibrary(glyphs, packs, index)


def save_library(library: GlyphLibrary, folder: Path) -> None:
    """Writes `glyphs.parquet`, `packs.json` and `meaning.npz`, each atomically."""
    folder.mkdir(parents=True, exist_ok=True)
    rows = []
    for glyph in library.glyphs:
        row = asdict(glyph)
        row["centroid_x"], row["centroid_y"] = row.pop("centroid")
        rows.append(row)
    floats = ("ink", "reach", "complexity", "worth", "centroid_x", "centroid_y")
    table = pa.Table.from_pylist(rows)
    for column in floats:
        position = table.column_names.index(column)
        table = table.set_column(position, column, table[column].cast(pa.float32()))
    with atomic_path(folder / "glyphs.parquet") as path:
        pq.write_table(table, path, compression="zstd", compression_level=19)
    write_json(folder / "packs.json", [asdict(pack) for pack in library.packs.values()])
    with atomic_path(folder / "meaning.npz") as path, path.open("wb") as stream:
        np.savez_compressed(
            stream,
            phrases=np.frombuffer("\n".join(library.index.phrases).encode("utf-8"), dtype=np.uint8),
            vectors=library.index.vectors,
            mean=library.index.mean.astype(np.float16),
            projection=library.index.projection.astype(np.float16),
            offsets=library.index.offsets,
            links=library.index.links,
            weights=np.round(library.index.weights * 255).astype(np.uint8),
        )


def measure(path: str, width: int, height: int) -> tuple[float, float, tuple[float, float], float]:
    """Ink share, reach, centroid and complexity of a path; see `Glyph`."""
    mask = glyph_mask(path, MEASURE_PX)
    unit = GLYPH_UNITS / MEASURE_PX
    area = float(mask.sum())
    if area < 1:
        return 0.0, 0.0, (width / 2, height / 2), 0.0
    ys, xs = np.nonzero(mask > 0.5)
    px, py = (xs + 0.5) * unit, (ys + 0.5) * unit
    reach = float(np.hypot(px - width / 2, py - height / 2).max()) if len(xs) else 0.0
    grid = (np.arange(MEASURE_PX) + 0.5) * unit
    centroid = (float(mask.sum(0) @ grid / area), float(mask.sum(1) @ grid / area))
    edges = np.abs(np.diff(mask, axis=0)).sum() + np.abs(np.diff(mask, axis=1)).sum()
    # Taxicab edge length overstates a disc's outline by 4 / pi.
    return area / MEASURE_PX**2, reach, centroid, float(edges * np.pi / 4 / np.sqrt(area))


def glyph_mask(path: str, size_px: int) -> NDArray[np.float32]:
    """Coverage of a bare glyph path over its unit square: (size_px, size_px) float32 in 0..1."""
    svg = (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {GLYPH_UNITS} {GLYPH_UNITS}">'
        f'<path d="{path}"/></svg>'
    )
    return np.asarray(render_svg(svg, size_px))[..., 3].astype(np.float32) / 255.0


def drawing_worth(ink: float, complexity: float, width: int, height: int) -> float:
    """How well a drawing's measures suit a mark, 0..1: solid, compact, not too intricate."""
    solidity = np.clip((ink - 0.05) / 0.2, 0, 1) * np.clip((0.95 - ink) / 0.15, 0, 1)
    calm = np.clip((34 - complexity) / 20, 0, 1)
    compact = np.clip((min(width, height) / max(width, height) - 0.15) / 0.35, 0, 1)
    return float(solidity * (0.4 + 0.6 * calm) * (0.5 + 0.5 * compact))


def _flatten_one(icon: sources.RawIcon) -> Glyph | None:
    try:
        path, width, height = flatten_icon(icon.body, icon.view_box)
    except UnusableIcon:
        return None
    ink, reach, centroid, complexity = measure(path, width, height)
    if not 0.03 <= ink <= 0.97:
        return None
    name = concept_words(icon.name)
    worth = drawing_worth(ink, complexity, width, height) * name_worth(name)
    return Glyph(
        id=f"{icon.pack}:{icon.name}",
        name=name,
        path=path,
        width=width,
        height=height,
        ink=round(ink, 4),
        reach=round(reach, 1),
        centroid=(round(centroid[0], 1), round(centroid[1], 1)),
        complexity=round(complexity, 2),
        worth=round(worth, 3),
    )


def _letters(package: Path) -> Iterator[Glyph]:
    """Initials. Their worth is zero: they are asked for by character, never found by meaning."""
    for character, path, width, height in letter_paths(package):
        ink, reach, centroid, complexity = measure(path, width, height)
        yield Glyph(
            id=f"{LETTERS_PACK}:{character}",
            name=f"letter {character.lower()}",
            path=path,
            width=width,
            height=height,
            ink=round(ink, 4),
            reach=round(reach, 1),
            centroid=(round(centroid[0], 1), round(centroid[1], 1)),
            complexity=round(complexity, 2),
            worth=0.0,
        )


def _flatten_all(raw: Sequence[sources.RawIcon], report: Report) -> list[Glyph]:
    glyphs = []
    with ProcessPoolExecutor() as pool:
        for done, glyph in enumerate(pool.map(_flatten_one, raw, chunksize=64)):
            if done % 500 == 0:
                report("flatten", done, len(raw))
            if glyph is not None and glyph.worth >= MIN_WORTH:
                glyphs.append(glyph)
    return glyphs


def _without_duplicates(glyphs: Iterable[Glyph]) -> list[Glyph]:
    """Keeps the first of drawings with one id, one path, or one name and nearly one shape."""
    kept: list[Glyph] = []
    ids: set[str] = set()
    paths: set[str] = set()
    masks: dict[str, list[NDArray[np.bool_]]] = {}
    for glyph in glyphs:
        if glyph.id in ids or glyph.path in paths:
            continue
        mask = glyph_mask(glyph.path, 32) > 0.5
        same_name = masks.setdefault(glyph.name, [])
        if any((mask & other).sum() > _DUPLICATE_IOU * (mask | other).sum() for other in same_name):
            continue
        same_name.append(mask)
        ids.add(glyph.id)
        paths.add(glyph.path)
        kept.append(glyph)
    return kept


def build_index(names: Sequence[str], tags: dict[str, list[str]], embed: Embed) -> MeaningIndex:
    """Embeds every distinct name and tag and projects them; see `MeaningIndex`."""
    numbers: dict[str, int] = {}
    offsets, links, weights = [0], list[int](), list[float]()
    for name in names:
        own = [name, *[tag for tag in tags.get(name, ()) if tag != name][:MAX_TAGS]]
        for place, phrase in enumerate(own):
            links.append(numbers.setdefault(phrase, len(numbers)))
            weights.append(1.0 if place == 0 else TAG_WEIGHT)
        offsets.append(len(links))
    phrases = tuple(numbers)
    embeddings = embed(phrases)
    mean = embeddings.mean(axis=0)
    _, _, axes = np.linalg.svd(embeddings - mean, full_matrices=False)
    projection = axes[:INDEX_DIMENSIONS].T.astype(np.float32)
    draft = MeaningIndex(
        phrases=phrases,
        vectors=np.zeros((0, 0), np.int8),
        mean=mean.astype(np.float32),
        projection=projection,
        offsets=np.asarray(offsets, np.int32),
        links=np.asarray(links, np.int32),
        weights=np.asarray(weights, np.float32),
    )
    vectors = np.round(draft.project(embeddings) * 127).astype(np.int8)
    return replace(draft, vectors=vectors)


def _pack_of(source: sources.PackSource, folder: Path) -> Pack:
    info = json.loads((folder / "info.json").read_text("utf-8"))
    licence = info["license"].get("spdx") or info["license"]["title"]
    author = re.sub(r"\s+", " ", info["author"]["name"]).strip()
    return Pack(
        key=source.key,
        title=info["name"],
        author=author,
        licence=licence,
        source=info["author"].get("url", ""),
        version=source.version,
    )

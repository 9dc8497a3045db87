from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from backend.datasets.glyph_build import (
    MAX_TAGS,
    TAG_WEIGHT,
    build_index,
    drawing_worth,
    glyph_mask,
    measure,
    save_library,
)
from backend.tests.vector.support import square_glyph, tiny_library
from backend.vector.glyphs import GlyphLibrary
from backend.vector.layouts import disc_path

SQUARE = "M0 0h1000v1000h-1000z"


def embed(texts: Sequence[str]) -> NDArray[np.float32]:
    """A stand-in for the encoder: letter counts, so that different words lie apart."""
    counts = [
        [text.count(letter) + 0.1 for letter in "abcdefghijklmnopqrstuvwxyz "] for text in texts
    ]
    vectors = np.array(counts, np.float32)
    return np.asarray(vectors / np.linalg.norm(vectors, axis=1, keepdims=True), np.float32)


def test_a_full_square_measures_as_one() -> None:
    ink, reach, centroid, complexity = measure(SQUARE, 1000, 1000)
    assert ink == pytest.approx(1)
    assert reach == pytest.approx(np.hypot(500, 500), rel=0.02)
    assert centroid == pytest.approx((500, 500))
    assert complexity == 0  # its outline is the canvas edge


def test_a_disc_measures_as_a_disc() -> None:
    ink, reach, centroid, complexity = measure(disc_path(500, 500, 400), 1000, 1000)
    assert ink == pytest.approx(np.pi * 0.16, rel=0.01)
    assert reach == pytest.approx(400, rel=0.04)
    assert centroid == pytest.approx((500, 500), abs=1)
    assert complexity == pytest.approx(2 * np.sqrt(np.pi), rel=0.05)


def test_the_centroid_follows_the_ink_and_lace_is_complex() -> None:
    _, _, centroid, _ = measure("M0 0h1000v200h-800v800h-200z", 1000, 1000)
    assert centroid[0] < 400
    assert centroid[1] < 400
    stripes = "".join(f"M0 {y}h1000v25h-1000z" for y in range(0, 1000, 50))
    assert measure(stripes, 1000, 1000)[3] > 20


def test_nothing_measures_as_nothing() -> None:
    assert measure("M0 0z", 600, 1000) == (0, 0, (300, 500), 0)


def test_worth_prefers_solid_calm_compact_drawings() -> None:
    good = drawing_worth(0.5, 8, 1000, 900)
    assert good == pytest.approx(1)
    assert drawing_worth(0.04, 8, 1000, 900) == 0  # a hair
    assert drawing_worth(0.97, 8, 1000, 900) == 0  # a blot
    assert 0 < drawing_worth(0.5, 40, 1000, 900) < 0.5 * good
    assert 0 < drawing_worth(0.5, 8, 1000, 150) < 0.6 * good


def test_the_index_embeds_each_phrase_once_and_links_names_and_tags() -> None:
    tags = {"red fox": ["animal", "forest", "red fox"], "cat": ["animal"]}
    asked: list[Sequence[str]] = []

    def spy(texts: Sequence[str]) -> NDArray[np.float32]:
        asked.append(texts)
        return embed(texts)

    index = build_index(["red fox", "cat", "boat"], tags, spy)
    assert index.phrases == ("red fox", "animal", "forest", "cat", "boat")
    assert [tuple(texts) for texts in asked] == [index.phrases]
    assert index.offsets.tolist() == [0, 3, 5, 6]
    assert index.links.tolist() == [0, 1, 2, 3, 1, 4]
    assert index.weights == pytest.approx([1, TAG_WEIGHT, TAG_WEIGHT, 1, TAG_WEIGHT, 1])


def test_a_phrase_finds_its_own_glyph_and_a_tag_counts_less() -> None:
    names = ["red fox", "cat", "boat", "quiz", "jump"]
    index = build_index(names, {"boat": ["wharf"]}, embed)
    for position, name in enumerate(names):
        similarity = index.similarity(embed([name])[0])
        assert int(np.argmax(similarity)) == position
        assert similarity[position] == pytest.approx(1, abs=0.02)
    assert index.similarity(embed(["wharf"])[0])[2] == pytest.approx(TAG_WEIGHT, abs=0.02)


def test_tags_are_limited() -> None:
    index = build_index(["fox", "cat"], {"fox": [f"tag {chr(97 + i)}" for i in range(26)]}, embed)
    assert index.offsets.tolist() == [0, MAX_TAGS + 1, MAX_TAGS + 2]


def test_measures_in_the_library_are_those_of_its_paths(library: GlyphLibrary) -> None:
    for glyph in library.glyphs[::1501]:
        ink, reach, centroid, complexity = measure(glyph.path, glyph.width, glyph.height)
        assert ink == pytest.approx(glyph.ink, abs=2e-4)
        assert reach == pytest.approx(glyph.reach, abs=0.1)
        assert centroid == pytest.approx(glyph.centroid, abs=0.1)
        assert complexity == pytest.approx(glyph.complexity, abs=0.01)


def test_every_sampled_path_is_drawn_inside_its_box(library: GlyphLibrary) -> None:
    for glyph in library.glyphs[::397]:
        covered = glyph_mask(glyph.path, 100)
        columns, rows = np.ceil(glyph.width / 10), np.ceil(glyph.height / 10)
        assert covered.max() > 0.5, glyph.id
        assert not covered[int(rows) + 1 :].any(), glyph.id
        assert not covered[:, int(columns) + 1 :].any(), glyph.id
        # Nothing is cut off: the box starts with ink at the top and at the left.
        assert covered[:2].max() > 0.02, glyph.id
        assert covered[:, :2].max() > 0.02, glyph.id


def test_square_glyph_of_the_tests_measures_what_it_says() -> None:
    glyph = square_glyph(width=500)
    ink, reach, centroid, _ = measure(glyph.path, glyph.width, glyph.height)
    measured = replace(glyph, ink=ink, reach=reach, centroid=centroid)
    assert measured.ink == pytest.approx(glyph.ink)
    assert measured.reach == pytest.approx(glyph.reach, rel=0.03)
    assert measured.centroid == pytest.approx(glyph.centroid)


def test_a_saved_library_comes_back(tmp_path: Path) -> None:
    library = tiny_library()
    save_library(library, tmp_path / "new" / "folder")
    again = GlyphLibrary.load(tmp_path / "new" / "folder")
    assert again.packs == library.packs
    assert [glyph.id for glyph in again.glyphs] == [glyph.id for glyph in library.glyphs]
    for ours, theirs in zip(library.glyphs, again.glyphs, strict=True):
        assert (ours.name, ours.path, ours.width, ours.height) == (
            theirs.name,
            theirs.path,
            theirs.width,
            theirs.height,
        )
        assert theirs.reach == pytest.approx(ours.reach, rel=1e-6)
        assert theirs.centroid == pytest.approx(ours.centroid)
    index, read = library.index, again.index
    assert read.phrases == index.phrases
    for name in ("vectors", "offsets", "links"):
        assert (getattr(read, name) == getattr(index, name)).all()
        assert getattr(read, name).dtype == getattr(index, name).dtype
    assert read.weights == pytest.approx(index.weights, abs=1 / 510)
    assert read.mean == pytest.approx(index.mean, abs=1e-3)


def test_saving_twice_gives_equal_files(tmp_path: Path) -> None:
    for folder in ("a", "b"):
        save_library(tiny_library(), tmp_path / folder)
    for name in ("glyphs.parquet", "packs.json"):
        assert (tmp_path / "a" / name).read_bytes() == (tmp_path / "b" / name).read_bytes()


@pytest.mark.parametrize("name", ["glyphs.parquet", "packs.json", "meaning.npz"])
def test_a_missing_file_is_said_so(name: str, tmp_path: Path) -> None:
    save_library(tiny_library(), tmp_path)
    (tmp_path / name).unlink()
    with pytest.raises(FileNotFoundError):
        GlyphLibrary.load(tmp_path)

from __future__ import annotations

import random
from collections import Counter
from dataclasses import replace
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow.parquet as pq
import pytest
from PIL import Image

from backend.datasets.corpus import (
    ROWS_PER_GROUP,
    SCHEMA,
    Corpus,
    CorpusConfig,
    build_corpus,
    jittered,
    random_palette,
    read_corpus_config,
    write_rows,
)
from backend.datasets.glyph_build import save_library
from backend.datasets.splits import is_held_out
from backend.domain.brief import Colour, Palette
from backend.domain.errors import InvalidRequest
from backend.tests.vector.support import WEIGHTS
from backend.vector.colour import contrast_ratio
from backend.vector.colour_names import caption_name
from backend.vector.finishes import FACTS as FINISH_FACTS
from backend.vector.finishes import Finish
from backend.vector.glyphs import GlyphLibrary
from backend.vector.layouts import FACTS as LAYOUT_FACTS
from backend.vector.layouts import Layout, fits

SMALL = CorpusConfig(rows=70, size_px=32, seed=3, rows_per_shard=30)


@pytest.fixture(scope="module")
def corpus(library: GlyphLibrary) -> Corpus:
    return Corpus(library, SMALL)


@pytest.fixture(scope="module")
def rows(corpus: Corpus) -> list[dict[str, Any]]:
    return [corpus.row(number) for number in range(SMALL.rows)]


def palette_of(row: dict[str, Any]) -> Palette:
    return Palette(*(Colour.from_hex(text) for text in row["palette"]))


def test_a_row_follows_from_seed_and_number_alone(
    rows: list[dict[str, Any]], library: GlyphLibrary
) -> None:
    fresh = Corpus(library, SMALL)
    for number in (61, 7, 0, 7):
        assert fresh.row(number) == rows[number]


def test_the_committed_sample_is_the_head_of_the_corpus(library: GlyphLibrary) -> None:
    path = WEIGHTS.parent / "data" / "sample.parquet"
    sample = pq.ParquetFile(path)
    assert sample.schema_arrow.equals(SCHEMA)
    assert sample.metadata.num_rows == 2_000
    assert sample.metadata.row_group(0).num_rows == ROWS_PER_GROUP
    drawn = Corpus(library, CorpusConfig(rows=2_000))
    group = sample.read_row_group(7).to_pylist()
    for place in (0, 31, 99):
        expected = drawn.row(7 * ROWS_PER_GROUP + place)
        assert {**group[place], "image": None} == {**expected, "image": None}
        before, after = (
            np.asarray(Image.open(BytesIO(row["image"]["bytes"])), np.int16)
            for row in (group[place], expected)
        )
        assert np.abs(before - after).mean() < 1  # Another build of the renderer may round.


def test_another_seed_gives_other_rows(rows: list[dict[str, Any]], library: GlyphLibrary) -> None:
    other = Corpus(library, CorpusConfig(size_px=32, seed=4))
    assert all(
        other.row(number)["image"]["bytes"] != rows[number]["image"]["bytes"] for number in range(5)
    )


def test_rows_differ(rows: list[dict[str, Any]]) -> None:
    assert len({row["image"]["bytes"] for row in rows}) == len(rows)
    assert len({row["image"]["path"] for row in rows}) == len(rows)
    assert rows[12]["image"]["path"] == "0000012.png"


def test_most_captions_name_the_concept_and_some_a_synonym(
    rows: list[dict[str, Any]], library: GlyphLibrary
) -> None:
    words = {row["concept"]: row["content"].split(", ")[0] for row in rows}
    others = {concept: text for concept, text in words.items() if text != concept}
    assert 0 < len(others) < len(words) / 2
    named = {row["concept"]: row["glyph"] for row in rows}
    for concept, text in others.items():
        if " and " not in text:
            assert text in library.synonyms(named[concept])
            assert not is_held_out(text)


def test_pictures_are_opaque_squares_of_the_asked_size(rows: list[dict[str, Any]]) -> None:
    for row in rows:
        image = Image.open(BytesIO(row["image"]["bytes"]))
        assert (image.format, image.mode, image.size) == ("PNG", "RGB", (32, 32))
        assert np.ptp(np.asarray(image).astype(int), axis=(0, 1)).max() > 20


def test_captions_carry_words_layout_finish_and_colour_names(rows: list[dict[str, Any]]) -> None:
    for row in rows:
        text = row["text"]
        words, layout = row["content"].split(", ")
        assert words in text
        assert layout == LAYOUT_FACTS[Layout(row["layout"])].caption
        assert LAYOUT_FACTS[Layout(row["layout"])].caption in text
        assert FINISH_FACTS[Finish(row["finish"])].caption in text
        for colour in palette_of(row).colours:
            assert caption_name(colour) in text


def test_drawings_suit_their_layout_and_are_fit_to_be_marks(
    rows: list[dict[str, Any]], library: GlyphLibrary
) -> None:
    for row in rows:
        glyph = library[row["glyph"]]
        assert glyph.worth >= SMALL.min_worth
        assert fits(Layout(row["layout"]), glyph)
        assert row["concept"].startswith(glyph.name)
        assert (" and " in row["concept"]) >= (row["layout"] == Layout.PAIR)


def test_held_out_concepts_are_in_the_test_split_only(rows: list[dict[str, Any]]) -> None:
    splits: dict[str, set[str]] = {"train": set(), "test": set()}
    for row in rows:
        splits[row["split"]].add(row["concept"])
    assert len(splits["test"]) > 2
    for concept in splits["train"]:
        assert not is_held_out(concept)
        assert not any(is_held_out(part) for part in concept.split(" and "))
    for concept in splits["test"]:
        assert any(is_held_out(part) for part in [concept, *concept.split(" and ")])


def test_all_layouts_but_the_letter_and_all_finishes_occur(rows: list[dict[str, Any]]) -> None:
    finishes = Counter(row["finish"] for row in rows)
    layouts = Counter(row["layout"] for row in rows)
    assert set(finishes) == set(Finish)
    assert len(layouts) > 8
    assert Layout.LETTER not in layouts
    assert 0.25 < finishes[Finish.FLAT] / len(rows) < 0.63


def test_random_palettes_are_readable() -> None:
    rng = random.Random(5)
    for _ in range(300):
        palette = random_palette(rng)
        for ink in (palette.primary, palette.secondary):
            assert contrast_ratio(palette.background, ink) > 1.7


def test_jitter_is_small_and_stays_in_range() -> None:
    rng = random.Random(5)
    for colour in (Colour(0, 0, 0), Colour(255, 255, 255), Colour(90, 120, 200)):
        moved = [jittered(colour, rng) for _ in range(50)]
        assert len(set(moved)) > 20
        steps = [abs(a - b) for other in moved for a, b in zip(colour.rgb, other.rgb, strict=True)]
        assert max(steps) <= 14


def test_written_rows_stream_in_groups(rows: list[dict[str, Any]], tmp_path: Path) -> None:
    many = [*rows, *rows]
    write_rows(many, tmp_path / "rows.parquet")
    with pq.ParquetFile(tmp_path / "rows.parquet") as file:
        assert file.schema_arrow.equals(SCHEMA)
        groups = [file.metadata.row_group(i).num_rows for i in range(file.num_row_groups)]
        assert groups == [ROWS_PER_GROUP, 40] == [100, 40]
        assert file.read_row_group(1).to_pylist() == many[ROWS_PER_GROUP:]
    assert SCHEMA.names[:2] == ["image", "text"]  # the columns of the public data set


@pytest.fixture
def few_glyphs(library: GlyphLibrary, tmp_path: Path) -> Path:
    """A folder with some of the shipped glyphs: each process of a build reads it anew."""
    chosen = [glyph for glyph in library.glyphs if glyph.worth > 0.8][::60]
    index = replace(
        library.index,
        phrases=("all",),
        vectors=library.index.vectors[:1],
        offsets=np.arange(len(chosen) + 1, dtype=np.int32),
        links=np.zeros(len(chosen), np.int32),
        weights=np.ones(len(chosen), np.float32),
    )
    save_library(GlyphLibrary(chosen, library.packs, index), tmp_path / "glyphs")
    return tmp_path / "glyphs"


def test_a_build_resumes_and_keeps_finished_shards(few_glyphs: Path, tmp_path: Path) -> None:
    one_process = Corpus(GlyphLibrary.load(few_glyphs), SMALL)
    rows = [one_process.row(number) for number in range(SMALL.rows)]
    reports: list[tuple[str, int, int]] = []
    build_corpus(few_glyphs, SMALL, tmp_path, lambda *report: reports.append(report))
    shards = sorted(tmp_path.glob("*.parquet"))
    assert [path.name for path in shards] == [f"corpus-0000{i}.parquet" for i in range(3)]
    assert [row for path in shards for row in pq.read_table(path).to_pylist()] == rows
    assert reports == [("corpus", done, 70) for done in (0, 30, 60, 70)]

    before = {path: (path.read_bytes(), path.stat().st_mtime_ns) for path in shards}
    shards[1].unlink()
    reports.clear()
    build_corpus(few_glyphs, SMALL, tmp_path, lambda *report: reports.append(report))
    assert reports == [("corpus", 40, 70), ("corpus", 70, 70)]
    assert {path: path.read_bytes() for path in shards} == {p: b for p, (b, _) in before.items()}
    for path in (shards[0], shards[2]):
        assert path.stat().st_mtime_ns == before[path][1]
    config = read_corpus_config(tmp_path)
    assert config["seed"] == 3
    assert {pack["key"] for pack in config["packs"]} >= {"mdi", "letters"}


class _Interrupted(Exception):
    pass


def _interrupt(_stage: str, _done: int, _total: int) -> None:
    raise _Interrupted


def test_an_interrupted_build_goes_on_with_its_own_recipe_only(
    few_glyphs: Path, tmp_path: Path
) -> None:
    target = tmp_path / "corpus"
    with pytest.raises(_Interrupted):  # before the first shard
        build_corpus(few_glyphs, SMALL, target, _interrupt)
    assert [path.name for path in target.iterdir()] == ["corpus.json"]
    with pytest.raises(InvalidRequest, match="a corpus with seed 3 instead of 4; remove it"):
        build_corpus(few_glyphs, replace(SMALL, seed=4), target, _interrupt)
    with pytest.raises(InvalidRequest, match="a corpus with another glyph library; remove it"):
        build_corpus(WEIGHTS / "glyphs", SMALL, target, _interrupt)
    with pytest.raises(_Interrupted):  # the same recipe is not refused
        build_corpus(few_glyphs, SMALL, target, _interrupt)


def test_shards_of_which_nobody_knows_are_never_mixed_in(few_glyphs: Path, tmp_path: Path) -> None:
    (tmp_path / "corpus-00000.parquet").write_bytes(b"")
    with pytest.raises(InvalidRequest, match=r"shards but no corpus\.json; remove it"):
        build_corpus(few_glyphs, SMALL, tmp_path, _interrupt)
    assert not (tmp_path / "corpus.json").exists()

from __future__ import annotations

import json
import sys
import time
from collections import Counter
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from PIL import Image

from backend.datasets.eda import analyse
from backend.domain.errors import JobCancelled
from backend.tests.datasets.tables import SAMPLE, encoded, images, picture, write
from backend.tests.pace import processor_seconds, within

NUMBERS = {
    "count", "mean", "std", "min", "q1", "median", "q3", "max", "lower_fence", "upper_fence",
    "outliers", "points", "is_exact",
}  # fmt: skip


@pytest.fixture(scope="module")
def report() -> dict[str, Any]:
    return analyse(SAMPLE)


def test_the_report_has_the_agreed_shape(report: dict[str, Any]) -> None:
    assert json.loads(json.dumps(report, allow_nan=False)) == report
    assert set(report) == {
        "version", "dataset", "computed", "text", "images", "colours", "quality",
    }  # fmt: skip
    assert set(report["dataset"]) == {
        "name", "files", "bytes", "rows", "row_groups", "fingerprint", "columns",
    }  # fmt: skip
    assert set(report["computed"]) == {"seconds", "at", "workers", "peak_mb"}
    for section, names in (
        ("text", ("characters", "words", "epithets")),
        ("images", ("width", "height", "aspect_ratio", "aspect_ratio_without_squares", "pixels",
                    "file_bytes")),
    ):  # fmt: skip
        for name in names:
            assert set(report[section][name]) == NUMBERS
    assert set(report["quality"]) == {
        "computed_on", "missing_text", "missing_image", "not_an_image", "truncated_image",
        "undecodable", "huge_image", "exact_duplicates", "duplicate_texts", "near_duplicates",
        "unreadable_rows",
    }  # fmt: skip
    for section in (report["text"], report["images"], report["colours"], report["quality"]):
        assert section["computed_on"] == {"rows": 2_000, "of": 2_000}


def test_the_sample_agrees_with_pandas_and_pillow(report: dict[str, Any]) -> None:
    frame = pd.read_parquet(SAMPLE)
    contents = frame["image"].map(lambda cell: cell["bytes"])
    opened = [Image.open(BytesIO(content)) for content in contents]
    sides = pd.DataFrame([image.size for image in opened], columns=["width", "height"])
    expected = {
        "width": sides["width"],
        "height": sides["height"],
        "pixels": sides["width"] * sides["height"],
        "aspect_ratio": sides["width"] / sides["height"],
        "file_bytes": contents.map(len),
    }
    for name, series in expected.items():
        ours, theirs = report["images"][name], series.describe()
        assert ours["mean"] == pytest.approx(theirs["mean"])
        assert ours["std"] == pytest.approx(theirs["std"])
        assert [ours[key] for key in ("min", "q1", "median", "q3", "max")] == [
            pytest.approx(theirs[key]) for key in ("min", "25%", "50%", "75%", "max")
        ]
    formats = Counter(image.format for image in opened)
    assert dict(report["images"]["formats"]) == formats
    assert report["images"]["modes"] == [["RGB", 2_000]]
    assert report["images"]["squares"] == int((sides["width"] == sides["height"]).sum())
    assert report["quality"]["exact_duplicates"]["rows"] == int(contents.duplicated().sum())
    assert report["quality"]["duplicate_texts"]["rows"] == int(frame["text"].duplicated().sum())
    grey = 0
    for image in opened:
        pixels = np.asarray(image.resize((32, 32), Image.Resampling.NEAREST)).astype(int)
        grey += (np.ptp(pixels, axis=2) > 24).mean() <= 0.01
    assert report["colours"]["black_and_white"] == grey


def test_the_sample_takes_less_than_two_seconds_of_processor_time() -> None:
    # Processor time and not wall time, so that a busy machine does not fail it.
    assert processor_seconds(lambda: analyse(SAMPLE), times=2) < within(2)


def test_every_fault_is_counted_with_its_rows(tmp_path: Path) -> None:
    noise = encoded(Image.effect_noise((60, 60), 90))
    huge = Image.new("1", (8_000, 8_000))
    cells: list[bytes | None] = [
        picture("red"), None, b"", b"not a picture", noise[:-300], encoded(huge), picture("red"),
        picture("blue", (20, 10)), picture("red"), noise,
    ]  # fmt: skip
    texts = ["a fox", "a fox", None, " ", "owl", "hare", "a fox", None, "wolf", "owl"]
    found = analyse(write(tmp_path / "a.parquet", cells, texts, 3))
    quality = found["quality"]
    for name, rows in (
        ("missing_text", [2, 7]),
        ("missing_image", [1, 2]),
        ("not_an_image", [3]),
        ("truncated_image", [4]),
        ("huge_image", [5]),
        ("undecodable", [4]),
        ("unreadable_rows", []),
    ):
        assert (quality[name]["rows"], quality[name]["examples"]) == (len(rows), rows), name
    same = quality["exact_duplicates"]
    assert (same["groups"], same["rows"], same["examples"]) == (1, 2, [[0, 6]])
    texts_found = quality["duplicate_texts"]
    assert (texts_found["groups"], texts_found["rows"]) == (2, 3)
    assert texts_found["examples"] == [["a fox", 3], ["owl", 2]]
    assert found["text"]["blank"] == 1
    assert found["images"]["aspect_ratio_without_squares"]["points"] == [[2, 1]]
    assert found["images"]["squares"] == 6
    assert found["images"]["computed_on"] == {"rows": 7, "of": 10}
    assert found["colours"]["computed_on"] == {"rows": 5, "of": 10}


@pytest.mark.parametrize("workers", [1, 3])
@pytest.mark.parametrize("group_rows", [100, 7_000])
def test_the_figures_do_not_depend_on_threads_groups_or_shards(
    report: dict[str, Any], tmp_path: Path, workers: int, group_rows: int
) -> None:
    table = pq.read_table(SAMPLE, columns=["image", "text"])
    for place, first in enumerate((0, 450, 1_111)):
        part = table.slice(first, ((450, 1_111, 2_000)[place]) - first)
        pq.write_table(part, tmp_path / f"{place}.parquet", row_group_size=group_rows)
    found = analyse(tmp_path, workers=workers)
    for section in ("text", "images", "quality"):
        assert _rounded(found[section]) == _rounded(report[section])
    ours, theirs = found["colours"]["dominant"], report["colours"]["dominant"]
    assert [c["share"] for c in ours] == [c["share"] for c in theirs]


def test_a_damaged_group_is_counted_with_its_reason(tmp_path: Path) -> None:
    rng = np.random.default_rng(0)
    cells = [rng.bytes(3_000) for _ in range(30)]
    path = write(tmp_path / "a.parquet", cells, ["x"] * 30, 10, compression="zstd")
    content = bytearray(path.read_bytes())
    start = pq.read_metadata(path).row_group(1).column(0).dictionary_page_offset
    content[start : start + 40] = b"\xff" * 40
    path.write_bytes(content)
    found = analyse(path)
    lost = found["quality"]["unreadable_rows"]
    assert lost["rows"] == 10
    assert lost["examples"] == list(range(10, 20))
    assert lost["reasons"][0]
    assert found["quality"]["not_an_image"]["rows"] == 20
    assert found["text"]["computed_on"] == {"rows": 30, "of": 30}


def test_nothing_at_all_is_a_report(tmp_path: Path) -> None:
    found = analyse(write(tmp_path / "a.parquet", [], []))
    assert found["dataset"]["rows"] == 0
    assert found["colours"]["half_width_percent"] is None
    assert found["colours"]["dominant"] == []
    empty = analyse(write(tmp_path / "b.parquet", [None] * 9, [None] * 9))
    assert empty["text"]["missing"] == 9
    assert empty["quality"]["missing_image"]["rows"] == 9
    assert empty["images"]["width"]["mean"] is None


def test_progress_rises_to_the_end_and_comes_from_the_calling_thread() -> None:
    seen: list[tuple[int, int]] = []
    frames: set[str] = set()

    def report(done: int, total: int) -> None:
        seen.append((done, total))
        frames.add(sys._getframe(1).f_code.co_name)

    analyse(SAMPLE, report=report)
    assert seen[0] == (0, 2_000)
    assert seen[-1] == (2_000, 2_000)
    assert [done for done, _ in seen] == sorted(done for done, _ in seen)
    assert frames == {"run"}


def test_it_stops_when_told_to(tmp_path: Path) -> None:
    path = write(tmp_path / "a.parquet", [picture()] * 4_000, ["a fox"] * 4_000, 10)
    started = time.monotonic()
    with pytest.raises(JobCancelled):
        analyse(path, should_stop=lambda: True)
    assert time.monotonic() - started < 5


def test_text_of_a_dictionary_and_large_types_give_the_same(tmp_path: Path) -> None:
    cells = [picture("red"), picture("blue")] * 50
    kinds = (pa.string(), pa.large_string(), pa.dictionary(pa.int32(), pa.string()))
    found = []
    for place, kind in enumerate(kinds):
        texts = pa.array(["a red fox", None] * 50, pa.string()).cast(kind)
        table = pa.table({"image": images(cells), "text": texts, "n": range(100)})
        pq.write_table(table, tmp_path / f"{place}.parquet")
        found.append(analyse(tmp_path / f"{place}.parquet")["text"])
    assert found[0] == found[1] == found[2]
    assert found[0]["missing"] == 50


def _rounded(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _rounded(part) for key, part in value.items()}
    if isinstance(value, list):
        return [_rounded(part) for part in value]
    return pytest.approx(value) if isinstance(value, float) else value

from __future__ import annotations

from io import BytesIO
from math import comb
from typing import Any

import numpy as np
import pyarrow.parquet as pq
import pytest
from PIL import Image, ImageDraw

from backend.datasets.eda_colours import ColourCounts, are_black_and_white
from backend.datasets.eda_near import SIDE_PX, near_duplicates
from backend.datasets.eda_sample import SampleTally, half_width_percent, sampled_rows
from backend.tests.datasets.tables import SAMPLE, encoded
from backend.tests.pace import processor_seconds, within


@pytest.fixture(scope="module")
def pictures() -> list[Image.Image]:
    column = pq.read_table(SAMPLE, columns=["image"])["image"].to_pylist()[:150]
    return [Image.open(BytesIO(cell["bytes"])).convert("RGB") for cell in column]


def looked_at(contents: list[bytes]) -> SampleTally:
    tally = SampleTally()
    for row, content in enumerate(contents):
        tally.add(row, memoryview(content))
    return tally


def test_copies_are_near_and_others_are_not(pictures: list[Image.Image]) -> None:
    small = pictures[3].resize((64, 64), Image.Resampling.LANCZOS)
    contents = [encoded(picture) for picture in pictures]
    contents += [encoded(pictures[7], "JPEG", quality=50), encoded(small)]
    _, _, near = looked_at(contents).to_reports(len(contents))
    assert sorted(map(sorted, near["examples"])) == [[3, 151], [7, 150]]
    assert (near["groups"], near["rows"]) == (2, 2)


def test_flat_logos_on_white_are_not_alike() -> None:
    contents = []
    for place in range(30):
        picture = Image.new("RGB", (128, 128), "white")
        x, y = 10 + 14 * (place % 6), 10 + 20 * (place // 6)
        ImageDraw.Draw(picture).ellipse((x, y, x + 24, y + 24), fill="black")
        contents.append(encoded(picture))
    _, _, near = looked_at(contents).to_reports(30)
    assert near["groups"] == 0


def test_equal_files_are_left_to_the_exact_count(pictures: list[Image.Image]) -> None:
    content = encoded(pictures[0])
    _, _, near = looked_at([content, content, content]).to_reports(3)
    assert near["groups"] == 0


def test_a_chain_of_near_pictures_is_one_group(pictures: list[Image.Image]) -> None:
    thumb = np.asarray(pictures[0].resize((SIDE_PX, SIDE_PX)))
    found = near_duplicates([4, 5, 9], np.stack([thumb] * 3), np.ones(3))
    assert (found["groups"], found["rows"]) == (1, 2)
    assert found["examples"] == [[4, 5], [4, 9], [5, 9]]
    apart = near_duplicates([4, 5], np.stack([thumb] * 2), np.array([1.0, 2.0]))
    assert apart["groups"] == 0


def test_two_thousand_near_pictures_are_grouped_in_a_moment(pictures: list[Image.Image]) -> None:
    thumb = np.asarray(pictures[0].resize((SIDE_PX, SIDE_PX)))
    thumbs = np.stack([thumb] * 2_000)
    thumbs[:, 0, 0, 0] = np.arange(2_000) % 7
    # The nearest two of all, in another block than the first ones.
    thumbs[:, 1, 0, 0] = np.arange(2_000) // 7 % 251
    found: dict[str, Any] = {}
    taken = processor_seconds(
        lambda: found.update(near_duplicates(range(2_000), thumbs, np.ones(2_000))), times=1
    )
    # Pair by pair it took 12 s.
    assert taken < within(4)
    assert (found["groups"], found["rows"]) == (1, 1_999)
    assert found["examples"][:2] == [[0, 1_757], [1, 1_758]]
    assert len(found["examples"]) == 20


@pytest.mark.parametrize("count", [0, 1])
def test_fewer_than_two_pictures_are_near_nothing(count: int) -> None:
    thumbs = np.zeros((count, SIDE_PX, SIDE_PX, 3), np.uint8)
    found = near_duplicates(range(count), thumbs, np.ones(count))
    assert found == {"groups": 0, "rows": 0, "examples": []}


def test_flat_colours_are_found_exactly_with_their_shares() -> None:
    picture = Image.new("RGB", (320, 320), "#FFA500")
    picture.paste("#FFFFFF", (0, 0, 320, 160))
    picture.paste("#000080", (0, 0, 80, 160))
    colours, _, _ = looked_at([encoded(picture)]).to_reports(1)
    assert colours["dominant"] == [
        {"hex": "#FFA500", "name": "orange", "share": 0.5},
        {"hex": "#FFFFFF", "name": "white", "share": 0.375},
        {"hex": "#000080", "name": "navy", "share": 0.125},
    ]
    assert (colours["black_and_white"], colours["colourful"]) == (0, 1)


def test_many_colours_become_at_most_sixteen_that_share_everything() -> None:
    counts = ColourCounts()
    noise = np.random.default_rng(0).integers(0, 256, (100, 100, 3), np.uint8)
    counts.add(noise)
    found = counts.dominant()
    assert 8 <= len(found) <= 16
    assert sum(colour["share"] for colour in found) == pytest.approx(1, abs=1e-3)
    shares = [colour["share"] for colour in found]
    assert shares == sorted(shares, reverse=True)
    assert all(
        (noise == np.frombuffer(bytes.fromhex(c["hex"][1:]), np.uint8)).all(axis=-1).any()
        for c in found
    )


def test_black_and_white_is_by_content_and_not_by_mode() -> None:
    grey = np.repeat(np.arange(256, dtype=np.uint8)[:, None, None], 3, axis=2).reshape(16, 16, 3)
    tinted = grey.copy()
    tinted[:4] = (255, 0, 0)
    speck = grey.copy()
    speck[0, 0] = (255, 0, 0)
    assert are_black_and_white(np.stack([grey, tinted, speck])).tolist() == [True, False, True]


def test_transparency_lies_on_white() -> None:
    clear = Image.new("RGBA", (64, 64), (255, 0, 0, 0))
    colours, _, _ = looked_at([encoded(clear)]).to_reports(1)
    assert [colour["hex"] for colour in colours["dominant"]] == ["#FFFFFF"]


def test_deep_grey_keeps_its_shade() -> None:
    deep = Image.fromarray(np.full((64, 64), 128 * 257, np.uint16))
    colours, _, _ = looked_at([encoded(deep)]).to_reports(1)
    assert colours["dominant"][0]["hex"] == "#808080"


def test_what_cannot_be_decoded_is_counted() -> None:
    whole = encoded(Image.effect_noise((200, 200), 50), "PNG")
    damaged = bytearray(whole)
    damaged[400:500] = b"x" * 100
    contents = [whole, whole[:2_000], bytes(damaged), b"\xff\xd8\xff" + b"y" * 50]
    _, undecodable, _ = looked_at(contents).to_reports(4)
    assert undecodable["rows"] == 3
    assert undecodable["examples"] == [1, 2, 3]
    assert undecodable["computed_on"] == {"rows": 4, "of": 4}


def test_the_sample_is_spread_evenly_and_starts_nowhere_special() -> None:
    assert sampled_rows(5, 10).tolist() == [0, 1, 2, 3, 4]
    assert sampled_rows(0).tolist() == []
    rows = sampled_rows(400_000, 2_000)
    assert len(rows) == 2_000
    assert set(np.diff(rows)) == {200}
    assert rows[0] == 100


def test_the_interval_covers_the_truth_as_often_as_it_says() -> None:
    tried, truth = 400, 0.12
    hits = np.arange(tried + 1)
    half = np.array([half_width_percent(int(n), tried, 10**9) for n in hits]) / 100
    # Wilson's interval lies about this centre.
    z2 = 1.959964**2
    centre = (hits / tried + z2 / (2 * tried)) / (1 + z2 / tried)
    chance = np.array(
        [comb(tried, int(n)) * truth ** int(n) * (1 - truth) ** (tried - int(n)) for n in hits]
    )
    covered = chance[np.abs(centre - truth) <= half].sum()
    assert 0.94 <= covered <= 0.97
    assert half_width_percent(50, tried, tried) == 0
    assert half_width_percent(0, 0, 0) is None

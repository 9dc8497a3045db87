"""Figures of the analysis say the numbers they are drawn from."""

from __future__ import annotations

from typing import Any

import pytest

from frontend.components.dataset_bins import rebin
from frontend.components.dataset_figures import (
    Measure,
    colour_parts,
    distribution,
    palette,
    ranking,
)
from frontend.datasets_answers import read_numbers
from frontend.datasets_types import DominantColour
from frontend.i18n import Language, Texts
from frontend.tests.stub_datasets import numbers_json

EN, RU = Texts(Language.ENGLISH), Texts(Language.RUSSIAN)
FILE = Measure("file", "analysis.file", "analysis.axis_file", scale=1e3, digits=1)
WIDTH = Measure("width", "analysis.width", "analysis.axis_width")


def figure(t: Texts, measure: Measure, values: Any, bins: int = 10) -> dict[str, Any]:
    found = read_numbers(numbers_json(values))
    drawn: dict[str, Any] = distribution(t, measure, found, rebin(found, bins)).to_plotly_json()
    return drawn


def test_the_box_shows_the_reports_quartiles_and_whiskers_in_the_axis_unit() -> None:
    values = [*range(1_000, 101_000, 1_000), 900_000]
    box = figure(EN, FILE, values)["data"][1]
    expected = numbers_json(values)

    for name, key in (("q1", "q1"), ("median", "median"), ("q3", "q3"), ("mean", "mean")):
        assert box[name] == [pytest.approx(expected[key] / 1e3)]
    assert box["lowerfence"] == [1.0]
    assert box["upperfence"] == [100.0]
    assert list(figure(EN, FILE, values)["data"][2]["x"]) == [900.0]


def test_hovering_a_bar_tells_its_ends_count_and_share() -> None:
    bars = figure(EN, WIDTH, [1, 1, 2, 3], bins=3)["data"][0]

    assert list(bars["y"]) == [2, 1, 1]
    assert bars["customdata"][0] == "<b>1</b><br>rows: 2, 50%"
    assert figure(EN, WIDTH, range(1, 7), bins=3)["data"][0]["customdata"][0].startswith(
        "<b>1 – 2</b>"
    )


@pytest.mark.parametrize(("value", "told"), [(128, "128"), (1.5, "1.5"), (0, "0")])
def test_equal_values_are_one_bar_with_room_around_it(value: float, told: str) -> None:
    drawn = figure(EN, Measure("a", FILE.title, FILE.axis, digits=1), [value] * 9)
    bar = drawn["data"][0]
    low, high = drawn["layout"]["xaxis"]["range"]

    assert (list(bar["x"]), list(bar["y"])) == ([value], [9])
    assert bar["customdata"][0].startswith(f"<b>{told}</b>")
    assert low <= value - 0.5 * value
    assert high >= value + 0.5 * value
    assert 0 < bar["width"][0] < (high - low) / 10


def test_numbers_are_written_as_the_language_writes_them() -> None:
    english, russian = (figure(t, FILE, [1_500_000, 2_600_050]) for t in (EN, RU))

    assert "Least: 1,500" in english["data"][3]["hovertemplate"]
    assert "Минимум: 1\u202f500" in russian["data"][3]["hovertemplate"]
    assert russian["layout"]["separators"] == ",\u202f"
    assert russian["layout"]["xaxis"]["title"]["text"] == "Размер файла, КБ"


def test_a_big_data_set_gives_a_small_figure() -> None:
    drawn = figure(EN, FILE, [i + 0.5 for i in range(4_000)], bins=60)

    assert len(drawn["data"][0]["y"]) == 60
    assert sum(drawn["data"][0]["y"]) == 4_000


def test_words_of_a_data_set_are_no_markup() -> None:
    drawn = ranking(EN, [("<a href='x'>b</a>", 3), ("w" * 60, 1)], 4).to_plotly_json()

    assert drawn["layout"]["yaxis"]["ticktext"][0] == "&lt;a href=&#x27;x&#x27;&gt;b&lt;/a&gt;"
    assert len(drawn["layout"]["yaxis"]["ticktext"][1]) == 34
    assert "<a" not in "".join(drawn["data"][0]["customdata"])


def test_colours_are_drawn_in_themselves_with_ink_that_reads_on_them() -> None:
    colours = [
        (DominantColour("#FFFFFF", "white", 0.7), "White"),
        (DominantColour("#14213D", "navy", 0.3), "Navy"),
    ]
    tiles = palette(EN, colours).to_plotly_json()["data"][0]

    assert list(tiles["marker"]["colors"]) == ["#FFFFFF", "#14213D"]
    assert list(tiles["textfont"]["color"]) == ["#1C1B1A", "#FFFFFF"]
    assert tiles["text"][1] == "<b>Navy</b><br>30%<br>#14213D"


def test_the_ring_tells_colour_from_black_and_white() -> None:
    ring = colour_parts(RU, 25, 75).to_plotly_json()["data"][0]

    assert list(ring["labels"]) == ["Цветные (RGB)", "Чёрно-белые"]
    assert list(ring["values"]) == [75, 25]
    assert list(ring["text"]) == ["75\u00a0%", "25\u00a0%"]

"""Reports: nothing is lost on the way through JSON, nothing impossible comes in."""

from __future__ import annotations

import json
from dataclasses import MISSING, fields, replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.metrics.report import Figure, QualityReport

HASH = "0123456789abcdef" * 4
FIGURE = Figure("CLIP-T", 0.31, 0.01, 0.2, 0.33, 500, True)
FID = Figure("FID", 41.5, None, None, 3.25, 500, False, "biased: 500 of 10,000 samples")
REPORT = QualityReport([FIGURE, FID], seed=7, weights={"cgan": HASH}, seconds=12.5)

numbers = st.floats(allow_nan=False, allow_infinity=False)
maybe = st.none() | numbers
figures = st.builds(
    Figure,
    name=st.text(min_size=1).filter(str.strip),
    value=numbers,
    sd=st.none() | st.floats(0, 1e300),
    floor=maybe,
    ceiling=maybe,
    num_samples=st.integers(1),
    higher_is_better=st.booleans(),
    remark=st.text(),
)
reports = st.builds(
    QualityReport,
    figures=st.lists(figures, min_size=1, max_size=4, unique_by=lambda figure: figure.name),
    seed=st.integers(),
    weights=st.dictionaries(st.text(), st.just(HASH), min_size=1, max_size=3),
    seconds=st.floats(0, 1e9),
)


@given(reports)
def test_a_report_comes_back_from_json_as_it_was(report: QualityReport) -> None:
    assert QualityReport.from_json(report.to_json()) == report


def test_a_figure_has_to_say_what_it_is_compared_with() -> None:
    needed = {field.name for field in fields(Figure) if field.default is MISSING}
    assert needed >= {"name", "value", "sd", "floor", "ceiling", "num_samples"}
    needed = {field.name for field in fields(QualityReport) if field.default is MISSING}
    assert needed == {"figures", "seed", "weights", "seconds"}


def test_later_changes_of_the_arguments_do_not_reach_the_report() -> None:
    weights, listed = {"cgan": HASH}, [FIGURE]
    report = QualityReport(listed, 1, weights, 0.0)
    weights["other"] = HASH
    listed.append(FID)
    assert report == QualityReport([FIGURE], 1, {"cgan": HASH}, 0.0)


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"name": " "}, "needs a name"),
        ({"value": float("nan")}, "not a finite number"),
        ({"ceiling": float("inf")}, "not a finite number"),
        ({"sd": -0.1}, "negative standard deviation"),
        ({"num_samples": 0}, "on no sample"),
    ],
)
def test_impossible_figures_are_refused(change: dict[str, Any], reason: str) -> None:
    with pytest.raises(ValueError, match=reason):
        replace(FIGURE, **change)


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"figures": []}, "distinct names"),
        ({"figures": [FIGURE, FIGURE]}, "distinct names"),
        ({"weights": {}}, "hashes of the weights"),
        ({"weights": {"cgan": "abc"}}, "cgan needs a SHA-256"),
        ({"weights": {"cgan": HASH.upper()}}, "cgan needs a SHA-256"),
        ({"seconds": -1.0}, "seconds"),
        ({"seconds": float("inf")}, "seconds"),
    ],
)
def test_impossible_reports_are_refused(change: dict[str, Any], reason: str) -> None:
    with pytest.raises(ValueError, match=reason):
        replace(REPORT, **change)


def changed(**change: Any) -> str:
    record = json.loads(REPORT.to_json())
    for path, value in change.items():
        *parents, last = path.split("__")
        target = record
        for key in parents:
            target = target[int(key) if key.isdigit() else key]
        if value is MISSING:
            del target[last]
        else:
            target[last] = value
    return json.dumps(record)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("{", "Expecting"),
        ("[]", "the report must be an object"),
        (changed(seed=MISSING), "the report lacks .* seed"),
        (changed(date="today"), "does not know: date"),
        (changed(seed="1"), "seed must be int"),
        (changed(seed=True), "seed must be int"),
        (changed(seconds=None), "seconds must be a number"),
        (changed(figures={}), "figures must be a list"),
        (changed(figures=[3]), "a figure must be an object"),
        (changed(weights__cgan=5), "cgan must be str"),
        (changed(weights__cgan="short"), "SHA-256"),
        (changed(figures__0__floor=MISSING), "a figure lacks .* floor"),
        (changed(figures__0__floor="0"), "floor must be a number"),
        (changed(figures__0__value=True), "value must be a number"),
        (changed(figures__0__num_samples=1.5), "num_samples must be int"),
        (changed(figures__0__higher_is_better=1), "higher_is_better must be bool"),
        (changed(figures__0__value=float("nan")), "not a finite number"),
    ],
)
def test_other_texts_are_no_reports(text: str, reason: str) -> None:
    with pytest.raises(ValueError, match=reason):
        QualityReport.from_json(text)


def test_the_unchanged_text_is_a_report() -> None:
    assert QualityReport.from_json(changed()) == REPORT


def test_the_table_shows_what_has_no_meaning_as_a_dash() -> None:
    lines = REPORT.to_markdown().splitlines()
    assert lines[2] == "| CLIP-T | 0.31 ± 0.01 | 0.2 | 0.33 | 500 | higher |  |"
    assert lines[3] == "| FID | 41.5 | - | 3.25 | 500 | lower | biased: 500 of 10,000 samples |"
    assert lines[-1] == "Seed 7; 12 s; weights: cgan `0123456789ab`."


def test_a_name_cannot_break_the_table() -> None:
    odd = replace(FIGURE, name="a|b\nc")
    row = replace(REPORT, figures=[odd]).to_markdown().splitlines()[2]
    assert row.startswith("| a\\|b c | 0.31")

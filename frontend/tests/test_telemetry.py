"""The front end's logging is the back end's. Renew it: python -m frontend.tests.test_telemetry.

Each of the two is built into an image without the other, and neither may import the other; so
the files are there twice, and this test keeps them one.
"""

from __future__ import annotations

from pathlib import Path

import pytest

HERE = Path(__file__).parents[1] / "telemetry"
THERE = Path(__file__).parents[2] / "backend" / "telemetry"
NAMES = sorted(path.name for path in THERE.glob("*.py"))


def copied(name: str) -> str:
    text = (THERE / name).read_text("utf-8")
    return text.replace("backend.telemetry", "frontend.telemetry")


@pytest.mark.parametrize("name", NAMES)
def test_a_file_is_the_same_on_both_sides(name: str) -> None:
    assert (HERE / name).read_text("utf-8") == copied(name), (
        "run python -m frontend.tests.test_telemetry"
    )


def test_there_are_no_files_besides() -> None:
    assert sorted(path.name for path in HERE.glob("*.py")) == NAMES


if __name__ == "__main__":
    for each in NAMES:
        (HERE / each).write_text(copied(each), "utf-8")

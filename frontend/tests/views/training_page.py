"""Looking at the page of trainings, for its tests."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from streamlit.testing.v1 import AppTest

from frontend.tests.stub_api import StubApi
from frontend.tests.stub_drawings import PALETTES, drawing, encoded


def png(number: int, size: int = 512) -> bytes:
    return encoded(drawing(number % 6, PALETTES[number % len(PALETTES)], size), "PNG")


def pictures(count: int = 4) -> dict[str, bytes]:
    return {f"mark-{number}.png": png(number) for number in range(count)}


def checked_set(stub: StubApi, files: Mapping[str, bytes] | None = None) -> str:
    """A set whose check has ended."""
    set_id = stub.training.add_set("Harbour", pictures() if files is None else files)
    stub.training.sets[set_id]["job"] = stub.add_job("inspect", {"set": set_id})
    return set_id


def send(page: AppTest, files: Mapping[str, bytes]) -> AppTest:
    kinds = {".png": "image/png", ".zip": "application/zip", ".txt": "text/plain"}
    told = [(name, content, kinds[name[-4:]]) for name, content in files.items()]
    return page.file_uploader[0].set_value(told).run()


def captions(page: AppTest) -> list[str]:
    return [str(area.value) for area in page.text_area]


def chart(page: AppTest, key: str) -> Any:
    (found,) = [one for one in page.get("plotly_chart") if key in one.proto.id]
    return json.loads(found.proto.spec)

"""The place for a file: what the browser's script is given. What it does is tested in a browser."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from frontend.tests.conftest import OpenPage

STATIC = Path(__file__).parents[2] / "static"
SCRIPT = (STATIC / "upload.js").read_text("utf-8")


def mounted(page: AppTest) -> dict[str, Any]:
    (component,) = page.get("bidi_component")
    data: dict[str, Any] = json.loads(component.proto.json)
    return data


@pytest.mark.parametrize("language", ["en", "ru"])
def test_the_script_gets_the_address_for_browsers_and_all_its_texts(
    open_datasets: OpenPage, monkeypatch: pytest.MonkeyPatch, language: str
) -> None:
    monkeypatch.setenv("LOGO_UI__PUBLIC_API_URL", "https://api.example.org/")
    data = mounted(open_datasets(lang=language))

    assert data["api"] == "https://api.example.org"
    assert data["language"] == language
    named = set(re.findall(r"\bt\.([a-z_]+)", SCRIPT)) | set(
        re.findall(r"""(?:Refusal\(|this\.fill\(|\? |: |return )"([a-z_]+)"[,);:]""", SCRIPT)
    )
    assert named >= {"title", "unfinished", "closed", "refused", "cut_short", "seconds_left"}
    assert named <= set(data["texts"])


def test_without_a_setting_the_browser_is_sent_to_the_apis_port(
    open_datasets: OpenPage, stub: Any
) -> None:
    assert mounted(open_datasets())["api"] == f":{stub.url.rpartition(':')[2]}"


def test_no_text_of_anybody_is_ever_made_html() -> None:
    assert not re.search(r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|eval\(", SCRIPT)


def test_every_part_that_the_script_looks_for_is_in_the_page() -> None:
    page = (STATIC / "upload.html").read_text("utf-8")
    parts = set(re.findall(r"""find\("([a-z]+)"\)""", SCRIPT))

    assert len(parts) > 10
    assert parts <= set(re.findall(r'class="([a-z]+)"', page))

"""Where the front end looks for the service."""

from __future__ import annotations

from pathlib import Path

import pytest

from frontend.settings import Settings

EXAMPLE = Path(__file__).parents[2] / ".env.example"


@pytest.mark.parametrize(
    ("environment", "url"),
    [
        ({}, "http://127.0.0.1:8000"),
        ({"LOGO_API__PORT": "9000"}, "http://127.0.0.1:9000"),
        ({"LOGO_API__PORT": " ", "LOGO_UI__API_URL": ""}, "http://127.0.0.1:8000"),
        ({"LOGO_API__PORT": "9000", "LOGO_UI__API_URL": "http://api:1"}, "http://api:1"),
    ],
)
def test_the_address_is_the_one_told_else_this_machines(
    environment: dict[str, str], url: str
) -> None:
    assert Settings.from_environment(environment).api_url == url


@pytest.mark.parametrize(
    ("environment", "url"),
    [
        ({}, ":8000"),
        ({"LOGO_API__PORT": "9000"}, ":9000"),
        ({"LOGO_API__PORT": "9000", "LOGO_UI__API_URL": "http://api:8100"}, ":8100"),
        ({"LOGO_API__PORT": "9000", "LOGO_UI__API_URL": "http://api"}, ":9000"),
        ({"LOGO_UI__API_URL": "http://api:nonsense"}, ":8000"),
        ({"LOGO_UI__PUBLIC_API_URL": " https://api.example.org/ "}, "https://api.example.org"),
    ],
)
def test_browsers_are_sent_to_the_address_told_else_to_the_port_of_the_pages_host(
    environment: dict[str, str], url: str
) -> None:
    assert Settings.from_environment(environment).public_api_url == url


def test_the_key_is_read_and_not_shown_by_accident() -> None:
    settings = Settings.from_environment({"LOGO_UI__API_KEY": " lk_a_secret "})

    assert settings.api_key == "lk_a_secret"
    assert "secret" not in repr(settings)


def test_the_example_shows_the_default() -> None:
    lines = [line for line in EXAMPLE.read_text("utf-8").splitlines() if line.startswith("LOGO_")]
    example = dict(line.split("=", 1) for line in lines)

    told = {"LOGO_UI__API_URL", "LOGO_UI__PUBLIC_API_URL", "LOGO_UI__API_KEY"}
    assert told <= set(example)
    assert Settings.from_environment(example) == Settings.from_environment({})

"""The frame around the pages."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest
from streamlit.config import get_config_options
from streamlit.testing.v1 import AppTest

from frontend.i18n import TEXTS
from frontend.tests.patience import PATIENCE_SECONDS

FRONTEND = Path(__file__).parent.parent


def broken_page() -> None:
    from frontend.app import run_guarded
    from frontend.i18n import Language, Texts

    def draw() -> None:
        raise RuntimeError("a secret path")

    run_guarded(draw, Texts(Language.ENGLISH))


def test_the_unknown_becomes_a_sentence_and_its_traceback_a_log_entry(
    caplog: pytest.LogCaptureFixture,
) -> None:
    page = AppTest.from_function(broken_page, default_timeout=PATIENCE_SECONDS).run()

    assert not page.exception
    assert [error.value for error in page.error] == [TEXTS["error.interface"][0]]
    assert "a secret path" in caplog.text


def test_every_setting_in_the_configuration_exists() -> None:
    known = set(get_config_options())
    configured = tomllib.loads((FRONTEND / ".streamlit" / "config.toml").read_text("utf-8"))
    names = set()
    for section, options in configured.items():
        for name, value in options.items():
            inner = value if isinstance(value, dict) else None
            names |= (
                {f"{section}.{name}.{key}" for key in inner} if inner else {f"{section}.{name}"}
            )

    assert names <= known


def test_nothing_is_shown_of_errors_and_nothing_is_sent_home() -> None:
    configured = tomllib.loads((FRONTEND / ".streamlit" / "config.toml").read_text("utf-8"))

    assert configured["client"]["showErrorDetails"] == "none"
    assert configured["browser"]["gatherUsageStats"] is False
    assert configured["server"]["address"] == "127.0.0.1"


def test_the_fonts_of_the_theme_lie_where_it_says() -> None:
    configured = tomllib.loads((FRONTEND / ".streamlit" / "config.toml").read_text("utf-8"))

    for face in configured["theme"]["fontFaces"]:
        assert (FRONTEND / face["url"].removeprefix("app/")).read_bytes().startswith(b"wOF2")

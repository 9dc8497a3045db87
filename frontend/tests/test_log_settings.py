from __future__ import annotations

from pathlib import Path

import pytest

from frontend.log_settings import log_options
from frontend.telemetry.logs import LogOptions
from frontend.telemetry.rotation import Rotation

ROOT = Path(__file__).parents[2]


def test_nothing_told_is_the_usual() -> None:
    assert log_options({}) == LogOptions()


def test_what_is_told_is_taken() -> None:
    told = log_options(
        {
            "LOGO_LOG__LEVEL": "debug",
            "LOGO_LOG__FORMAT": "json",
            "LOGO_LOG__FOLDER": "output/logs",
            "LOGO_LOG__FILE_BYTES": "1000000",
            "LOGO_LOG__FILE_COUNT": "9",
            "LOGO_LOG__FILE_HOURS": "1.5",
            "LOGO_LOG__KEEP_DAYS": "3",
            "LOGO_LOG__PROMPTS": "true",
            "LOGO_LOG__LIVE_TAIL": "logstash:5959",
        }
    )
    assert told == LogOptions(
        level="DEBUG",
        format="json",
        folder=ROOT / "output" / "logs",
        rotation=Rotation(1_000_000, 9, 1.5, 3),
        prompts=True,
        live_tail="logstash:5959",
    )


@pytest.mark.parametrize(
    ("name", "value"),
    [("LEVEL", "loud"), ("FILE_COUNT", "many"), ("LIVE_TAIL", "logstash"), ("FORMAT", "xml")],
)
def test_what_cannot_be_understood_counts_as_absent(name: str, value: str) -> None:
    assert log_options({f"LOGO_LOG__{name}": value}) == LogOptions()

from __future__ import annotations

import logging
from pathlib import Path

from fastapi.testclient import TestClient

from backend.main import create_app
from backend.settings_logs import ElasticSettings, LogSettings
from backend.tests.api.support import temporary_settings


def test_without_files_and_stack_there_is_nothing_to_tell(client: TestClient) -> None:
    assert client.get("/health/logs").json() == {
        "stack": "not-configured",
        "detail": "",
        "kibana_url": "",
        "writes_files": False,
        "errors": [],
    }


def test_errors_of_this_machine_are_told_with_the_way_to_kibana(tmp_path: Path) -> None:
    settings = temporary_settings(tmp_path).model_copy(
        update={
            "log": LogSettings(folder=tmp_path / "logs"),
            "elastic": ElasticSettings(
                url="http://127.0.0.1:9", kibana_public_url="https://logs.example"
            ),
        }
    )
    with TestClient(create_app(settings)) as client:
        logging.getLogger("backend.api").error(
            "it broke with password=hunter22", extra={"error.code": "stage-failed"}
        )
        found = client.get("/health/logs").json()
    assert (found["stack"], found["kibana_url"]) == ("unreachable", "https://logs.example")
    (error,) = found["errors"]
    assert error["message"] == "it broke with password=[redacted]"
    assert (error["process"], error["code"]) == ("api", "stage-failed")

from __future__ import annotations

import logging
from collections.abc import Iterator
from pathlib import Path

import pytest
from typer.testing import CliRunner

from backend.cli import app
from backend.cli_logs import log_to_files
from backend.settings import Settings
from backend.settings_logs import LogSettings
from backend.telemetry.logs import reset_logging
from backend.tests.services.log_stack_server import Answer, Asked, LogStackServer

PASSWORDS = {
    "LOGO_ELASTIC__PASSWORD": "elastic-password",
    "LOGO_ELASTIC__KIBANA_PASSWORD": "kibana-password",
    "LOGO_ELASTIC__WRITER_PASSWORD": "writer-password",
    "LOGO_ELASTIC__READER_PASSWORD": "elastic-password",
}


@pytest.fixture
def server() -> Iterator[LogStackServer]:
    made = LogStackServer()
    yield made
    made.close()


@pytest.fixture
def environment(server: LogStackServer, tmp_path: Path) -> dict[str, str]:
    return {
        **PASSWORDS,
        "LOGO_ELASTIC__URL": server.url,
        "LOGO_ELASTIC__KIBANA_URL": server.url,
        "LOGO_LOG__FOLDER": str(tmp_path / "logs"),
    }


def test_the_setup_tells_what_it_makes_and_no_password(
    server: LogStackServer, environment: dict[str, str]
) -> None:
    done = CliRunner().invoke(app, ["logs", "setup"], env=environment)
    assert done.exit_code == 0, done.output
    assert "index template logs-logo" in done.output
    assert "/api/dashboards/logo-machines" in server.objects
    assert [value for value in PASSWORDS.values() if value in done.output] == []


def test_without_passwords_the_setup_says_which(environment: dict[str, str]) -> None:
    del environment["LOGO_ELASTIC__WRITER_PASSWORD"]
    done = CliRunner().invoke(app, ["logs", "setup"], env=environment)
    assert done.exit_code == 1
    assert "LOGO_ELASTIC__WRITER_PASSWORD" in done.output


@pytest.mark.parametrize("command", ["setup", "canary"])
def test_without_a_stack_both_commands_say_so(command: str) -> None:
    done = CliRunner().invoke(app, ["logs", command], env={"LOGO_ELASTIC__URL": ""})
    assert done.exit_code == 1
    assert "LOGO_ELASTIC__URL" in done.output


def test_the_canary_needs_a_folder(environment: dict[str, str]) -> None:
    environment["LOGO_LOG__FOLDER"] = ""
    done = CliRunner().invoke(app, ["logs", "canary"], env=environment)
    assert done.exit_code == 1
    assert "LOGO_LOG__FOLDER" in done.output


def test_the_canary_that_never_arrives_is_a_failure(
    server: LogStackServer, environment: dict[str, str], tmp_path: Path
) -> None:
    def nothing(asked: Asked) -> Answer | None:
        return (200, {"count": 0}) if "_count" in asked.path else (200, {"_shards": {}})

    server.override = nothing
    done = CliRunner().invoke(app, ["logs", "canary", "--wait", "1"], env=environment)
    assert done.exit_code == 1
    assert "was not ready after 1 seconds" in done.output
    assert len(list((tmp_path / "logs").glob("canary-0.*.jsonl"))) == 1


def test_a_training_writes_log_files_only_if_there_is_a_folder(tmp_path: Path) -> None:
    before = list(logging.getLogger().handlers)
    log_to_files(Settings(_env_file=None), "train")
    assert logging.getLogger().handlers == before
    log_to_files(Settings(_env_file=None, log=LogSettings(folder=tmp_path / "logs")), "train")
    reset_logging()
    assert len(list((tmp_path / "logs").glob("train-0.*.jsonl"))) == 1

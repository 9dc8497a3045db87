from __future__ import annotations

import json
import logging
import os
import signal
import subprocess
import sys
from pathlib import Path

import httpx
import pytest
from fastapi.testclient import TestClient

from backend.jobs.bell import bell_directory
from backend.main import create_app
from backend.settings import ROOT
from backend.tests.api.support import PATIENCE_SECONDS, eventually, free_port, temporary_settings

HEAVY = ("torch", "diffusers", "transformers", "spacy", "ncnn")


def environment(folder: Path) -> dict[str, str]:
    settings = temporary_settings(folder)
    kept = {name: value for name, value in os.environ.items() if not name.startswith("LOGO_")}
    return {
        **kept,
        "LOGO_PATHS__WEIGHTS": str(settings.paths.weights),
        "LOGO_PATHS__LORA": str(settings.paths.lora),
        "LOGO_PATHS__OUTPUT": str(settings.paths.output),
        "LOGO_LOG__FORMAT": "json",
        "LOGO_LOG__FOLDER": str(folder / "logs"),
    }


def test_the_web_process_loads_no_model_library() -> None:
    code = (
        "import sys, backend.main; "
        f"print([name for name in {HEAVY} if name in sys.modules], 'fastapi' in sys.modules)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "[] True"


def test_everything_is_closed_at_the_end(tmp_path: Path) -> None:
    settings = temporary_settings(tmp_path)
    bells = bell_directory(settings.state_folder)
    handlers = list(logging.getLogger().handlers)
    with TestClient(create_app(settings)) as client:
        assert client.get("/health/live").status_code == 200
        assert list(bells.glob("api-*.sock"))
        assert len(logging.getLogger().handlers) == len(handlers) + 1
    assert not list(bells.glob("api-*.sock"))
    assert logging.getLogger().handlers == handlers


def test_a_second_life_finds_what_the_first_one_stored(tmp_path: Path) -> None:
    settings = temporary_settings(tmp_path)
    with TestClient(create_app(settings)) as client:
        told = client.post("/drafts", json={"description": "a fox"}).json()
        job = client.get(f"/jobs/{told['id']}").json()
    assert {**job, "timeline": None} == told
    with TestClient(create_app(settings)) as client:
        assert client.get(f"/jobs/{job['id']}").json() == job


@pytest.mark.parametrize(
    "number", [signal.SIGTERM, pytest.param(signal.SIGINT, marks=pytest.mark.slow)]
)
def test_a_signal_ends_the_process_in_spite_of_waiting_clients(
    tmp_path: Path, number: signal.Signals
) -> None:
    port = free_port()
    process = subprocess.Popen(
        [sys.executable, "-m", "backend.main"],
        cwd=ROOT,
        env={
            **environment(tmp_path),
            "LOGO_API__PORT": str(port),
            "LOGO_API__WORKER_GRACE_SECONDS": "600",
        },
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        address = f"http://127.0.0.1:{port}"
        assert eventually(lambda: alive(address), seconds=PATIENCE_SECONDS)
        assert "server" not in httpx.get(f"{address}/health/live", timeout=PATIENCE_SECONDS).headers
        fox = {"description": "a fox"}
        job_id = httpx.post(f"{address}/drafts", json=fox, timeout=PATIENCE_SECONDS).json()["id"]
        with (
            httpx.stream(
                "GET", f"{address}/jobs/{job_id}/events", timeout=PATIENCE_SECONDS
            ) as stream,
            httpx.Client(timeout=PATIENCE_SECONDS) as client,
        ):
            lines = stream.iter_lines()
            next(lines)
            os.kill(process.pid, number)
            assert "event: end" not in list(lines)
            process.wait(PATIENCE_SECONDS)
            with pytest.raises(httpx.ConnectError):
                client.get(f"{address}/health/live")
    finally:
        process.kill()
        _, errors = process.communicate()
    assert "Traceback" not in errors
    for line in errors.splitlines():
        if line.startswith("{"):
            assert json.loads(line)["service"]["name"] == "text-to-logo"
    (file,) = (tmp_path / "logs").glob("api-0.*.jsonl")
    logged = [json.loads(line) for line in file.read_text("utf-8").splitlines()]
    assert any(line.get("url", {}).get("path") == "/drafts" for line in logged)
    assert any(line["event"].get("action") == "job-submitted" for line in logged)


def alive(address: str) -> bool:
    try:
        return httpx.get(f"{address}/health/live").status_code == 200
    except httpx.TransportError:
        return False


@pytest.mark.parametrize(
    ("name", "value", "told"),
    [
        ("LOGO_API__PORT", "many", "error: LOGO_API__PORT: "),
        ("LOGO_API__HOST", "0.0.0.0", "error: LOGO_API__HOST=0.0.0.0 opens the service"),
    ],
)
def test_a_wrong_setting_ends_the_start_with_a_sentence(
    tmp_path: Path, name: str, value: str, told: str
) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "backend.main"],
        cwd=ROOT,
        env={**environment(tmp_path), name: value},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1
    assert done.stderr.startswith(told)
    assert "Traceback" not in done.stderr

"""Our images are built and run as a user runs them: `make containers-test`.

One set of containers serves all journeys; the last one takes it down and brings it back.
"""

from __future__ import annotations

import io
import json
import os
import shutil
import subprocess
import time
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from PIL import Image
from playwright.sync_api import expect, sync_playwright

from backend.settings import ROOT
from backend.tests.deploy.conftest import IMAGES, OWN, POLL_SECONDS, TAG, Running, wait_for
from backend.tests.deploy.engine import Engine, EngineFailed, checked
from frontend.tests.browser.create_page import CreatePage
from frontend.tests.patience import PATIENCE_SECONDS

pytestmark = pytest.mark.slow

FRONTEND_BYTES = 600_000_000
# Reports on the first process of a container and on what it may write, as that process' user.
_INSIDE = """
import json, os
from pathlib import Path
status = dict(line.split(':\\t', 1) for line in Path('/proc/1/status').read_text().splitlines()
              if ':\\t' in line)
def fault(folder):
    try:
        Path(folder, 'written-by-a-test').write_text('x')
    except OSError as error:
        return os.strerror(error.errno)
    Path(folder, 'written-by-a-test').unlink()
    return None
print(json.dumps({
    'uids': status['Uid'].split(), 'capabilities': [status[name] for name in
    ('CapInh', 'CapPrm', 'CapEff', 'CapBnd', 'CapAmb')], 'no_new_privileges': status['NoNewPrivs'],
    'writes': {folder: fault(folder) for folder in ('/', '/app', '/opt/venv', '/etc', '/tmp',
    '/srv/logs')}}))
"""
# A crash, not a stop: engines do not start again what was stopped through them.
_CRASH = """
import os, signal
for name in sorted(filter(str.isdigit, os.listdir('/proc')), key=int):
    words = open(f'/proc/{name}/cmdline', 'rb').read().split(b'\\0')
    if name != '1' and b'backend.worker' in words:
        os.kill(int(name), signal.SIGKILL)
        break
else:
    raise SystemExit('there is no worker in this container')
"""


def drafts(running: Running, **brief: Any) -> dict[str, Any]:
    """The answer to a request that waits for its pictures."""
    answer = running.api.post("/generate", json={"name": "Foxy", "restyle": False, **brief})
    assert answer.status_code == 200, answer.text
    body: dict[str, Any] = answer.json()
    return body


def pixels(running: Running, url: str) -> tuple[str | None, tuple[int, int]]:
    """Format and size of a picture, every byte of it decoded."""
    content = running.api.get(url).raise_for_status().content
    with Image.open(io.BytesIO(content)) as image:
        image.load()
        return image.format, image.size


def test_without_passwords_compose_says_what_to_do(engine: Engine, tmp_path: Path) -> None:
    nothing = tmp_path / "empty.env"
    nothing.touch()
    command = [*engine.compose, "--env-file", str(nothing), "-f", str(ROOT / "docker-compose.yml")]
    with pytest.raises(EngineFailed, match=r"is missing a value: is not set; run .make env"):
        checked([*command, "config"], seconds=60)


def test_images_are_small_and_hold_no_tools(engine: Engine, images: dict[str, str]) -> None:
    sizes = {service: engine.size_bytes(image) for service, image in images.items()}
    for service, size in sizes.items():
        print(f"\nimage of {service}: {size / 1e6:.0f} MB")
    assert sizes["frontend"] <= FRONTEND_BYTES
    for image in images.values():
        tools = "gcc cc g++ c++ clang make git"
        look = f"for tool in {tools}; do command -v $tool && exit 1; done; test ! -e /root/.cache"
        engine.run("run", "--rm", image, "sh", "-c", look)


def test_the_pages_image_holds_neither_torch_nor_the_backend(
    engine: Engine, images: dict[str, str]
) -> None:
    for module in ("torch", "transformers", "backend"):
        with pytest.raises(EngineFailed, match="ModuleNotFoundError"):
            engine.run("run", "--rm", images["frontend"], "python", "-c", f"import {module}")


def test_weights_in_the_volume_are_those_of_the_manifest(running: Running) -> None:
    told = running.project.execute("worker", "python", "-m", "backend", "weights", "verify")
    assert "cgan" in told


def test_a_logo_comes_through_the_published_port(running: Running) -> None:
    assert running.api.get("/health/ready").json() == {"status": "ready"}

    body = drafts(running, description="a red fox for a coffee brand", count=2, seed=7)

    assert len(body["images"]) == 2
    for image in body["images"]:
        assert pixels(running, image["url"]) == ("PNG", (512, 512))


def test_ports_are_published_on_this_machine_only(running: Running) -> None:
    for service in ("backend", "frontend"):
        found = running.project.engine.inspect(running.project.container(service))
        bindings = found["NetworkSettings"]["Ports"].values()
        hosts = [entry["HostIp"] for entries in bindings for entry in entries or ()]
        assert hosts == ["127.0.0.1"]


def test_the_doorbell_rings_from_container_to_container(running: Running) -> None:
    drafts(running, description="warm up", count=1)
    waits = []
    for seed in range(5):
        body = {"description": "a blue whale", "count": 1, "seed": seed}
        job = running.api.post("/drafts", json=body).raise_for_status().json()["id"]
        wait_until_done(running, job, 60)
        found = running.api.get(f"/jobs/{job}").json()
        times = [time_of(found[name]) for name in ("created_at", "started_at")]
        waits.append(times[1] - times[0])
        # Looking by itself, a worker finds a job at some moment of its interval: let that pass.
        time.sleep(0.3)

    print(f"\nfrom the row to the worker: {', '.join(f'{wait * 1000:.0f} ms' for wait in waits)}")
    assert max(waits) < POLL_SECONDS / 10


def test_a_logo_is_made_in_the_browser(running: Running, tmp_path: Path) -> None:
    chromium = shutil.which("chromium") or shutil.which("chromium-browser")
    assert chromium, "Chromium is not installed; on Debian: apt-get install chromium"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        page = browser.new_context(locale="en-US", accept_downloads=True).new_page()
        page.set_default_timeout(1_000 * PATIENCE_SECONDS)
        expect.set_options(timeout=1_000 * PATIENCE_SECONDS)
        page.goto(running.ui_url)
        create = CreatePage(page)
        page.get_by_label(create.t("brief.name")).fill("Foxy")
        page.get_by_role("button", name=create.t("brief.submit")).click()
        card = page.locator(".st-key-draft_1")
        file = create.downloaded(card.get_by_role("button", name="PNG"))
        if "LOGO_SCREENSHOTS" in os.environ:
            page.screenshot(path=Path(os.environ["LOGO_SCREENSHOTS"]) / "containers.png")
        with Image.open(file) as image:
            assert (image.format, image.size) == ("PNG", (512, 512))
        browser.close()


def test_the_sample_is_analysed_within_the_workers_limits(running: Running) -> None:
    (sample,) = running.api.get("/datasets").raise_for_status().json()["datasets"]
    job = running.api.post(f"/datasets/{sample['id']}/eda").raise_for_status().json()["id"]
    wait_until_done(running, job, 120)
    assert (
        running.api.get(f"/datasets/{sample['id']}/eda").json()["dataset"]["rows"] == sample["rows"]
    )


def test_work_goes_on_when_a_worker_is_killed(running: Running) -> None:
    body = {"description": "a rocket", "count": 4, "restyle": True, "steps": 100, "strength": 0.9}
    answer = running.api.post("/generate", json=body, headers={"Prefer": "respond-async"})
    assert answer.status_code == 202
    job = answer.json()["id"]

    def is_restyling() -> bool:
        progress = running.api.get(f"/jobs/{job}").json()["progress"]
        return progress is not None and progress["stage"] == "restyle"

    wait_for(is_restyling, 60, lambda: str(running.api.get(f"/jobs/{job}").json()))
    killed = time.monotonic()
    running.project.execute("worker", "python", "-c", _CRASH)
    wait_until_done(running, job, 600)

    found = running.api.get(f"/jobs/{job}").json()
    print(f"\nfinished {time.monotonic() - killed:.0f} s after its worker was killed")
    assert found["attempt"] == 2
    assert len(found["result"]["images"]) == 4
    running.wait_until_healthy("worker")


@pytest.mark.parametrize("service", OWN)
def test_containers_are_locked_down_from_inside(running: Running, service: str) -> None:
    found = json.loads(running.project.execute(service, "python", "-c", _INSIDE))

    assert found["uids"] == ["10001"] * 4
    assert {int(bits, 16) for bits in found["capabilities"]} == {0}
    assert found["no_new_privileges"] == "1"
    locked = ("/", "/app", "/opt/venv", "/etc")
    assert {found["writes"][folder] for folder in locked} == {"Read-only file system"}
    assert (found["writes"]["/tmp"], found["writes"]["/srv/logs"]) == (None, None)
    limits = running.project.engine.inspect(running.project.container(service))["HostConfig"]
    assert 0 < limits["Memory"] <= 3 * 2**30
    assert 0 < limits["PidsLimit"] <= 512


@pytest.mark.parametrize("service", OWN)
def test_health_commands_answer_and_notice_a_fault(running: Running, service: str) -> None:
    assert running.fault(service) is None
    check = running.project.engine.inspect(running.project.container(service))["Config"]
    how, *command = check["Healthcheck"]["Test"]
    command = ["sh", "-c", *command] if how == "CMD-SHELL" else command
    # The same command where nothing of the kind runs: it must not call everything well.
    image = IMAGES.get(service, IMAGES["backend"])
    with pytest.raises(EngineFailed, match=r"no answer on port|cannot be read"):
        running.project.engine.run("run", "--rm", f"{image}:{TAG}", *command)


def test_every_container_writes_its_log_into_the_shared_volume(running: Running) -> None:
    answer = running.api.get("/capabilities")
    request_id = answer.headers["x-request-id"]
    names = running.project.execute("backend", "sh", "-c", "cd /srv/logs && ls *.jsonl").split()

    lines: dict[str, list[dict[str, Any]]] = {}
    for name in names:
        text = running.project.execute("backend", "cat", f"/srv/logs/{name}")
        lines[name.partition(".")[0].split("-")[0]] = [json.loads(x) for x in text.splitlines()]
    print(f"\nlog lines: { {name: len(found) for name, found in lines.items()} }")

    assert {"api", "worker", "ui"} <= {name for name, found in lines.items() if found}
    requests = [line.get("http", {}).get("request", {}).get("id") for line in lines["api"]]
    assert request_id in requests


def test_a_backup_brings_everything_back(running: Running, tmp_path: Path) -> None:
    image = drafts(running, description="a green leaf", count=1, seed=3)["images"][0]
    before = running.api.get(image["url"]).content
    project, archive = running.project, tmp_path / "backup.tar"
    run = ["run", "--rm", "--no-deps", "-T", "backend", "tar", "-C", "/srv"]
    kept = ["output", "lora", "data"]

    project.compose("stop")
    with archive.open("wb") as stream:
        subprocess.run(
            [*project.command(), *run, "-cf", "-", *kept], cwd=ROOT, stdout=stream, check=True
        )
    project.compose("down", "--volumes")
    with archive.open("rb") as stream:
        subprocess.run([*project.command(), *run, "-xf", "-"], cwd=ROOT, stdin=stream, check=True)
    running.up()

    assert running.api.get(image["url"]).raise_for_status().content == before
    again = drafts(running, description="a green leaf", count=1, seed=3)["images"][0]
    assert running.api.get(again["url"]).content == before
    print(f"\nbackup: {archive.stat().st_size / 1e6:.1f} MB")


def wait_until_done(running: Running, job: str, seconds: float) -> None:
    """Waits for a job's success."""

    def state() -> str:
        return str(running.api.get(f"/jobs/{job}").json()["state"])

    wait_for(lambda: state() == "succeeded", seconds, lambda: f"job {job} is {state()}")


def time_of(text: str) -> float:
    """Seconds since 1970 of a time as the API writes it."""
    return datetime.fromisoformat(text).timestamp()

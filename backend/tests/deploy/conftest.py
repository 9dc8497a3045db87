"""The containers that the journeys share: built once, started once, taken down at the end."""

from __future__ import annotations

import os
import secrets
import socket
import time
from collections.abc import Callable, Iterator

import httpx
import pytest

from backend.tests.deploy.engine import Engine, EngineFailed, Project

OWN = ("backend", "worker", "frontend")
IMAGES = {"backend": "text-to-logo-backend", "frontend": "text-to-logo-frontend"}
READY_SECONDS = 300.0
# So long that a job which starts at once was woken by the doorbell, not found by looking.
POLL_SECONDS = 10
TAG = "containers-test"
SECRETS = (
    "LOGO_ELASTIC__PASSWORD",
    "LOGO_ELASTIC__KIBANA_PASSWORD",
    "LOGO_ELASTIC__WRITER_PASSWORD",
    "LOGO_ELASTIC__READER_PASSWORD",
    "KIBANA_ENCRYPTION_KEY",
)
# The same in both, as `make env` writes it.
KEYS = ("LOGO_API__BOOTSTRAP_KEY", "LOGO_UI__API_KEY")


class Running:
    """The service in containers, with its published ports."""

    def __init__(self, project: Project, api_port: int, ui_port: int, api_key: str) -> None:
        self.project = project
        self.api = httpx.Client(
            base_url=f"http://127.0.0.1:{api_port}",
            timeout=120,
            headers={"Authorization": f"Bearer {api_key}"},
        )
        self.ui_url = f"http://localhost:{ui_port}"

    def up(self) -> None:
        """Starts everything and waits until each health command is content."""
        self.project.compose("up", "-d", "--no-build", "files", seconds=READY_SECONDS)
        wait_for(lambda: not self.project.containers("files"), 60, lambda: "files still runs")
        self.project.compose("up", "-d", "--no-build", seconds=READY_SECONDS)
        for service in OWN:
            self.wait_until_healthy(service)

    def wait_until_healthy(self, service: str) -> None:
        """Waits for a service's own health command."""

        def is_healthy() -> bool:
            return self.fault(service) is None

        wait_for(is_healthy, READY_SECONDS, lambda: f"{service}: {self.fault(service)}")

    def fault(self, service: str) -> str | None:
        """What a service's health command says against it, or None."""
        try:
            container = self.project.container(service)
        except EngineFailed as error:
            return str(error)
        return self.project.engine.health_fault(container)


def wait_for(is_so: Callable[[], bool], seconds: float, what: Callable[[], str]) -> None:
    """Waits until something is so; fails with what is the matter after the time."""
    end = time.monotonic() + seconds
    while not is_so():
        if time.monotonic() > end:
            pytest.fail(f"not after {seconds:.0f} s: {what()}")
        time.sleep(0.5)


@pytest.fixture(scope="session")
def engine() -> Engine:
    """Docker or podman; journeys run where they are asked for and an engine is there."""
    asked = os.environ.get("LOGO_CONTAINERS")
    if asked is None:
        pytest.skip("builds images and runs them: make containers-test")
    found = Engine.found()
    if found is not None:
        return found
    missing = "neither Docker with Compose nor podman with podman-compose answers"
    if asked == "required":
        pytest.fail(missing)
    pytest.skip(missing)


@pytest.fixture(scope="session")
def project(engine: Engine, tmp_path_factory: pytest.TempPathFactory) -> Project:
    """A project of its own beside any other on this machine, with free ports and an own network."""
    folder = tmp_path_factory.mktemp("containers")
    name = f"logo-test-{secrets.token_hex(3)}"
    values = {
        "TAG": TAG,
        "LOGO_API__PORT": free_port(),
        "UI_PORT": free_port(),
        "LOGO_JOBS__POLL_SECONDS": POLL_SECONDS,
        "LOGO_JOBS__LEASE_SECONDS": 10,
        "LOGO_LOG__FORMAT": "json",
        **{name: secrets.token_hex(24) for name in SECRETS},
        **dict.fromkeys(KEYS, f"lk_env_{secrets.token_hex(32)}"),
    }
    for chosen in ("BASE_IMAGE", "TORCH_INDEX"):
        if chosen in os.environ:
            values[chosen] = os.environ[chosen]
    file = folder / "test.env"
    file.write_text("".join(f"{name}={value}\n" for name, value in values.items()))
    override = folder / "override.yml"
    # The network's fixed name is for one stack a machine. The three Elastic images are left out
    # by their profile, which nobody asks for here.
    lines = ["networks:", f"  logo: {{ name: {name} }}"]
    if engine.program == "podman":
        # podman-compose makes an end that was waited for a lasting need, and podman then does not
        # start a crashed container again; `up` below runs `files` first instead.
        lines += ["services:", "  backend: { depends_on: !override [] }"]
        lines += ["  worker: { depends_on: !override [backend] }"]
    override.write_text("\n".join(lines) + "\n")
    return Project(engine, name, file, override)


@pytest.fixture(scope="session")
def images(project: Project) -> dict[str, str]:
    """The names of our images, built from the real Dockerfiles by the real compose file."""
    for service in IMAGES:
        started = time.monotonic()
        project.build(service)
        print(f"\n{service}: built in {time.monotonic() - started:.0f} s")
    return {service: f"{name}:{TAG}" for service, name in IMAGES.items()}


@pytest.fixture(scope="session")
def running(project: Project, images: dict[str, str]) -> Iterator[Running]:
    """The service, up and healthy."""
    values = dict(line.split("=", 1) for line in project.environment_file.read_text().splitlines())
    ports = int(values["LOGO_API__PORT"]), int(values["UI_PORT"])
    stack = Running(project, *ports, values["LOGO_UI__API_KEY"])
    started = time.monotonic()
    try:
        stack.up()
        print(f"\nup and healthy after {time.monotonic() - started:.0f} s")
        yield stack
    finally:
        stack.api.close()
        project.compose("down", "--volumes")


def free_port() -> int:
    """A port that nobody listened on a moment ago."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])

"""A container engine for the journeys: Docker with Compose, or podman with podman-compose."""

from __future__ import annotations

import json
import os
import shlex
import shutil
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

from backend.settings import ROOT

BUILD_SECONDS = 3_600.0
_COMMAND_SECONDS = 300.0


class EngineFailed(AssertionError):
    """A command of the engine ended with an error; the message holds what it wrote."""


@dataclass(frozen=True, slots=True)
class Engine:
    """Builds, runs and inspects by command lines, so that both engines take the same journeys.

    Attributes:
        program: the engine itself.
        compose: the command that takes compose files.
        has_own_health_checks: whether checks run by themselves; podman's need systemd timers.
    """

    program: str
    compose: tuple[str, ...]
    has_own_health_checks: bool

    @classmethod
    def found(cls) -> Self | None:
        """Docker if its daemon answers, else podman, else None."""
        if _works("docker", "info") and _works("docker", "compose", "version"):
            return cls("docker", ("docker", "compose"), has_own_health_checks=True)
        # The one that was installed beside this Python, or any on the path.
        folders = os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", "")])
        compose = shutil.which("podman-compose", path=folders)
        if compose and _works("podman", "info"):
            return cls("podman", (compose,), has_own_health_checks=False)
        return None

    def run(self, *arguments: str, seconds: float = _COMMAND_SECONDS) -> str:
        """What a command of the engine writes to standard output.

        Raises:
            EngineFailed: it ended with an error.
        """
        return checked([self.program, *arguments], seconds=seconds)

    def inspect(self, name: str) -> dict[str, Any]:
        """Everything the engine knows about a container or an image."""
        found: list[dict[str, Any]] = json.loads(self.run("inspect", name))
        return found[0]

    def size_bytes(self, image: str) -> int:
        """The size of an image on disk, unpacked."""
        return int(self.run("image", "inspect", "--format", "{{.Size}}", image))

    def health_fault(self, container: str) -> str | None:
        """What is wrong with a container by its own health command, or None."""
        if self.has_own_health_checks:
            status = self.run("inspect", "--format", "{{.State.Health.Status}}", container).strip()
            return None if status == "healthy" else status
        done = subprocess.run(
            [self.program, "healthcheck", "run", container],
            capture_output=True, text=True, check=False, timeout=60,
        )  # fmt: skip
        return None if done.returncode == 0 else done.stdout + done.stderr


@dataclass(frozen=True, slots=True)
class Project:
    """The service as one set of containers, networks and volumes with a name of its own.

    Attributes:
        engine: what runs it.
        name: prefix of its containers and volumes.
        environment_file: values for the compose file.
        override: a compose file that is laid over the real one.
    """

    engine: Engine
    name: str
    environment_file: Path
    override: Path

    def compose(
        self, *arguments: str, options: Sequence[str] = (), seconds: float = _COMMAND_SECONDS
    ) -> str:
        """Runs a compose command, with further options before it."""
        return checked([*self.command(), *options, *arguments], seconds=seconds)

    def command(self) -> list[str]:
        """The start of every compose command: the repository's own file, and the override."""
        named = ["--project-name", self.name, "--env-file", str(self.environment_file)]
        for file in (ROOT / "docker-compose.yml", self.override):
            named += ["-f", str(file)]
        return [*self.engine.compose, *named]

    def build(self, service: str) -> None:
        """Builds the image of a service; CONTAINERS_BUILD_OPTIONS go to podman's build command."""
        told = os.environ.get("CONTAINERS_BUILD_OPTIONS", "")
        options = [f"--podman-build-args={told}"] if told else []
        self.compose("build", service, options=options, seconds=BUILD_SECONDS)

    def containers(self, service: str) -> list[str]:
        """Ids of a service's containers that run."""
        found = self.engine.run(
            "ps", "--quiet", "--no-trunc",
            "--filter", f"label=com.docker.compose.project={self.name}",
            "--filter", f"label=com.docker.compose.service={service}",
        )  # fmt: skip
        return found.split()

    def container(self, service: str) -> str:
        """The id of a service's only container.

        Raises:
            EngineFailed: there is none, or more than one.
        """
        found = self.containers(service)
        if len(found) != 1:
            raise EngineFailed(f"{service} runs in {len(found)} containers, not in one")
        return found[0]

    def execute(self, service: str, *command: str) -> str:
        """What a command inside a service's container writes."""
        return self.engine.run("exec", self.container(service), *command)


def checked(command: Sequence[str], *, seconds: float) -> str:
    """Runs a command in the repository's root and returns its standard output.

    Raises:
        EngineFailed: it ended with an error or took too long.
    """
    try:
        done = subprocess.run(
            command, cwd=ROOT, capture_output=True, text=True, check=False, timeout=seconds
        )
    except subprocess.TimeoutExpired as error:
        raise EngineFailed(f"{shlex.join(command)}: no end after {seconds:.0f} s") from error
    if done.returncode != 0:
        told = (done.stdout + done.stderr)[-4_000:]
        raise EngineFailed(f"{shlex.join(command)} ended with {done.returncode}:\n{told}")
    return done.stdout


def _works(*command: str) -> bool:
    if shutil.which(command[0]) is None:
        return False
    return subprocess.run(command, capture_output=True, check=False).returncode == 0

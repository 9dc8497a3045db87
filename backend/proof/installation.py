"""A whole installation in a folder of its own: real processes, hollow weights, one adapter."""

from __future__ import annotations

import json
import signal
import sqlite3
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
from safetensors.numpy import save_file

from backend.bench.service import Service
from backend.proof.worker import STEP_SECONDS_VARIABLE, STEPS_VARIABLE

_WORKER = "backend.proof.worker"
_MODELS = (
    "text-encoder", "layer-codec", "cgan", "glyphs", "realesr-animevideov3-x4", "sd-embedded",
    "sd15", "sdxl",
)  # fmt: skip
# More than any proof hands in at once; a full queue answers 429, which is another matter.
_QUEUE_LIMIT = 100_000


class Installation(Service):
    """The processes with ways to kill them, and a view of what they stored."""

    @property
    def port(self) -> int:
        """Of the web process."""
        port = self.client.base_url.port
        assert port is not None
        return port

    def kill_web(self) -> None:
        """As `kill -9` does."""
        _kill(self.web)

    def kill_worker(self) -> None:
        """As `kill -9` does."""
        _kill(self.worker)

    def query(self, sql: str, *values: Any) -> list[tuple[Any, ...]]:
        """Rows of the job database, read beside the processes."""
        path = self.output / "state" / "jobs.db"
        with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True, timeout=10)) as connection:
            return connection.execute(sql, values).fetchall()

    def errors_logged(self) -> list[str]:
        """What both processes logged as an error or worse: the message and the end of its trace."""
        found = []
        for file in sorted((self.output / "logs").glob("*.jsonl*")):
            for line in file.read_text("utf-8").splitlines():
                # A killed process may have left half a line.
                with suppress(ValueError):
                    record = json.loads(line)
                    if record["log"]["level"] in ("error", "critical"):
                        trace = str(record.get("error", {}).get("stack_trace", ""))
                        found.append(f"{record['message']}: {trace[-600:]}")
        return found


@contextmanager
def running_installation(
    *, steps: int = 1, step_seconds: float = 0.0, settings: Mapping[str, str] | None = None
) -> Iterator[Installation]:
    """An installation on a free port that ends with the block.

    Args:
        steps: of each of a job's four stages.
        step_seconds: how long a step takes.
        settings: more environment variables of both processes.
    """
    with TemporaryDirectory(prefix="logo-proof-") as name:
        folder = Path(name)
        _write_hollow_weights(folder / "weights")
        _write_adapter(folder / "lora" / "pixel-art.safetensors")
        paths = {
            f"LOGO_PATHS__{kind.upper()}": str(folder / kind)
            for kind in ("weights", "lora", "data")
        }
        environment = {
            **paths,
            "LOGO_PROFILE": "embedded",
            "LOGO_API__QUEUE_LIMIT": str(_QUEUE_LIMIT),
            "LOGO_API__QUEUE_LIMIT_PER_CALLER": str(_QUEUE_LIMIT),
            STEPS_VARIABLE: str(steps),
            STEP_SECONDS_VARIABLE: str(step_seconds),
            **(settings or {}),
        }
        installation = Installation(folder / "output", _WORKER, environment)
        try:
            installation.wait_until_ready()
            yield installation
        finally:
            installation.close()


def _kill(process: subprocess.Popen[bytes]) -> None:
    process.send_signal(signal.SIGKILL)
    process.wait()


def _write_hollow_weights(folder: Path) -> None:
    """A manifest whose files are there, so that nothing is refused for a missing model."""
    folder.mkdir()
    entries = []
    for name in _MODELS:
        (folder / f"{name}.bin").write_bytes(b"abc")
        file = {"path": f"{name}.bin", "bytes": 3, "sha256": "0" * 64}
        entries.append(
            {
                "name": name, "stage": "draft", "title": name, "version": "1", "licence": "MIT",
                "profile": name if name in ("sd15", "sdxl") else "embedded",
                "source": "a proof", "files": [file],
            }
        )  # fmt: skip
    (folder / "manifest.json").write_text(json.dumps({"weights": entries}), "utf-8")


def _write_adapter(path: Path) -> None:
    path.parent.mkdir()
    place = "lora_unet_conv_in"
    tensors = {
        f"{place}.lora_down.weight": np.full((2, 4, 3, 3), 0.5, np.float32),
        f"{place}.lora_up.weight": np.full((8, 2, 1, 1), 0.5, np.float32),
    }
    save_file(tensors, path)

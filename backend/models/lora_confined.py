"""Uploaded adapters, checked in a process of its own: bounded memory, and a crash that stays there.

The child reads one order from its standard input, answers in one line on its standard output and
ends. The bound is RLIMIT_DATA: it counts what is written to, not what libraries reserve.
"""

from __future__ import annotations

import json
import os
import resource
import subprocess
import sys
from pathlib import Path

from backend.domain.errors import LogoError, LoraIncompatible, from_record
from backend.models.lora_files import inspect_adapter

MEMORY_MB = 512
# A file of the largest size takes a few seconds from a slow disk.
TIMEOUT_SECONDS = 60.0
_ROOT = Path(__file__).parents[2]
# Threads of the linear algebra that nothing here needs would count as memory.
_ENVIRONMENT = {"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1", "MALLOC_ARENA_MAX": "1"}


def inspect_confined(
    path: Path, label: str, *, memory_mb: int = MEMORY_MB, timeout_seconds: float = TIMEOUT_SECONDS
) -> str:
    """`inspect_adapter` in a child process.

    Args:
        label: what the file is called in errors.

    Returns:
        The file's SHA-256.

    Raises:
        LoraIncompatible: with the exact reason, or because the child ran out of memory or time.
    """
    order = {"path": str(path.absolute()), "label": label, "memory_mb": memory_mb}
    try:
        done = subprocess.run(
            [sys.executable, "-m", "backend.models.lora_confined"],
            input=json.dumps(order),
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
            timeout=timeout_seconds,
            cwd=_ROOT,
            env={**os.environ, **_ENVIRONMENT, "PYTHONPATH": str(_ROOT)},
            check=False,
        )
    except subprocess.TimeoutExpired as error:
        raise LoraIncompatible(
            f"{label} cannot be used: checking it took longer than {timeout_seconds:g} seconds"
        ) from error
    try:
        answer = json.loads(done.stdout)
    except ValueError:
        answer = {}
    if "error" in answer:
        raise from_record(answer["error"])
    if "sha256" not in answer:
        raise LoraIncompatible(
            f"{label} cannot be used: checking it needs more memory than {memory_mb:,} MB, or ends "
            f"the reader (exit code {done.returncode})"
        )
    return str(answer["sha256"])


def main() -> None:
    """The child."""
    order = json.loads(sys.stdin.readline())
    limit = order["memory_mb"] * 2**20
    resource.setrlimit(resource.RLIMIT_DATA, (limit, limit))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    try:
        answer = {"sha256": inspect_adapter(Path(order["path"]), order["label"]).sha256}
    except LogoError as error:
        answer = {"error": error.to_record()}  # type: ignore[dict-item]
    sys.stdout.write(json.dumps(answer))


if __name__ == "__main__":
    main()

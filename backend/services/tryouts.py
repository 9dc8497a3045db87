"""Use cases around tryouts of LoRA adapters: order one, look at it."""

from __future__ import annotations

import threading
from contextlib import suppress
from pathlib import Path

from backend.domain.errors import NotFound, TryoutNotFound
from backend.domain.jobs import Job, JobKind, Lane
from backend.domain.lora_names import lora_file
from backend.services.side_jobs import SideJobs
from backend.storage.tryouts import Tryout, TryoutStore
from backend.utils.files import sha256_of


class FileHashes:
    """Hashes of files; one that has not changed is read once."""

    def __init__(self) -> None:
        self._known: dict[Path, tuple[tuple[int, int], str]] = {}
        self._lock = threading.Lock()

    def of(self, path: Path) -> str | None:
        """The SHA-256 of a file as hexadecimal digits; None if it has gone."""
        with suppress(OSError):
            fact = path.stat()
            mark = (fact.st_mtime_ns, fact.st_size)
            with self._lock:
                known = self._known.get(path)
            if known is None or known[0] != mark:
                known = (mark, sha256_of(path))
                with self._lock:
                    self._known[path] = known
            return known[1]
        return None


class TryoutService:
    """The use cases; blocking, safe for several threads."""

    def __init__(self, store: TryoutStore, jobs: SideJobs, lora_folder: Path) -> None:
        self._store = store
        self._jobs = jobs
        self._lora_folder = lora_folder
        self._hashes = FileHashes()

    def start(self, name: str) -> Job:
        """Has an adapter tried on the fixed prompts; a job that does so already is returned.

        Raises:
            NotFound: there is no such adapter.
            QueueFull, TooManyJobs, StoreUnavailable: see `JobStore.submit`.
        """
        params = {"lora": name, "sha256": self._hash(name)}
        return self._jobs.submit_once(
            JobKind.TRYOUT, params, lambda job: job.params == params, Lane.DEVICE
        )

    def get(self, name: str) -> Tryout:
        """The grid of the adapter as it is now. Raises NotFound, TryoutNotFound."""
        found = self._store.get(self._hash(name))
        if found is None:
            raise TryoutNotFound("This LoRA has not been tried; start a tryout first.")
        return found

    def cell(self, name: str, prompt: int, weight: int) -> bytes:
        """A picture of the grid as WEBP. Raises NotFound, TryoutNotFound."""
        found = self._store.cell(self._hash(name), prompt, weight)
        if found is None:
            raise TryoutNotFound("This LoRA has no such picture; start a tryout first.")
        return found

    def _hash(self, name: str) -> str:
        path = lora_file(self._lora_folder, name)
        sha256 = None if path is None else self._hashes.of(path)
        if sha256 is None:
            raise NotFound("There is no LoRA of this name; GET /loras lists those there are.")
        return sha256

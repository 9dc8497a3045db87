"""Fetches repositories of the Hugging Face hub so that an interruption costs next to nothing.

The hub's own client lists files, authorises, follows redirects, waits when it is asked to and
continues a torn transfer. Where files lie while they arrive is ours: a download of that client
begins every file anew in another process (huggingface_hub 2.4,
`file_download._download_to_tmp_and_move`), which for 1.7 GB on a slow line never ends. So parts
are named after the content they belong to, files appear under their names when their hash has
been found right, and the marker of a whole download (`models.completion`) is written last.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import shutil
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path, PurePosixPath
from typing import Any, Self

from backend.domain.errors import (
    StorageFull,
    ToolMissing,
    WeightsCorrupt,
    WeightsMissing,
)
from backend.models.catalog import Catalog, WeightEntry
from backend.models.completion import (
    MARKER_FILE,
    Completion,
    PulledFile,
    PulledRepository,
    read_completion,
    write_completion,
)
from backend.models.hub_errors import plain_errors
from backend.utils.files import sha256_of

PARTS_FOLDER = ".parts"
_LOCK_FILE = ".pull.lock"
_INFO_TIMEOUT_SECONDS = 30.0

Report = Callable[[str, int, int], None]
"""Called with the model's name, bytes that are here and bytes in all."""


@dataclass(frozen=True, slots=True)
class HubFile:
    """A file as a repository lists it.

    Attributes:
        name: its path in the repository.
        path: where it belongs, relative to the weights folder.
        sha256: what the hub states of large files; "" for those that git itself keeps, unless the
            manifest knows theirs.
        blob_id: git's hash of the content, for those that git keeps.
    """

    repository: str
    commit: str
    name: str
    path: str
    bytes: int
    sha256: str
    blob_id: str

    @property
    def part_name(self) -> str:
        """What its part is called: by the content, so that none is continued with another."""
        return f"{self.sha256 or self.blob_id}.part"

    def is_content_of(self, path: Path) -> bool:
        """Whether a file holds exactly this; reads it."""
        if not path.is_file() or path.stat().st_size != self.bytes:
            return False
        if self.sha256:
            return sha256_of(path) == self.sha256
        return _git_blob_id(path) == self.blob_id


def pull_repositories(catalog: Catalog, entry: WeightEntry, report: Report) -> None:
    """Fetches what is missing or damaged of an entry's repositories and marks it as whole.

    Of a download that is whole every file is read and nothing is asked of the hub, so this works
    without a network. Two at once: the second one waits and then finds everything here.

    Args:
        catalog: whose folder the files go to.
        entry: one that the manifest gives repositories of.
        report: see `Report`.

    Raises:
        NetworkUnavailable: the hub cannot be reached, refuses or wants an account.
        WeightsCorrupt: what it offers or sends is not what it states, or not what the manifest
            does; what arrived is thrown away.
        WeightsMissing: a repository lacks a file that the manifest lists.
        StorageFull: there is no room; what has arrived stays for the next try.
        ToolMissing: huggingface_hub is absent.
    """
    if is_whole(catalog, entry):  # Before the lock: the folder may be one to read only.
        return
    folder = catalog.folder / entry.name
    with _alone(folder, lambda: report("waiting for another download", 0, 0)):
        if not is_whole(catalog, entry):
            with plain_errors(entry):
                _complete(catalog, entry, report)


def is_whole(catalog: Catalog, entry: WeightEntry) -> bool:
    """Whether everything that was once fetched is here and unchanged; reads every file."""
    completion = read_completion(catalog.folder / entry.name)
    wanted = [(repository, revision) for repository, revision, _ in entry.hub_folders()]
    if completion is None or not completion.answers(wanted):
        return False
    files = [(catalog.folder / file.path, file) for file in completion.files()]
    # Sizes first: the hash of a large file takes seconds.
    return all(path.is_file() and path.stat().st_size == file.bytes for path, file in files) and (
        all(sha256_of(path) == file.sha256 for path, file in files)
    )


def _complete(catalog: Catalog, entry: WeightEntry, report: Report) -> None:
    folder = catalog.folder / entry.name
    patterns = tuple(entry.facts.get("patterns", ()))
    files = [
        file
        for repository, revision, target in entry.hub_folders()
        for file in _list_files(repository, revision, target, patterns)
    ]
    files = _checked_by_manifest(entry, files)
    # From here on the folder may hold a mixture of two commits.
    (folder / MARKER_FILE).unlink(missing_ok=True)
    wanted = [file for file in files if not file.is_content_of(catalog.folder / file.path)]
    parts = folder / PARTS_FOLDER
    _clear_for(wanted, parts)
    _require_room(parts, wanted)
    total = sum(file.bytes for file in files)
    done = total - sum(file.bytes for file in wanted)
    report(entry.name, done, total)
    for file in wanted:
        _fetch(file, parts, catalog.folder / file.path, partial(_tell, report, entry, done, total))
        done += file.bytes
    write_completion(folder, _completion(catalog, entry, files))
    shutil.rmtree(parts, ignore_errors=True)


def _tell(report: Report, entry: WeightEntry, before: int, total: int, done: int) -> None:
    report(entry.name, before + done, total)


def _list_files(
    repository: str, revision: str, folder: str, patterns: Sequence[str]
) -> list[HubFile]:
    """The wanted files of a repository, each with its size and hash, in one request."""
    try:
        from huggingface_hub import HfApi
        from huggingface_hub.utils import filter_repo_objects  # type: ignore[attr-defined]
    except ImportError as error:
        raise ToolMissing(
            "huggingface_hub is missing; run: pip install -r requirements.txt"
        ) from error
    info = HfApi().model_info(
        repository,
        revision=revision or None,
        files_metadata=True,
        timeout=_INFO_TIMEOUT_SECONDS,
    )
    siblings = filter_repo_objects(
        # Names such as .gitattributes are the hub's own affair.
        [one for one in info.siblings or [] if not one.rfilename.startswith((".git", ".cache"))],
        allow_patterns=list(patterns) or None,
        key=lambda sibling: sibling.rfilename,
    )
    return [
        HubFile(
            repository=repository,
            commit=info.sha or "",
            name=sibling.rfilename,
            path=f"{folder}/{_safe(sibling.rfilename)}",
            bytes=(sibling.lfs.size if sibling.lfs else sibling.size) or 0,
            sha256=sibling.lfs.sha256 if sibling.lfs else "",
            blob_id=sibling.blob_id or "",
        )
        for sibling in siblings
    ]


def _safe(name: str) -> str:
    """A name that stays inside its folder and is not our marker's. Raises WeightsCorrupt.

    The server need not be the hub: HF_ENDPOINT may name any.
    """
    parts = PurePosixPath(name).parts
    if not parts or name.startswith("/") or "\\" in name or ".." in parts or name == MARKER_FILE:
        raise WeightsCorrupt(f"the hub lists a file of the name {name[:60]!r}; nothing was fetched")
    return name


def _checked_by_manifest(entry: WeightEntry, files: Sequence[HubFile]) -> list[HubFile]:
    """The same files, each with a hash; the manifest's, where the hub states none of the content.

    Raises:
        WeightsMissing: one that the manifest lists is not offered.
        WeightsCorrupt: one is offered that is another than the manifest's, or that has no hash.
    """
    known = {file.path: file for file in entry.files if not file.url}
    if absent := known.keys() - {file.path for file in files}:
        raise WeightsMissing(f"the hub no longer has {min(absent)}; nothing was fetched")
    checked = []
    for file in files:
        ours = known.get(file.path)
        if ours is not None and (
            ours.bytes not in (0, file.bytes)
            or (ours.sha256 and file.sha256 not in ("", ours.sha256))
        ):
            raise WeightsCorrupt(
                f"the hub offers another {file.path} than the manifest lists; nothing was fetched"
            )
        sha256 = file.sha256 or (ours.sha256 if ours else "")
        if not sha256 and not file.blob_id:
            raise WeightsCorrupt(
                f"the hub states no hash of {file.path}; nothing was fetched. If HF_ENDPOINT is "
                "set, check that it is a mirror of the hub"
            )
        checked.append(replace(file, sha256=sha256))
    return checked


def _clear_for(wanted: Sequence[HubFile], parts: Path) -> None:
    """Makes the folder of parts; those of other contents are of no use any more."""
    parts.mkdir(parents=True, exist_ok=True)
    names = {file.part_name for file in wanted}
    for path in parts.iterdir():
        if path.name not in names:
            path.unlink()


def _require_room(parts: Path, wanted: Sequence[HubFile]) -> None:
    here = sum(path.stat().st_size for path in parts.iterdir())
    needed = sum(file.bytes for file in wanted) - here
    free = shutil.disk_usage(parts).free
    if needed > free:
        raise StorageFull(
            f"{needed / 1e9:.1f} GB are still to be fetched and {free / 1e9:.1f} GB are free; "
            "free some space and run the same command again, it continues where it stopped"
        )


def _fetch(file: HubFile, parts: Path, target: Path, tell: Callable[[int], None]) -> None:
    """One file, from where an earlier try stopped.

    Raises:
        WeightsCorrupt: the content is not what the hub said; it is thrown away.
    """
    from huggingface_hub import hf_hub_url
    from huggingface_hub.file_download import http_get
    from huggingface_hub.utils import build_hf_headers  # type: ignore[attr-defined]

    part = parts / file.part_name
    done = part.stat().st_size if part.exists() else 0
    if done > file.bytes:
        part.unlink()
        done = 0
    # Ranges count bytes of what is sent; with compression that would not be the file's.
    headers = {**build_hf_headers(), "Accept-Encoding": "identity"}
    meter: Any = partial(_Meter, tell, done)
    with part.open("ab") as stream:
        http_get(
            hf_hub_url(file.repository, file.name, revision=file.commit),
            stream,
            resume_size=done,
            headers=headers,
            expected_size=file.bytes,
            displayed_filename=file.name,
            tqdm_class=meter,
        )
        stream.flush()
        os.fsync(stream.fileno())
    if not file.is_content_of(part):
        part.unlink()
        raise WeightsCorrupt(
            f"{file.path} arrived damaged and was thrown away; run the same command again"
        )
    target.parent.mkdir(parents=True, exist_ok=True)
    part.replace(target)


class _Meter:
    """What the hub's client takes for a progress bar."""

    def __init__(self, tell: Callable[[int], None], done: int, **_: Any) -> None:
        self._tell, self._done = tell, done

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        pass

    def update(self, count: float | None = 1) -> None:
        """So many bytes more; fewer, when a server makes the client begin again."""
        self._done += int(count or 0)
        self._tell(self._done)


def _completion(catalog: Catalog, entry: WeightEntry, files: Sequence[HubFile]) -> Completion:
    repositories = []
    for repository, _, _ in entry.hub_folders():
        own = [file for file in files if file.repository == repository]
        pulled = tuple(
            PulledFile(file.path, file.bytes, file.sha256 or sha256_of(catalog.folder / file.path))
            for file in own
        )
        repositories.append(PulledRepository(repository, own[0].commit if own else "", pulled))
    return Completion(tuple(repositories))


def _git_blob_id(path: Path) -> str:
    """The name that git gives a content: SHA-1 over "blob", its size, a zero byte and itself."""
    content = path.read_bytes()
    digest = hashlib.sha1(b"blob %d\0" % len(content), usedforsecurity=False)
    digest.update(content)
    return digest.hexdigest()


@contextmanager
def _alone(folder: Path, on_wait: Callable[[], None]) -> Iterator[None]:
    """Lets one process at a time fetch into a folder; the lock dies with its process."""
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / _LOCK_FILE).open("w") as stream:
        try:
            fcntl.flock(stream, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            on_wait()
            fcntl.flock(stream, fcntl.LOCK_EX)
        yield

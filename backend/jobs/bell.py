"""A doorbell between processes of one machine: Unix datagram sockets in a folder."""

from __future__ import annotations

import asyncio
import hashlib
import os
import re
import secrets
import select
import socket
import stat
import tempfile
from collections.abc import AsyncGenerator, Callable
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Self

from backend.domain.errors import StoreUnavailable

# sockaddr_un holds 108 bytes with the closing zero on Linux and 104 on other systems.
_PATH_BYTES = 103
_LONGEST_NAME = "/worker-4194304-01234567.sock"
_MESSAGE_BYTES = 4096
_ROLE = re.compile(r"[a-z]{1,12}")


def bell_directory(state_folder: Path) -> Path:
    """The folder for the sockets of one installation, made if absent, closed to other users.

    It lies in the state folder, or in the temporary folder when the path would be too long for a
    socket. Processes that see only one of the two (containers) must keep the state folder's path
    short.

    Raises:
        StoreUnavailable: it cannot be made or belongs to another user.
    """
    folder = state_folder.resolve() / "bell"
    if len(os.fsencode(folder)) + len(_LONGEST_NAME) > _PATH_BYTES:
        digest = hashlib.sha256(os.fsencode(folder)).hexdigest()[:16]
        folder = Path(tempfile.gettempdir()) / f"logo-bell-{os.getuid()}-{digest}"
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        folder.mkdir(mode=0o700, exist_ok=True)
        found = folder.lstat()
        # In a shared temporary folder somebody else could have made it first, to listen in.
        if not stat.S_ISDIR(found.st_mode) or found.st_uid != os.getuid():
            raise StoreUnavailable(
                f"The folder {folder} belongs to somebody else. Remove it, or run all parts of the "
                "program as the same user."
            )
        if stat.S_IMODE(found.st_mode) != 0o700:
            folder.chmod(0o700)
    except OSError as error:
        raise StoreUnavailable(
            f"The folder {folder} cannot be made ({error.strerror}). Check its permissions."
        ) from error
    return folder


class UnixBell:
    """Rings every listener of a role. Never blocks; a ring that finds nobody is no failure."""

    def __init__(self, directory: Path) -> None:
        """Makes the sending socket.

        Args:
            directory: as given by `bell_directory`.
        """
        self._directory = directory
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self._socket.setblocking(False)

    def ring(self, role: str, message: str) -> None:
        """Tells every listener of a role; at most 4,096 bytes arrive."""
        content = message.encode("utf-8", "replace")[:_MESSAGE_BYTES]
        try:
            names = os.listdir(self._directory)
        except OSError:
            return
        for name in names:
            if name.startswith(f"{role}-") and name.endswith(".sock"):
                self._send(self._directory / name, content)

    def _send(self, path: Path, content: bytes) -> None:
        try:
            self._socket.sendto(content, str(path))
        except ConnectionRefusedError:
            # Its process was killed and could not clean up.
            with suppress(OSError):
                path.unlink()
        except OSError:
            # Gone in between, or its queue is full: then it is awake anyway and will look.
            return

    def close(self) -> None:
        """Closes the sending socket."""
        self._socket.close()


class Listener:
    """One listener of a role: a context manager that can be waited for in a thread or a loop.

    Rings that come while nobody waits are kept, up to the system's limit (10 on many systems).
    """

    def __init__(self, directory: Path, role: str) -> None:
        """Binds the socket.

        Args:
            directory: as given by `bell_directory`.
            role: lowercase letters, such as "worker" or "api".

        Raises:
            StoreUnavailable: no socket can be made there.
        """
        if not _ROLE.fullmatch(role):
            raise ValueError(f"{role!r} is not a role: one to twelve lowercase letters")
        self._path = directory / f"{role}-{os.getpid()}-{secrets.token_hex(4)}.sock"
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self._socket.setblocking(False)
        try:
            self._socket.bind(str(self._path))
        except OSError as error:
            self._socket.close()
            raise StoreUnavailable(
                f"No doorbell can be set up in {directory} ({error.strerror or error}). Check that "
                "the folder exists, can be written and has a short path."
            ) from error
        self._poll = select.poll()
        self._poll.register(self._socket, select.POLLIN)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """Takes the bell down."""
        self._socket.close()
        self._path.unlink(missing_ok=True)

    def fileno(self) -> int:
        """The descriptor that becomes readable when somebody rings."""
        return self._socket.fileno()

    def wait(self, timeout_seconds: float) -> list[str]:
        """Waits for a ring and returns all messages since the last call; empty after the time."""
        self._poll.poll(max(0.0, timeout_seconds) * 1000)
        return self._drain()

    def attach(self, callback: Callable[[str], None]) -> Callable[[], None]:
        """Calls back for each message in the running event loop, until the answer is called."""
        loop = asyncio.get_running_loop()
        descriptor = self.fileno()

        def on_ring() -> None:
            for message in self._drain():
                callback(message)

        def detach() -> None:
            loop.remove_reader(descriptor)

        loop.add_reader(descriptor, on_ring)
        return detach

    async def messages(self) -> AsyncGenerator[str, None]:
        """Messages as they come, without end. One consumer at a time."""
        queue: asyncio.Queue[str] = asyncio.Queue()
        detach = self.attach(queue.put_nowait)
        try:
            while True:
                yield await queue.get()
        finally:
            detach()

    def _drain(self) -> list[str]:
        messages: list[str] = []
        while True:
            try:
                content = self._socket.recv(_MESSAGE_BYTES)
            except (BlockingIOError, InterruptedError):
                return messages
            messages.append(content.decode(errors="replace"))

"""The web server with its bounds: connections, heads, bodies, and the time that an end may take."""

from __future__ import annotations

import resource
from contextlib import suppress
from typing import Any

import uvicorn

from backend.api.connections import ConnectionLimits, guarded_protocol

# Streams and waiting requests end at once when the process is told to; this is for downloads.
GRACE_SECONDS = 10
_KEEP_ALIVE_SECONDS = 5
_BACKLOG = 512
# Files beside connections: the database, pictures, uploads, pipes of children.
_OTHER_FILES = 256


def server_config(app: Any, limits: ConnectionLimits, **options: Any) -> uvicorn.Config:
    """Uvicorn's settings for the application.

    Args:
        app: an application, or where a factory of it is found.
        limits: of connections.
        options: more for `uvicorn.Config`, such as host and port.
    """
    return uvicorn.Config(
        app,
        http=guarded_protocol(limits),
        # There is none; an upgrade would leave the guard behind.
        ws="none",
        access_log=False,
        server_header=False,
        backlog=_BACKLOG,
        timeout_keep_alive=_KEEP_ALIVE_SECONDS,
        timeout_graceful_shutdown=GRACE_SECONDS,
        # Said in any case: by itself uvicorn believes whatever comes from this machine.
        proxy_headers=bool(limits.trusted_proxies),
        forwarded_allow_ips=list(limits.trusted_proxies),
        **options,
    )


def serve(app: str, limits: ConnectionLimits, *, host: str, port: int) -> None:
    """Serves what the factory makes until SIGTERM or SIGINT."""
    _allow_files(limits.connections + _OTHER_FILES)
    config = server_config(app, limits, factory=True, host=host, port=port)
    # The server raises its signal again when it has ended.
    with suppress(KeyboardInterrupt):
        uvicorn.Server(config).run()


def _allow_files(count: int) -> None:
    """Raises the number of open files as far as the system lets a process do that itself."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = count if hard == resource.RLIM_INFINITY else min(count, hard)
    if soft != resource.RLIM_INFINITY and soft < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))

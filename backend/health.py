"""Is the process of this container well? `python -m backend.health web|worker` ends with 0 or 1.

Small on purpose: it runs every few seconds beside the process it asks about.
"""

from __future__ import annotations

import http.client
import socket
import sys
import time
from collections.abc import Sequence
from contextlib import closing

from sqlalchemy import create_engine, func, select
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.pool import NullPool

from backend.jobs.schema import workers
from backend.settings import Settings, settings_or_exit

_PATIENCE_SECONDS = 3.0
_SECOND_US = 1_000_000


def main(arguments: Sequence[str]) -> int:
    """Answers 0 when the named part is well; else prints why not and answers 1."""
    checks = {"web": web_fault, "worker": worker_fault}
    if len(arguments) != 1 or arguments[0] not in checks:
        print("usage: python -m backend.health web|worker", file=sys.stderr)  # noqa: T201
        return 2
    fault = checks[arguments[0]](settings_or_exit())
    if fault is None:
        return 0
    print(f"{arguments[0]}: {fault}", file=sys.stderr)  # noqa: T201
    return 1


def web_fault(settings: Settings) -> str | None:
    """Why the web process on this machine does not serve, or None."""
    # Any name that it answers to will do; `*.example.org` stands for all that end so.
    name = next(iter(settings.api.allowed_hosts), "localhost").replace("*", "health")
    connection = http.client.HTTPConnection(
        "127.0.0.1", settings.api.port, timeout=_PATIENCE_SECONDS
    )
    with closing(connection):
        try:
            connection.request("GET", "/health/live", headers={"Host": name})
            status = connection.getresponse().status
        except (OSError, http.client.HTTPException) as error:
            return f"no answer on port {settings.api.port} ({error})"
    return None if status == http.HTTPStatus.OK else f"/health/live answers {status}"


def worker_fault(settings: Settings) -> str | None:
    """Why no worker of this host counts as alive, or None.

    Its sign of life in the job store is also what the web process goes by.
    """
    # Workers are named <host>-<number>; one on another host says nothing about this container.
    ours = workers.c.worker_id.startswith(f"{socket.gethostname()}-", autoescape=True)
    engine = create_engine(settings.jobs_url, poolclass=NullPool)
    try:
        with engine.connect() as connection:
            seen_us = connection.execute(select(func.max(workers.c.seen_us)).where(ours)).scalar()
    except SQLAlchemyError as error:
        return f"the job store cannot be read ({type(error).__name__})"
    finally:
        engine.dispose()
    if seen_us is None:
        return "no worker of this host has shown itself yet"
    silent_seconds = (time.time() * _SECOND_US - int(seen_us)) / _SECOND_US
    if silent_seconds <= settings.jobs.lease_seconds:
        return None
    return f"silent for {silent_seconds:.0f} s"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

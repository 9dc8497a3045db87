"""One marked line through file, Logstash and Elasticsearch; exactly one must arrive."""

from __future__ import annotations

import logging
import secrets
from pathlib import Path

from backend.domain.errors import LogStackFailed
from backend.services.log_stack.setup import Patience, StackAddress
from backend.telemetry.logs import LogOptions, OwnFileHandler, TolerantLogger

_STREAM = "logs-logo.canary-default"
_DEAD_LETTERS = "logs-logo.dead_letter-default"
# A second copy, if there is one, arrives within a few looks of Logstash at its files.
_SETTLE_SECONDS = 5.0


def send_canary(folder: Path) -> str:
    """Writes a marked line into the log folder, as every process does; returns its mark."""
    mark = f"canary-{secrets.token_hex(8)}"
    try:
        handler = OwnFileHandler(LogOptions(folder=folder), "canary")
    except OSError as error:
        raise LogStackFailed(f"{folder} cannot be written: {error.strerror}") from error
    logger = TolerantLogger("canary", logging.INFO)
    logger.addHandler(handler)
    logger.info("is anybody there?", extra={"event.action": "canary", "logo.canary": mark})
    handler.close()
    return mark


def await_canary(address: StackAddress, mark: str, patience: Patience) -> int:
    """Waits until exactly one line with the mark can be found.

    Returns:
        How many other lines were refused in the last two weeks.

    Raises:
        LogStackFailed: none arrived in time, several did, or Elasticsearch does not answer.
    """
    from elasticsearch import ApiError, TransportError

    with address.client() as client:

        def hits(stream: str) -> int:
            client.indices.refresh(index=stream, ignore_unavailable=True)
            query = {"term": {"logo.canary": mark}}
            found = client.count(index=stream, query=query, ignore_unavailable=True)
            return int(found["count"])

        try:
            patience.until(lambda: hits(_STREAM) > 0, "The marked line")
            patience.sleep(_SETTLE_SECONDS)
            found = hits(_STREAM)
            refused = int(client.count(index=_DEAD_LETTERS, ignore_unavailable=True)["count"])
        except ApiError as error:
            raise LogStackFailed(f"Elasticsearch refuses: {error.message}") from error
        except TransportError as error:
            raise LogStackFailed(f"Elasticsearch does not answer: {error.message}") from error
    if found != 1:
        raise LogStackFailed(f"the marked line arrived {found} times instead of once")
    return refused

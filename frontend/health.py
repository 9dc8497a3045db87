"""Do the pages answer? `python -m frontend.health` ends with 0 or 1, for health checks."""

from __future__ import annotations

import http.client
import sys
from contextlib import closing

_PORT = 8501
_PATIENCE_SECONDS = 3.0


def main(port: int = _PORT) -> int:
    """Answers 0 when the server of the pages on this machine is well; else says why not."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=_PATIENCE_SECONDS)
    with closing(connection):
        try:
            connection.request("GET", "/_stcore/health")
            status = connection.getresponse().status
        except (OSError, http.client.HTTPException) as error:
            print(f"pages: no answer on port {port} ({error})", file=sys.stderr)  # noqa: T201
            return 1
    if status == http.HTTPStatus.OK:
        return 0
    print(f"pages: the answer is {status}", file=sys.stderr)  # noqa: T201
    return 1


if __name__ == "__main__":
    sys.exit(main())

"""How long a test waits for what must come, in one place."""

from __future__ import annotations

# Nobody waits that long where all is well: a test goes on as soon as what it waits for is there.
# Two cores with ten times as many processes as they can run have needed more than two minutes.
PATIENCE_SECONDS = 300.0

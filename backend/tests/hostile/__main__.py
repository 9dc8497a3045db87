"""`python -m backend.tests.hostile`: what every hostile file costs a web process of its own."""

from __future__ import annotations

import sys
from pathlib import Path
from tempfile import TemporaryDirectory

import httpx

from backend.bench.slow_clients import running_web
from backend.tests.hostile.sending import RISE_MB, SECONDS, Cost, catalogue, sent


def main() -> int:
    """Prints a line for each target and for each file that was not refused as it should be."""
    costs: list[Cost] = []
    with TemporaryDirectory() as folder, running_web(Path(folder)) as web:
        address = f"http://127.0.0.1:{web.port}"
        with httpx.Client(base_url=address, timeout=60) as client:
            for hostile in catalogue():
                costs.append(sent(client, web.pid, hostile))
                client.get("/health/live").raise_for_status()
    for target in dict.fromkeys(cost.hostile.target for cost in costs):
        some = [cost for cost in costs if cost.hostile.target == target]
        slowest = max(some, key=lambda cost: cost.seconds)
        largest = max(some, key=lambda cost: cost.rise_mb)
        sys.stdout.write(
            f"{target}: {sum(cost.is_refused for cost in some)} of {len(some)} refused; "
            f"slowest {slowest.seconds:.2f} s ({slowest.hostile.name}), "
            f"most memory {largest.rise_mb:.0f} MB ({largest.hostile.name})\n"
        )
    faults = [
        cost for cost in costs
        if not cost.is_refused or cost.seconds > SECONDS or cost.rise_mb > RISE_MB
    ]  # fmt: skip
    for cost in faults:
        sys.stdout.write(
            f"  {cost.hostile.target}, {cost.hostile.name}: {cost.status} {cost.code} "
            f"{cost.seconds:.2f} s {cost.rise_mb:.0f} MB\n"
        )
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())

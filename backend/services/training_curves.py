"""What a training wrote down so far, as curves."""

from __future__ import annotations

import json
import math
from typing import Any

from backend.services.models import MAX_POINTS, Curves


def curves_of(network: str, lines: bytes) -> Curves | None:
    """Curves from JSON lines; None where there is not one number.

    Lines that are no objects are left out: the last one may be cut short by a crash. Values that
    are no finite numbers count as absent.

    Args:
        network: the name to give them.
        lines: an object for each record.
    """
    records = [record for line in lines.splitlines() if (record := _record(line))]
    rows = len(records)
    if rows > MAX_POINTS:
        # Evenly; the first and the last record always stay.
        places = {round(i * (rows - 1) / (MAX_POINTS - 1)) for i in range(MAX_POINTS)}
        records = [records[place] for place in sorted(places)]
    names = dict.fromkeys(name for record in records for name in record)
    columns = {name: [record.get(name) for record in records] for name in names}
    return Curves(network, rows, columns) if columns else None


def _record(line: bytes) -> dict[str, float]:
    try:
        found = json.loads(line)
    except (ValueError, RecursionError):
        return {}
    return numbers(found) if isinstance(found, dict) else {}


def numbers(values: Any) -> dict[str, float]:
    """The finite numbers of an object by name; nothing where it is none."""
    if not isinstance(values, dict):
        return {}
    return {
        str(name): value
        for name, value in values.items()
        if isinstance(value, (int, float)) and not isinstance(value, bool) and math.isfinite(value)
    }

"""How the front end logs: the same variables as the back end's, read by the root alone."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from frontend.telemetry.logs import LogOptions
from frontend.telemetry.rotation import Rotation

_ROOT = Path(__file__).resolve().parents[1]
_LEVELS = ("DEBUG", "INFO", "WARNING", "ERROR")


def log_options(environment: Mapping[str, str]) -> LogOptions:
    """Reads `LOGO_LOG__*`; the back end refuses wrong values, here they count as absent.

    The key of the pages is masked wherever it would be written.
    """

    def told(name: str) -> str:
        return environment.get(f"LOGO_LOG__{name}", "").strip()

    def number(name: str, usual: float) -> float:
        try:
            return max(1.0, float(told(name) or usual))
        except ValueError:
            return usual

    usual = Rotation()
    folder, level = told("FOLDER"), told("LEVEL").upper()
    host, _, port = told("LIVE_TAIL").rpartition(":")
    return LogOptions(
        level=level if level in _LEVELS else "INFO",
        format="json" if told("FORMAT") == "json" else "text",
        # Relative to the repository's root, as for the back end.
        folder=_ROOT / folder if folder else None,
        rotation=Rotation(
            file_bytes=int(number("FILE_BYTES", usual.file_bytes)),
            file_count=int(number("FILE_COUNT", usual.file_count)),
            file_hours=number("FILE_HOURS", usual.file_hours),
            keep_days=number("KEEP_DAYS", usual.keep_days),
        ),
        prompts=told("PROMPTS").lower() in ("1", "true", "yes", "on"),
        live_tail=f"{host}:{port}" if host and port.isdigit() else "",
        secrets=tuple(filter(None, [environment.get("LOGO_UI__API_KEY", "").strip()])),
    )

"""The chain without a server: one request, run here, written into a folder."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from backend.domain.generation import LIMITS, LogoRequest, StageName
from backend.domain.jobs import JobKind, Progress
from backend.services.chain import GENERATE_PLAIN, GENERATE_RESTYLED, Chain, Models, Work
from backend.services.contact_sheet import contact_sheet
from backend.services.recording import record_of
from backend.services.records import STAGE_FINAL
from backend.storage.png_files import encode_png
from backend.utils.files import write_bytes, write_json
from backend.utils.images import png_bytes

Report = Callable[[str, int, int], None]


@dataclass(frozen=True, slots=True)
class LocalResult:
    """What was written, and what the user should know about it."""

    files: tuple[Path, ...]
    warnings: tuple[str, ...]


class ShortMemory:
    """Timings for one run only."""

    def __init__(self) -> None:
        self._seconds: dict[str, float] = {}

    def timing(self, key: str) -> float | None:
        """See `services.forecast.Timings`."""
        return self._seconds.get(key)

    def remember_timing(self, key: str, seconds: float) -> None:
        """See `services.forecast.Timings`."""
        self._seconds[key] = seconds


class ConsoleObserver:
    """Hands progress to a bar; never cancels and keeps no checkpoints."""

    def __init__(self, report: Report) -> None:
        self._report = report

    def report(self, progress: Progress) -> None:
        """See `services.chain.Observer`."""
        self._report(str(progress.stage), progress.step, progress.total)

    def raise_if_cancelled(self) -> None:
        """A command is cancelled by its keyboard interrupt."""

    def checkpoint(self, stage: StageName, payload: bytes) -> None:
        """A command is short: it starts over."""

    def checkpoint_payload(self, stage: StageName) -> bytes | None:  # noqa: ARG002
        """Nothing is ever kept."""
        return None


def run_alone(
    models: Models, request: LogoRequest, stages: tuple[StageName, ...], report: Report
) -> Work:
    """Takes one request through the chain, here and now.

    Raises:
        LogoError: whatever ended it.
    """
    work = Work.of_request(ConsoleObserver(report), "local", request, stages)
    Chain(models, ShortMemory()).run([work])
    if work.error is not None:
        raise work.error
    return work


def draw_logos(request: LogoRequest, models: Models, folder: Path, report: Report) -> LocalResult:
    """Runs the chain; writes `NAME-1.png` and on with their sidecars, and `contact-sheet.png`.

    A sidecar `NAME-1.json` has the request, the models' hashes and the glyphs with their licences;
    composed drafts that are not restyled come as `NAME-1.svg` too.

    Raises:
        LogoError: whatever ended the request.
    """
    restyle = models.restyles_by_default if request.restyle is None else request.restyle
    work = run_alone(models, request, GENERATE_RESTYLED if restyle else GENERATE_PLAIN, report)
    stem = file_stem(request.name or request.description)
    files = []
    for number, picture in enumerate(work.pictures, start=1):
        target = folder / f"{stem}-{number}.png"
        record = record_of(
            work, picture, STAGE_FINAL, params=request.to_json(), kind=JobKind.GENERATE
        )
        write_bytes(target, encode_png(picture.image, record["reproduce"]))
        write_json(target.with_suffix(".json"), record)
        files.append(target)
        if picture.svg is not None:
            write_bytes(target.with_suffix(".svg"), picture.svg.encode("utf-8"))
            files.append(target.with_suffix(".svg"))
    rows = [(request.description or request.name, [picture.image for picture in work.pictures])]
    if restyle:
        rows.insert(0, ("drafts", [draft.image for draft in work.drafts]))
    sheet = folder / "contact-sheet.png"
    write_bytes(sheet, png_bytes(contact_sheet(rows)))
    return LocalResult((*files, sheet), work.warnings)


def file_stem(text: str) -> str:
    """A safe file name of a brand's name: word characters of any alphabet, at most 40."""
    return re.sub(r"[^\w]+", "-", text.lower()).strip("-")[:40].strip("-") or "logo"


def validated_size(size_px: int) -> int:
    """The size, if it is one of those offered.

    Raises:
        ValueError: it is not.
    """
    if size_px not in LIMITS.sizes_px:
        raise ValueError(f"size must be one of {', '.join(map(str, LIMITS.sizes_px))}")
    return size_px

"""Brand kits of the proofs: what makes them, and what is held against them."""

from __future__ import annotations

import json
import random
import time
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from hashlib import sha256
from io import BytesIO
from pathlib import Path
from typing import Any

import httpx
from PIL import Image, ImageDraw

from backend.domain.generation import StageName
from backend.domain.jobs import Progress
from backend.services.side_runs import plain_result, run_each
from backend.services.working import JobContext
from backend.storage.kits import KitStore

# Large enough that a kill may fall into the writing.
_KIT_BYTES = 2_000_000
_PICTURE_PX = 128


class PackingRunner:
    """Makes kits of random bytes; equal orders give equal kits, as with the real ones."""

    def __init__(self, kits: KitStore, steps: int, step_seconds: float) -> None:
        self._kits = kits
        self._steps = steps
        self._step_seconds = step_seconds

    def run(self, jobs: Sequence[JobContext]) -> None:
        """See `services.working.Runner`."""
        run_each(jobs, self._pack)

    def _pack(self, job: JobContext) -> Mapping[str, Any]:
        for step in range(self._steps + 1):
            job.report(Progress(StageName.FINISH, step, self._steps))
            time.sleep(self._step_seconds)
        stream = BytesIO()
        told = json.dumps(dict(job.job.params), sort_keys=True)
        with zipfile.ZipFile(stream, "w") as archive:
            archive.writestr(zipfile.ZipInfo("order.json"), told)
            content = random.Random(told).randbytes(_KIT_BYTES)
            archive.writestr(zipfile.ZipInfo("kit.bin"), content)
        content = stream.getvalue()
        kit = self._kits.save(content)
        return plain_result(StageName.FINISH, 0, kit=kit, files=2, bytes=len(content))


def upload_picture(client: httpx.Client, seed: int) -> str:
    """Stores a small drawing to be finished; returns its id."""
    dice, stream = random.Random(seed), BytesIO()
    picture = Image.new("RGB", (_PICTURE_PX, _PICTURE_PX), "white")
    box = (20, 20, dice.randint(60, 110), dice.randint(60, 110))
    colour = (dice.randrange(200), dice.randrange(200), dice.randrange(200))
    ImageDraw.Draw(picture).ellipse(box, fill=colour)
    picture.save(stream, "PNG")
    files = {"file": ("a.png", stream.getvalue(), "image/png")}
    return str(client.post("/images", files=files).raise_for_status().json()["id"])


def finish(image_id: str, name: str) -> dict[str, Any]:
    """A wish for a finish of a picture, for previews and exports."""
    return {"image": image_id, "text": {"name": name}}


def fault_of_kit(kit: str, content: bytes) -> str | None:
    """What is wrong with a kit that was served or stored, or None."""
    if f"kit_{sha256(content).hexdigest()[:24]}" != kit:
        return f"{kit} has other bytes than its id says"
    try:
        with zipfile.ZipFile(BytesIO(content)) as archive:
            bad = archive.testzip()
    except zipfile.BadZipFile as error:
        return f"{kit} is no whole ZIP: {error}"
    return None if bad is None else f"{kit} has a broken {bad}"


def stored_kits(output: Path) -> Iterator[tuple[str, bytes]]:
    """Id and content of every kit in an output folder."""
    for path in (output / "kits").glob("kit_*.zip"):
        yield path.stem, path.read_bytes()

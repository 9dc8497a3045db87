"""Steady load for a while: nothing fails, and neither memory nor file handles grow."""

from __future__ import annotations

import random
import statistics
import threading
import time
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from io import BytesIO

import httpx
from PIL import Image

from backend.proof.growth import Growth, Watch
from backend.proof.installation import Installation, running_installation
from backend.proof.kits import fault_of_kit, finish, upload_picture
from backend.proof.report import Report

# Allocators keep some air; what leaks at this load passes these within minutes.
MOST_GROWN_MB = 12.0
MOST_GROWN_HANDLES = 4
_SAMPLES = 400
_UPLOAD_PX = 256
_FIRST_PREVIEWS = 12
_PIECE_BYTES = 500_000


@dataclass
class Tally:
    """What the clients saw.

    Attributes:
        asked: requests by kind.
        seconds: how long each took.
        faults: answers that were not as they should be, in words.
    """

    asked: Counter[str] = field(default_factory=Counter)
    seconds: list[float] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)


def prove_soak(minutes: float, rate: float, seed: int) -> Report:
    """Keeps an installation busy.

    Args:
        minutes: for how long.
        rate: actions a second; an action is one to four requests.
        seed: of the order of the actions.
    """
    with running_installation() as installation:
        processes = {"web": installation.web.pid, "worker": installation.worker.pid}
        tally = Tally()
        # The first preview brings libraries along that stay, and each thread gets air of its own.
        for number in range(_FIRST_PREVIEWS):
            wish = finish(upload_picture(installation.client, number), "First")
            installation.client.post("/branding/preview", json=wish).raise_for_status()
        started = time.monotonic()
        with Watch(processes, minutes * 60 / _SAMPLES) as watch:
            _load(installation, tally, minutes * 60, rate, seed)
        elapsed = time.monotonic() - started
        unfinished = installation.query("SELECT count(*) FROM jobs WHERE state != 'succeeded'")
        tally.faults += installation.errors_logged()
        growths = {name: Growth.of(samples) for name, samples in watch.samples.items()}
    return _report(tally, growths, elapsed, int(unfinished[0][0]))


def _report(tally: Tally, growths: dict[str, Growth], elapsed: float, unfinished: int) -> Report:
    requests = sum(tally.asked.values())
    ordered = sorted(tally.seconds)
    figures: dict[str, object] = {
        "minutes": elapsed / 60,
        "requests": requests,
        "requests a second": requests / elapsed,
        "by kind": ", ".join(f"{kind} {number}" for kind, number in tally.asked.items()),
        "median, ms": 1000 * statistics.median(ordered),
        "99th percentile, ms": 1000 * ordered[int(0.99 * (len(ordered) - 1))],
        "faults seen or logged": len(tally.faults),
        "jobs without success": unfinished,
    }
    broken = tally.faults[:10]
    if unfinished:
        broken.append(f"{unfinished} jobs did not succeed")
    for name, growth in growths.items():
        figures |= growth.figures(name)
        broken += growth.faults(name, most_mb=MOST_GROWN_MB, most_handles=MOST_GROWN_HANDLES)
    return Report("soak: steady load", figures, broken)


def _load(installation: Installation, tally: Tally, seconds: float, rate: float, seed: int) -> None:
    end, lock, threads = time.monotonic() + seconds, threading.Lock(), []
    weights = {
        _generate: 4, _read: 4, _upload: 2, _send_pieces: 1, _follow: 2, _finish: 1, _misuse: 1,
    }  # fmt: skip
    clients = 3

    def work(number: int) -> None:
        dice = random.Random(f"{seed} {number}")
        address = installation.client.base_url
        with httpx.Client(base_url=address, timeout=60) as client:
            due = time.monotonic()
            while (now := time.monotonic()) < end:
                # Evenly spaced; a slow answer delays later ones instead of piling them up.
                due = max(due + dice.uniform(0.5, 1.5) * clients / rate, now)
                time.sleep(min(due, end) - now)
                action = dice.choices(list(weights), list(weights.values()))[0]
                visit = _Visit(client, dice, tally, lock)
                try:
                    action(visit)
                except (httpx.HTTPError, KeyError, IndexError) as error:
                    visit.blame(f"{action.__name__}: {error!r}")

    for number in range(clients):
        threads.append(threading.Thread(target=work, args=(number,)))
        threads[-1].start()
    for thread in threads:
        thread.join()


class _Visit:
    """One action of one client, with everything it asks written down."""

    def __init__(
        self, client: httpx.Client, dice: random.Random, tally: Tally, lock: threading.Lock
    ) -> None:
        self.client = client
        self.dice = dice
        self._tally = tally
        self._lock = lock

    def blame(self, sentence: str) -> None:
        """Writes down what should not have happened."""
        with self._lock:
            self._tally.faults.append(sentence)

    def ask(self, kind: str, expected: int, send: Callable[[], httpx.Response]) -> httpx.Response:
        """Sends a request, measures it and compares its status."""
        started = time.monotonic()
        answer = send()
        with self._lock:
            self._tally.asked[kind] += 1
            self._tally.seconds.append(time.monotonic() - started)
        if answer.status_code != expected:
            self.blame(f"{kind}: {answer.status_code} instead of {expected}: {answer.text[:200]}")
        return answer

    def body(self) -> dict[str, object]:
        """A request for pictures that nobody has sent before."""
        number = self.dice.randrange(2**31)
        return {"description": "a lighthouse", "name": f"N{number}", "count": 2, "seed": number}


def _generate(visit: _Visit) -> None:
    answer = visit.ask("generate", 200, lambda: visit.client.post("/generate", json=visit.body()))
    for picture in answer.json()["images"]:
        visit.ask("picture", 200, lambda url=picture["url"]: visit.client.get(url))  # type: ignore[misc]
    visit.ask(
        "thumbnail", 200, lambda: visit.client.get(answer.json()["images"][0]["thumbnail_url"])
    )


def _read(visit: _Visit) -> None:
    paths = (
        "/jobs?limit=20", "/images?limit=20", "/capabilities", "/health/ready", "/metrics",
        "/loras", "/models", "/datasets", "/training/sets", "/images?query=lighthouse",
        "/openapi.json",
    )  # fmt: skip
    path = visit.dice.choice(paths)
    visit.ask("read", 200, lambda: visit.client.get(path))


def _upload(visit: _Visit) -> None:
    picture = BytesIO()
    colour = (visit.dice.randrange(256), visit.dice.randrange(256), visit.dice.randrange(256))
    Image.new("RGB", (_UPLOAD_PX, _UPLOAD_PX), colour).save(picture, "PNG")
    files = {"file": ("a.png", picture.getvalue(), "image/png")}
    answer = visit.ask("upload", 201, lambda: visit.client.post("/images", files=files))
    address = f"/images/{answer.json()['id']}"
    with suppress(KeyError):
        visit.client.get(answer.json()["thumbnail_url"])
    # Another client may have uploaded the same colour, and deleted it a moment ago.
    visit.client.delete(address)


def _send_pieces(visit: _Visit) -> None:
    body = {"name": "set", "bytes": 2 * _PIECE_BYTES}
    address = visit.ask("data set", 201, lambda: visit.client.post("/datasets", json=body)).headers[
        "Location"
    ]
    headers = {"Content-Type": "application/octet-stream", "Upload-Offset": "0"}
    piece = visit.dice.randbytes(_PIECE_BYTES)
    visit.ask("piece", 200, lambda: visit.client.patch(address, content=piece, headers=headers))
    visit.ask("removal", 204, lambda: visit.client.delete(address))


def _follow(visit: _Visit) -> None:
    headers = {"Prefer": "respond-async"}
    answer = visit.ask(
        "submit",
        202,
        lambda: visit.client.post("/generate", json=visit.body(), headers=headers),
    )
    started = time.monotonic()
    with visit.client.stream("GET", answer.json()["links"]["events"]) as stream:
        text = "".join(stream.iter_text())
    if "event: end" not in text:
        visit.blame(f"stream without an end: {text[-200:]}")
    visit.ask("follow", 200, lambda: visit.client.get(answer.json()["links"]["self"]))
    if time.monotonic() - started > 30:
        visit.blame("a job of no work took half a minute")


def _finish(visit: _Visit) -> None:
    number = visit.dice.randrange(2**31)
    image = upload_picture(visit.client, number)
    wish = finish(image, f"N{number % 100}")
    visit.ask("preview", 200, lambda: visit.client.post("/branding/preview", json=wish))
    visit.ask("finish", 200, lambda: visit.client.put(f"/images/{image}/finish", json=wish))
    job = visit.ask("export", 202, lambda: visit.client.post("/exports", json=wish)).json()
    with visit.client.stream("GET", job["links"]["events"]) as stream:
        stream.read()
    kit = visit.client.get(job["links"]["self"]).json()["result"]["kit"]
    answer = visit.ask("kit", 200, lambda: visit.client.get(f"/exports/{kit}"))
    fault = fault_of_kit(kit, answer.content)
    if fault is not None:
        visit.blame(fault)
    visit.client.delete(f"/images/{image}")


def _misuse(visit: _Visit) -> None:
    visit.ask("refused", 422, lambda: visit.client.post("/generate", json={"count": "many"}))
    visit.ask("unknown", 404, lambda: visit.client.get("/jobs/none"))

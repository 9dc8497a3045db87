"""Event streams cut at random bytes and taken up again: every event once, in order."""

from __future__ import annotations

import random
import socket
import struct
import threading
import time
from collections import Counter
from contextlib import suppress
from dataclasses import dataclass, field

import httpx

from backend.proof.installation import Installation, running_installation
from backend.proof.report import Report
from backend.proof.wire import Unchunker, connect, read_head

_READERS = 6
_STEPS, _STEP_SECONDS = 3, 0.02
# A machine that is slow to start a killed process again misses no events.
_PATIENCE_SECONDS = 180.0
# Most cuts fall among the short events, some only behind the long last one.
_SHORT_BYTES, _LONG_BYTES, _LONG_SHARE = 450, 6_000, 0.3
_AT_ONCE_SHARE = 0.05
_RESET = struct.pack("ii", 1, 0)
_ODD_IDS = (
    b"0", b"-1", b"9999", b"999999999", b"1" * 30, b"1e3", b"x", b"1 2", b"\xd9\xa3", b"%31",
    b"0x1", b"", b"1;2", b"\xff\xfe",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Event:
    """A whole event as it was sent."""

    id: str
    kind: str
    data: str


class EventReader:
    """Takes a stream apart as browsers do: what has not come to its blank line never happened."""

    def __init__(self) -> None:
        self._text = b""

    @property
    def is_inside(self) -> bool:
        """Whether an event has begun and not ended."""
        return bool(self._text)

    def feed(self, content: bytes) -> list[Event]:
        """The events that have become whole."""
        *blocks, self._text = (self._text + content).split(b"\n\n")
        found = []
        for block in blocks:
            fields: dict[str, str] = {}
            for line in block.decode("utf-8").split("\n"):
                name, _, value = line.partition(":")
                fields[name] = value.removeprefix(" ")
            if "data" in fields:
                event = Event(fields.get("id", ""), fields.get("event", ""), fields["data"])
                found.append(event)
        return found


@dataclass
class _Tally:
    counts: Counter[str] = field(default_factory=Counter)
    faults: list[str] = field(default_factory=list)
    jobs: list[str] = field(default_factory=list)
    slowest_seconds: float = 0.0
    lock: threading.Lock = field(default_factory=threading.Lock)

    def blame(self, kind: str, sentence: str, number: int = 1) -> None:
        """Writes a broken promise down."""
        with self.lock:
            self.counts[kind] += number
            self.faults.append(f"{kind}: {sentence}")

    def count(self, kind: str) -> None:
        """Counts something that is no fault."""
        with self.lock:
            self.counts[kind] += 1


_PROMISES = (
    "events missed", "events repeated", "events out of order", "events of other content",
    "faults in the log",
)  # fmt: skip
_SEEN = (
    "cut before the first byte", "cut inside an event", "cut between events",
    "closed by the death of the web process",
)  # fmt: skip


def prove_streams(cuts: int, kills: int, seed: int) -> Report:
    """Follows jobs, live and afterwards, over streams that break off.

    Args:
        cuts: by the client, in all.
        kills: how often the web process is killed and started again meanwhile.
        seed: of where streams are cut.
    """
    tally, started = _Tally(), time.monotonic()
    with running_installation(steps=_STEPS, step_seconds=_STEP_SECONDS) as installation:
        readers = [
            threading.Thread(
                target=_read_on, args=(installation, tally, cuts, random.Random(f"{seed} {i}"))
            )
            for i in range(_READERS)
        ]
        for reader in readers:
            reader.start()
        for number in range(kills):
            while tally.counts["cuts"] < cuts * (number + 1) / (kills + 1):
                time.sleep(0.05)
            installation.kill_web()
            installation.start_web()
            installation.wait_until_ready()
        for reader in readers:
            reader.join()
        _try_odd_ids(installation, tally)
        for error in installation.errors_logged():
            tally.blame("faults in the log", error)
    figures: dict[str, object] = {
        "streams cut by the client": tally.counts["cuts"],
        **{name: tally.counts[name] for name in _SEEN},
        "kill -9 of the web process": kills,
        "jobs followed": len(tally.jobs),
        "events received": tally.counts["events"],
        "odd Last-Event-IDs tried": tally.counts["odd"],
        "seconds": time.monotonic() - started,
        **{name: tally.counts[name] for name in _PROMISES},
    }
    return Report("streams: cut and taken up again", figures, tally.faults[:20])


def _read_on(installation: Installation, tally: _Tally, cuts: int, dice: random.Random) -> None:
    while tally.counts["cuts"] < cuts:
        body = {"description": "a fox", "count": 1, "seed": dice.randrange(2**31)}
        headers = {"Prefer": "respond-async", "Idempotency-Key": f"{dice.getrandbits(128):x}"}
        job_id = ""
        while not job_id:
            # The web process may be dead just now; the key makes asking again safe.
            with suppress(httpx.TransportError):
                answer = installation.client.post("/generate", json=body, headers=headers)
                job_id = answer.raise_for_status().json()["id"]
        if dice.random() < 0.3:
            time.sleep(dice.uniform(0, 1))
        events = _follow(installation, tally, job_id, dice)
        whole = _read_whole(installation, job_id)
        stored = installation.query(
            # Kept apart in the store, a stage's first report is told as the others are.
            "SELECT seq, replace(kind, 'stage', 'progress') FROM events WHERE job_id = ? "
            "ORDER BY seq",
            job_id,
        )
        _compare(tally, job_id, events, whole, [(str(seq), str(kind)) for seq, kind in stored])
        tally.jobs.append(job_id)


def _follow(
    installation: Installation, tally: _Tally, job_id: str, dice: random.Random
) -> list[Event]:
    """All events of a job as one client gathers them over streams that break off."""
    events: list[Event] = []
    deadline = time.monotonic() + _PATIENCE_SECONDS
    while not events or events[-1].kind != "end":
        if time.monotonic() > deadline:
            tally.blame("events missed", f"{job_id}: no end within {_PATIENCE_SECONDS:g} s")
            break
        last = events[-1].id.encode() if events else None
        most = dice.randint(1, _LONG_BYTES if dice.random() < _LONG_SHARE else _SHORT_BYTES)
        most = 0 if dice.random() < _AT_ONCE_SHARE else most
        try:
            found, how = _read(installation.port, job_id, last, most, reset=dice.random() < 0.5)
        except (OSError, EOFError):
            time.sleep(0.05)
            continue
        events += found
        if how:
            tally.count(how)
        if how.startswith("cut"):
            tally.count("cuts")
    with tally.lock:
        tally.counts["events"] += len(events)
    return events


def _read_whole(installation: Installation, job_id: str) -> list[Event]:
    """The story of an ended job over one connection, as soon as there is a web process."""
    while True:
        with suppress(OSError, EOFError):
            events, how = _read(installation.port, job_id, None, None)
            if not how:
                return events
        time.sleep(0.05)


def _read(
    port: int, job_id: str, last: bytes | None, most: int | None, *, reset: bool = False
) -> tuple[list[Event], str]:
    """Events of one connection, and how it was cut: "" when it ended by itself.

    Args:
        last: the Last-Event-ID.
        most: bytes behind the head after which the client hangs up, 0: before it; None: never.
        reset: hang up as a client that crashed.
    """
    head = [f"GET /jobs/{job_id}/events HTTP/1.1".encode(), b"Host: localhost"]
    if last is not None:
        head.append(b"Last-Event-ID: " + last)
    reader, chunks, events = EventReader(), Unchunker(), list[Event]()
    with connect(port, _PATIENCE_SECONDS) as connection:
        connection.sendall(b"\r\n".join(head) + b"\r\n\r\n")
        if reset and most is not None:
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET)
        if most == 0:
            return [], "cut before the first byte"
        status, _, part = read_head(connection)
        if status != 200:
            raise EOFError
        taken = 0
        while True:
            part = part if most is None else part[: most - taken]
            taken += len(part)
            events += reader.feed(chunks.feed(part))
            if chunks.ended or (events and events[-1].kind == "end"):
                return events, ""
            if most is not None and taken >= most:
                return events, f"cut {'inside an event' if reader.is_inside else 'between events'}"
            try:
                part = connection.recv(65_536)
            except ConnectionResetError:
                part = b""
            if not part:
                return events, "closed by the death of the web process"


def _compare(
    tally: _Tally,
    job_id: str,
    events: list[Event],
    whole: list[Event],
    stored: list[tuple[str, str]],
) -> None:
    """Events over cut streams against those of a whole one and against the database."""
    times = Counter(event.id for event in events)
    missed = [seq for seq, _ in stored if not times[seq]]
    repeated = [seq for seq, number in times.items() if number > 1]
    if missed:
        tally.blame("events missed", f"{job_id}: {missed}", len(missed))
    if repeated:
        tally.blame("events repeated", f"{job_id}: {repeated}", len(repeated))
    if [int(event.id) for event in events] != sorted(int(event.id) for event in events):
        tally.blame("events out of order", f"{job_id}: {[event.id for event in events]}")
    kinds = [(event.id, event.kind) for event in events]
    if not missed and not repeated and (kinds != stored or events != whole):
        tally.blame("events of other content", f"{job_id}: {kinds} stored as {stored}")


def _try_odd_ids(installation: Installation, tally: _Tally) -> None:
    """An id that the job has not begins the story anew; that of the end brings the end again."""
    job_id = tally.jobs[-1]
    whole = _read_whole(installation, job_id)
    for odd in _ODD_IDS:
        tally.count("odd")
        if _read(installation.port, job_id, odd, None)[0] != whole:
            tally.blame("events of other content", f"{job_id} after {odd!r}")
    again, _ = _read(installation.port, job_id, whole[-1].id.encode(), None)
    if again != whole[-1:]:
        tally.blame("events of other content", f"{job_id} after its own end: {again}")
    if installation.client.get("/jobs/none/events").status_code != 404:
        tally.blame("events of other content", "a job that does not exist has a story")

"""Processes killed at random moments: what was acknowledged is done, and done once."""

from __future__ import annotations

import random
import threading
import time
from collections import Counter
from contextlib import closing
from dataclasses import dataclass, field
from typing import Any

import httpx

from backend.proof.installation import Installation, running_installation
from backend.proof.kits import fault_of_kit, finish, stored_kits, upload_picture
from backend.proof.report import Report

_CLIENTS = 3
_REQUESTS_EACH = 6
# From the first request to the kill; the requests of a round take about as long.
_LATEST_KILL_SECONDS = 0.35
_PATIENCE_SECONDS = 180.0
# A worker that is killed twice over one job gives it up by design, so it is killed once a round.
_VICTIMS = {"web": 9, "worker": 9, "both": 2}
_AGAIN_SHARE = 0.2
_EARLY_KILL_SHARE = 0.15


@dataclass
class _Order:
    """A request of a client, and the job it was told about; None while nobody answered."""

    key: str
    body: dict[str, Any]
    job: str | None = None


@dataclass
class _Ledger:
    """What all rounds together saw.

    Attributes:
        pictures: by id, the jobs that made them.
        exports: by id of the job, the kits that came of them.
    """

    orders: list[_Order] = field(default_factory=list)
    counts: Counter[str] = field(default_factory=Counter)
    faults: list[str] = field(default_factory=list)
    pictures: dict[str, str] = field(default_factory=dict)
    exports: dict[str, str | None] = field(default_factory=dict)
    slowest_seconds: float = 0.0
    lock: threading.Lock = field(default_factory=threading.Lock)

    def blame(self, kind: str, sentence: str) -> None:
        """Writes a broken promise down."""
        with self.lock:
            self.counts[kind] += 1
            self.faults.append(f"{kind}: {sentence}")


def prove_kills(rounds: int, seed: int) -> Report:
    """Kills the web process, the worker or both in every round, under load.

    Clients send requests with keys; those that got no answer send them again once the service is
    back. Then every job is followed to its end before the next round begins.
    """
    dice, ledger = random.Random(seed), _Ledger()
    started = time.monotonic()
    with running_installation(steps=2, step_seconds=0.001) as installation:
        image = upload_picture(installation.client, seed)
        ledger.pictures[image] = "an upload"
        for number in range(rounds):
            _round(installation, ledger, number, dice, image)
        _check_store(installation, ledger)
        fragments = sum(1 for _ in installation.output.rglob("*.part"))
    seconds = time.monotonic() - started
    counts = ledger.counts
    figures = {
        "rounds": rounds,
        "seconds a round": seconds / rounds,
        **{f"kill -9 of {name}": counts[f"victim {name}"] for name in _VICTIMS},
        "kills of a web process that was just starting": counts["early"],
        "jobs acknowledged": sum(order.job is not None for order in ledger.orders),
        "requests cut off and sent again": counts["resent"],
        "of these accepted before the kill": counts["accepted unheard"],
        "jobs interrupted and finished by the next worker": counts["interrupted"],
        "pictures": len(ledger.pictures),
        "kits": len(set(ledger.exports.values())),
        "beginnings of files, cleared at a later start": fragments,
        "longest from the kill to the last end, seconds": ledger.slowest_seconds,
        **{kind: counts[kind] for kind in _PROMISES},
    }
    return Report("kills: kill -9 under load", figures, ledger.faults[:20])


_PROMISES = (
    "jobs lost",
    "jobs without success",
    "second jobs of one key",
    "second results of one job",
    "pictures of two jobs",
    "pictures without a job",
    "kits that are not whole",
    "stories with a gap",
    "faults of the database",
)


def _round(
    installation: Installation, ledger: _Ledger, number: int, dice: random.Random, image: str
) -> None:
    orders = [_new_order(number, i, dice) for i in range(_CLIENTS * _REQUESTS_EACH)]
    clients = [
        threading.Thread(
            target=_send_all,
            args=(installation, ledger, orders[i::_CLIENTS], random.Random(dice.getrandbits(64))),
        )
        for i in range(_CLIENTS)
    ]
    wish = finish(image, f"R{number}")
    answer = installation.client.post("/exports", json=wish).raise_for_status()
    export = str(answer.json()["id"])
    for client in clients:
        client.start()
    time.sleep(dice.uniform(0, _LATEST_KILL_SECONDS))
    killed = time.monotonic()
    _kill(installation, ledger, dice)
    for client in clients:
        client.join()
    _send_again(installation, ledger, orders)
    ledger.orders += orders
    _follow(installation, ledger, orders)
    _follow_export(installation, ledger, export)
    ledger.slowest_seconds = max(ledger.slowest_seconds, time.monotonic() - killed)
    if installation.query("PRAGMA quick_check") != [("ok",)]:
        ledger.blame("faults of the database", f"quick check of round {number}")


def _new_order(number: int, i: int, dice: random.Random) -> _Order:
    body = {"description": "a fox", "name": f"R{number}-{i}", "count": dice.randint(1, 3)}
    if dice.random() < 0.7:
        body["seed"] = dice.randrange(2**31)
    return _Order(f"round-{number}-{i}-{dice.getrandbits(64):x}", body)


def _kill(installation: Installation, ledger: _Ledger, dice: random.Random) -> None:
    victim = dice.choices(list(_VICTIMS), list(_VICTIMS.values()))[0]
    ledger.counts[f"victim {victim}"] += 1
    if victim != "web":
        installation.kill_worker()
    if victim != "worker":
        installation.kill_web()
        if dice.random() < _EARLY_KILL_SHARE:
            installation.start_web()
            time.sleep(dice.uniform(0, 1.5))
            installation.kill_web()
            ledger.counts["early"] += 1
        installation.start_web()
    if victim != "web":
        installation.start_worker()


def _send_all(
    installation: Installation, ledger: _Ledger, orders: list[_Order], dice: random.Random
) -> None:
    """What one client does; the first request that breaks off ends its work."""
    with closing(httpx.Client(base_url=installation.client.base_url, timeout=30)) as client:
        for order in orders:
            time.sleep(dice.uniform(0, 0.03))
            try:
                order.job = _submit(client, ledger, order)
                if order.job and dice.random() < _AGAIN_SHARE:
                    _compare(ledger, order, _submit(client, ledger, order))
            except httpx.TransportError:
                return


def _submit(client: httpx.Client, ledger: _Ledger, order: _Order) -> str | None:
    headers = {"Prefer": "respond-async", "Idempotency-Key": order.key}
    answer = client.post("/generate", json=order.body, headers=headers)
    if answer.status_code == httpx.codes.ACCEPTED:
        return str(answer.json()["id"])
    if answer.status_code < httpx.codes.INTERNAL_SERVER_ERROR:
        ledger.blame("jobs lost", f"{order.key} was refused: {answer.text[:300]}")
    return None


def _compare(ledger: _Ledger, order: _Order, job: str | None) -> None:
    if job is not None and job != order.job:
        ledger.blame("second jobs of one key", f"{order.key}: {order.job} and {job}")


def _send_again(installation: Installation, ledger: _Ledger, orders: list[_Order]) -> None:
    installation.wait_until_ready()
    for order in orders:
        known = installation.query("SELECT id FROM jobs WHERE idempotency_key = ?", order.key)
        if order.job is not None:
            if known != [(order.job,)]:
                ledger.blame("jobs lost", f"{order.job} was acknowledged; stored is {known}")
            continue
        order.job = _submit(installation.client, ledger, order)
        ledger.counts["resent"] += 1
        if known:
            ledger.counts["accepted unheard"] += 1
            _compare(ledger, order, str(known[0][0]))
        if order.job is None:
            ledger.blame("jobs lost", f"{order.key} was not accepted after the restart")


def _follow(installation: Installation, ledger: _Ledger, orders: list[_Order]) -> None:
    """Waits for the ends of a round's jobs, as a client sees them, and checks each."""
    deadline = time.monotonic() + _PATIENCE_SECONDS
    for order in orders:
        if order.job is None:
            continue
        while True:
            answer = installation.client.get(f"/jobs/{order.job}")
            if answer.status_code != httpx.codes.OK:
                ledger.blame("jobs lost", f"{order.job}: {answer.text[:300]}")
                break
            job = answer.json()
            if job["state"] in ("succeeded", "failed", "cancelled"):
                _check_job(ledger, order, job)
                _check_story(installation, ledger, order.job)
                break
            if time.monotonic() > deadline:
                ledger.blame("jobs lost", f"{order.job} is still {job['state']}")
                break
            time.sleep(0.02)


def _follow_export(installation: Installation, ledger: _Ledger, export: str) -> None:
    """Waits for the end of an export and holds the kit against its id."""
    job = _ended(installation, export)
    ledger.exports[export] = None
    ledger.counts["interrupted"] += job["attempt"] > 1
    if job["state"] != "succeeded":
        ledger.blame("jobs without success", f"{export} is {job['state']}: {job['error']}")
        return
    kit = ledger.exports[export] = str(job["result"]["kit"])
    answer = installation.client.get(f"/exports/{kit}")
    fault = fault_of_kit(kit, answer.content) if answer.is_success else answer.text[:300]
    if fault is not None:
        ledger.blame("kits that are not whole", fault)
    _check_story(installation, ledger, export)


def _ended(installation: Installation, job_id: str) -> dict[str, Any]:
    """A job at its end, or as it stands when patience does."""
    deadline = time.monotonic() + _PATIENCE_SECONDS
    while True:
        job: dict[str, Any] = installation.client.get(f"/jobs/{job_id}").raise_for_status().json()
        is_over = job["state"] in ("succeeded", "failed", "cancelled")
        if is_over or time.monotonic() > deadline:
            return job
        time.sleep(0.02)


def _check_job(ledger: _Ledger, order: _Order, job: dict[str, Any]) -> None:
    ledger.counts["interrupted"] += job["attempt"] > 1
    if job["state"] != "succeeded":
        ledger.blame("jobs without success", f"{job['id']} is {job['state']}: {job['error']}")
        return
    ids = [picture["id"] for picture in job["result"]["images"]]
    if len(ids) != order.body["count"] or job["request"]["name"] != order.body["name"]:
        ledger.blame("jobs lost", f"{job['id']} has another result than was asked for")
    for image_id in ids:
        owner = ledger.pictures.setdefault(image_id, job["id"])
        if owner != job["id"]:
            ledger.blame("pictures of two jobs", f"{image_id}: {owner} and {job['id']}")


def _check_story(installation: Installation, ledger: _Ledger, job: str) -> None:
    """The events of a job that has just ended; of old jobs the service drops the progress."""
    story = installation.query("SELECT seq, kind FROM events WHERE job_id = ? ORDER BY seq", job)
    if [seq for seq, _ in story] != list(range(1, len(story) + 1)):
        ledger.blame("stories with a gap", f"{job}: {story}")
    ends = [kind for _, kind in story].count("end")
    if ends != 1:
        ledger.blame("second results of one job", f"{job} has {ends} ends")


def _check_store(installation: Installation, ledger: _Ledger) -> None:
    """What the database and the picture store hold in the end, against what clients were told."""
    told = {order.job for order in ledger.orders if order.job} | set(ledger.exports)
    stored = {str(row[0]) for row in installation.query("SELECT id FROM jobs")}
    for job in stored - told:
        ledger.blame("second jobs of one key", f"{job} belongs to nobody")
    for job in told - stored:
        ledger.blame("jobs lost", f"{job} is not stored")
    for check in ("integrity_check", "foreign_key_check"):
        found = installation.query(f"PRAGMA {check}")
        if found not in ([("ok",)], []):
            ledger.blame("faults of the database", f"{check}: {found[:3]}")
    for kit, content in stored_kits(installation.output):
        fault = fault_of_kit(kit, content)
        if fault is not None:
            ledger.blame("kits that are not whole", fault)
    files = {path.stem for path in (installation.output / "images").glob("*/*.png")}
    for image_id in files - set(ledger.pictures):
        ledger.blame("pictures without a job", image_id)
    for image_id in set(ledger.pictures) - files:
        ledger.blame("jobs lost", f"{image_id} has no file")

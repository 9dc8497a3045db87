"""A hundred thousand odd requests: no fault of the service, every refusal small and in form."""

from __future__ import annotations

import itertools
import json
import random
import re
import threading
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from backend.proof.growth import Growth, Watch
from backend.proof.installation import Installation, running_installation
from backend.proof.report import Report
from backend.proof.requests import Known, Request, Requests
from backend.proof.wire import Answer, Wire

MOST_PROBLEM_BYTES = 4096
MOST_GROWN_MB = 16.0
MOST_GROWN_HANDLES = 8
# The first thousands fill caches and thread pools. A slow machine looks at them often enough to
# take that for a leak: it is by requests, not by time, that a warm-up ends.
FEWEST_JUDGED_REQUESTS = 10_000
_PROBLEM = "application/problem+json"
# Answers at or above 500 that are meant: no room for what was announced.
_MEANT = frozenset({503, 507})
_THREADS = 6
_RAW_SHARE = 0.2
# Damaged bytes may announce more than they bring; the server then waits, and so do we.
_RAW_PATIENCE_SECONDS = 0.15
_PATIENCE_SECONDS = 60.0
_ID = re.compile(r'"id":"([0-9A-Za-z_-]{1,64})"')
_KINDS = (
    ("/training/sets", "set_id"), ("/training/runs", "run_id"), ("/datasets", "dataset_id"),
)  # fmt: skip


@dataclass
class _Tally:
    statuses: Counter[int] = field(default_factory=Counter)
    meant: Counter[str] = field(default_factory=Counter)
    silent: int = 0
    operations: set[str] = field(default_factory=set)
    largest_problem: int = 0
    faults: list[str] = field(default_factory=list)


def prove_fuzz(requests: int, seed: int, keep: Path) -> Report:
    """Sends requests to a real web process.

    Args:
        requests: how many.
        seed: of request number i it is, together with i, all that decides how it is drawn; only
            names of what exists by then come from the answers before.
        keep: the folder where requests that broke a promise are written, to be sent again.
    """
    tally = _Tally()
    with running_installation(settings={"LOGO_LOG__LEVEL": "WARNING"}) as installation:
        document = installation.client.get("/openapi.json").raise_for_status().json()
        drawn = Requests(document, Known())
        started = time.monotonic()
        with Watch({"web": installation.web.pid}, every_seconds=0.5) as watch:
            _send_all(installation, drawn, tally, requests, seed, keep)
        seconds = time.monotonic() - started
        if installation.web.poll() is not None:
            tally.faults.append("the web process has ended")
        elif installation.client.get("/health/ready").status_code != 200:
            tally.faults.append("the service is not ready afterwards")
        if installation.worker.poll() is not None:
            tally.faults.append("the worker has ended")
        jobs = installation.query("SELECT count(*) FROM jobs")[0][0]
        logged = installation.errors_logged()
    growth = Growth.of(watch.samples["web"])
    return _report(tally, growth, requests, seed, seconds, int(jobs), logged)


def replay(file: Path) -> Report:
    """Sends a kept request to a new installation and shows the answer."""
    with running_installation() as installation:
        wire = Wire(installation.port, _PATIENCE_SECONDS)
        answer = wire.ask(file.read_bytes())
        wire.close()
    figures = {"answer": answer}
    return Report(f"replay of {file.name}", figures, _faults_of(answer) if answer else [])


def _report(
    tally: _Tally,
    growth: Growth,
    requests: int,
    seed: int,
    seconds: float,
    jobs: int,
    logged: list[str],
) -> Report:
    above = sum(n for status, n in tally.statuses.items() if status >= 500)
    meant = sum(tally.meant.values())
    figures: dict[str, object] = {
        "requests": requests,
        "seed": seed,
        "requests a second": requests / seconds,
        "operations reached": len(tally.operations),
        "answers by status": _counted(tally.statuses),
        "left without an answer (damaged bytes)": tally.silent,
        "jobs accepted": jobs,
        "answers >= 500 that are meant": meant,
        "of these": _counted(tally.meant) or "none",
        "other answers >= 500": above - meant,
        "largest problem, bytes": tally.largest_problem,
        "faults in the log": len(logged),
        **growth.figures("web"),
    }
    broken = tally.faults[:20] + [f"logged: {line}" for line in logged[:5]]
    if requests >= FEWEST_JUDGED_REQUESTS:
        broken += growth.faults("web", most_mb=MOST_GROWN_MB, most_handles=MOST_GROWN_HANDLES)
    else:
        figures["growth"] = f"not judged; it is from {FEWEST_JUDGED_REQUESTS:,} requests on"
    return Report("fuzz: odd requests", figures, broken)


def _counted(counts: Counter[Any]) -> str:
    return ", ".join(f"{name}: {number}" for name, number in sorted(counts.items()))


def _send_all(
    installation: Installation,
    drawn: Requests,
    tally: _Tally,
    requests: int,
    seed: int,
    keep: Path,
) -> None:
    numbers, lock = itertools.count(), threading.Lock()

    def work() -> None:
        patient = Wire(installation.port, _PATIENCE_SECONDS)
        while (number := next(numbers)) < requests:
            request = drawn.draw(random.Random(f"{seed} {number}"), _RAW_SHARE)
            hasty = Wire(installation.port, _RAW_PATIENCE_SECONDS)
            faults, answer = _one(hasty if request.is_raw else patient, request)
            hasty.close()
            with lock:
                _count(tally, request, answer)
                if answer is not None:
                    _learn(drawn.known, request, answer)
                for fault in faults:
                    file = keep / f"fuzz-{seed}-{number}.http"
                    keep.mkdir(parents=True, exist_ok=True)
                    file.write_bytes(request.content)
                    tally.faults.append(f"{request.path}: {fault} (kept as {file})")
        patient.close()

    threads = [threading.Thread(target=work) for _ in range(_THREADS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def _one(wire: Wire, request: Request) -> tuple[list[str], Answer | None]:
    try:
        answer = wire.ask(request.content, has_body=request.method != "HEAD")
    except TimeoutError:
        return ([] if request.is_raw else ["no answer in a minute"]), None
    except (ValueError, OSError) as error:
        return [f"no HTTP came back: {error!r}"], None
    if answer is None:
        return ([] if request.is_raw else ["closed without an answer"]), None
    # The answer to damaged bytes may be one to HEAD.
    is_bare = request.method == "HEAD" or (request.is_raw and b"HEAD " in request.content[:40])
    return _faults_of(answer, is_bare=is_bare), answer


def _faults_of(answer: Answer, *, is_bare: bool = False) -> list[str]:
    """Which promises an answer breaks."""
    if answer.status < 400:
        return []
    found = []
    if answer.status >= 500 and answer.status not in _MEANT:
        found.append(f"answered {answer.status}: {answer.body[:300]!r}")
    if answer.content_type != _PROBLEM:
        found.append(f"{answer.status} is {answer.content_type!r}: {answer.body[:200]!r}")
    if len(answer.body) > MOST_PROBLEM_BYTES:
        found.append(f"{answer.status} takes {len(answer.body)} bytes")
    if not is_bare and not found:
        try:
            if json.loads(answer.body)["status"] != answer.status:
                found.append("the problem tells another status than the answer")
        except (ValueError, LookupError, TypeError) as error:
            found.append(f"{answer.status} is no problem document: {error!r}")
    return found


def _count(tally: _Tally, request: Request, answer: Answer | None) -> None:
    if answer is None:
        tally.silent += 1
        return
    tally.statuses[answer.status] += 1
    if answer.status in _MEANT:
        tally.meant[f"{answer.status} {_code(answer)} {request.path}"] += 1
    if answer.status >= 400:
        tally.largest_problem = max(tally.largest_problem, len(answer.body))
    if request.method and answer.status not in (404, 405):
        tally.operations.add(f"{request.method} {request.path}")


def _code(answer: Answer) -> str:
    try:
        return str(json.loads(answer.body)["code"])
    except (ValueError, LookupError, TypeError):
        return "?"


def _learn(known: Known, request: Request, answer: Answer) -> None:
    if answer.status not in (200, 201, 202) or b"json" not in answer.content_type.encode():
        return
    for name in _ID.findall(answer.body.decode("utf-8", "replace"))[:5]:
        by_path = next((kind for start, kind in _KINDS if request.path.startswith(start)), "job_id")
        known.learn("image_id" if name.startswith("img_") else by_path, name)

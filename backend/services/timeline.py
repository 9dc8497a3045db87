"""Where a job's time went: its waiting and its stages, one after the other without a gap."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from backend.domain.generation import StageName
from backend.domain.jobs import Job, JobEvent, JobState

WAIT, START, RUN, SAVE = "wait", "start", "run", "save"
"""Beside the stages: in the queue; from a worker's claim to its first stage; a worker's whole turn
when it told of no stage; from the last stage's work to the stored result."""

SAVING_MS = "saving_ms"
"""Key of a job's result: how long its pictures took to be stored."""


class Outcome(StrEnum):
    """How a span ended. INTERRUPTED: its worker died or had to go, and the job was put back.
    CACHED: an earlier turn had done the stage, so nothing was done again.
    """

    DONE = "done"
    RUNNING = "running"
    FAILED = "failed"
    CANCELLED = "cancelled"
    INTERRUPTED = "interrupted"
    CACHED = "cached"


@dataclass(frozen=True, slots=True)
class Span:
    """A piece of a job's time.

    Attributes:
        stage: WAIT, START, RUN, SAVE or a `StageName`.
        turn: how many workers had taken the job by then; 0 in its first waiting.
        worker: who worked; None while the job waits, and in jobs of older programs.
        ended_at: None while it lasts.
    """

    stage: str
    turn: int
    worker: str | None
    started_at: datetime
    ended_at: datetime | None = None
    outcome: Outcome = Outcome.RUNNING

    @property
    def milliseconds(self) -> float | None:
        """How long it took, exact to the microsecond that clocks are read to."""
        if self.ended_at is None:
            return None
        return (self.ended_at - self.started_at) / timedelta(microseconds=1) / 1000


_ENDS = {
    JobState.SUCCEEDED: Outcome.DONE,
    JobState.FAILED: Outcome.FAILED,
    JobState.CANCELLED: Outcome.CANCELLED,
}
_ORDER = {str(stage): place for place, stage in enumerate(StageName)}


def timeline_of(job: Job, events: Sequence[JobEvent]) -> list[Span]:
    """The spans of a job, oldest first. Each begins where the one before it ended.

    Args:
        job: as it stands.
        events: its turning points, oldest first; further reports change nothing.
    """
    history = _History(job.created_at)
    for event in events:
        history.hear(event)
    return history.spans(job)


class _History:
    """The spans so far; the last one lasts while the job does."""

    def __init__(self, created_at: datetime) -> None:
        self._spans = [Span(WAIT, 0, None, created_at)]
        self._turn = 0
        self._done: set[str] = set()

    def hear(self, event: JobEvent) -> None:
        """Goes on with the next event."""
        state, stage = event.data.get("state"), event.data.get("stage")
        if event.kind == "progress" and stage != self._spans[-1].stage:
            self._end(event.at, Outcome.DONE)
            self._skip(str(stage), event.at)
            self._begin(str(stage), event.at, self._spans[-1].worker)
        elif event.kind == "end" and state is not None:
            self._end(event.at, _ENDS[JobState(state)])
        elif state == JobState.RUNNING:
            self._end(event.at, Outcome.DONE)
            self._turn += 1
            self._begin(START, event.at, event.data.get("worker"))
        elif state == JobState.QUEUED and event.seq > 1:
            self._end(event.at, Outcome.INTERRUPTED)
            self._begin(WAIT, event.at, None)

    def spans(self, job: Job) -> list[Span]:
        """What is known, tidied up."""
        stages = {(span.turn, span.stage) for span in self._spans}
        turns_with_stages = {turn for turn, stage in stages if stage in _ORDER}
        named = [
            replace(span, stage=RUN)
            if span.stage == START and span.turn not in turns_with_stages and span.ended_at
            else span
            for span in self._spans
        ]
        # A worker whose first report came at once did not need a start.
        told = [
            span
            for span in named
            if span.outcome is Outcome.CACHED or span.stage == WAIT or span.milliseconds != 0
        ]
        return _with_saving(told, job)

    def _begin(self, stage: str, at: datetime, worker: str | None) -> None:
        self._spans.append(Span(stage, self._turn, worker, at))

    def _end(self, at: datetime, outcome: Outcome) -> None:
        last = self._spans[-1]
        if last.ended_at is None:
            # A clock that was set back must not make time run backwards.
            self._spans[-1] = replace(last, ended_at=max(at, last.started_at), outcome=outcome)
            if outcome is Outcome.DONE:
                self._done.add(last.stage)

    def _skip(self, stage: str, at: datetime) -> None:
        """Tells of the stages before this one that an earlier turn has done."""
        here = {span.stage for span in self._spans if span.turn == self._turn}
        worker = self._spans[-1].worker
        for done in sorted(self._done & _ORDER.keys() - here, key=_ORDER.__getitem__):
            if _ORDER[done] < _ORDER.get(stage, 0):
                self._spans.append(Span(done, self._turn, worker, at, at, Outcome.CACHED))


def _with_saving(spans: list[Span], job: Job) -> list[Span]:
    """Splits the last stage where its pictures began to be stored."""
    saving_ms = (job.result or {}).get(SAVING_MS)
    last = spans[-1]
    if not isinstance(saving_ms, int | float) or last.ended_at is None or last.stage == WAIT:
        return spans
    at = max(last.started_at, last.ended_at - timedelta(milliseconds=saving_ms))
    return [*spans[:-1], replace(last, ended_at=at), replace(last, stage=SAVE, started_at=at)]

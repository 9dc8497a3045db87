"""The store against a model of a few lines, by random sequences of what can happen."""

from __future__ import annotations

import tempfile
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    RuleBasedStateMachine,
    consumes,
    invariant,
    multiple,
    precondition,
    rule,
)

from backend.domain.errors import JobCancelled, LeaseLost, QueueFull
from backend.domain.generation import StageName
from backend.domain.jobs import Claim, JobKind, JobState, Lane, NewJob, Progress
from backend.jobs.store import SqlJobStore
from backend.tests.jobs.clocks import Clock

QUEUE_LIMIT = 6
LEASE_SECONDS = 10
WORKERS = st.sampled_from(["w1", "w2"])
KEYS = st.sampled_from(["a", "b"])
STAGES = st.sampled_from(StageName)


@dataclass
class ModelJob:
    """What the store ought to know about a job."""

    key: str
    state: JobState = JobState.QUEUED
    attempt: int = 0
    fence: int = 0
    lease_end: float = 0.0
    is_cancel_asked: bool = False
    events: list[str] = field(default_factory=lambda: ["queued"])
    checkpoints: dict[StageName, bytes] = field(default_factory=dict)
    outcomes: int = 0

    def move(self, state: JobState) -> None:
        self.state = state
        self.events.append(str(state))
        if state.is_final:
            self.outcomes += 1
            self.checkpoints = {}


class StoreMachine(RuleBasedStateMachine):
    jobs = Bundle("jobs")
    claims = Bundle("claims")

    def __init__(self) -> None:
        super().__init__()
        self.folder = tempfile.TemporaryDirectory()
        self.url = f"sqlite:///{Path(self.folder.name) / 'jobs.db'}"
        self.clock = Clock()
        self.seconds = 0.0
        self.store = SqlJobStore(self.url, self.clock)
        self.model: dict[str, ModelJob] = {}

    def teardown(self) -> None:
        self.store.close()
        self.folder.cleanup()

    def queued(self) -> list[str]:
        return [i for i, job in self.model.items() if job.state is JobState.QUEUED]

    def is_held(self, claim: Claim) -> bool:
        job = self.model[claim.job.id]
        return job.state is JobState.RUNNING and job.fence == claim.fence

    def settle(self) -> None:
        for job in self.model.values():
            if job.state is JobState.RUNNING and job.lease_end < self.seconds:
                if job.is_cancel_asked:
                    job.move(JobState.CANCELLED)
                elif job.attempt >= 2:
                    job.move(JobState.FAILED)
                else:
                    job.move(JobState.QUEUED)

    @rule(target=jobs, key=KEYS)
    def submit(self, key: str) -> Any:
        job = NewJob(JobKind.DRAFTS, {"key": key}, key, "f")
        if len(self.queued()) >= QUEUE_LIMIT:
            with pytest.raises(QueueFull):
                self.store.submit(job, queue_limit=QUEUE_LIMIT)
            return multiple()
        stored, is_new = self.store.submit(job, queue_limit=QUEUE_LIMIT)
        assert is_new
        assert stored.queue_position == len(self.queued()) + 1
        self.model[stored.id] = ModelJob(key)
        return stored.id

    @rule(target=claims, worker=WORKERS, batch=st.integers(1, 3))
    def claim(self, worker: str, batch: int) -> Any:
        self.settle()
        expected: list[str] = []
        for job_id in self.queued():
            job, first = self.model[job_id], self.model[(expected or [job_id])[0]]
            if not expected or (not first.attempt and not job.attempt and job.key == first.key):
                expected.append(job_id)
        claims = self.store.claim(worker, Lane.DEVICE, lease_seconds=LEASE_SECONDS, max_batch=batch)
        assert [claim.job.id for claim in claims] == expected[:batch]
        for claim in claims:
            job = self.model[claim.job.id]
            assert claim.fence > job.fence
            assert claim.checkpoints == job.checkpoints
            job.attempt, job.fence = job.attempt + 1, claim.fence
            job.lease_end = self.seconds + LEASE_SECONDS
            job.move(JobState.RUNNING)
        return multiple(*claims)

    @rule(seconds=st.sampled_from([1.0, 4.0, 9.0, 11.0]))
    def time_passes(self, seconds: float) -> None:
        self.seconds += seconds
        self.clock.move(seconds)

    @rule(job_id=jobs)
    def cancel(self, job_id: str) -> None:
        job = self.model[job_id]
        is_dead = job.state is JobState.RUNNING and job.lease_end < self.seconds
        if job.state is JobState.QUEUED or is_dead:
            job.move(JobState.CANCELLED)
        elif job.state is JobState.RUNNING:
            job.is_cancel_asked = True
        assert self.store.request_cancel(job_id).state is job.state

    @rule(claim=claims)
    def renew(self, claim: Claim) -> None:
        if not self.is_held(claim):
            with pytest.raises(LeaseLost):
                self.store.renew([claim], LEASE_SECONDS)
            return
        job = self.model[claim.job.id]
        asked = self.store.renew([claim], LEASE_SECONDS)
        assert asked == {claim.job.id: job.is_cancel_asked}
        job.lease_end = self.seconds + LEASE_SECONDS

    @rule(claim=claims, stage=STAGES)
    def report(self, claim: Claim, stage: StageName) -> None:
        if not self.is_held(claim):
            with pytest.raises(LeaseLost):
                self.store.report(claim, Progress(stage))
            return
        self.store.report(claim, Progress(stage))
        self.model[claim.job.id].events.append("progress")

    @rule(claim=claims, stage=STAGES, payload=st.binary(max_size=20))
    def checkpoint(self, claim: Claim, stage: StageName, payload: bytes) -> None:
        if not self.is_held(claim):
            with pytest.raises(LeaseLost):
                self.store.checkpoint(claim, stage, payload)
            return
        self.store.checkpoint(claim, stage, payload)
        self.model[claim.job.id].checkpoints[stage] = payload

    @rule(claim=consumes(claims), error=st.sampled_from([None, JobCancelled("x").to_record()]))
    def finish(self, claim: Claim, error: dict[str, Any] | None) -> None:
        state = JobState.FAILED if error else JobState.SUCCEEDED
        if not self.is_held(claim):
            with pytest.raises(LeaseLost):
                self.store.finish(claim, state, error=error)
            return
        self.store.finish(claim, state, error=error)
        self.model[claim.job.id].move(state)

    @rule(claim=claims)
    def release(self, claim: Claim) -> None:
        if not self.is_held(claim):
            with pytest.raises(LeaseLost):
                self.store.release(claim)
            return
        self.store.release(claim)
        job = self.model[claim.job.id]
        job.move(JobState.CANCELLED if job.is_cancel_asked else JobState.QUEUED)
        if job.state is JobState.QUEUED:
            job.attempt -= 1

    @precondition(lambda self: self.model)
    @rule()
    def reopen(self) -> None:
        self.store.close()
        self.store = SqlJobStore(self.url, self.clock)

    @invariant()
    def store_and_model_agree(self) -> None:
        queued = self.queued()
        for job_id, job in self.model.items():
            found = self.store.get(job_id)
            assert (found.state, found.attempt) == (job.state, job.attempt)
            place = queued.index(job_id) + 1 if job_id in queued else None
            assert found.queue_position == place
            events = self.store.events(job_id)
            assert [event.seq for event in events] == list(range(1, len(job.events) + 1))
            assert [
                "progress" if event.kind == "progress" else event.data["state"] for event in events
            ] == job.events
            assert job.outcomes == int(job.state.is_final)


class LongStoreMachine(StoreMachine):
    """The same, for a long time."""


TestStoreMachine = StoreMachine.TestCase
TestStoreMachine.settings = settings(max_examples=25, stateful_step_count=30)

TestLongStoreMachine = pytest.mark.slow(LongStoreMachine.TestCase)
TestLongStoreMachine.settings = settings(max_examples=150, stateful_step_count=50)

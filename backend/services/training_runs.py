"""Use cases around trainings of LoRA adapters: order, follow, stop, resume."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

from backend.domain.errors import (
    InUse,
    InvalidRequest,
    LogoError,
    NameTaken,
    UnknownWeights,
    from_record,
)
from backend.domain.jobs import Job, JobKind, JobState, Lane
from backend.domain.lora_orders import LoraOrder
from backend.domain.lora_presets import BASES, DEFAULT_BASE, Goal, preset_for
from backend.models.catalog import Catalog, WeightEntry
from backend.services.forecast import Timings
from backend.services.models import Curves
from backend.services.side_jobs import SideJobs
from backend.services.training_curves import curves_of, numbers
from backend.services.training_sets import TrainingSetService
from backend.storage.training_runs import StoredRun, TrainingRunStore
from backend.storage.training_sets import TrainingSetStore

SETTINGS = (
    "steps",
    "rank",
    "learning_rate",
    "resolution_px",
    "batch_size",
    "train_text_encoder",
    "seed",
)
_NOTE_CHARACTERS = 500
_ENDED = {
    JobState.SUCCEEDED: "finished",
    JobState.FAILED: "failed",
    JobState.CANCELLED: "stopped",
}


@dataclass(frozen=True, slots=True)
class RunOrder:
    """A training that is asked for.

    Attributes:
        set_id: the training set.
        name: what the adapter shall be called.
        overrides: settings that differ from the preset's; see SETTINGS.
    """

    set_id: str
    name: str
    goal: Goal
    title: str = ""
    base: str = DEFAULT_BASE
    trigger: str = ""
    class_phrase: str = ""
    licence: str = ""
    overrides: Mapping[str, float | bool] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class RunView:
    """A training as clients see it.

    Attributes:
        state: "queued", "running", "stopping", "stopped", "finished" or "failed".
        job: the last job of the training.
        phase: what the process is doing; None unless it runs.
        step: optimiser steps done.
        seconds: of training so far; None before the first record.
        problem: why it failed.
        curves: None where they were not asked for, or nothing is written down yet.
        samples: steps and names of sample sheets.
        note: what the finished training has to say of the adapter; None for nothing.
    """

    stored: StoredRun
    state: str
    job: str | None
    phase: str | None
    step: int
    steps: int
    eta_seconds: float | None
    seconds: float | None
    problem: LogoError | None
    curves: Curves | None
    samples: Sequence[tuple[int, str]]
    metrics: Mapping[str, float]
    note: str | None


@dataclass(frozen=True, slots=True)
class BaseView:
    """A pipeline that adapters can be trained for, as it is here.

    Attributes:
        seconds_per_step: as measured on this machine; None where nobody has trained yet.
    """

    name: str
    title: str
    is_present: bool
    needs_gpu: bool
    resolution_px: int
    seconds_per_step: float | None


class TrainingRunService:
    """The use cases; blocking, safe for several threads."""

    def __init__(
        self,
        *,
        runs: TrainingRunStore,
        sets: TrainingSetService,
        set_store: TrainingSetStore,
        jobs: SideJobs,
        timings: Timings,
        catalog: Catalog,
        lora_folder: Path,
    ) -> None:
        self._runs = runs
        self._sets = sets
        self._set_store = set_store
        self._jobs = jobs
        self._timings = timings
        self._catalog = catalog
        self._lora_folder = lora_folder
        self._curves: dict[str, tuple[tuple[int, int], Curves | None]] = {}

    def bases(self) -> Sequence[BaseView]:
        """The pipelines of the manifest that adapters can be trained for."""
        found = []
        for base in BASES.values():
            entry = self._entry(base.name)
            if entry is not None:
                found.append(
                    BaseView(
                        base.name,
                        entry.title,
                        self._catalog.is_present(entry),
                        base.needs_gpu,
                        base.resolution_px,
                        self._timings.timing(timing_key(base.name)),
                    )
                )
        return found

    def list(self) -> Sequence[RunView]:
        """All trainings, newest first, without their curves."""
        active = self._jobs.active(JobKind.TRAIN_LORA)
        return [self._view(run, active, with_curves=False) for run in self._runs.list()]

    def get(self, run_id: str) -> RunView:
        """Raises RunNotFound."""
        active = self._jobs.active(JobKind.TRAIN_LORA)
        return self._view(self._runs.get(run_id), active, with_curves=True)

    def order(self, wanted: RunOrder) -> RunView:
        """Copies the pictures and has an adapter trained on them.

        Raises:
            InvalidRequest: a field makes no sense.
            SetNotFound, SetUnready, InUse: see `TrainingSetService.require_ready`.
            NameTaken: an adapter or another training has the name.
            WeightsMissing: files of the base are not here.
            QueueFull, TooManyJobs, StorageFull, StoreUnavailable: see `JobStore.submit` and the
                stores.
        """
        order = self._checked(wanted)
        stored_set = self._sets.require_ready(wanted.set_id)
        fill = partial(self._set_store.copy_to, stored_set)
        settings = settings_of(wanted)
        run = self._runs.create(order, set_id=wanted.set_id, settings=settings, fill=fill)
        try:
            self._start(run)
        except LogoError:
            self._runs.delete(run.id)
            raise
        return self.get(run.id)

    def stop(self, run_id: str) -> RunView:
        """Asks a training to stop; what it has learnt is kept. Idempotent. Raises RunNotFound."""
        run = self._runs.get(run_id)
        job = _job_of(run, self._jobs.active(JobKind.TRAIN_LORA))
        if job is not None and not job.cancel_requested:
            self._jobs.cancel(job.id)
        return self.get(run_id)

    def resume(self, run_id: str) -> RunView:
        """Has a training go on from its last checkpoint; one that waits or runs stays as it is.

        Raises:
            RunNotFound: there is no such training.
            InUse: it is just stopping.
            InvalidRequest: it has finished.
            WeightsMissing: files of the base have gone.
            QueueFull, TooManyJobs, StoreUnavailable: see `JobStore.submit`.
        """
        view = self.get(run_id)
        if view.state == "finished":
            raise InvalidRequest("The training has finished; order another one to go further.")
        if view.state == "stopping":
            raise InUse("The training is just stopping; resume it in a moment.")
        if view.state not in ("queued", "running"):
            self._catalog.require(str(view.stored.order.get("base")))
            self._start(view.stored)
        return self.get(run_id)

    def delete(self, run_id: str) -> None:
        """Removes a training, but not its adapter. Raises RunNotFound, InUse."""
        run = self._runs.get(run_id)
        if _job_of(run, self._jobs.active(JobKind.TRAIN_LORA)) is not None:
            raise InUse("The training runs or waits; stop it first.")
        self._runs.delete(run_id)
        self._curves.pop(run_id, None)

    def sample(self, run_id: str, file: str) -> bytes:
        """A sample sheet as PNG. Raises RunNotFound, NotFound."""
        return self._runs.sample(run_id, file)

    def _checked(self, wanted: RunOrder) -> dict[str, Any]:
        """The order as the training process reads it, without its place of pictures."""
        values = {
            "name": wanted.name,
            "title": wanted.title or wanted.name,
            "goal": str(wanted.goal),
            "base": wanted.base,
            "set": wanted.set_id,
            "trigger": wanted.trigger,
            "class_phrase": wanted.class_phrase,
            "licence": wanted.licence,
            "overrides": dict(wanted.overrides),
        }
        try:
            order = LoraOrder.from_json(values).to_json()
        except InvalidRequest as error:
            # Clients send the overrides beside the other fields.
            fields = [(name.removeprefix("overrides."), why) for name, why in error.fields]
            detail = error.detail.replace("overrides.", "", 1)
            raise InvalidRequest(detail, fields=fields) from error
        self._catalog.require(wanted.base)
        self._require_free(wanted.name)
        return order

    def _require_free(self, name: str) -> None:
        why = [("name", "is taken")]
        # Some file systems do not tell cases apart.
        if any(path.stem.casefold() == name.casefold() for path in self._adapters()):
            raise NameTaken("An adapter has this name; choose another one.", fields=why)
        for view in self.list():
            is_over = view.state in ("finished", "failed")
            if not is_over and view.stored.name.casefold() == name.casefold():
                raise NameTaken("Another training has this name; choose another.", fields=why)

    def _adapters(self) -> Sequence[Path]:
        try:
            return list(self._lora_folder.glob("*.safetensors"))
        except OSError:
            return []

    def _start(self, run: StoredRun) -> None:
        params = {"run": run.id, "set": run.set_id, "name": run.name}
        job = self._jobs.submit_once(
            JobKind.TRAIN_LORA, params, lambda job: job.params.get("run") == run.id, Lane.TRAIN
        )
        self._runs.remember_job(run.id, job.id)

    def _entry(self, name: str) -> WeightEntry | None:
        try:
            return self._catalog.entry(name)
        except UnknownWeights:
            return None

    def _view(self, run: StoredRun, active: Sequence[Job], *, with_curves: bool) -> RunView:
        job = _job_of(run, active)
        if job is None and run.job is not None:
            job = self._jobs.find(run.job)
        state, progress, result = _state(run, job), run.progress, run.result or {}
        is_running = state in ("running", "stopping")
        curves = self._curves_of(run) if with_curves else None
        problem = None
        if state == "failed" and job is not None and job.error is not None:
            problem = from_record(job.error)
        steps = int(run.settings["steps"])
        return RunView(
            stored=run,
            state=state,
            job=None if job is None else job.id,
            phase=str(progress["phase"]) if is_running and "phase" in progress else None,
            step=steps if state == "finished" else _whole(progress.get("train_step")),
            steps=steps,
            eta_seconds=job.progress.eta_seconds
            if is_running and job is not None and job.progress is not None
            else None,
            seconds=numbers(dict(progress)).get("seconds"),
            problem=problem,
            curves=curves,
            samples=self._runs.samples(run.id),
            metrics=numbers(result.get("metrics")) or numbers(progress.get("metrics")),
            note=str(result["note"])[:_NOTE_CHARACTERS] if result.get("note") else None,
        )

    def _curves_of(self, run: StoredRun) -> Curves | None:
        """The curves, worked out anew when something was written."""
        mark, lines = self._runs.history(run.id)
        known = self._curves.get(run.id)
        if known is None or known[0] != mark:
            known = self._curves[run.id] = (mark, curves_of(run.name, lines))
        return known[1]


def timing_key(base: str) -> str:
    """Under which name the seconds of a training step are remembered."""
    return f"train:{base}"


def settings_of(wanted: RunOrder) -> dict[str, float | bool]:
    """Every setting that can be chosen, with what the preset says where nothing was chosen."""
    preset = preset_for(wanted.goal, wanted.base)
    usual = {
        "resolution_px": BASES[wanted.base].resolution_px,
        "seed": 0,
        **{name: getattr(preset, name) for name in SETTINGS if hasattr(preset, name)},
    }
    return {name: wanted.overrides.get(name, usual[name]) for name in SETTINGS}


def _job_of(run: StoredRun, active: Sequence[Job]) -> Job | None:
    """The job that waits or runs for a training."""
    return next((job for job in active if job.params.get("run") == run.id), None)


def _state(run: StoredRun, job: Job | None) -> str:
    if job is not None and job.state is JobState.RUNNING:
        return "stopping" if job.cancel_requested else "running"
    if job is not None and job.state is JobState.QUEUED:
        return "queued"
    if run.adapter is not None:
        return "finished"
    # Without a job the process died before it could order one, or the job database is a new one.
    return "stopped" if job is None else _ENDED[job.state]


def _whole(value: Any) -> int:
    return value if isinstance(value, int) and not isinstance(value, bool) else 0

"""Runs checks of training sets and trainings of adapters, each in a process of its own."""

from __future__ import annotations

import errno
import os
import shutil
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

from backend.domain.errors import (
    JobCancelled,
    LeaseLost,
    RunNotFound,
    SetNotFound,
    StageFailed,
    StorageFull,
    StoreUnavailable,
)
from backend.domain.generation import StageName
from backend.domain.jobs import Progress
from backend.domain.lora_names import numbered_lora_name
from backend.services.children import ChildWork, run_child
from backend.services.forecast import Timings
from backend.services.side_runs import has_to_stop, plain_result, run_each
from backend.services.training_curves import numbers
from backend.services.training_runs import timing_key
from backend.services.working import JobContext, StopRunError
from backend.storage.training_folders import translated
from backend.storage.training_runs import StoredRun, TrainingRunStore
from backend.storage.training_sets import TrainingSetStore
from backend.utils.files import sha256_of

MODULE = "backend.training.lora"
_OUTBOX = "adapter"
_TRAIN = "train"
# Files of strangers are decoded in it; the captions that it proposes need a network of 100 MB.
_CHECK_MEMORY_BYTES = 6 * 2**30
_CHECK_PATIENCE_SECONDS = 5.0
# People see no difference between one report a second and ten; the database does.
_REPORT_SECONDS = 1.0
_PHASE_CHARACTERS = 40
# What file systems without hard links answer, such as those of memory cards.
_NO_LINKS = (errno.EPERM, errno.ENOTSUP, errno.EOPNOTSUPP)


class InspectionRunner:
    """Checks training sets; satisfies `services.working.Runner`."""

    def __init__(self, sets: TrainingSetStore, weights: Path, module: str = MODULE) -> None:
        """What is checked, where the weights lie, and what runs (for tests)."""
        self._sets = sets
        self._weights = weights
        self._module = module

    def run(self, jobs: Sequence[JobContext]) -> None:
        """Ends every job."""
        run_each(jobs, self._check)

    def _check(self, job: JobContext) -> Mapping[str, Any]:
        started = time.monotonic()
        stored = self._sets.get(str(job.job.params["set"]))
        folder = stored.folder.absolute()
        work = ChildWork(
            folder=folder,
            module=self._module,
            arguments=("inspect", str(folder), "--weights", str(self._weights.absolute())),
            hear=lambda said: _tell_check(job, said),
            should_stop=lambda: has_to_stop(job),
            is_lost=lambda: job.is_lost,
            patience_seconds=_CHECK_PATIENCE_SECONDS,
            memory_bytes=_CHECK_MEMORY_BYTES,
            advice="Send fewer or smaller pictures.",
        )
        try:
            is_done = run_child(work)
        except FileNotFoundError as error:
            raise SetNotFound("The set was deleted while it was checked.") from error
        job.raise_if_cancelled()
        if not is_done:
            raise StageFailed("The check was stopped from outside. Have the set checked again.")
        self._sets.settle_inspection(stored.id, stored.stamp)
        return plain_result(StageName.CHECK, time.monotonic() - started)


class TrainingRunner:
    """Trains adapters; satisfies `services.working.Runner`.

    A training that is cancelled stops after the step at hand, and can be resumed. When the worker
    has to go, the job returns to the queue at once and the process saves what it has; the next
    worker waits for its end and goes on from there.
    """

    def __init__(
        self,
        *,
        runs: TrainingRunStore,
        weights: Path,
        lora_folder: Path,
        timings: Timings,
        module: str = MODULE,
        patience_seconds: float = 60.0,
    ) -> None:
        """What it needs.

        Args:
            runs: the trainings.
            weights: folder of the models.
            lora_folder: where finished adapters go.
            timings: where the seconds of a step are remembered.
            module: for tests; what the process runs.
            patience_seconds: how long a process may take to save what it has.
        """
        self._runs = runs
        self._weights = weights
        self._lora_folder = lora_folder
        self._timings = timings
        self._module = module
        self._patience_seconds = patience_seconds

    def run(self, jobs: Sequence[JobContext]) -> None:
        """Ends every job."""
        run_each(jobs, self._train)

    def _train(self, job: JobContext) -> Mapping[str, Any]:
        started = time.monotonic()
        run = self._runs.get(str(job.job.params["run"]))
        adapter = run.adapter
        if adapter is None:
            teller = _Teller(job, run, self._runs)
            self._follow(job, run, teller)
            adapter = self._published(run)
            if teller.step_seconds is not None:
                with suppress(StoreUnavailable, StorageFull):  # An ETA is not worth a failed job.
                    base = str(run.order.get("base"))
                    self._timings.remember_timing(timing_key(base), teller.step_seconds)
        return plain_result(StageName.TRAIN, time.monotonic() - started, adapter=adapter)

    def _follow(self, job: JobContext, run: StoredRun, teller: _Teller) -> None:
        """Runs the process to its end. Raises what becomes of the job when it did not finish."""
        outbox = run.folder / _OUTBOX

        def on_stop() -> None:
            if job.stop_asked and not (job.cancel_asked or job.is_lost):
                # At once: whoever stops the worker may not wait until everything is saved.
                job.release()

        try:
            # What the attempt before was doing is no longer true.
            teller.write()
            with translated():
                outbox.mkdir(exist_ok=True)
            is_done = run_child(
                ChildWork(
                    folder=run.folder,
                    module=self._module,
                    arguments=(
                        "train", str(run.folder), "--weights", str(self._weights.absolute()),
                        "--lora", str(outbox),
                    ),
                    hear=teller.hear,
                    should_stop=lambda: has_to_stop(job),
                    is_lost=lambda: job.is_lost,
                    on_stop=on_stop,
                    patience_seconds=self._patience_seconds,
                    advice="Resume the training when there is more, or order one with a smaller "
                    "batch or resolution; it goes on from its last checkpoint.",
                )
            )  # fmt: skip
        except FileNotFoundError as error:
            raise RunNotFound("The training was deleted.") from error
        finally:
            teller.write()
        if not job.is_open:
            raise StopRunError
        if not is_done:
            job.raise_if_cancelled()
            raise StageFailed("The training was stopped from outside; it can be resumed.")

    def _published(self, run: StoredRun) -> str:
        """Puts the adapter into the lora folder, never over another one. Returns its name."""
        source = run.folder / _OUTBOX / f"{run.name}.safetensors"
        if not source.is_file():
            raise StageFailed("The training left no adapter; resume it to have it written again.")
        with translated():
            self._lora_folder.mkdir(parents=True, exist_ok=True)
            name = put_adapter(source, self._lora_folder, run.name)
            self._runs.publish(run.id, name)
        shutil.rmtree(source.parent, ignore_errors=True)
        return name


class _Teller:
    """Passes on what a training says.

    Attributes:
        step_seconds: of an optimiser step; None before two of them.
    """

    def __init__(self, job: JobContext, run: StoredRun, runs: TrainingRunStore) -> None:
        self._job = job
        self._run = run
        self._runs = runs
        self._begun = time.monotonic()
        self._before = float(numbers(dict(run.progress)).get("seconds", 0.0))
        self._progress = {
            "train_step": int(numbers(dict(run.progress)).get("train_step", 0)),
            "metrics": numbers(run.progress.get("metrics")),
        }
        self._told: float | None = None
        self._timed = (0, 0.0)
        self._last: tuple[int, float] | None = None
        self._end: float | None = None

    @property
    def step_seconds(self) -> float | None:
        steps, seconds = self._timed
        return seconds / steps if steps else None

    def hear(self, said: Mapping[str, Any]) -> None:
        """Takes a line of the process; what makes no sense is passed over."""
        metrics, progress = said.get("metrics"), said.get("progress")
        if isinstance(metrics, dict):
            self._progress["metrics"] = numbers(metrics)
        if not isinstance(progress, dict):
            return
        phase = str(progress.get("phase", ""))[:_PHASE_CHARACTERS]
        found = numbers(progress)
        step, now = int(found.get("step", 0)), time.monotonic()
        self._time(phase, step, now)
        eta = self._eta(phase, found.get("eta_seconds"), now)
        if phase == _TRAIN:
            self._progress["train_step"] = step
        is_new = phase != self._progress.get("phase")
        self._progress |= {
            "phase": phase,
            "step": step,
            "total": int(found.get("total", 0)),
            "eta_seconds": eta,
            "seconds": round(self._before + now - self._begun, 2),
        }
        if is_new or self._told is None or now - self._told >= _REPORT_SECONDS:
            self._told = now
            self.write()
            steps = int(self._run.settings["steps"])
            done = min(int(self._progress["train_step"]), steps)  # type: ignore[call-overload]
            with suppress(JobCancelled, LeaseLost, StopRunError):
                self._job.report(Progress(StageName.TRAIN, done, steps, eta))

    def write(self) -> None:
        """Keeps what was said last, for whoever looks."""
        with suppress(RunNotFound):
            self._runs.write_progress(self._run.id, self._progress)

    def _eta(self, phase: str, told: float | None, now: float) -> float | None:
        """Seconds to the end of the whole training; other phases speak of their own ends."""
        if phase == _TRAIN and told is not None:
            self._end = now + told
        return None if self._end is None else round(max(0.0, self._end - now), 1)

    def _time(self, phase: str, step: int, now: float) -> None:
        """Measures steps that follow each other, and nothing of what happens in between."""
        if phase == _TRAIN and self._last is not None and step > self._last[0]:
            steps, seconds = self._timed
            self._timed = (steps + step - self._last[0], seconds + now - self._last[1])
        self._last = (step, now) if phase == _TRAIN else None


def _tell_check(job: JobContext, said: Mapping[str, Any]) -> None:
    progress = numbers(said.get("progress"))
    if progress:
        total = max(1, int(progress.get("total", 1)))
        done = max(0, min(int(progress.get("step", 0)), total))
        with suppress(JobCancelled, LeaseLost, StopRunError):
            job.report(Progress(StageName.CHECK, done, total, progress.get("eta_seconds")))


def put_adapter(source: Path, folder: Path, wanted: str) -> str:
    """Copies an adapter into a folder under the first name that is free, and returns it.

    One that is there already with the same content counts as put: the process died after it.
    """
    part = folder / f".{wanted}.{os.getpid()}.part"
    try:
        shutil.copyfile(source, part)
        with part.open("rb") as stream:
            os.fsync(stream.fileno())
        own = sha256_of(part)
        number = 1
        while True:
            name = numbered_lora_name(wanted, number)
            target = folder / f"{name}.safetensors"
            if target.exists():
                if sha256_of(target) == own:
                    return name
                number += 1
                continue
            try:
                # Unlike a rename it never takes the place of a file that came this very moment.
                os.link(part, target)
            except FileExistsError:
                continue
            except OSError as error:
                if error.errno not in _NO_LINKS:
                    raise
                part.replace(target)
            return name
    finally:
        part.unlink(missing_ok=True)

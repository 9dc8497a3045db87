"""The use cases around training put together on their folders."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from backend.models.catalog import Catalog
from backend.services.forecast import Timings
from backend.services.side_jobs import SideJobs
from backend.services.training_runs import TrainingRunService
from backend.services.training_sets import TrainingSetService
from backend.services.tryouts import TryoutService
from backend.storage.training_runs import TrainingRunStore
from backend.storage.training_sets import TrainingSetStore
from backend.storage.tryouts import TryoutStore


@dataclass(frozen=True, slots=True)
class TrainingServices:
    """Sets, trainings, and tryouts of what came out."""

    sets: TrainingSetService
    runs: TrainingRunService
    tryouts: TryoutService

    @classmethod
    def on(
        cls,
        *,
        data: Path,
        output: Path,
        lora_folder: Path,
        jobs: SideJobs,
        timings: Timings,
        catalog: Catalog,
    ) -> TrainingServices:
        """Builds them; nothing is read or made yet."""
        set_store = TrainingSetStore(data)
        sets = TrainingSetService(set_store, jobs)
        runs = TrainingRunService(
            runs=TrainingRunStore(data),
            sets=sets,
            set_store=set_store,
            jobs=jobs,
            timings=timings,
            catalog=catalog,
            lora_folder=lora_folder,
        )
        return cls(sets, runs, TryoutService(TryoutStore(output), jobs, lora_folder))

"""Tryouts through the worker's runner, on models that leave marks."""

from __future__ import annotations

from collections.abc import Sequence
from io import BytesIO
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from backend.domain.errors import LoraIncompatible, NotFound
from backend.domain.generation import StageName
from backend.domain.jobs import JobKind, JobState, Lane, NewJob
from backend.domain.ports import RestyleOrder, StepReport
from backend.services.trying import (
    MARGIN,
    PROMPTS,
    WEIGHTS,
    TryoutRunner,
    best_cell,
    suggested_weight,
)
from backend.services.working import JobContext
from backend.storage.tryouts import Tryout, TryoutStore
from backend.tests.services.test_chain import StubModels
from backend.tests.services.test_working import FlakyStore, MemoryBell
from backend.utils.files import sha256_of


class Models(StubModels):
    """The weight of the adapter becomes the grey of the picture."""

    def __init__(self) -> None:
        super().__init__()
        self.orders: list[Sequence[RestyleOrder]] = []

    def restyle(self, orders: Sequence[RestyleOrder], report: StepReport) -> list[Image.Image]:
        self.orders.append(orders)
        if self.restyle_fails:
            raise self.restyle_fails
        for step in range(1, 4):
            report(step, 3, None)
        grey = round(orders[0].params.loras[0].weight * 100)
        return [Image.new("RGB", (64, 64), (grey, grey, grey)) for _ in orders]


class Matcher:
    """Finds less and less of the prompt the lighter the picture is; boats it always knows."""

    def match(self, pictures: Sequence[Image.Image], phrase: str) -> NDArray[np.float32]:
        grey = np.array([np.asarray(picture).mean() for picture in pictures])
        loss = np.where(grey < 120, 0, 0.5)
        return np.asarray(0.9 - loss + (0.1 if "boat" in phrase else 0), np.float32)


class Scene:
    def __init__(self, folder: Path) -> None:
        self.jobs = FlakyStore(f"sqlite:///{folder / 'jobs.db'}")
        self.lora = folder / "lora"
        self.lora.mkdir()
        self.adapter = self.lora / "pixel.safetensors"
        self.adapter.write_bytes(b"weights")
        self.models, self.store = Models(), TryoutStore(folder / "output")
        self.matcher: Matcher | None = Matcher()
        self.has_thumbnail = False

    def thumbnail(self, name: str) -> bytes:
        if not self.has_thumbnail:
            raise NotFound("no picture")
        return b"x"

    def run(self, name: str = "pixel", *, is_cancelled: bool = False) -> JobContext:
        new = NewJob(JobKind.TRYOUT, {"lora": name}, "k", "f", Lane.DEVICE)
        self.jobs.submit(new, queue_limit=9)
        (claim,) = self.jobs.claim("w", Lane.DEVICE, lease_seconds=60, max_batch=1)
        job = JobContext(claim, self.jobs, MemoryBell())
        job.cancel_asked = is_cancelled
        runner = TryoutRunner(
            models=self.models, matcher=lambda: self.matcher, store=self.store,
            lora_folder=self.lora, thumbnails=self,
        )  # fmt: skip
        runner.run([job])
        return job

    def kept(self) -> Tryout | None:
        return self.store.get(sha256_of(self.adapter))


@pytest.fixture
def scene(tmp_path: Path) -> Scene:
    return Scene(tmp_path)


def test_the_same_drafts_are_restyled_at_each_weight(scene: Scene) -> None:
    job = scene.run()
    assert scene.jobs.get(job.job.id).state is JobState.SUCCEEDED
    assert [orders[0].params.loras[0].weight for orders in scene.models.orders] == list(WEIGHTS)
    first = scene.models.orders[0]
    assert len({order.seed for order in first}) == len(PROMPTS) == len(first)
    for orders in scene.models.orders[1:]:
        assert [order.seed for order in orders] == [order.seed for order in first]
        assert [order.prompt for order in orders] == [order.prompt for order in first]
        assert all(
            a.image.tobytes() == b.image.tobytes() for a, b in zip(orders, first, strict=True)
        )
    kept = scene.kept()
    assert kept is not None
    assert (kept.prompts, kept.weights, kept.suggested_weight) == (PROMPTS, WEIGHTS, 1.0)
    sha256 = sha256_of(scene.adapter)
    for column, weight in enumerate(WEIGHTS):
        content = scene.store.cell(sha256, 0, column)
        assert content is not None
        with Image.open(BytesIO(content)) as cell:
            assert cell.format == "WEBP"
            assert abs(np.asarray(cell.convert("RGB")).mean() - weight * 100) < 4
    assert scene.store.cell(sha256, 0, len(WEIGHTS)) is None


def test_progress_goes_once_from_nothing_to_everything(scene: Scene) -> None:
    scene.run()
    told = [(report.stage, report.step, report.total) for report in scene.jobs.reports]
    assert told[-1] == (StageName.RESTYLE, 12, 12)
    assert {stage for stage, _, _ in told} == {StageName.RESTYLE}
    assert [step for _, step, _ in told] == sorted(step for _, step, _ in told)
    assert scene.jobs.reports[-1].eta_seconds == 0


def test_the_best_picture_stands_for_an_adapter_without_one(scene: Scene) -> None:
    scene.run()
    kept = scene.kept()
    assert kept is not None
    # The boat is recognised best, and 1 is the suggested weight.
    assert best_cell(kept) == (2, 2)
    picture = scene.lora / "pixel.webp"
    assert picture.read_bytes() == scene.store.cell(sha256_of(scene.adapter), 2, 2)
    picture.write_bytes(b"its owner's")
    scene.has_thumbnail = True
    scene.run()
    assert picture.read_bytes() == b"its owner's"


def test_without_a_matcher_no_weight_is_suggested(scene: Scene) -> None:
    scene.matcher = None
    scene.run()
    kept = scene.kept()
    assert kept is not None
    assert (kept.suggested_weight, kept.matches) == (None, ())
    assert best_cell(kept) == (0, 2)


def test_a_cancelled_or_failed_tryout_leaves_nothing(scene: Scene) -> None:
    job = scene.run(is_cancelled=True)
    assert scene.jobs.get(job.job.id).state is JobState.CANCELLED
    scene.models.restyle_fails = LoraIncompatible("it is for another model")
    job = scene.run()
    error = scene.jobs.get(job.job.id).error
    assert error is not None
    assert error["code"] == "lora-incompatible"
    job = scene.run("gone")
    error = scene.jobs.get(job.job.id).error
    assert error is not None
    assert error["code"] == "unknown-lora"
    assert scene.kept() is None
    assert not (scene.lora / "pixel.webp").exists()


@pytest.mark.parametrize(
    ("means", "expected"),
    [
        ([0.8, 0.8, 0.75, 0.2], 1.0),
        ([0.8, 0.8 - MARGIN + 0.001, 0.2, 0.1], 0.5),
        ([0.8, 0.5, 0.4, 0.3], None),
        ([0.8, 0.5, 0.4, 0.9], 1.5),
    ],
)
def test_the_highest_weight_that_keeps_the_prompt_is_suggested(
    means: list[float], expected: float | None
) -> None:
    spread = [[value - 0.05 for value in means], [value + 0.05 for value in means]]
    assert suggested_weight(WEIGHTS, spread) == expected


def test_a_damaged_grid_counts_as_absent(scene: Scene, tmp_path: Path) -> None:
    scene.run()
    sha256 = sha256_of(scene.adapter)
    facts = tmp_path / "output" / "tryouts" / sha256 / "tryout.json"
    facts.write_text(facts.read_text()[:40])
    assert scene.store.get(sha256) is None
    assert scene.store.get("../../x") is None
    assert scene.store.cell("../../x", 0, 0) is None
    scene.has_thumbnail = True
    scene.run()
    assert scene.kept() is not None

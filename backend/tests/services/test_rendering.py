"""The worker's runner over real stores and stub models."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from backend.domain.errors import InvalidBrief
from backend.domain.generation import (
    EVALUATIONS_BY_SPEED,
    LogoRequest,
    RestyleParams,
    SourceName,
    Speed,
)
from backend.domain.jobs import Job, JobKind, JobState, Lane, NewJob
from backend.domain.likeness import Amount, Variation
from backend.jobs.store import SqlJobStore
from backend.services import records
from backend.services.local import ShortMemory
from backend.services.records import RestyleRequest, UpscaleRequest
from backend.services.rendering import ChainRunner
from backend.services.variations import varied
from backend.services.working import JobContext
from backend.storage.disk_store import DiskImageStore
from backend.tests.services.test_chain import StubModels


class SilentBell:
    def ring(self, role: str, message: str) -> None:
        pass


@pytest.fixture
def store(tmp_path: Path) -> Iterator[SqlJobStore]:
    store = SqlJobStore(f"sqlite:///{tmp_path / 'jobs.db'}")
    yield store
    store.close()


@pytest.fixture
def images(tmp_path: Path) -> Iterator[DiskImageStore]:
    images = DiskImageStore(tmp_path)
    yield images
    images.close()


def run(
    store: SqlJobStore,
    images: DiskImageStore,
    models: StubModels,
    *jobs: tuple[JobKind, dict[str, Any]],
) -> list[Job]:
    ids = [
        store.submit(NewJob(kind, params, batch_key="same", fingerprint=str(n)), queue_limit=50)[
            0
        ].id
        for n, (kind, params) in enumerate(jobs)
    ]
    while claims := store.claim("w", Lane.DEVICE, lease_seconds=60, max_batch=8):
        ChainRunner(models, images, ShortMemory()).run(
            [JobContext(claim, store, SilentBell()) for claim in claims]
        )
    return [store.get(job_id) for job_id in ids]


def request(**changes: Any) -> dict[str, Any]:
    return LogoRequest(
        **{
            "description": "fox",
            "name": "Foxy",
            "count": 2,
            "seed": 7,
            "source": SourceName.CGAN,
            "size_px": 128,
            **changes,
        }
    ).to_json()


def test_generated_pictures_are_stored_with_their_parents_and_facts(
    store: SqlJobStore, images: DiskImageStore
) -> None:
    (job,) = run(store, images, StubModels(), (JobKind.GENERATE, request(restyle=True)))
    assert job.state is JobState.SUCCEEDED
    assert job.result is not None
    assert len(job.result["images"]) == 2
    assert job.result["warnings"] == ["mind this"]
    assert job.result["brief"]["content"] == "fox"
    assert set(job.result["timings_ms"]) == {"brief", "draft", "upscale", "restyle", "finish"}
    record = images.get(job.result["images"][1]).record
    assert record["stage"] == records.STAGE_FINAL
    assert (record["seed"], record["origin"], record["name"]) == (8, "cgan", "Foxy")
    assert record["models"] == [{"name": "stub", "sha256": "0" * 64}]
    assert record["job_id"] == job.id
    parent = images.get(record["parent"])
    assert parent.record["stage"] == records.STAGE_DRAFT


def test_the_same_request_gives_the_same_files(store: SqlJobStore, images: DiskImageStore) -> None:
    first, second = run(
        store, images, StubModels(), (JobKind.GENERATE, request()), (JobKind.GENERATE, request())
    )
    assert first.result is not None
    assert second.result is not None
    assert first.result["images"] == second.result["images"]


def test_the_profile_decides_when_the_request_does_not(
    store: SqlJobStore, images: DiskImageStore
) -> None:
    models = StubModels()
    run(store, images, models, (JobKind.GENERATE, request(restyle=None)))
    assert not any(call.startswith("restyle") for call in models.calls)
    models.restyles_by_default = True
    run(store, images, models, (JobKind.GENERATE, request(restyle=None)))
    assert any(call.startswith("restyle") for call in models.calls)


def test_restyling_a_stored_picture_keeps_what_is_known_of_it(
    store: SqlJobStore, images: DiskImageStore
) -> None:
    models = StubModels()
    (drafts,) = run(store, images, models, (JobKind.DRAFTS, request()))
    assert drafts.result is not None
    draft = drafts.result["images"][0]
    wanted = RestyleRequest((draft,), seed=3, params=RestyleParams(style="neon"), size_px=256)
    (job,) = run(store, images, models, (JobKind.RESTYLE, wanted.to_json()))
    assert job.result is not None
    stored = images.get(job.result["images"][0])
    assert (stored.width, stored.record["parent"], stored.record["concept"]) == (256, draft, "fox")
    assert stored.record["palette"] == images.get(draft).record["palette"]
    # By these words it is found in the gallery.
    for key in ("name", "description"):
        assert stored.record[key] == images.get(draft).record[key] != ""
    assert stored.style == "neon"


def test_how_it_was_sampled_is_recorded_and_what_was_missing_is_told(
    store: SqlJobStore, images: DiskImageStore
) -> None:
    models = StubModels()
    models.plan_warnings = ("the quick decoder is not here",)
    params = RestyleParams(guidance=4, speed=Speed.DRAFT)
    wanted = request(restyle=True, restyle_params=params)
    (job,) = run(store, images, models, (JobKind.GENERATE, wanted))
    assert job.result is not None
    assert job.result["warnings"] == ["mind this", "the quick decoder is not here"]
    final = images.get(job.result["images"][0]).record
    assert final["reproduce"]["sampling"] == {
        "evaluations": EVALUATIONS_BY_SPEED[Speed.DRAFT],
        "sampler": "dpm++2m",
        "guidance": 4,
        "speed": "draft",
        "adapter": None,
        "decoder": None,
    }
    assert "sampling" not in images.get(final["parent"]).record["reproduce"]


def test_an_upload_of_any_shape_can_be_restyled(store: SqlJobStore, images: DiskImageStore) -> None:
    upload = images.save(
        Image.new("RGB", (90, 30), "teal"),
        records.new_image_record(origin="upload", stage="upload"),
    )
    wanted = RestyleRequest((upload.id,), params=RestyleParams(style="glossy"), size_px=256)
    (job,) = run(store, images, StubModels(), (JobKind.RESTYLE, wanted.to_json()))
    assert job.state is JobState.SUCCEEDED


def test_upscaling_enlarges_the_stored_pixels(store: SqlJobStore, images: DiskImageStore) -> None:
    models = StubModels()
    (drafts,) = run(store, images, models, (JobKind.DRAFTS, request()))
    assert drafts.result is not None
    wanted = UpscaleRequest((drafts.result["images"][0],), size_px=512)
    (job,) = run(store, images, models, (JobKind.UPSCALE, wanted.to_json()))
    assert job.result is not None
    stored = images.get(job.result["images"][0])
    assert (stored.width, stored.record["stage"]) == (512, records.STAGE_UPSCALED)


def test_each_job_of_a_batch_has_its_own_outcome(
    store: SqlJobStore, images: DiskImageStore
) -> None:
    good, bad, lost = run(
        store,
        images,
        StubModels(),
        (JobKind.GENERATE, request()),
        (JobKind.GENERATE, request(description="???")),
        (JobKind.RESTYLE, RestyleRequest(("img_" + "0" * 24,)).to_json()),
    )
    assert good.state is JobState.SUCCEEDED
    assert bad.state is JobState.FAILED
    assert bad.error is not None
    assert bad.error["code"] == InvalidBrief.code
    assert lost.error is not None
    assert lost.error["code"] == "image-not-found"


def test_a_variation_says_of_what_and_keeps_its_own_recipe(
    store: SqlJobStore, images: DiskImageStore
) -> None:
    models = StubModels()
    (drafts,) = run(store, images, models, (JobKind.DRAFTS, request()))
    assert drafts.result is not None
    draft = images.get(drafts.result["images"][0])
    assert draft.record["reproduce"]["recipe"] == {"layout_seed": 0, "noise": []}
    assert draft.record["parent"] is None
    wish = Variation(draft.id, Amount.LOT)
    like = varied(LogoRequest("", size_px=128, count=1), wish, draft)
    (job,) = run(store, images, models, (JobKind.DRAFTS, like.to_json()))
    assert job.result is not None
    record = images.get(job.result["images"][0]).record
    assert record["parent"] == draft.id
    assert record["reproduce"]["request"]["vary"] == {"image": draft.id, "amount": "lot"}
    assert LogoRequest.from_json(record["reproduce"]["request"]) == like

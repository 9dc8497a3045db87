"""The chain over stub models: order of stages, batching, failures, cancelling, checkpoints."""

from collections.abc import Sequence
from dataclasses import replace

import pytest
from PIL import Image

from backend.domain.brief import Brief, Colour, Palette
from backend.domain.errors import InvalidBrief, InvalidOutput, JobCancelled, OutOfMemory
from backend.domain.generation import LogoRequest, LoraChoice, RestyleParams, SourceName, StageName
from backend.domain.jobs import Progress
from backend.domain.ports import Draft, DraftOrder, ModelFact, RestyleOrder, StepReport
from backend.models.speeds import SpeedPlan, plain_plan
from backend.services.chain import (
    DRAFTS_ONLY,
    GENERATE_PLAIN,
    GENERATE_RESTYLED,
    UPSCALE_ONLY,
    Chain,
    Work,
    finish_for,
)
from backend.services.local import ShortMemory
from backend.services.pictures import Picture
from backend.telemetry.context import STAGE
from backend.vector.finishes import Finish

RED, WHITE = Colour(192, 57, 43), Colour(255, 255, 255)
PALETTE = Palette(WHITE, RED, RED)


class StubModels:
    """Every stage leaves its mark in the picture's size and colour; calls are counted."""

    def __init__(self) -> None:
        self.calls: list[str] = []
        self.restyle_fails: Exception | None = None
        self.plan_warnings: tuple[str, ...] = ()

    name = SourceName.COMPOSER
    native_px = 32
    restyles_by_default = False

    def brief_reader(self) -> "StubModels":
        return self

    def drafts(self, source: SourceName) -> "StubModels":
        self.calls.append(f"source:{source}")
        return self

    def upscaler(self) -> "StubModels":
        return self

    def restyler(self) -> "StubModels":
        return self

    def speed_plan(self, params: RestyleParams) -> SpeedPlan:
        return replace(plain_plan(params), warnings=self.plan_warnings)

    def facts(self, params: RestyleParams | None = None) -> Sequence[ModelFact]:
        loras = params.loras if params else ()
        return [ModelFact("stub", "0" * 64), *(ModelFact(lora.name, "1" * 64) for lora in loras)]

    def read(self, request: LogoRequest) -> Brief:
        self.calls.append("brief")
        if request.description == "???":
            raise InvalidBrief("nothing to draw")
        return Brief(request.name, request.description, warnings=("mind this",))

    def draw(self, order: DraftOrder) -> list[Draft]:
        self.calls.append("draft")
        return [
            Draft(
                Image.new("RGB", (64, 64), RED.rgb),
                SourceName.CGAN,
                order.seed + i,
                PALETTE,
                "mark",
                order.brief.content,
                score=0.5,
            )
            for i in range(order.count)
        ]

    def upscale(self, image: Image.Image) -> Image.Image:
        self.calls.append("upscale")
        return image.resize((image.width * 4, image.height * 4))

    def restyle(self, orders: Sequence[RestyleOrder], report: StepReport) -> list[Image.Image]:
        self.calls.append(f"restyle:{len(orders)}")
        if self.restyle_fails:
            raise self.restyle_fails
        for step in range(1, 4):
            report(step, 3, Image.new("RGB", (8, 8)) if step == 2 else None)
        return [Image.new("RGB", (32, 32), (186, 62, 50)) for _ in orders]


class Listener:
    """Remembers what it hears; cancels when told to."""

    def __init__(
        self,
        cancel_at: tuple[StageName, int] | None = None,
        kept: dict[StageName, bytes] | None = None,
    ) -> None:
        self.heard: list[Progress] = []
        self.kept = kept if kept is not None else {}
        self.cancel_at = cancel_at
        self.gone = False

    def report(self, progress: Progress) -> None:
        self.heard.append(progress)
        if self.cancel_at == (progress.stage, progress.step):
            self.gone = True
        self.raise_if_cancelled()

    def raise_if_cancelled(self) -> None:
        if self.gone:
            raise JobCancelled("gone")

    def checkpoint(self, stage: StageName, payload: bytes) -> None:
        self.kept[stage] = payload

    def checkpoint_payload(self, stage: StageName) -> bytes | None:
        return self.kept.get(stage)


def work(
    listener: Listener,
    stages: tuple[StageName, ...] = GENERATE_RESTYLED,
    description: str = "fox",
    group: str = "a",
    size_px: int = 128,
) -> Work:
    request = LogoRequest(
        description, name="Foxy", count=2, seed=7, source=SourceName.CGAN, size_px=size_px
    )
    return Work(
        listener,
        stages,
        group,
        request.seed,
        size_px,
        request,
        RestyleParams(steps=10, strength=0.3),
    )


def run(models: StubModels, *works: Work) -> None:
    Chain(models, ShortMemory()).run(works)


def test_all_stages_in_order_with_progress() -> None:
    models, listener = StubModels(), Listener()
    job = work(listener)
    run(models, job)
    assert job.error is None
    assert [picture.image.size for picture in job.pictures] == [(128, 128)] * 2
    assert job.pictures[0].image.getpixel((5, 5)) == RED.rgb  # flat finish: locked to the palette
    assert [picture.seed for picture in job.pictures] == [7, 8]
    assert len(job.drafts) == 2
    stages = list(dict.fromkeys(progress.stage for progress in listener.heard))
    assert stages == list(GENERATE_RESTYLED)
    assert any(progress.preview for progress in listener.heard)
    assert models.calls.count("restyle:2") == 1
    assert ModelFact("stub", "0" * 64) in job.models


GLOW = (186, 120, 90)


def test_log_lines_of_a_stage_know_it() -> None:
    seen: list[str] = []

    class Watching(StubModels):
        def brief_reader(self) -> StubModels:
            seen.append(STAGE.get())
            return super().brief_reader()

    run(Watching(), work(Listener(), DRAFTS_ONLY))
    assert (seen, STAGE.get()) == (["brief"], "")


def uploaded(*, is_flat: bool) -> Work:
    picture = Picture(Image.new("RGB", (64, 64), GLOW), 0, "cgan", 3, PALETTE, is_flat=is_flat)
    return Work(Listener(), UPSCALE_ONLY, "a", 0, 128, pictures=[picture])


def test_enlarging_puts_only_flat_pictures_back_on_their_colours() -> None:
    shaded, flat = uploaded(is_flat=False), uploaded(is_flat=True)
    run(StubModels(), shaded)
    run(StubModels(), flat)
    assert shaded.pictures[0].image.getpixel((9, 9)) == GLOW
    assert flat.pictures[0].image.getpixel((9, 9)) != GLOW


def test_a_restyle_by_an_adapter_or_a_finish_is_not_flattened() -> None:
    for params in (
        RestyleParams(steps=10, loras=(LoraChoice("brush"),)),
        RestyleParams(steps=10, style="neon"),
    ):
        job = replace(work(Listener()), restyle_params=params)
        run(StubModels(), job)
        assert job.pictures[0].image.getpixel((5, 5)) == (186, 62, 50)
        assert not job.pictures[0].is_flat
        assert job.drafts[0].is_flat


def test_a_flat_restyle_of_the_asked_size_is_put_back_too() -> None:
    job = work(Listener(), size_px=32)
    run(StubModels(), job)
    assert job.pictures[0].image.getpixel((5, 5)) == RED.rgb


def test_drafts_are_credited_without_the_network_that_repainted_them() -> None:
    params = RestyleParams(steps=10, loras=(LoraChoice("brush"),))
    job = replace(work(Listener()), restyle_params=params)
    run(StubModels(), job)
    assert ModelFact("brush", "1" * 64) in job.models
    assert ModelFact("brush", "1" * 64) not in job.draft_models
    assert job.draft_models


def test_one_unusable_picture_does_not_end_the_others() -> None:
    models = StubModels()
    first, second = work(Listener(), group="a"), work(Listener(), group="b")

    def restyle(orders: Sequence[RestyleOrder], report: StepReport) -> list[Image.Image]:
        if any(order.group == "a" for order in orders):
            raise InvalidOutput("not a picture")
        return StubModels.restyle(models, orders, report)

    models.restyle = restyle  # type: ignore[method-assign]
    run(models, first, second)
    assert isinstance(first.error, InvalidOutput)
    assert second.error is None
    assert second.pictures[0].image.size == (128, 128)


def test_a_drawing_is_drawn_at_the_size_instead_of_enlarged() -> None:
    class Vector(StubModels):
        def draw(self, order: DraftOrder) -> list[Draft]:
            svg = (
                '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 10 10">'
                '<path d="M0 0h10v10H0z" fill="#123456"/></svg>'
            )
            return [
                Draft(
                    Image.new("RGB", (64, 64)),
                    SourceName.COMPOSER,
                    0,
                    PALETTE,
                    "mark",
                    "fox",
                    svg=svg,
                )
            ]

    models = Vector()
    job = work(Listener(), GENERATE_PLAIN)
    run(models, job)
    assert "upscale" not in models.calls
    assert job.pictures[0].image.getpixel((60, 60)) == (0x12, 0x34, 0x56)


def test_one_bad_brief_does_not_spoil_the_batch() -> None:
    models = StubModels()
    good, bad = work(Listener(), group="good"), work(Listener(), description="???", group="bad")
    run(models, good, bad)
    assert isinstance(bad.error, InvalidBrief)
    assert good.error is None
    assert "restyle:2" in models.calls  # only the good one's pictures


def test_jobs_of_a_batch_share_the_restyle_run() -> None:
    models = StubModels()
    run(models, work(Listener(), group="a"), work(Listener(), group="b"))
    assert models.calls.count("restyle:4") == 1


def test_every_job_of_a_batch_hears_when_a_stage_begins() -> None:
    models, heard = StubModels(), []

    class Told(Listener):
        def report(self, progress: Progress) -> None:
            if progress.step == 0:
                heard.append((progress.stage, len(models.calls)))

    run(models, work(Told(), group="a"), work(Told(), group="b"))
    begun = [(stage, heard.count((stage, calls))) for stage, calls in heard]
    # Both at once, before the models have done anything more.
    assert begun == [(stage, 2) for stage in GENERATE_RESTYLED for _ in range(2)]


def test_whoever_cancels_leaves_and_the_others_go_on() -> None:
    models = StubModels()
    leaving, staying = (
        work(Listener((StageName.RESTYLE, 1)), group="a"),
        work(Listener(), group="b"),
    )
    run(models, leaving, staying)
    assert isinstance(leaving.error, JobCancelled)
    assert staying.error is None
    assert len(staying.pictures) == 2


def test_the_run_stops_when_everybody_has_left() -> None:
    models, listener = StubModels(), Listener((StageName.RESTYLE, 1))
    job = work(listener)
    run(models, job)
    assert isinstance(job.error, JobCancelled)
    assert [p.step for p in listener.heard if p.stage is StageName.RESTYLE] == [0, 1]
    assert StageName.FINISH not in [progress.stage for progress in listener.heard]


def test_a_failure_of_the_shared_stage_is_everybodys() -> None:
    models = StubModels()
    models.restyle_fails = OutOfMemory("too big")
    jobs = [work(Listener(), group=group) for group in "ab"]
    run(models, *jobs)
    assert all(isinstance(job.error, OutOfMemory) for job in jobs)


@pytest.mark.parametrize(
    "last", [StageName.BRIEF, StageName.DRAFT, StageName.UPSCALE, StageName.RESTYLE]
)
def test_finished_stages_are_not_run_again(last: StageName) -> None:
    first = Listener()
    job = work(first)
    run(StubModels(), job)
    stages = list(GENERATE_RESTYLED)
    kept = {stage: first.kept[stage] for stage in stages[: stages.index(last) + 1]}
    models, resumed = StubModels(), work(Listener(kept=dict(kept)))
    run(models, resumed)
    assert resumed.error is None
    assert [p.image.tobytes() for p in resumed.pictures] == [
        p.image.tobytes() for p in job.pictures
    ]
    assert [p.facts() for p in resumed.pictures] == [p.facts() for p in job.pictures]
    assert resumed.brief == job.brief
    ran = {"brief": StageName.BRIEF, "draft": StageName.DRAFT, "restyle:2": StageName.RESTYLE}
    for call, stage in ran.items():
        assert (call in models.calls) == (stages.index(stage) > stages.index(last)), call


def test_eta_counts_down_once_durations_are_known() -> None:
    memory = ShortMemory()
    Chain(StubModels(), memory).run([work(Listener())])
    listener = Listener()
    Chain(StubModels(), memory).run([work(listener)])
    etas = [progress.eta_seconds for progress in listener.heard]
    assert all(eta is not None and eta >= 0 for eta in etas)


def test_drafts_end_after_the_upscale() -> None:
    models, job = StubModels(), work(Listener(), DRAFTS_ONLY)
    run(models, job)
    assert not any(call.startswith("restyle") for call in models.calls)
    assert job.pictures[0].image.size == (128, 128)


@pytest.mark.parametrize(
    ("style", "finish"),
    [
        ("", Finish.FLAT),
        ("neon", Finish.NEON),
        ("glossy 3d", Finish.GLOSSY),
        ("a hand drawn, rustic look", Finish.HAND_DRAWN),
        ("minimalist", Finish.FLAT),
        ("Paper Cut", Finish.PAPER_CUT),
        ("neonatal", Finish.FLAT),
    ],
)
def test_style_words_choose_the_finish(style: str, finish: Finish) -> None:
    assert finish_for(style, None) is finish


def test_styles_of_the_brief_count_too() -> None:
    assert finish_for("", Brief("", "fox", styles=("long shadow",))) is Finish.LONG_SHADOW

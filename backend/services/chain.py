"""The chain itself: brief, drafts, upscale, restyle, finish, for one or several requests at once.

It knows models only by their ports, and nothing of queues, HTTP or files. Whoever calls gives
each request an observer, which hears about progress, may cancel, and keeps checkpoints.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Protocol

import numpy as np
from PIL import Image

from backend.datasets.captions import restyle_prompt
from backend.domain.brief import Brief
from backend.domain.errors import JobCancelled, LogoError
from backend.domain.generation import LogoRequest, RestyleParams, SourceName, StageName
from backend.domain.jobs import Progress
from backend.domain.ports import (
    BriefReader,
    DraftOrder,
    DraftSource,
    ModelFact,
    RestyleOrder,
    Restyler,
    Upscaler,
)
from backend.models.speeds import SpeedPlan
from backend.services.forecast import Forecast, Timings
from backend.services.pictures import Picture, pack_pictures, unpack_pictures
from backend.services.records import brief_from_json, brief_to_json
from backend.telemetry.context import STAGE, working_for
from backend.utils.images import jpeg_bytes, resized
from backend.utils.seeding import derived_seed
from backend.vector.finishes import Finish, finish_named_in
from backend.vector.layouts import Layout
from backend.vector.lock import lock_to_palette
from backend.vector.render import render_svg


class Models(Protocol):
    """Where the chain gets its models; each call returns the same loaded object."""

    @property
    def restyles_by_default(self) -> bool:
        """Whether requests that leave it open are restyled."""

    def brief_reader(self) -> BriefReader:
        """The parser of sentences."""

    def drafts(self, source: SourceName) -> DraftSource:
        """The artists of a source."""

    def upscaler(self) -> Upscaler:
        """The network that enlarges."""

    def restyler(self) -> Restyler:
        """The diffusion pipeline."""

    def speed_plan(self, params: RestyleParams) -> SpeedPlan:
        """How the pipeline samples such a restyle; nothing is loaded for the answer."""


class Observer(Protocol):
    """One request's listener. `services.working.JobContext` is one."""

    def report(self, progress: Progress) -> None:
        """Hears about progress. Raises JobCancelled when the user gave up."""

    def raise_if_cancelled(self) -> None:
        """Raises JobCancelled when the user gave up."""

    def checkpoint(self, stage: StageName, payload: bytes) -> None:
        """Keeps what a finished stage made."""

    def checkpoint_payload(self, stage: StageName) -> bytes | None:
        """What an earlier attempt kept of a stage."""


@dataclass
class Work:
    """A request on its way through the stages.

    Attributes:
        stages: the stages that it goes through, in order.
        group: names the request among those of a batch.
        seed: noise of picture i derives from seed + i.
        pictures: the state of its pictures; given from outside when there is no DRAFT stage.
        drafts: the upscaled drafts, kept beside their restyled versions.
        plan: how the pictures are restyled; None while that is open, and if they are not.
        models: the networks that took part so far.
        draft_models: those of them that took part in `drafts`.
        error: why it ended early, None while it is alive.
    """

    observer: Observer
    stages: tuple[StageName, ...]
    group: str
    seed: int
    size_px: int
    request: LogoRequest | None = None
    restyle_params: RestyleParams = field(default_factory=RestyleParams)
    plan: SpeedPlan | None = None
    brief: Brief | None = None
    pictures: list[Picture] = field(default_factory=list)
    drafts: list[Picture] = field(default_factory=list)
    models: list[ModelFact] = field(default_factory=list)
    draft_models: list[ModelFact] = field(default_factory=list)
    timings_ms: dict[str, float] = field(default_factory=dict)
    error: LogoError | None = None

    @classmethod
    def of_request(
        cls, observer: Observer, group: str, request: LogoRequest, stages: tuple[StageName, ...]
    ) -> Work:
        """The work of a request; its style and exclusions hold for a restyle that names none."""
        params = request.restyle_params
        params = replace(
            params, style=params.style or request.style, avoid=params.avoid or request.avoid
        )
        return cls(
            observer, stages, group, request.seed, request.size_px, request, restyle_params=params
        )

    @property
    def count(self) -> int:
        """How many pictures it is or will be."""
        return self.request.count if self.request else len(self.pictures)

    @property
    def artist(self) -> str:
        """Who draws its drafts and whether they are variations, as `forecast.timing_key` asks."""
        if self.request is None or self.request.source is SourceName.AUTO:
            return ""
        return f"{self.request.source}{'-vary' if self.request.likeness else ''}"

    @property
    def warnings(self) -> tuple[str, ...]:
        """What the user should know about the result."""
        return (
            *(self.brief.warnings if self.brief else ()),
            *(self.plan.warnings if self.plan else ()),
        )

    @property
    def finish(self) -> Finish:
        """The paint that its style words ask for."""
        return finish_for(self.restyle_params.style, self.brief)

    @property
    def stays_flat(self) -> bool:
        """Whether a restyle is meant to leave flat areas; an adapter may paint anything."""
        return self.finish is Finish.FLAT and not self.restyle_params.loras


GENERATE_PLAIN = (StageName.BRIEF, StageName.DRAFT, StageName.UPSCALE, StageName.FINISH)
GENERATE_RESTYLED = (
    StageName.BRIEF,
    StageName.DRAFT,
    StageName.UPSCALE,
    StageName.RESTYLE,
    StageName.FINISH,
)
DRAFTS_ONLY = (StageName.BRIEF, StageName.DRAFT, StageName.UPSCALE)
RESTYLE_ONLY = (StageName.RESTYLE, StageName.FINISH)
UPSCALE_ONLY = (StageName.UPSCALE,)


class Chain:
    """Runs stages over a batch of works."""

    def __init__(self, models: Models, timings: Timings) -> None:
        self._models = models
        self._timings = timings

    def run(self, works: Sequence[Work]) -> None:
        """Takes all works through their stages; one that fails keeps its error, others go on."""
        for work in works:
            if StageName.RESTYLE in work.stages:
                _guarded(work, self._settle_plan, work)
        forecasts = {
            work.group: Forecast(self._timings, work.stages, work.count, work.plan, work.artist)
            for work in works
        }
        for stage in StageName:
            due = [work for work in works if stage in work.stages and work.error is None]
            pending = [work for work in due if not _restored(work, stage)]
            for work in pending:
                # Told to all of a batch at once: each of them waits while another's turn lasts.
                start = forecasts[work.group].begun(stage, len(work.pictures), work.plan)
                _guarded(work, work.observer.report, start)
            pending = [work for work in pending if work.error is None]
            if not pending:
                continue
            started = time.perf_counter()
            run_stage = {
                StageName.BRIEF: self._read_briefs,
                StageName.DRAFT: self._draw_drafts,
                StageName.UPSCALE: self._upscale,
                StageName.RESTYLE: self._restyle,
                StageName.FINISH: self._finish,
            }[stage]
            with working_for(STAGE, str(stage)):
                run_stage(pending, forecasts)
            seconds = time.perf_counter() - started
            alive = [work for work in pending if work.error is None]
            for work in alive:
                work.timings_ms[str(stage)] = round(seconds * 1000, 1)
                _guarded(work, _keep, work, stage)
            # Artists differ in cost, so a batch of several teaches nothing about any.
            if len({work.artist for work in alive}) == 1:
                Forecast.remember(
                    self._timings,
                    stage,
                    seconds,
                    sum(work.count for work in alive),
                    alive[0].plan,
                    alive[0].stages,
                    alive[0].artist,
                )

    def _settle_plan(self, work: Work) -> None:
        work.plan = self._models.speed_plan(work.restyle_params)

    def _read_briefs(self, works: Sequence[Work], _forecasts: dict[str, Forecast]) -> None:
        reader = self._models.brief_reader()
        for work in works:
            _guarded(work, self._read_brief, work, reader)

    def _read_brief(self, work: Work, reader: BriefReader) -> None:
        assert work.request is not None
        work.brief = reader.read(work.request)

    def _draw_drafts(self, works: Sequence[Work], _forecasts: dict[str, Forecast]) -> None:
        for work in works:
            _guarded(work, self._draw, work)

    def _draw(self, work: Work) -> None:
        assert work.request is not None
        assert work.brief is not None
        source = self._models.drafts(work.request.source)
        likeness = work.request.likeness
        request = work.request
        order = DraftOrder(work.brief, request.count, request.seed, likeness, request.style)
        parent = likeness.wish.image if likeness else None
        work.pictures = [
            Picture.from_draft(draft, index, parent)
            for index, draft in enumerate(source.draw(order))
        ]
        work.models.extend(source.facts())

    def _upscale(self, works: Sequence[Work], forecasts: dict[str, Forecast]) -> None:
        for work in works:
            _guarded(
                work,
                self._enlarge,
                work,
                forecasts[work.group],
                StageName.UPSCALE,
            )
            work.drafts, work.draft_models = list(work.pictures), list(work.models)

    def _finish(self, works: Sequence[Work], forecasts: dict[str, Forecast]) -> None:
        for work in works:
            _guarded(work, self._enlarge, work, forecasts[work.group], StageName.FINISH)

    def _enlarge(self, work: Work, forecast: Forecast, stage: StageName) -> None:
        """Brings every picture to the asked size; flat ones go back on their exact colours."""
        repainted = StageName.RESTYLE in work.stages and stage is StageName.FINISH
        enlarged = []
        for done, picture in enumerate(work.pictures):
            if done:
                work.observer.report(forecast.progress(stage, done, len(work.pictures)))
            is_done = picture.image.width == work.size_px and not repainted
            enlarged.append(picture if is_done else self._sized(picture, work))
        work.pictures = enlarged

    def _sized(self, picture: Picture, work: Work) -> Picture:
        if picture.svg is not None:
            # A composed draft is a drawing: it is drawn at the size instead of being enlarged.
            return picture.with_image(render_svg(picture.svg, work.size_px).convert("RGB"))
        image = picture.image
        while image.width < work.size_px:
            upscaler = self._models.upscaler()
            work.models.extend(fact for fact in upscaler.facts() if fact not in work.models)
            image = upscaler.upscale(image)
        image = resized(image, work.size_px)
        if picture.is_flat and picture.palette is not None:
            pixels = np.asarray(image.convert("RGB"))
            image = Image.fromarray(lock_to_palette(pixels, picture.palette))
        return picture.with_image(image)

    def _restyle(self, works: Sequence[Work], forecasts: dict[str, Forecast]) -> None:
        """All works in one run of the pipeline; they share its parameters.

        If the run fails, each work has another one of its own: a fault of one must not end the
        others, and what one cannot do in company it may do alone.
        """
        try:
            restyler = self._models.restyler()
            orders = [
                RestyleOrder(
                    image=picture.image,
                    prompt=_prompt(picture, work),
                    seed=derived_seed("restyle", work.seed + picture.index) % 2**31,
                    params=work.restyle_params,
                    group=work.group,
                )
                for work in works
                for picture in work.pictures
            ]
            images = restyler.restyle(orders, lambda *step: _tell_all(works, forecasts, *step))
        except LogoError as error:
            alive = [work for work in works if work.error is None]
            for work in alive:
                if len(works) > 1:
                    self._restyle([work], forecasts)
                else:
                    work.error = error
            return
        remaining = iter(images)
        for work in works:
            work.pictures = [
                picture.repainted(next(remaining), is_flat=work.stays_flat)
                for picture in work.pictures
            ]
            work.models.extend(restyler.facts(work.restyle_params))


def finish_for(style: str, brief: Brief | None) -> Finish:
    """The finish that the style text asks for, or else the brief's styles; flat otherwise."""
    return (
        finish_named_in(style)
        or finish_named_in(" ".join(brief.styles if brief else ()))
        or Finish.FLAT
    )


def _prompt(picture: Picture, work: Work) -> str:
    if picture.palette is None or not picture.layout:
        return ", ".join(filter(None, [picture.concept, work.restyle_params.style])) or "logo"
    known = restyle_prompt(picture.concept, Layout(picture.layout), work.finish, picture.palette)
    extra = work.restyle_params.style
    return f"{known}, {extra}" if extra and extra.lower() not in known else known


def _tell_all(
    works: Sequence[Work],
    forecasts: dict[str, Forecast],
    step: int,
    total: int,
    preview: Image.Image | None,
) -> None:
    """One step for everybody; whoever has given up leaves, and the run ends when nobody is left."""
    content = jpeg_bytes(preview) if preview is not None else None
    for work in works:
        if work.error is None:
            progress = forecasts[work.group].progress(
                StageName.RESTYLE, step, total, preview=content
            )
            _guarded(work, work.observer.report, progress)
    if all(work.error is not None for work in works):
        raise JobCancelled("everyone who waited for this batch has cancelled")


def _guarded(work: Work, action: Callable[..., None], *arguments: object) -> None:
    """Runs one work's part of a stage; its failure is its own."""
    try:
        work.observer.raise_if_cancelled()
        action(*arguments)
    except LogoError as error:
        work.error = error


def _keep(work: Work, stage: StageName) -> None:
    if stage is StageName.FINISH or work.error is not None:
        return
    work.observer.checkpoint(stage, pack_pictures(work.pictures, _extra(work)))


def _restored(work: Work, stage: StageName) -> bool:
    payload = work.observer.checkpoint_payload(stage)
    if payload is None:
        return False
    work.pictures, extra = unpack_pictures(payload)
    work.brief = brief_from_json(extra["brief"]) if extra["brief"] else None
    work.models = [ModelFact(**fact) for fact in extra["models"]]
    if stage is StageName.UPSCALE:
        work.drafts, work.draft_models = list(work.pictures), list(work.models)
    return True


def _extra(work: Work) -> dict[str, Any]:
    return {
        "brief": brief_to_json(work.brief) if work.brief else None,
        "models": [{"name": fact.name, "sha256": fact.sha256} for fact in work.models],
    }

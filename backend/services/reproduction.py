"""Draws a picture again, here and now, from what its file or record says of how it came about."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from PIL import Image

from backend.domain.errors import LogoError, NoRecipe
from backend.domain.generation import LIMITS, LogoRequest
from backend.domain.jobs import JobKind
from backend.services.chain import (
    DRAFTS_ONLY,
    GENERATE_PLAIN,
    GENERATE_RESTYLED,
    RESTYLE_ONLY,
    UPSCALE_ONLY,
    Chain,
    Models,
    Work,
)
from backend.services.lineage import Link, own_source, sources_of
from backend.services.local import ConsoleObserver, Report, ShortMemory
from backend.services.pictures import Picture
from backend.services.recording import record_of
from backend.services.records import (
    STAGE_DRAFT,
    RestyleRequest,
    UpscaleRequest,
    new_image_record,
)
from backend.utils.images import squared

_FROM_WORDS = (JobKind.GENERATE, JobKind.DRAFTS)


class Keep(Protocol):
    """Where pictures that nobody drew here may still be."""

    def find(self, image_id: str) -> tuple[Image.Image, Mapping[str, Any], str | None] | None:
        """A picture with its record and its drawing; None if it is not there."""


@dataclass(frozen=True)
class Redrawn:
    """A picture that was drawn again, or found.

    Attributes:
        record: as it would be written down now; its `models` are those of today.
        svg: its drawing, if it is a composed draft.
    """

    image: Image.Image
    record: Mapping[str, Any]
    svg: str | None = None


class Redrawing:
    """Runs chains again. Requests that several links share run once."""

    def __init__(self, models: Models, keep: Keep, report: Report) -> None:
        self._models = models
        self._keep = keep
        self._report = report
        self._works: dict[str, Work] = {}

    def redraw(self, chain: Sequence[Link]) -> dict[str, Redrawn]:
        """The pictures of all links by their ids, as they come out today.

        Pictures that were only restyled beside the last one may be missing.

        Raises:
            NoRecipe: the chain is not what this program writes, or begins with a picture that is
                not here.
            LogoError: a step failed, such as UnknownLora for an adapter that has gone.
        """
        if not chain:
            raise NoRecipe("The recipe does not say how the picture was drawn.")
        made: dict[str, Redrawn] = {}
        for link in chain:
            try:
                made[link["image"]] = self._one(link, made)
            except LogoError:
                # A sibling only helps its sister to the same rounding.
                if link["image"] in _needed(chain):
                    raise
            except (
                LookupError, TypeError, ValueError, AttributeError, AssertionError, ArithmeticError
            ) as error:  # fmt: skip
                raise NoRecipe(
                    "The recipe is damaged, or of another version of this program."
                ) from error
        return made

    def _one(self, link: Link, made: Mapping[str, Redrawn]) -> Redrawn:
        reproduce = link["reproduce"]
        if not reproduce:
            return self._found(link["image"])
        kind, index = JobKind(reproduce["kind"]), int(reproduce["index"])
        stage = str(reproduce["stage"])
        request = dict(reproduce["request"])
        if kind in _FROM_WORDS:
            work = self._from_words(kind, request, reproduce)
        else:
            work = self._from_pictures(kind, request, reproduce, made)
        is_draft = kind is JobKind.GENERATE and stage == STAGE_DRAFT
        pictures = work.drafts if is_draft else work.pictures
        picture = next((picture for picture in pictures if picture.index == index), None)
        if picture is None:
            raise NoRecipe("The recipe names a picture that its request does not draw.")
        record = record_of(work, picture, stage, params=request, kind=kind)
        return Redrawn(picture.image, record, picture.svg)

    def _found(self, image_id: str) -> Redrawn:
        found = self._keep.find(image_id)
        if found is None:
            raise NoRecipe(
                f"It began with a picture that nobody drew here ({image_id}), and that picture is "
                "not in the store any more. With its file the rest can be repeated."
            )
        image, record, svg = found
        return Redrawn(image, record, svg)

    def _from_words(
        self, kind: JobKind, request: Mapping[str, Any], reproduce: Mapping[str, Any]
    ) -> Work:
        is_restyled = kind is JobKind.GENERATE and (
            request["restyle"] is True
            or "sampling" in reproduce
            or reproduce["stage"] == STAGE_DRAFT
        )
        key = json.dumps([kind, is_restyled, request], sort_keys=True)
        if key not in self._works:
            wanted = _checked(LogoRequest.from_json(request))
            whole = GENERATE_RESTYLED if is_restyled else GENERATE_PLAIN
            stages = DRAFTS_ONLY if kind is JobKind.DRAFTS else whole
            work = Work.of_request(ConsoleObserver(self._report), "again", wanted, stages)
            self._works[key] = self._run(work)
        return self._works[key]

    def _from_pictures(
        self,
        kind: JobKind,
        request: dict[str, Any],
        reproduce: Mapping[str, Any],
        made: Mapping[str, Redrawn],
    ) -> Work:
        sources, own = sources_of(reproduce), own_source(reproduce)
        if own is None or own not in made:
            raise NoRecipe(
                f"It was made from a picture that has been deleted ({own or 'unknown'})."
            )
        together = all(source in made for source in sources)
        wanted = list(enumerate(sources)) if together else [(int(reproduce["index"]), own)]
        key = json.dumps([kind, [index for index, _ in wanted], request], sort_keys=True)
        if key not in self._works:
            seed = request["seed"] if kind is JobKind.RESTYLE else None
            pictures = [
                Picture.from_record(
                    squared(made[source].image),
                    {**new_image_record(), **made[source].record},
                    index,
                    None if seed is None else seed + index,
                    source,
                )
                for index, source in wanted
            ]
            self._works[key] = self._run(_work_on(kind, request, pictures, self._report))
        return self._works[key]

    def _run(self, work: Work) -> Work:
        Chain(self._models, ShortMemory()).run([work])
        if work.error is not None:
            raise work.error
        return work


def _work_on(
    kind: JobKind, request: Mapping[str, Any], pictures: list[Picture], report: Report
) -> Work:
    observer = ConsoleObserver(report)
    if kind is JobKind.RESTYLE:
        wanted = RestyleRequest.from_json(request)
        _check(size_px=wanted.size_px, steps=wanted.params.steps)
        return Work(
            observer, RESTYLE_ONLY, "again", wanted.seed, wanted.size_px,
            restyle_params=wanted.params, pictures=pictures,
        )  # fmt: skip
    enlarge = UpscaleRequest.from_json(request)
    _check(size_px=enlarge.size_px)
    return Work(observer, UPSCALE_ONLY, "again", 0, enlarge.size_px, pictures=pictures)


def _needed(chain: Sequence[Link]) -> set[str]:
    """Ids of the links that the last one descends from, and its own."""
    by_id = {link["image"]: link for link in chain}
    needed = set[str]()
    image: str | None = chain[-1]["image"]
    while image is not None and image not in needed:
        needed.add(image)
        link = by_id.get(image)
        image = own_source(link["reproduce"]) if link else None
    return needed


def _checked(request: LogoRequest) -> LogoRequest:
    """The request, if it is one that routes and commands would take: files come from anywhere."""
    _check(count=request.count, size_px=request.size_px, steps=request.restyle_params.steps)
    if len(request.description) > LIMITS.description_characters:
        raise NoRecipe("The recipe asks for more than is ever done.")
    return request


def _check(*, size_px: int, count: int = 1, steps: int = 1) -> None:
    is_usual = (
        size_px in range(16, max(LIMITS.sizes_px) + 1)
        and LIMITS.count.low <= count <= LIMITS.count.high
        and LIMITS.steps.low <= steps <= LIMITS.steps.high
    )
    if not is_usual:
        raise NoRecipe("The recipe asks for more than is ever done.")

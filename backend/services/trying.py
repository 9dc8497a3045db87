"""Tries a LoRA adapter: fixed drafts of fixed prompts, restyled with it at fixed weights.

The same drafts and the same noise at each weight: what differs is the adapter's doing.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from io import BytesIO
from pathlib import Path
from typing import Any, Protocol

import numpy as np
from PIL import Image

from backend.domain.errors import NotFound, StageFailed, UnknownLora
from backend.domain.generation import (
    LogoRequest,
    LoraChoice,
    RestyleParams,
    SourceName,
    Speed,
    StageName,
)
from backend.domain.jobs import Progress
from backend.domain.lora_names import lora_file
from backend.models.ranking import TextMatcher
from backend.services.chain import DRAFTS_ONLY, RESTYLE_ONLY, Chain, Models, Work
from backend.services.local import ShortMemory
from backend.services.pictures import Picture
from backend.services.side_runs import plain_result, run_each
from backend.services.working import JobContext
from backend.storage.disk_errors import disk_errors
from backend.storage.tryouts import Tryout, TryoutStore
from backend.utils.files import sha256_of, write_bytes

# Subjects of different kinds: an animal, a thing, a scene, a shape that is nearly abstract.
PROMPTS = ("a red fox", "a cup of coffee", "a sailing boat on waves", "a mountain with the sun")
WEIGHTS = (0.0, 0.5, 1.0, 1.5)
STRENGTH = 0.6
SEED = 7
# How much of its likeness to the words a grid may lose to the adapter, where 1 lies between a
# picture of wrong words and one of right words.
MARGIN = 0.1
_SIZE_PX = 256
_QUALITY = 85


class Thumbnails(Protocol):
    """The part of the lora folder that says whether an adapter has a picture."""

    def thumbnail(self, name: str) -> bytes:
        """The picture. Raises NotFound."""


class TryoutRunner:
    """Runs tryouts; satisfies `services.working.Runner`."""

    def __init__(
        self,
        *,
        models: Models,
        matcher: Callable[[], TextMatcher | None],
        store: TryoutStore,
        lora_folder: Path,
        thumbnails: Thumbnails,
    ) -> None:
        """What it needs.

        Args:
            models: of the chain.
            matcher: gives the network that compares pictures and words, if there is one.
            store: where grids are kept.
            lora_folder: where adapters lie.
            thumbnails: the adapters' pictures.
        """
        self._models = models
        self._matcher = matcher
        self._store = store
        self._lora_folder = lora_folder
        self._thumbnails = thumbnails

    def run(self, jobs: Sequence[JobContext]) -> None:
        """Ends every job; what one raises is the outcome of that one alone."""
        run_each(jobs, self._try)

    def _try(self, job: JobContext) -> Mapping[str, Any]:
        started = time.monotonic()
        name = str(job.job.params["lora"])
        sha256 = self._hash(name)
        chain = Chain(self._models, ShortMemory())
        drafts = [self._draft(job, chain, index) for index in range(len(PROMPTS))]
        columns = [self._column(job, chain, drafts, name, index) for index in range(len(WEIGHTS))]
        rows = [[column[row] for column in columns] for row in range(len(PROMPTS))]
        matches = self._matches(rows)
        suggested = suggested_weight(WEIGHTS, matches)
        if self._hash(name) != sha256:
            raise StageFailed("The adapter's file was changed while it was tried; try it again.")
        tryout = Tryout(
            prompts=PROMPTS,
            weights=WEIGHTS,
            strength=STRENGTH,
            seed=SEED,
            seconds=round(time.monotonic() - started, 2),
            suggested_weight=suggested,
            matches=matches,
        )
        cells = {
            (row, column): _webp(image)
            for row, images in enumerate(rows)
            for column, image in enumerate(images)
        }
        self._store.save(sha256, tryout, cells)
        self._give_thumbnail(name, tryout, cells)
        return plain_result(StageName.RESTYLE, time.monotonic() - started)

    def _draft(self, job: JobContext, chain: Chain, index: int) -> Picture:
        request = LogoRequest(
            PROMPTS[index],
            count=1,
            seed=SEED + index,
            source=SourceName.COMPOSER,
            size_px=_SIZE_PX,
        )
        work = Work.of_request(_Quiet(job), "tryout", request, DRAFTS_ONLY)
        (picture,) = _ended(chain, work)
        return replace(picture, index=index)

    def _column(
        self, job: JobContext, chain: Chain, drafts: Sequence[Picture], name: str, index: int
    ) -> list[Image.Image]:
        """The drafts restyled at one weight; 0 is the adapter without effect, for comparison."""
        params = RestyleParams(
            strength=STRENGTH, speed=Speed.DRAFT, loras=(LoraChoice(name, WEIGHTS[index]),)
        )
        work = Work(
            _Share(job, index, len(WEIGHTS)),
            RESTYLE_ONLY,
            "tryout",
            SEED,
            _SIZE_PX,
            restyle_params=params,
            pictures=list(drafts),
        )
        return [picture.image.convert("RGB") for picture in _ended(chain, work)]

    def _matches(self, rows: Sequence[Sequence[Image.Image]]) -> tuple[tuple[float, ...], ...]:
        matcher = self._matcher()
        if matcher is None:
            return ()
        return tuple(
            tuple(round(float(value), 4) for value in matcher.match(images, prompt))
            for prompt, images in zip(PROMPTS, rows, strict=True)
        )

    def _give_thumbnail(
        self, name: str, tryout: Tryout, cells: Mapping[tuple[int, int], bytes]
    ) -> None:
        """Lets the grid's best picture stand for an adapter that has none."""
        try:
            self._thumbnails.thumbnail(name)
        except NotFound:
            with disk_errors(full="The disk is full.", folder="lora folder"):
                write_bytes(self._lora_folder / f"{name}.webp", cells[best_cell(tryout)])

    def _hash(self, name: str) -> str:
        path = lora_file(self._lora_folder, name)
        if path is not None:
            try:
                return sha256_of(path)
            except OSError as error:
                raise UnknownLora("The adapter's file cannot be read.") from error
        raise UnknownLora("There is no LoRA of this name any more.")


def suggested_weight(weights: Sequence[float], matches: Sequence[Sequence[float]]) -> float | None:
    """The highest weight at which the pictures still show their prompts.

    That is where the mean likeness to the words is at most MARGIN below that of the first weight,
    at which the adapter has no effect.

    Args:
        weights: ascending, from 0.
        matches: likeness by prompt and weight; none without a matcher.

    Returns:
        None if there is no such weight above 0.
    """
    if not matches:
        return None
    means = np.asarray(matches, np.float64).mean(axis=0)
    kept = [
        weight
        for weight, mean in zip(weights, means, strict=True)
        if weight > 0 and mean >= means[0] - MARGIN
    ]
    return max(kept, default=None)


def best_cell(tryout: Tryout) -> tuple[int, int]:
    """Prompt and weight of the picture that shows the adapter best.

    At the suggested weight, or else at 1, the picture that is most like its prompt.
    """
    column = tryout.weights.index(tryout.suggested_weight or 1.0)
    row = 0
    if tryout.matches:
        row = int(np.argmax([matches[column] for matches in tryout.matches]))
    return row, column


def _ended(chain: Chain, work: Work) -> Sequence[Picture]:
    """Runs a work through the chain. Raises what ended it early."""
    chain.run([work])
    if work.error is not None:
        raise work.error
    return work.pictures


def _webp(image: Image.Image) -> bytes:
    stream = BytesIO()
    image.save(stream, "WEBP", quality=_QUALITY)
    return stream.getvalue()


class _Quiet:
    """Lets a part of the work be cancelled, and tells nothing."""

    def __init__(self, job: JobContext) -> None:
        self._job = job

    def report(self, progress: Progress) -> None:  # noqa: ARG002
        """See `chain.Observer`."""
        self._job.raise_if_cancelled()

    def raise_if_cancelled(self) -> None:
        """See `chain.Observer`."""
        self._job.raise_if_cancelled()

    def checkpoint(self, stage: StageName, payload: bytes) -> None:
        """A tryout takes seconds: it starts over."""

    def checkpoint_payload(self, stage: StageName) -> bytes | None:  # noqa: ARG002
        """Nothing is ever kept."""
        return None


class _Share(_Quiet):
    """One of several equal parts of a job, as far as its progress goes."""

    def __init__(self, job: JobContext, place: int, parts: int) -> None:
        super().__init__(job)
        self._place = place
        self._parts = parts
        self._begun = time.monotonic()

    def report(self, progress: Progress) -> None:
        """Denoising steps of all parts; what comes before and after takes no time to speak of."""
        if progress.stage is not StageName.RESTYLE:
            super().report(progress)
            return
        left = self._parts * progress.total - self._place * progress.total - progress.step
        spent = time.monotonic() - self._begun
        eta = round(spent / progress.step * left, 2) if progress.step else None
        done, total = self._place * progress.total + progress.step, self._parts * progress.total
        self._job.report(Progress(StageName.RESTYLE, done, total, eta, progress.preview))

"""The figures of one set of pictures, read by the matcher that is kept for evaluation."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from backend.metrics.colour import colour_recall, flatness
from backend.metrics.diversity import caption_diversity
from backend.metrics.kernel_distance import kernel_inception_distance
from backend.metrics.pixels import uint8_batch
from backend.metrics.report import Figure
from backend.metrics.similarity import recall_at, shuffled_recall
from backend.models.matcher import PictureMatcher
from backend.services.evaluation.prompts import Prompt
from backend.services.evaluation.sets import PictureSet

RECALLS = (1, 5, 10)
_SUBSETS, _SUBSET_SIZE = 50, 256


@dataclass(frozen=True)
class SetFigures:
    """What one set reaches; shares and ratios in 0..1.

    Attributes:
        samples: pictures in the set.
        recall: of the own caption among all, by k.
        recall_floor: the same with shuffled captions.
        recall_seen, recall_held_out: recall at 10 over the prompts of each half.
        kid, kid_sd: kernel distance of the judge's features to those of real pictures.
        colours: share of asked-for colours that are there.
        flat: mean share of pixels on one of four colours.
        diversity: mean 1 - cosine between pictures of one prompt.
    """

    samples: int
    recall: dict[int, float]
    recall_floor: dict[int, float]
    recall_seen: float
    recall_held_out: float
    kid: float
    kid_sd: float
    colours: float
    flat: float
    diversity: float


class Judge:
    """Measures sets against one reference of real pictures."""

    def __init__(
        self, matcher: PictureMatcher, prompts: Sequence[Prompt], reference: PictureSet, seed: int
    ) -> None:
        self._matcher = matcher
        self._prompts = prompts
        self._captions = matcher.texts([prompt.subject for prompt in prompts])
        self._reference = matcher.features(reference.pictures)
        self._seed = seed

    def measure(self, pictures: PictureSet) -> SetFigures:
        """All figures of a set."""
        images = self._matcher.images(pictures.pictures)
        cosines = images @ self._captions.T
        held_out = np.array([prompt.held_out for prompt in self._prompts])[pictures.prompts]
        kid = kernel_inception_distance(
            self._matcher.features(pictures.pictures),
            self._reference,
            num_subsets=_SUBSETS,
            subset_size=min(_SUBSET_SIZE, len(images), len(self._reference)),
            seed=self._seed,
        )
        pixels = list(uint8_batch(_of_one_size(pictures.pictures)))
        asked = [self._prompts[row].brief.colours for row in pictures.prompts]
        return SetFigures(
            samples=len(images),
            recall={k: recall_at(cosines, pictures.prompts, k) for k in RECALLS},
            recall_floor={
                k: shuffled_recall(cosines, pictures.prompts, k, seed=self._seed) for k in RECALLS
            },
            recall_seen=_recall_of(cosines, pictures.prompts, ~held_out),
            recall_held_out=_recall_of(cosines, pictures.prompts, held_out),
            kid=kid.mean,
            kid_sd=kid.sd,
            colours=colour_recall(pixels, asked),
            flat=float(np.mean([flatness(picture) for picture in pixels])),
            diversity=caption_diversity(images, pictures.prompts),
        )


def named_figures(name: str, found: SetFigures, real: SetFigures) -> list[Figure]:
    """The figures of a set, each beside its floor and what real pictures reach."""

    def figure(
        label: str, value: float, ceiling: float, floor: float | None = None, *, higher: bool = True
    ) -> Figure:
        sd = found.kid_sd if label == "KID" else None
        return Figure(
            f"{name}: {label}", value, sd, floor, ceiling, found.samples, higher_is_better=higher
        )

    return [
        *(
            figure(f"R@{k}", found.recall[k], real.recall[k], found.recall_floor[k])
            for k in RECALLS
        ),
        figure("R@10, trained", found.recall_seen, real.recall_seen),
        figure("R@10, held out", found.recall_held_out, real.recall_held_out),
        figure("KID", found.kid, real.kid, higher=False),
        figure("colour recall", found.colours, real.colours),
        figure("flatness", found.flat, real.flat),
        figure("diversity", found.diversity, real.diversity),
    ]


def _recall_of(
    cosines: NDArray[np.float32], prompts: NDArray[np.int64], rows: NDArray[np.bool_]
) -> float:
    return recall_at(cosines[rows], prompts[rows], 10) if rows.any() else 0.0


def _of_one_size(pictures: Sequence[Image.Image]) -> list[Image.Image]:
    """Drafts straight from a source are smaller than delivered ones; sets are not mixed."""
    size = pictures[0].size
    return [picture if picture.size == size else picture.resize(size) for picture in pictures]

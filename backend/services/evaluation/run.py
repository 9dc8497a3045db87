"""The evaluation of the embedded models: sets of pictures, their figures, the card's pages."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import numpy as np
from PIL import Image

from backend.datasets.splits import is_held_out, is_hidden_drawing
from backend.domain.generation import RestyleParams, SourceName
from backend.domain.ports import DraftSource
from backend.metrics.copying import copy_share, copy_threshold, nearest_masks
from backend.metrics.report import Figure, QualityReport
from backend.models.matcher import PictureMatcher
from backend.services.chain import Models
from backend.services.evaluation.figures import Judge, SetFigures, named_figures
from backend.services.evaluation.pretrained import pretrained_figures
from backend.services.evaluation.prompts import Prompt, choose_prompts
from backend.services.evaluation.sets import (
    PictureSet,
    bare_masks,
    chained,
    drafts_of,
    glyph_masks,
    real_pictures,
)
from backend.vector.glyphs import GlyphLibrary

Report = Callable[[str, int, int], None]

REAL, UNSEEN, COMPOSER, CGAN = "real", "real, new to the judge", "composer", "cGAN"
FIRST_SAMPLE, DRAWING_ONLY = "cGAN, first of 4", "cGAN, best of 4 by drawing"
RESTYLED_CGAN, RESTYLED_COMPOSER = "cGAN, restyled", "composer, restyled"


class EvaluatedModels(Models, Protocol):
    """The models of the chain and those that only an evaluation needs."""

    def evaluation_matcher(self) -> PictureMatcher:
        """The judge that nothing else uses."""

    def glyph_library(self) -> GlyphLibrary:
        """The drawings that real pictures are made of."""

    def cgan(self, candidates: int, *, by_match: bool) -> DraftSource:
        """The network's drafts, chosen among so many with or without the ranking matcher."""

    def weight_hashes(self) -> Mapping[str, str]:
        """SHA-256 of everything that is measured or measures, by name."""


@dataclass(frozen=True, slots=True)
class EvaluationPlan:
    """How much is measured.

    Attributes:
        prompts: subjects in all, half of them held out.
        per_prompt: pictures of each; their diversity is measured too.
        seed: of prompts, pictures and subsets.
    """

    prompts: int = 144
    per_prompt: int = 4
    seed: int = 0


@dataclass(frozen=True, slots=True)
class CopyFigures:
    """How near the network's bare marks are to the glyphs of the library.

    Attributes:
        share: of marks that overlap a glyph by more than `threshold`.
        threshold: what 1 % of held-out real glyphs exceed when compared with trained ones.
        median, real_median: the nearest glyph's overlap, of the network's and of held-out marks.
        marks: how many were compared.
    """

    share: float
    threshold: float
    median: float
    real_median: float
    marks: int

    def figures(self) -> list[Figure]:
        """The same as figures of a report; real held-out glyphs are the floor."""
        remark = f"nearest glyph overlaps by more than {self.threshold:.3f}"
        return [
            Figure(f"{CGAN}: copies", self.share, None, 0.01, None, self.marks, False, remark),
            Figure(
                f"{CGAN}: overlap with the nearest glyph, median",
                self.median,
                None,
                self.real_median,
                None,
                self.marks,
                False,
            ),
        ]


@dataclass(frozen=True)
class Evaluation:
    """What came of it.

    Attributes:
        report: every figure with floor, ceiling, samples, seed and hashes.
        sets: the figures by set, in the order of the card's table.
        copies: how near the network's marks are to what it was shown.
        drafts, restyled: the network's pictures by subject.
        left_out: which published networks were not there, in sentences.
    """

    report: QualityReport
    sets: Mapping[str, SetFigures]
    copies: CopyFigures
    prompts: Sequence[Prompt]
    drafts: Mapping[str, Sequence[Image.Image]]
    restyled: Mapping[str, Sequence[Image.Image]]
    left_out: Sequence[str]


def evaluate(
    models: EvaluatedModels, plan: EvaluationPlan, extractors: Path, report: Report
) -> Evaluation:
    """Draws all sets and measures them.

    Args:
        models: what is measured.
        plan: how much.
        extractors: folder of the published networks; figures of absent ones are left out.
        report: called with a stage name, the work done and the work in all.

    Raises:
        LogoError: a model is missing or a picture could not be drawn.
    """
    started = time.monotonic()
    library = models.glyph_library()
    prompts = choose_prompts(library, plan.prompts, plan.seed)
    sets = dict(_sets(models, prompts, plan, report))
    reference = real_pictures(prompts, plan.per_prompt, plan.seed + 1)
    judge = Judge(models.evaluation_matcher(), prompts, reference, plan.seed)
    found: dict[str, SetFigures] = {}
    for done, (name, pictures) in enumerate(sets.items()):
        report("figures", done, len(sets))
        found[name] = judge.measure(pictures)
    copies = _copies(models, prompts, plan, report)
    figures = [figure for name in sets for figure in named_figures(name, found[name], found[REAL])]
    delivered = {name: sets[name] for name in (COMPOSER, CGAN, RESTYLED_COMPOSER, RESTYLED_CGAN)}
    published, hashes, left_out = pretrained_figures(
        extractors, delivered, sets[REAL], reference, prompts, plan.seed
    )
    return Evaluation(
        QualityReport(
            [*figures, *copies.figures(), *published],
            plan.seed,
            {**models.weight_hashes(), **hashes},
            time.monotonic() - started,
        ),
        found,
        copies,
        prompts,
        _by_subject(prompts, sets[CGAN]),
        _by_subject(prompts, sets[RESTYLED_CGAN]),
        left_out,
    )


def _sets(
    models: EvaluatedModels, prompts: Sequence[Prompt], plan: EvaluationPlan, report: Report
) -> list[tuple[str, PictureSet]]:
    count, seed = plan.per_prompt, plan.seed
    params = RestyleParams()
    composed, composed_again = chained(
        models, SourceName.COMPOSER, prompts, count, seed, report, params
    )
    drawn, drawn_again = chained(models, SourceName.CGAN, prompts, count, seed, report, params)
    first, by_drawing = (models.cgan(candidates, by_match=False) for candidates in (1, 4))
    return [
        (REAL, real_pictures(prompts, count, seed)),
        (UNSEEN, real_pictures(prompts, count, seed, lambda glyph: is_hidden_drawing(glyph.id))),
        (COMPOSER, composed),
        (CGAN, drawn),
        (FIRST_SAMPLE, drafts_of(first, prompts, count, seed, report)),
        (DRAWING_ONLY, drafts_of(by_drawing, prompts, count, seed, report)),
        (RESTYLED_COMPOSER, composed_again),
        (RESTYLED_CGAN, drawn_again),
    ]


def _copies(
    models: EvaluatedModels, prompts: Sequence[Prompt], plan: EvaluationPlan, report: Report
) -> CopyFigures:
    glyphs = models.glyph_library().glyphs
    masks = glyph_masks(glyphs, report)
    held_out = np.array([is_held_out(glyph.name) for glyph in glyphs])
    of_real = nearest_masks(masks[held_out], masks[~held_out]).overlap
    threshold = copy_threshold(of_real)
    drawn = bare_masks(models.drafts(SourceName.CGAN), prompts, plan.per_prompt, plan.seed)
    # Held-out drawings are shown as examples too, so they can be copied as well as any.
    overlap = nearest_masks(drawn, masks).overlap
    return CopyFigures(
        copy_share(overlap, threshold),
        threshold,
        float(np.median(overlap)),
        float(np.median(of_real)),
        len(drawn),
    )


def _by_subject(prompts: Sequence[Prompt], pictures: PictureSet) -> dict[str, list[Image.Image]]:
    found: dict[str, list[Image.Image]] = {}
    for row, picture in zip(pictures.prompts, pictures.pictures, strict=True):
        found.setdefault(prompts[row].subject, []).append(picture)
    return found

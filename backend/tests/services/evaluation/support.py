"""A library of the sheet's subjects, sources and networks that are made up, and what they draw."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache

import numpy as np
import torch
from numpy.typing import NDArray
from PIL import Image, ImageOps

from backend.datasets.glyph_build import build_index
from backend.domain.brief import Palette
from backend.domain.generation import RestyleParams, SourceName
from backend.domain.ports import (
    BriefReader,
    Draft,
    DraftOrder,
    DraftSource,
    ModelFact,
    RestyleOrder,
    Restyler,
    StepReport,
    Upscaler,
)
from backend.models.matcher import Matcher, MatcherConfig, PictureMatcher
from backend.models.speeds import SpeedPlan, plain_plan
from backend.services.evaluation.prompts import SHEET_SUBJECTS
from backend.tests.vector.support import shipped_library
from backend.vector.glyphs import GlyphLibrary


class LetterEncoder:
    """Texts to vectors that depend on their letters."""

    def sentences(self, texts: Sequence[str]) -> NDArray[np.float32]:
        return np.stack(
            [np.random.default_rng(list(text.encode())).normal(size=384) for text in texts]
        ).astype(np.float32)


@cache
def sheet_library() -> GlyphLibrary:
    """The shipped drawings of the sheet's subjects, some of which the judge never saw."""
    glyphs = [glyph for glyph in shipped_library().glyphs if glyph.name in SHEET_SUBJECTS]
    index = build_index([glyph.name for glyph in glyphs], {}, LetterEncoder().sentences)
    return GlyphLibrary(glyphs, shipped_library().packs, index)


class PaintingSource:
    """Draws a bar in the colours asked for; its width tells the seed."""

    def __init__(self, name: SourceName) -> None:
        self.name = name

    def draw(self, order: DraftOrder) -> list[Draft]:
        ink, ground = order.brief.colours
        palette = Palette(ground, ink, ink)
        drafts = []
        for seed in range(order.seed, order.seed + order.count):
            image = Image.new("RGB", (64, 64), ground.rgb)
            image.paste(ink.rgb, (8, 8, 16 + seed % 40, 56))
            drafts.append(Draft(image, self.name, seed, palette, "mark", order.brief.content))
        return drafts

    def facts(self) -> list[ModelFact]:
        return [ModelFact(str(self.name), "0" * 64)]


class MirroringRestyler:
    """Mirrors every picture."""

    native_px = 64

    def restyle(self, orders: Sequence[RestyleOrder], report: StepReport) -> list[Image.Image]:
        return [ImageOps.mirror(order.image) for order in orders]

    def facts(self, params: RestyleParams) -> list[ModelFact]:
        return [ModelFact("mirror", "1" * 64)]


class PlainUpscaler:
    """Enlarges by repeating pixels."""

    def upscale(self, image: Image.Image) -> Image.Image:
        return image.resize((image.width * 4, image.height * 4), Image.Resampling.NEAREST)

    def facts(self) -> list[ModelFact]:
        return []


class MadeUpModels:
    """Satisfies `services.evaluation.run.EvaluatedModels`."""

    restyles_by_default = False

    def brief_reader(self) -> BriefReader:
        raise AssertionError("an evaluation's briefs are given")

    def drafts(self, source: SourceName) -> DraftSource:
        return PaintingSource(source)

    def upscaler(self) -> Upscaler:
        return PlainUpscaler()

    def restyler(self) -> Restyler:
        return MirroringRestyler()

    def speed_plan(self, params: RestyleParams) -> SpeedPlan:
        return plain_plan(params)

    def evaluation_matcher(self) -> PictureMatcher:
        torch.manual_seed(0)
        config = MatcherConfig(input_px=32, widths=(4, 4, 8, 8), blocks=(1, 1, 1))
        return PictureMatcher(Matcher(config), LetterEncoder())

    def glyph_library(self) -> GlyphLibrary:
        return sheet_library()

    def cgan(self, candidates: int, *, by_match: bool) -> DraftSource:
        return PaintingSource(SourceName.CGAN)

    def weight_hashes(self) -> Mapping[str, str]:
        return {"made up": "0" * 64}

"""The pictures that an evaluation compares: real ones, drafts of each source, restyled drafts."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from backend.domain.brief import Palette
from backend.domain.generation import LogoRequest, RestyleParams, SourceName, StageName
from backend.domain.ports import DraftOrder, DraftSource
from backend.services.chain import Chain, Models, Work
from backend.services.evaluation.prompts import Prompt
from backend.services.local import ConsoleObserver, ShortMemory
from backend.vector.glyphs import Glyph
from backend.vector.layouts import FACTS, Layout, build_scene, fits, suits_colours
from backend.vector.render import render_layers, render_svg
from backend.vector.svg import palette_fills, scene_to_svg

Report = Callable[[str, int, int], None]
PICTURE_PX = 256
MASK_PX = 64
_DRAW_AND_RESTYLE = (StageName.DRAFT, StageName.UPSCALE, StageName.RESTYLE, StageName.FINISH)
_DRAW = (StageName.DRAFT, StageName.UPSCALE)


@dataclass(frozen=True)
class PictureSet:
    """Pictures and the prompts they answer.

    Attributes:
        pictures: N RGB pictures.
        prompts: (N,) rows of the prompts.
    """

    pictures: Sequence[Image.Image]
    prompts: NDArray[np.int64]


def real_pictures(
    prompts: Sequence[Prompt],
    per_prompt: int,
    seed: int,
    keep: Callable[[Glyph], bool] = lambda _: True,
) -> PictureSet:
    """Drawings of the library in the layouts and colours that drafts come in.

    Args:
        prompts: what is asked for.
        per_prompt: pictures of each prompt; different drawings as far as there are any.
        seed: of the choice.
        keep: which drawings may be used; prompts without any are left out.
    """
    pictures: list[Image.Image] = []
    rows: list[int] = []
    for row, prompt in enumerate(prompts):
        rng = random.Random(f"real:{seed}:{prompt.subject}")
        drawings = [glyph for glyph in prompt.drawings if keep(glyph)]
        rng.shuffle(drawings)
        for number in range(per_prompt if drawings else 0):
            glyph = drawings[number % len(drawings)]
            pictures.append(_real_picture(glyph, prompt.palette, rng))
            rows.append(row)
    return PictureSet(pictures, np.array(rows))


def drafts_of(
    source: DraftSource, prompts: Sequence[Prompt], per_prompt: int, seed: int, report: Report
) -> PictureSet:
    """What a source draws, as it leaves the source."""
    pictures: list[Image.Image] = []
    for row, prompt in enumerate(prompts):
        report(f"drafts by {source.name}", row, len(prompts))
        order = DraftOrder(prompt.brief, per_prompt, _seed_of(seed, row))
        pictures.extend(draft.image.convert("RGB") for draft in source.draw(order))
    return PictureSet(pictures, np.repeat(np.arange(len(prompts)), per_prompt))


def chained(
    models: Models,
    source: SourceName,
    prompts: Sequence[Prompt],
    per_prompt: int,
    seed: int,
    report: Report,
    restyle: RestyleParams | None,
) -> tuple[PictureSet, PictureSet]:
    """Drafts and restyled pictures as the product delivers them, from one run of the chain.

    Returns:
        The upscaled drafts and, if asked for, what the restyle stage made of them; else the drafts
        twice.
    """
    chain, before, after = Chain(models, ShortMemory()), list[Image.Image](), list[Image.Image]()
    for row, prompt in enumerate(prompts):
        report("whole chain", row, len(prompts))
        request = LogoRequest(
            prompt.subject, count=per_prompt, seed=_seed_of(seed, row), source=source
        )
        work = Work(
            ConsoleObserver(lambda *_: None),
            _DRAW_AND_RESTYLE if restyle else _DRAW,
            group=str(row),
            seed=request.seed,
            size_px=PICTURE_PX,
            request=request,
            restyle_params=restyle or RestyleParams(),
            brief=prompt.brief,
        )
        chain.run([work])
        if work.error is not None:
            raise work.error
        before.extend(picture.image.convert("RGB") for picture in work.drafts)
        after.extend(picture.image.convert("RGB") for picture in work.pictures)
    rows = np.repeat(np.arange(len(prompts)), per_prompt)
    return PictureSet(before, rows), PictureSet(after, rows)


def bare_masks(
    source: DraftSource, prompts: Sequence[Prompt], per_prompt: int, seed: int
) -> NDArray[np.bool_]:
    """Masks of drafts that stand alone, without a frame that all of them would share.

    Returns:
        (N, MASK_PX, MASK_PX) bool, true where there is ink.
    """
    masks: list[NDArray[np.bool_]] = []
    for row, prompt in enumerate(prompts):
        brief = replace(prompt.brief, layouts=(str(Layout.MARK),))
        drafts = source.draw(DraftOrder(brief, per_prompt, _seed_of(seed, row)))
        masks.extend(_ink_of(draft.image, draft.palette) for draft in drafts)
    return np.stack(masks)


def glyph_masks(glyphs: Sequence[Glyph], report: Report) -> NDArray[np.bool_]:
    """Masks of glyphs that stand alone, as `bare_masks`."""
    masks = np.zeros((len(glyphs), MASK_PX, MASK_PX), np.bool_)
    for row, glyph in enumerate(glyphs):
        if row % 1000 == 0:
            report("masks", row, len(glyphs))
        masks[row] = render_layers(build_scene(Layout.MARK, [glyph], 0), MASK_PX).sum(axis=0) > 127
    return masks


def _seed_of(seed: int, row: int) -> int:
    return seed + 100 * row


def _real_picture(glyph: Glyph, palette: Palette, rng: random.Random) -> Image.Image:
    layout = rng.choice([Layout.MARK, Layout.MARK, Layout.MARK, *_usable_layouts(glyph, palette)])
    scene = build_scene(layout, [glyph], rng.getrandbits(31))
    svg = scene_to_svg(scene, palette_fills(palette))
    return render_svg(svg, PICTURE_PX).convert("RGB")


def _usable_layouts(glyph: Glyph, palette: Palette) -> list[Layout]:
    asked = (palette.primary, palette.background)
    return [
        layout
        for layout in Layout
        if FACTS[layout].glyphs == 1
        and fits(layout, glyph)
        and suits_colours(layout, palette, asked)
    ]


def _ink_of(image: Image.Image, palette: Palette) -> NDArray[np.bool_]:
    small = image.convert("RGB").resize((MASK_PX, MASK_PX), Image.Resampling.BOX)
    pixels = np.asarray(small, np.float64)
    distances = [np.square(pixels - np.array(colour.rgb)).sum(axis=2) for colour in palette.colours]
    return np.asarray(np.minimum(distances[1], distances[2]) < distances[0])

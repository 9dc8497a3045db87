"""Training pairs for the GAN: a scene, its words, and scenes of glyphs near it in meaning."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from backend.datasets.glyph_build import glyph_mask
from backend.models.cgan import CganConfig, Condition
from backend.models.layer_codec import LayerCodec
from backend.training.caches import cache_path
from backend.training.cgan.config import CganTraining
from backend.training.cgan.scenes import SCENE_NAMES, SCENES, TrainingGlyph, draw_inks, to_inks
from backend.utils.files import atomic_path
from backend.vector.glyphs import GlyphLibrary
from backend.vector.layouts import fits

NEIGHBOURS = 12
_MIN_SIMILARITY = 0.45
_COPY_IOU = 0.85

Report = Callable[[str, int, int], None]


@dataclass(frozen=True)
class GanCorpus:
    """Everything a batch is drawn from.

    Attributes:
        latents: (G, S, C, 8, 8) float16, standardised, of every glyph in every scene.
        usable: (G, S) bool, whether the drawing suits the scene.
        neighbours: (G, NEIGHBOURS) int32 rows of glyphs near in meaning and different in shape;
            -1 fills the rest.
        phrases: (P, 128) float32 unit vectors of names and tags.
        offsets, links: glyph g's phrases are links[offsets[g]:offsets[g + 1]], its name first.
    """

    latents: NDArray[np.float16]
    usable: NDArray[np.bool_]
    neighbours: NDArray[np.int32]
    phrases: NDArray[np.float32]
    offsets: NDArray[np.int64]
    links: NDArray[np.int64]


@dataclass(frozen=True)
class Batch:
    """One step's samples.

    Attributes:
        real: (N, C, G, G) latents.
        condition: what the generator is told.
        judged: what the discriminator is told: the same, some exemplars hidden.
        mismatched: `judged` with text or layout that do not fit `real`.
        phrases: (N,) int64 rows of the corpus' phrases; -1 where a sample has no text.
    """

    real: Tensor
    condition: Condition
    judged: Condition
    mismatched: Condition
    phrases: Tensor

    def to(self, device: torch.device) -> Batch:
        """The same batch on a device."""
        condition, judged, mismatched = (
            Condition(*(part.to(device) for part in each))
            for each in (self.condition, self.judged, self.mismatched)
        )
        real, phrases = self.real.to(device), self.phrases.to(device)
        return Batch(real, condition, judged, mismatched, phrases)


def build_corpus(
    library: GlyphLibrary,
    glyphs: list[TrainingGlyph],
    codec: LayerCodec,
    cache: Path,
    report: Report,
) -> GanCorpus:
    """Encodes all scenes, once for a codec and its glyphs, and finds each glyph's neighbours.

    Args:
        library: where the glyphs come from; its index holds their phrases.
        glyphs: what is learnt.
        codec: encodes the scenes, on its device.
        cache: folder for the encoded scenes.
        report: called with a stage name, glyphs done and glyphs in all.
    """
    drawings = (text for entry in glyphs for text in (entry.glyph.id, entry.glyph.path))
    latents_path = cache_path(cache, "gan-latents", [codec, *SCENE_NAMES, *drawings])
    if not latents_path.exists():
        with atomic_path(latents_path) as path, path.open("wb") as stream:
            np.save(stream, _encode_scenes(glyphs, codec, report))
    latents = np.load(latents_path, mmap_mode="r")
    assert latents.shape[:2] == (len(glyphs), len(SCENES))
    usable = np.array([[fits(layout, entry.glyph) for layout, _ in SCENES] for entry in glyphs])
    index = library.index
    starts = index.offsets[[entry.position for entry in glyphs]]
    stops = index.offsets[[entry.position + 1 for entry in glyphs]]
    links = [index.links[start:stop] for start, stop in zip(starts, stops, strict=True)]
    phrases = index.vectors.astype(np.float32) / np.float32(127)
    return GanCorpus(
        latents=latents,
        usable=usable,
        neighbours=_neighbours(phrases[[own[0] for own in links]], glyphs, report),
        phrases=phrases,
        offsets=np.cumsum([0, *(len(own) for own in links)]),
        links=np.concatenate(links).astype(np.int64),
    )


def draw_batch(
    corpus: GanCorpus, training: CganTraining, config: CganConfig, rng: np.random.Generator
) -> Batch:
    """A batch of random glyphs in random scenes; a function of the generator's state."""
    with_family = np.flatnonzero(corpus.neighbours[:, 0] >= 0)
    glyphs = with_family[rng.integers(0, len(with_family), training.batch_size)]
    scenes = np.array([rng.choice(np.flatnonzero(corpus.usable[glyph])) for glyph in glyphs])
    phrases = _phrases(corpus, training, glyphs, rng)
    condition = _condition(corpus, training, config, glyphs, scenes, phrases, rng)
    # Wrong words for a right drawing: another glyph's text or, a third of the time, its layout.
    shift = np.roll(np.arange(training.batch_size), 1)
    other_scene = rng.random(training.batch_size) < 0.33
    wrong_text = torch.where(
        torch.from_numpy(other_scene)[:, None], condition.text, condition.text[shift]
    )
    wrong_scene = torch.where(
        torch.from_numpy(other_scene)[:, None], condition.scene[shift], condition.scene
    )
    hidden = torch.from_numpy(rng.random(training.batch_size) < training.hidden_share)
    judged = condition.hiding(hidden)
    mismatched = judged._replace(text=wrong_text, scene=wrong_scene)
    real = torch.from_numpy(corpus.latents[glyphs, scenes].astype(np.float32))
    return Batch(real, condition, judged, mismatched, torch.from_numpy(phrases))


def _phrases(
    corpus: GanCorpus, training: CganTraining, glyphs: NDArray[np.int64], rng: np.random.Generator
) -> NDArray[np.int64]:
    """The phrase that describes each glyph, -1 where the text is left out."""
    phrases = np.full(len(glyphs), -1, np.int64)
    for row, glyph in enumerate(glyphs):
        if rng.random() >= training.text_dropout:
            own = corpus.links[corpus.offsets[glyph] : corpus.offsets[glyph + 1]]
            tagged = len(own) > 1 and rng.random() < training.tag_share
            phrases[row] = own[rng.integers(1, len(own))] if tagged else own[0]
    return phrases


def _condition(
    corpus: GanCorpus,
    training: CganTraining,
    config: CganConfig,
    glyphs: NDArray[np.int64],
    scenes: NDArray[np.int64],
    phrases: NDArray[np.int64],
    rng: np.random.Generator,
) -> Condition:
    count = len(glyphs)
    exemplars = np.zeros(
        (count, config.exemplars, config.latent_channels, config.grid, config.grid), np.float32
    )
    present = np.zeros((count, config.exemplars), np.float32)
    for row, (glyph, scene) in enumerate(zip(glyphs, scenes, strict=True)):
        if rng.random() < training.exemplar_dropout:
            continue
        family = corpus.neighbours[glyph]
        family = family[family >= 0]
        shown = rng.permutation(family[: max(2, int(rng.integers(1, len(family) + 1)))])[
            : config.exemplars
        ]
        kept = shown[: int(rng.integers(1, len(shown) + 1))] if rng.random() < 0.3 else shown
        exemplars[row, : len(kept)] = corpus.latents[kept, scene]
        present[row, : len(kept)] = 1
    text = np.where((phrases >= 0)[:, None], corpus.phrases[phrases], np.float32(0))
    one_hot = np.zeros((count, len(config.scenes)), np.float32)
    one_hot[np.arange(count), scenes] = 1
    return Condition(*(torch.from_numpy(part) for part in (text, one_hot, exemplars, present)))


@torch.inference_mode()
def _encode_scenes(
    glyphs: list[TrainingGlyph], codec: LayerCodec, report: Report
) -> NDArray[np.float16]:
    config = codec.config
    shape = (len(glyphs), len(SCENES), config.latent_channels, config.grid, config.grid)
    latents = np.zeros(shape, np.float16)
    codec = codec.to(memory_format=torch.channels_last)  # type: ignore[call-overload]
    device = codec.latent_mean.device
    for start in range(0, len(glyphs), 16):
        report("scenes", start, len(glyphs))
        chunk = glyphs[start : start + 16]
        inks = [
            draw_inks(entry.glyph, layout, seed, config.input_px)
            for entry in chunk
            for layout, seed in SCENES
        ]
        batch = to_inks(inks).to(device, memory_format=torch.channels_last)
        with torch.autocast(device.type, torch.bfloat16):
            encoded = codec.encode(batch).float().cpu().numpy()
        latents[start : start + 16] = encoded.reshape(len(chunk), *shape[1:])
    return latents


def _neighbours(
    names: NDArray[np.float32], glyphs: list[TrainingGlyph], report: Report
) -> NDArray[np.int32]:
    """Nearest glyphs by name that are not near copies in shape."""
    masks = np.stack([glyph_mask(entry.glyph.path, 16) for entry in glyphs]).reshape(
        len(glyphs), -1
    )
    table = np.full((len(glyphs), NEIGHBOURS), -1, np.int32)
    for start in range(0, len(glyphs), 512):
        report("neighbours", start, len(glyphs))
        similar = names[start : start + 512] @ names.T
        nearest = np.argpartition(-similar, 64, axis=1)[:, :64]
        for row, candidates in enumerate(nearest, start=start):
            order = candidates[np.argsort(-similar[row - start, candidates])]
            order = order[(similar[row - start, order] >= _MIN_SIMILARITY) & (order != row)]
            overlap = np.minimum(masks[order], masks[row]).sum(1) / np.maximum(
                masks[order], masks[row]
            ).sum(1)
            kept = order[overlap < _COPY_IOU][:NEIGHBOURS]
            table[row, : len(kept)] = kept
    return table

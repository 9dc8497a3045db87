"""One resumable command for the draft networks: the codec, then the GAN in its latent grid."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from backend.models.cgan import CganConfig, Generator, config_json
from backend.models.layer_codec import LayerCodec
from backend.models.text import TextEncoder
from backend.training.cgan.batches import build_corpus
from backend.training.cgan.codec_loop import train_codec
from backend.training.cgan.config import CganExperiment
from backend.training.cgan.guidance import load_matcher, matcher_guidance, phrase_vectors
from backend.training.cgan.loop import GanTrainer, Guidance, train_cgan
from backend.training.cgan.scenes import SCENE_NAMES, training_glyphs
from backend.training.checkpoints import load_network, save_network
from backend.training.ema import blended
from backend.training.history import TABLE_FILE, write_table
from backend.training.loop import Lab
from backend.utils.files import write_bytes
from backend.vector.glyphs import GlyphLibrary

Report = Callable[[str, int, int], None]


@dataclass(frozen=True, slots=True)
class CganFolders:
    """Where a run reads and writes.

    Attributes:
        library: the glyph library.
        run: checkpoints, history, sample sheets, the latent cache and the networks of unfinished
            runs; may be deleted afterwards.
        weights: where the finished networks and their history go.
        matcher: the matcher's safetensors file, read when the experiment is guided by it.
        text_encoder: the pipeline folder with the text encoder, read for the same reason.
    """

    library: Path
    run: Path
    weights: Path
    matcher: Path
    text_encoder: Path


def train(folders: CganFolders, experiment: CganExperiment, report: Report) -> bool:
    """Trains what is not finished yet.

    Codec and generator belong together: `weights` gets both when both have reached their last
    step, and is left alone until then.

    Returns:
        Whether both networks have reached their last step; if not, the same call goes on.

    Raises:
        InvalidRequest: the run's folder holds another experiment.
        ToolMissing: the tracker's package is not installed.
        WeightsMissing: the experiment is guided by a matcher that is not there.
    """
    lab = Lab.open(experiment)
    library = GlyphLibrary.load(folders.library)
    codec_path = folders.run / "layer-codec.safetensors"
    generator_path = folders.run / "generator.safetensors"
    training = experiment.training
    start = None
    if experiment.continues_shipped:
        codec_path = folders.weights / codec_path.name
        start = load_generator(folders.weights / generator_path.name)
    else:
        glyphs = training_glyphs(library, experiment.codec.min_worth)
        if not train_codec(experiment.codec, glyphs, lab, folders.run / "codec", codec_path):
            return False
    codec = load_codec(codec_path).to(lab.device)
    chosen = training_glyphs(library, training.min_worth, training.max_complexity)
    with lab.accelerator.main_process_first():
        corpus = build_corpus(library, chosen, codec, folders.run, report)
        guidance = _guidance(folders, library, lab) if training.guide_weight > 0 else None
    config = CganConfig(scenes=SCENE_NAMES)
    trainer = GanTrainer(training, config, corpus, codec, lab, guidance, start)
    generator, steps = train_cgan(trainer, training, config, lab, folders.run / "gan")
    finished = steps >= training.steps
    if start is not None:
        generator = blended(start, generator.cpu(), experiment.blend)
    if lab.is_main:
        notes = {**asdict(training), "steps_done": steps, "glyphs": len(chosen)}
        if experiment.continues_shipped:
            notes["blend"] = experiment.blend
            notes["before"] = _notes_of(folders.weights / generator_path.name)
        save_network(generator_path, generator, config_json(config), notes)
        if finished:
            for path in [generator_path] if start else [codec_path, generator_path]:
                for file in (path, path.with_suffix(".json")):
                    write_bytes(folders.weights / file.name, file.read_bytes())
            runs = [folders.run / "codec", folders.run / "gan"]
            write_table(folders.weights / TABLE_FILE, runs)
    return finished


def load_codec(path: Path) -> LayerCodec:
    """A codec written by `save_network`, in full precision."""
    return load_network(path, LayerCodec.from_config)


def load_generator(path: Path) -> Generator:
    """A generator written by `save_network`, in full precision."""
    return load_network(path, lambda config: Generator(CganConfig.from_json(config)))


def _notes_of(path: Path) -> dict[str, Any]:
    notes: dict[str, Any] = json.loads(path.with_suffix(".json").read_text("utf-8"))["training"]
    return notes


def _guidance(folders: CganFolders, library: GlyphLibrary, lab: Lab) -> Guidance:
    matcher = load_matcher(folders.matcher)
    encoder = TextEncoder.load(folders.text_encoder, device=str(lab.device))
    sentences = phrase_vectors(tuple(library.index.phrases), encoder, folders.run)
    return matcher_guidance(matcher, sentences, lab.device)

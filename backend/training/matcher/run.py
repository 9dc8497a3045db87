"""One resumable command for both matchers: the one that ranks and the one that only judges."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from pathlib import Path

import torch

from backend.models.matcher import MatcherConfig, SentenceEncoder
from backend.training.checkpoints import save_network
from backend.training.history import TABLE_FILE, write_table
from backend.training.loop import Lab
from backend.training.matcher.batches import build_pairs
from backend.training.matcher.config import EVALUATION, RANKING, Holdout, MatcherExperiment
from backend.training.matcher.loop import cosine_range, train_matcher
from backend.vector.glyphs import GlyphLibrary

Report = Callable[[str, int, int], None]

EVALUATION_SEED_OFFSET = 1000
EVALUATION_CONFIG = MatcherConfig(widths=(32, 56, 112, 224), embedding_size=192)


@dataclass(frozen=True, slots=True)
class MatcherFolders:
    """Where a run reads and writes."""

    library: Path
    run: Path
    weights: Path


def train(
    folders: MatcherFolders,
    experiment: MatcherExperiment,
    encoder: SentenceEncoder,
    report: Report,
) -> bool:
    """Trains one matcher, or goes on with it.

    The judge of evaluations differs in seed, sizes and split, and nothing that draws or ranks ever
    loads it.

    Returns:
        Whether the last step was reached; only then the weights folder gets the network.

    Raises:
        InvalidRequest: the run's folder holds another experiment.
        ToolMissing: the tracker's package is not installed.
    """
    lab = Lab.open(experiment)
    training, config, which = experiment.training, MatcherConfig(), experiment.which
    if which == EVALUATION:
        config = EVALUATION_CONFIG
        training = replace(
            training, seed=training.seed + EVALUATION_SEED_OFFSET, holdout=Holdout.DRAWINGS
        )
    library = GlyphLibrary.load(folders.library)
    corpus = build_pairs(library, encoder, training, config.input_px, report)
    matcher, steps = train_matcher(training, config, corpus, lab, folders.run / which)
    if steps < training.steps:
        return False
    if lab.is_main:
        matcher = matcher.cpu()
        unseen = build_pairs(library, encoder, training, config.input_px, report, hidden=True)
        matcher.cosine_range.copy_(torch.tensor(cosine_range(matcher, unseen, training)))
        notes = {**asdict(training), "steps_done": steps, "glyphs": len(corpus.links)}
        target = folders.weights / f"{which}.safetensors"
        save_network(target, matcher, matcher.to_config(), notes)
        runs = [folders.run / name for name in (RANKING, EVALUATION)]
        write_table(folders.weights / TABLE_FILE, runs)
    return True

"""The training of one matcher."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path

import torch
from PIL import Image

from backend.models.matcher import Matcher, MatcherConfig
from backend.training.draws import Draws
from backend.training.ema import WeightAverage
from backend.training.loop import Lab, Outcome, Parts, run_steps
from backend.training.machine import step_down
from backend.training.matcher.batches import PairCorpus, draw_pairs
from backend.training.matcher.config import MatcherTraining
from backend.training.matcher.losses import contrastive_loss
from backend.training.schedules import warm_cosine
from backend.training.sheets import grid

_SHEET_SAMPLES = 12
_RANGE_BATCHES = 8


class MatcherTrainer:
    """Both towers, their average and the optimiser, for `run_steps`."""

    def __init__(
        self, training: MatcherTraining, config: MatcherConfig, corpus: PairCorpus, lab: Lab
    ) -> None:
        torch.manual_seed(training.seed)
        self._training, self._corpus, self._lab = training, corpus, lab
        self._matcher = Matcher(config).to(lab.device)
        self._matcher.body.to(memory_format=torch.channels_last)  # type: ignore[call-overload]
        self._matcher.text_mean.copy_(torch.from_numpy(corpus.phrases.mean(axis=0)))
        self.average = WeightAverage(self._matcher, training.ema_decay)
        self._optimiser = torch.optim.AdamW(
            self._matcher.parameters(),
            training.peak_rate,
            (0.9, 0.98),
            weight_decay=training.weight_decay,
        )
        self.parts = Parts(
            networks={"matcher": self._matcher, "average": self.average.average},
            averages=[self.average],
            optimisers={"matcher": self._optimiser},
        )

    def step(self, step: int) -> Outcome:
        """One batch of pairs, each the negative of all others."""
        training, accelerator, matcher = self._training, self._lab.accelerator, self._matcher
        draws = Draws(training.seed, step, accelerator.process_index)
        pictures, sentences = draw_pairs(self._corpus, training, draws.rng)
        pictures = pictures.to(accelerator.device, memory_format=torch.channels_last)
        with accelerator.autocast():
            images = matcher.embed_images(pictures)
            texts = matcher.embed_texts(sentences.to(accelerator.device))
        loss = contrastive_loss(images, texts, matcher.log_scale.exp().clamp(max=100))
        rate = warm_cosine(
            step, training.steps, training.peak_rate, training.final_rate, training.warmup_steps
        )
        step_down(accelerator, loss, self._optimiser, rate=rate, max_norm=1.0)
        self.average.update(matcher)
        found = (images @ texts.T).argmax(dim=1) == torch.arange(len(images), device=images.device)
        hits = float(found.float().mean())
        return Outcome({"loss": loss.item(), "hits": hits, "rate": rate}, len(pictures))

    @torch.inference_mode()
    def sheet(self) -> Image.Image:
        """Pictures over the ones that their phrases find among the sheet's."""
        rng = Draws(self._training.seed + 1, 0).rng
        pictures, sentences = (
            each[:_SHEET_SAMPLES].to(self._lab.device)
            for each in draw_pairs(self._corpus, self._training, rng)
        )
        matcher = self.average.average
        cosines = matcher.embed_texts(sentences) @ matcher.embed_images(pictures).T
        return grid([pictures, pictures[cosines.argmax(dim=1)]])


@torch.inference_mode()
def cosine_range(
    matcher: Matcher, unseen: PairCorpus, training: MatcherTraining
) -> tuple[float, float]:
    """Mean cosines of wrong and of right pairs, over batches of glyphs that were never learnt."""
    means = []
    for batch in range(_RANGE_BATCHES):
        pictures, sentences = draw_pairs(unseen, training, Draws(training.seed + 2, batch).rng)
        cosines = matcher.embed_images(pictures) @ matcher.embed_texts(sentences).T
        right, count = cosines.trace(), len(cosines)
        means.append([(cosines.sum() - right) / (count * (count - 1)), right / count])
    wrong_mean, right_mean = torch.tensor(means).mean(dim=0).tolist()
    return wrong_mean, right_mean


def train_matcher(
    training: MatcherTraining, config: MatcherConfig, corpus: PairCorpus, lab: Lab, run: Path
) -> tuple[Matcher, int]:
    """Runs or resumes the training.

    Returns:
        The averaged matcher and the steps done in all; fewer than asked for if stopped early.
    """
    trainer = MatcherTrainer(training, config, corpus, lab)
    facts = {"architecture": asdict(config), "drawings": len(corpus.links)}
    steps = run_steps(trainer, training, lab, run, facts)
    return trainer.average.average, steps

"""The training of the conditional GAN, in the codec's latent grid."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from pathlib import Path

import torch
from PIL import Image
from torch import Tensor

from backend.models.cgan import CganConfig, Condition, Discriminator, Generator, PosteriorEncoder
from backend.models.layer_codec import LayerCodec
from backend.training.cgan import losses
from backend.training.cgan.batches import Batch, GanCorpus, draw_batch
from backend.training.cgan.config import CganTraining
from backend.training.draws import Draws
from backend.training.ema import WeightAverage
from backend.training.loop import Lab, Outcome, Parts, run_steps
from backend.training.machine import step_down
from backend.training.matcher.losses import contrastive_loss
from backend.training.schedules import cosine, scheduled
from backend.training.sheets import coloured, grid

_SHEET_SAMPLES = 16


@dataclass(frozen=True)
class Guidance:
    """What the matcher-guided loss compares.

    Attributes:
        look: soft layers to unit vectors, differentiably.
        texts: (P, D) unit vectors of the corpus' phrases, on the training's device.
    """

    look: losses.Guide
    texts: Tensor


class GanTrainer:
    """Generator, discriminator, posterior and the averaged generator, for `run_steps`."""

    def __init__(
        self,
        training: CganTraining,
        config: CganConfig,
        corpus: GanCorpus,
        codec: LayerCodec,
        lab: Lab,
        guidance: Guidance | None = None,
        start: Generator | None = None,
    ) -> None:
        torch.manual_seed(training.seed)
        self.continues = start is not None
        self._training, self._config, self._corpus, self._lab = training, config, corpus, lab
        self._codec = codec.to(lab.device).eval().requires_grad_(False)
        self._guidance = guidance
        self._game = losses.GAMES[training.loss.name](training.loss.smoothing)
        self.generator = Generator(config).to(lab.device)
        if start is not None:
            self.generator.load_state_dict(start.state_dict())
        self.average = WeightAverage(self.generator, training.ema_decay)
        self._judge = Discriminator(config).to(lab.device)
        self._posterior = PosteriorEncoder(config).to(lab.device)
        # beta1 = 0 as in R3GAN: momentum chases a moving opponent.
        drawing = [*self.generator.parameters(), *self._posterior.parameters()]
        self._optimise_g = torch.optim.Adam(drawing, training.rate_start, (0.0, 0.95), eps=1e-8)
        self._optimise_d = torch.optim.Adam(
            self._judge.parameters(), training.rate_start, (0.0, 0.95), eps=1e-8
        )
        self.parts = Parts(
            networks={
                "generator": self.generator,
                "discriminator": self._judge,
                "posterior": self._posterior,
                "average": self.average.average,
            },
            averages=[self.average],
            optimisers={"generator": self._optimise_g, "discriminator": self._optimise_d},
        )

    def step(self, step: int) -> Outcome:
        """The discriminator's turns, then the generator's."""
        training = self._training
        adversarial = step >= training.warmup_steps
        metrics: dict[str, float] = {"rate": self._rate(step)}
        judging = training.discriminator_steps if adversarial else 0
        turns = max(judging, training.generator_steps)
        played = [self._draw(step, turn) for turn in range(turns)]
        for batch, draws in played[:judging]:
            metrics |= self._discriminator_step(batch, draws, step)
        opening = step < training.opening_steps
        self.generator.requires_grad_(not opening)
        for batch, draws in played[: training.generator_steps]:
            metrics |= self._generator_step(
                batch, draws, step, adversarial=adversarial and not opening
            )
        self.average.update(self.generator)
        return Outcome(metrics, turns * training.batch_size)

    @torch.inference_mode()
    def sheet(self) -> Image.Image:
        """Columns of samples: two exemplars above, then four drawings from four noises."""
        draws = Draws(self._training.seed + 1, 0)
        batch = draw_batch(self._corpus, self._training, self._config, draws.rng)
        batch = batch.to(self._lab.device)
        condition = batch.condition.select(slice(0, _SHEET_SAMPLES))
        return sample_sheet(self.average.average, self._codec, condition)

    def _rate(self, step: int) -> float:
        training = self._training
        return scheduled(
            training.schedule, step, training.steps, training.rate_start, training.rate_end
        )

    def _draw(self, step: int, turn: int) -> tuple[Batch, Draws]:
        draws = Draws(self._training.seed, step, self._lab.accelerator.process_index, turn)
        batch = draw_batch(self._corpus, self._training, self._config, draws.rng)
        return batch.to(self._lab.device), draws

    def _discriminator_step(self, batch: Batch, draws: Draws, step: int) -> dict[str, float]:
        training, judge = self._training, self._judge
        with torch.no_grad(), self._lab.accelerator.autocast():
            noise = self._noise(draws, len(batch.real))
            forged = self.generator(noise, batch.condition).float()
        with self._lab.accelerator.autocast():
            real = judge(batch.real, batch.judged).float()
            fake = judge(forged, batch.judged).float()
            wrong = judge(batch.real, batch.mismatched).float()
        loss = self._game.discriminator(real, fake)
        loss = loss + training.mismatch_weight * self._game.discriminator(real, wrong)
        penalty = self._penalty(batch, forged, draws)
        weight = cosine(
            step,
            int(0.8 * training.steps),
            training.loss.penalty_start,
            training.loss.penalty_end,
        )
        step_down(
            self._lab.accelerator,
            loss + weight * penalty,
            self._optimise_d,
            rate=self._rate(step),
        )
        if training.loss.clip is not None:
            losses.clip_weights(judge.parameters(), training.loss.clip)
        return {
            "d_loss": loss.item(),
            "penalty": penalty.item(),
            "d_right": float((real > fake).float().mean()),
            "d_right_words": float((real > wrong).float().mean()),
        }

    def _penalty(self, batch: Batch, forged: Tensor, draws: Draws) -> Tensor:
        # In full precision: squared gradients of bf16 logits are too coarse to steer by.
        few = slice(0, max(1, int(self._training.penalty_share * len(batch.real))))
        words = batch.judged.select(few)
        real, fake = batch.real[few], forged[few]
        share = draws.uniform(len(real)).to(real.device)
        return losses.gradient_penalty(
            self._training.loss.penalty, lambda x: self._judge(x, words), real, fake, share
        )

    def _generator_step(
        self, batch: Batch, draws: Draws, step: int, *, adversarial: bool
    ) -> dict[str, float]:
        """Half of the batch redraws its scene from the posterior, half invents from the prior."""
        training, half = self._training, len(batch.real) // 2
        redraw = slice(0, half)
        with self._lab.accelerator.autocast():
            mean, log_variance = self._posterior(batch.real[redraw], batch.condition.select(redraw))
            mean, log_variance = mean.float(), log_variance.float()
            noise = self._noise(draws, len(batch.real))
            seen = mean + noise[redraw] * (log_variance / 2).exp()
            drawn = self.generator(torch.cat([seen, noise[half:]]), batch.condition).float()
        redrawn = losses.reconstruction_loss(drawn[redraw], batch.real[redraw])
        kl = losses.gaussian_kl(mean, log_variance)
        loss = training.reconstruction_weight * redrawn + training.kl_weight * kl
        metrics = {"redraw": redrawn.item(), "kl": kl.item()}
        if adversarial:
            game, more = self._play(drawn, batch, half)
            loss, metrics = loss + training.adversarial_weight * game, metrics | more
        guides = step >= training.opening_steps and training.guide_weight > 0
        if self._guidance is not None and guides:
            guided = self._guided(self._guidance, drawn, batch)
            loss, metrics = (
                loss + training.guide_weight * guided,
                metrics | {"guide": guided.item()},
            )
        step_down(
            self._lab.accelerator, loss, self._optimise_g, rate=self._rate(step), max_norm=5.0
        )
        return metrics

    def _play(self, drawn: Tensor, batch: Batch, half: int) -> tuple[Tensor, dict[str, float]]:
        """The generator's side of the game."""
        self._judge.requires_grad_(False)
        metrics: dict[str, float] = {}
        with self._lab.accelerator.autocast():
            fake = real = self._judge(drawn, batch.judged).float()
            if self._game.compares:
                with torch.no_grad():
                    real = self._judge(batch.real, batch.judged).float()
                metrics["fooled"] = float((fake[half:] > real[half:]).float().mean())
        self._judge.requires_grad_(True)
        game = self._game.generator(real, fake)
        return game, {"g_loss": game.item(), **metrics}

    def _guided(self, guidance: Guidance, drawn: Tensor, batch: Batch) -> Tensor:
        """How far the drawings are from their own texts, among the batch's texts."""
        told = (batch.phrases >= 0).nonzero().squeeze(1)
        pictures = guidance.look(self._codec.decode(drawn[told]))
        texts = guidance.texts[batch.phrases[told]]
        return contrastive_loss(pictures, texts, 1 / self._training.guide_temperature)

    def _noise(self, draws: Draws, count: int) -> Tensor:
        return draws.normal(count, self._config.noise_size).to(self._lab.device)


def train_cgan(
    trainer: GanTrainer, training: CganTraining, config: CganConfig, lab: Lab, run: Path
) -> tuple[Generator, int]:
    """Runs or resumes the training.

    Args:
        run: folder for checkpoints and history.

    Returns:
        The averaged generator and the steps done in all; fewer than asked for if stopped early.
    """
    facts = {"architecture": asdict(config), "continues": trainer.continues}
    steps = run_steps(trainer, training, lab, run, facts)
    return trainer.average.average, steps


@torch.inference_mode()
def sample_sheet(generator: Generator, codec: LayerCodec, condition: Condition) -> Image.Image:
    """Columns of samples: the first two exemplars above, then four drawings from four noises."""
    rows = [condition.exemplars[:, 0], condition.exemplars[:, 1]]
    for seed in range(4):
        noise = Draws(seed, 0).normal(len(condition.text), generator.config.noise_size)
        rows.append(generator(noise.to(condition.text.device), condition))
    return grid([coloured(codec.decode(row)) for row in rows])

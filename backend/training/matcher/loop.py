"""The training loop of one matcher."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import torch

from backend.models.matcher import Matcher, MatcherConfig
from backend.training.checkpoints import Clock, append_history, load_state, save_state
from backend.training.ema import WeightAverage
from backend.training.matcher.batches import PairCorpus, draw_pairs
from backend.training.matcher.config import MatcherTraining
from backend.training.matcher.losses import contrastive_loss
from backend.training.schedules import warm_cosine


def train_matcher(
    training: MatcherTraining, config: MatcherConfig, corpus: PairCorpus, run: Path
) -> tuple[Matcher, int]:
    """Runs or resumes the training.

    Returns:
        The averaged matcher and the steps done in all; fewer than asked for if stopped early.
    """
    torch.manual_seed(training.seed)
    matcher = Matcher(config)
    matcher.body.to(memory_format=torch.channels_last)  # type: ignore[call-overload]
    matcher.text_mean.copy_(torch.from_numpy(corpus.phrases.mean(axis=0)))
    average = WeightAverage(matcher, training.ema_decay)
    optimiser = torch.optim.AdamW(
        matcher.parameters(), training.peak_rate, (0.9, 0.98), weight_decay=training.weight_decay
    )
    step = 0
    if (state := load_state(run)) is not None:
        matcher.load_state_dict(state["matcher"])
        average.average.load_state_dict(state["average"])
        average.updates = step = state["step"]
        optimiser.load_state_dict(state["optimiser"])
    clock = Clock(training.budget_seconds, training.save_every_seconds)
    records: list[tuple[float, float]] = []
    with clock.stopping_on_signals():
        while step < training.steps and not clock.should_stop():
            rate = warm_cosine(
                step, training.steps, training.peak_rate, training.final_rate, training.warmup_steps
            )
            for group in optimiser.param_groups:
                group["lr"] = rate
            pictures, sentences = draw_pairs(corpus, training, step)
            with torch.autocast("cpu", torch.bfloat16):
                images = matcher.embed_images(
                    pictures.contiguous(memory_format=torch.channels_last)
                )
                texts = matcher.embed_texts(sentences)
            loss = contrastive_loss(images, texts, matcher.log_scale.exp().clamp(max=100))
            optimiser.zero_grad(set_to_none=True)
            loss.backward()
            torch.nn.utils.clip_grad_norm_(matcher.parameters(), 1.0)
            optimiser.step()
            average.update(matcher)
            hits = (images @ texts.T).argmax(dim=1) == torch.arange(len(images))
            records.append((loss.item(), float(hits.float().mean())))
            step += 1
            if step % 50 == 0:
                loss_mean, hit_mean = np.mean(records, axis=0)
                append_history(
                    run,
                    {
                        "step": step,
                        "loss": float(loss_mean),
                        "hits": float(hit_mean),
                        "seconds": clock.elapsed_seconds,
                    },
                )
                records.clear()
            if clock.should_save():
                _save(run, matcher, average, optimiser, step)
    _save(run, matcher, average, optimiser, step)
    return average.average, step


def _save(
    run: Path,
    matcher: Matcher,
    average: WeightAverage[Matcher],
    optimiser: torch.optim.Optimizer,
    step: int,
) -> None:
    save_state(
        run,
        {
            "matcher": matcher.state_dict(),
            "average": average.average.state_dict(),
            "optimiser": optimiser.state_dict(),
            "step": step,
        },
    )

"""Words become typed experiments, mistakes become sentences, and a folder keeps its experiment."""

from __future__ import annotations

from dataclasses import asdict, replace
from pathlib import Path

import pytest

from backend.domain.errors import InvalidRequest
from backend.training.cgan.config import CganExperiment, CganTraining
from backend.training.configuration import claim_folder, compose_experiment, flat, to_yaml
from backend.training.diffusion.config import DiffusionExperiment
from backend.training.matcher.config import MatcherExperiment


def cgan(*words: str) -> CganExperiment:
    return compose_experiment("cgan", CganExperiment, words)


def test_without_words_the_defaults_come_out() -> None:
    assert cgan() == CganExperiment()
    assert compose_experiment("diffusion", DiffusionExperiment, []) == DiffusionExperiment()
    assert compose_experiment("matcher", MatcherExperiment, []) == MatcherExperiment()


def test_words_reach_their_keys_and_groups() -> None:
    experiment = cgan(
        "loss=hinge",
        "steps=3000",
        "tracker=mlflow",
        "codec.steps=7",
        "codec.codec.widths=[4,4,8,8]",
    )
    assert (experiment.loss.name, experiment.loss.penalty) == ("hinge", "none")
    assert (experiment.steps, experiment.codec.steps) == (3000, 7)
    assert experiment.codec.codec.widths == (4, 4, 8, 8)
    assert experiment.tracker.name == "mlflow"
    assert type(experiment.training) is CganTraining
    assert experiment.training.steps == 3000
    smoothed = cgan("loss=bce", "loss.smoothing=0.2", "loss.penalty=r1r2").loss
    assert (smoothed.smoothing, smoothed.penalty) == (0.2, "r1r2")


@pytest.mark.parametrize(
    ("word", "named"),
    [
        ("stepz=3", "stepz"),
        ("codec.nope=1", "codec.nope"),
        ("steps=many", "steps"),
        ("steps=0", "steps must be above zero"),
        ("steps=1.5", "steps"),
        ("loss=gan", "bce"),
        ("loss.penalty=r3", "r1r2"),
        ("schedule=zigzag", "cosine, linear, constant"),
        ("tracker=excel", "tensorboard"),
        ("precision=fp8", "bf16, fp16, no"),
        ("steps", "steps"),
    ],
)
def test_a_mistake_is_one_sentence_that_names_it(word: str, named: str) -> None:
    with pytest.raises(InvalidRequest) as caught:
        cgan(word)
    assert named in caught.value.detail
    assert "\n" not in caught.value.detail
    assert "object_type" not in caught.value.detail


def test_nested_values_are_flat_for_trackers() -> None:
    values = flat({"steps": 3, "loss": {"clip": None, "name": "bce"}, "widths": [1, 2]})
    assert values == {"steps": 3, "loss.clip": "None", "loss.name": "bce", "widths": "[1, 2]"}


def test_a_folder_keeps_its_experiment_and_may_grow(tmp_path: Path) -> None:
    training = CganTraining(steps=10)
    claim_folder(tmp_path, asdict(training), resumes=False)
    claim_folder(tmp_path, asdict(replace(training, steps=20)), resumes=True)
    assert "steps: 20" in (tmp_path / "config.yaml").read_text("utf-8")
    with pytest.raises(InvalidRequest, match=r"kl_weight is 0\.008 there and 1\.0 here"):
        claim_folder(tmp_path, asdict(replace(training, kl_weight=1.0)), resumes=True)
    # Without a checkpoint nothing is lost by another configuration.
    claim_folder(tmp_path, asdict(replace(training, kl_weight=1.0)), resumes=False)


def test_a_checkpoint_without_its_configuration_is_not_taken_over(tmp_path: Path) -> None:
    with pytest.raises(InvalidRequest, match="another configuration"):
        claim_folder(tmp_path, {"seed": 1}, resumes=True)


def test_an_experiment_is_shown_as_yaml() -> None:
    assert "  name: relativistic\n" in to_yaml(cgan())

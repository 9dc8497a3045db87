"""Whole trainings at toy size, with the real classes of all three bases."""

from __future__ import annotations

import json
import warnings
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors import safe_open
from safetensors.torch import load_file

from backend.domain.errors import InvalidRequest, WeightsMissing
from backend.models.prompts import PromptBook
from backend.tests.toys import toy_sdxl
from backend.tests.training.lora.support import TINY, silent, toy_set, toy_weights, train
from backend.tests.training.lora.support import order as order_for
from backend.tests.training.support import lab
from backend.training.history import read_history
from backend.training.lora.base import BasePipeline
from backend.training.lora.run import LoraFolders, read_set, train_adapter

ARCHITECTURES = {
    "sd-embedded": "sd-embedded/lora",
    "sd15": "stable-diffusion-v1/lora",
    "sdxl": "stable-diffusion-xl-v1-base/lora",
}


@pytest.mark.parametrize("base", ARCHITECTURES)
def test_every_base_gets_an_adapter_that_the_library_loads_and_that_changes_pictures(
    tmp_path: Path, base: str
) -> None:
    result = train(tmp_path, base, trigger="zork")
    path = tmp_path / "run" / "lora" / "toy.safetensors"
    assert result is not None
    assert result["adapter"] == "toy"
    assert json.loads((tmp_path / "run" / "result.json").read_text()) == result
    with safe_open(path, framework="np") as file:
        metadata = file.metadata()
    assert metadata["modelspec.architecture"] == ARCHITECTURES[base]
    assert metadata["modelspec.trigger_phrase"] == "zork"
    assert metadata["ss_base_model_sha256"] == "ab" * 32
    assert metadata["logo.pictures"] == "5"
    assert (metadata["ss_network_dim"], metadata["ss_network_alpha"]) == ("2", "2")
    assert len(metadata["modelspec.thumbnail"]) <= 40_000
    tensors = load_file(path)
    assert {tensor.dtype for tensor in tensors.values()} == {torch.float16}
    assert any(tensor.abs().max() > 0 for name, tensor in tensors.items() if "lora_B" in name)
    pipeline = BasePipeline.from_folder(tmp_path / "weights" / base, base, "").pipeline
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        pipeline.load_lora_weights(str(path.parent), weight_name=path.name)
    loaded = [name for name, _ in pipeline.unet.named_parameters() if "lora_B" in name]
    assert len(loaded) == sum("lora_B" in name for name in tensors)
    assert list((tmp_path / "run").glob("samples-00000[36].png"))


@pytest.mark.parametrize(
    ("base", "changes", "values"),
    [
        ("sd-embedded", {"plain_share": 0.5}, {}),
        ("sd15", {"train_text_encoder": True, "min_snr": 5.0, "noise_offset": 0.1}, {}),
        ("sd15", {"trigger_vectors": 2}, {"goal": "trigger", "trigger": "zork"}),
        pytest.param(
            "sd15",
            {"prior_weight": 1.0, "prior_pictures": 2},
            {"goal": "object"},
            marks=pytest.mark.slow,
        ),
        pytest.param("sdxl", {}, {}, marks=pytest.mark.slow),
    ],
)
def test_a_training_that_was_stopped_ends_as_if_it_never_was(
    tmp_path: Path, base: str, changes: dict[str, Any], values: dict[str, Any]
) -> None:
    training = replace(TINY, **changes)
    assert train(tmp_path, base, training, run="whole", **values) is not None
    assert train(tmp_path, base, training, run="parts", place=lab(4), **values) is None
    assert train(tmp_path, base, training, run="parts", **values) is not None
    whole, parts = (
        load_file(tmp_path / run / "lora" / "toy.safetensors") for run in ("whole", "parts")
    )
    assert whole.keys() == parts.keys()
    assert all(torch.equal(whole[name], parts[name]) for name in whole)
    for ours, theirs in zip(
        read_history(tmp_path / "whole"), read_history(tmp_path / "parts"), strict=True
    ):
        ours.pop("seconds")
        theirs.pop("seconds")
        assert ours == theirs


def test_a_trained_trigger_is_stored_as_an_embedding_beside_the_matrices(tmp_path: Path) -> None:
    training = replace(TINY, trigger_vectors=2)
    train(tmp_path, "sd15", training, goal="trigger", trigger="zork")
    tensors = load_file(tmp_path / "run" / "lora" / "toy.safetensors")
    assert tensors["emb_params"].shape == (2, 16)
    assert any(name.startswith("unet.") for name in tensors)


def test_the_text_encoder_gets_matrices_when_it_is_asked_for(tmp_path: Path) -> None:
    train(tmp_path, "sdxl", replace(TINY, train_text_encoder=True))
    tensors = load_file(tmp_path / "run" / "lora" / "toy.safetensors")
    for prefix in ("unet.", "text_encoder.", "text_encoder_2."):
        moved = [t for n, t in tensors.items() if n.startswith(prefix) and "lora_B" in n]
        assert moved
        assert any(tensor.abs().max() > 0 for tensor in moved)


def test_class_pictures_are_drawn_once_and_kept(tmp_path: Path) -> None:
    training = replace(TINY, prior_weight=1.0, prior_pictures=2)
    train(tmp_path, "sd-embedded", training, goal="object", place=lab(1))
    drawn = sorted((tmp_path / "run" / "class").glob("*.png"))
    before = [path.stat().st_mtime_ns for path in drawn]
    train(tmp_path, "sd-embedded", training, goal="object")
    assert len(drawn) == 2
    assert [path.stat().st_mtime_ns for path in drawn] == before
    assert "prior_loss" in read_history(tmp_path / "run")[0]


def test_the_base_is_measured_beside_the_adapter(tmp_path: Path) -> None:
    result = train(tmp_path, "sd-embedded")
    assert result is not None
    metrics = result["metrics"]
    assert {"palette_overlap", "copy_overlap", "held_out_loss", "loss", "step"} <= metrics.keys()
    assert {name for name in metrics if name.startswith("base_")}
    row = read_history(tmp_path / "run")[-1]
    assert {"gradient_norm", "weight_norm", "rate"} <= row.keys()


class _Overflowing(torch.amp.GradScaler):
    """The first two gradients are too long for the format, as in fp16 on a GPU."""

    def scale(self, outputs: Any) -> Any:
        found = super().scale(outputs)
        return found * torch.inf if self.get_scale() > 2.0**14 else found


def test_a_scaled_step_that_overflows_is_left_out_and_no_divergence(tmp_path: Path) -> None:
    place = lab()
    place.accelerator.scaler = _Overflowing("cpu")
    training = replace(TINY, train_text_encoder=True)
    assert train(tmp_path, "sd15", training, place=place) is not None
    assert place.accelerator.scaler.get_scale() == 2.0**14
    rows = read_history(tmp_path / "run")
    assert "gradient_norm" not in rows[0]
    assert "text_gradient_norm" not in rows[0]
    assert {"gradient_norm", "text_gradient_norm"} <= rows[-1].keys()


def test_a_base_that_is_not_there_is_named_with_its_command(tmp_path: Path) -> None:
    toy_weights(tmp_path / "weights", "sd15")
    (tmp_path / "weights" / "sd15" / "model_index.json").unlink()
    folders = LoraFolders(tmp_path / "run", tmp_path / "weights", tmp_path / "lora")
    wanted = order_for(toy_set(tmp_path / "set"), "sd15")
    with pytest.raises(WeightsMissing, match="weights pull sd15"):
        train_adapter(wanted, TINY, folders, lab(), silent, silent)


def test_a_call_that_is_killed_after_a_new_best_can_go_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    written: list[Path] = []

    def killed(self: Path, target: Path) -> Path:
        done = replaced(self, target)
        written.append(Path(target))
        if written[-1].name.startswith("best."):
            raise KeyboardInterrupt
        return done

    replaced = Path.replace
    with monkeypatch.context() as patched:
        patched.setattr(Path, "replace", killed)
        with pytest.raises(KeyboardInterrupt):
            train(tmp_path, "sd-embedded")
    assert train(tmp_path, "sd-embedded") is not None


def test_a_caption_that_was_cleared_stays_empty(tmp_path: Path) -> None:
    place = toy_set(tmp_path / "set")
    (place / "captions.json").write_text(json.dumps({"0.png": " ", "1.png": "a blue tree"}))
    found = read_set(place, "", 0).captions
    assert [found[f"{number}.png"] for number in range(3)] == ["", "a blue tree", "a red fox 2"]
    assert read_set(place, "zork", 0).captions["0.png"] == "zork"


def test_an_empty_prompt_is_what_the_restyle_stage_makes_of_it(tmp_path: Path) -> None:
    base = BasePipeline(toy_sdxl(), "sdxl", "")
    book = PromptBook(base.pipeline)
    assert base.pipeline.config.force_zeros_for_empty_prompt
    for is_forced in (True, False):
        base.pipeline.register_to_config(force_zeros_for_empty_prompt=is_forced)
        book.forget()
        found = base.encode(["", "a fox"])
        for row, prompt in enumerate(("", "a fox")):
            expected = book.encoded(prompt, "", negative=True)
            torch.testing.assert_close(found.rows([row]).states, expected.states)
            torch.testing.assert_close(found.rows([row]).pooled, expected.pooled)
        assert bool((found.states[0] == 0).all()) is is_forced


def test_a_run_of_another_set_is_not_continued(tmp_path: Path) -> None:
    train(tmp_path, "sd-embedded", place=lab(2))
    (tmp_path / "set" / "captions.json").write_text(json.dumps({"0.png": "a blue tree"}))
    with pytest.raises(InvalidRequest, match="captions_sha256"):
        train(tmp_path, "sd-embedded")


def test_a_trigger_with_its_own_embedding_needs_one_text_encoder(tmp_path: Path) -> None:
    with pytest.raises(InvalidRequest, match="one text encoder"):
        train(tmp_path, "sdxl", replace(TINY, trigger_vectors=2), goal="trigger", trigger="zork")

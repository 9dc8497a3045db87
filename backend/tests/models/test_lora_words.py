"""Words that adapters teach: heard only while the adapter is worn, and then as trained."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from backend.domain.errors import LoraIncompatible
from backend.domain.generation import LoraChoice
from backend.models.lora import LoraShelf
from backend.models.lora_words import Word, replaced
from backend.tests.models.lora_toys import known_matrices, kohya, write
from backend.tests.models.toy_pipeline import toy_pipeline
from backend.tests.toys import toy_sd15, toy_sdxl

ROWS = np.random.default_rng(3).normal(size=(2, 16)).astype(np.float32)
TRIGGER = {"modelspec.trigger_phrase": "my mark, gold"}


def encoded(pipeline: Any, prompt: str) -> torch.Tensor:
    with torch.inference_mode():
        found: torch.Tensor = pipeline.encode_prompt(
            prompt, device="cpu", num_images_per_prompt=1, do_classifier_free_guidance=False
        )[0]
        return found


def heard(pipeline: Any, prompt: str) -> torch.Tensor:
    """The rows of the token embedding that a prompt is turned into."""
    seen: list[torch.Tensor] = []
    embedding = pipeline.text_encoder.get_input_embeddings()
    hook = embedding.register_forward_hook(lambda _module, _inputs, output: seen.append(output))
    encoded(pipeline, prompt)
    hook.remove()
    return seen[0][0]


@pytest.mark.parametrize("kind", ["clip", "bert"])
def test_the_trigger_is_heard_as_its_rows_and_only_while_worn(kind: str, tmp_path: Path) -> None:
    pipeline = toy_sd15() if kind == "clip" else toy_pipeline(tmp_path / "pipeline")
    pipeline.text_encoder.eval()
    write(tmp_path, "mark", {"emb_params": ROWS}, TRIGGER)
    shelf = LoraShelf(tmp_path)
    prompts = ("red fox", "My Mark", "my markets")
    before = {prompt: encoded(pipeline, prompt) for prompt in prompts}
    for _ in range(2):
        with shelf.applied(pipeline, [LoraChoice("mark")]) as triggers:
            assert triggers == "my mark, gold"
            rows = heard(pipeline, "red MY MARK, fox")
            start = next(i for i, row in enumerate(rows) if torch.equal(row, torch.tensor(ROWS[0])))
            assert torch.equal(rows[start + 1], torch.tensor(ROWS[1]))
            assert torch.equal(encoded(pipeline, "my markets"), before["my markets"])
        for prompt in prompts:
            assert torch.equal(encoded(pipeline, prompt), before[prompt])
    # The rows were added once.
    assert sum(name.startswith("<lora-") for name in pipeline.tokenizer.get_vocab()) == 2


def test_words_come_beside_matrices_and_without_text_weight_not_at_all(tmp_path: Path) -> None:
    pipeline = toy_sd15()
    tensors = {**kohya(known_matrices(pipeline)), "emb_params": ROWS}
    write(tmp_path, "mark", tensors)
    shelf = LoraShelf(tmp_path)
    plain = encoded(pipeline, "a mark")
    with shelf.applied(pipeline, [LoraChoice("mark", 1.0, 0.0)]) as triggers:
        assert triggers == ""
        assert torch.equal(encoded(pipeline, "a mark"), plain)
    with shelf.applied(pipeline, [LoraChoice("mark")]) as triggers:
        # Without a phrase of its own it goes by the name of its file.
        assert triggers == "mark"
        assert not torch.equal(encoded(pipeline, "a mark"), plain)
    assert shelf.text_key([LoraChoice("mark", 1.0, 0.0)]) == ""
    assert shelf.text_key([LoraChoice("mark")])


def test_the_early_trainers_words_are_read(tmp_path: Path) -> None:
    pipeline = toy_sd15()
    write(
        tmp_path,
        "early",
        {
            "<s1>": ROWS[0],
            "unet:0:up": np.zeros((8, 1), "f4"),
            "unet:0:down": np.zeros((1, 8), "f4"),
        },
        {"<s1>": "<embed>", "modelspec.trigger_phrase": "s1"},
    )
    with LoraShelf(tmp_path).applied(pipeline, [LoraChoice("early")]):
        rows = heard(pipeline, "a s1 fox")
        assert any(torch.equal(row, torch.tensor(ROWS[0])) for row in rows)


def test_both_text_encoders_of_sdxl_learn(tmp_path: Path) -> None:
    pipeline = toy_sdxl()
    write(tmp_path, "mark", {"clip_l": ROWS, "clip_g": -ROWS[:1]}, TRIGGER)
    with LoraShelf(tmp_path).applied(pipeline, [LoraChoice("mark")]):
        assert not torch.equal(encoded(pipeline, "my mark"), encoded(pipeline, "my mork"))
    ends = [
        getattr(pipeline, name).get_input_embeddings().weight[-1]
        for name in ("text_encoder", "text_encoder_2")
    ]
    assert torch.equal(ends[0], torch.tensor(ROWS[1]))
    assert torch.equal(ends[1], torch.tensor(-ROWS[0]))


@pytest.mark.parametrize(
    ("tensors", "reason"),
    [
        ({"emb_params": ROWS[:, :8]}, "its words have 8 features; those of the loaded model's"),
        ({"clip_l": ROWS, "clip_g": ROWS}, "a text encoder that the loaded model lacks"),
    ],
)
def test_words_of_another_model_are_refused_and_teach_nothing(
    tensors: dict[str, Any], reason: str, tmp_path: Path
) -> None:
    pipeline = toy_sd15()
    write(tmp_path, "foreign", tensors)
    known = len(pipeline.tokenizer)
    for _ in range(2):
        with (
            pytest.raises(LoraIncompatible) as caught,
            LoraShelf(tmp_path).applied(pipeline, [LoraChoice("foreign")]),
        ):
            pytest.fail("it was applied")
        assert reason in caught.value.detail
    assert len(pipeline.tokenizer) == known


@pytest.mark.parametrize(
    ("prompt", "expected"),
    [
        ("a SKS logo", "a <a> <b> logo"),
        ("sks", "<a> <b>"),
        ("sksy, asks", "sksy, asks"),
        ("sks, sks.", "<a> <b>, <a> <b>."),
    ],
)
def test_triggers_are_whole_words(prompt: str, expected: str) -> None:
    words = [Word("sks", {"text_encoder": ["<a>", "<b>"]})]
    assert replaced(prompt, words, "text_encoder") == expected
    assert replaced(prompt, words, "text_encoder_2") == prompt

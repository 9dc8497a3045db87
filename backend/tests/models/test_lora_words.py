"""Words that adapters teach: heard only while the adapter is worn, and then as trained."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from backend.domain.errors import LoraIncompatible
from backend.domain.generation import LoraChoice
from backend.models.lora import LoraShelf
from backend.models.lora_words import Word, replaced
from backend.services.lora_facts import read_facts
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


def hears(pipeline: Any, prompt: str) -> list[int]:
    """Which of ROWS a prompt is heard as."""
    rows = heard(pipeline, prompt)
    return [i for row in rows for i in (0, 1) if torch.equal(row, torch.tensor(ROWS[i]))]


NUMBERED = {"unet:0:up": np.zeros((8, 1), "f4"), "unet:0:down": np.zeros((1, 8), "f4")}


def test_the_early_trainers_words_go_by_their_own_names(tmp_path: Path) -> None:
    pipeline = toy_sd15()
    write(
        tmp_path,
        "early",
        {"<s1>": ROWS[0], "<s2>": ROWS[1], **NUMBERED},
        {"<s1>": "<embed>", "<s2>": "<embed>"},
    )
    with LoraShelf(tmp_path).applied(pipeline, [LoraChoice("early")]) as triggers:
        assert triggers == "<s1>, <s2>"
        assert hears(pipeline, "a fox of <s1>") == [0]
        assert hears(pipeline, "<s2><s1>") == [1, 0]
        assert hears(pipeline, "an early fox") == []
    assert hears(pipeline, "a fox of <s1>") == []


def test_a_single_word_of_the_early_trainer_goes_by_the_authors_phrase_too(tmp_path: Path) -> None:
    pipeline = toy_sd15()
    metadata = {"<s1>": "<embed>", "modelspec.trigger_phrase": "s1"}
    write(tmp_path, "early", {"<s1>": ROWS[0], **NUMBERED}, metadata)
    with LoraShelf(tmp_path).applied(pipeline, [LoraChoice("early")]) as triggers:
        assert triggers == "s1"
        assert hears(pipeline, "a s1 fox") == hears(pipeline, "a <s1> fox") == [0]


@pytest.mark.parametrize(
    ("phrase", "expected"),
    [
        ("word " * 1_000_000, ("word " * 12).strip()),
        (",".join(f"w{i}" for i in range(999)), ", ".join(f"w{i}" for i in range(10))),
        ("\ud83d cat\x00", "cat"),
        ("\ud83d", ""),
    ],
)
def test_no_phrase_of_a_stranger_gets_into_the_prompt_as_it_is(
    phrase: str, expected: str, tmp_path: Path
) -> None:
    pipeline = toy_sd15()
    path = write(tmp_path, "loud", kohya(known_matrices(pipeline)), {"x": "y"})
    content = path.read_bytes()
    length = int.from_bytes(content[:8], "little")
    header = json.loads(content[8 : 8 + length])
    header["__metadata__"] = {"modelspec.trigger_phrase": phrase}
    text = json.dumps(header).encode()
    path.write_bytes(len(text).to_bytes(8, "little") + text + content[8 + length :])
    with LoraShelf(tmp_path).applied(pipeline, [LoraChoice("loud")]) as triggers:
        assert triggers == expected
        encoded(pipeline, triggers)
    # The card shows the same words.
    assert ", ".join(read_facts(path).trigger_words) == expected


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


def test_a_trigger_is_not_found_in_the_tokens_of_another() -> None:
    words = [
        Word("zork", {"text_encoder": ["<lora-ab12-0>"]}),
        Word("lora", {"text_encoder": ["<lora-cd34-0>"]}),
        Word("zork lora", {"text_encoder": ["<lora-ef56-0>"]}),
    ]
    found = replaced("Zork, lora style, zork LORA", words, "text_encoder")
    assert found == "<lora-ab12-0>, <lora-cd34-0> style, <lora-ef56-0>"

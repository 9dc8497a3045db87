"""Remembered prompts: told once, the same alone and in company, and never across adapters."""

from __future__ import annotations

from typing import Any

import torch

from backend.models import prompts
from backend.models.prompts import PromptBook
from backend.tests.toys import toy_sd15, toy_sdxl


class Counted:
    """A pipeline's `encode_prompt`, counted."""

    def __init__(self, pipeline: Any) -> None:
        self.told: list[str] = []
        self._encode = pipeline.encode_prompt
        pipeline.encode_prompt = self

    def __call__(self, prompt: str, *args: Any, **kwargs: Any) -> Any:
        self.told.append(prompt)
        with torch.inference_mode():
            return self._encode(prompt, *args, **kwargs)


def test_a_prompt_is_encoded_once_for_what_acts_on_the_encoder() -> None:
    pipeline = toy_sd15()
    counted, book = Counted(pipeline), PromptBook(pipeline)
    first = book.encoded("red fox", "")
    assert book.encoded("red fox", "") is first
    assert counted.told == ["red fox"]
    book.encoded("red fox", "adapter:1.0")
    assert counted.told == ["red fox", "red fox"]
    book.forget()
    book.encoded("red fox", "")
    assert len(counted.told) == 3
    assert (book.hits, book.misses) == (1, 3)


def test_the_book_is_bounded_and_forgets_the_oldest() -> None:
    pipeline = toy_sd15()
    counted, book = Counted(pipeline), PromptBook(pipeline)
    for number in range(prompts._REMEMBERED):
        book.encoded(f"fox {number}", "")
    book.encoded("fox 0", "")  # Asked for again, so another one is the oldest.
    book.encoded("new", "")
    counted.told.clear()
    book.encoded("fox 0", "")
    assert counted.told == []
    book.encoded("fox 1", "")
    assert counted.told == ["fox 1"]
    assert len(book._known) == prompts._REMEMBERED


def test_the_negative_rows_come_first() -> None:
    book = PromptBook(toy_sd15())
    with torch.inference_mode():
        told = book.conditions(["fox", "owl"], ["text", ""], "", 16, guided=True)
        assert told.rows == 2
        assert told.added is None
        for row, words in enumerate(["text", "", "fox", "owl"]):
            assert torch.equal(told.states[row : row + 1], book.encoded(words, "").states)
        alone = book.conditions(["owl"], ["text"], "", 16, guided=False)
    assert alone.rows == 1
    assert torch.equal(alone.states, told.states[3:])


def test_xl_is_told_the_size_and_pooled_words() -> None:
    pipeline = toy_sdxl()
    book = PromptBook(pipeline)
    with torch.inference_mode():
        told = book.conditions(["fox"], [""], "", 1024, guided=True)
        embeds, _, pooled, _ = pipeline.encode_prompt("fox", None, "cpu", 1, False)
    assert told.added is not None
    assert torch.equal(told.states[1:], embeds)
    assert torch.equal(told.added["text_embeds"][1:], pooled)
    assert told.added["time_ids"].tolist() == [[1024, 1024, 0, 0, 1024, 1024]] * 2
    # Nothing to avoid is nothing at all, as XL was trained.
    assert pipeline.config.force_zeros_for_empty_prompt
    assert not told.states[:1].any()
    assert not told.added["text_embeds"][:1].any()


def test_xls_refiner_is_told_a_score() -> None:
    pipeline = toy_sdxl()
    pipeline.register_to_config(requires_aesthetics_score=True)
    with torch.inference_mode():
        told = PromptBook(pipeline).conditions(["fox"], [""], "", 64, guided=True)
    assert told.added is not None
    assert told.added["time_ids"].tolist() == [[64, 64, 0, 0, 2.5], [64, 64, 0, 0, 6.0]]

from __future__ import annotations

import re
from collections import Counter
from itertools import pairwise
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from backend.datasets import eda_text
from backend.datasets.cells import cells_in
from backend.datasets.eda_text import TextTally
from backend.datasets.eda_words import STOP_WORDS, is_epithet
from backend.tests.datasets.tables import SAMPLE


def tally(*batches: list[str | None]) -> dict[str, Any]:
    """A report of batches that were counted by workers of their own."""
    merged = TextTally()
    for batch in batches:
        one = TextTally()
        one.add(cells_in(pa.record_batch({"text": pa.array(batch, pa.string())}), 0))
        merged.merge(one)
    rows = sum(map(len, batches))
    return merged.to_report(rows, rows)


def test_words_pairs_and_epithets_of_a_caption() -> None:
    report = tally(["A red Fox in a circle, flat vector, red fox"])
    assert dict(report["top_words"]) == {"red": 2, "fox": 2, "circle": 1, "flat": 1, "vector": 1}
    assert dict(report["top_pairs"]) == {"red fox": 2, "fox circle": 1, "flat vector": 1}
    assert dict(report["top_epithets"]) == {"red": 2, "flat": 1}
    assert report["words"]["mean"] == 10
    assert report["epithets"]["mean"] == 3
    assert report["vocabulary"] == 7


def test_a_pair_does_not_cross_a_comma_a_number_or_a_row() -> None:
    report = tally(["red, fox", "blue", "sky 24 cloud", "moon; star", "north (south)"])
    assert report["top_pairs"] == []


def test_cyrillic_counts_like_latin() -> None:
    report = tally(["Красная лиса в круге, плоский вектор", "КРАСНАЯ ЛИСА и ёж"])
    words = dict(report["top_words"])
    assert words["красная"] == words["лиса"] == 2
    assert words["ёж"] == 1
    assert "в" not in words
    assert dict(report["top_pairs"])["красная лиса"] == 2
    assert dict(report["top_epithets"]) == {"красная": 2, "плоский": 1}


def test_words_over_64_letters_count_and_are_not_listed() -> None:
    longest = "a" * 64
    report = tally([f"red {longest} fox", f"red {longest}a fox", "x-" * 9_000 + "shaped"])
    assert dict(report["top_words"]) == {"red": 2, "fox": 2, longest: 1}
    assert dict(report["top_pairs"]) == {f"red {longest}": 1, f"{longest} fox": 1}
    assert report["top_epithets"] == [["red", 2]]
    assert report["vocabulary"] == 3
    assert report["words"]["count"] == 3
    assert report["words"]["max"] == 3


def test_missing_blank_and_huge_captions_are_counted() -> None:
    report = tally([None, "", "  ", "a fox", None], ["word " * 2_000_000])
    assert report["missing"] == 2
    assert report["blank"] == 2
    assert report["cut"] == 1
    assert report["characters"]["count"] == 4
    assert report["characters"]["max"] == eda_text.MAX_CAPTION_BYTES
    assert dict(report["top_words"])["word"] == eda_text.MAX_CAPTION_BYTES / 5


def test_broken_utf8_and_control_characters_are_no_crash() -> None:
    data = b"red\xff fox\x1e\x00 blue"
    offsets = np.array([0, len(data)], np.int32)
    array = pa.Array.from_buffers(pa.string(), 1, [None, pa.py_buffer(offsets), pa.py_buffer(data)])
    one = TextTally()
    one.add(cells_in(pa.record_batch({"text": array}), 0))
    report = one.to_report(1, 1)
    assert {word for word, _ in report["top_words"]} == {"red", "fox", "blue"}
    assert report["words"]["count"] == 1


def test_the_sample_agrees_with_a_plain_count() -> None:
    texts = pq.read_table(SAMPLE, columns=["text"])["text"].to_pylist()
    report = tally(texts[:700], texts[700:])
    found = [re.findall(r"[^\W\d_]+(?:['’\-][^\W\d_]+)*", text.lower()) for text in texts]
    counts = Counter(word for words in found for word in words)
    assert report["vocabulary"] == len(counts)
    listed = {word: n for word, n in counts.items() if word not in STOP_WORDS and len(word) > 1}
    assert dict(report["top_words"]) == dict(
        sorted(listed.items(), key=lambda p: (-p[1], p[0]))[:200]
    )
    pairs: Counter[str] = Counter()
    for text in texts:
        for phrase in re.split(r"[^\w\s'’\-]|\d+", text.lower()):
            words = re.findall(r"[^\W\d_]+(?:['’\-][^\W\d_]+)*", phrase)
            words = [word for word in words if word not in STOP_WORDS]
            pairs.update(" ".join(pair) for pair in pairwise(words))
    assert report["top_pairs"] == [
        list(pair) for pair in sorted(pairs.items(), key=lambda p: (-p[1], p[0]))[:100]
    ]
    for name, series in (
        ("characters", pd.Series(texts).str.len()),
        ("words", pd.Series([len(words) for words in found])),
        ("epithets", pd.Series([sum(map(is_epithet, words)) for words in found])),
    ):
        assert report[name]["mean"] == pytest.approx(series.mean())
        assert report[name]["std"] == pytest.approx(series.std())
        assert report[name]["median"] == series.median()
        assert report[name]["max"] == series.max()


def test_memory_of_words_and_pairs_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(eda_text, "MAX_VOCABULARY", 300)
    monkeypatch.setattr(eda_text, "MAX_PAIRS", 200)

    def word(n: int) -> str:
        return "w" + "".join(chr(97 + int(digit)) for digit in str(n))

    common = ["common pair"] * 50
    batches: list[list[str | None]] = [
        [*common, *(f"{word(n)} {word(n + 1)}" for n in range(first, first + 200))]
        for first in range(0, 2_000, 200)
    ]
    report = tally(*batches)
    assert report["vocabulary"] <= 300
    assert report["top_pairs"][0] == ["common pair", 500]
    assert dict(report["top_words"])["common"] == 500
    assert report["words"]["mean"] == 2


_EPITHETS = """
red simple elegant minimalist successful recognizable thought-provoking abstract hand-drawn
geometric rounded playful creative stylish bold круглый синяя элегантное минималистичный яркие
"""
_OTHERS = """
fox logo table music graphic shed speed for the vector circle vibe background seed здание компания
лиса логотип который сияние
"""


@pytest.mark.parametrize("word", re.findall(r"\S+", _EPITHETS))
def test_epithets(word: str) -> None:
    assert is_epithet(word)


@pytest.mark.parametrize("word", re.findall(r"\S+", _OTHERS))
def test_what_is_no_epithet(word: str) -> None:
    assert not is_epithet(word)


def test_epithets_of_a_caption_of_the_public_data_set() -> None:
    report = tally(["simple elegant logo for Acme, modern, minimal, successful vibe, flat vector"])
    assert {word for word, _ in report["top_epithets"]} == {
        "simple", "elegant", "modern", "minimal", "successful", "flat",
    }  # fmt: skip

"""Captions: lengths, words, pairs of words, epithets, in fixed memory.

A word is a run of Unicode letters, with hyphens and apostrophes inside it, in lower case. Pairs are
neighbours within a phrase (commas and other punctuation end one) after stop words are left out.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from backend.datasets.cells import Cells
from backend.datasets.eda_numbers import Distribution
from backend.datasets.eda_words import STOP_WORDS, is_epithet

# A caption longer than this (bytes) is analysed up to here and counted as cut.
MAX_CAPTION_BYTES = 20_000
# Words are numbered up to here (about 40 MB); later new ones count as words and are not listed.
MAX_VOCABULARY = 200_000
# Longer ones are no words of a language: they count as words and are not listed, or 200,000 of
# them would take 4 GB. What looks for epithets takes the square of the hyphens, too.
MAX_WORD_LETTERS = 64
# Pairs are held up to here (16 MB), then those seen once are dropped.
MAX_PAIRS = 1_000_000
TOP_WORDS, TOP_PAIRS = 200, 100
_BETWEEN = "\x1e"
_TOKEN = re.compile(r"[^\W\d_]+(?:['’\-][^\W\d_]+)*|[^\w\s]|\d+|\x1e")
_BREAK, _UNLISTED, _RESERVED = 0, 1, 2

Ids = NDArray[np.int64]


class _Vocabulary(dict[str, int]):
    """Numbers of words; punctuation is `_BREAK`. Fills itself when asked."""

    def __init__(self) -> None:
        super().__init__({_BETWEEN: _BREAK})
        self.words: list[str] = ["", ""]
        self.is_full = False

    def __missing__(self, token: str) -> int:
        if not token[0].isalpha():
            return _BREAK
        if len(token) > MAX_WORD_LETTERS:
            return _UNLISTED
        if len(self.words) >= MAX_VOCABULARY:
            self.is_full = True
            return _UNLISTED
        self[token] = number = len(self.words)
        self.words.append(token)
        return number


class TextTally:
    """What one worker has counted; tallies of several workers are merged at the end."""

    def __init__(self) -> None:
        self.missing: int = 0
        self.blank: int = 0
        self.cut: int = 0
        self._characters = Distribution()
        self._words = Distribution()
        self._epithets = Distribution()
        self._vocabulary = _Vocabulary()
        self._word_counts: Ids = np.zeros(_RESERVED, np.int64)
        self._flags = np.zeros(_RESERVED, np.int8)
        self._pair_keys: Ids = np.zeros(0, np.int64)
        self._pair_counts: Ids = np.zeros(0, np.int64)

    def add(self, cells: Cells) -> None:
        """Counts a batch of captions; equal ones are looked at once."""
        self.missing += int(len(cells) - cells.present.sum())
        texts, weights = self._unique(cells)
        if not texts:
            return
        self._characters.add([len(text) for text in texts], weights)
        self.blank += sum(
            times
            for text, times in zip(texts, weights.tolist(), strict=True)
            if not text or text.isspace()
        )
        self._count_words(texts, weights)

    def merge(self, other: TextTally) -> None:
        """Adds all that another tally has counted."""
        self.missing += other.missing
        self.blank += other.blank
        self.cut += other.cut
        for mine, theirs in (
            (self._characters, other._characters),
            (self._words, other._words),
            (self._epithets, other._epithets),
        ):
            mine.merge(theirs)
        number = self._vocabulary.__getitem__
        places = np.array([_BREAK, _UNLISTED, *map(number, other._vocabulary.words[2:])], np.int64)
        self._grow()
        counts = other._word_counts
        self._word_counts += np.bincount(
            places[: len(counts)], weights=counts, minlength=len(self._word_counts)
        ).astype(np.int64)
        first, second = places[other._pair_keys >> 32], places[other._pair_keys & 0xFFFFFFFF]
        listed = (first >= _RESERVED) & (second >= _RESERVED)
        self._add_pairs(((first << 32) | second)[listed], other._pair_counts[listed])

    def to_report(self, rows: int, read: int) -> dict[str, Any]:
        """The `text` of a report. rows: of the data set; read: of those that could be read."""
        words = self._vocabulary.words
        listed = np.array([word not in STOP_WORDS for word in words])
        listed[:_RESERVED] = False
        epithets = self._flags == 1
        return {
            "computed_on": {"rows": read, "of": rows},
            "missing": self.missing,
            "blank": self.blank,
            "cut": self.cut,
            "characters": self._characters.to_report(),
            "words": self._words.to_report(),
            "epithets": self._epithets.to_report(),
            "top_words": self._top_words(listed & ~_single_letters(words), TOP_WORDS),
            "top_pairs": self._top_pairs(),
            "top_epithets": self._top_words(epithets, TOP_PAIRS),
            "vocabulary": int((self._word_counts[_RESERVED:] > 0).sum()),
        }

    def _unique(self, cells: Cells) -> tuple[list[str], Ids]:
        """Different captions of a batch, cut to size, and how many rows have each."""
        array = cells.array.drop_null()
        if not len(array):
            return [], np.zeros(0, np.int64)
        coded = pc.dictionary_encode(array.cast(pa.large_binary()))
        # By buffers: Arrow's `to_numpy` would import pandas, 0.5 s.
        places = np.frombuffer(coded.indices.buffers()[1], np.int32)[: len(array)]
        weights = np.bincount(places, minlength=len(coded.dictionary)).astype(np.int64)
        texts: list[str] = []
        for place, cell in enumerate(coded.dictionary):
            data = cell.as_buffer()
            if data.size > MAX_CAPTION_BYTES:
                self.cut += int(weights[place])
                data = data.slice(0, MAX_CAPTION_BYTES)
            text = data.to_pybytes().decode("utf-8", "replace")
            texts.append(text.replace(_BETWEEN, " ") if _BETWEEN in text else text)
        return texts, weights

    def _count_words(self, texts: Sequence[str], weights: Ids) -> None:
        tokens = _TOKEN.findall(_BETWEEN.join(texts).lower())
        ids = np.fromiter(map(self._vocabulary.__getitem__, tokens), np.int64, len(tokens))
        self._grow()
        ends = np.fromiter((token == _BETWEEN for token in tokens), np.bool_, len(tokens))
        owner = np.cumsum(ends)
        is_word = ids != _BREAK
        times = weights[owner]
        count = len(texts)
        self._words.add(np.bincount(owner[is_word], minlength=count), weights)
        is_epithet_token = self._flags[ids] > 0
        self._epithets.add(np.bincount(owner[is_epithet_token], minlength=count), weights)
        self._word_counts += np.bincount(
            ids[is_word], weights=times[is_word], minlength=len(self._word_counts)
        ).astype(np.int64)
        # Stop words are taken out and phrase ends stay in, then neighbours are pairs.
        kept = self._flags[ids] >= 0
        ids, times = ids[kept], times[kept]
        joined = (ids[:-1] >= _RESERVED) & (ids[1:] >= _RESERVED)
        self._add_pairs(((ids[:-1] << 32) | ids[1:])[joined], times[:-1][joined])

    def _grow(self) -> None:
        """Makes room for words that were just numbered and decides what they are, once each."""
        words = self._vocabulary.words
        new = words[len(self._flags) :]
        if new:
            flags = [-1 if word in STOP_WORDS else int(is_epithet(word)) for word in new]
            self._flags = np.concatenate([self._flags, np.array(flags, np.int8)])
            self._word_counts = np.concatenate([self._word_counts, np.zeros(len(new), np.int64)])

    def _add_pairs(self, keys: Ids, counts: Ids) -> None:
        if not len(keys):
            return
        keys = np.concatenate([self._pair_keys, keys])
        counts = np.concatenate([self._pair_counts, counts])
        self._pair_keys, where = np.unique(keys, return_inverse=True)
        self._pair_counts = np.bincount(where, weights=counts).astype(np.int64)
        level = 1
        while len(self._pair_keys) > MAX_PAIRS:
            often = self._pair_counts > level
            self._pair_keys, self._pair_counts = self._pair_keys[often], self._pair_counts[often]
            level *= 2

    def _top_words(self, listed: NDArray[np.bool_], limit: int) -> list[list[Any]]:
        words = self._vocabulary.words
        counts = np.where(listed, self._word_counts, 0)
        return _top([(words[i], int(counts[i])) for i in _largest(counts, limit)], limit)

    def _top_pairs(self) -> list[list[Any]]:
        words = self._vocabulary.words
        best = _largest(self._pair_counts, TOP_PAIRS)
        pairs = [(int(self._pair_keys[i]), int(self._pair_counts[i])) for i in best]
        named = [(f"{words[key >> 32]} {words[key & 0xFFFFFFFF]}", n) for key, n in pairs]
        return _top(named, TOP_PAIRS)


def _single_letters(words: Sequence[str]) -> NDArray[np.bool_]:
    return np.array([len(word) == 1 for word in words])


def _largest(counts: Ids, limit: int) -> list[int]:
    """Places of the largest counts, with every place that ties with the last of them."""
    if not len(counts):
        return []
    last = np.sort(counts)[::-1][min(limit, len(counts)) - 1]
    return [int(place) for place in np.flatnonzero(counts >= max(1, last))]


def _top(pairs: Sequence[tuple[str, int]], limit: int) -> list[list[Any]]:
    """By count, then by the alphabet: the same list whatever order the rows came in."""
    return [list(pair) for pair in sorted(pairs, key=lambda pair: (-pair[1], pair[0]))[:limit]]

"""The glyph library: licensed single-colour marks with names, measures and a meaning index."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq
from numpy.typing import NDArray

GLYPH_UNITS = 1000
"""The longer side of every glyph's bounding box, in path units."""


@dataclass(frozen=True, slots=True)
class Pack:
    """A published icon set and the terms it comes under."""

    key: str
    title: str
    author: str
    licence: str
    source: str
    version: str


@dataclass(frozen=True, slots=True)
class Glyph:
    """One mark, drawn as a single compound path (non-zero winding) at the origin.

    Attributes:
        id: `pack:icon-name`, unique in the library.
        name: the concept in plain words, such as "red fox".
        path: SVG path data inside (0, 0, width, height).
        width, height: the ink's bounding box in path units; the longer one is 1000.
        ink: share of the 1000 x 1000 square that is covered, 0..1.
        reach: distance from the box's centre to the farthest ink, in path units.
        centroid: the ink's centre of mass in path units.
        complexity: outline length over the square root of area; a disc has 3.5, lacework over 30.
        worth: 0..1, how fit the drawing is to stand as a mark, judged by its measures and name.
    """

    id: str
    name: str
    path: str
    width: int
    height: int
    ink: float
    reach: float
    centroid: tuple[float, float]
    complexity: float
    worth: float

    @property
    def pack(self) -> str:
        """Key of the pack that the glyph comes from."""
        return self.id.partition(":")[0]


@dataclass(frozen=True)
class MeaningIndex:
    """Which phrases describe which glyphs, and where each phrase lies in the encoder's space.

    Vectors are centred on the library's mean and projected on its main axes: without the centring
    every phrase looks alike to a sentence encoder, and the projection keeps the file small.

    Attributes:
        phrases: P distinct names and tags.
        vectors: (P, D) int8, unit vectors times 127.
        mean: (E,) float32, subtracted from an embedding first.
        projection: (E, D) float32, applied next.
        offsets: (G + 1,) int32; glyph g owns links[offsets[g]:offsets[g + 1]].
        links: (L,) int32 phrase numbers.
        weights: (L,) float32 in 0..1; a name counts 1, a tag less.
    """

    phrases: tuple[str, ...]
    vectors: NDArray[np.int8]
    mean: NDArray[np.float32]
    projection: NDArray[np.float32]
    offsets: NDArray[np.int32]
    links: NDArray[np.int32]
    weights: NDArray[np.float32]

    @cached_property
    def _matrix(self) -> NDArray[np.float32]:
        # Products with whole numbers are ten times as slow: they bypass the BLAS.
        return self.vectors.astype(np.float32) / np.float32(127)

    def project(self, embeddings: NDArray[np.float32]) -> NDArray[np.float32]:
        """Maps sentence embeddings (N, E) to unit vectors (N, D) of this index."""
        projected = (embeddings - self.mean) @ self.projection
        norms = np.linalg.norm(projected, axis=1, keepdims=True)
        return np.asarray(projected / np.maximum(norms, 1e-6), dtype=np.float32)

    def similarity(self, embedding: NDArray[np.float32]) -> NDArray[np.float32]:
        """Cosine similarity of a sentence embedding (E,) to each glyph's best phrase: (G,)."""
        query = self.project(embedding[None])[0]
        by_phrase = self._matrix @ query
        return np.maximum.reduceat(by_phrase[self.links] * self.weights, self.offsets[:-1])

    def mentions(self, words: Sequence[Collection[str]]) -> NDArray[np.bool_]:
        """Which glyphs have a phrase with all the words, each in any of its forms: (G,)."""
        said = [
            bool(words) and all(not own.isdisjoint(forms) for forms in words)
            for own in self._phrase_words
        ]
        return np.logical_or.reduceat(np.array(said)[self.links], self.offsets[:-1])

    @cached_property
    def _phrase_words(self) -> list[frozenset[str]]:
        return [frozenset(phrase.split()) for phrase in self.phrases]


class GlyphLibrary:
    """Glyphs in a fixed order, their packs and their meaning index."""

    def __init__(
        self, glyphs: Sequence[Glyph], packs: Mapping[str, Pack], index: MeaningIndex
    ) -> None:
        self.glyphs = tuple(glyphs)
        self.packs = dict(packs)
        self.index = index
        self._positions = {glyph.id: place for place, glyph in enumerate(self.glyphs)}

    def __len__(self) -> int:
        return len(self.glyphs)

    def __getitem__(self, glyph_id: str) -> Glyph:
        return self.glyphs[self._positions[glyph_id]]

    def find(self, glyph_ids: Sequence[str]) -> list[Glyph]:
        """Glyphs by id; those that the library no longer has are left out."""
        places = [self._positions[key] for key in glyph_ids if key in self._positions]
        return [self.glyphs[place] for place in places]

    def synonyms(self, glyph_id: str) -> tuple[str, ...]:
        """Other words for a glyph, from its packs' tags, the nearest first; often none."""
        place = self._positions[glyph_id]
        start, stop = self.index.offsets[place], self.index.offsets[place + 1]
        return tuple(self.index.phrases[link] for link in self.index.links[start + 1 : stop])

    @classmethod
    def load(cls, folder: Path) -> GlyphLibrary:
        """Reads a library written by `datasets.glyph_build.save_library`.

        Raises:
            FileNotFoundError: a file of the library is missing.
        """
        table = pq.read_table(folder / "glyphs.parquet").to_pylist()
        glyphs = [
            Glyph(
                id=row["id"],
                name=row["name"],
                path=row["path"],
                width=row["width"],
                height=row["height"],
                ink=row["ink"],
                reach=row["reach"],
                centroid=(row["centroid_x"], row["centroid_y"]),
                complexity=row["complexity"],
                worth=row["worth"],
            )
            for row in table
        ]
        packs = json.loads((folder / "packs.json").read_text("utf-8"))
        with np.load(folder / "meaning.npz") as arrays:
            index = MeaningIndex(
                phrases=tuple(arrays["phrases"].tobytes().decode("utf-8").split("\n")),
                vectors=arrays["vectors"],
                mean=arrays["mean"].astype(np.float32),
                projection=arrays["projection"].astype(np.float32),
                offsets=arrays["offsets"],
                links=arrays["links"],
                weights=arrays["weights"].astype(np.float32) / 255.0,
            )
        return cls(glyphs, {pack["key"]: Pack(**pack) for pack in packs}, index)

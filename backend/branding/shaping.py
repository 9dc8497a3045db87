"""Text becomes placed glyph outlines: HarfBuzz chooses and spaces them, Skia unites overlaps."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from itertools import combinations
from pathlib import Path

import pathops
import uharfbuzz as hb

from backend.branding.outlines import Outline, combined

EM = 1000.0
"""Units of an em in everything that is set."""

_SAME_PLACE = 0.3
"""Share of the smaller accent's box that another may cover."""


@dataclass(frozen=True, slots=True)
class PlacedGlyph:
    """A glyph on its line.

    Attributes:
        outline: about the glyph's own origin on the baseline; y grows downwards.
        x, y: where that origin stands; the baseline is at 0, above it y is negative.
        cluster: place in the text of the first character that it stands for.
        is_missing: the font has no glyph for it.
    """

    outline: Outline
    x: float
    y: float
    cluster: int
    is_missing: bool

    @property
    def placed(self) -> Outline:
        """The outline on the line."""
        return self.outline.moved(self.x, self.y)


@dataclass(frozen=True, slots=True)
class Cluster:
    """Characters that were set together: a letter, a letter with its accents, a ligature.

    Attributes:
        text: the characters.
        glyphs: what they became.
        x: left edge of the advance, on the line.
        advance: width that it takes up, kerning with the next one included, tracking not.
    """

    text: str
    glyphs: tuple[PlacedGlyph, ...]
    x: float
    advance: float

    @property
    def is_space(self) -> bool:
        """Whether there is nothing to be seen."""
        return self.text.isspace()


@dataclass(frozen=True, slots=True)
class Shaped:
    """A line of placed clusters.

    Attributes:
        clusters: from left to right.
        advance: of the whole line, side bearings and tracking included; none after the last letter.
        unsettable: characters without a glyph, or with an accent that finds no place.
    """

    clusters: tuple[Cluster, ...]
    advance: float
    unsettable: str

    @property
    def glyphs(self) -> tuple[PlacedGlyph, ...]:
        """All glyphs, from left to right."""
        return tuple(glyph for cluster in self.clusters for glyph in cluster.glyphs)


class Typesetter:
    """One font file, ready to set lines. Safe to share: the font is never changed."""

    def __init__(self, path: Path) -> None:
        self._face = hb.Face(hb.Blob.from_file_path(str(path)))
        self._font = hb.Font(self._face)
        self._scale = EM / self._face.upem
        self._outlines: dict[int, Outline] = {}

    def shape(self, text: str, *, tracking: float = 0.0, contextual: bool = True) -> Shaped:
        """Sets a line.

        Args:
            text: NFC, without control characters.
            tracking: added between clusters, in thousandths of an em; other than 0 it turns
                ligatures off, as CSS does: a ligature would stay tight among spaced letters.
            contextual: False turns contextual forms off, which code fonts use for arrows.
        """
        clusters: list[Cluster] = []
        unsettable: list[str] = []
        x = 0.0
        for start, run in _runs(text):
            shaped = self._shape_run(run, ligatures=not tracking, contextual=contextual)
            marks = self._unmarked_run(run, tracking, contextual) if _has_marks(run) else None
            for piece in _pieces(run, shaped, start):
                place = x + tracking * len(clusters)
                cluster = self._cluster(piece, place)
                if _is_unsettable(cluster, piece, marks):
                    unsettable.append(piece.text)
                clusters.append(cluster)
                x += cluster.advance
        between = tracking * max(0, len(clusters) - 1)
        return Shaped(tuple(clusters), x + between, "".join(unsettable))

    def _shape_run(
        self, run: str, *, ligatures: bool, contextual: bool, marks: bool = True
    ) -> list[_Glyph]:
        buffer = hb.Buffer()
        buffer.add_str(run)
        buffer.direction = "ltr"
        buffer.guess_segment_properties()
        buffer.direction = "ltr"
        buffer.language = _language(run)
        # Letters alone join: some families make an arrow of a hyphen and a bracket.
        joined = _on_letters(run, ligatures)
        features = {
            "liga": joined,
            "clig": joined,
            "calt": _on_letters(run, contextual),
            # Hyphens and brackets at the height of capitals.
            "case": run.isupper(),
            "mark": marks,
            "mkmk": marks,
        }
        hb.shape(self._font, buffer, features)
        return [
            _Glyph(info.codepoint, info.cluster, *position.position)
            for info, position in zip(buffer.glyph_infos, buffer.glyph_positions, strict=True)
        ]

    def _unmarked_run(self, run: str, tracking: float, contextual: bool) -> set[_Glyph]:
        """The run as it is set when accents are not moved to their letters."""
        return set(self._shape_run(run, ligatures=not tracking, contextual=contextual, marks=False))

    def _cluster(self, piece: _Piece, x: float) -> Cluster:
        glyphs: list[PlacedGlyph] = []
        pen = x
        for glyph in piece.glyphs:
            glyphs.append(
                PlacedGlyph(
                    outline=self.outline(glyph.id),
                    x=pen + glyph.x_offset * self._scale,
                    y=-glyph.y_offset * self._scale,
                    cluster=piece.start,
                    is_missing=glyph.id == 0,
                )
            )
            pen += glyph.x_advance * self._scale
        return Cluster(piece.text, tuple(glyphs), x, pen - x)

    def outline(self, glyph_id: int) -> Outline:
        """A glyph about its origin, overlaps within it united; y grows downwards."""
        if glyph_id not in self._outlines:
            path = pathops.Path(fillType=pathops.FillType.WINDING)
            self._font.draw_glyph_with_pen(glyph_id, path.getPen(glyphSet=None))
            scale = self._scale
            raw = Outline.from_skia(path).transformed((scale, 0, 0, -scale, 0, 0))
            self._outlines[glyph_id] = combined([raw])
        return self._outlines[glyph_id]


@lru_cache(maxsize=16)
def typesetter(path: Path) -> Typesetter:
    """The typesetter of a font file; the last few are kept."""
    return Typesetter(path)


@dataclass(frozen=True, slots=True)
class _Glyph:
    """A glyph as HarfBuzz tells of it, in font units."""

    id: int
    cluster: int
    x_offset: int
    y_offset: int
    x_advance: int
    y_advance: int


@dataclass(frozen=True, slots=True)
class _Piece:
    """The glyphs of one cluster, and its characters."""

    text: str
    start: int
    glyphs: tuple[_Glyph, ...]


def _on_letters(run: str, wanted: bool) -> list[tuple[int, int, bool]]:
    """A feature's value for each character."""
    return [(at, at + 1, wanted and char.isalpha()) for at, char in enumerate(run)]


def _pieces(run: str, glyphs: list[_Glyph], offset: int) -> Iterator[_Piece]:
    starts = sorted({glyph.cluster for glyph in glyphs})
    for place, start in enumerate(starts):
        end = starts[place + 1] if place + 1 < len(starts) else len(run)
        inside = tuple(glyph for glyph in glyphs if glyph.cluster == start)
        yield _Piece(run[start:end], offset + start, inside)


def _is_unsettable(cluster: Cluster, piece: _Piece, unmarked: set[_Glyph] | None) -> bool:
    if any(glyph.is_missing for glyph in cluster.glyphs):
        return True
    if cluster.is_space:
        return False
    if all(glyph.outline.is_empty for glyph in cluster.glyphs):
        return True
    if unmarked is None or not _has_marks(piece.text):
        return False
    if unicodedata.combining(piece.text[0]):
        return True
    # The accent was not moved to its letter: it would stand wherever its drawing happens to be.
    if any(glyph in unmarked for glyph in piece.glyphs[1:]):
        return True
    return any(_collide(*pair) for pair in combinations(cluster.glyphs[1:], 2))


def _collide(first: PlacedGlyph, second: PlacedGlyph) -> bool:
    """Whether two accents stand in the same place, as a font may have no room for a second one."""
    a, b = first.placed.bounds, second.placed.bounds
    across = min(a[2], b[2]) - max(a[0], b[0])
    down = min(a[3], b[3]) - max(a[1], b[1])
    smaller = min((box[2] - box[0]) * (box[3] - box[1]) for box in (a, b))
    return across > 0 and down > 0 and across * down > _SAME_PLACE * smaller


def _has_marks(text: str) -> bool:
    """Whether accents are set on their own in it, or may be, as NFC has no letter with them."""
    return any(unicodedata.category(char).startswith("M") for char in _decomposed(text))


def _decomposed(text: str) -> str:
    return unicodedata.normalize("NFD", text)


def _runs(text: str) -> Iterator[tuple[int, str]]:
    """Stretches in one script: HarfBuzz sets one at a time, by the rules for that script."""
    start, script = 0, ""
    for place, char in enumerate(text):
        here = _script(char)
        if here and script and here != script:
            yield start, text[start:place]
            start = place
        script = here or script
    if text:
        yield start, text[start:]


def _script(char: str) -> str:
    """The first word of a letter's Unicode name, which is its script; "" for all else."""
    if not unicodedata.category(char).startswith("L"):
        return ""
    return unicodedata.name(char, "").partition(" ")[0]


_SERBIAN = frozenset("ђћџљњјЂЋЏЉЊЈ")
_MACEDONIAN = frozenset("ѓќѕЃЌЅ")


def _language(run: str) -> str:
    """The language where its own letters give it away: some letters look different in it."""
    if _MACEDONIAN.intersection(run):
        return "mk"
    if _SERBIAN.intersection(run):
        return "sr"
    return "ru" if any(_script(char) == "CYRILLIC" for char in run) else "en"

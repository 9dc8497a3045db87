"""A picture on its way through the chain, and its form inside a checkpoint."""

from __future__ import annotations

import json
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from io import BytesIO
from typing import Any

from PIL import Image

from backend.domain.brief import Colour, Palette
from backend.domain.likeness import Recipe
from backend.domain.ports import Draft
from backend.utils.images import png_bytes


@dataclass(frozen=True)
class Picture:
    """An image with where it came from.

    Attributes:
        image: RGB, as far as the chain has got.
        index: place in the answer, from 0.
        origin: "cgan", "composer" or "upload".
        seed: of the noise; with the request and the index it draws the picture again.
        palette: None for uploads.
        is_flat: whether every area wears a colour of the palette; only such a picture may be put
            back on its colours after it was enlarged.
        parent: id of the stored picture that it was made from.
        recipe: of a draft, see `domain.ports.Draft`; None for other pictures.
    """

    image: Image.Image
    index: int
    origin: str
    seed: int
    palette: Palette | None = None
    is_flat: bool = False
    layout: str = ""
    concept: str = ""
    glyphs: tuple[tuple[str, str, str], ...] = ()
    scores: dict[str, float] = field(default_factory=dict)
    svg: str | None = None
    parent: str | None = None
    recipe: Recipe | None = None

    @classmethod
    def from_draft(cls, draft: Draft, index: int, parent: str | None = None) -> Picture:
        """A draft as the first state of a picture."""
        return cls(
            image=draft.image,
            index=index,
            origin=str(draft.origin),
            seed=draft.seed,
            palette=draft.palette,
            is_flat=draft.is_flat,
            layout=draft.layout,
            concept=draft.concept,
            glyphs=draft.glyphs,
            scores={"overall": draft.score, **draft.scores},
            svg=draft.svg,
            parent=parent,
            recipe=draft.recipe,
        )

    @classmethod
    def from_record(
        cls,
        image: Image.Image,
        record: Mapping[str, Any],
        index: int,
        seed: int | None,
        parent: str,
    ) -> Picture:
        """A stored picture, to be restyled or enlarged.

        Args:
            image: a square.
            record: its sidecar.
            index: its place in the new request.
            seed: of the new noise; None keeps the record's.
            parent: its id.
        """
        return cls(
            image=image,
            index=index,
            origin=record["origin"],
            seed=record["seed"] if seed is None else seed,
            palette=palette_from_hexes(record["palette"]),
            is_flat=record["is_flat"],
            layout=record["layout"],
            concept=record["concept"] or record["description"],
            glyphs=tuple((g["id"], g["licence"], g["author"]) for g in record["glyphs"]),
            scores=dict(record["scores"]),
            parent=parent,
        )

    def with_image(self, image: Image.Image) -> Picture:
        """The same picture, one stage further."""
        return replace(self, image=image)

    def repainted(self, image: Image.Image, *, is_flat: bool) -> Picture:
        """What a restyle makes of it: no drawing any more, and flat only if it was meant to be."""
        return replace(self, image=image, svg=None, recipe=None, is_flat=self.is_flat and is_flat)

    def facts(self) -> dict[str, Any]:
        """Everything but the pixels, JSON-able."""
        return {
            "index": self.index,
            "origin": self.origin,
            "seed": self.seed,
            "palette": [colour.hex for colour in self.palette.colours] if self.palette else [],
            "is_flat": self.is_flat,
            "layout": self.layout,
            "concept": self.concept,
            "glyphs": [list(glyph) for glyph in self.glyphs],
            "scores": self.scores,
            "svg": self.svg,
            "parent": self.parent,
            "recipe": self.recipe.to_json() if self.recipe else None,
        }


def palette_from_hexes(hexes: Sequence[str]) -> Palette | None:
    """Background, primary and secondary, or None when there are not three."""
    if len(hexes) != 3:
        return None
    return Palette(*(Colour.from_hex(text) for text in hexes))


def pack_pictures(pictures: Sequence[Picture], extra: dict[str, Any]) -> bytes:
    """Pictures and JSON-able extras as one blob, for a checkpoint."""
    stream = BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_STORED) as archive:
        facts = [picture.facts() for picture in pictures]
        archive.writestr("facts.json", json.dumps({"pictures": facts, "extra": extra}))
        for number, picture in enumerate(pictures):
            archive.writestr(f"{number}.png", png_bytes(picture.image))
    return stream.getvalue()


def unpack_pictures(blob: bytes) -> tuple[list[Picture], dict[str, Any]]:
    """The inverse of `pack_pictures`."""
    with zipfile.ZipFile(BytesIO(blob)) as archive:
        content = json.loads(archive.read("facts.json"))
        pictures = []
        for number, facts in enumerate(content["pictures"]):
            image = Image.open(BytesIO(archive.read(f"{number}.png"))).convert("RGB")
            pictures.append(
                Picture(
                    image=image,
                    index=facts["index"],
                    origin=facts["origin"],
                    seed=facts["seed"],
                    palette=palette_from_hexes(facts["palette"]),
                    is_flat=facts["is_flat"],
                    layout=facts["layout"],
                    concept=facts["concept"],
                    glyphs=tuple((g[0], g[1], g[2]) for g in facts["glyphs"]),
                    scores=facts["scores"],
                    svg=facts["svg"],
                    parent=facts["parent"],
                    recipe=Recipe.from_json(facts["recipe"]) if facts.get("recipe") else None,
                )
            )
    extra: dict[str, Any] = content["extra"]
    return pictures, extra

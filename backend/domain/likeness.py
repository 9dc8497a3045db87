"""Drafts like one that is there: what of it has to be known to draw its kin."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from backend.domain.brief import Colour, Palette

NoiseMix = tuple[tuple[int, float], ...]
"""Noise as a sum of standard normal streams, each by its seed and its weight."""


class Amount(StrEnum):
    """How far from the original: the same idea dressed anew, or another drawing of its subject."""

    LITTLE = "little"
    LOT = "lot"


@dataclass(frozen=True, slots=True)
class Variation:
    """A wish for drafts like a stored one.

    Attributes:
        image: its id.
    """

    image: str
    amount: Amount


@dataclass(frozen=True, slots=True)
class Recipe:
    """What a draft was drawn from beyond its glyphs, layout and palette.

    Attributes:
        layout_seed: of the layout's proportions.
        noise: that the network was given; empty for composed drafts.
    """

    layout_seed: int = 0
    noise: NoiseMix = ()

    def to_json(self) -> dict[str, Any]:
        """JSON-able values, the inverse of `from_json`."""
        return {"layout_seed": self.layout_seed, "noise": [list(part) for part in self.noise]}

    @classmethod
    def from_json(cls, values: Mapping[str, Any]) -> Recipe:
        """Rebuilds a recipe written by `to_json`; older pictures have none, which gives zeros."""
        noise = tuple((int(seed), float(weight)) for seed, weight in values.get("noise", ()))
        return cls(values.get("layout_seed", 0), noise)


@dataclass(frozen=True, slots=True)
class Likeness:
    """The draft that others shall be like.

    Attributes:
        wish: which picture, and how far from it.
        seed: its seed.
        layout: name of its arrangement.
        glyphs: ids of the glyphs it is made of or was shown, in their order.
    """

    wish: Variation
    seed: int
    layout: str
    glyphs: tuple[str, ...]
    palette: Palette
    recipe: Recipe = field(default_factory=Recipe)

    @property
    def is_near(self) -> bool:
        """Whether only a little may change."""
        return self.wish.amount is Amount.LITTLE

    def to_json(self) -> dict[str, Any]:
        """The wish as clients spell it, and what it means, as two keys of a request."""
        return {
            "vary": {"image": self.wish.image, "amount": str(self.wish.amount)},
            "likeness": {
                "seed": self.seed,
                "layout": self.layout,
                "glyphs": list(self.glyphs),
                "palette": [colour.hex for colour in self.palette.colours],
                **self.recipe.to_json(),
            },
        }

    @classmethod
    def from_json(cls, values: Mapping[str, Any]) -> Likeness | None:
        """Rebuilds what `to_json` wrote into a request; None for a request without it."""
        if "likeness" not in values:
            return None
        vary, like = values["vary"], values["likeness"]
        return cls(
            wish=Variation(vary["image"], Amount(vary["amount"])),
            seed=like["seed"],
            layout=like["layout"],
            glyphs=tuple(like["glyphs"]),
            palette=Palette(*(Colour.from_hex(text) for text in like["palette"])),
            recipe=Recipe.from_json(like),
        )

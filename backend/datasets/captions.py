"""Captions of the training corpus: three forms of one description."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass

from backend.domain.brief import Colour, Palette
from backend.vector.colour_names import caption_name
from backend.vector.finishes import FACTS as FINISH_FACTS
from backend.vector.finishes import Finish
from backend.vector.layouts import FACTS as LAYOUT_FACTS
from backend.vector.layouts import Layout

_INDUSTRIES = (
    "technology", "food", "travel", "health", "education", "finance", "sports", "fashion",
    "music", "construction", "energy", "games", "pets", "beauty", "logistics", "farming",
    "design", "real estate", "law", "entertainment",
)  # fmt: skip
_NAME_STARTS = (
    "Al", "Ber", "Cor", "Del", "El", "Fen", "Gal", "Hel", "In", "Jo", "Kal", "Lu", "Mar", "No",
    "Or", "Pel",
)  # fmt: skip
_NAME_ENDS = (
    "ria", "tix", "via", "dora", "neo", "lux", "mont", "sa", "tra", "zen", "ko", "bury", "field",
    "ly", "ton",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Description:
    """What a picture shows, in the slots that captions are made of."""

    concept: str
    layout: Layout
    finish: Finish
    palette: Palette

    @property
    def colour_words(self) -> tuple[str, ...]:
        """Names of the inks and the background, without repeats, primary first."""
        background, *inks = self.palette.colours
        return _distinct_names([*inks, background])


def content_phrase(description: Description) -> str:
    """The part that says what to draw: concept, layout."""
    return f"{description.concept}, {LAYOUT_FACTS[description.layout].caption}"


def caption(description: Description, form: int, rng: random.Random) -> str:
    """Writes a caption.

    Args:
        description: the slots.
        form: 0 is a short phrase, 1 a list of tags, 2 the public logo data set's template.
        rng: chooses names, industries and word order.
    """
    colours = description.colour_words
    layout = LAYOUT_FACTS[description.layout].caption
    finish = FINISH_FACTS[description.finish].caption
    ground = caption_name(description.palette.background)
    if form == 0:
        inks = " and ".join(_distinct_names(description.palette.colours[1:]))
        return f"{inks} {description.concept} {layout}, {finish}, {ground} background"
    if form == 1:
        tags = [*colours, layout, finish]
        rng.shuffle(tags)
        return ", ".join([description.concept, *tags])
    name = rng.choice(_NAME_STARTS) + rng.choice(_NAME_ENDS)
    words = ", ".join([description.concept, *colours, layout, finish, rng.choice(_INDUSTRIES)])
    return (
        f"Simple elegant logo for {name}, {words}, successful vibe, minimalist, thought-provoking, "
        "abstract, recognizable, relatable, sharp, vector art, even edges"
    )


def _distinct_names(colours: Sequence[Colour]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(caption_name(colour) for colour in colours))


def restyle_prompt(concept: str, layout: Layout, finish: Finish, palette: Palette) -> str:
    """The prompt for a draft: the short form, so the model meets words it was trained on."""
    return caption(Description(concept, layout, finish, palette), 0, random.Random(0))

"""Takes a description apart with rules: name, subject, colours, styles, exclusions."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from backend.domain.brief import Brief, Colour
from backend.domain.errors import InvalidBrief
from backend.domain.generation import LIMITS, LogoRequest
from backend.models import brief_words as tables
from backend.models.brief_avoid import find_avoided, layouts_showing, listed_avoided
from backend.models.brief_colours import (
    chosen_colours,
    colour_meanings,
    find_colours,
    find_ground,
    meant_by,
)
from backend.models.brief_content import (
    CONTENT_WORDS,
    content_phrases,
    mark_filler,
    readable_content,
    without_echoes,
)
from backend.models.brief_marker import TextMarker
from backend.models.brief_marks import MarkedText, WordRole
from backend.models.brief_names import find_name, forget_name
from backend.models.brief_styles import find_layouts, find_styles
from backend.models.brief_text import clipped, is_readable, plain_name, plain_text
from backend.vector.layouts import Layout

# A palette of so many colours is a ground with its inks; fewer or more are colours to choose from.
_GROUND_AND_INKS = 3


class SpacyBriefReader:
    """Reads briefs by rules alone. Building takes some hundred milliseconds, reading a few.

    Threads may share it.
    """

    def __init__(self) -> None:
        self._colours = colour_meanings()
        self._marker = TextMarker(self._colours)

    def read(self, request: LogoRequest) -> Brief:
        """Takes a request's texts apart.

        Raises:
            InvalidBrief: neither the description nor the name holds a letter, digit or picture, or
                everything in them is to be avoided.
        """
        warnings: list[str] = []
        described = _described(request.description, warnings)
        given_name = clipped(plain_name(request.name), LIMITS.name_characters)
        _refuse_empty(described or request.description.strip(), described + plain_text(given_name))
        marked = self._marker.mark(described)
        look = self._marker.mark(clipped(plain_text(request.style), LIMITS.style_characters))
        if given_name:
            forget_name(marked, given_name)
        name = find_name(marked)
        avoid = [*find_avoided(marked), *find_avoided(look), *listed_avoided(request.avoid)]
        colours = [*find_colours(marked), *find_colours(look)]
        layouts = [*find_layouts(marked), *find_layouts(look)]
        chosen = chosen_colours(request.palette, colours, avoid, self._colours, warnings)
        ground = (
            request.palette[0]
            if len(request.palette) == _GROUND_AND_INKS
            else self._ground(marked, look, chosen)
        )
        unwanted = {*layouts_showing(avoid)}
        if ground and Layout.NEGATIVE not in dict(layouts):
            unwanted.add(str(Layout.NEGATIVE))  # It covers the ground with ink.
        styles = [*_look_styles(look), *find_styles(marked)]
        draft = Brief(
            name=given_name or name,
            content="",
            colours=chosen,
            styles=_unique(styles),
            layouts=_unique(layout for layout, _ in layouts if layout not in unwanted),
            avoid=_unique(avoid),
            unwanted_layouts=tuple(sorted(unwanted)),
            ground=ground,
        )
        brief = self._with_content(draft, marked, dict(layouts), warnings)
        if WordRole.SLOGAN in marked.roles:
            warnings.append("The slogan is not drawn; add it beside the finished logo.")
        return replace(brief, warnings=_unique(warnings))

    def _ground(
        self, marked: MarkedText, look: MarkedText, chosen: Sequence[Colour]
    ) -> Colour | None:
        """The background's colour, if it was asked for and is among the colours that are used."""
        name = find_ground(marked) or find_ground(look)
        meant = meant_by(name, self._colours) if name else ()
        return next((colour for colour in meant if colour in chosen), None)

    def _with_content(
        self, brief: Brief, marked: MarkedText, frames: Mapping[str, str], warnings: list[str]
    ) -> Brief:
        """The brief with its content, without a layout that turned out to be the subject.

        `frames` has the words that asked for each layout.
        """
        mark_filler(marked)
        drawn = [self._marker.translated(marked, words) for words in content_phrases(marked)]
        if phrases := [phrase for phrase in without_echoes(drawn) if phrase not in brief.avoid]:
            return replace(brief, content=readable_content(phrases, marked.text, warnings))
        for layout, words in frames.items():
            nouns = tables.FRAME_SUBJECTS if brief.name else tables.SHAPES.get(layout, frozenset())
            if subject := " ".join(word for word in words.split() if word in nouns):
                rest = tuple(other for other in brief.layouts if other != layout)
                return replace(brief, content=subject, layouts=rest)
        if name_subject := self._name_subject(brief.name):
            return replace(brief, content=readable_content([name_subject], name_subject, warnings))
        shown = [
            word.low
            for word, role in zip(marked.words, marked.roles, strict=True)
            if role != WordRole.AVOID and is_readable(word.low) and word.low not in brief.avoid
        ]
        if drawn or not shown:
            raise InvalidBrief("The request only says what to leave out. Say what to draw.")
        if brief.styles:
            return replace(brief, content=" ".join(brief.styles))
        warnings.append("No subject was found. Say what to draw, such as a fox or a coffee cup.")
        telling = [word for word in shown if word not in tables.DROPPED | tables.BREAKS] or shown
        return replace(brief, content=" ".join(telling[:CONTENT_WORDS]))

    def _name_subject(self, name: str) -> str:
        """The name as a subject: lower case, translated, without "company" and the like."""
        lows = list(filter(is_readable, self._marker.known_words(plain_text(name).lower())))
        return " ".join([low for low in lows if low not in tables.GENERIC_BUSINESSES] or lows)


def _unique(values: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(values))


def _described(description: str, warnings: list[str]) -> str:
    text, limit = plain_text(description), LIMITS.description_characters
    if max(len(text), len(description)) > limit:
        warnings.append(f"The description is long; only its first {limit:,} characters were read.")
    return clipped(text, limit)


def _refuse_empty(text: str, readable: str) -> None:
    if is_readable(readable):
        return
    raise InvalidBrief(
        "There are no words in the description. Describe in words what to draw, such as: a red fox."
        if text
        else "The description is empty. Describe in words what to draw, or give a name.",
        fields=[("description", "says nothing that can be drawn")],
    )


def _look_styles(look: MarkedText) -> list[str]:
    """Styles of the style field; without a known one, its phrases as they stand."""
    return find_styles(look) or [look.joined(words) for words in content_phrases(look)]

"""Names as outlines: one line of real type, cropped to its ink, with the measures it has."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

from backend.branding.drawing import Drawing, Layer
from backend.branding.fonts import Family, families, family
from backend.branding.lettering import Lettering, lettering, named
from backend.branding.outlines import Box, Outline, combined
from backend.branding.proportions import proportions
from backend.branding.shaping import Cluster, PlacedGlyph, Shaped, typesetter
from backend.domain.branding import BRAND_LIMITS, Finding, LetterCase, TextOptions, Verdict
from backend.domain.brief import Colour
from backend.domain.errors import TextNotSettable


@dataclass(frozen=True, slots=True)
class Line:
    """A line of type; all measures in thousandths of its em.

    Attributes:
        text: what was set, after cleaning and letter case.
        drawing: one area in one colour; its box is the ink.
        cap_height, x_height: of the typeface.
        ascent, descent: how far the ink reaches above and below the baseline.
        body: height above the baseline that the eye takes for the line's: capitals' height, or
            the small letters' where nothing rises above them. Accents do not count.
        stem, hairline: the thickest upright and the thinnest stroke of the typeface.
        family: what it was set in.
        weight: the one that was used.
        findings: what was done to the text, and what may not look as expected.
    """

    text: str
    drawing: Drawing
    cap_height: float
    x_height: float
    ascent: float
    descent: float
    body: float
    stem: float
    hairline: float
    family: Family
    weight: int
    findings: tuple[Finding, ...] = ()

    @property
    def width(self) -> float:
        """Of the ink."""
        return self.drawing.width

    @property
    def centre(self) -> float:
        """How far above the baseline the eye takes the line's middle to be.

        Capitals: half their height. Small letters with capitals among them: between that and half
        the x-height, since most of the ink lies below it.
        """
        if self.body <= self.x_height or not any(char.islower() for char in self.text):
            return self.body / 2
        return (self.body + self.x_height) / 4


def set_line(text: str, *, options: TextOptions, colour: Colour) -> Line:
    """Sets one line in real type.

    Args:
        text: as typed; the options' name and tagline are not looked at.
        options: family, weight, tracking (thousandths of an em) and letter case.

    Raises:
        InvalidRequest: there is no such family.
        TextNotSettable: nothing can be seen of the text, or characters of it have no glyph; the
            detail names them and says what to do.
    """
    one = family(options.font)
    clean = cleaned(text, options.case)
    if not clean.text:
        raise TextNotSettable("there is nothing to set: the text has no visible characters")
    shaped = shape_line(clean.text, one, options.weight, options.tracking)
    ink = _area(shaped.glyphs)
    left, top, right, bottom = ink.bounds
    measures = proportions(one.font_path(options.weight))
    return Line(
        text=clean.text,
        drawing=Drawing(right - left, bottom - top, (Layer(ink.moved(-left, -top), colour),)),
        cap_height=measures.cap_height,
        x_height=measures.x_height,
        ascent=-top,
        descent=bottom,
        body=_body(shaped, measures.cap_height, measures.x_height),
        stem=measures.stem,
        hairline=measures.hairline,
        family=one,
        weight=one.nearest(options.weight),
        findings=(*clean.findings, *_doubts(clean.text, one, options)),
    )


def cleaned(text: str, case: LetterCase = LetterCase.TYPED) -> Lettering:
    """The text as it will be set; may be empty.

    Raises:
        TextNotSettable: too long, or characters that cannot be text of a name.
    """
    if len(text) > BRAND_LIMITS.name_characters:
        raise TextNotSettable(
            f"the text has {len(text)} characters; "
            f"at most {BRAND_LIMITS.name_characters} can be set"
        )
    return lettering(text, case)


def shape_line(text: str, one: Family, weight: float, tracking: float = 0.0) -> Shaped:
    """Shapes a cleaned line.

    Raises:
        TextNotSettable: characters have no glyph in this family.
    """
    shaped = _shaped(text, one, weight, tracking)
    if shaped.unsettable:
        raise TextNotSettable(_refusal(text, shaped.unsettable, one))
    return shaped


def _shaped(text: str, one: Family, weight: float, tracking: float = 0.0) -> Shaped:
    # Code fonts turn -> and != into signs by contextual forms; a name means what was typed.
    contextual = one.category != "mono"
    setter = typesetter(one.font_path(weight))
    return setter.shape(text, tracking=tracking, contextual=contextual)


def _area(glyphs: Sequence[PlacedGlyph]) -> Outline:
    """All glyphs as one area; those whose boxes meet are united, joined scripts among them."""
    groups: list[tuple[Box, list[Outline]]] = []
    for glyph in glyphs:
        outline = glyph.placed
        if outline.is_empty:
            continue
        box, members = outline.bounds, [outline]
        for other, theirs in [group for group in groups if _meet(group[0], box)]:
            groups.remove((other, theirs))
            box = _around(box, other)
            members = [*theirs, *members]
        groups.append((box, members))
    parts = [members[0] if len(members) == 1 else combined(members) for _, members in groups]
    return Outline(tuple(segment for part in parts for segment in part.segments))


def _meet(first: Box, second: Box) -> bool:
    return (
        first[0] < second[2]
        and second[0] < first[2]
        and first[1] < second[3]
        and second[1] < first[3]
    )


def _around(first: Box, second: Box) -> Box:
    return (
        min(first[0], second[0]),
        min(first[1], second[1]),
        max(first[2], second[2]),
        max(first[3], second[3]),
    )


def _body(shaped: Shaped, cap_height: float, x_height: float) -> float:
    """Capitals' height, unless there are only small letters and none of them rises higher."""
    rising = (cap_height + x_height) / 2
    has_letters = False
    for cluster in shaped.clusters:
        base = unicodedata.normalize("NFD", cluster.text)[0]
        if not base.isalpha():
            if not cluster.is_space and _top(cluster) > rising:
                return cap_height
            continue
        has_letters = True
        # The dot of an i and accents do not make a line look higher.
        accented = base in "ijі" or base != cluster.text[0]
        if base.isupper() or (not accented and _top(cluster) > rising):
            return cap_height
    return x_height if has_letters else cap_height


def _top(cluster: Cluster) -> float:
    """How far it reaches above the baseline."""
    return max(-glyph.placed.bounds[1] for glyph in cluster.glyphs)


def _refusal(text: str, unsettable: str, one: Family) -> str:
    """What cannot be set, and what to do."""
    parts = [f"{one.name} cannot set {named(unsettable)}."]
    others = [
        other.name
        for other in families()
        if other.id != one.id and not _shaped(text, other, 400).unsettable
    ]
    plain = unicodedata.normalize("NFKC", text)
    if others:
        parts.append(f"Choose a family that can: {', '.join(others)}.")
    elif plain != text and not _shaped(plain, one, 400).unsettable:
        parts.append(f"Type it in ordinary letters: {plain}")
    elif any(unicodedata.category(char) in ("So", "Sk") for char in unsettable):
        parts.append("No family of ours can: leave emoji and symbols out of the name.")
    else:
        parts.append("No family of ours can: write the name in Latin or Cyrillic letters.")
    return " ".join(parts)


def _doubts(text: str, one: Family, options: TextOptions) -> tuple[Finding, ...]:
    found: list[Finding] = []
    if one.category == "script" and options.tracking > 0:
        found.append(
            Finding(
                "script-spaced",
                Verdict.WARN,
                f"The letters of {one.name} are joined; letter-spacing tears them apart.",
                "Set the letter-spacing to 0.",
                {"tracking": options.tracking},
            )
        )
    if one.category == "script" and len(text) > 1 and text.isupper():
        found.append(
            Finding(
                "script-capitals",
                Verdict.WARN,
                f"{one.name} is a script; words in its capitals are hard to read.",
                "Use capitals for first letters only.",
            )
        )
    return tuple(found)

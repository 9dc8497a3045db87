"""What spaCy looks for in a brief: where words end, table phrases, and patterns of tokens."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

from spacy.language import Language
from spacy.matcher import Matcher, PhraseMatcher
from spacy.tokenizer import Tokenizer

from backend.models import brief_words as tables
from backend.vector.layouts import FACTS as LAYOUT_FACTS
from backend.vector.layouts import Layout

_HEX_DIGITS = r"(?:[0-9a-f]{8}|[0-9a-f]{6}|[0-9a-f]{3})(?!\w)"
HEX_CODE = re.compile(f"#{_HEX_DIGITS}", re.I)
_SEPARATOR = r"!\"$%&()*+,\-/:;<=>?@\[\\\]^`{|}~¡¿«»\u2010-\u2027\u2030-\u205e\u3001-\u303f،؛؟।"

# Words apart by spaces match one token each: "a|b" either word, "?" and "*" and "{0,2}" how often,
# BUSINESS, SHAPE and the like a word of that table. Rules for names end where the name begins.
_RULES: Mapping[str, tuple[str, ...]] = {
    "called": (
        "called|named|titled|dubbed",
        "name is|:|=|-|–|—",
        "brand|company|client|startup|business :",
    ),
    "letters": (
        "letter|letters|initial|initials|monogram CAPITALS",
        "letter|letters|initials|monogram CAPITALS and|&|, CAPITALS",
    ),
    "introduced": (
        "we|i are|am",
        "we're|i'm|it's",
        "this|it is",
        "saying|says|reads|reading|word|text|wordmark|name",
    ),
    "business": ("BUSINESS", "BUSINESS is"),
    "addressed": ("for the|my|our?", "logo|logotype of"),
    "avoid": (
        "no|without|avoid|avoiding|exclude|excluding|except|nothing|never|not|nor|don't|dont",
        "do not",
        "free of|from",
        "instead|rather of|than",
    ),
    "free of": (
        "text|gradient|gradients|clutter|shadow|noise|colour|color|letter|word|people -? free",
    ),
    "style of": ("in a|the? style|spirit|manner of",),
    "year": ("since|est|established|founded in|.* YEAR",),
    "layout letter": ("letter|letters|initial|initials|monogram CAPITALS",),
}
# Once for each layout that has SHAPES.
_FRAME_RULES: Mapping[str, tuple[str, ...]] = {
    "layout": (
        "in|inside|within|on|into a|an|the? ADJECTIVE{0,2} SHAPE",
        "surrounded|framed|enclosed|encircled by|in|with a|an|the? ADJECTIVE{0,2} SHAPE",
        "SHAPE -? FRAME",
        "SHAPE around|behind",
        "shape|form|frame|layout|container :|is a|an? ADJECTIVE{0,2} SHAPE",
    ),
    "holder": ("HOLDER with|containing|surrounding",),
}


def tokenizer(nlp: Language) -> Tokenizer:
    """Splits at spaces and at every separator; apostrophes and dots inside words stay."""
    return Tokenizer(
        nlp.vocab,
        prefix_search=re.compile(rf"^(?:[{_SEPARATOR}.']|#(?!{_HEX_DIGITS}))", re.I).search,
        suffix_search=re.compile(rf"[{_SEPARATOR}.'#]$").search,
        infix_finditer=re.compile(rf"[{_SEPARATOR}]|(?<=[a-z])\.(?=[A-Z])").finditer,
        token_match=HEX_CODE.fullmatch,
    )


def phrase_matcher(nlp: Language, colours: Iterable[str]) -> PhraseMatcher:
    """Finds the phrases of the tables, written with spaces or hyphens, under their table's name."""
    matcher = PhraseMatcher(nlp.vocab, attr="LOWER")
    groups: dict[str, Iterable[str]] = {
        "colour": colours,
        "style": tables.STYLES,
        "protected": tables.PROTECTED,
        "filler": tables.FILLER_PHRASES,
    }
    for layout, facts in LAYOUT_FACTS.items():
        # The captions that the models learned by are understood as well.
        captions = () if layout is Layout.MARK else (facts.caption,)
        groups[f"layout {layout}"] = (*tables.LAYOUT_PHRASES.get(layout, ()), *captions)
    for label, phrases in groups.items():
        forms = {form for text in phrases for form in (text, text.replace(" ", "-"))}
        matcher.add(label, [nlp.make_doc(form) for form in sorted(forms)])
    return matcher


def pattern_matcher(nlp: Language, colours: Iterable[str]) -> Matcher:
    """Finds the patterns of the rules under their rule's name."""
    matcher = Matcher(nlp.vocab)
    kinds: dict[str, Any] = {
        "BUSINESS": _any_of(tables.BUSINESSES),
        "ADJECTIVE": _any_of({*tables.FRAME_ADJECTIVES, *colours}),
        "FRAME": _any_of(tables.FRAME_WORDS),
        "CAPITALS": {"TEXT": {"REGEX": "^(?:[A-ZА-ЯЁ]{1,3}|[b-z])$"}},
        "YEAR": {"TEXT": {"REGEX": "^[0-9]{4}$"}},
    }
    for label, rules in _RULES.items():
        matcher.add(label, [_pattern(rule, kinds) for rule in rules])
    for layout, nouns in tables.SHAPES.items():
        kinds["SHAPE"] = _any_of(nouns)
        kinds["HOLDER"] = _any_of(nouns & tables.HOLDERS)
        for label, rules in _FRAME_RULES.items():
            matcher.add(f"{label} {layout}", [_pattern(rule, kinds) for rule in rules])
    return matcher


def _any_of(words: Iterable[str]) -> dict[str, Any]:
    return {"LOWER": {"IN": sorted(words)}}


def _pattern(rule: str, kinds: Mapping[str, Any]) -> list[dict[str, Any]]:
    """A rule as spaCy token patterns."""
    pattern = []
    for part in rule.split():
        match = re.fullmatch(r"(.+?)(\?|\*|\{\d,\d\})?", part)
        words, operator = match.groups() if match else (part, None)
        token = kinds.get(words) or _any_of(words.split("|"))
        pattern.append({**token, "OP": operator or "{1}"})
    return pattern

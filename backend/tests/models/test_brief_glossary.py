"""Russian words of briefs in the forms in which people write them."""

from __future__ import annotations

from collections import Counter

import pytest

from backend.domain.generation import LogoRequest
from backend.models.brief_glossary import Glossary
from backend.models.brief_parser import SpacyBriefReader
from backend.models.brief_russian import RUSSIAN


@pytest.fixture(name="glossary", scope="module")
def _glossary() -> Glossary:
    return Glossary()


@pytest.fixture(name="reader", scope="module")
def _reader() -> SpacyBriefReader:
    return SpacyBriefReader()


def test_every_stem_has_one_meaning() -> None:
    entries = [entry.partition(": ") for entry in " ".join(RUSSIAN.split()).split(" | ")]
    stems = Counter(stem for _, _, russian in entries for stem in russian.split())
    assert [stem for stem, count in stems.items() if count > 1] == []
    assert "ё" not in RUSSIAN
    assert all(english and russian for english, _, russian in entries)


@pytest.mark.parametrize(
    ("pair", "english"),
    [
        ("детский сад", "kindergarten"),
        ("детского сада", "kindergarten"),
        ("детскому садику", "kindergarten"),
        ("салоном красоты", "beauty salon"),
        ("скорой помощи", "ambulance"),
        ("службы доставки", "delivery"),
        ("горными лыжами", "skiing"),
        ("воздушных шаров", "hot air balloon"),
        ("божьей коровкой", "ladybug"),
        ("божьих коровок", "ladybug"),
        ("грецкого ореха", "walnut"),
        ("летучие мыши", "bat"),
        ("белого медведя", "polar bear"),
        ("морским коньком", "seahorse"),
        ("морской конёк", "seahorse"),
        ("подводную лодку", "submarine"),
        ("мыльных пузырей", "soap bubbles"),
        ("цветком лотоса", "lotus flower"),
    ],
)
def test_two_words_that_are_one_term(pair: str, english: str, glossary: Glossary) -> None:
    assert glossary.english_of_pair(*pair.split()) == english


@pytest.mark.parametrize("pair", ["детская одежда", "белый сад", "сад детский", "лётный мышь"])
def test_neighbours_alone_are_no_term(pair: str, glossary: Glossary) -> None:
    english = glossary.english_of_pair(*pair.split())
    assert english not in {"kindergarten", "bat", "polar bear"}


@pytest.mark.parametrize(
    ("text", "content", "name"),
    [
        ("Пекарня на углу, тёплая и уютная, логотип с колосом", "wheat, bakery", ""),
        ("Детский сад «Солнышко»", "kindergarten", "Солнышко"),
        ("логотип для детского сада с белым медведем", "polar bear, kindergarten", ""),
        ("ДЕТСКИЙ САД", "kindergarten", ""),
        ("Детский сад с садом и детьми", "garden, children, kindergarten", ""),
        ("Белый медведь — кафе, айсберг", "iceberg, cafe", "Белый медведь"),
        ("Кафе «Морской Конёк», логотип с якорем", "anchor, cafe", "Морской Конёк"),
        ("магазин для Детского Мира", "shop", "Детского Мира"),
    ],
)
def test_terms_in_briefs(text: str, content: str, name: str, reader: SpacyBriefReader) -> None:
    brief = reader.read(LogoRequest(text))
    assert (brief.content, brief.name, brief.warnings) == (content, name, ())

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
import pytest
import torch
from numpy.typing import NDArray

from backend.domain.brief import Brief, Colour
from backend.models.retrieval import GlyphRetriever, content_phrases
from backend.models.text import TextEncoder
from backend.tests.vector.support import WEIGHTS, shipped_library, tiny_library
from backend.vector.palette import PALETTES


@pytest.fixture(scope="module")
def retriever() -> Iterator[GlyphRetriever]:
    """The shipped library with the shipped encoder, on one thread: texts are short."""
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    yield GlyphRetriever(shipped_library(), TextEncoder.load(WEIGHTS / "sd-embedded"))
    torch.set_num_threads(threads)


@pytest.mark.parametrize(
    ("phrase", "fitting"),
    [
        ("espresso", {"coffee", "cup", "mug", "espresso"}),
        ("puppy", {"dog", "puppy", "hound", "paw"}),
        ("growth", {"growth", "sprout", "sprouting", "seedling", "chart", "plant", "grow"}),
        ("dental clinic", {"tooth", "dental", "dentist", "teeth"}),
        (
            "fintech payments",
            {"payment", "payments", "money", "coin", "pay", "card", "bank", "finance"},
        ),
        ("e-bike rental", {"bike", "bicycle", "ebike", "cycling", "biking", "electric", "scooter"}),
        ("sailing school", {"sail", "sailing", "boat", "sailboat", "ship", "yacht"}),
        ("beekeeper", {"bee", "honey", "beehive", "honeycomb", "hive", "beekeeper"}),
    ],
)
def test_the_first_five_fit_the_meaning(
    phrase: str, fitting: set[str], retriever: GlyphRetriever
) -> None:
    matches = retriever.search(phrase, 5)
    hits = [match.glyph.name for match in matches if fitting & set(match.glyph.name.split())]
    assert len(hits) >= 3, [match.glyph.name for match in matches]


def test_matches_come_best_first_and_never_twice_from_one_pack(retriever: GlyphRetriever) -> None:
    matches = retriever.search("red fox", 12)
    assert len(matches) == 12
    scores = [match.score for match in matches]
    assert scores == sorted(scores, reverse=True)
    assert len({(match.glyph.pack, match.glyph.name) for match in matches}) == 12
    assert "fox" in matches[0].glyph.name.split()
    assert matches[0].similarity > 0.8


def test_what_is_to_be_avoided_is_left_out(retriever: GlyphRetriever) -> None:
    plain = [match.glyph.name for match in retriever.search("coffee shop", 20)]
    assert any("cup" in name.split() for name in plain)
    without = retriever.search("coffee shop", 20, avoid=["coffee cup"])
    assert not any(match.glyph.name in {"cup", "coffee cup", "coffee"} for match in without)
    brief = Brief("", "coffee shop", avoid=("coffee cup",))
    found = {match.glyph.name for match in retriever.for_brief(brief, 20)}
    assert not found & {"cup", "coffee cup", "coffee"}


def test_what_is_to_be_avoided_is_known_by_its_tags_and_in_the_plural(
    retriever: GlyphRetriever,
) -> None:
    shields = [match.glyph.id for match in retriever.search("cyber security", 30)]
    assert any("shield" in _words_of(retriever, glyph_id) for glyph_id in shields)
    kept = [match.glyph.id for match in retriever.search("cyber security", 30, ["shields"])]
    assert len(kept) == 30
    assert not any("shield" in _words_of(retriever, glyph_id) for glyph_id in kept)


def _words_of(retriever: GlyphRetriever, glyph_id: str) -> set[str]:
    """All words that a glyph is known by."""
    phrases = (retriever.library[glyph_id].name, *retriever.library.synonyms(glyph_id))
    return {word for phrase in phrases for word in phrase.split()}


def test_crossed_out_things_and_initials_are_no_answer(retriever: GlyphRetriever) -> None:
    first = retriever.search("coffee", 8)
    assert not any({"off", "no", "slash"} & set(match.glyph.name.split()) for match in first)
    assert not any(match.glyph.pack == "letters" for match in retriever.search("letter a", 30))


def test_the_first_phrase_of_a_brief_is_the_subject(retriever: GlyphRetriever) -> None:
    brief = Brief("", "owl, book shop")
    names = [match.glyph.name for match in retriever.for_brief(brief, 8)]
    assert "owl" in names[0].split()
    assert sum("owl" in name.split() for name in names) >= 3


@pytest.mark.parametrize(
    ("phrase", "subject"),
    [
        ("puppy daycare", "dog"),
        ("bike rental", "bike"),
        ("pet salon", "paw"),
        ("toy store", "toy"),
        ("dinosaur toy shop", "dinosaur"),
        ("cat café", "cat"),
        ("fire truck museum", "fire"),
        ("vegetables delivery", "vegetables"),
        ("same-day delivery", "delivery"),
    ],
)
def test_a_business_is_shown_by_what_it_is_for(
    retriever: GlyphRetriever, phrase: str, subject: str
) -> None:
    names = [match.glyph.name for match in retriever.for_brief(Brief("", phrase), 3)]
    assert subject in names[0], names


@pytest.mark.parametrize(
    ("phrase", "subject"),
    [("fox face", "fox"), ("owl head", "owl"), ("wolf silhouette", "wolf"), ("face", "face")],
)
def test_a_view_of_a_thing_shows_that_thing(
    retriever: GlyphRetriever, phrase: str, subject: str
) -> None:
    names = [match.glyph.name for match in retriever.for_brief(Brief("", phrase), 4)]
    assert all(subject in name.split() for name in names), names


@pytest.mark.parametrize(
    ("name", "thing"),
    [
        ("Blue Whale Books", "whale"),
        ("Night Owl Studio", "owl"),
        ("ICE CREAM & Co", "ice cream"),
        ("Бобёр", "beaver"),
        ("Три подковы", "horseshoe"),
        ("Market", ""),
        ("Kodaxo", ""),
        ("hand-knitted", ""),
        ("", ""),
    ],
)
def test_names_say_what_they_are_named_after(
    retriever: GlyphRetriever, name: str, thing: str
) -> None:
    assert retriever.thing_in(name) == thing


def test_the_same_question_has_the_same_answer(retriever: GlyphRetriever) -> None:
    first, second = (retriever.search("mountain hut", 10) for _ in range(2))
    assert first == second


def test_palettes_follow_the_colours_or_else_the_mood(retriever: GlyphRetriever) -> None:
    red = Colour.from_hex("C0392B")
    asked = retriever.palettes_for(Brief("", "fox", colours=(red,)), 4)
    assert all(red in palette.colours for palette in asked)
    by_name = {named.palette: named.name for named in PALETTES}
    for content, name in (
        ("coffee roastery", "Roastery"),
        ("dentist", "Clinic"),
        ("dog grooming", "Paw"),
        ("wine bar with cheese", "Vineyard"),
    ):
        moods = [by_name[palette] for palette in retriever.palettes_for(Brief("", content), 4)]
        assert name in moods[:3], (content, moods)
        assert len(set(moods)) == 4


def test_a_ground_that_was_asked_for_comes_with_the_first_other_colour_as_the_main_one(
    retriever: GlyphRetriever,
) -> None:
    green, white, amber, pale = (
        Colour.from_hex(text) for text in ("1F6F54", "FFFFFF", "FCA311", "FFF1E6")
    )
    for ground, colours in (
        (green, (green, white, amber)),
        (green, (amber, white, green)),
        (pale, (pale, Colour.from_hex("D9531E"), Colour.from_hex("2B2A33"))),
    ):
        worn = retriever.palettes_for(Brief("", "fox", colours=colours, ground=ground), 4)
        main, accent = (colour for colour in colours if colour != ground)
        assert {palette.background for palette in worn} == {ground}
        assert (worn[0].primary, worn[0].secondary) == (main, accent)
    # White is not seen on a paler white: another ground is better than none.
    unseen = Brief("", "fox", colours=(pale, white), ground=pale)
    assert {palette.background for palette in retriever.palettes_for(unseen, 4)} != {pale}


class _Plane:
    """An encoder of two axes: moods on a circle about (5, 0), all else on the way to one mood."""

    def __init__(self, nearest: int) -> None:
        self._nearest = nearest

    def sentences(self, texts: Sequence[str]) -> NDArray[np.float32]:
        moods = {named.mood: place for place, named in enumerate(PALETTES)}
        turns = [2 * np.pi * moods.get(text, self._nearest) / len(PALETTES) for text in texts]
        reach = [1.0 if text in moods else 0.5 for text in texts]
        rows = [[5 + r * np.cos(t), r * np.sin(t)] for r, t in zip(reach, turns, strict=True)]
        return np.array(rows, np.float32)


@pytest.mark.parametrize("nearest", [1, 10, 20])
def test_a_brief_is_compared_with_moods_about_the_moods_own_mean(nearest: int) -> None:
    retriever = GlyphRetriever(tiny_library(), _Plane(nearest))
    first = retriever.palettes_for(Brief("", "box"), 1)
    # Without the mean taken off the brief too, the first palette would come first every time.
    assert first == [PALETTES[nearest].palette]


def test_content_is_never_empty() -> None:
    assert content_phrases(Brief("", " owl , , books,")) == ["owl", "books"]
    assert content_phrases(Brief("Foxy", " , ")) == ["Foxy"]
    assert content_phrases(Brief("", "")) == ["abstract mark"]

"""Variations of drafts: the rules, and what the shipped weights draw by them."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from backend.domain.brief import Brief, Colour, Palette
from backend.domain.generation import SourceName
from backend.domain.likeness import Amount, Likeness, Recipe, Variation
from backend.domain.ports import Draft, DraftOrder
from backend.models.catalog import Catalog
from backend.models.devices import Compute
from backend.models.registry import ModelHouse
from backend.models.variations import ALIKE, arrangements, noise_near, thumbnail, unlikeness
from backend.vector.palette import PALETTES

WEIGHTS = Path(__file__).parents[3] / "weights"
RED, WHITE = Colour.from_hex("#C0392B"), Colour.from_hex("#FFFFFF")
ARTISTS = [SourceName.COMPOSER, SourceName.CGAN]


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> ModelHouse:
    return ModelHouse(
        Catalog.load(WEIGHTS), tmp_path_factory.mktemp("lora"), Compute("cpu", None, 1)
    )


def brief(content: str, unwanted: tuple[str, ...] = ()) -> Brief:
    return Brief("", content, colours=(RED, WHITE), unwanted_layouts=unwanted)


def draw(house: ModelHouse, artist: SourceName, content: str) -> Draft:
    return house.drafts(artist).draw(DraftOrder(brief(content), 1, 7))[0]


def vary(
    house: ModelHouse,
    original: Draft,
    content: str,
    amount: Amount,
    count: int = 3,
    seed: int = 99,
    unwanted: tuple[str, ...] = (),
) -> list[Draft]:
    like = Likeness(
        Variation("img_1", amount),
        original.seed,
        original.layout,
        tuple(glyph for glyph, _, _ in original.glyphs),
        original.palette,
        original.recipe,
    )
    order = DraftOrder(brief(content, unwanted), count, seed, like)
    return house.drafts(original.origin).draw(order)


def ink(draft: Draft) -> NDArray[np.bool_]:
    pixels = np.asarray(draft.image.resize((128, 128)), np.int16)
    ground = np.array(draft.palette.background.rgb, np.int16)
    return np.asarray(np.abs(pixels - ground).sum(axis=2) > 90)


def ink_overlap(first: Draft, second: Draft) -> float:
    one, other = ink(first), ink(second)
    return float((one & other).sum() / (one | other).sum())


def test_arrangements_wear_the_same_colours_in_other_places() -> None:
    for named in PALETTES:
        ways = arrangements(named.palette)
        assert ways[0] == named.palette
        assert len(ways) == len(set(ways))
        assert {frozenset(way.colours) for way in ways} == {frozenset(named.palette.colours)}
    assert arrangements(Palette(WHITE, RED, RED)) == [
        Palette(WHITE, RED, RED),
        Palette(RED, WHITE, WHITE),
    ]


def test_noise_near_another_is_as_strong_and_mostly_the_same() -> None:
    mix = noise_near(((1, 1.0),), 2, 0.6)
    assert dict(mix) == {1: pytest.approx(0.8), 2: pytest.approx(0.6)}
    assert noise_near(((1, 1.0),), 2, 1.0)[0] == (2, 1.0)
    for seed in range(3, 60):
        mix = noise_near(mix, seed, 0.5)
        assert sum(weight**2 for _, weight in mix) == pytest.approx(1, abs=1e-4)
    assert len(mix) <= 16


def test_unlikeness_is_to_the_nearest() -> None:
    red, blue, reddish = (
        thumbnail(Image.new("RGB", (64, 64), colour)) for colour in ("red", "blue", (252, 0, 0))
    )
    assert unlikeness(red, [blue, reddish]) == pytest.approx(1)
    assert unlikeness(red, []) == 255


@pytest.mark.parametrize("artist", ARTISTS)
@pytest.mark.parametrize("amount", Amount)
def test_variations_are_new_pictures_by_the_same_artist(
    house: ModelHouse, artist: SourceName, amount: Amount
) -> None:
    original = draw(house, artist, "fox")
    drafts, again = (vary(house, original, "fox", amount) for _ in range(2))
    assert [d.image.tobytes() for d in drafts] == [d.image.tobytes() for d in again]
    assert {draft.origin for draft in drafts} == {artist}
    assert [draft.seed for draft in drafts] == [99, 100, 101]
    floor = ALIKE if (artist, amount) != (SourceName.CGAN, Amount.LITTLE) else 3
    seen = [thumbnail(original.image)]
    for draft in drafts:
        # Judged at another size than the artists judge at, hence not to the last digit.
        assert unlikeness(thumbnail(draft.image), seen) > floor - 1
        seen.append(thumbnail(draft.image))
        assert set(draft.palette.colours) == {RED, WHITE}


@pytest.mark.parametrize("subject", ["fox", "rocket"])
def test_a_little_keeps_the_composed_glyphs_and_a_lot_takes_their_kin(
    house: ModelHouse, subject: str
) -> None:
    original = draw(house, SourceName.COMPOSER, subject)
    glyphs = {glyph for glyph, _, _ in original.glyphs}
    for draft in vary(house, original, subject, Amount.LITTLE, 8):
        assert {glyph for glyph, _, _ in draft.glyphs} <= glyphs
        assert (draft.layout, draft.palette) != (original.layout, original.palette)
    lot = vary(house, original, subject, Amount.LOT, 4)
    assert not glyphs & {glyph for draft in lot for glyph, _, _ in draft.glyphs}
    assert sum(subject in draft.concept for draft in lot) >= 3


def test_a_little_of_the_networks_is_nearer_to_the_original_than_a_lot(house: ModelHouse) -> None:
    overlaps: dict[Amount, list[float]] = {amount: [] for amount in Amount}
    for subject in ("fox", "coffee cup", "puppy"):
        original = draw(house, SourceName.CGAN, subject)
        for amount, found in overlaps.items():
            drafts = vary(house, original, subject, amount, 2)
            found += [ink_overlap(original, draft) for draft in drafts]
    near, far = (float(np.mean(overlaps[amount])) for amount in (Amount.LITTLE, Amount.LOT))
    assert near > far + 0.1


@pytest.mark.parametrize("artist", [SourceName.COMPOSER, SourceName.CGAN])
def test_neither_ideas_nor_variations_take_a_layout_that_is_unwanted(
    house: ModelHouse, artist: SourceName
) -> None:
    source, seed = house.drafts(artist), 3
    plain = {d.layout for d in source.draw(DraftOrder(brief("fox"), 6, seed))}
    unwanted = tuple(plain - {"mark"})
    assert unwanted
    ideas = source.draw(DraftOrder(brief("fox", unwanted), 6, seed))
    original = next(draft for draft in ideas if draft.layout == "mark")
    little = vary(house, original, "fox", Amount.LITTLE, 5, unwanted=unwanted)
    assert not {draft.layout for draft in [*ideas, *little]} & set(unwanted)


def test_a_variation_of_a_variation_starts_from_its_own_noise(house: ModelHouse) -> None:
    original = draw(house, SourceName.CGAN, "fox")
    first = vary(house, original, "fox", Amount.LITTLE, 1)[0]
    assert len(first.recipe.noise) == 2
    second = vary(house, first, "fox", Amount.LITTLE, 1)[0]
    assert {seed for seed, _ in first.recipe.noise} < {seed for seed, _ in second.recipe.noise}


@pytest.mark.parametrize("artist", ARTISTS)
def test_a_draft_without_a_recipe_or_known_glyphs_is_varied_all_the_same(
    house: ModelHouse, artist: SourceName
) -> None:
    like = Likeness(
        Variation("img_1", Amount.LITTLE), 7, "mark", ("gone:glyph",), Palette(WHITE, RED, RED),
        Recipe(),
    )  # fmt: skip
    drafts = house.drafts(artist).draw(DraftOrder(brief("fox"), 2, 1, like))
    assert len({draft.image.tobytes() for draft in drafts}) == 2


def test_the_network_wears_a_ground_that_was_asked_for(house: ModelHouse) -> None:
    source = house.drafts(SourceName.CGAN)
    for ground in (RED, WHITE):
        asked = replace(brief("fox"), ground=ground)
        drafts = source.draw(DraftOrder(asked, 4, 3))
        assert {draft.palette.background for draft in drafts} == {ground}

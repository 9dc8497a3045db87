"""The composer over the shipped library, with a made-up encoder where meaning does not matter."""

import re
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from backend.domain.brief import Brief, Colour, Palette
from backend.domain.generation import SourceName
from backend.domain.likeness import Amount, Likeness, Variation
from backend.domain.ports import Draft, DraftOrder, ModelFact
from backend.models.composer import DRAFT_PX, Composer
from backend.models.drafts import MixedDrafts
from backend.models.retrieval import GlyphRetriever
from backend.models.text import TextEncoder
from backend.vector.colour import delta_e_2000, lab_from_srgb
from backend.vector.finishes import Finish, finished_svg
from backend.vector.glyphs import GlyphLibrary
from backend.vector.layouts import Layout, build_scene
from backend.vector.palette import inverted
from backend.vector.render import render_svg

WEIGHTS = Path(__file__).parents[3] / "weights"
RED, WHITE = Colour.from_hex("#C0392B"), Colour.from_hex("#FFFFFF")
SUBJECTS = {
    "fox": "fox",
    "rocket": "rocket",
    "tree": "tree",
    "coffee cup": "coffee cup mug",
    "shield": "shield",
    "puppy": "dog puppy",
    "lighthouse": "lighthouse",
    "guitar": "guitar",
}


@pytest.fixture(scope="module")
def composer() -> Composer:
    library = GlyphLibrary.load(WEIGHTS / "glyphs")
    retriever = GlyphRetriever(library, TextEncoder.load(WEIGHTS / "sd-embedded"))
    return Composer(retriever, [ModelFact("glyphs", "0" * 64)])


def draw(
    composer: Composer, content: str, count: int = 4, seed: int = 7, **brief: object
) -> list[Draft]:
    return composer.draw(DraftOrder(Brief("Foxy", content, **brief), count, seed))  # type: ignore[arg-type]


def names(composer: Composer, draft: Draft) -> list[str]:
    """What a draft shows."""
    return [composer._retriever.library[glyph].name for glyph, _, _ in draft.glyphs]


@pytest.mark.parametrize("subject", SUBJECTS)
def test_drafts_show_the_subject(composer: Composer, subject: str) -> None:
    words = set(SUBJECTS[subject].split())
    shown = [draft.concept for draft in draw(composer, subject)]
    assert sum(bool(words & set(concept.split())) for concept in shown) >= 3, shown


@pytest.mark.parametrize(
    ("name", "content", "second"),
    [
        ("", "bakery, dog", "dog"),
        ("", "coffee, cyclists", "cycl|biking"),
        ("", "veterinary clinic, exotic birds", "bird"),
        ("Blue Whale", "bookstore", "whale"),
        ("", "sunrise bakery", "sunrise"),
    ],
)
def test_what_a_brief_or_a_name_says_besides_is_shown_but_never_first(
    composer: Composer, name: str, content: str, second: str
) -> None:
    for seed in (1, 20, 300):
        drafts = composer.draw(DraftOrder(Brief(name, content), 5, seed))
        best, *others = sorted(drafts, key=lambda draft: -draft.score)
        assert not all(re.search(second, shown) for shown in names(composer, best))
        shown = [name for draft in others[:2] for name in names(composer, draft)]
        assert re.search(second, " ".join(shown)), shown


def test_what_shows_the_subject_again_is_no_second_thing(composer: Composer) -> None:
    drafts = draw(composer, "bicycle, e-bike rental, lightning bolt", 6)
    pairs = [names(composer, d) for d in drafts if d.layout == "pair"]
    assert pairs
    assert all(
        {"bolt", "flash", "lightning", "thunder"} & set(second.split()) for _, second in pairs
    ), pairs


@pytest.mark.parametrize("subject", ["palm tree", "ice cream", "fire truck"])
def test_a_thing_of_two_words_is_one_thing(composer: Composer, subject: str) -> None:
    order = DraftOrder(Brief("", subject), 6, 3)
    assert all(len(draft.glyphs) == 1 for draft in composer.draw(order))


def test_variations_keep_to_what_their_original_shows(composer: Composer) -> None:
    brief = Brief("", "bakery, dog")
    original = composer.draw(DraftOrder(brief, 1, 4))[0]
    likeness = Likeness(
        wish=Variation("img_" + "0" * 24, Amount.LITTLE),
        seed=4,
        layout=original.layout,
        glyphs=tuple(glyph for glyph, _, _ in original.glyphs),
        palette=original.palette,
        recipe=original.recipe,
    )
    for draft in composer.draw(DraftOrder(brief, 5, 9, likeness=likeness)):
        assert draft.glyphs[0][0] == original.glyphs[0][0]


def test_a_drawing_is_repeated_only_where_there_are_few(composer: Composer) -> None:
    for seed in range(3, 8):
        shown = [draft.glyphs[-1][0] for draft in draw(composer, "octopuses", 5, seed)]
        assert max(map(shown.count, shown)) <= 2, shown


@pytest.mark.parametrize("ground", ["#FFFFFF", "#1F3A68"])
def test_a_ground_that_was_asked_for_is_worn_by_all(composer: Composer, ground: str) -> None:
    asked = Colour.from_hex(ground)
    colours = (Colour.from_hex("#1F3A68"), Colour.from_hex("#FFFFFF"))
    drafts = draw(composer, "whale", 12, colours=colours, ground=asked)
    assert {draft.palette.background for draft in drafts} == {asked}
    free = draw(composer, "whale", 12, colours=colours)
    assert len({draft.palette.background for draft in free}) == 2


def test_a_layout_that_shows_what_is_unwanted_is_never_taken(composer: Composer) -> None:
    unwanted = ("disc", "ring", "backdrop", "rounded-square", "mark")
    plain = {draft.layout for draft in draw(composer, "fox", 16)}
    assert len(plain & set(unwanted)) > 2
    layouts = {draft.layout for draft in draw(composer, "fox", 16, unwanted_layouts=unwanted)}
    assert not layouts & set(unwanted)


@pytest.mark.parametrize("style", ["neon glow", "glossy 3d", "gradient"])
def test_a_style_that_was_asked_for_paints_the_same_marks(composer: Composer, style: str) -> None:
    flat = draw(composer, "fox")
    styled = composer.draw(DraftOrder(Brief("Foxy", "fox"), 4, 7, style=style))

    assert [draft.layout for draft in styled] == [draft.layout for draft in flat]
    assert all(draft.is_flat for draft in flat)
    assert not any(draft.is_flat for draft in styled)
    for plain, painted in zip(flat, styled, strict=True):
        assert painted.image.tobytes() != plain.image.tobytes()
        assert len(painted.image.getcolors(1 << 16) or ()) > len(
            plain.image.getcolors(1 << 16) or ()
        )
        assert painted.svg is not None
        assert render_svg(painted.svg, 256).convert("RGB").tobytes() == painted.image.tobytes()


def test_style_words_without_a_finish_leave_drafts_flat(composer: Composer) -> None:
    order = DraftOrder(Brief("Foxy", "fox"), 2, 7, style="art deco")

    assert all(draft.is_flat for draft in composer.draw(order))


def test_the_same_order_gives_the_same_pictures_and_another_seed_others(composer: Composer) -> None:
    first, again, other = (draw(composer, "fox", seed=seed) for seed in (7, 7, 8))
    assert [d.image.tobytes() for d in first] == [d.image.tobytes() for d in again]
    assert [d.image.tobytes() for d in first] != [d.image.tobytes() for d in other]


def test_pictures_of_one_order_all_differ(composer: Composer) -> None:
    drafts = draw(composer, "rocket", count=8)
    assert len({draft.image.tobytes() for draft in drafts}) == 8
    assert len({draft.layout for draft in drafts}) >= 3


def test_requested_colours_appear_exactly(composer: Composer) -> None:
    for draft in draw(composer, "fox", count=8, colours=(RED, WHITE)):
        pixels = np.asarray(draft.image).reshape(-1, 3)
        distances = delta_e_2000(
            lab_from_srgb(pixels)[:, None], lab_from_srgb([RED.rgb, WHITE.rgb])[None]
        )
        for place in (0, 1):
            assert (distances[:, place] <= 1).mean() > 0.02
        assert (distances.min(axis=1) <= 1).mean() > 0.85  # the rest is anti-aliasing


def test_the_drawing_and_the_picture_are_one(composer: Composer) -> None:
    for draft in draw(composer, "tree"):
        assert draft.svg is not None
        again = np.asarray(render_svg(draft.svg, DRAFT_PX).convert("RGB"), np.int16)
        assert np.abs(again - np.asarray(draft.image, np.int16)).max() == 0


def test_every_draft_names_its_glyphs_and_licence(composer: Composer) -> None:
    for draft in draw(composer, "sailing boat", count=6):
        assert draft.origin is SourceName.COMPOSER
        assert all(glyph and licence and author for glyph, licence, author in draft.glyphs)
        assert 0 < draft.score <= 1


def test_wanted_layouts_are_followed(composer: Composer) -> None:
    assert {draft.layout for draft in draw(composer, "leaf", layouts=("disc",))} == {"disc"}


def test_the_letter_is_the_brands_initial(composer: Composer) -> None:
    drafts = draw(composer, "leaf", layouts=("letter",))
    assert {draft.glyphs[0][0] for draft in drafts} == {"letters:F"}


def test_what_is_to_be_avoided_is_not_drawn(composer: Composer) -> None:
    concepts = {
        draft.concept
        for seed in range(4)
        for draft in draw(composer, "christmas", 8, seed, avoid=("tree",))
    }
    assert not any("tree" in concept for concept in concepts), concepts


class FixedDrafts:
    """A source of ready drafts, for the mixing rules."""

    def __init__(self, name: SourceName, template: Draft, scores: Sequence[float]) -> None:
        self.name = name
        self._drafts = [
            Draft(template.image, name, i, template.palette, "mark", "fox", score)
            for i, score in enumerate(scores)
        ]

    def name_subjects(self, *concepts: str) -> None:
        self._drafts = [
            replace(draft, concept=concept)
            for draft, concept in zip(self._drafts, concepts, strict=True)
        ]

    def repaint(self, *colours: str) -> None:
        self._drafts = [
            replace(draft, image=Image.new("RGB", (64, 64), colour))
            for draft, colour in zip(self._drafts, colours, strict=True)
        ]

    def draw_like_examples(self, *kinships: float) -> None:
        self._drafts = [
            replace(draft, scores={"kinship": kinship})
            for draft, kinship in zip(self._drafts, kinships, strict=True)
        ]

    def wear(self, *looks: Draft) -> None:
        self._drafts = [
            replace(draft, image=look.image, palette=look.palette)
            for draft, look in zip(self._drafts, looks, strict=True)
        ]

    def rescore(self, scores: Sequence[float]) -> None:
        self._drafts = [
            replace(draft, score=score) for draft, score in zip(self._drafts, scores, strict=True)
        ]

    def draw(self, order: DraftOrder) -> list[Draft]:
        return self._drafts[: order.count]

    def facts(self) -> list[ModelFact]:
        return [ModelFact(str(self.name), "0"), ModelFact("shared", "1")]


def test_mixing_ranks_both_and_shows_each_at_least_once(composer: Composer) -> None:
    template = draw(composer, "fox", 1)[0]
    strong = FixedDrafts(SourceName.COMPOSER, template, [0.9, 0.8, 0.7, 0.6])
    weak = FixedDrafts(SourceName.CGAN, template, [0.3, 0.5, 0.2, 0.1])
    mixed = MixedDrafts(strong, weak)
    order = DraftOrder(Brief("", "fox"), 4, 0)
    assert [(draft.origin, draft.score) for draft in mixed.draw(order)] == [
        (SourceName.COMPOSER, 0.9),
        (SourceName.COMPOSER, 0.8),
        (SourceName.COMPOSER, 0.7),
        (SourceName.CGAN, 0.5),
    ]
    assert [draft.score for draft in mixed.draw(DraftOrder(Brief("", "fox"), 1, 0))] == [0.9]
    assert [fact.name for fact in mixed.facts()] == ["composer", "shared", "cgan"]


def test_the_second_source_shows_two_in_five_at_most_and_no_subject_twice(
    composer: Composer,
) -> None:
    template = draw(composer, "fox", 1)[0]
    safe = FixedDrafts(SourceName.COMPOSER, template, [0.5, 0.4, 0.3, 0.2, 0.1])
    bold = FixedDrafts(SourceName.CGAN, template, [0.9, 0.8, 0.7, 0.6, 0.6])
    order = DraftOrder(Brief("", "fox"), 5, 0)
    alike = [draft.origin for draft in MixedDrafts(safe, bold).draw(order)]
    assert alike.count(SourceName.CGAN) == 1
    bold.name_subjects("fox", "fox", "den", "cub", "tail")
    assert len([d for d in MixedDrafts(safe, bold).draw(order) if d.origin is bold.name]) == 1
    bold.repaint("red", "red", "white", "blue", "black")
    # Whoever scores higher, the first one that people see is the safer source's.
    varied = MixedDrafts(safe, bold).draw(order)
    assert [draft.score for draft in varied] == [0.5, 0.9, 0.7, 0.4, 0.3]
    bold.rescore([0.9, 0.1, 0.15, 0.1, 0.1])
    modest = MixedDrafts(safe, bold).draw(order)
    assert [draft.score for draft in modest] == [0.5, 0.9, 0.4, 0.3, 0.2]


def test_a_draft_that_looks_like_a_better_one_makes_room_for_another(composer: Composer) -> None:
    template = draw(composer, "fox", 1)[0]
    safe = FixedDrafts(SourceName.COMPOSER, template, [0.9, 0.8, 0.7, 0.6])
    safe.repaint("red", "red", "white", "blue")
    bold = FixedDrafts(SourceName.CGAN, template, [0.1])
    chosen = MixedDrafts(safe, bold).draw(DraftOrder(Brief("", "fox"), 3, 0))
    assert [draft.score for draft in chosen] == [0.9, 0.7, 0.1]
    # Where there is nothing else, a likeness is better than a gap.
    safe.repaint("red", "red", "red", "red")
    assert len(MixedDrafts(safe, bold).draw(DraftOrder(Brief("", "fox"), 3, 0))) == 3


def test_two_things_in_badges_of_one_shape_are_no_likeness(composer: Composer) -> None:
    palette = Palette(WHITE, RED, RED)

    def badge(subject: str) -> Draft:
        scene = build_scene(Layout.DISC, [composer._retriever.search(subject, 1)[0].glyph], 0)
        svg = finished_svg(scene, palette, Finish.FLAT)
        template = draw(composer, subject, 1)[0]
        image = render_svg(svg, DRAFT_PX).convert("RGB")
        return replace(template, image=image, palette=palette, concept=subject)

    turtle, guitar = badge("turtle"), badge("guitar")
    safe = FixedDrafts(SourceName.COMPOSER, turtle, [0.9, 0.8, 0.7])
    safe.wear(turtle, guitar, turtle)
    safe.name_subjects("turtle", "guitar", "turtle")
    bold = FixedDrafts(SourceName.CGAN, turtle, [])
    chosen = MixedDrafts(safe, bold).draw(DraftOrder(Brief("", "turtle"), 2, 0))
    assert [draft.concept for draft in chosen] == ["turtle", "guitar"]


def test_a_drawing_of_the_second_source_that_fell_apart_is_not_shown(composer: Composer) -> None:
    template = draw(composer, "fox", 1)[0]
    safe = FixedDrafts(SourceName.COMPOSER, template, [0.5, 0.4, 0.3, 0.2])
    safe.repaint("red", "white", "blue", "black")
    bold = FixedDrafts(SourceName.CGAN, template, [0.9, 0.6])
    bold.name_subjects("den", "cub")
    bold.draw_like_examples(0.4, 0.9)
    order = DraftOrder(Brief("", "fox"), 3, 0)
    assert [draft.score for draft in MixedDrafts(safe, bold).draw(order)] == [0.5, 0.6, 0.4]
    bold.draw_like_examples(0.4, 0.6)
    assert [draft.score for draft in MixedDrafts(safe, bold).draw(order)] == [0.5, 0.4, 0.3]


def test_the_two_sources_do_not_show_one_drawing_twice(composer: Composer) -> None:
    template = draw(composer, "fox", 1)[0]
    safe = FixedDrafts(SourceName.COMPOSER, template, [0.8, 0.7, 0.6, 0.5])
    safe.repaint("red", "white", "blue", "black")
    bold = FixedDrafts(SourceName.CGAN, template, [0.9, 0.4])
    bold.name_subjects("den", "cub")
    bold.repaint("red", "yellow")
    order = DraftOrder(Brief("", "fox"), 3, 0)
    # Another drawing is there, if a worse one.
    assert [draft.score for draft in MixedDrafts(safe, bold).draw(order)] == [0.8, 0.7, 0.4]
    # None is there: of the two that are alike one is left out.
    bold.repaint("red", "red")
    assert [draft.score for draft in MixedDrafts(safe, bold).draw(order)] == [0.7, 0.9, 0.6]


def test_one_drawing_in_other_colours_is_one_drawing(composer: Composer) -> None:
    fox, owl = (draw(composer, subject, 1, layouts=("mark",))[0] for subject in ("fox", "owl"))
    safe = FixedDrafts(SourceName.COMPOSER, fox, [0.9, 0.8, 0.7])
    safe.wear(fox, _inverted(fox), owl)
    chosen = MixedDrafts(safe, FixedDrafts(SourceName.CGAN, fox, []))
    assert [d.score for d in chosen.draw(DraftOrder(Brief("", "fox"), 2, 0))] == [0.9, 0.7]


def _inverted(draft: Draft) -> Draft:
    palette = inverted(draft.palette)
    assert palette is not None
    turned = {old: new.rgb for old, new in zip(_rgbs(draft.palette), palette.colours, strict=True)}
    pixels = np.asarray(draft.image)
    near = np.stack([np.abs(pixels - np.array(rgb)).sum(axis=2) for rgb in turned]).argmin(axis=0)
    image = Image.fromarray(np.array(list(turned.values()), np.uint8)[near])
    return replace(draft, image=image, palette=palette)


def _rgbs(palette: Palette) -> list[tuple[int, int, int]]:
    return [colour.rgb for colour in palette.colours]


def test_two_colours_both_show_and_of_three_the_third_now_and_then(composer: Composer) -> None:
    navy, gold = Colour.from_hex("#001F5B"), Colour.from_hex("#E0A800")
    for draft in draw(composer, "fox", 8, colours=(navy, gold)):
        shown = {colour for _, colour in draft.image.getcolors(2**16) or []}
        assert {navy.rgb, gold.rgb} <= shown, draft.layout
    teal = Colour.from_hex("#007C80")
    drafts = draw(composer, "fox", 8, colours=(navy, gold, teal))
    whole = [len({c for n, c in draft.image.getcolors(2**16) or [] if n > 900}) for draft in drafts]
    assert {2, 3} <= set(whole)
    assert {draft.layout for draft in drafts} & {
        "mark",
        "disc",
        "rounded-square",
        "ring",
        "hexagon",
        "shield",
        "outline",
    }

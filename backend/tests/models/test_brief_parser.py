"""The rules that take a description apart, on sentences as people write them."""

from __future__ import annotations

import contextlib
import dataclasses
import random
import sys
import unicodedata
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import ImageColor

from backend.datasets.captions import Description, caption
from backend.domain.brief import Brief, Colour, Palette
from backend.domain.errors import InvalidBrief
from backend.domain.generation import LIMITS, LogoRequest
from backend.models.brief_parser import SpacyBriefReader
from backend.tests.pace import processor_seconds, within
from backend.vector.colour_names import colours_in_briefs
from backend.vector.finishes import FACTS as FINISH_FACTS
from backend.vector.finishes import Finish
from backend.vector.layouts import Layout


@pytest.fixture(name="reader", scope="module")
def _reader() -> SpacyBriefReader:
    return SpacyBriefReader()


@dataclass(frozen=True)
class Case:
    """A description and what must be read from it; comma-separated where a field is a tuple."""

    text: str
    content: str
    name: str = ""
    colours: str = ""
    styles: str = ""
    layouts: str = ""
    avoid: str = ""


# How every caption of the public data set ends.
TEMPLATE_END = (
    "successful vibe, minimalist, thought-provoking, abstract, recognizable, relatable, sharp, "
    "vector art, even edges"
)
CASES = (
    # Moods are no things, and what is good about a thing is not what it looks like.
    Case("Dinosaur toy shop, bright and playful", "dinosaur toy shop", styles="bright, playful"),
    Case(
        "Bicycle repair workshop, sturdy, dark green",
        "bicycle repair workshop",
        colours="dark green",
        styles="sturdy",
    ),
    Case("A fun and bright toy", "toy", styles="fun, bright"),
    Case("strong and bold bear", "bear", styles="strong, bold"),
    Case("magic and bright stars", "magic, bright stars"),
    Case("sharp knife shop", "sharp knife shop"),
    Case("Ramen bar with neon lights", "ramen bar", styles="neon lights"),
    Case("Organic honey from the mountains", "honey, mountains"),
    Case("handcrafted leather bags", "leather bags"),
    Case("kids' science museum", "kids science museum"),
    Case("meditation app, soft gradients", "meditation app", styles="soft gradients"),
    Case("fish 'n' chips by the sea", "fish, chips, sea"),
    Case("a yoga studio, calm blue and sand", "yoga studio", colours="calm blue, sand"),
    Case("a calm bear in muted green", "bear", colours="muted green", styles="calm"),
    # Subjects and business domains.
    Case("a red fox for a coffee brand", "fox, coffee", colours="red"),
    Case("coffee", "coffee"),
    Case("logo for gym", "gym"),
    Case("A snow leopard", "snow leopard"),
    Case("An icon of a cup of coffee", "cup of coffee"),
    Case("I want a logo that shows a bear riding a bicycle", "bear riding bicycle"),
    Case(
        "Could you please create me a cute cat logo for my pet shop?",
        "cat, pet shop",
        styles="cute",
    ),
    Case(
        "dental clinic: tooth + leaf, teal/white",
        "tooth, leaf, dental clinic",
        colours="teal, white",
    ),
    Case(
        "We are a family bakery in Lyon. Need a croissant, warm colours",
        "croissant, family bakery",
        styles="warm",
    ),
    Case(
        "logo for a law firm, scales of justice, navy blue and gold",
        "scales of justice, law",
        colours="navy blue, gold",
    ),
    Case("Startup in fintech. Arrow up, coin.", "arrow up, coin, fintech"),
    Case("coffee shop logo with a fox", "fox, coffee shop"),
    Case("- fox\n- coffee\n- red", "fox, coffee", colours="red"),
    Case("gluten-free bakery with wheat", "wheat, gluten-free bakery"),
    Case("not-for-profit animal shelter", "not-for-profit animal shelter"),
    Case("no-code platform with lego blocks", "lego blocks, no-code platform"),
    Case("eco-friendly cleaning service, leaf", "leaf, eco-friendly cleaning"),
    Case("logo for Italian restaurant", "italian restaurant"),
    Case("Italian restaurant with an olive branch", "olive branch, italian restaurant"),
    Case("emblem of a bear", "bear"),
    Case("please make logo of rocket", "rocket"),
    Case("bed and breakfast with a sea view", "sea view, bed and breakfast"),
    Case("Cofee shop logo, brwon and white", "coffee shop", colours="brown, white"),
    Case("can u make a lion for my resturant", "lion, restaurant"),
    Case("web design studio, pencil and ruler", "pencil, ruler, web design studio"),
    Case("an astronaut cat 😊🙏", "astronaut cat"),
    # Names.
    Case(
        "I need a modern logo for Northwind, a sailing school",
        "sailing school",
        name="Northwind",
        styles="modern",
    ),
    Case('Design a logo for "Foxy" with a fox head', "fox head", name="Foxy"),
    Case("Foxy, a coffee roastery", "coffee roastery", name="Foxy"),
    Case("Acme is a logistics startup", "logistics", name="Acme"),
    Case("Harper & Lane - modern law firm", "law", name="Harper & Lane", styles="modern"),
    Case("pizza restaurant Bella Roma", "pizza restaurant", name="Bella Roma"),
    Case(
        "Tea house “Лунный кролик”, rabbit and moon",
        "rabbit, moon, tea house",
        name="Лунный кролик",
    ),
    Case("Logo for my startup Zeta: AI for farmers", "ai, farmers", name="Zeta"),
    Case("hummingbird logo for a spa called serenity", "hummingbird, spa", name="serenity"),
    Case("logo for No Limits, a climbing gym", "climbing gym", name="No Limits"),
    Case(
        "Logo for a band named The Night Owls, owl with headphones, neon style",
        "owl, headphones, band",
        name="The Night Owls",
        styles="neon",
    ),
    Case(
        "Surf school 'Big Kahuna' - wave and palm tree, turquoise, sunny yellow",
        "wave, palm tree, surf school",
        name="Big Kahuna",
        colours="turquoise, yellow",
    ),
    Case(
        "Brand name is Luna Books. We sell children's books. Moon and open book, purple and gold.",
        "moon, open book, children's books",
        name="Luna Books",
        colours="purple, gold",
    ),
    Case(
        "Brand: Foxy. Industry: coffee. Colours: red, white. Style: modern, bold.",
        "coffee",
        name="Foxy",
        colours="red, white",
        styles="modern, bold",
    ),
    Case(
        "hexagonal logo for blockchain startup Hexa", "blockchain", name="Hexa", layouts="hexagon"
    ),
    Case(
        "Create a logo for Müller & Söhne, a carpentry workshop",
        "carpentry workshop",
        name="Müller & Söhne",
    ),
    Case("logo for 3M, adhesive tape", "adhesive tape", name="3M"),
    Case('logo for "Red Fox", a pub', "pub", name="Red Fox"),
    Case('a "minimalist" wolf', "wolf", styles="minimalist"),
    Case(
        "Our company is called GreenLeaf and we make solar panels", "solar panels", name="GreenLeaf"
    ),
    Case('a bakery with the slogan "Fresh every day" named Crumb', "bakery", name="Crumb"),
    Case("I want a wolf. We love hiking", "wolf, hiking"),
    Case(
        "Logo for O'Brien's, an Irish pub, harp in green and gold",
        "harp, irish pub",
        name="O'Brien's",
        colours="green, gold",
    ),
    Case(
        "a bakery called Sweet Crumb, pastel pink and cream, with a cupcake",
        "cupcake, bakery",
        name="Sweet Crumb",
        colours="pastel pink, cream",
    ),
    # The public data set's template.
    Case(
        f"Simple elegant logo for Concept, love orange heart, digital marketing, {TEMPLATE_END}",
        "love heart, digital marketing",
        name="Concept",
        colours="orange",
        styles="simple, elegant, minimalist, abstract, recognizable, sharp, vector",
    ),
    Case(
        "Simple elegant logo for Wave Mountain, D A circle, outdoors, "
        f"{TEMPLATE_END}, black and white",
        "d a circle, outdoors",
        name="Wave Mountain",
        colours="black, white",
        styles="simple, elegant, minimalist, abstract, recognizable, sharp, vector",
    ),
    # Colours, and things that are named like colours.
    Case("orange juice bar", "orange juice bar"),
    Case("gold mine", "gold mine"),
    Case("rose garden landscaping", "rose garden landscaping"),
    Case("lime tree on a green hill", "lime tree, hill", colours="green"),
    Case("salmon fishing club", "salmon fishing club"),
    Case(
        "olive oil producer in dark green and gold",
        "olive oil producer",
        colours="dark green, gold",
    ),
    Case("wine bar, burgundy and cream", "wine bar", colours="burgundy, cream"),
    Case("mint tea shop in mint and white", "mint tea shop", colours="mint, white"),
    Case("silver lake resort", "silver lake resort"),
    Case("linen clothing store", "linen clothing store"),
    Case("chocolate brown bear with honey", "bear, honey", colours="chocolate"),
    Case(
        "gold letters on a black background for a jewelry boutique",
        "jewelry boutique",
        colours="gold, black",
    ),
    Case("a peach-coloured cat", "cat", colours="peach"),
    Case(
        "colours: forest, sand, rust. A cabin in the woods",
        "cabin, woods",
        colours="forest, sand, rust",
    ),
    Case("mountain in shades of slate and sky", "mountain", colours="slate, sky"),
    Case("an orange", "orange"),
    Case("fox, orange, flat", "fox", colours="orange", styles="flat"),
    Case("orange cat with a silver bell", "cat, bell", colours="orange, silver"),
    Case("blue sky and sand beach", "sky, sand beach", colours="blue"),
    Case("rose gold ring for jewellery brand", "ring, jewellery", colours="rose gold"),
    Case("navy, cream and sage palette for a tea house", "tea house", colours="navy, cream, sage"),
    Case(
        "strawberry ice cream truck in pastel pink",
        "strawberry ice cream truck",
        colours="pastel pink",
    ),
    Case("cream cheese bagels", "cream cheese bagels"),
    Case("dark chocolate factory", "dark chocolate factory"),
    Case("a green olive", "olive", colours="green"),
    Case("bear, brown, honey", "bear, honey", colours="brown"),
    Case("yellow lemon on blue", "lemon", colours="yellow, blue"),
    Case("flat white coffee stand", "flat white coffee stand"),
    Case("red and white lighthouse, navy background", "lighthouse", colours="red, white, navy"),
    Case("black and white panda eating bamboo", "panda eating bamboo", colours="black, white"),
    Case("B&W camera logo", "camera", colours="black, white"),
    Case("fox #C0392B and #abc", "fox", colours="#C0392B, #AABBCC"),
    Case("a whale, rgb(192, 57, 43)", "whale", colours="#C0392B"),
    Case("navy-blue anchor with off-white rope", "anchor, rope", colours="navy blue, off white"),
    Case("an owl in the forest under a midnight sky", "owl, forest, midnight sky"),
    # Styles.
    Case("Minimilist logo of a wolf", "wolf", styles="minimalist"),
    Case("art deco hotel, gold and black", "hotel", colours="gold, black", styles="art deco"),
    Case("hand-drawn bicycle, vintage", "bicycle", styles="hand drawn, vintage"),
    Case("3d printer shop", "3d printer shop"),
    Case("a glossy 3D dolphin", "dolphin", styles="glossy, 3d"),
    Case("organic food store with a carrot", "carrot, food store"),
    Case("paper cut mountain", "mountain", styles="paper cut"),
    Case("paper company with an oak", "oak, paper"),
    Case("Make it simple: a paper plane", "paper plane", styles="simple"),
    Case("vector logo, phoenix rising", "phoenix rising", styles="vector"),
    Case("geometric abstract", "geometric abstract", styles="geometric, abstract"),
    Case(
        "logo with a dragon and a sword in the style of vintage posters",
        "dragon, sword",
        styles="vintage",
    ),
    Case(
        "sleek, futuristic robot head; high-tech feel",
        "robot head",
        styles="sleek, futuristic, high tech",
    ),
    # Layouts.
    Case("shield logo for a bank", "bank", layouts="shield"),
    Case("a shield", "shield"),
    Case("lion on a shield for a security company", "lion, security", layouts="shield"),
    Case("crest with an eagle", "eagle", layouts="shield"),
    Case("fox in a circle", "fox", layouts="disc"),
    Case("round badge for a fishing club with a trout", "trout, fishing club", layouts="disc"),
    Case(
        "app icon for a meditation app, lotus flower",
        "lotus flower, meditation app",
        layouts="rounded-square",
    ),
    Case("line art cat, minimalist", "cat", styles="minimalist", layouts="outline"),
    Case("negative space bear and mountain", "bear, mountain", layouts="negative"),
    Case(
        "two-colour rocket in navy and orange",
        "rocket",
        colours="navy, orange",
        layouts="two-colour",
    ),
    Case(
        "monogram for Anna Kern, photographer", "photographer", name="Anna Kern", layouts="letter"
    ),
    Case("letter K with a crown", "crown", name="K", layouts="letter"),
    Case("rounded square with a letter B", "b", name="B", layouts="rounded-square, letter"),
    Case("wedding ring shop", "wedding ring shop"),
    Case("tree inside a ring", "tree", layouts="ring"),
    Case("coat of arms with a lion and two swords", "lion, two swords", layouts="shield"),
    Case("a sword and a shield", "sword, shield"),
    # What must not appear.
    Case("no red, please. A blue whale", "whale", colours="blue", avoid="red"),
    Case("a lion without a crown", "lion", avoid="crown"),
    Case("owl logo, not green, no text", "owl", avoid="green, text"),
    Case(
        "don't use gradients or shadows; a hexagon with a bee",
        "bee",
        layouts="hexagon",
        avoid="gradients, shadows",
    ),
    Case("avoid: text, gradients, circles. An anchor", "anchor", avoid="text, gradients, circles"),
    Case("An anchor without red, blue or text", "anchor", avoid="red, blue, text"),
    Case("An anchor, no text, blue", "anchor", colours="blue", avoid="text"),
    Case("a fox that is not too complex", "fox", avoid="complex"),
    Case(
        "Logo for my barbershop. Style: vintage. Colours: black & white. Avoid: scissors",
        "barbershop",
        colours="black, white",
        styles="vintage",
        avoid="scissors",
    ),
    Case("text-free owl logo", "owl", avoid="text"),
    Case("a logo without the colour red, showing a wolf", "wolf", avoid="red"),
    Case(
        "I don't want any text, just a hat in earthy greens and browns",
        "hat",
        colours="green, brown",
        styles="earthy",
        avoid="text",
    ),
    # Markup, links, emoji.
    Case("<b>fox</b>", "fox"),
    Case("<script>alert('cat')</script>a fox", "fox"),
    Case("**red** _fox_ for [my cafe](https://example.com/menu)", "fox, cafe", colours="red"),
    Case("owl https://example.com/x.png me@example.com", "owl"),
    Case("🦊", "fox face"),
    Case("🚀 for a fintech startup", "rocket, fintech"),
    Case("❤️ + 🐶", "heart, dog face"),
    # Russian.
    Case("красная лиса для кофейни", "fox, coffee shop", colours="red"),
    Case("Логотип для компании «Ракета», синий щит", "shield", name="Ракета", colours="blue"),
    Case(
        "Нужен минималистичный логотип с деревом, зелёный и белый",
        "tree",
        colours="green, white",
        styles="minimalist",
    ),
    Case("логотип кофейни Лис без текста", "coffee shop", name="Лис", avoid="text"),
    Case(
        "Ромашка — аптека, белый цветок на зелёном фоне",
        "flower, pharmacy",
        name="Ромашка",
        colours="white, green",
    ),
    Case("современный логотип медведя в круге", "bear", styles="modern", layouts="disc"),
    Case(
        "Уютная кофейня с домашней выпечкой на берегу моря",
        "pastry, sea shore, coffee shop",
        styles="cozy",
    ),
    Case("Стартап по доставке цветов, сокол", "falcon, flower delivery"),
    Case("мельница, тёплые цвета", "windmill", styles="warm"),
    # Who runs a business, and what it feels like.
    Case(
        "a law firm run by octopuses, burgundy and cream",
        "octopuses, law",
        colours="burgundy, cream",
    ),
    Case("something that feels like a walk in the forest", "walk, forest"),
)


def colours_of(names: str) -> tuple[Colour, ...]:
    known = colours_in_briefs()
    parts = [part for part in names.split(", ") if part]
    return tuple(Colour.from_hex(part) if part.startswith("#") else known[part] for part in parts)


def parts_of(text: str) -> tuple[str, ...]:
    return tuple(part for part in text.split(", ") if part)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.text[:60])
def test_reads_what_the_user_means(reader: SpacyBriefReader, case: Case) -> None:
    brief = reader.read(LogoRequest(case.text))

    assert dataclasses.replace(brief, warnings=(), unwanted_layouts=(), ground=None) == Brief(
        name=case.name,
        content=case.content,
        colours=colours_of(case.colours),
        styles=parts_of(case.styles),
        layouts=parts_of(case.layouts),
        avoid=parts_of(case.avoid),
    )


@pytest.mark.parametrize(
    "case",
    [case for case in CASES if "slogan" not in case.text],
    ids=lambda case: case.text[:60],
)
def test_what_is_understood_gives_no_warnings(reader: SpacyBriefReader, case: Case) -> None:
    assert reader.read(LogoRequest(case.text)).warnings == ()


# What the other fields of a request say.


def test_name_of_the_request_wins(reader: SpacyBriefReader) -> None:
    brief = reader.read(LogoRequest('logo for "Foxy" with a fox', name="Red Tail"))
    assert (brief.name, brief.content) == ("Red Tail", "fox")


@pytest.mark.parametrize(
    ("name", "description", "content"),
    [
        ("Foxy", "", "foxy"),
        ("Blue Whale Ltd", "", "blue whale"),
        ("Кофейня Лис", "", "coffee shop fox"),
        ("Foxy", "modern logo in red", "foxy"),
        ("Red Fox", "Logo for Red Fox, outdoor gear", "outdoor gear"),
        ("Fox", "Fox in a forest", "fox, forest"),
        ("Müller & Söhne", "carpentry, a plane", "plane, carpentry"),
        ("Foxy", "shield logo", "shield"),
        ("🦊", "", "fox face"),
    ],
)
def test_content_with_a_given_name(
    reader: SpacyBriefReader, name: str, description: str, content: str
) -> None:
    brief = reader.read(LogoRequest(description, name=name))
    assert (brief.name, brief.content) == (name, content)


def test_long_names_are_cut_between_words(reader: SpacyBriefReader) -> None:
    brief = reader.read(LogoRequest("a fox", name="Northern " * 20))
    assert brief.name == ("Northern " * 6).strip()


def test_names_keep_their_letters_but_lose_markup_and_controls(reader: SpacyBriefReader) -> None:
    brief = reader.read(LogoRequest("a fox", name="<b>Fo\u200bx\u202ey</b>\x00 \u00d1and\u00fa"))
    assert brief.name == "Foxy Ñandú"


def test_palette_of_the_request_wins_and_colours_leave_the_content(
    reader: SpacyBriefReader,
) -> None:
    palette = (Colour(1, 2, 3), Colour(4, 5, 6))
    brief = reader.read(LogoRequest("a red fox on white", palette=palette))
    assert (brief.colours, brief.content) == (palette, "fox")
    assert "palette" in brief.warnings[0]


def test_palette_that_agrees_with_the_text_gives_no_warning(reader: SpacyBriefReader) -> None:
    palette = (colours_in_briefs()["red"],)
    assert reader.read(LogoRequest("a red fox", palette=palette)).warnings == ()


@pytest.mark.parametrize("name", sorted(name.lower() for name in ImageColor.colormap))
def test_every_css_name_is_a_colour_of_the_logo(reader: SpacyBriefReader, name: str) -> None:
    assert reader.read(LogoRequest(f"a logo in {name}")).colours == (colours_in_briefs()[name],)


@pytest.mark.parametrize("name", sorted(colours_in_briefs()))
def test_every_known_name_is_a_colour_of_a_palette(reader: SpacyBriefReader, name: str) -> None:
    brief = reader.read(LogoRequest(f"a whale, colours: {name} and black"))
    assert brief.content == "whale"
    assert set(brief.colours) == {colours_in_briefs()[name], colours_in_briefs()["black"]}


def test_colours_are_limited_with_a_warning(reader: SpacyBriefReader) -> None:
    brief = reader.read(LogoRequest("a fox in red, green, blue, white, black, teal and red"))
    assert brief.colours == colours_of("red, green, blue, white, black")
    assert "at most 5 colours" in brief.warnings[0]


def test_repeated_colours_count_once(reader: SpacyBriefReader) -> None:
    assert reader.read(LogoRequest("red fox, red hat, #D92D27")).colours == colours_of("red")


def test_style_field_comes_first(reader: SpacyBriefReader) -> None:
    brief = reader.read(LogoRequest("a modern fox", style="neon, in a circle"))
    assert (brief.styles, brief.layouts) == (("neon", "modern"), ("disc",))


def test_style_field_with_unknown_words_is_kept(reader: SpacyBriefReader) -> None:
    assert reader.read(LogoRequest("a fox", style="ukiyo-e")).styles == ("ukiyo-e",)


@pytest.mark.parametrize("word", sorted({w for f in FINISH_FACTS.values() for w in f.words}))
def test_every_finish_word_is_a_style(reader: SpacyBriefReader, word: str) -> None:
    brief = reader.read(LogoRequest(f"a whale, {word} style"))
    assert (brief.content, brief.styles) == ("whale", (word.replace("-", " "),))


def test_avoid_field_is_split_and_cleaned(reader: SpacyBriefReader) -> None:
    brief = reader.read(
        LogoRequest("a fox without text", avoid="no gradients, text; a <b>hat</b>\n")
    )
    assert brief.avoid == ("text", "gradients", "hat")


@pytest.mark.parametrize(
    ("text", "ground"),
    [
        ("a navy whale on white for kids", "white"),
        ("a white cat on a deep navy background", "navy"),
        ("gold letters, black background", "black"),
        ("Жёлтая птица на чёрном фоне", "black"),
        ("a navy and white whale", ""),
        ("a white lotus on blue water", ""),
        ("a gold fox on black and white", ""),
        ("a fox, red on black, avoid black", ""),
    ],
)
def test_the_colour_of_the_background_is_told_from_the_inks(
    reader: SpacyBriefReader, text: str, ground: str
) -> None:
    brief = reader.read(LogoRequest(text))
    assert brief.ground == (colours_of(ground)[0] if ground else None)
    assert ("negative" in brief.unwanted_layouts) == bool(ground)


def test_a_chosen_palette_has_its_own_ground(reader: SpacyBriefReader) -> None:
    palette = tuple(Colour.from_hex(text) for text in ("#D9531E", "#FFFFFF", "#2B2A33"))
    text = "a navy whale on yellow"
    assert reader.read(LogoRequest(text, palette=palette)).ground == palette[0]
    assert reader.read(LogoRequest(text, palette=palette[:2])).ground is None


@pytest.mark.parametrize(
    ("text", "unwanted"),
    [
        ("a fox, no circles", {"disc", "ring", "backdrop"}),
        ("a fox without shields, no text", {"shield", "letter"}),
        ("Лиса без кругов", {"disc", "ring", "backdrop"}),
        ("an owl, no frames", {"disc", "ring", "shield", "hexagon", "rounded-square"}),
        ("a badge with a fox, no badges", {"disc"}),
        ("a fox, no scissors", set()),
    ],
)
def test_what_is_to_be_avoided_rules_layouts_out_that_would_show_it(
    reader: SpacyBriefReader, text: str, unwanted: set[str]
) -> None:
    brief = reader.read(LogoRequest(text))
    assert set(brief.unwanted_layouts) == unwanted
    assert not set(brief.layouts) & unwanted


def test_what_is_to_be_avoided_leaves_content_and_colours(reader: SpacyBriefReader) -> None:
    brief = reader.read(LogoRequest("a red fox with a hat", avoid="red, hat"))
    assert (brief.content, brief.colours) == ("fox", ())
    assert "red" in brief.warnings[0]


def test_layouts_are_names_of_layouts() -> None:
    known = {str(layout) for layout in Layout}
    assert {name for case in CASES for name in parts_of(case.layouts)} <= known


@pytest.mark.parametrize("form", range(3))
@pytest.mark.parametrize("finish", Finish)
@pytest.mark.parametrize("layout", [layout for layout in Layout if layout is not Layout.MARK])
def test_training_captions_are_taken_apart_again(
    reader: SpacyBriefReader, layout: Layout, finish: Finish, form: int
) -> None:
    palette = Palette(*colours_of("white, gold, navy"))
    text = caption(Description("coffee cup", layout, finish, palette), form, random.Random(form))

    brief = reader.read(LogoRequest(text))

    assert brief.content.split(", ")[0] == "coffee cup"
    assert brief.layouts == (str(layout),)
    assert set(brief.colours) == set(palette.colours)
    assert set(brief.styles) & set(FINISH_FACTS[finish].words)


# Bad input.


@pytest.mark.parametrize(
    "description", ["", "   ", "\n\t", "...", "?!", "\u200b\u202e", "\x00", "🇩🇪", "—"]
)
def test_nothing_to_draw_is_refused_with_the_next_step(
    reader: SpacyBriefReader, description: str
) -> None:
    with pytest.raises(InvalidBrief, match="Describe in words what to draw") as caught:
        reader.read(LogoRequest(description))
    assert caught.value.fields[0][0] == "description"


@pytest.mark.parametrize("request_", [LogoRequest("no text"), LogoRequest("a fox", avoid="fox")])
def test_only_exclusions_are_refused(reader: SpacyBriefReader, request_: LogoRequest) -> None:
    with pytest.raises(InvalidBrief, match="only says what to leave out"):
        reader.read(request_)


@pytest.mark.parametrize("description", ["logo", "a", "blue logo please", "create me something"])
def test_without_a_subject_there_is_content_and_a_warning(
    reader: SpacyBriefReader, description: str
) -> None:
    brief = reader.read(LogoRequest(description))
    assert brief.content
    assert any("No subject was found" in warning for warning in brief.warnings)


@pytest.mark.parametrize(
    "description",
    [
        "شعار ثعلب أحمر",
        "לוגו של שועל",
        "红色的狐狸",
        "シンプルなキツネ",
        "κόκκινη αλεπού",
        "क लोमड़ी",
    ],
)
def test_other_scripts_are_kept_with_a_warning(reader: SpacyBriefReader, description: str) -> None:
    brief = reader.read(LogoRequest(description))
    assert brief.content == unicodedata.normalize("NFKC", description)
    assert any("in English for best results" in warning for warning in brief.warnings)


def test_other_latin_languages_are_kept_with_a_warning(reader: SpacyBriefReader) -> None:
    brief = reader.read(LogoRequest("ein Fuchs mit Hut und Schal"))
    assert "fuchs" in brief.content
    assert any("in English for best results" in warning for warning in brief.warnings)


def test_unknown_russian_words_are_named_once_others_are_known(reader: SpacyBriefReader) -> None:
    brief = reader.read(LogoRequest("лиса играет на балалайке"))
    assert brief.content == "fox"
    assert "“балалайке”" in brief.warnings[0]


def test_a_slogan_is_left_out_with_a_warning(reader: SpacyBriefReader) -> None:
    brief = reader.read(LogoRequest('a bakery with the slogan "Fresh every day"'))
    assert (brief.name, brief.content) == ("", "bakery")
    assert brief.warnings == ("The slogan is not drawn; add it beside the finished logo.",)


def test_lone_surrogates_and_broken_markup_do_no_harm(reader: SpacyBriefReader) -> None:
    brief = reader.read(
        LogoRequest("a \ud83d fox \udc00 <script <b <a href='x'> &#xD800; &lt;i&gt; wolf")
    )
    assert {"fox", "wolf"} <= set(brief.content.replace(",", "").split())


def test_long_descriptions_are_cut_between_words_with_a_warning(reader: SpacyBriefReader) -> None:
    filler = "please " * 400
    brief = reader.read(LogoRequest(f"a fox {filler} wolf"))
    assert brief.content == "fox"
    assert brief.warnings == (
        "The description is long; only its first 2,000 characters were read.",
    )


def test_long_contents_are_cut_with_a_warning(reader: SpacyBriefReader) -> None:
    animals = ", ".join(f"fox{number}x" for number in range(60))
    brief = reader.read(LogoRequest(animals))
    assert brief.content.split(", ")[-1] == "fox39x"
    assert brief.warnings == ("Only the first 40 words of what to draw were used.",)


HOSTILE = {
    "tags": "<script" * 1500,
    "comments": "<!--" * 2500,
    "quotes": "'\"" * 5000,
    "addresses": "a." * 5000,
    "at signs": "a@" * 5000,
    "newlines": "\n" * 9999 + "x",
    "spaces": "a" + " " * 9998 + "b",
    "commas": "red," * 2500,
    "negations": "no " * 3300,
    "hyphens": "a-" * 5000,
    "names": "for Foxy " * 1100,
    "capitals": "Foxy " * 2000,
    "links": "](" * 5000,
    "expanding": "\ufdfa" * 10_000,
    "circles": "in a red " * 1100,
    "numbers": "rgb(1," * 1600,
    "combining": "a\u0301\u0328" * 3300,
    "emoji": "🦊" * 10_000,
    "hashes": "#abc" * 2500,
}


@pytest.mark.parametrize("kind", HOSTILE)
def test_ten_thousand_hostile_characters_are_read_quickly(
    reader: SpacyBriefReader, kind: str
) -> None:
    request = LogoRequest(HOSTILE[kind][:10_000])

    def read() -> None:
        with contextlib.suppress(InvalidBrief):
            reader.read(request)

    assert processor_seconds(read) < within(0.2)


def test_ordinary_briefs_are_read_in_milliseconds(reader: SpacyBriefReader) -> None:
    def read() -> None:
        for case in CASES:
            reader.read(LogoRequest(case.text))

    assert processor_seconds(read, times=1) / len(CASES) < within(0.005)


def test_building_is_quick_and_import_builds_nothing() -> None:
    assert processor_seconds(SpacyBriefReader, times=1) < within(1)
    module = sys.modules[SpacyBriefReader.__module__]
    assert not [value for value in vars(module).values() if isinstance(value, SpacyBriefReader)]


def test_threads_may_share_a_reader(reader: SpacyBriefReader) -> None:
    requests = [LogoRequest(case.text) for case in CASES]
    alone = [reader.read(request) for request in requests]
    with ThreadPoolExecutor(4) as pool:
        assert list(pool.map(reader.read, requests * 4)) == alone * 4


# Anything at all.

SIGNS = (
    "no",
    "without",
    "not",
    "and",
    "in",
    "a",
    "for",
    "Foxy",
    "#abc",
    "или",
    "лис",
    "🦊",
    *',.:-"«\n',
)
VOCABULARY = st.sampled_from(
    sorted({*SIGNS, *(word for case in CASES for word in case.text.split())})
)
TEXTS = st.one_of(
    st.text(max_size=300),
    st.text(st.characters(min_codepoint=0, max_codepoint=0x10FFFF), max_size=80),
    st.lists(VOCABULARY, max_size=25).map(" ".join),
    st.lists(VOCABULARY, max_size=25).map("".join),
)


@settings(max_examples=300)
@given(description=TEXTS, name=TEXTS, style=TEXTS, avoid=TEXTS)
def test_any_text_gives_a_sound_brief_or_is_refused(
    reader: SpacyBriefReader, description: str, name: str, style: str, avoid: str
) -> None:
    request = LogoRequest(description, name=name, style=style, avoid=avoid)
    try:
        brief = reader.read(request)
    except InvalidBrief:
        return
    assert brief.content.strip() == brief.content != ""
    assert len(brief.name) <= LIMITS.name_characters
    assert len(brief.content) <= LIMITS.description_characters
    assert len(brief.colours) <= LIMITS.palette_colours
    assert len(set(brief.colours)) == len(brief.colours)
    assert set(brief.layouts) <= {str(layout) for layout in Layout}
    texts = (brief.name, brief.content, *brief.styles, *brief.avoid, *brief.warnings)
    assert not [c for text in texts for c in text if unicodedata.category(c) in {"Cc", "Cf", "Cs"}]
    assert reader.read(request) == brief


@pytest.mark.parametrize(
    ("text", "content"),
    [
        ("a cosy espresso bar by the sea", "espresso bar, sea"),
        ("sailing school on the lake", "sailing school, lake"),
        ("a fox on a hill", "fox, hill"),
        ("a fox in a forest for a camping brand", "fox, forest, camping"),
    ],
)
def test_where_a_business_is_comes_after_what_it_is(
    reader: SpacyBriefReader, text: str, content: str
) -> None:
    assert reader.read(LogoRequest(text)).content == content


@pytest.mark.parametrize(
    ("text", "content"),
    [
        ("Дружелюбная лиса для службы быстрой доставки", "fox, fast delivery"),
        ("Маленькая зелёная птица для магазина травяного чая", "small bird, herbal tea shop"),
    ],
)
def test_everyday_russian_is_understood_whole(
    reader: SpacyBriefReader, text: str, content: str
) -> None:
    brief = reader.read(LogoRequest(description=text))

    assert brief.content == content
    assert not brief.warnings

"""The rules that take a description apart, on sentences as people write them."""

from __future__ import annotations

import dataclasses
import sys
import time
import unicodedata
from dataclasses import dataclass

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import ImageColor

from backend.domain.brief import Brief, Colour
from backend.domain.errors import InvalidBrief
from backend.domain.generation import LIMITS, LogoRequest
from backend.models.brief_parser import SpacyBriefReader
from backend.vector.colour_names import named_colours
from backend.vector.finishes import FACTS as FINISH_FACTS
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


CASES = (
    # Subjects and business domains.
    Case("a red fox for a coffee brand", "fox, coffee", colours="red"),
    Case("coffee", "coffee"),
    Case("logo for gym", "gym"),
    Case("A snow leopard", "snow leopard"),
    Case("An icon of a cup of coffee", "cup of coffee"),
    Case("I want a logo that shows a bear riding a bicycle", "bear riding bicycle"),
    Case(
        "Could you please create me a cute cat logo for my pet shop?", "cat, pet shop", styles="cute"
    ),
    Case("dental clinic: tooth + leaf, teal/white", "tooth, leaf, dental clinic", colours="teal, white"),
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
    Case("Tea house “Лунный кролик”, rabbit and moon", "rabbit, moon, tea house", name="Лунный кролик"),
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
    Case("Create a logo for Müller & Söhne, a carpentry workshop", "carpentry workshop", name="Müller & Söhne"),
    Case("logo for 3M, adhesive tape", "adhesive tape", name="3M"),
    Case('logo for "Red Fox", a pub', "pub", name="Red Fox"),
    Case('a "minimalist" wolf', "wolf", styles="minimalist"),
    Case("Our company is called GreenLeaf and we make solar panels", "solar panels", name="GreenLeaf"),
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
        "Simple elegant logo for Concept, love orange heart, digital marketing, successful vibe, "
        "minimalist, thought-provoking, abstract, recognizable, relatable, sharp, vector art, even edges",
        "love heart, digital marketing",
        name="Concept",
        colours="orange",
        styles="simple, elegant, minimalist, abstract, vector",
    ),
    Case(
        "Simple elegant logo for Wave Mountain, D A circle, outdoors, successful vibe, minimalist, "
        "thought-provoking, abstract, recognizable, relatable, sharp, vector art, even edges, black and white",
        "d a circle, outdoors",
        name="Wave Mountain",
        colours="black, white",
        styles="simple, elegant, minimalist, abstract, vector",
    ),
    # Colours, and things that are named like colours.
    Case("orange juice bar", "orange juice bar"),
    Case("gold mine", "gold mine"),
    Case("rose garden landscaping", "rose garden landscaping"),
    Case("lime tree on a green hill", "lime tree, hill", colours="green"),
    Case("salmon fishing club", "salmon fishing club"),
    Case(
        "olive oil producer in dark green and gold", "olive oil producer", colours="dark green, gold"
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
    Case(
        "navy, cream and sage palette for a tea house", "tea house", colours="navy, cream, sage"
    ),
    Case("strawberry ice cream truck in pastel pink", "strawberry ice cream truck", colours="pastel pink"),
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
    Case("organic food store with a carrot", "carrot, organic food store"),
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
    Case("sleek, futuristic robot head; high-tech feel", "robot head", styles="sleek, futuristic, high tech"),
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
        "two-colour rocket in navy and orange", "rocket", colours="navy, orange", layouts="two-colour"
    ),
    Case("monogram for Anna Kern, photographer", "photographer", name="Anna Kern", layouts="letter"),
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
    Case(
        "Логотип для компании «Ракета», синий щит", "shield", name="Ракета", colours="blue"
    ),
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
)


def colours_of(names: str) -> tuple[Colour, ...]:
    known = named_colours()
    parts = [part for part in names.split(", ") if part]
    return tuple(Colour.from_hex(part) if part.startswith("#") else known[part] for part in parts)


def parts_of(text: str) -> tuple[str, ...]:
    return tuple(part for part in text.split(", ") if part)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.text[:60])
def test_reads_what_the_user_means(reader: SpacyBriefReader, case: Case) -> None:
    brief = reader.read(LogoRequest(case.text))

    assert dataclasses.replace(brief, warnings=()) == Brief(
        name=case.name,
        content=case.content,
        colours=colours_of(case.colours),
        styles=parts_of(case.styles),
        layouts=parts_of(case.layouts),
        avoid=parts_of(case.avoid),
    )


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.text[:60])
def test_what_is_understood_gives_no_warnings(reader: SpacyBriefReader, case: Case) -> None:
    if "slogan" in case.text:
        pytest.skip("a slogan is left out with a warning")
    assert reader.read(LogoRequest(case.text)).warnings == ()

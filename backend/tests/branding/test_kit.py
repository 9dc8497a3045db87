from __future__ import annotations

import hashlib
import json
import re
import subprocess
import zipfile
from collections.abc import Mapping
from io import BytesIO
from pathlib import Path
from xml.etree import ElementTree

import pytest
from PIL import Image

from backend.branding.drawing import Drawing, Layer
from backend.branding.kit import KitOrder, build_kit
from backend.branding.kit_words import TABLES
from backend.branding.outlines import rectangle
from backend.branding.recipes import read_recipe
from backend.branding.validation import insist
from backend.domain.branding import KitLanguage, LockupKind
from backend.domain.brief import Colour
from backend.domain.errors import StageFailed
from backend.tests.branding.drawings import CREAM, NAVY, badge, pixels, star
from backend.tests.branding.orders import RECIPE, order
from backend.tests.branding.programs import program


def nothing(done: int, total: int) -> None:
    """Hears reports."""


def files_of(content: bytes) -> Mapping[str, bytes]:
    with zipfile.ZipFile(BytesIO(content)) as archive:
        assert archive.testzip() is None
        return {name: archive.read(name) for name in archive.namelist()}


def block(colour: Colour) -> Drawing:
    return Drawing(1000, 1000, (Layer(rectangle(0, 0, 1000, 1000), colour),))


@pytest.fixture(scope="module")
def content() -> bytes:
    return build_kit(order(tagline="Mountain guides", background=CREAM), nothing)


@pytest.fixture(scope="module")
def kit(content: bytes) -> Mapping[str, bytes]:
    return files_of(content)


def test_all_that_was_promised_is_there(kit: Mapping[str, bytes]) -> None:
    for lockup in ("left", "mark"):
        for variant in ("colour", "black", "white", "reversed"):
            for ending in (".svg", ".pdf", ".png", "@2x.png", "@4x.png"):
                assert f"logo/{lockup}/{variant}{ending}" in kit
        assert f"logo/{lockup}/on-background.svg" in kit
    assert "logo/left/colour.eps" in kit
    assert "logo/mark/colour.eps" not in kit
    assert {
        "README.txt",
        "brand-sheet.pdf",
        "colors.json",
        "fonts/manrope/OFL.txt",
        "fonts/manrope/Manrope_500Medium.ttf",
        "fonts/manrope/Manrope_700Bold.ttf",
        "icons/apple-touch-icon.png",
        "icons/favicon.ico",
        "icons/favicon.svg",
        "icons/icon-192.png",
        "icons/icon-512.png",
        "icons/icon-maskable-512.png",
        "manifest.json",
        "picture/cut-out.png",
        "site.webmanifest",
        "social/avatar-400x400.png",
        "social/header-1500x500.png",
        "social/open-graph-1200x630.png",
    } <= kit.keys()


def test_equal_orders_give_equal_bytes(content: bytes) -> None:
    """Of two orders made apart; what is said of time is not the day's."""
    small = [build_kit(order(kinds=(LockupKind.MARK,)), nothing) for _ in range(2)]
    assert small[0] == small[1]
    with zipfile.ZipFile(BytesIO(content)) as archive:
        assert {info.date_time[0] for info in archive.infolist()} == {1980}


def test_every_picture_and_document_carries_the_recipe_and_its_own_path(
    kit: Mapping[str, bytes],
) -> None:
    for path, content in kit.items():
        if path.endswith((".png", ".svg", ".pdf", ".eps")):
            text = read_recipe(content)
            assert text is not None, path
            assert json.loads(text) == {
                **RECIPE,
                "deliverable": {"kind": "kit-file", "path": path},
            }


def test_the_manifest_lists_every_other_file(kit: Mapping[str, bytes]) -> None:
    manifest = json.loads(kit["manifest.json"])
    assert manifest["recipe"] == RECIPE
    listed = {one["path"]: (one["bytes"], one["sha256"]) for one in manifest["files"]}
    assert listed == {
        path: (len(content), hashlib.sha256(content).hexdigest())
        for path, content in kit.items()
        if path != "manifest.json"
    }


def test_the_scales_are_exact_and_transparent(kit: Mapping[str, bytes]) -> None:
    for variant in ("colour", "white"):
        sizes = []
        for suffix in ("", "@2x", "@4x"):
            with Image.open(BytesIO(kit[f"logo/mark/{variant}{suffix}.png"])) as image:
                sizes.append(image.size)
                corner = image.convert("RGBA").getpixel((0, 0))
                assert isinstance(corner, tuple)
                assert corner[3] == 0
        assert sizes == [(320, 320), (640, 640), (1280, 1280)]


def test_imagemagick_confirms_alpha(kit: Mapping[str, bytes], tmp_path: Path) -> None:
    for path in ("logo/left/colour.png", "logo/left/white@2x.png", "picture/cut-out.png"):
        place = tmp_path / "a.png"
        place.write_bytes(kit[path])
        found = subprocess.run(
            [program("identify"), "-format", "%A %[opaque]", place], check=True, capture_output=True
        ).stdout
        assert found.lower() in (b"blend false", b"true false"), path


def test_the_web_manifest_points_at_icons_that_are_there(kit: Mapping[str, bytes]) -> None:
    values = json.loads(kit["site.webmanifest"])
    assert values["name"] == "Foxtrail"
    for icon in values["icons"]:
        with Image.open(BytesIO(kit[icon["src"]])) as image:
            assert icon["sizes"] == f"{image.width}x{image.height}"
    assert {icon["purpose"] for icon in values["icons"]} == {"any", "maskable"}


def test_the_readme_says_what_is_what(kit: Mapping[str, bytes]) -> None:
    text = kit["README.txt"].decode()
    for words in ("logo/left/", "not a trademark clearance", "Manrope", "CC-BY-4.0", "FOGRA39L"):
        assert words in text
    assert "PNG only" not in text


def test_the_social_pictures_have_their_sizes_and_ground(kit: Mapping[str, bytes]) -> None:
    for path in kit:
        if path.startswith("social/"):
            width, height = path.removesuffix(".png").rpartition("-")[2].split("x")
            with Image.open(BytesIO(kit[path])) as image:
                assert image.size == (int(width), int(height))
                assert image.getpixel((0, 0)) == CREAM.rgb


def test_a_mark_of_pixels_comes_as_png_and_the_readme_says_why() -> None:
    kinds = (LockupKind.LEFT, LockupKind.WORDMARK)
    kit = files_of(build_kit(order(drawing=pixels(), kinds=kinds), nothing))
    assert "logo/left/colour@4x.png" in kit
    assert not [path for path in kit if path.startswith("logo/left") and path.endswith(".svg")]
    assert "logo/wordmark/colour.svg" in kit
    assert "icons/favicon.svg" not in kit
    text = kit["README.txt"].decode()
    assert "PNG only" in text
    assert "favicon.svg" not in text


def test_a_mark_without_a_name_is_a_kit_too() -> None:
    kit = files_of(build_kit(order("", drawing=badge(), kinds=(LockupKind.MARK,)), nothing))
    assert "logo/mark/colour.svg" in kit
    assert not [path for path in kit if path.startswith("fonts/")]


def test_a_tagline_alone_is_what_the_kit_is_called_by() -> None:
    kit = files_of(
        build_kit(order("", tagline="Mountain guides", kinds=(LockupKind.LEFT,)), nothing)
    )
    assert kit["README.txt"].decode().startswith("Mountain guides - brand kit")
    assert "fonts/manrope/OFL.txt" in kit
    assert json.loads(kit["site.webmanifest"])["name"] == "Mountain guides"


def test_a_mark_that_keeps_its_ground_is_a_kit_too() -> None:
    square = Drawing(
        1000, 1000, (Layer(rectangle(0, 0, 1000, 1000), CREAM), Layer(star(500, 500, 400), NAVY))
    )
    kit = files_of(build_kit(order(drawing=square, kinds=(LockupKind.MARK,)), nothing))
    with Image.open(BytesIO(kit["logo/mark/black.png"])) as image:
        assert image.getchannel("A").getextrema() == (0, 255)


def test_progress_is_told_and_may_end_it() -> None:
    heard: list[tuple[int, int]] = []
    build_kit(order(kinds=(LockupKind.MARK,)), lambda done, total: heard.append((done, total)))
    total = heard[0][1]
    assert heard == [(done, total) for done in range(total + 1)]

    def stop(done: int, total: int) -> None:
        if done == 3:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        build_kit(order(kinds=(LockupKind.MARK,)), stop)


def test_the_colour_files_are_for_white_and_the_background_has_its_own() -> None:
    pale, dark = order(drawing=block(CREAM), background=NAVY), order(drawing=block(NAVY))
    values = {name: getattr(pale, name) for name in KitOrder.__slots__}
    kit = files_of(build_kit(KitOrder(**{**values, "on_white": dark.lockups}), nothing))
    assert CREAM.hex not in kit["logo/left/colour.svg"].decode()
    assert CREAM.hex in kit["logo/left/on-background.svg"].decode()
    picture = Image.open(BytesIO(kit["logo/mark/colour.png"])).convert("RGBA")
    assert picture.getpixel((picture.width // 2, picture.height // 2)) == (*NAVY.rgb, 255)
    assert "colour                on white and light grounds" in kit["README.txt"].decode()

    unseen = files_of(build_kit(KitOrder(**{**values, "on_white": {}}), nothing))
    assert CREAM.hex in unseen["logo/left/colour.svg"].decode()
    assert "on white take black" in unseen["README.txt"].decode()


def test_cyrillic_names_are_in_every_text_of_the_kit() -> None:
    kit = files_of(build_kit(order("Лиса", font="lora", kinds=(LockupKind.STACKED,)), nothing))
    root = ElementTree.fromstring(kit["logo/stacked/colour.svg"])
    assert root.findtext("{http://www.w3.org/2000/svg}title") == "Лиса"
    assert kit["README.txt"].decode("utf-8-sig").startswith("Лиса - brand kit")
    assert json.loads(kit["site.webmanifest"])["short_name"] == "Лиса"


def test_a_russian_kit_speaks_russian(kit: Mapping[str, bytes]) -> None:
    whole = order("Лиса", language=KitLanguage.RUSSIAN, background=CREAM)
    russian = files_of(build_kit(whole, nothing))
    text = russian["README.txt"].decode("utf-8-sig")
    assert text.startswith("Лиса: фирменный комплект\n")
    for words in ("Рисунок: peak, автор Somebody", "Шрифт: Manrope", "КАКОЙ ЦВЕТ"):
        assert words in text
    # The same files are told of, in the same order and places.
    english = kit["README.txt"].decode("utf-8-sig")
    places = re.compile(r"^  (\S+\.?\S*)  +\S", re.MULTILINE)
    assert places.findall(text) == places.findall(english)
    assert json.loads(russian["site.webmanifest"])["lang"] == "ru"
    assert json.loads(kit["site.webmanifest"])["lang"] == "en"
    assert json.loads(russian["colors.json"]).keys() == json.loads(kit["colors.json"]).keys()


def test_both_languages_say_the_same_things() -> None:
    english, russian = TABLES[KitLanguage.ENGLISH], TABLES[KitLanguage.RUSSIAN]
    assert english.keys() == russian.keys()
    for key, text in english.items():
        holes = re.findall(r"{\w+}", text)
        assert sorted(re.findall(r"{\w+}", russian[key])) == sorted(holes), key
        is_said = re.search("[A-Za-z]{3}", re.sub(r"{\w+}", "", text))
        assert bool(re.search("[А-Яа-я]", russian[key])) >= bool(is_said), key


def test_a_tagline_in_another_family_brings_its_font_along() -> None:
    whole = order(font="pacifico", tagline="Bakery", kinds=(LockupKind.MARK, LockupKind.LEFT))
    kit = files_of(build_kit(whole, nothing))
    fonts = [path for path in kit if path.startswith("fonts/")]
    assert [path.split("/")[1] for path in fonts] == ["pacifico", "nunito"] * 2
    assert {path.rpartition("/")[2] for path in fonts if path.endswith("txt")} == {"OFL.txt"}
    assert "Font: Nunito" in kit["README.txt"].decode()


def test_a_broken_file_is_named_and_nothing_is_packed() -> None:
    whole = order(kinds=(LockupKind.MARK,))
    values = {name: getattr(whole, name) for name in KitOrder.__slots__}
    clear = Image.new("RGBA", (20, 20))
    with pytest.raises(StageFailed, match=r"picture/cut-out\.png"):
        build_kit(KitOrder(**{**values, "cutout": clear}), nothing)


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("logo/mark/colour.png", {"size": (99, 99), "has_alpha": True}),
        ("social/avatar-400x400.png", {"size": (400, 400), "has_alpha": True}),
        ("logo/mark/colour.png", {"size": (320, 320), "has_alpha": False}),
        ("icons/favicon.ico", {"sizes": (16, 32)}),
    ],
)
def test_files_are_held_against_what_they_should_be(
    kit: Mapping[str, bytes], path: str, expected: dict[str, object]
) -> None:
    with pytest.raises(StageFailed, match=path):
        insist(path, kit[path], **expected)


@pytest.mark.parametrize(
    "path",
    ["brand-sheet.pdf", "logo/left/colour.svg", "logo/left/colour.eps", "colors.json"],
)
def test_half_a_file_is_noticed(kit: Mapping[str, bytes], path: str) -> None:
    insist(path, kit[path])
    with pytest.raises(StageFailed, match=path):
        insist(path, kit[path][: len(kit[path]) // 2])


def test_a_picture_inside_an_svg_is_noticed() -> None:
    svg = b'<svg xmlns="http://www.w3.org/2000/svg"><path d="M0 0"/><image/></svg>'
    with pytest.raises(StageFailed, match="image"):
        insist("a.svg", svg)


def test_foxes_are_navy() -> None:
    """The drawing of the mark is the one that was ordered."""
    kit = files_of(build_kit(order(drawing=badge(), kinds=(LockupKind.MARK,)), nothing))
    assert NAVY.hex in kit["logo/mark/colour.svg"].decode()

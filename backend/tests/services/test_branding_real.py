"""The whole way with the real parts of branding: what is delivered, and that it comes out again."""

from __future__ import annotations

import json
import zipfile
from io import BytesIO
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageDraw

from backend.branding.recipes import read_recipe
from backend.domain.branding import BrandSpec, FileFormat, LockupKind, TextOptions, Variant
from backend.domain.brief import Colour
from backend.domain.errors import InvalidRequest, TextNotSettable
from backend.domain.jobs import JobKind
from backend.domain.ports import Draft, DraftOrder
from backend.services.brand_pictures import Found, StoredPictures
from backend.services.branding import BrandDesk, FileOrder
from backend.services.records import new_image_record
from backend.services.reproduction import Redrawing
from backend.services.verifying import Verdict, Verifier
from backend.services.workshop import open_workshop
from backend.tests.services.test_verifying import REQUEST, House, Models

RED, WHITE = Colour(192, 57, 43), Colour(255, 255, 255)


class Painter(Models):
    """Draws a ring of the drafts' palette: something that can be cut out and traced."""

    def draw(self, order: DraftOrder) -> list[Draft]:
        drafts = super().draw(order)
        for draft in drafts:
            pen = ImageDraw.Draw(draft.image)
            pen.rectangle((0, 0, 64, 64), fill=WHITE.rgb)
            pen.ellipse((12, 12, 52, 52), fill=RED.rgb)
            pen.ellipse((24, 24, 40, 40), fill=WHITE.rgb)
        return drafts


class RealHouse(House):
    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self.models = Painter()
        self.desk = BrandDesk(StoredPictures(self.images), open_workshop)
        self.image = self.run(JobKind.DRAFTS, REQUEST.to_json())[0]
        self.spec = BrandSpec(self.image, text=TextOptions("Лисья нора", "кофе"))

    def verdict(self, content: bytes) -> tuple[Verdict, str]:
        redrawing = Redrawing(self.models, Found(self.images), lambda *_: None)
        found = Verifier(redrawing, self.images, open_workshop, lambda *_: None).verify(content)
        return found.verdict, found.compared


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> RealHouse:
    return RealHouse(tmp_path_factory.mktemp("house"))


@pytest.mark.parametrize("kind", list(LockupKind))
def test_every_lockup_is_shown_as_areas(house: RealHouse, kind: LockupKind) -> None:
    spec = BrandSpec.from_json({**house.spec.to_json(), "lockup": str(kind)})
    shown = house.desk.preview(spec)
    assert (shown.form, shown.ground) == ("traced", None)
    assert shown.palette[0] == WHITE
    assert RED in shown.colours
    assert 0 < shown.clear_space < 1
    assert "<image" not in shown.svg


@pytest.mark.parametrize("wanted", [FileFormat.PNG, FileFormat.SVG, FileFormat.PDF])
@pytest.mark.parametrize("variant", [Variant.COLOUR, Variant.WHITE])
def test_a_file_comes_out_again_byte_for_byte(
    house: RealHouse, wanted: FileFormat, variant: Variant
) -> None:
    content = house.desk.file(house.spec, FileOrder(wanted, variant, 320))
    recipe = json.loads(read_recipe(content) or "")
    assert recipe["deliverable"]["format"] == str(wanted)
    assert recipe["font"]["id"] == "manrope"
    assert house.verdict(content) == (Verdict.IDENTICAL, "bytes")


def test_a_kit_comes_out_again_and_so_does_each_of_its_files(house: RealHouse) -> None:
    # Without lettering it has one lockup, and takes a second.
    spec = BrandSpec(house.image)
    kit = house.desk.kit(spec, lambda *_: None)
    assert house.verdict(kit.content) == (Verdict.IDENTICAL, "bytes")
    with zipfile.ZipFile(BytesIO(kit.content)) as archive:
        names = archive.namelist()
        assert len(names) == kit.files
        with_recipe = [name for name in names if name.endswith((".png", ".svg", ".pdf"))]
        paths = set()
        for name in with_recipe:
            recipe = json.loads(read_recipe(archive.read(name)) or "")
            assert recipe["chain"][-1]["image"] == house.image
            paths.add(recipe["deliverable"]["path"])
        assert paths == set(with_recipe)
        assert house.verdict(archive.read("icons/icon-192.png")) == (Verdict.IDENTICAL, "bytes")


def test_the_cut_out_is_transparent_where_the_ground_was(house: RealHouse) -> None:
    with Image.open(BytesIO(house.desk.cutout(house.spec))) as image:
        pixels = np.asarray(image.convert("RGBA"))
    assert pixels[2, 2, 3] == 0
    middle = pixels.shape[0] // 2
    assert tuple(pixels[middle, pixels.shape[1] * 18 // 64]) == (*RED.rgb, 255)


def test_what_cannot_be_set_is_told_by_name(house: RealHouse) -> None:
    for name in ("שלום", "漢字", "🦊"):
        spec = BrandSpec(house.image, text=TextOptions(name))
        with pytest.raises(TextNotSettable) as error:
            house.desk.preview(spec)
        assert "U+" in error.value.detail
    with pytest.raises(InvalidRequest) as unknown:
        house.desk.check_spec(BrandSpec(house.image, text=TextOptions(font="comic")))
    assert unknown.value.fields[0][0] == "text.font"


def test_main_colours_come_with_their_shares(house: RealHouse) -> None:
    found = house.desk.suggest_palette(house.images.load(house.image), 3)
    assert [colour for colour, _ in found[:2]] == [WHITE, RED]
    assert found[0][1] > found[1][1] > 0


def test_every_gate_speaks_and_the_lockup_is_shown_on_seven_things(house: RealHouse) -> None:
    codes = {finding.code for finding in house.desk.checks(house.spec)}
    assert {"legible-16", "legible-32", "one-colour", "contrast-white", "minimum-stroke"} <= codes
    shown = house.desk.mockups(house.spec)
    things = ["light-header", "dark-header", "browser-tab", "app-icon", "business-card", "t-shirt"]
    assert set(shown) == {*things, "sign"}
    assert all(min(image.size) >= 200 for image in shown.values())


def test_a_lockup_much_taller_than_wide_has_a_largest_width(house: RealHouse) -> None:
    image = Image.new("RGB", (64, 1024), WHITE.rgb)
    ImageDraw.Draw(image).rectangle((24, 20, 40, 1004), fill=RED.rgb)
    spec = BrandSpec(house.images.save(image, new_image_record()).id, lockup=LockupKind.MARK)

    assert house.desk.file(spec, FileOrder(width_px=32))
    with pytest.raises(InvalidRequest, match="times as tall as wide") as refused:
        house.desk.file(spec, FileOrder(width_px=2048))
    assert refused.value.fields[0][0] == "width"

"""Finishing: marks are made once, colours are changed without making them again, files tell all."""

from __future__ import annotations

import json
import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest
from PIL import Image

from backend.branding.recipes import read_recipe
from backend.domain.branding import (
    BrandSpec,
    FileFormat,
    LockupKind,
    MarkOptions,
    TextOptions,
    Variant,
)
from backend.domain.brief import Colour
from backend.domain.errors import ImageNotFound, InvalidRequest
from backend.domain.version import VERSION
from backend.services.brand_pictures import (
    LONGEST_SIDE_PX,
    OnePicture,
    StoredPictures,
    mark_source,
)
from backend.services.branding import BrandDesk, FileOrder, kinds_for
from backend.services.lineage import Link
from backend.services.mark_shelf import MarkShelf
from backend.services.records import new_image_record
from backend.storage.disk_store import DiskImageStore
from backend.tests.services.brand_scene import RED, WHITE, Scene
from backend.utils.files import sha256_of

INK = Colour(27, 58, 75)
REPRODUCE = {"kind": "drafts", "request": {"description": "a fox"}, "index": 0, "seed": 7}


class Desk:
    def __init__(self, folder: Path) -> None:
        self.images = DiskImageStore(folder)
        self.scene = Scene()
        self.desk = BrandDesk(StoredPictures(self.images), self.scene.workshop)
        record = new_image_record(
            palette=[WHITE.hex, RED.hex, RED.hex],
            is_flat=True,
            reproduce=REPRODUCE,
            glyphs=[{"id": "mdi:fox", "licence": "Apache-2.0", "author": "A"}],
        )
        self.id = self.images.save(Image.new("RGB", (64, 64), RED.rgb), record, svg="<svg/>").id
        self.spec = BrandSpec(self.id, text=TextOptions(name="Foxy"))


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path)


def test_a_mark_is_made_once_from_all_that_the_store_knows(desk: Desk) -> None:
    desk.desk.preview(desk.spec)
    shown = desk.desk.preview(
        replace(desk.spec, text=TextOptions(name="Other"), lockup=LockupKind.STACKED)
    )
    ((source, _),) = desk.scene.made
    assert (source.svg, source.palette, source.is_flat) == ("<svg/>", (WHITE, RED, RED), True)
    assert shown.svg.startswith("<svg")
    assert (shown.form, shown.paths, shown.palette) == ("traced", 1, (WHITE, RED, RED))
    assert [finding.code for finding in shown.findings] == ["traced"]
    desk.desk.preview(replace(desk.spec, mark=MarkOptions(tolerance=0.2)))
    assert len(desk.scene.made) == 2


def test_new_colours_need_no_new_mark_and_name_those_of_before(desk: Desk) -> None:
    desk.desk.preview(desk.spec)
    worn = replace(desk.spec, mark=MarkOptions(recolour=(WHITE, INK, INK)))
    shown = desk.desk.preview(worn)
    assert len(desk.scene.made) == 1
    assert shown.palette == (WHITE, RED, RED)
    assert shown.colours[0] == INK


def test_on_a_ground_there_is_room_around_and_on_none_there_is_not(desk: Desk) -> None:
    bare = desk.desk.preview(desk.spec)
    framed = desk.desk.preview(replace(desk.spec, background=INK))
    assert (bare.width, bare.ground) == (1400, None)
    assert (framed.width, framed.height, framed.ground) == (1600, 1200, INK)
    assert INK.hex in framed.svg
    assert INK.hex not in bare.svg
    assert framed.clear_space == pytest.approx(100 / 1600)


def test_a_deleted_picture_has_no_preview_though_its_mark_is_known(desk: Desk) -> None:
    desk.desk.preview(desk.spec)
    desk.images.delete(desk.id)
    with pytest.raises(ImageNotFound):
        desk.desk.preview(desk.spec)


def test_an_unknown_font_is_named(desk: Desk) -> None:
    with pytest.raises(InvalidRequest) as error:
        desk.desk.check_spec(replace(desk.spec, text=TextOptions(font="comic")))
    assert error.value.fields[0][0] == "text.font"


@pytest.mark.parametrize("file_format", [FileFormat.PNG, FileFormat.SVG])
def test_a_file_carries_how_it_came_about(desk: Desk, file_format: FileFormat) -> None:
    order = FileOrder(file_format, Variant.BLACK, 300)
    content = desk.desk.file(desk.spec, order)
    recipe = json.loads(read_recipe(content) or "")
    assert recipe["chain"] == [{"image": desk.id, "reproduce": REPRODUCE}]
    assert BrandSpec.from_json(recipe["brand"]) == desk.spec
    assert recipe["font"] == {
        "id": "manrope",
        "weight": 800,
        "sha256": sha256_of(desk.scene.family.file),
    }
    assert recipe["version"] == VERSION
    assert recipe["source"]["is_drawing"]
    told = {"kind": "file", "lockup": "left", "variant": "black", "format": str(file_format)}
    wide = {"width": 300} if file_format is FileFormat.PNG else {}
    assert recipe["deliverable"] == told | wide


def test_a_file_without_lettering_needs_no_font(desk: Desk) -> None:
    recipe = desk.desk.recipe(BrandSpec(desk.id))
    assert recipe["font"] is None


def test_the_order_of_keys_in_a_record_changes_nothing(desk: Desk) -> None:
    told = json.dumps(desk.desk.recipe(desk.spec))
    turned = dict(reversed(REPRODUCE.items()))
    links = (Link(image=desk.id, reproduce=turned),)
    picture = OnePicture(desk.id, StoredPictures(desk.images).source(desk.id), links)
    again = BrandDesk(picture, desk.scene.workshop).recipe(desk.spec)
    assert json.dumps(again) == told


def test_a_kit_has_every_lockup_and_the_chosen_one_first(desk: Desk) -> None:
    spec = replace(desk.spec, lockup=LockupKind.BADGE)
    assert kinds_for(spec)[0] is LockupKind.BADGE
    assert set(kinds_for(spec)) == set(LockupKind)
    assert kinds_for(replace(spec, text=TextOptions())) == (LockupKind.MARK,)
    heard: list[tuple[int, int]] = []
    made = desk.desk.kit(spec, lambda done, total: heard.append((done, total)))
    assert made.files == 3
    assert heard == [(0, 3), (1, 3), (2, 3), (3, 3)]
    assert desk.desk.kit(spec, lambda *_: None).content == made.content


def test_a_kit_has_the_colours_for_white_whatever_its_background(desk: Desk) -> None:
    dark = replace(desk.spec, background=INK)
    pale = replace(dark, mark=MarkOptions(palette=(INK, Colour(255, 250, 240))))
    for spec in (desk.spec, dark, pale):
        desk.desk.kit(spec, lambda *_: None)
    plain, on_dark, drowned = desk.scene.orders
    assert plain.on_white == plain.lockups
    assert on_dark.on_white == plain.lockups
    assert drowned.on_white == {}


def test_large_pictures_are_made_smaller_and_damaged_records_do_no_harm() -> None:
    image = Image.new("RGB", (LONGEST_SIDE_PX + 200, 100))
    source = mark_source(image, {"palette": ["#C0392B"], "is_flat": True}, "<svg/>")
    assert (source.image.width, source.svg) == (LONGEST_SIDE_PX, None)
    damaged = mark_source(Image.new("RGB", (16, 16)), {"palette": [1], "is_flat": True}, None)
    assert (damaged.palette, damaged.is_flat) == ((), False)


def test_who_asks_for_a_mark_that_is_being_made_waits_for_that_one() -> None:
    scene = Scene(gate=threading.Event())
    shelf = MarkShelf(scene.make_mark)
    source = mark_source(Image.new("RGB", (16, 16)), {}, None)
    with ThreadPoolExecutor(4) as pool:
        asked = [pool.submit(shelf.mark, "a", MarkOptions(), lambda: source) for _ in range(4)]
        assert scene.gate is not None
        scene.gate.set()
        marks = [one.result(120) for one in asked]
    assert len(scene.made) == 1
    assert all(mark is marks[0] for mark in marks)


def test_a_failure_is_told_to_all_and_not_kept() -> None:
    scene = Scene()
    shelf = MarkShelf(scene.make_mark)

    def lost() -> None:
        raise ImageNotFound("gone")

    with pytest.raises(ImageNotFound):
        shelf.mark("a", MarkOptions(), lost)  # type: ignore[arg-type]
    source = mark_source(Image.new("RGB", (16, 16)), {}, None)
    assert shelf.mark("a", MarkOptions(), lambda: source).palette == (WHITE, RED)


def test_only_the_last_marks_are_kept() -> None:
    scene = Scene()
    shelf = MarkShelf(scene.make_mark, kept=2)
    source = mark_source(Image.new("RGB", (16, 16)), {}, None)
    for name in ("a", "b", "a", "c", "a", "b"):
        shelf.mark(name, MarkOptions(), lambda: source)
    # b went when c came, since a had been asked for after it.
    assert len(scene.made) == 4


def test_a_pale_mark_keeps_its_own_ground_and_stays_transparent(desk: Desk) -> None:
    cream = Colour(255, 250, 240)
    pale = replace(desk.spec, mark=MarkOptions(palette=(INK, cream)))
    shown = desk.desk.preview(pale)
    assert shown.ground == INK
    assert INK.hex not in shown.svg
    assert desk.desk.preview(desk.spec).ground is None
    on_white = desk.desk.preview(replace(pale, background=WHITE))
    assert on_white.ground == WHITE
    # Its square is part of the mark; the lettering stands beside it, on the page.
    whole = replace(pale, mark=replace(pale.mark, cutout=False))
    assert desk.desk.preview(whole).ground is None
    # Pale on pale: nothing of its own carries it.
    lost = replace(pale, mark=MarkOptions(palette=(WHITE, cream)))
    assert desk.desk.preview(lost).ground == Colour(17, 18, 20)

"""What the check of a set finds."""

from __future__ import annotations

import json
import zipfile
from collections.abc import Sequence
from functools import partial
from io import BytesIO
from pathlib import Path

import pytest
from PIL import Image, ImageDraw, ImageFilter

from backend.domain.errors import InvalidRequest
from backend.storage.training_inspection import Inspection, without_picture
from backend.tests.training.lora.support import SHIPPED, picture, silent
from backend.training.lora.checks import BLURRED, sharpness
from backend.training.lora.inspection import Report, inspect_set, read_inspection
from backend.training.lora.proposals import look_of, proposed
from backend.training.lora.proposers import propose_captions
from backend.training.lora.run import read_set


def _propose(pictures: Sequence[Image.Image], _report: Report) -> list[str]:
    return [f"proposal {number}" for number in range(len(pictures))]


def _inspected(folder: Path, **pictures: Image.Image) -> Inspection:
    uploads = folder / "uploads"
    uploads.mkdir(parents=True, exist_ok=True)
    for name, image in pictures.items():
        image.save(uploads / f"{name}.png")
    return inspect_set(folder, _propose, silent)


def _several(count: int) -> dict[str, Image.Image]:
    return {f"p{number}": picture(number, (600, 600)) for number in range(count)}


def test_a_good_set_is_ready_and_everything_is_on_disk(tmp_path: Path) -> None:
    found = _inspected(tmp_path, **_several(9))
    assert found.is_ready
    assert [finding.code for finding in found.findings] == ["proposed-captions"]
    stored = json.loads((tmp_path / "inspection.json").read_text())
    assert stored["version"] == 1
    assert stored["is_ready"] is True
    assert Inspection.from_json(stored) == read_inspection(tmp_path) == found
    for each in found.pictures:
        assert (tmp_path / "pictures" / each.file).is_file()
        assert (tmp_path / "thumbs" / f"{each.file}.webp").is_file()
        assert (each.width, each.height) == (600, 600)
        assert each.problems == ()


def test_faults_are_found_and_named(tmp_path: Path) -> None:
    sharp = picture(1, (600, 600))
    (tmp_path / "uploads").mkdir()
    (tmp_path / "uploads" / "words.docx").write_bytes(b"no picture")
    (tmp_path / "uploads" / "broken.jpg").write_bytes(b"\xff\xd8\xff\xe0 broken")
    found = _inspected(
        tmp_path,
        a=sharp,
        again=sharp,
        blurred=picture(2, (600, 600)).filter(ImageFilter.GaussianBlur(14)),
        long=picture(3, (900, 300)),
        near=sharp.resize((300, 300)),
        small=picture(4, (64, 64)),
    )
    problems = {Path(each.file).stem: each.problems for each in found.pictures}
    assert problems["a"] == ()
    assert problems["again"] == ("duplicate",)
    assert "blurred" in problems["blurred"]
    assert problems["long"] == ("long",)
    assert problems["near"] == ("near-duplicate",)
    assert problems["small"] == ("small",)
    assert {name for name, _ in found.refused} == {"words.docx", "broken.jpg"}
    codes = {finding.code for finding in found.findings}
    assert {"few", "refused", "blurred", "long", "duplicate", "near-duplicate", "small"} <= codes
    assert all(finding.detail.endswith(".") for finding in found.findings)
    assert found.is_ready


def test_too_few_different_pictures_hinder_a_training(tmp_path: Path) -> None:
    same = picture(0)
    found = _inspected(tmp_path, a=same, b=same, c=picture(1))
    assert not found.is_ready
    assert found.findings[0].code == "too-few"
    with pytest.raises(InvalidRequest, match="at least 3"):
        read_set(tmp_path, "", 0)


def test_a_repeat_that_stays_alone_with_two_others_is_no_third_picture(tmp_path: Path) -> None:
    same = picture(0)
    found = _inspected(tmp_path, a=same, again=same, b=picture(1), c=picture(2))
    assert found.is_ready
    left = without_picture(found, "c.png")
    assert not left.is_ready
    (tmp_path / "pictures" / "c.png").unlink()
    with pytest.raises(InvalidRequest, match="2 pictures"):
        read_set(tmp_path, "", 0)


def test_names_of_a_hostile_zip_are_bounded(tmp_path: Path) -> None:
    (tmp_path / "uploads").mkdir()
    with zipfile.ZipFile(tmp_path / "uploads" / "many.zip", "w") as archive:
        for number in range(300):
            archive.writestr("x" * 3_000 + f"{number}.doc", b"")
        content = BytesIO()
        picture(9).save(content, "PNG")
        archive.writestr("y" * 3_000 + ".png", content.getvalue())
        archive.writestr("y" * 3_000 + ".txt", "a caption")
    found = _inspected(tmp_path, **_several(3))
    assert (tmp_path / "inspection.json").stat().st_size < 150_000
    assert found.refused[-1] == ("…", "and 100 more")
    (told,) = (finding for finding in found.findings if finding.code == "refused")
    assert told.detail.startswith("300 files")
    assert len(told.files) == 200
    (zipped,) = (each for each in found.pictures if each.source.startswith("many.zip"))
    # Captions still go with pictures of long names.
    assert (len(zipped.source), zipped.caption) == (200, "a caption")


def test_captions_come_from_where_they_are_most_particular(tmp_path: Path) -> None:
    (tmp_path / "uploads").mkdir()
    (tmp_path / "uploads" / "captions.txt").write_text("a.png: from the list\nb.png: listed too")
    (tmp_path / "uploads" / "b.txt").write_text("from its own file")
    found = _inspected(tmp_path, **{name: picture(n) for n, name in enumerate("abc")})
    captions = {each.file: (each.caption, each.caption_from) for each in found.pictures}
    assert captions == {
        "a.png": ("from the list", "captions.txt"),
        "b.png": ("from its own file", "file"),
        "c.png": ("proposal 0", "proposed"),
    }


def test_captions_that_the_models_cannot_read_are_told(tmp_path: Path) -> None:
    (tmp_path / "uploads").mkdir()
    (tmp_path / "uploads" / "p0.txt").write_text("рыжая лиса")
    found = _inspected(tmp_path, **_several(3))
    (finding,) = (each for each in found.findings if each.code == "captions-not-english")
    assert finding.files == ("p0.png",)


def test_files_of_one_name_stay_apart(tmp_path: Path) -> None:
    for folder in ("one", "two"):
        (tmp_path / "uploads" / folder).mkdir(parents=True)
        picture(len(folder + str(folder == "two"))).save(tmp_path / "uploads" / folder / "1.png")
    found = inspect_set(tmp_path, _propose, silent)
    assert sorted(each.file for each in found.pictures) == ["1-2.png", "1.png"]


def test_a_set_keeps_edited_captions_and_forgets_removed_pictures(tmp_path: Path) -> None:
    _inspected(tmp_path, **_several(5))
    (tmp_path / "captions.json").write_text(json.dumps({"p0.png": "mine", "p1.png": "zork, too"}))
    (tmp_path / "pictures" / "p4.png").unlink()
    found = read_set(tmp_path, "zork", 0)
    assert set(found.pictures) == {f"p{number}.png" for number in range(4)}
    assert found.captions["p0.png"] == "zork, mine"
    assert found.captions["p1.png"] == "zork, too"
    assert 1 <= len(found.held_out) <= 1


def test_blur_lowers_sharpness_for_drawings_and_photographs_alike() -> None:
    drawing = picture(3, (400, 400))
    photo = Image.effect_noise((400, 400), 90).filter(ImageFilter.GaussianBlur(1)).convert("RGB")
    for image in (drawing, photo):
        values = [
            sharpness(image.filter(ImageFilter.GaussianBlur(radius)) if radius else image)
            for radius in (0, 3, 12)
        ]
        assert values == sorted(values, reverse=True)
        assert values[0] > 2 * BLURRED
    assert sharpness(drawing.filter(ImageFilter.GaussianBlur(12))) < BLURRED


def test_colours_are_named_and_photographs_told_apart() -> None:
    mark = Image.new("RGB", (200, 200), "#000080")
    ImageDraw.Draw(mark).ellipse((50, 50, 150, 150), fill="#008080")
    look = look_of(mark)
    assert (look.ground, look.inks, look.is_drawing) == ("navy", ("teal",), True)
    assert proposed(look, "fox") == "a teal fox mark on navy"
    noise = Image.effect_noise((200, 200), 120).convert("RGB")
    assert not look_of(noise).is_drawing
    assert proposed(look_of(noise), None).startswith("a photo")


def test_proposals_use_the_shipped_models() -> None:
    mark = Image.new("RGB", (200, 200), "#FFFFFF")
    ImageDraw.Draw(mark).ellipse((40, 40, 160, 160), fill="#C0392B")
    (caption,) = propose_captions(SHIPPED, [mark], silent)
    assert caption.endswith("mark on white")


def test_proposals_do_without_the_shipped_models(tmp_path: Path) -> None:
    propose = partial(propose_captions, tmp_path)
    assert propose([Image.new("RGB", (50, 50), "#FFFFFF")], silent)[0].endswith("on white")

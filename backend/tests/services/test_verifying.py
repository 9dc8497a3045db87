"""Whether files can be made again: stub networks through the real chain, records and recipes."""

from __future__ import annotations

import json
import zipfile
from collections.abc import Sequence
from dataclasses import replace
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from backend.branding.recipes import read_recipe
from backend.domain.branding import BrandSpec, FileFormat, KitLanguage, TextOptions
from backend.domain.errors import UnknownLora
from backend.domain.generation import LogoRequest, LoraChoice, RestyleParams, SourceName
from backend.domain.jobs import JobKind, Lane, NewJob
from backend.domain.ports import Draft, DraftOrder, ModelFact, RestyleOrder, StepReport
from backend.services.brand_pictures import Found, StoredPictures
from backend.services.branding import BrandDesk, FileOrder
from backend.services.comparing import picture_of
from backend.services.lineage import lineage
from backend.services.local import draw_logos
from backend.services.records import (
    ORIGIN_UPLOAD,
    STAGE_UPLOAD,
    RestyleRequest,
    UpscaleRequest,
    new_image_record,
)
from backend.services.rendering import ChainRunner
from backend.services.reproduction import Redrawing
from backend.services.verifying import Verdict, Verification, Verifier
from backend.services.working import JobContext
from backend.storage.disk_store import DiskImageStore
from backend.storage.png_files import encode_png, image_id_of
from backend.tests.services.brand_scene import RED, Family, Scene
from backend.tests.services.test_chain import StubModels
from backend.tests.services.test_working import FlakyStore, MemoryBell
from backend.utils.png_text import with_parameters

REQUEST = LogoRequest("fox", "Foxy", count=2, seed=7, source=SourceName.CGAN, size_px=256)


class Models(StubModels):
    """The seed becomes part of each draft's colour; a restyle darkens what it is given."""

    def __init__(self) -> None:
        super().__init__()
        self.shade, self.hash, self.gone = 0, "0" * 64, ""

    def facts(self, params: RestyleParams | None = None) -> Sequence[ModelFact]:
        loras = params.loras if params else ()
        return [ModelFact("stub", self.hash), *(ModelFact(lora.name, "1" * 64) for lora in loras)]

    def draw(self, order: DraftOrder) -> list[Draft]:
        # Not flat: a lock to their palette would undo what follows.
        drafts = [replace(draft, is_flat=False) for draft in super().draw(order)]
        for draft in drafts:
            draft.image.paste((draft.seed * 9 % 256, 40 + self.shade, 60), (16, 16, 48, 48))
        return drafts

    def restyle(self, orders: Sequence[RestyleOrder], report: StepReport) -> list[Image.Image]:
        if self.gone:
            raise UnknownLora(f"There is no LoRA {self.gone} any more.")
        dark = 1 - (orders[0].seed % 7 + 3) / 20
        return [
            order.image.resize((64, 64)).point(lambda value: int(value * dark)) for order in orders
        ]


class House:
    def __init__(self, folder: Path) -> None:
        self.images = DiskImageStore(folder)
        self.jobs = FlakyStore(f"sqlite:///{folder / 'jobs.db'}")
        self.models, self.scene = Models(), Scene()
        self.desk = BrandDesk(StoredPictures(self.images), self.scene.workshop)

    def run(self, kind: JobKind, params: dict[str, Any]) -> list[str]:
        """A job as the worker runs it; returns the ids of its pictures."""
        self.jobs.submit(NewJob(kind, params, "k", "f", Lane.DEVICE), queue_limit=9)
        (claim,) = self.jobs.claim("w", Lane.DEVICE, lease_seconds=60, max_batch=1)
        ChainRunner(self.models, self.images, self.jobs).run(
            [JobContext(claim, self.jobs, MemoryBell())]
        )
        result = self.jobs.get(claim.job.id).result
        assert result is not None, self.jobs.get(claim.job.id).error
        return list(result["images"])

    def upload(self) -> str:
        record = new_image_record(stage=STAGE_UPLOAD, origin=ORIGIN_UPLOAD)
        return self.images.save(Image.new("RGB", (80, 60), RED.rgb), record).id

    def restyled(self, sources: list[str], **params: Any) -> list[str]:
        request = RestyleRequest(tuple(sources), 3, RestyleParams(style="neon", **params), 256)
        return self.run(JobKind.RESTYLE, request.to_json())

    def file(self, image: str, wanted: FileFormat = FileFormat.PNG) -> bytes:
        spec = BrandSpec(image, text=TextOptions(name="Foxy"))
        return self.desk.file(spec, FileOrder(wanted, width_px=300))

    def verify(self, content: bytes, beside: dict[str, Image.Image] | None = None) -> Verification:
        redrawing = Redrawing(self.models, Found(self.images, beside), lambda *_: None)
        verifier = Verifier(redrawing, self.images, self.scene.workshop, lambda *_: None)
        return verifier.verify(content)


@pytest.fixture
def house(tmp_path: Path) -> House:
    return House(tmp_path)


def test_a_chain_is_told_from_its_beginning(house: House) -> None:
    drafts = house.run(JobKind.DRAFTS, REQUEST.to_json())
    restyled = house.restyled([drafts[1]])
    (large,) = house.run(JobKind.UPSCALE, UpscaleRequest(tuple(restyled), 1024).to_json())
    links = lineage(house.images, large)
    assert [link["image"] for link in links] == [drafts[1], *restyled, large]
    assert [link["reproduce"]["kind"] for link in links] == ["drafts", "restyle", "upscale"]


def test_pictures_that_were_restyled_together_are_told_together(house: House) -> None:
    drafts = house.run(JobKind.DRAFTS, REQUEST.to_json())
    second = house.restyled(drafts)[1]
    links = lineage(house.images, second)
    assert {link["image"] for link in links} == {*drafts, second}
    assert links[-1]["image"] == second


@pytest.mark.parametrize("restyle", [None, True, False])
@pytest.mark.parametrize("kind", [JobKind.DRAFTS, JobKind.GENERATE])
def test_pictures_of_words_come_out_the_same(
    house: House, kind: JobKind, restyle: bool | None
) -> None:
    params = {**REQUEST.to_json(), "restyle": restyle}
    images = house.run(kind, params)
    drafts = [house.images.get(image).record["parent"] for image in images]
    for image in [*images, *filter(None, drafts)]:
        found = house.verify(house.images.png(image))
        assert (found.verdict, found.compared, found.changes) == (Verdict.IDENTICAL, "bytes", ())


@pytest.mark.parametrize("wanted", [FileFormat.PNG, FileFormat.SVG, FileFormat.EPS])
def test_a_delivered_file_of_a_long_chain_comes_out_the_same(
    house: House, wanted: FileFormat
) -> None:
    drafts = house.run(JobKind.DRAFTS, REQUEST.to_json())
    restyled = house.restyled(drafts)[1]
    (large,) = house.run(JobKind.UPSCALE, UpscaleRequest((restyled,), 512).to_json())
    content = house.file(large, wanted)
    for image in (large, restyled, *drafts):
        house.images.delete(image)
    # The recipe has all of it: nothing need be in the store any more.
    found = house.verify(content)
    assert (found.verdict, found.compared) == (Verdict.IDENTICAL, "bytes")


def test_a_cut_out_and_a_kit_and_its_files_come_out_the_same(house: House) -> None:
    (image, _) = house.run(JobKind.DRAFTS, REQUEST.to_json())
    spec = BrandSpec(image, text=TextOptions(name="Foxy"))
    assert house.verify(house.desk.cutout(spec)).compared == "bytes"
    kit = house.desk.kit(spec, lambda *_: None, KitLanguage.RUSSIAN).content
    assert house.verify(kit).compared == "bytes"
    with zipfile.ZipFile(BytesIO(kit)) as archive:
        for name in archive.namelist():
            assert house.verify(archive.read(name)).compared == "bytes"


def test_another_version_writes_other_bytes_but_the_same_pixels(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("backend.services.brand_recipes.VERSION", "0.0.9")
    content = house.file(house.run(JobKind.DRAFTS, REQUEST.to_json())[0])
    monkeypatch.undo()
    found = house.verify(content)
    assert (found.verdict, found.compared) == (Verdict.IDENTICAL, "pixels")
    assert len(found.changes) == 1
    assert "0.0.9" in found.changes[0]


def test_an_eps_of_another_version_is_the_same_drawing(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("backend.services.brand_recipes.VERSION", "0.0.9")
    content = house.file(house.run(JobKind.DRAFTS, REQUEST.to_json())[0], FileFormat.EPS)
    monkeypatch.undo()
    found = house.verify(content)
    assert (found.verdict, found.compared, len(found.changes)) == (Verdict.IDENTICAL, "drawing", 1)
    assert house.verify(content.replace(b"newpath", b"newpath ")).verdict is Verdict.DIFFERENT


@pytest.mark.parametrize(("shade", "verdict"), [(2, Verdict.SIMILAR), (200, Verdict.DIFFERENT)])
def test_another_model_is_named(house: House, shade: int, verdict: Verdict) -> None:
    image = house.run(JobKind.DRAFTS, REQUEST.to_json())[0]
    house.models.shade, house.models.hash = shade, "2" * 64
    found = house.verify(house.images.png(image))
    assert found.verdict is verdict
    assert found.compared == "pixels"
    assert found.similarity is not None
    assert (found.similarity >= 0.95) == (verdict is Verdict.SIMILAR)
    assert found.changes == ("stub is another file (22222222, was 00000000)",)
    assert found.verdict.exit_code == (1 if verdict is Verdict.SIMILAR else 2)


def test_another_font_file_is_named(house: House, tmp_path: Path) -> None:
    content = house.file(house.run(JobKind.DRAFTS, REQUEST.to_json())[0])
    other = tmp_path / "font.ttf"
    other.write_bytes(b"another")
    house.scene.family = Family(file=other)
    assert house.verify(content).changes == ("the font file of Manrope 800 is another one",)
    house.scene.family = Family(weights=(400,))
    assert house.verify(content).changes == ("Manrope has no weight 800 any more",)
    house.scene.family = Family(id="inter")
    gone = house.verify(content)
    assert gone.verdict is Verdict.UNREPEATABLE
    assert "manrope" in gone.reason


def test_an_adapter_that_has_gone_is_named(house: House) -> None:
    drafts = house.run(JobKind.DRAFTS, REQUEST.to_json())
    (image,) = house.restyled(drafts[:1], loras=(LoraChoice("pixel-art"),))
    house.models.gone = "pixel-art"
    found = house.verify(house.file(image))
    assert found.verdict is Verdict.UNREPEATABLE
    assert found.verdict.exit_code == 2
    assert "pixel-art" in found.reason


def test_an_uploaded_picture_is_taken_from_the_store_or_asked_for(house: House) -> None:
    source = house.upload()
    (image,) = house.restyled([source])
    content = house.file(image)
    assert house.verify(content).compared == "bytes"
    kept = {source: house.images.load(source)}
    house.images.delete(source)
    found = house.verify(content)
    assert found.verdict is Verdict.UNREPEATABLE
    assert source in found.reason
    assert house.verify(content, kept).compared == "bytes"


def test_a_picture_whose_source_was_deleted_before_says_so(house: House) -> None:
    drafts = house.run(JobKind.DRAFTS, REQUEST.to_json())
    (image,) = house.restyled(drafts[:1])
    house.images.delete(drafts[0])
    found = house.verify(house.images.png(image))
    assert found.verdict is Verdict.UNREPEATABLE
    assert drafts[0] in found.reason


def test_files_of_the_command_come_out_the_same(house: House, tmp_path: Path) -> None:
    result = draw_logos(REQUEST, house.models, tmp_path / "cli", lambda *_: None)
    assert house.verify(result.files[1].read_bytes()).compared == "bytes"


_PLAIN_FILE = {"kind": "file", "format": "png", "variant": "colour", "lockup": "mark"}


def edited(content: bytes, **change: Any) -> bytes:
    """A delivered PNG with another recipe."""
    recipe = json.loads(read_recipe(content) or "") | change
    # Not encode_png, which writes no infinity.
    stream = BytesIO()
    Image.new("RGB", (16, 16)).save(stream, "PNG")
    return with_parameters(stream.getvalue(), json.dumps(recipe))


@pytest.mark.parametrize(
    "change",
    [
        {"chain": []},
        {"chain": [5]},
        {"chain": [{"image": "a", "reproduce": {"kind": "drafts"}}]},
        {"chain": {"a": 1}},
        {"brand": {}},
        {"source": None},
        {"deliverable": {"kind": "file", "format": "gif"}},
        {"deliverable": {"place": 99}},
        {"language": "xx"},
        {"font": {"id": "x" * 100}},
        {"font": {"id": "manrope", "weight": "bold"}},
        {"chain": [{"image": str(i), "reproduce": {}} for i in range(61)]},
        {"deliverable": {**_PLAIN_FILE, "width": 30_000}},
        {"deliverable": {**_PLAIN_FILE, "width": float("1e400")}},
    ],
)
def test_damaged_recipes_are_said_to_be_so(house: House, change: dict[str, Any]) -> None:
    content = house.file(house.run(JobKind.DRAFTS, REQUEST.to_json())[0])
    found = house.verify(edited(content, **change))
    assert found.verdict is Verdict.UNREPEATABLE
    assert found.reason


@pytest.mark.parametrize(
    "change",
    [{"count": 10**6}, {"size": 10**6}, {"size": 0}, {"steps": 10**6, "speed": None},
     {"description": "x" * 100_000}, {"palette": "no"}],
)  # fmt: skip
def test_a_recipe_cannot_ask_for_more_than_the_service_does(
    house: House, change: dict[str, Any]
) -> None:
    request = {**REQUEST.to_json(), "steps": 5, **change}
    reproduce = {"kind": "drafts", "request": request, "index": 0, "stage": "draft", "seed": 7}
    found = house.verify(encode_png(Image.new("RGB", (16, 16)), reproduce))
    assert found.verdict is Verdict.UNREPEATABLE


@pytest.mark.parametrize(
    "change",
    [
        {"tolerance": -5},
        {"palette": ["#FF0000"] * 300},
    ],
)
def test_a_finish_beyond_the_limits_is_not_made(house: House, change: dict[str, Any]) -> None:
    content = house.file(house.run(JobKind.DRAFTS, REQUEST.to_json())[0])
    brand = json.loads(read_recipe(content) or "")["brand"]
    found = house.verify(edited(content, brand={**brand, "mark": {**brand["mark"], **change}}))
    assert found.verdict is Verdict.UNREPEATABLE


@pytest.mark.parametrize("index", [99, float("1e400")])
def test_a_picture_that_its_request_does_not_draw_is_said_so(house: House, index: float) -> None:
    content = house.file(house.run(JobKind.DRAFTS, REQUEST.to_json())[0])
    chain = json.loads(read_recipe(content) or "")["chain"]
    chain[-1]["reproduce"]["index"] = index
    assert house.verify(edited(content, chain=chain)).verdict is Verdict.UNREPEATABLE


def test_a_kit_that_unpacks_to_more_than_any_kit_is_not_unpacked(house: House) -> None:
    stream = BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("icons/icon-512.png", bytes(65 * 1024 * 1024))
    found = house.verify(stream.getvalue())
    assert found.verdict is Verdict.UNREPEATABLE
    assert "larger than any kit" in found.reason


@pytest.mark.parametrize(
    "head",
    ['width="1" height="1000000" viewBox="0 0 1 1000000"', 'viewBox="0 0 0 5"', 'width="9"'],
)
def test_documents_of_absurd_shape_are_not_drawn(head: str) -> None:
    svg = f'<svg xmlns="http://www.w3.org/2000/svg" {head}><path d="M0 0H9V9Z"/></svg>'
    assert picture_of(svg.encode()) is None


@pytest.mark.parametrize(
    "content",
    [b"", b"hello", b"%PDF-1.4", b"<svg xmlns='http://www.w3.org/2000/svg'/>", b"PK\x03\x04",
     encode_png(Image.new("RGB", (16, 16)), {}), encode_png(Image.new("RGB", (16, 16)), [1])],
)  # fmt: skip
def test_a_file_without_a_recipe_is_said_to_have_none(house: House, content: bytes) -> None:
    found = house.verify(content)
    assert (found.verdict, found.verdict.exit_code) == (Verdict.UNREPEATABLE, 2)
    assert found.reason


def test_a_link_is_known_by_the_bytes_of_its_file(house: House) -> None:
    (image, _) = house.run(JobKind.DRAFTS, REQUEST.to_json())
    assert image_id_of(house.images.png(image)) == image

"""The factories, and what the shipped weights draw through them."""

from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from backend.domain.brief import Brief, Colour
from backend.domain.errors import WeightsCorrupt, WeightsMissing
from backend.domain.generation import RestyleParams, SourceName
from backend.domain.ports import Draft, DraftOrder, RestyleOrder
from backend.models.catalog import Catalog
from backend.models.devices import Compute
from backend.models.registry import EMBEDDED, SD15, SDXL, ModelHouse, pipeline_for
from backend.tests.hub.pulls import pretend_pulled
from backend.vector.colour import delta_e_2000, lab_from_srgb

WEIGHTS = Path(__file__).parents[3] / "weights"
CPU = Compute("cpu", None, 2)
RED, WHITE = Colour.from_hex("#C0392B"), Colour.from_hex("#FFFFFF")


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> ModelHouse:
    return ModelHouse(Catalog.load(WEIGHTS), tmp_path_factory.mktemp("lora"), CPU)


def cgan_drafts(house: ModelHouse, content: str, count: int, seed: int) -> list[Draft]:
    brief = Brief("", content, colours=(RED, WHITE))
    return house.drafts(SourceName.CGAN).draw(DraftOrder(brief, count, seed))


def pixels(image: Image.Image) -> np.ndarray[tuple[int, ...], np.dtype[np.int16]]:
    return np.asarray(image.convert("RGB"), np.int16)


def restyle_order(image: Image.Image, seed: int, strength: float = 0.5) -> RestyleOrder:
    return RestyleOrder(image, "a fox", seed, RestyleParams(steps=10, strength=strength))


def test_auto_takes_stable_diffusion_15_only_with_its_weights_and_a_gpu(tmp_path: Path) -> None:
    shipped = Catalog.load(WEIGHTS)
    assert pipeline_for("embedded", shipped, has_gpu=True) == EMBEDDED
    assert pipeline_for("sd15", shipped, has_gpu=False) == SD15
    pulled = Catalog(tmp_path, shipped.entries)
    assert pipeline_for("auto", pulled, has_gpu=True) == EMBEDDED
    assert pipeline_for("sdxl", shipped, has_gpu=False) == SDXL
    pretend_pulled(pulled, SDXL)
    assert pipeline_for("auto", pulled, has_gpu=True) == EMBEDDED
    pretend_pulled(pulled, SD15)
    assert pipeline_for("auto", pulled, has_gpu=True) == SD15
    # Restyles were promised by whoever found these weights: slow is better than refused.
    assert pipeline_for("auto", pulled, has_gpu=False) == SD15
    for file in shipped.entry(EMBEDDED).files:
        (tmp_path / file.path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / file.path).write_bytes(b"\0" * file.bytes)
    assert pipeline_for("auto", pulled, has_gpu=False) == EMBEDDED


def test_the_upscaler_can_be_chosen(tmp_path: Path) -> None:
    catalog = Catalog.load(WEIGHTS)
    names = {}
    for wanted in ("auto", "realesrgan-x4plus-anime"):
        upscaler = ModelHouse(catalog, tmp_path, CPU, upscaler=wanted).upscaler()
        names[wanted] = [fact.name for fact in upscaler.facts()]
        assert upscaler.upscale(Image.new("RGB", (16, 16), "red")).size == (64, 64)
    assert names["auto"] == ["realesr-animevideov3-x4"]
    assert names["realesrgan-x4plus-anime"] == ["realesrgan-x4plus-anime"]
    with pytest.raises(WeightsMissing, match="weights pull realesrgan-x4plus-ncnn"):
        ModelHouse(catalog, tmp_path, CPU, upscaler="realesrgan-x4plus-ncnn").upscaler()


def test_models_are_built_once(house: ModelHouse) -> None:
    assert house.drafts(SourceName.AUTO) is house.drafts(SourceName.AUTO)
    assert house.restyler() is house.restyler()
    assert house.text_encoder() is house.text_encoder()


def test_missing_weights_are_named_with_the_command(tmp_path: Path) -> None:
    empty = ModelHouse(Catalog(tmp_path, Catalog.load(WEIGHTS).entries), tmp_path, CPU)
    for build in (empty.upscaler, empty.restyler, lambda: empty.drafts(SourceName.CGAN)):
        with pytest.raises(WeightsMissing, match="python -m backend weights pull"):
            build()


def test_weights_of_another_shape_are_refused(tmp_path: Path) -> None:
    shutil.copytree(WEIGHTS, tmp_path / "weights", ignore=shutil.ignore_patterns("unet", "vae"))
    config = tmp_path / "weights" / "cgan" / "generator.json"
    config.write_text(config.read_text("utf-8").replace('"depth": 4', '"depth": 3'), "utf-8")
    house = ModelHouse(Catalog.load(tmp_path / "weights"), tmp_path, CPU)
    with pytest.raises(WeightsCorrupt, match=r"generator\.safetensors does not fit"):
        house.drafts(SourceName.CGAN)


def test_a_house_without_the_network_still_composes(tmp_path: Path) -> None:
    shutil.copytree(
        WEIGHTS, tmp_path / "weights", ignore=shutil.ignore_patterns("unet", "vae", "generator*")
    )
    house = ModelHouse(Catalog.load(tmp_path / "weights"), tmp_path, CPU)
    order = DraftOrder(Brief("", "fox"), 2, 0)
    origins = {draft.origin for draft in house.drafts(SourceName.AUTO).draw(order)}
    assert origins == {SourceName.COMPOSER}


def test_the_networks_drafts_wear_the_colours_and_name_what_they_saw(house: ModelHouse) -> None:
    palette = lab_from_srgb(np.array([RED.rgb, WHITE.rgb]) / 255)
    for draft in cgan_drafts(house, "fox", 4, 7):
        assert draft.origin is SourceName.CGAN
        assert draft.image.size == (128, 128)
        assert any("fox" in glyph_id for glyph_id, _, _ in draft.glyphs)
        lab = lab_from_srgb(pixels(draft.image).reshape(-1, 3) / 255)
        nearest = np.min([delta_e_2000(lab, colour) for colour in palette], axis=0)
        assert (nearest <= 1).mean() > 0.8  # The rest are the soft edges.


def test_a_networks_draft_does_not_depend_on_its_company(house: ModelHouse) -> None:
    alone = cgan_drafts(house, "fox", 1, 9)[0]
    beside = cgan_drafts(house, "fox", 5, 7)[2]
    assert alone.seed == beside.seed == 9
    assert np.array_equal(pixels(alone.image), pixels(beside.image))


def test_subjects_and_seeds_differ(house: ModelHouse) -> None:
    drafts = [
        cgan_drafts(house, content, 1, seed)[0].image
        for content in ("fox", "rocket", "tree")
        for seed in (1, 2)
    ]
    for place, one in enumerate(drafts):
        for other in drafts[place + 1 :]:
            changed = np.abs(pixels(one) - pixels(other)).max(axis=2) > 60
            assert changed.mean() > 0.02


def test_restyling_changes_a_picture_as_strongly_as_asked(house: ModelHouse) -> None:
    image = cgan_drafts(house, "rocket", 1, 3)[0].image
    restyler = house.restyler()
    assert restyler.native_px == 128
    weak, strong, again = (
        restyler.restyle([restyle_order(image, 1, strength)], lambda *_: None)[0]
        for strength in (0.3, 0.9, 0.9)
    )
    assert np.array_equal(pixels(strong), pixels(again))
    change = [
        float(np.abs(pixels(result) - pixels(image.resize(result.size))).mean())
        for result in (weak, strong)
    ]
    assert 0.5 < change[0] < change[1]


def test_restyling_in_a_batch_changes_no_pixel_on_a_cpu(house: ModelHouse) -> None:
    images = [draft.image for draft in cgan_drafts(house, "tree", 2, 5)]
    restyler = house.restyler()
    alone = [restyler.restyle([restyle_order(i, 4)], lambda *_: None)[0] for i in images]
    orders = [
        RestyleOrder(image, "a fox", 4, RestyleParams(steps=10, strength=0.5), group=str(place))
        for place, image in enumerate(images)
    ]
    together = restyler.restyle(orders, lambda *_: None)
    for one, other in zip(alone, together, strict=True):
        assert np.array_equal(pixels(one), pixels(other))

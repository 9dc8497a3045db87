"""Real-ESRGAN with the shipped weights: scale, alpha, seams, errors."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageDraw

from backend.domain.errors import InvalidOutput, WeightsCorrupt, WeightsMissing
from backend.models.esrgan import EsrganUpscaler, FloatArray, NcnnEnlarger, enlarge_tiled

WEIGHTS = Path(__file__).parents[3] / "weights" / "realesrgan"


class NearestEnlarger:
    """Repeats pixels: exact, so that tiling can be checked to the bit."""

    core_px, context_px = 10, 3

    def enlarge(self, array: FloatArray) -> FloatArray:
        return np.repeat(np.repeat(array, 4, axis=1), 4, axis=2)


class BrokenEnlarger(NearestEnlarger):
    def enlarge(self, array: FloatArray) -> FloatArray:
        return np.full((3, array.shape[1] * 4, array.shape[2] * 4), np.nan, np.float32)


@pytest.fixture(scope="module")
def network() -> NcnnEnlarger:
    return NcnnEnlarger(WEIGHTS / "realesr-animevideov3-x4.param", threads=1)


def disc(size: int) -> Image.Image:
    image = Image.new("RGB", (size, size), (250, 250, 245))
    ImageDraw.Draw(image).ellipse(
        (size * 0.2, size * 0.2, size * 0.8, size * 0.8), fill=(200, 30, 40)
    )
    return image


def test_tiles_join_without_a_trace() -> None:
    array = np.random.default_rng(0).random((3, 37, 23), dtype=np.float32)
    whole = NearestEnlarger().enlarge(array)
    assert np.array_equal(enlarge_tiled(NearestEnlarger(), array), whole)


def test_real_network_has_no_seams(network: NcnnEnlarger) -> None:
    array = np.random.default_rng(1).random((3, 80, 90), dtype=np.float32)
    whole = network.enlarge(array)
    tiled_network = NcnnEnlarger(WEIGHTS / "realesr-animevideov3-x4.param", threads=1, core_px=48)
    assert np.abs(enlarge_tiled(tiled_network, array) - whole).max() < 1e-3


def test_picture_keeps_its_colours_and_grows_fourfold(network: NcnnEnlarger) -> None:
    enlarged = EsrganUpscaler(network, []).upscale(disc(64))
    assert enlarged.size == (256, 256)
    pixels = np.asarray(enlarged, np.int16)
    assert np.abs(pixels[128, 128] - (200, 30, 40)).max() <= 10
    assert np.abs(pixels[4, 4] - (250, 250, 245)).max() <= 10


def test_edges_are_sharper_than_bicubic(network: NcnnEnlarger) -> None:
    def steepest(image: Image.Image) -> float:
        row = np.asarray(image.convert("L"), np.float32)[128]
        return float(np.abs(np.diff(row)).max())

    assert steepest(EsrganUpscaler(network, []).upscale(disc(64))) > 1.5 * steepest(
        disc(64).resize((256, 256), Image.Resampling.BICUBIC)
    )


def test_alpha_is_kept(network: NcnnEnlarger) -> None:
    image = disc(48).convert("RGBA")
    mask = Image.new("L", (48, 48), 0)
    ImageDraw.Draw(mask).ellipse((9, 9, 38, 38), fill=255)
    image.putalpha(mask)
    enlarged = EsrganUpscaler(network, []).upscale(image)
    assert enlarged.mode == "RGBA"
    assert enlarged.getpixel((2, 2))[3] <= 8  # type: ignore[index]
    assert enlarged.getpixel((96, 96))[3] >= 247  # type: ignore[index]


def test_missing_and_damaged_files_are_named(tmp_path: Path) -> None:
    with pytest.raises(WeightsMissing, match=r"absent\.param"):
        NcnnEnlarger(tmp_path / "absent.param", threads=1)
    (tmp_path / "bad.param").write_text("not a network")
    (tmp_path / "bad.bin").write_bytes(b"")
    with pytest.raises(WeightsCorrupt, match="bad"):
        NcnnEnlarger(tmp_path / "bad.param", threads=1)


def test_numbers_that_are_no_picture_are_refused() -> None:
    with pytest.raises(InvalidOutput):
        EsrganUpscaler(BrokenEnlarger(), []).upscale(disc(16))

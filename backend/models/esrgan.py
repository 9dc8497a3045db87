"""Real-ESRGAN x4: the official weights, by ncnn on CPU and Vulkan, by spandrel on CUDA."""

from __future__ import annotations

from collections.abc import Sequence
from ctypes.util import find_library
from pathlib import Path
from typing import Protocol

import ncnn
import numpy as np
from numpy.typing import NDArray
from PIL import Image

from backend.domain.errors import (
    InvalidOutput,
    StageFailed,
    ToolMissing,
    WeightsCorrupt,
    WeightsMissing,
)
from backend.domain.ports import ModelFact
from backend.models.tiling import tiles
from backend.utils.images import from_unit_chw, to_unit_chw

SCALE = 4
FloatArray = NDArray[np.float32]


class Enlarger(Protocol):
    """A network that enlarges arrays by four."""

    core_px: int
    """Largest tile core; larger pictures are tiled."""

    context_px: int
    """Pixels around a core that are shown with it; what lies farther acts too little to see."""

    def enlarge(self, array: FloatArray) -> FloatArray:
        """(3, H, W) float32 in 0..1 to (3, 4H, 4W), about 0..1."""


class NcnnEnlarger:
    """A `.param`/`.bin` pair run by ncnn."""

    def __init__(
        self,
        param: Path,
        *,
        threads: int,
        vulkan: bool = False,
        core_px: int = 256,
        context_px: int = 20,
    ) -> None:
        """Loads the network once.

        Raises:
            WeightsMissing: a file is absent.
            WeightsCorrupt: ncnn cannot read it.
        """
        binary = param.with_suffix(".bin")
        for path in (param, binary):
            if not path.is_file():
                raise WeightsMissing(
                    f"{path.name} is missing; run: python -m backend weights verify"
                )
        self.core_px, self.context_px = core_px, context_px
        self._net = ncnn.Net()
        self._net.opt.num_threads = threads
        self._net.opt.use_vulkan_compute = vulkan
        if self._net.load_param(str(param)) != 0 or self._net.load_model(str(binary)) != 0:
            raise WeightsCorrupt(
                f"{param.stem} cannot be read; run: python -m backend weights verify"
            )

    def enlarge(self, array: FloatArray) -> FloatArray:
        """See `Enlarger`."""
        extractor = self._net.create_extractor()
        extractor.input("data", ncnn.Mat(np.ascontiguousarray(array)))
        status, output = extractor.extract("output")
        if status != 0:
            raise StageFailed("the upscaler could not process this picture; try a smaller one")
        return np.array(output, dtype=np.float32)


def has_vulkan() -> bool:
    """Whether ncnn can use a graphics device; asks quietly where there is no Vulkan at all."""
    return find_library("vulkan") is not None and ncnn.get_gpu_count() > 0


class SpandrelEnlarger:
    """A `.pth` or `.safetensors` network of any ESRGAN family that spandrel recognises, on CUDA.

    Spandrel and its torchvision are GPU requirements; they are imported here and nowhere else.
    """

    def __init__(
        self, weights: Path, *, device: str = "cuda", core_px: int = 512, context_px: int = 32
    ) -> None:
        """Loads the network once, in half precision where it supports it.

        Raises:
            WeightsMissing: the file is absent.
            WeightsCorrupt: it is not a x4 network for RGB pictures.
            ToolMissing: spandrel is not installed.
        """
        import torch

        try:
            from spandrel import ModelLoader, UnsupportedModelError
        except ImportError as error:
            raise ToolMissing(
                "upscaling on CUDA needs spandrel; run: pip install -r backend/requirements-gpu.txt"
            ) from error
        if not weights.is_file():
            raise WeightsMissing(
                f"{weights.name} is missing; run: python -m backend weights pull {weights.stem}"
            )
        try:
            model = ModelLoader(device=device).load_from_file(str(weights))
        except UnsupportedModelError as error:
            raise WeightsCorrupt(
                f"{weights.name} is not an upscaler that spandrel knows"
            ) from error
        if model.scale != SCALE or model.input_channels != 3:
            raise WeightsCorrupt(
                f"{weights.name} enlarges x{model.scale}; a x4 network for RGB is needed"
            )
        self.core_px, self.context_px = core_px, context_px
        self._torch = torch
        self._dtype = torch.float16 if model.supports_half else torch.float32
        self._device = device
        self._model = model.to(dtype=self._dtype).eval()

    def enlarge(self, array: FloatArray) -> FloatArray:
        """See `Enlarger`."""
        torch = self._torch
        with torch.inference_mode():
            batch = torch.from_numpy(array)[None].to(self._device, self._dtype)
            output = self._model(batch)[0].float().cpu().numpy()
        return np.asarray(output, np.float32)


class EsrganUpscaler:
    """The upscale stage: tiling, alpha and checks around an enlarger."""

    def __init__(self, enlarger: Enlarger, facts: Sequence[ModelFact]) -> None:
        self._enlarger = enlarger
        self._facts = tuple(facts)

    def facts(self) -> Sequence[ModelFact]:
        """The network in use."""
        return self._facts

    def upscale(self, image: Image.Image) -> Image.Image:
        """RGB or RGBA in, the same mode four times as large out.

        Transparency is enlarged apart from the colours, as a grey picture of its own.

        Raises:
            InvalidOutput: the network gave numbers that are not a picture.
        """
        colours = from_unit_chw(enlarge_tiled(self._enlarger, to_unit_chw(_bled(image))))
        if image.mode != "RGBA":
            return colours
        alpha = Image.merge("RGB", [image.getchannel("A")] * 3)
        enlarged = from_unit_chw(enlarge_tiled(self._enlarger, to_unit_chw(alpha)))
        colours.putalpha(enlarged.convert("L"))
        return colours


def enlarge_tiled(enlarger: Enlarger, array: FloatArray) -> FloatArray:
    """Enlarges a picture of any size, tile by tile where it is larger than a core.

    Args:
        array: (3, H, W) float32 in 0..1.

    Returns:
        (3, 4H, 4W) float32.

    Raises:
        InvalidOutput: the result has values that are not finite.
    """
    _, height, width = array.shape
    output = np.empty((3, height * SCALE, width * SCALE), np.float32)
    for tile in tiles(width, height, enlarger.core_px, enlarger.context_px):
        enlarged = enlarger.enlarge(
            np.ascontiguousarray(array[:, tile.top : tile.bottom, tile.left : tile.right])
        )
        top, left = (tile.core_top - tile.top) * SCALE, (tile.core_left - tile.left) * SCALE
        rows = slice(tile.core_top * SCALE, tile.core_bottom * SCALE)
        columns = slice(tile.core_left * SCALE, tile.core_right * SCALE)
        output[:, rows, columns] = enlarged[
            :, top : top + rows.stop - rows.start, left : left + columns.stop - columns.start
        ]
    if not np.isfinite(output).all():
        raise InvalidOutput("the upscaler gave an unusable picture; try again or another picture")
    return output


def _bled(image: Image.Image) -> Image.Image:
    """Colours under full transparency are arbitrary; takes the mean of the opaque ones."""
    if image.mode != "RGBA":
        return image.convert("RGB")
    alpha = np.asarray(image.getchannel("A"), np.float32)[..., None] / 255
    colours = np.asarray(image.convert("RGB"), np.float32)
    weight = float(alpha.sum())
    mean = (colours * alpha).sum(axis=(0, 1)) / weight if weight else np.zeros(3)
    return Image.fromarray(np.round(colours * alpha + mean * (1 - alpha)).astype(np.uint8), "RGB")

"""Marks from fifty results of the real chain: exact colours, clean edges, areas, seconds."""

from __future__ import annotations

import re
import statistics
import time
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from io import BytesIO
from pathlib import Path

import numpy as np
import resvg_py
import vtracer
from numpy.typing import NDArray
from PIL import Image, ImageFilter

from backend.bench.mark_sources import Sample, fifty
from backend.bench.measure import Row
from backend.branding.cutouts import cut_out
from backend.branding.locking import mixtures
from backend.branding.marks import Mark, MarkForm, make_mark
from backend.branding.rasters import render_drawing
from backend.branding.regions import grown, regions_of
from backend.domain.branding import MarkOptions
from backend.domain.brief import Colour
from backend.models.catalog import Catalog
from backend.models.devices import detect_compute
from backend.models.registry import ModelHouse
from backend.utils.images import png_bytes
from backend.utils.ssim import ssim
from backend.vector.colour import delta_e_2000, lab_from_srgb

GROUNDS = (Colour(255, 255, 255), Colour(0, 0, 0), Colour(0, 110, 230))
_FLAT_LEVELS = 3
_CELL_PX = 200


@dataclass(frozen=True, slots=True)
class Result:
    """A sample's deliverables and how long the mark took."""

    sample: Sample
    locked: Image.Image
    cutout: Image.Image
    mark: Mark
    seconds: float


def marks(folder: Path = Path("output/bench")) -> Iterator[Row]:
    """Makes the fifty, measures them and writes contact sheets."""
    root = Path(__file__).parents[2]
    house = ModelHouse(Catalog.load(root / "weights"), root / "lora", detect_compute("cpu"))
    results = [made(sample) for sample in fifty(house)]
    yield from rows_of(results)
    folder.mkdir(parents=True, exist_ok=True)
    for number, start in enumerate(range(0, len(results), 25), start=1):
        sheet(results[start : start + 25]).save(folder / f"marks-{number}.png")


def made(sample: Sample) -> Result:
    """The locked picture, its cut-out and its mark."""
    started = time.perf_counter()
    mark = make_mark(sample.source, MarkOptions())
    seconds = time.perf_counter() - started
    locked = cut_out(sample.source, MarkOptions(cutout=False)).convert("RGB")
    return Result(sample, locked, cut_out(sample.source, MarkOptions()), mark, seconds)


def rows_of(results: Sequence[Result]) -> Iterator[Row]:
    """All figures of the report."""
    shares = [flat_share(result.locked, result.mark.palette) for result in results]
    count = f"of {len(results)} results"
    yield Row(
        "palette lock: flat pixels within CIEDE2000 1 (worst)", 100 * min(shares), None, "%",
        "100 %", count,
    )  # fmt: skip
    for ground in GROUNDS:
        errors = [edge_error(result.cutout, result.mark.palette, ground) for result in results]
        what = f"edge colour error over {ground.hex} (worst mean)"
        yield Row(what, max(errors), None, "dE", "<= 2", count)
    yield from _against_truth([result.sample for result in results])
    forms = Counter(str(result.mark.form) for result in results)
    note = ", ".join(f"{number} {form}" for form, number in sorted(forms.items()))
    similarities = [result.mark.similarity for result in results]
    yield Row(
        "areas against the locked PNG: SSIM x 100 (worst)",
        100 * min(similarities),
        None,
        "",
        ">= 90",
        note,
    )
    yield from _against_vtracer([r for r in results if r.mark.form is MarkForm.TRACED])
    paths = [result.mark.paths for result in results]
    yield Row(
        "paths of a mark (median)", statistics.median(paths), None, "", "<= 200",
        f"most {max(paths)}",
    )  # fmt: skip
    for size, target in ((512, "<= 500 ms"), (1024, "<= 1500 ms")):
        times = [r.seconds for r in results if r.sample.source.image.width == size]
        note = f"worst {1000 * max(times):.0f} ms"
        yield Row(
            f"mark at {size} px (median)", 1000 * statistics.median(times), None, "ms", target, note
        )


def _against_vtracer(results: Sequence[Result]) -> Iterator[Row]:
    """Traced marks beside what vtracer makes of the same locked pictures."""
    ours: list[tuple[float, int]] = []
    theirs: list[tuple[float, int]] = []
    for result in results:
        locked = _on(result.cutout, result.mark.palette[0])
        svg = vtracer.convert_raw_image_to_svg(
            png_bytes(result.cutout), img_format="png", color_precision=8, layer_difference=0
        )
        png = resvg_py.svg_to_bytes(svg_string=svg, width=locked.width, height=locked.height)
        drawn = _on(Image.open(BytesIO(bytes(png))).convert("RGBA"), result.mark.palette[0])
        nodes = sum(len(re.findall("[CL]", data)) for data in re.findall(r' d="([^"]*)"', svg))
        theirs.append((ssim(locked, drawn), nodes))
        layers = result.mark.drawing.layers
        own = sum(seg.verb in "CL" for layer in layers for seg in layer.outline.segments)
        ours.append((result.mark.similarity, own))
    for place, what, unit in ((0, "SSIM x 100", 100), (1, "lines and curves", 1)):
        yield Row(
            f"traced marks: {what} (median)",
            statistics.median(unit * pair[place] for pair in ours),
            statistics.median(unit * pair[place] for pair in theirs),
            "",
            "as vtracer",
            f"{len(results)} traced; baseline: vtracer of the same locked picture",
        )


def flat_share(image: Image.Image, palette: Iterable[Colour]) -> float:
    """The part of the flat pixels that wear a colour of the palette, within CIEDE2000 1.

    Flat is a pixel whose 3 x 3 neighbourhood spans at most three levels of each channel.
    """
    high = np.asarray(image.filter(ImageFilter.MaxFilter(3)), np.int16)
    low = np.asarray(image.filter(ImageFilter.MinFilter(3)), np.int16)
    flat = np.asarray(image)[(high - low).max(axis=2) <= _FLAT_LEVELS]
    found, counts = np.unique(flat.reshape(-1, 3), axis=0, return_counts=True)
    inks = lab_from_srgb([colour.rgb for colour in palette])
    gaps = delta_e_2000(lab_from_srgb(found)[:, None], inks[None]).min(axis=1)
    return float(counts[gaps <= 1].sum() / counts.sum())


def edge_error(cutout: Image.Image, palette: Sequence[Colour], ground: Colour) -> float:
    """Mean CIEDE2000 along the edges between a cut-out on a new ground and what should be there.

    Along an edge only mixtures of the inks and of the new ground are right; the old ground's
    colour, a halo, is none of them. Counted are pixels within two of a place that is half covered.
    """
    laid = np.asarray(_on(cutout, ground))
    alpha = np.asarray(cutout.getchannel("A"))
    solid = alpha > 127
    band = grown(solid, 2) & grown(~solid, 2)
    if not band.any():
        return 0.0
    values = laid[band].astype(np.float32)
    inks = np.array([c.rgb for c in (*palette[1:], ground)], np.float32)
    ideal = mixtures(values, inks) @ inks
    return float(delta_e_2000(lab_from_srgb(values), lab_from_srgb(ideal)).mean())


def _against_truth(samples: Sequence[Sample]) -> Iterator[Row]:
    """Drafts whose true coverage is known, cut out as if they were any picture, with noise."""
    errors: list[float] = []
    edges: list[float] = []
    holes = count = 0
    rng = np.random.default_rng(5)
    for sample in samples:
        source = sample.source
        if source.svg is None or not source.is_flat:
            continue
        truth = cut_out(source, MarkOptions())
        noise = rng.normal(0, 3, (*source.image.size[::-1], 3))
        pixels = np.clip(np.asarray(source.image, np.float64) + noise, 0, 255).astype(np.uint8)
        blind = replace(source, image=Image.fromarray(pixels), svg=None, is_flat=False)
        cut = cut_out(blind, MarkOptions())
        alpha, true = _alpha(cut), _alpha(truth)
        band = (true > 0.02) & (true < 0.98)
        errors.append(float(np.abs(alpha - true)[band].mean()))
        holes += _holes(alpha, true)
        count += 1
        for ground in GROUNDS:
            pair = (lab_from_srgb(np.asarray(_on(image, ground))[band]) for image in (cut, truth))
            edges.append(float(delta_e_2000(*pair).mean()))
    note = f"{count} composed drafts with noise, their drawings withheld"
    yield Row(
        "alpha error at edges (mean)", 100 * statistics.mean(errors), None, "%", "<= 10 %", note
    )
    yield Row(
        "edge colour against the truth (mean)", statistics.mean(edges), None, "dE", "<= 5", note
    )
    yield Row("false holes", float(holes), None, "", "0", note)


def _holes(alpha: NDArray[np.float32], true: NDArray[np.float32]) -> int:
    """Places of 3 x 3 px and more that should be painted and are not."""
    regions = regions_of(((alpha < 0.5) & (true > 0.95)).astype(np.int32))
    return int(((regions.labels == 1) & (regions.areas >= 9)).sum())


def _alpha(image: Image.Image) -> NDArray[np.float32]:
    return np.asarray(np.asarray(image.getchannel("A")) / 255, np.float32)


def _on(image: Image.Image, ground: Colour) -> Image.Image:
    laid = Image.new("RGBA", image.size, (*ground.rgb, 255))
    laid.alpha_composite(image)
    return laid.convert("RGB")


def sheet(results: Sequence[Result]) -> Image.Image:
    """One row each: picture, cut-out over white, black and a brand colour, areas over white."""
    cell = _CELL_PX
    page = Image.new("RGB", (2 * 5 * cell, (len(results) + 1) // 2 * cell), (128, 128, 128))
    for number, result in enumerate(results):
        drawing = result.mark.drawing
        width = round(cell * min(1.0, drawing.width / drawing.height))
        areas = render_drawing(drawing, width_px=width, background=GROUNDS[0])
        pictures = [
            result.sample.source.image.convert("RGB"),
            *(_on(result.cutout, ground) for ground in GROUNDS),
        ]
        x, y = number % 2 * 5 * cell, number // 2 * cell
        for place, picture in enumerate(pictures):
            small = picture.resize((cell, cell), Image.Resampling.LANCZOS)
            page.paste(small, (x + place * cell, y))
        page.paste(areas.convert("RGB"), (x + 4 * cell, y))
    return page

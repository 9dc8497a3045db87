"""Is a set of pictures fit to train on? Measures of each picture, and findings in plain words."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from backend.datasets.eda_near import SIDE_PX, near_pairs
from backend.domain.lora_presets import LIMITS
from backend.storage.training_inspection import MAX_REFUSED, Finding

MIN_SIDE_PX = 96
_ROOMY_PX = 512
_MEASURED_PX = 512
# Hard drawings have above 0.4, enlarged five times 0.2, blurred over 14 of 600 pixels 0.05.
BLURRED = 0.08
_LONG = 2.5
_FEW = 8


@dataclass(frozen=True, slots=True)
class Measured:
    """What the checks need to know of a picture.

    Attributes:
        pixels_sha256: of the decoded pixels.
        thumbnail: (16, 16, 3) uint8.
    """

    file: str
    width: int
    height: int
    sharpness: float
    was_transparent: bool
    pixels_sha256: str
    thumbnail: NDArray[np.uint8]


def measured(
    file: str, image: Image.Image, *, width: int, height: int, was_transparent: bool
) -> Measured:
    """Measures one decoded RGB picture; width and height are those it had when sent in."""
    small = image.resize((SIDE_PX, SIDE_PX), Image.Resampling.BOX)
    digest = hashlib.sha256(f"{image.size}".encode() + image.tobytes()).hexdigest()
    return Measured(
        file, width, height, sharpness(image), was_transparent, digest, np.asarray(small)
    )


def sharpness(image: Image.Image) -> float:
    """The steepest edges as a share of the picture's contrast, 0..1; a hard edge has above 0.4.

    The variance of the Laplacian, which is used for photographs, is ruled by how much ink there is
    in a drawing, and not by its edges.
    """
    grey = image.convert("L")
    grey.thumbnail((_MEASURED_PX, _MEASURED_PX), Image.Resampling.BOX)
    values = np.asarray(grey, np.float32)
    low, high = np.percentile(values, (0.5, 99.5))
    if high - low < 8 or min(values.shape) < 3:
        return 0.0
    across = np.abs(np.diff(values, axis=1))
    down = np.abs(np.diff(values, axis=0))
    steepest = np.sort(np.concatenate([across.ravel(), down.ravel()]))[
        -max(values.size // 500, 1) :
    ]
    return float(min(np.median(steepest) / (high - low), 1.0))


def duplicates(pictures: Sequence[Measured]) -> tuple[dict[str, str], dict[str, str]]:
    """Which pictures repeat an earlier one: exactly, and nearly; by file, to the earlier file."""
    first: dict[str, str] = {}
    exact: dict[str, str] = {}
    for picture in pictures:
        earlier = first.setdefault(picture.pixels_sha256, picture.file)
        if earlier != picture.file:
            exact[picture.file] = earlier
    kept = [picture for picture in pictures if picture.file not in exact]
    near: dict[str, str] = {}
    if len(kept) > 1:
        thumbnails = np.stack([picture.thumbnail for picture in kept])
        ratios = np.array([picture.width / picture.height for picture in kept])
        for ones, others, _ in near_pairs(thumbnails, ratios):
            for one, other in zip(ones.tolist(), others.tolist(), strict=True):
                near.setdefault(kept[other].file, kept[one].file)
    return exact, near


def problems_of(picture: Measured) -> list[str]:
    """What is wrong with a picture by itself."""
    ratio = picture.width / picture.height
    problems = []
    if min(picture.width, picture.height) < MIN_SIDE_PX:
        problems.append("small")
    if picture.sharpness < BLURRED:
        problems.append("blurred")
    if max(ratio, 1 / ratio) > _LONG:
        problems.append("long")
    if picture.was_transparent:
        problems.append("transparent")
    return problems


def findings_of(
    pictures: Sequence[Measured],
    problems: Mapping[str, Sequence[str]],
    exact: Mapping[str, str],
    near: Mapping[str, str],
    refused: Sequence[str],
) -> list[Finding]:
    """All there is to say about a set, what hinders it first."""
    usable = len(pictures) - len(exact)
    low, high = LIMITS.pictures
    findings = []
    if usable < low:
        findings.append(
            Finding(
                "too-few",
                "error",
                (),
                f"There are {usable} different pictures; a training needs at least {low}. "
                "Add more.",
            )
        )
    elif usable < _FEW:
        findings.append(
            Finding(
                "few",
                "warning",
                (),
                f"{usable} pictures are few: the adapter may repeat them. With {_FEW} or more it "
                "learns what they share. One of them is held out to measure with.",
            )
        )
    if refused:
        findings.append(
            Finding(
                "refused",
                "warning",
                tuple(refused[:MAX_REFUSED]),
                f"{_counted(len(refused), 'file')} could not be used; the list says why. The "
                f"training takes the others, at most {high}.",
            )
        )
    findings += _about(pictures, problems)
    findings += _about_repeats(exact, near)
    return findings


_SENTENCES = {
    "blurred": (
        "warning",
        "too soft, and the adapter would learn the blur: replace or remove",
    ),
    "small": (
        "warning",
        f"smaller than {MIN_SIDE_PX} pixels, to be enlarged: send larger if there are any",
    ),
    "long": (
        "warning",
        "over two and a half times as long as wide, to be cut off at the ends: crop to what "
        "matters",
    ),
    "transparent": (
        "note",
        "with transparent parts, which have become white: put on another ground first if that is "
        "wrong",
    ),
}


def _about(pictures: Sequence[Measured], problems: Mapping[str, Sequence[str]]) -> list[Finding]:
    findings = []
    for code, (level, sentence) in _SENTENCES.items():
        files = tuple(picture.file for picture in pictures if code in problems[picture.file])
        if files:
            findings.append(
                Finding(code, level, files, f"{_counted(len(files), 'picture')} {sentence}.")
            )
    modest = [p.file for p in pictures if MIN_SIDE_PX <= min(p.width, p.height) < _ROOMY_PX]
    if modest:
        findings.append(
            Finding(
                "modest",
                "note",
                tuple(modest),
                f"{_counted(len(modest), 'picture')} with less than {_ROOMY_PX} pixels a side: "
                "enough for the embedded model, enlarged for Stable Diffusion.",
            )
        )
    return findings


def _about_repeats(exact: Mapping[str, str], near: Mapping[str, str]) -> list[Finding]:
    findings = []
    if exact:
        findings.append(
            Finding(
                "duplicate",
                "warning",
                tuple(exact),
                f"{_counted(len(exact), 'picture')} that repeat another one exactly, and are "
                "left out: nothing needs to be done.",
            )
        )
    if near:
        findings.append(
            Finding(
                "near-duplicate",
                "warning",
                tuple(near),
                f"{_counted(len(near), 'picture')} nearly the same as another one, which makes "
                "copying likelier: keep the better one of each pair.",
            )
        )
    return findings


def _counted(count: int, what: str) -> str:
    return f"{count} {what}" + ("" if count == 1 else "s")

"""Figures of published networks, for those who have pulled their weights."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import combinations
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

import backend.models.quiet  # noqa: F401 - before what imports the libraries it silences
from backend.domain.errors import ToolMissing, WeightsMissing
from backend.metrics import features
from backend.metrics.frechet import frechet_inception_distance, is_meaningful
from backend.metrics.inception_score import MIN_SPLIT_IMAGES, inception_score
from backend.metrics.kernel_distance import kernel_inception_distance
from backend.metrics.perceptual import perceptual_distance
from backend.metrics.report import Figure
from backend.metrics.similarity import (
    cosines,
    image_alignment,
    text_alignment,
    text_alignment_floor,
)
from backend.services.evaluation.prompts import Prompt
from backend.services.evaluation.sets import PictureSet

Report = Callable[[str, int, int], None]
_CAPTION = "a flat vector logo of {}"
_KID_SUBSET = 256


def pretrained_figures(
    folder: Path,
    sets: Mapping[str, PictureSet],
    real: PictureSet,
    reference: PictureSet,
    prompts: Sequence[Prompt],
    seed: int,
) -> tuple[list[Figure], dict[str, str], list[str]]:
    """FID, KID, IS, LPIPS, CLIP-T, CLIP-I and DINO, each if its network is there.

    Args:
        folder: the weights folder of `weights pull metrics`.
        sets: what is measured, by name.
        real: real pictures, the ceiling.
        reference: other real pictures, which distances are taken to.
        prompts: the subjects of all sets.
        seed: of subsets and splits.

    Returns:
        Figures, SHA-256 of the networks used by name, and why others were left out.
    """
    found: list[Figure] = []
    hashes: dict[str, str] = {}
    missing: list[str] = []
    for name, measure in (
        ("clip", _clip_figures),
        ("dino", _dino_figures),
        ("inception", _inception_figures),
        ("lpips", _lpips_figures),
    ):
        try:
            digest, figures = measure(folder, {**sets, "": real}, reference, prompts, seed)
        except (WeightsMissing, ToolMissing) as error:
            missing.append(error.detail)
            continue
        hashes[name] = digest
        found.extend(figures)
    return found, hashes, missing


Sets = Mapping[str, PictureSet]
Measured = tuple[str, list[Figure]]


def _clip_figures(
    folder: Path, sets: Sets, reference: PictureSet, prompts: Sequence[Prompt], _seed: int
) -> Measured:
    clip = features.Clip.load(folder)
    captions = clip.texts([_CAPTION.format(prompt.subject) for prompt in prompts])
    of_reference = clip.images(reference.pictures)
    vectors = {name: clip.images(pictures.pictures) for name, pictures in sets.items()}
    text, floor, image = {}, {}, {}
    for name, pictures in sets.items():
        likeness = cosines(vectors[name], captions)
        text[name] = text_alignment(likeness, pictures.prompts)
        floor[name] = text_alignment_floor(likeness, pictures.prompts)
        image[name] = _same_subject(vectors[name], pictures, of_reference, reference)
    return clip.weights_sha256, [
        *_beside_real("CLIP-T", text, sets, floor),
        *_beside_real("CLIP-I", image, sets),
    ]


def _dino_figures(
    folder: Path, sets: Sets, reference: PictureSet, _prompts: Sequence[Prompt], _seed: int
) -> Measured:
    dino = features.Dino.load(folder)
    of_reference = dino.images(reference.pictures)
    image = {
        name: _same_subject(dino.images(pictures.pictures), pictures, of_reference, reference)
        for name, pictures in sets.items()
    }
    return dino.weights_sha256, list(_beside_real("DINO", image, sets))


def _inception_figures(
    folder: Path, sets: Sets, reference: PictureSet, _prompts: Sequence[Prompt], seed: int
) -> Measured:
    inception = features.Inception.load(folder)
    of_reference = inception.images(reference.pictures)
    fid, kid, score = {}, {}, {}
    remark = ""
    for name, pictures in sets.items():
        of_set = inception.images(pictures.pictures)
        fid[name] = frechet_inception_distance(of_set, of_reference)
        if not is_meaningful(len(of_set), len(of_reference), of_set.shape[1]):
            remark = "too few pictures: biased, comparable only within this table"
        subset = min(_KID_SUBSET, len(of_set), len(of_reference))
        kid[name] = kernel_inception_distance(
            of_set, of_reference, subset_size=subset, seed=seed
        ).mean
        splits = max(1, min(10, len(of_set) // MIN_SPLIT_IMAGES))
        score[name] = inception_score(
            inception.logits(pictures.pictures), num_splits=splits, seed=seed
        ).mean
    return inception.weights_sha256, [
        *_beside_real("FID", fid, sets, higher=False, remark=remark),
        *_beside_real("KID (Inception)", kid, sets, higher=False),
        *_beside_real("IS", score, sets, remark="made for photographs: says little of logos"),
    ]


def _lpips_figures(
    folder: Path, sets: Sets, _reference: PictureSet, prompts: Sequence[Prompt], _seed: int
) -> Measured:
    network = features.PerceptualLayers.load(folder)
    apart = {}
    for name, pictures in sets.items():
        found = []
        for row in range(len(prompts)):
            own = [
                picture
                for picture, prompt in zip(pictures.pictures, pictures.prompts, strict=True)
                if prompt == row
            ]
            pairs = list(combinations(range(len(own)), 2))
            if pairs:
                layers = network.layers(own)
                first, second = (
                    [layer[[pair[side] for pair in pairs]] for layer in layers] for side in (0, 1)
                )
                found.append(float(perceptual_distance(first, second, network.weights).mean()))
        apart[name] = float(np.mean(found))
    return network.weights_sha256, list(
        _beside_real("LPIPS between pictures of one caption", apart, sets)
    )


def _same_subject(
    vectors: NDArray[np.float32],
    pictures: PictureSet,
    of_reference: NDArray[np.float32],
    reference: PictureSet,
) -> float:
    """Mean over subjects of the cosine of its pictures and its real ones."""
    return float(
        np.mean(
            [
                image_alignment(
                    vectors[pictures.prompts == row], of_reference[reference.prompts == row]
                )
                for row in np.intersect1d(pictures.prompts, reference.prompts)
            ]
        )
    )


def _beside_real(
    label: str,
    values: Mapping[str, float],
    sets: Sets,
    floors: Mapping[str, float] | None = None,
    *,
    higher: bool = True,
    remark: str = "",
) -> Iterator[Figure]:
    for name, value in values.items():
        if name:
            floor = floors[name] if floors else None
            count = len(sets[name].pictures)
            yield Figure(f"{name}: {label}", value, None, floor, values[""], count, higher, remark)

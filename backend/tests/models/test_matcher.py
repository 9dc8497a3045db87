from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest
import torch
from numpy.typing import NDArray
from PIL import Image

from backend.models.matcher import Matcher, MatcherConfig, PictureMatcher, figure_map

TINY = MatcherConfig(
    input_px=32, widths=(4, 4, 8, 8), blocks=(1, 1, 1), text_size=6, text_width=8, embedding_size=5
)


class LetterEncoder:
    """Words to vectors that depend on their letters."""

    def sentences(self, texts: Sequence[str]) -> NDArray[np.float32]:
        return np.stack(
            [np.random.default_rng(sum(map(ord, text))).normal(size=6) for text in texts]
        ).astype(np.float32)


@pytest.fixture(scope="module")
def matcher() -> PictureMatcher:
    torch.manual_seed(0)
    return PictureMatcher(Matcher(TINY), LetterEncoder())


def pictures(count: int, size: int = 50) -> list[Image.Image]:
    rng = np.random.default_rng(0)
    return [Image.fromarray(rng.integers(0, 256, (size, size, 3), np.uint8)) for _ in range(count)]


def test_vectors_of_both_towers_are_unit_vectors_of_one_space(matcher: PictureMatcher) -> None:
    images, texts = matcher.images(pictures(3)), matcher.texts(["fox", "tree"])
    assert (images.shape, texts.shape) == ((3, 5), (2, 5))
    np.testing.assert_allclose(np.linalg.norm(images, axis=1), 1, atol=1e-5)
    np.testing.assert_allclose(np.linalg.norm(texts, axis=1), 1, atol=1e-5)


def test_the_match_places_the_cosine_between_wrong_and_right_pairs() -> None:
    torch.manual_seed(0)
    network = Matcher(TINY)
    matcher, many = PictureMatcher(network, LetterEncoder()), pictures(9)
    cosines = matcher.images(many) @ matcher.texts(["fox"])[0]
    low, high = np.sort(cosines)[[2, 6]]
    network.cosine_range.copy_(torch.tensor([low, high]))
    expected = np.clip((cosines - low) / (high - low), 0, 1)
    np.testing.assert_allclose(matcher.match(many, "fox"), expected, atol=1e-4)
    assert {0.0, 1.0} <= set(expected)


def test_a_picture_is_read_alike_in_any_company_and_size(matcher: PictureMatcher) -> None:
    many = pictures(70)
    np.testing.assert_allclose(matcher.images(many)[69], matcher.images(many[69:])[0], atol=1e-5)
    flat = Image.new("RGB", (64, 64), (200, 30, 60))
    np.testing.assert_allclose(
        matcher.images([flat]), matcher.images([flat.resize((300, 300))]), atol=1e-5
    )


def test_the_figure_is_the_same_in_any_colours() -> None:
    shape = np.zeros((32, 32), bool)
    shape[8:20, 10:24] = True
    maps = []
    for ground, ink in (((255, 255, 255), (0, 0, 90)), ((20, 60, 30), (250, 200, 10))):
        pixels = np.where(shape[..., None], ink, ground) / 127.5 - 1
        maps.append(figure_map(torch.from_numpy(pixels.transpose(2, 0, 1)[None]).float()))
    expected = torch.from_numpy(shape[None, None].astype(np.float32))
    for figure in maps:
        torch.testing.assert_close(figure, expected, atol=1e-3, rtol=0)
    blank = figure_map(torch.full((1, 3, 8, 8), 0.3))
    assert blank.isfinite().all()
    assert blank.max() < 0.2


def test_features_have_the_width_of_the_last_stage(matcher: PictureMatcher) -> None:
    assert matcher.features(pictures(2)).shape == (2, 8)


def test_the_text_mean_is_taken_off_before_the_text_tower() -> None:
    network = Matcher(TINY).eval()
    words = torch.randn(2, 6)
    before = network.embed_texts(words)
    network.text_mean.fill_(0.5)
    torch.testing.assert_close(network.embed_texts(words + 0.5), before)


def test_the_config_rebuilds_the_network() -> None:
    network = Matcher(TINY)
    again = Matcher.from_config({**network.to_config(), "widths": [4, 4, 8, 8]})
    again.load_state_dict(network.state_dict())
    assert again.config == TINY

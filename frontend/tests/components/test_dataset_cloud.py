"""The word cloud."""

from __future__ import annotations

import io
from collections.abc import Callable

import numpy as np
import pytest
from PIL import Image, ImageFont
from streamlit.testing.v1 import AppTest

from frontend.components.dataset_cloud import _drawn, _font
from frontend.tests.patience import PATIENCE_SECONDS


def picture(words: tuple[tuple[str, int], ...], *, is_dark: bool) -> Image.Image:
    png = _drawn("print", words, is_dark)
    assert png is not None
    return Image.open(io.BytesIO(png))


def test_words_stand_on_nothing_in_inks_for_the_ground() -> None:
    words = (("logo", 9), ("fox", 4))
    light, dark = (np.asarray(picture(words, is_dark=dark)) for dark in (False, True))

    for cloud in (light, dark):
        assert cloud.shape[2] == 4
        assert cloud[0, 0, 3] == 0
        assert (cloud[..., 3] > 200).mean() > 0.05
    inks = [cloud[cloud[..., 3] == 255][:, :3].mean() for cloud in (light, dark)]
    assert inks[0] < inks[1]


def test_the_font_has_russian_letters() -> None:
    font = ImageFont.truetype(str(_font()), 20)

    assert font.getmask("Ж").getbbox() != font.getmask("\uffff").getbbox()


def cloud_of_nothing() -> None:
    from frontend.components.dataset_cloud import show_cloud
    from frontend.i18n import Language, Texts

    show_cloud(Texts(Language.ENGLISH), "print", ())


def cloud_of_long_words() -> None:
    from frontend.components.dataset_cloud import show_cloud
    from frontend.i18n import Language, Texts

    show_cloud(Texts(Language.ENGLISH), "print", (("w" * 400, 9), ("x" * 41, 8)))


def cloud_of_a_word_among_long_ones() -> None:
    from frontend.components.dataset_cloud import show_cloud
    from frontend.i18n import Language, Texts

    show_cloud(Texts(Language.ENGLISH), "print", (("w" * 400, 9), ("fox", 4)))


@pytest.mark.parametrize("nothing", [cloud_of_nothing, cloud_of_long_words])
def test_no_words_are_a_sentence(nothing: Callable[[], None]) -> None:
    page = AppTest.from_function(nothing, default_timeout=PATIENCE_SECONDS).run()

    assert not page.exception
    assert [caption.value for caption in page.caption] == ["There are no words to show."]


def test_words_too_long_for_the_picture_are_left_out() -> None:
    page = AppTest.from_function(
        cloud_of_a_word_among_long_ones, default_timeout=PATIENCE_SECONDS
    ).run()

    assert not page.exception
    assert "fox" in page.image[0].proto.imgs[0].alt


def test_a_cloud_without_space_is_none() -> None:
    assert _drawn("print", (("w" * 400, 9), ("fox", 4)), False) is None

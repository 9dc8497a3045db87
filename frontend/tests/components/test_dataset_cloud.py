"""The word cloud."""

from __future__ import annotations

import io

import numpy as np
from PIL import Image, ImageFont
from streamlit.testing.v1 import AppTest

from frontend.components.dataset_cloud import _drawn, _font


def picture(words: tuple[tuple[str, int], ...], *, is_dark: bool) -> Image.Image:
    return Image.open(io.BytesIO(_drawn("print", words, is_dark)))


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


def test_no_words_are_a_sentence() -> None:
    page = AppTest.from_function(cloud_of_nothing).run()

    assert [caption.value for caption in page.caption] == ["There are no words to show."]

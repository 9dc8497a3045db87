"""The word cloud: drawn once for each report and ground, kept as a file."""

from __future__ import annotations

import io
from importlib.util import find_spec
from pathlib import Path

import streamlit as st
from wordcloud import WordCloud

from frontend.datasets_types import Counts
from frontend.i18n import Texts

_SIZE_PX = (900, 340)
# Drawn small and enlarged: placing the words takes most of the time.
_SCALE = 1.5
_MAX_WORDS = 120
# WordCloud gives up on a first word that is wider than the picture; no such thing is a word.
_MOST_LETTERS = 40
_INKS = {
    False: ("#C2410C", "#1C1B1A", "#7C5E10", "#1F6F54", "#1F4E79", "#8A8580"),
    True: ("#F2824F", "#F3EFEA", "#E0B84C", "#7CC7A5", "#8FB8E0", "#A8A29B"),
}


def show_cloud(t: Texts, fingerprint: str, words: Counts) -> None:
    """Draws the cloud of words with a button that keeps it as a file."""
    words = tuple((word, count) for word, count in words if len(word) <= _MOST_LETTERS)
    is_dark = st.context.theme.type == "dark"
    picture = _drawn(fingerprint, words, is_dark)
    if picture is None:
        st.caption(t("analysis.no_words"))
        return
    st.markdown(f"**{t('analysis.cloud')}**")
    st.image(picture, width="stretch", alt=t("analysis.cloud_alt", words=_first(words)))
    st.download_button(
        t("analysis.cloud_download"),
        picture,
        "word-cloud.png",
        "image/png",
        key="cloud_download",
        icon=":material/download:",
        on_click="ignore",
        type="tertiary",
    )


def _first(words: Counts) -> str:
    return ", ".join(word for word, _ in words[:10])


@st.cache_data(max_entries=16, show_spinner=False)
def _drawn(fingerprint: str, words: Counts, is_dark: bool) -> bytes | None:  # noqa: ARG001 - part of the key
    """The cloud as PNG, None when nothing can be drawn."""
    if not words:
        return None
    inks = _INKS[is_dark]
    ink_of = {word: inks[i % len(inks)] for i, (word, _) in enumerate(words)}
    cloud = WordCloud(
        width=_SIZE_PX[0],
        height=_SIZE_PX[1],
        scale=_SCALE,
        font_path=str(_font()),
        mode="RGBA",
        background_color=None,
        max_words=_MAX_WORDS,
        prefer_horizontal=1.0,
        relative_scaling=0.4,
        random_state=1,
        color_func=lambda word, **_: ink_of.get(word, inks[0]),
    )
    picture = io.BytesIO()
    try:
        cloud.generate_from_frequencies(dict(words))
    except ValueError:
        # Even the most frequent word found no space.
        return None
    cloud.to_image().save(picture, "PNG")
    return picture.getvalue()


def _font() -> Path:
    """A font with Cyrillic letters; the one that the package brings has none."""
    found = find_spec("matplotlib")
    assert found is not None
    assert found.origin is not None
    return Path(found.origin).parent / "mpl-data" / "fonts" / "ttf" / "DejaVuSans-Bold.ttf"

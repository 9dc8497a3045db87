"""Analysis of the pictures: sizes, files, colours."""

from __future__ import annotations

import streamlit as st

from frontend.components.charts import themed_chart
from frontend.components.dataset_distribution import computed_on, show_distribution
from frontend.components.dataset_figures import Measure, colour_parts, palette, parts
from frontend.components.section import section
from frontend.datasets_types import ColourReport, Counts, Numbers, Report
from frontend.formats import decimal, share, whole
from frontend.i18n import TEXTS, Texts

_WIDTH = Measure("width", "analysis.width", "analysis.axis_width")
_HEIGHT = Measure("height", "analysis.height", "analysis.axis_height")
_ASPECT = Measure("aspect", "analysis.aspect", "analysis.axis_aspect", digits=2)
_ASPECT_OTHER = Measure("aspect_other", "analysis.aspect_other", "analysis.axis_aspect", digits=2)
_PIXELS = Measure("pixels", "analysis.pixels", "analysis.axis_pixels", scale=1e3, digits=1)
_FILE = Measure("file", "analysis.file", "analysis.axis_file", scale=1e3, digits=1)

_KINDS = {
    "grey": "analysis.mode_grey",
    "grey with alpha": "analysis.mode_grey_alpha",
    "palette": "analysis.mode_palette",
    "unknown": "analysis.mode_unknown",
    "other": "analysis.format_other",
}


@st.fragment
def show_image_section(t: Texts, report: Report) -> None:
    """Sizes and files as the pictures' headers say."""
    expander = section(t, "section_images", t("analysis.images"), ":material/image:")
    if not expander.open:
        return
    images = report.images
    with expander:
        st.caption(computed_on(t, images.computed_on))
        rows: tuple[tuple[tuple[Measure, Numbers], ...], ...] = (
            ((_WIDTH, images.width), (_HEIGHT, images.height)),
            ((_ASPECT, images.aspect_ratio), (_ASPECT_OTHER, images.aspect_ratio_without_squares)),
            ((_PIXELS, images.pixels), (_FILE, images.file_bytes)),
        )
        squares = share(t, images.squares, images.aspect_ratio.count)
        for row in rows:
            for column, (measure, numbers) in zip(st.columns(2, gap="large"), row, strict=True):
                with column:
                    show_distribution(t, measure, numbers, report.fingerprint)
                    if measure is _ASPECT_OTHER:
                        st.caption(
                            t("analysis.squares", count=whole(t, images.squares), share=squares)
                        )
        formats, modes = st.columns(2, gap="large")
        with formats:
            _show_parts(t, "formats", "analysis.formats", images.formats)
        with modes:
            _show_parts(t, "modes", "analysis.modes", images.modes)


@st.fragment
def show_colour_section(t: Texts, report: Report) -> None:
    """Colour against black-and-white, and the colours themselves."""
    expander = section(t, "section_colours", t("analysis.colours"), ":material/palette:")
    if not expander.open:
        return
    colours = report.colours
    with expander:
        st.caption(computed_on(t, colours.computed_on))
        if not colours.black_and_white + colours.colourful:
            st.caption(t("analysis.no_values"))
            return
        left, right = st.columns([2, 3], gap="large")
        with left:
            figure = colour_parts(t, colours.black_and_white, colours.colourful)
            themed_chart(t, "black_and_white", figure, title=t("analysis.colour_or_not"))
            st.caption(_interval(t, colours))
        with right:
            named = [(colour, colour_name(t, colour.name)) for colour in colours.dominant]
            if named:
                themed_chart(t, "dominant", palette(t, named), title=t("analysis.dominant"))
            st.caption(t("analysis.dominant_note"))


def colour_name(t: Texts, name: str) -> str:
    """An English colour name in the interface's language, where it is known."""
    key = f"colour.{name.replace(' ', '_')}"
    return t(key) if key in TEXTS else name.capitalize()


def _interval(t: Texts, colours: ColourReport) -> str:
    rows = colours.black_and_white + colours.colourful
    told = share(t, colours.black_and_white, rows)
    if not colours.half_width_percent:
        return t("analysis.black_and_white_share", share=told)
    half = decimal(t, colours.half_width_percent)
    return t("analysis.black_and_white_interval", share=told, half=half)


def _show_parts(t: Texts, key: str, title: str, counts: Counts) -> None:
    named = [(t(_KINDS[name]) if name in _KINDS else name, count) for name, count in counts]
    present = [(name, count) for name, count in named if count]
    if not present:
        st.markdown(f"**{t(title)}**")
        st.caption(t("analysis.no_values"))
        return
    themed_chart(t, key, parts(t, present), title=t(title))

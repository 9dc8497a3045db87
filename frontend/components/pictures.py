"""Pictures and their files. Stored pictures never change, so each is fetched once."""

from __future__ import annotations

import re

import streamlit as st

from frontend.actions import Context
from frontend.api_client import LogoApi
from frontend.api_types import Image
from frontend.transport import ApiError

_CYRILLIC = str.maketrans(
    dict(zip("абвгдеёзийклмнопрстуфыэ", "abvgdeeziyklmnoprstufye", strict=True))
    | {"ж": "zh", "х": "kh", "ц": "ts", "ч": "ch", "ш": "sh", "щ": "sch"}
    | {"ъ": "", "ь": "", "ю": "yu", "я": "ya"}
)
_MIME = {"png": "image/png", "svg": "image/svg+xml"}


def picture_bytes(api: LogoApi, image_id: str, format: str = "png") -> bytes | None:
    """A picture's file, or None when it cannot be had now."""
    try:
        return _fetched(api, image_id, format)
    except ApiError:
        return None


def show_picture(context: Context, image_id: str, alt: str) -> bytes | None:
    """Draws a picture as wide as its place and returns its file; says so when it cannot be had."""
    content = picture_bytes(context.api, image_id)
    try:
        if content is not None:
            st.image(content, width="stretch", alt=alt)
            return content
    except OSError:
        # What Pillow raises for a file that begins like a picture and is none.
        pass
    st.caption(context.t("draft.gone"))
    return None


def download_buttons(
    context: Context, image: Image, png: bytes | None, number: int, *, place: str
) -> None:
    """Buttons for the PNG and, where there is one, the SVG, in the place "draft" or "result".

    Equal pictures share an id, so the buttons' keys go by place and number.
    """
    is_result = place == "result"
    name = str(context.state.widget("brief_name", ""))
    if png is not None:
        st.download_button(
            context.t("download.png_result" if is_result else "download.png"),
            png,
            file_name(name, number, "png"),
            _MIME["png"],
            key=f"png_{place}_{number}",
            on_click="ignore",
            type="primary" if is_result else "secondary",
            icon=":material/download:",
        )
    svg = picture_bytes(context.api, image.id, "svg") if image.svg_url else None
    if svg is not None:
        st.download_button(
            context.t("download.svg"),
            svg,
            file_name(name, number, "svg"),
            _MIME["svg"],
            key=f"svg_{place}_{number}",
            on_click="ignore",
            icon=":material/download:",
        )


def file_name(name: str, number: int, extension: str) -> str:
    """A name for a file made from a brand's: ASCII letters, digits and hyphens only.

    Example:
        >>> file_name("Лиса & Co", 2, "png")
        'lisa-co-logo-2.png'
    """
    return f"{slug(name)}-logo-{number}.{extension}".lstrip("-")


def slug(name: str) -> str:
    """ASCII letters, digits and hyphens that sound like a name; at most 40.

    Example:
        >>> slug("Лиса & Co")
        'lisa-co'
    """
    words = re.findall(r"[a-z0-9]+", name.lower().translate(_CYRILLIC))
    return "-".join(words)[:40].strip("-")


@st.cache_data(max_entries=256, show_spinner=False, hash_funcs={LogoApi: lambda api: api.base_url})
def _fetched(api: LogoApi, image_id: str, format: str) -> bytes:
    return api.picture(image_id, format)

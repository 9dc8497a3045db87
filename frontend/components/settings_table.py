"""Settings as a short table of plain texts; they come from users and files."""

from __future__ import annotations

import base64
import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import streamlit as st

from frontend.formats import decimal
from frontend.i18n import Texts

_COLOUR = re.compile(r"#[0-9A-Fa-f]{6}")


def show_settings(t: Texts, settings: Iterable[tuple[str, str]]) -> None:
    """Draws (name of a setting, value) as rows. Values are never read as Markdown."""
    for name, value in settings:
        with st.container(horizontal=True, gap="small", vertical_alignment="top"):
            st.caption(t(f"setting.{name}"), width=112)
            with st.container(gap=None):
                colours = tuple(_COLOUR.findall(value)) if name == "palette" else ()
                if colours:
                    st.markdown(_chips(colours))
                st.text(value)


def settings_of(t: Texts, request: Mapping[str, Any]) -> list[tuple[str, str]]:
    """The settings of a request that a person may want to know."""
    told = [(name, _as_text(t, name, request.get(name))) for name in _ORDER]
    return [(name, value) for name, value in told if value]


_ORDER = (
    "name",
    "description",
    "palette",
    "style",
    "avoid",
    "seed",
    "count",
    "strength",
    "speed",
    "steps",
    "guidance",
    "loras",
)


def _as_text(t: Texts, name: str, value: object) -> str:
    if isinstance(value, str):
        return t.named(name, value) if value and name in ("style", "speed") else value
    if isinstance(value, bool) or value is None:
        return ""
    if isinstance(value, int):
        return str(value)
    if isinstance(value, float):
        return decimal(t, value, 2)
    if isinstance(value, list) and name == "loras":
        return ", ".join(_lora(t, one) for one in value if isinstance(one, Mapping))
    if isinstance(value, list) and name == "palette":
        return "  ".join(str(one) for one in value)
    return ""


def _lora(t: Texts, lora: Mapping[str, Any]) -> str:
    weight = lora.get("weight", 1.0)
    told = decimal(t, weight, 2) if isinstance(weight, int | float) else "?"
    return f"{lora.get('name', '?')} × {told}"


def _chips(colours: Sequence[str]) -> str:
    """A picture of colours; only for values that were checked to be colours."""
    circles = "".join(
        f"<circle cx='{10 + 22 * index}' cy='10' r='9' fill='{colour}' stroke='#8886' />"
        for index, colour in enumerate(colours)
    )
    width = 22 * len(colours)
    svg = f"<svg xmlns='http://www.w3.org/2000/svg' width='{width}' height='20'>{circles}</svg>"
    address = base64.b64encode(svg.encode()).decode()
    return f"![{' '.join(colours)}](data:image/svg+xml;base64,{address})"

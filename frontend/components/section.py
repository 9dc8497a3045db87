"""A section that opens and folds, and stays so in another language."""

from __future__ import annotations

from dataclasses import dataclass

import streamlit as st
from streamlit.elements.lib.mutable_expander_container import ExpanderContainer

from frontend.i18n import Language, Texts


@dataclass(frozen=True, slots=True)
class _Fold:
    language: Language
    is_open_at_first: bool
    is_open: bool


def section(
    t: Texts, key: str, label: str, icon: str, *, is_open: bool = False
) -> ExpanderContainer:
    """An expander that reruns when it is pressed.

    To Streamlit one with another label or another first state is another one, at its first state
    again: so that state may change only where the label does, or where it has gone meanwhile.

    Args:
        is_open: whether it is open before anybody pressed it.
    """
    kept_at = f"{key}_fold"
    kept: _Fold | None = st.session_state.get(kept_at)
    at_first = is_open
    if kept is not None:
        is_same = kept.language is t.language and key in st.session_state
        at_first = kept.is_open_at_first if is_same else kept.is_open
    expander = st.expander(label, at_first, key=key, icon=icon, on_change="rerun")
    st.session_state[kept_at] = _Fold(t.language, at_first, bool(expander.open))
    return expander

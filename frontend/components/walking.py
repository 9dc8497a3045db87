"""Going to another page of the front end."""

from __future__ import annotations

from typing import NoReturn

import streamlit as st

CREATE_PAGE = "generate"


def walk_to_create() -> NoReturn:
    """Opens the page that makes logos, with the address that the session keeps for it."""
    walk_to(CREATE_PAGE)


def walk_to(page: str) -> NoReturn:
    """Opens a page by its name in the address, with what the session keeps for it there."""
    # The page is known by its address; the function belongs to the one who registered it.
    st.switch_page(st.Page(_drawn_by_the_root, url_path=page, default=page == CREATE_PAGE))


def _drawn_by_the_root() -> None:
    """Never called."""

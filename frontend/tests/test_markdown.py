"""Words of others in Markdown."""

from __future__ import annotations

import re

import pytest

from frontend.markdown import plain
from frontend.tests.views.page import NASTY


@pytest.mark.parametrize("words", [NASTY, ":red[x]", "**b**", "# a", "1. a", "~~a~~", ":smile:"])
def test_no_sign_of_markdown_is_left_to_act(words: str) -> None:
    assert re.search(r"(?<!\\)[*_`#<>\[\]$:~|]", plain(words)) is None


def test_words_stay_words_and_lines_become_one() -> None:
    assert plain("Ink  stamp\nтушь 2") == "Ink stamp тушь 2"

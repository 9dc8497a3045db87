from __future__ import annotations

import sqlite3

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.storage.search_words import folded, match_expression


@pytest.mark.parametrize(
    ("text", "form"),
    [
        ("Foxy CAFÉ", "foxy café"),
        ("Ёлка", "елка"),
        ("ﬁne Ｗｉｄｅ", "fine wide"),
        ("Straße", "strasse"),
        ("a\ud800b", "ab"),
    ],
)
def test_letters_have_one_form(text: str, form: str) -> None:
    assert folded(text) == form


@pytest.mark.parametrize(
    ("query", "expression"),
    [
        ("fox", '"fox"*'),
        ("  Red  FOX ", '"red"* "fox"*'),
        ('say "hi"', '"say"* " hi "*'),
        ("OR", '"or"*'),
        ("a AND NOT b", '"a"* "and"* "not"* "b"*'),
        ("name:fox*", '"name:fox*"*'),
        ("", ""),
        ("  ", ""),
        ('* " - ( ^', ""),
        ("\0", ""),
        ("a\0b", '"a"* "b"*'),
    ],
)
def test_every_word_is_quoted(query: str, expression: str) -> None:
    assert match_expression(query) == expression


def test_a_query_has_a_bound() -> None:
    assert match_expression("x " * 1_000).count('"x"*') == 16


@given(st.text(max_size=60))
def test_no_query_is_a_syntax_error(query: str) -> None:
    connection = sqlite3.connect(":memory:")
    connection.execute("CREATE VIRTUAL TABLE words USING fts5 (text)")
    if expression := match_expression(query):
        connection.execute("SELECT * FROM words WHERE words MATCH ?", (expression,)).fetchall()
    connection.close()

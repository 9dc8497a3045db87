"""Asking ahead: each question once, failures again."""

from __future__ import annotations

import threading

import pytest

from frontend.components.ahead import Ahead
from frontend.tests.patience import PATIENCE_SECONDS
from frontend.transport import ApiError


def test_a_question_is_asked_once() -> None:
    ahead = Ahead()
    assert ahead.ask("preview", lambda: "answer").result(PATIENCE_SECONDS) == "answer"

    assert ahead.ask("preview", lambda: "other").result(PATIENCE_SECONDS) == "answer"


def test_a_question_that_is_on_its_way_is_not_asked_again() -> None:
    ahead, go = Ahead(), threading.Event()
    first = ahead.ask("preview", lambda: go.wait(PATIENCE_SECONDS))
    second = ahead.ask("preview", lambda: False)
    go.set()

    assert second is first
    assert first.result(PATIENCE_SECONDS) is True


def test_a_question_that_failed_is_asked_again() -> None:
    ahead = Ahead()

    def fail() -> str:
        raise ApiError("gone")

    with pytest.raises(ApiError):
        ahead.ask("preview", fail).result(PATIENCE_SECONDS)

    assert ahead.ask("preview", lambda: "answer").result(PATIENCE_SECONDS) == "answer"


def test_only_the_latest_answers_are_kept() -> None:
    ahead = Ahead(capacity=2)
    for question in ("a", "b", "a", "c"):
        ahead.ask(question, lambda: "first").result(PATIENCE_SECONDS)

    assert ahead.ask("a", lambda: "again").result(PATIENCE_SECONDS) == "first"
    assert ahead.ask("b", lambda: "again").result(PATIENCE_SECONDS) == "again"

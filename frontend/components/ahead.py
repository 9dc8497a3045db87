"""Asking the service several things at once, each once, without holding up who changes them."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any, TypeVar, cast

import streamlit as st

from frontend.actions import Context
from frontend.api_client import LogoApi

T = TypeVar("T")

# A preview is some ten kilobytes, mock-ups are a hundred.
_CAPACITY = 240
_AT_ONCE = 4
_LOOK_SECONDS = 0.03


class Ahead:
    """The latest answers by question. Safe for several threads.

    What was answered stays answered, so questions must name everything that the answer depends on;
    a question that failed is asked again the next time.
    """

    def __init__(self, at_once: int = _AT_ONCE, capacity: int = _CAPACITY) -> None:
        self._pool = ThreadPoolExecutor(at_once, thread_name_prefix="ahead")
        self._capacity = capacity
        self._kept: OrderedDict[Hashable, Future[Any]] = OrderedDict()
        self._lock = threading.Lock()

    def ask(self, question: Hashable, call: Callable[[], T]) -> Future[T]:
        """The answer to come, or the one that is known."""
        with self._lock:
            kept = self._kept.get(question)
            if kept is None or (kept.done() and kept.exception() is not None):
                kept = self._kept[question] = self._pool.submit(call)
            self._kept.move_to_end(question)
            while len(self._kept) > self._capacity:
                self._kept.popitem(last=False)
        return cast("Future[T]", kept)


def ahead(context: Context, urgency: str = "soon") -> Ahead:
    """The answers that all sessions share.

    Args:
        urgency: "now" or "soon": what is waited for does not queue behind what comes after it.
    """
    return _shared(context.api, urgency)


def answered(context: Context, answer: Future[T]) -> T:
    """Waits for an answer, unless somebody changes something on the page meanwhile.

    Raises:
        ApiError: as the call that was asked ahead.
    """
    while True:
        try:
            return answer.result(_LOOK_SECONDS)
        except TimeoutError:
            # Looking into the session is where Streamlit lets a newer drawing take over.
            context.state.widget("looked_at")


@st.cache_resource(show_spinner=False, hash_funcs={LogoApi: lambda api: api.base_url})
def _shared(api: LogoApi, urgency: str) -> Ahead:
    del api, urgency  # Only what tells one from another.
    return Ahead()

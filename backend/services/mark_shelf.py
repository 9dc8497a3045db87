"""Marks that were made lately: making one takes up to seconds, and a live preview asks often."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import replace

from backend.branding.marks import Mark, MarkSource
from backend.domain.branding import MarkOptions

_KEPT = 32
_AT_ONCE = 2
_Key = tuple[str, MarkOptions]


class MarkShelf:
    """The last marks by picture and options; safe for several threads.

    Whoever asks for a mark that is being made waits for that one; others wait until fewer than two
    are being made. Colours that were exchanged afterwards are no part of the key: the mark stays.
    """

    def __init__(self, make: Callable[[MarkSource, MarkOptions], Mark], kept: int = _KEPT) -> None:
        self._make = make
        self._kept = kept
        self._marks: OrderedDict[_Key, Mark] = OrderedDict()
        self._pending: dict[_Key, Future[Mark]] = {}
        self._lock = threading.Lock()
        self._turns = threading.BoundedSemaphore(_AT_ONCE)

    def mark(self, image_id: str, options: MarkOptions, load: Callable[[], MarkSource]) -> Mark:
        """The mark of a picture before any recolouring.

        Args:
            image_id: of the picture, which never changes.
            options: `recolour` is left out.
            load: gets the picture, if it is needed.

        Raises:
            InvalidRequest: see `make_mark`.
            ImageNotFound: from `load`.
        """
        key = (image_id, replace(options, recolour=()))
        with self._lock:
            known = self._marks.get(key)
            if known is not None:
                self._marks.move_to_end(key)
                return known
            pending = self._pending.get(key)
            own: Future[Mark] | None = None
            if pending is None:
                pending = own = self._pending[key] = Future()
        if own is not None:
            self._fill(own, key, load)
        return pending.result()

    def _fill(self, place: Future[Mark], key: _Key, load: Callable[[], MarkSource]) -> None:
        """Makes a mark for everybody who waits; a failure is told to all and not kept."""
        try:
            with self._turns:
                mark = self._make(load(), key[1])
        except BaseException as error:  # noqa: BLE001 - raised again in each that waits
            with self._lock:
                del self._pending[key]
            place.set_exception(error)
            return
        with self._lock:
            del self._pending[key]
            self._marks[key] = mark
            while len(self._marks) > self._kept:
                self._marks.popitem(last=False)
        place.set_result(mark)

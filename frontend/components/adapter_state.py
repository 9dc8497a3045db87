"""What the page with adapters remembers, in the address or in the session."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import cast

from frontend.loras_api import LoraInfo
from frontend.state import PageState
from frontend.transport import ApiError

PAGE = "adapters"
MAX_WORDS = 100


class AdapterKey(StrEnum):
    """Session keys of widgets and of what is kept between drawings."""

    WORDS = "adapter_words"
    ORIGIN = "adapter_origin"
    FITTING = "adapter_fitting"
    ROUND = "adapter_round"
    UPLOAD = "adapter_upload"
    NAME = "adapter_name"
    FAILURE = "adapter_failure"


class Origin(StrEnum):
    """Where an adapter comes from, as far as one can look for it."""

    ANY = "any"
    TRAINED = "trained"
    FILE = "file"


@dataclass(frozen=True, slots=True)
class Added:
    """An upload that was stored; `is_new` is False for a file that was there already."""

    name: str
    is_new: bool


class AdaptersPage:
    """Typed access to what the page remembers."""

    def __init__(self, state: PageState) -> None:
        self._state = state

    @property
    def opened(self) -> str:
        """Name of the adapter that is open, or ""."""
        return self._state.address("adapter")

    def open(self, name: str) -> None:
        """Opens an adapter; "" closes it."""
        self._state.set_address(adapter=name, tryout="")
        self.failure = None

    @property
    def tryout(self) -> str:
        """Id of the try-out job that is followed, or ""."""
        return self._state.address("tryout")

    def follow(self, job_id: str) -> None:
        """Puts a try-out on the page."""
        self._state.set_address(tryout=job_id)
        self.failure = None

    @property
    def words(self) -> str:
        """What is looked for."""
        return self._state.address("q")[:MAX_WORDS]

    @property
    def origin(self) -> Origin:
        """Which origin is looked for."""
        told = self._state.address("from")
        return Origin(told) if told in set(Origin) else Origin.ANY

    @property
    def is_only_fitting(self) -> bool:
        """Whether adapters that do not fit are left out."""
        return self._state.address("fits") == "1"

    def look_for(self, words: str, origin: Origin, *, only_fitting: bool) -> None:
        """Changes what is looked for."""
        self._state.set_address(
            q=words.strip()[:MAX_WORDS],
            fits="1" if only_fitting else "",
            **{"from": "" if origin is Origin.ANY else origin.value},
        )

    def matching(self, loras: Iterable[LoraInfo]) -> tuple[LoraInfo, ...]:
        """The adapters that are looked for: those that fit first, else in their order."""
        words = self.words.casefold().split()
        found = [
            lora
            for lora in loras
            if all(word in _said(lora) for word in words)
            and self.origin in (Origin.ANY, origin_of(lora))
            and (lora.fits or not self.is_only_fitting)
        ]
        return tuple(sorted(found, key=lambda lora: not lora.fits))

    @property
    def round(self) -> int:
        """Changes when the place for a file is emptied."""
        return int(self._state.widget(AdapterKey.ROUND, 0))

    def outcome(self, file_id: str) -> ApiError | None:
        """Why that file could not be stored, None while it was not tried."""
        kept = self._state.widget(AdapterKey.UPLOAD)
        is_it = isinstance(kept, tuple) and kept[0] == file_id
        return cast(ApiError, kept[1]) if is_it else None

    def fail(self, file_id: str, error: ApiError) -> None:
        """Remembers why a file could not be stored, so that it is not sent again by itself."""
        self._state.set_widget(AdapterKey.UPLOAD, (file_id, error))

    def send_again(self) -> None:
        """Has the file that failed sent once more."""
        self._state.set_widget(AdapterKey.UPLOAD, None)

    @property
    def added(self) -> Added | None:
        """What was stored last, until another page is looked at."""
        kept = self._state.widget(AdapterKey.UPLOAD)
        return kept if isinstance(kept, Added) else None

    def add(self, added: Added) -> None:
        """Says what was stored and empties the place for a file."""
        self._state.set_widget(AdapterKey.UPLOAD, added)
        self._state.set_widget(AdapterKey.NAME, "")
        self._state.set_widget(AdapterKey.ROUND, self.round + 1)
        self._state.ask_anew()

    @property
    def failure(self) -> ApiError | None:
        """Why the last press of a button came to nothing."""
        return cast("ApiError | None", self._state.widget(AdapterKey.FAILURE))

    @failure.setter
    def failure(self, error: ApiError | None) -> None:
        self._state.set_widget(AdapterKey.FAILURE, error)


def origin_of(lora: LoraInfo) -> Origin:
    """Where an adapter comes from."""
    return Origin.FILE if lora.training is None else Origin.TRAINED


def _said(lora: LoraInfo) -> str:
    told = (lora.name, lora.title, lora.base, lora.licence, lora.sha256, *lora.trigger_words)
    return " ".join(told).casefold()

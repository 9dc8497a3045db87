"""What the finishing page remembers, in the address or in the session."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any, cast

from frontend.branding_types import VARIANTS, Brand, ColourShare, Preview
from frontend.components.history_state import FailedPress
from frontend.i18n import Language
from frontend.state import PageState
from frontend.transport import ApiError

PAGE = "finish"
OWN_GROUND = "own"


class FinishKey(StrEnum):
    """Session keys of what is kept between drawings."""

    WORK = "finish_work"
    FAILURE = "finish_failure"
    FOUND = "finish_found"


@dataclass(frozen=True, slots=True)
class Work:
    """One picture being finished.

    Attributes:
        saved: as the service keeps it, or as it was when nobody had changed anything.
        is_kept: whether the service keeps anything.
        round: part of the keys of widgets. It changes when many are filled at once: a browser that
            has not drawn that yet sends its old values with the next press, and they would undo it.
        drawn: the last preview that came.
    """

    brand: Brand
    saved: Brand
    is_kept: bool = False
    round: int = 0
    language: Language = Language.ENGLISH
    variant: str = VARIANTS[0]
    ground: str = OWN_GROUND
    drawn: Preview | None = None


class FinishState:
    """Typed access for the finishing page."""

    def __init__(self, state: PageState) -> None:
        self._state = state

    @property
    def image(self) -> str:
        """Id of the picture, or ""."""
        return self._state.address("image")

    def open(self, image_id: str) -> None:
        """Takes a picture up; "" asks which one."""
        self._state.set_address(image=image_id, kit="")
        self.failure = None

    @property
    def kit_job(self) -> str:
        """Id of the job that packs the brand kit, or ""."""
        return self._state.address("kit")

    def follow(self, job_id: str) -> None:
        """Puts a job that packs the brand kit on the page."""
        self._state.set_address(kit=job_id)

    @property
    def work(self) -> Work | None:
        """What is being done to the picture of the address; None before it was begun."""
        kept = cast("Work | None", self._state.widget(FinishKey.WORK))
        return kept if kept is not None and kept.brand.image == self.image else None

    def begin(self, brand: Brand, language: Language, *, is_kept: bool) -> None:
        """Begins with a picture, or anew."""
        kept = cast("Work | None", self._state.widget(FinishKey.WORK))
        round = kept.round + 1 if kept else 0
        work = Work(brand, brand, is_kept=is_kept, round=round, language=language)
        self._state.set_widget(FinishKey.WORK, work)

    def update(self, **changes: Any) -> None:
        """Changes what is remembered of the work, by the names of its fields."""
        if (work := self.work) is not None:
            self._state.set_widget(FinishKey.WORK, replace(work, **changes))

    def speak(self, language: Language) -> None:
        """Labels are part of what a widget's value is to Streamlit: other ones, other widgets."""
        work = self.work
        if work is not None and work.language is not language:
            self.update(language=language, round=work.round + 1)

    def change_mark(self, *, refill: bool = False, **changes: Any) -> None:
        """Changes options of the mark.

        Args:
            refill: whether widgets beside the one that was used have to show it.
        """
        if (work := self.work) is not None:
            mark = replace(work.brand.mark, **changes)
            self._change(work, replace(work.brand, mark=mark), refill=refill)

    def change_text(self, *, refill: bool = False, **changes: Any) -> None:
        """Changes options of the lettering; arguments as for `change_mark`."""
        if (work := self.work) is not None:
            text = replace(work.brand.text, **changes)
            self._change(work, replace(work.brand, text=text), refill=refill)

    def change(self, *, refill: bool = False, **changes: Any) -> None:
        """Changes anything else; arguments as for `change_mark`."""
        if (work := self.work) is not None:
            self._change(work, replace(work.brand, **changes), refill=refill)

    def _change(self, work: Work, brand: Brand, *, refill: bool) -> None:
        self.update(brand=brand, round=work.round + refill)

    def key(self, name: str) -> str:
        """Key of a widget."""
        work = self.work
        return f"finish_{work.round if work else 0}_{name}"

    @property
    def failure(self) -> FailedPress | None:
        """The last press of a button, when it came to nothing."""
        return cast("FailedPress | None", self._state.widget(FinishKey.FAILURE))

    @failure.setter
    def failure(self, failure: FailedPress | None) -> None:
        self._state.set_widget(FinishKey.FAILURE, failure)

    def found_in(self, file_id: str) -> tuple[ColourShare, ...] | ApiError | None:
        """The colours of an uploaded picture, None until it was looked at."""
        kept = self._state.widget(FinishKey.FOUND)
        is_it = kept is not None and kept[0] == file_id
        return cast("tuple[ColourShare, ...] | ApiError", kept[1]) if is_it else None

    def remember_found(self, file_id: str, found: tuple[ColourShare, ...] | ApiError) -> None:
        """Keeps what was found, so that the file is sent once."""
        self._state.set_widget(FinishKey.FOUND, (file_id, found))

    def look_again(self) -> None:
        """Has the uploaded picture sent once more."""
        self._state.set_widget(FinishKey.FOUND, None)

"""What the history page remembers: what is looked for in the address, the rest in the session."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import cast

from frontend.actions import Context
from frontend.gallery_api import MAX_SELECTION, GalleryQuery, Recipe
from frontend.state import PageState
from frontend.transport import ApiError

STAGES = ("draft", "final", "upscaled", "upload")
ORIGINS = ("cgan", "composer", "upload")
MAX_WORDS = 200


class HistoryKey(StrEnum):
    """Session keys of the page's widgets and notes."""

    WORDS = "history_words"
    STAGE = "history_stage"
    ORIGIN = "history_origin"
    FAVOURITES = "history_favourites"
    TRAIL = "history_trail"
    CHOSEN = "history_chosen"
    CHOICE_ROUND = "history_choice_round"
    FAILURE = "history_failure"
    ARCHIVE = "history_archive"
    RECIPE = "history_recipe"
    RECIPE_ROUND = "history_recipe_round"
    RECIPE_ALL = "history_recipe_all"
    TURNED = "history_turned"


@dataclass(frozen=True, slots=True)
class FailedPress:
    """Why a press of a button came to nothing, and what would repeat it."""

    error: ApiError
    press: Callable[[Context], None]


class HistoryState:
    """Typed access for the history page."""

    def __init__(self, state: PageState) -> None:
        self._state = state

    @property
    def query(self) -> GalleryQuery:
        """What is looked for, as the address says; anything may stand there."""
        stage, origin = self._state.address("stage"), self._state.address("origin")
        return GalleryQuery(
            words=self._state.address("q")[:MAX_WORDS],
            stage=stage if stage in STAGES else "",
            origin=origin if origin in ORIGINS else "",
            only_favourites=self._state.address("favourites") == "1",
        )

    def look_for(self, query: GalleryQuery) -> None:
        """Looks for something else, from the newest on."""
        self._state.set_address(
            q=query.words,
            stage=query.stage,
            origin=query.origin,
            favourites="1" if query.only_favourites else "",
        )
        self.go_to_newest()

    @property
    def before(self) -> str:
        """What the page of pictures comes before, "" for the newest."""
        return self._state.address("before")

    @property
    def number(self) -> int:
        """Which page it is, from 1; only a note for the reader."""
        told = self._state.address("page")
        return int(told) if self.before and told.isdecimal() and len(told) < 7 else 1

    @property
    def knows_way_back(self) -> bool:
        """Whether the page before is known; it is not after a refresh."""
        return bool(self._trail)

    def go_on(self, before: str) -> None:
        """To older pictures."""
        self._state.set_widget(HistoryKey.TURNED, True)
        self._state.set_widget(HistoryKey.TRAIL, [*self._trail, self.before])
        self._state.set_address(before=before, page=str(self.number + 1))

    def go_back(self) -> None:
        """To newer pictures; to the newest when the way is not known."""
        self._state.set_widget(HistoryKey.TURNED, True)
        trail = self._trail
        before = trail[-1] if trail else ""
        self._state.set_widget(HistoryKey.TRAIL, trail[:-1])
        number = self.number - 1
        self._state.set_address(before=before, page=str(number) if before else "")

    def go_to_newest(self) -> None:
        """To the first page."""
        self._state.set_widget(HistoryKey.TRAIL, [])
        self._state.set_address(before="", page="")

    def take_turn(self) -> bool:
        """Whether another page was gone to since the last call."""
        has_turned = bool(self._state.widget(HistoryKey.TURNED))
        self._state.set_widget(HistoryKey.TURNED, False)
        return has_turned

    @property
    def _trail(self) -> list[str]:
        return list(self._state.widget(HistoryKey.TRAIL, []))

    @property
    def opened(self) -> str:
        """Id of the picture whose details are open, or ""."""
        return self._state.address("image")

    def open(self, image_id: str) -> None:
        """Opens a picture's details; "" closes them."""
        self._state.set_address(image=image_id)

    @property
    def chosen(self) -> tuple[str, ...]:
        """Ids of the chosen pictures, on whatever page they are."""
        return tuple(self._state.widget(HistoryKey.CHOSEN, ()))

    def choose(self, image_ids: Iterable[str]) -> None:
        """Adds pictures to the chosen ones, as many as can be handled at once."""
        together = dict.fromkeys((*self.chosen, *image_ids))
        self._state.set_widget(HistoryKey.CHOSEN, tuple(together)[:MAX_SELECTION])

    def drop(self, image_ids: Iterable[str]) -> None:
        """Takes pictures out of the chosen ones."""
        gone = set(image_ids)
        kept = tuple(one for one in self.chosen if one not in gone)
        self._state.set_widget(HistoryKey.CHOSEN, kept)

    def choose_all(self, image_ids: Iterable[str]) -> None:
        """Chooses a whole page of pictures."""
        self.choose(image_ids)
        self._begin_choice_round()

    def drop_all(self) -> None:
        """Leaves no picture chosen."""
        self.drop(self.chosen)
        self._begin_choice_round()

    def choice_key(self, image_id: str) -> str:
        """Key of a picture's checkbox.

        It changes when many are switched at once: a browser that has not drawn that yet sends its
        old values with the next press, and they would switch the pictures back.
        """
        return f"choose_{self._choice_round}_{image_id}"

    @property
    def _choice_round(self) -> int:
        return int(self._state.widget(HistoryKey.CHOICE_ROUND, 0))

    def _begin_choice_round(self) -> None:
        self._state.set_widget(HistoryKey.CHOICE_ROUND, self._choice_round + 1)

    @property
    def failure(self) -> FailedPress | None:
        """The last press of a button, when it came to nothing."""
        return cast("FailedPress | None", self._state.widget(HistoryKey.FAILURE))

    @failure.setter
    def failure(self, failure: FailedPress | None) -> None:
        self._state.set_widget(HistoryKey.FAILURE, failure)

    @property
    def archive(self) -> bytes | None:
        """The ZIP of exactly the chosen pictures, None until it was asked for."""
        kept = self._state.widget(HistoryKey.ARCHIVE)
        if kept is None or kept[0] != self.chosen:
            self._state.set_widget(HistoryKey.ARCHIVE, None)
            return None
        return cast(bytes, kept[1])

    @archive.setter
    def archive(self, content: bytes) -> None:
        self._state.set_widget(HistoryKey.ARCHIVE, (self.chosen, content))

    def recipe_of(self, file_id: str) -> Recipe | ApiError | None:
        """What was found in an uploaded file, None until it was looked at."""
        kept = self._state.widget(HistoryKey.RECIPE)
        return None if kept is None or kept[0] != file_id else cast("Recipe | ApiError", kept[1])

    def remember_recipe(self, file_id: str, found: Recipe | ApiError) -> None:
        """Keeps what was found, so that the file is sent once; of a new file little is shown."""
        self._state.set_widget(HistoryKey.RECIPE_ALL, False)
        self._state.set_widget(HistoryKey.RECIPE, (file_id, found))

    @property
    def recipe_round(self) -> int:
        """Changes when the uploaded file is put away."""
        return int(self._state.widget(HistoryKey.RECIPE_ROUND, 0))

    def forget_recipe(self) -> None:
        """Has the uploaded file looked into again."""
        self._state.set_widget(HistoryKey.RECIPE, None)

    def put_recipe_away(self) -> None:
        """Empties the place where a file is dropped."""
        self.forget_recipe()
        self._state.set_widget(HistoryKey.RECIPE_ALL, False)
        self._state.set_widget(HistoryKey.RECIPE_ROUND, self.recipe_round + 1)

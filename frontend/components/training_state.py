"""What the page of trainings remembers, in the address or in the session."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import cast

from frontend.state import PageState
from frontend.transport import ApiError

PAGE = "training"
PICTURES_PER_PAGE = 24


class TrainKey(StrEnum):
    """Session keys of widgets and of what is kept between drawings."""

    SET_NAME = "train_set_name"
    FILES = "train_files"
    ROUND = "train_round"
    PLACE = "train_place"
    ONLY_REMARKED = "train_only_remarked"
    GOAL = "train_goal"
    TITLE = "train_title"
    TRIGGER = "train_trigger"
    CLASS = "train_class"
    LICENCE = "train_licence"
    BASE = "train_base"
    STEPS = "train_steps"
    RANK = "train_rank"
    RATE = "train_rate"
    RESOLUTION = "train_resolution"
    BATCH = "train_batch"
    TEXT_ENCODER = "train_text_encoder"
    SEED = "train_seed"
    MISSING = "train_missing"
    FAILURE = "train_failure"
    UPLOAD = "train_upload"


@dataclass(frozen=True, slots=True)
class FailedPress:
    """A press of a button that came to nothing.

    Attributes:
        where: the part of the page that says so: "sets", "pictures", "captions", "start" or "run".
    """

    where: str
    error: ApiError


class TrainingPage:
    """Typed access to what the page remembers."""

    def __init__(self, state: PageState) -> None:
        self._state = state

    @property
    def set(self) -> str:
        """Id of the set of pictures that is open, or ""."""
        return self._state.address("set")

    @property
    def run(self) -> str:
        """Id of the training that is open, or ""."""
        return self._state.address("run")

    def open_set(self, set_id: str) -> None:
        """Opens a set; "" closes it."""
        self._state.set_address(set=set_id, run="")
        self.place = 0
        self.failure = None

    def open_run(self, run_id: str) -> None:
        """Opens a training; "" closes it and leads back to the set."""
        self._state.set_address(run=run_id)
        self.failure = None

    def prepare_another(self) -> None:
        """Makes room for a new training."""
        self.open_set("")

    @property
    def place(self) -> int:
        """Which page of the pictures is shown, from 0."""
        return int(self._state.widget(TrainKey.PLACE, 0))

    @place.setter
    def place(self, place: int) -> None:
        self._state.set_widget(TrainKey.PLACE, place)

    def turn(self, place: int) -> None:
        """Goes to another page of the pictures."""
        self.place = place

    @property
    def goal(self) -> str:
        """What is to be learnt: "style", "object" or "trigger"."""
        return str(self._state.widget(TrainKey.GOAL, "style"))

    def aim_at(self, goal: str) -> None:
        """Chooses what is to be learnt."""
        self._state.set_widget(TrainKey.GOAL, goal)

    @property
    def round(self) -> int:
        """Changes when the place for files is emptied."""
        return int(self._state.widget(TrainKey.ROUND, 0))

    def take_files_away(self) -> None:
        """Empties the place for files."""
        self._state.set_widget(TrainKey.ROUND, self.round + 1)
        self._state.set_widget(TrainKey.UPLOAD, None)

    def outcome(self, marks: tuple[str, ...]) -> ApiError | None:
        """Why those files could not be sent, None while they were not tried."""
        kept = self._state.widget(TrainKey.UPLOAD)
        return cast(ApiError, kept[1]) if kept is not None and kept[0] == marks else None

    def fail(self, marks: tuple[str, ...], error: ApiError) -> None:
        """Remembers why files could not be sent, so that they are not sent again by themselves."""
        self._state.set_widget(TrainKey.UPLOAD, (marks, error))

    def send_again(self) -> None:
        """Has the files that failed sent once more."""
        self._state.set_widget(TrainKey.UPLOAD, None)

    @property
    def failure(self) -> FailedPress | None:
        """The last press of a button, when it came to nothing."""
        return cast("FailedPress | None", self._state.widget(TrainKey.FAILURE))

    @failure.setter
    def failure(self, failure: FailedPress | None) -> None:
        self._state.set_widget(TrainKey.FAILURE, failure)


def caption_key(set_id: str, file: str) -> str:
    """Session key of a picture's caption."""
    return f"caption_{set_id}_{file}"

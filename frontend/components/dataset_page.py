"""What the page of data sets remembers, in the address or in the session."""

from __future__ import annotations

from collections.abc import MutableMapping
from dataclasses import dataclass
from typing import Any, cast

from frontend.datasets_types import Row
from frontend.transport import ApiError

SELECT_KEY = "dataset_select"
ROW_NUMBER_KEY = "dataset_row_number"


@dataclass(frozen=True, slots=True)
class Shown:
    """What was last asked for of a data set's rows, and the row or why there is none."""

    dataset: str
    index: int | None
    answer: Row | ApiError


class DatasetPage:
    """Typed access to the session and the address."""

    def __init__(
        self, session: MutableMapping[str | int, Any], address: MutableMapping[str, str]
    ) -> None:
        self._session = session
        self._address = address

    @property
    def dataset(self) -> str:
        """Id of the chosen data set, or ""."""
        return self._address.get("dataset", "")

    def choose(self, dataset_id: str) -> None:
        """Opens a data set, or none."""
        self.forget_job()
        if dataset_id:
            self._address["dataset"] = dataset_id
        else:
            self._address.pop("dataset", None)
        for key in ("dataset_shown", ROW_NUMBER_KEY):
            self._session.pop(key, None)
        self.failure = None

    def take_selection(self) -> None:
        """Opens what the select box says."""
        self.choose(str(self._session.get(SELECT_KEY) or ""))

    def fill_selection(self) -> None:
        """Makes the select box say what is open; allowed only before it is drawn in this run."""
        self._session[SELECT_KEY] = self.dataset or None

    @property
    def job(self) -> str:
        """Id of the analysis that was started or found, or ""."""
        return self._address.get("analysis", "")

    def follow(self, job_id: str) -> None:
        """Puts an analysis on the page."""
        self._address["analysis"] = job_id
        self.failure = None

    def forget_job(self) -> None:
        """Takes the analysis off the page."""
        self._address.pop("analysis", None)

    @property
    def failure(self) -> tuple[str, ApiError] | None:
        """What was tried last with this data set, "delete" or "analyse", and why it failed."""
        kept = self._session.get("dataset_failure")
        # The address can change without a choice: "back" in the browser leads to another set.
        if kept is None or kept[0] != self.dataset:
            return None
        return cast("tuple[str, ApiError]", kept[1])

    @failure.setter
    def failure(self, failure: tuple[str, ApiError] | None) -> None:
        self._session["dataset_failure"] = failure and (self.dataset, failure)

    @property
    def shown(self) -> Shown | None:
        """The row on the page, or why there is none; None before one was asked for."""
        shown = cast("Shown | None", self._session.get("dataset_shown"))
        return shown if shown and shown.dataset == self.dataset else None

    def show(self, index: int | None, answer: Row | ApiError) -> None:
        """Puts a row on the page, and its number into the field."""
        self._session["dataset_shown"] = Shown(self.dataset, index, answer)
        if isinstance(answer, Row):
            self._session[ROW_NUMBER_KEY] = answer.index

    def keep_row_within(self, rows: int) -> None:
        """Makes the number in the field one of a row; allowed only before it is drawn."""
        if (self.wished_row or 0) >= rows:
            self._session[ROW_NUMBER_KEY] = max(0, rows - 1)

    @property
    def wished_row(self) -> int | None:
        """The number in the field."""
        return cast("int | None", self._session.get(ROW_NUMBER_KEY))

    def jump(self) -> None:
        """Says that the row on the page was changed from elsewhere and should come into view."""
        self._session["dataset_jump"] = "asked"

    def take_jump(self, stage: str) -> bool:
        """Whether a jump has come to that stage; "asked" redraws the page, "drawn" scrolls."""
        if self._session.get("dataset_jump") != stage:
            return False
        self._session["dataset_jump"] = "drawn" if stage == "asked" else ""
        return True

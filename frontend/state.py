"""Everything that a session remembers: names of its keys and typed access to them.

What must survive a refresh or open in a second tab (language and job ids) lives in the address;
the rest lives in the session.
"""

from __future__ import annotations

from collections.abc import Iterable, MutableMapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, cast

from frontend.api_types import Capabilities, DraftsRequest, Job, JobState, RestyleRequest
from frontend.transport import ApiError


class Key(StrEnum):
    """Session keys of widgets."""

    LANGUAGE = "language_switch"
    NAME = "brief_name"
    DESCRIPTION = "brief_description"
    STYLE = "brief_style"
    PALETTE = "brief_palette"
    COLOUR_1 = "brief_colour_1"
    COLOUR_2 = "brief_colour_2"
    COLOUR_3 = "brief_colour_3"
    AVOID = "brief_avoid"
    COUNT = "brief_count"
    SEED = "brief_seed"
    RESTYLE_STRENGTH = "restyle_strength"
    RESTYLE_SPEED = "restyle_speed"
    RESTYLE_STEPS = "restyle_steps"
    RESTYLE_STYLE = "restyle_style"
    RESTYLE_LORAS = "restyle_loras"
    RESTYLE_GUIDANCE = "restyle_guidance"
    RESTYLE_AVOID = "restyle_avoid"
    RESTYLE_SEED = "restyle_seed"
    COMPARE = "compare_how"


COLOUR_KEYS = (Key.COLOUR_1, Key.COLOUR_2, Key.COLOUR_3)


@dataclass(frozen=True, slots=True)
class Failure:
    """A request that could not be handed in, kept so that it can be sent again.

    Attributes:
        idempotency_key: the key it was sent under; sending again under it never makes two jobs.
    """

    request: DraftsRequest | RestyleRequest
    idempotency_key: str
    error: ApiError


class PageState:
    """Typed access to a session and its address."""

    def __init__(
        self, session: MutableMapping[str | int, Any], address: MutableMapping[str, str]
    ) -> None:
        self._session = session
        self._address = address

    def widget(self, key: str, default: Any = None) -> Any:
        """A widget's value, or the default while it has none."""
        value = self._session.get(key)
        return default if value is None else value

    def set_widget(self, key: str, value: Any) -> None:
        """Fills a widget; allowed only before it is drawn in this run."""
        self._session[key] = value

    def keep_within(self, key: str, options: Sequence[str]) -> None:
        """Drops a widget's choices that are no longer offered."""
        value = self._session.get(key)
        if isinstance(value, list):
            self._session[key] = [choice for choice in value if choice in options]
        elif value is not None and value not in options:
            self._session[key] = None

    def start(self, key: str, value: Any) -> None:
        """Gives a widget its first value unless it has one."""
        self._session.setdefault(key, value)

    def enter(self, page: str) -> None:
        """Call once a run: a page that is come back to gets its address again.

        Streamlit empties the address when somebody walks from page to page.
        """
        kept: dict[str, dict[str, str]] = self._session.setdefault("addresses", {})
        if self._session.get("page", page) != page:
            for name, value in kept.get(page, {}).items():
                self._address.setdefault(name, value)
            if self.language:
                self.language = self.language
        self._session["page"] = page
        self._session["language"] = self.language
        self._keep_address()

    def _keep_address(self) -> None:
        kept = {name: value for name, value in self._address.items() if name != "lang"}
        self._session.setdefault("addresses", {})[self._session.get("page", "")] = kept

    def lead_to(self, page: str, **address: str) -> None:
        """Gives a page another address for the next time that somebody comes to it."""
        self._session.setdefault("addresses", {})[page] = address

    def address(self, name: str) -> str:
        """A value of this page's address, or ""."""
        return self._address.get(name, "")

    def set_address(self, **values: str) -> None:
        """Changes values of this page's address; empty ones leave it."""
        for name, value in values.items():
            if value:
                self._address[name] = value
            else:
                self._address.pop(name, None)
        self._keep_address()

    @property
    def language(self) -> str:
        """The language in the address, else the one that was switched to, or ""."""
        return self._address.get("lang") or str(self._session.get("language", ""))

    @language.setter
    def language(self, language: str) -> None:
        self._session["language"] = self._address["lang"] = language

    def take_new_drafts(self) -> bool:
        """Whether drafts were ordered since the last call."""
        return bool(self._session.pop("has_new_drafts", False))

    @property
    def drafts_id(self) -> str:
        """Id of the drafts job on the page, or ""."""
        return self._address.get("drafts", "")

    @property
    def restyle_id(self) -> str:
        """Id of the restyle job on the page, or ""."""
        return self._address.get("restyle", "")

    @property
    def picture_id(self) -> str:
        """Id of a single picture that is being worked on instead of drafts, or ""."""
        return self._address.get("picture", "")

    def show_picture(self, image_id: str) -> None:
        """Puts a single picture on the page, chosen; drafts and restyles leave it."""
        for name in ("drafts", "restyle"):
            self._address.pop(name, None)
        self._address["picture"] = image_id
        self.pick([image_id])
        self.failure = None

    def show_drafts(self, job: Job) -> None:
        """Puts a new drafts job on the page; an earlier restyle leaves it."""
        self._address["drafts"] = job.id
        for name in ("restyle", "picture"):
            self._address.pop(name, None)
        self._session["brief_known"] = True
        self._session["has_new_drafts"] = True
        self.failure = None

    def show_restyle(self, job: Job) -> None:
        """Puts a restyle job on the page."""
        self._address["restyle"] = job.id
        self._session["restyle_known"] = True
        self.failure = None

    def start_over(self) -> None:
        """Takes everything off the page and empties the form."""
        for name in ("drafts", "restyle", "picture"):
            self._address.pop(name, None)
        for key in [
            key for key in self._session if str(key).startswith(("brief_", "restyle_", "pick_"))
        ]:
            del self._session[key]
        self.failure = None

    def knows(self, what: str) -> bool:
        """Whether the "brief" or "restyle" widgets already belong to the jobs on the page."""
        return bool(self._session.get(f"{what}_known"))

    def forget(self, what: str) -> None:
        """Says that these widgets are to be filled from the job on the page again."""
        self._session.pop(f"{what}_known", None)

    def mark_known(self, what: str) -> None:
        """Says that these widgets have been filled from the job on the page."""
        self._session[f"{what}_known"] = True

    @property
    def way_back_error(self) -> ApiError | None:
        """Why the drafts that a variation came from could not be shown."""
        return cast("ApiError | None", self._session.get("way_back_error"))

    @way_back_error.setter
    def way_back_error(self, error: ApiError | None) -> None:
        self._session["way_back_error"] = error

    def remember_palette(self, told: tuple[str, ...], pickers: tuple[str, ...]) -> None:
        """Keeps a palette that has more or fewer colours than there are pickers for it."""
        self._session["told_palette"] = (told, pickers)

    def own_palette(self, pickers: tuple[str, ...]) -> tuple[str, ...]:
        """The palette that the pickers stand for: the remembered one while they are untouched."""
        told, shown = self._session.get("told_palette", ((), ()))
        return tuple(told) if told and tuple(shown) == pickers else pickers

    @property
    def failure(self) -> Failure | None:
        """The last request that could not be handed in."""
        return cast("Failure | None", self._session.get("failure"))

    @failure.setter
    def failure(self, failure: Failure | None) -> None:
        self._session["failure"] = failure

    @property
    def is_brief_empty(self) -> bool:
        """Whether the last press of the button found nothing to draw."""
        return bool(self._session.get("empty_brief_seen"))

    @is_brief_empty.setter
    def is_brief_empty(self, value: bool) -> None:
        self._session["empty_brief_seen"] = value

    @property
    def cancelling(self) -> str:
        """Id of the job whose cancellation was asked for, or ""."""
        return str(self._session.get("cancelling", ""))

    @cancelling.setter
    def cancelling(self, job_id: str) -> None:
        self._session["cancelling"] = job_id

    def seconds_queued(self, job: Job, now: float) -> float:
        """For how long this page has seen a job wait; 0 for one that does not.

        Args:
            job: as it stands.
            now: of a clock that never goes back, in seconds.
        """
        if job.state is not JobState.QUEUED:
            return 0.0
        since = self._session.setdefault(queued_key(job.id), now)
        return now - float(since)

    def remembered_job(self, job_id: str) -> Job | None:
        """A job that has ended and will not change any more."""
        return cast("dict[str, Job]", self._session.get("ended_jobs", {})).get(job_id)

    def remember_job(self, job: Job) -> None:
        """Keeps a job that has ended; only the latest few, so that a long session stays small."""
        jobs = {**self._session.get("ended_jobs", {}), job.id: job}
        self._session["ended_jobs"] = dict(list(jobs.items())[-8:])

    @property
    def capabilities(self) -> Capabilities | ApiError | None:
        """What the server said it offers, why it did not, or None while it has not been asked."""
        return cast("Capabilities | ApiError | None", self._session.get("capabilities"))

    @capabilities.setter
    def capabilities(self, answer: Capabilities | ApiError | None) -> None:
        self._session["capabilities"] = answer

    @property
    def asked_at(self) -> float:
        """When the server was last asked what it offers, of a clock that never goes back."""
        return float(self._session.get("asked_at", 0.0))

    @asked_at.setter
    def asked_at(self, moment: float) -> None:
        self._session["asked_at"] = moment

    def ask_anew(self) -> None:
        """Has the server asked what it offers at the next drawing; the old one serves till then."""
        self.asked_at = float("-inf")

    def picked(self, image_ids: Iterable[str]) -> tuple[str, ...]:
        """Which of these pictures are chosen."""
        return tuple(image for image in image_ids if self._session.get(pick_key(image)))

    def pick(self, image_ids: Iterable[str]) -> None:
        """Chooses pictures; allowed only before their check boxes are drawn in this run."""
        for image in image_ids:
            self._session[pick_key(image)] = True


def pick_key(image_id: str) -> str:
    """Session key of the check box on a draft."""
    return f"pick_{image_id}"


def queued_key(job_id: str) -> str:
    """Session key of the moment at which a job was first seen waiting."""
    return f"queued_{job_id}"


def lora_key(name: str) -> str:
    """Session key of the weight of a LoRA."""
    return f"restyle_lora_{name}"


def has_text_weight_key(name: str) -> str:
    """Session key of whether a LoRA acts on the text encoder with a weight of its own."""
    return f"restyle_has_text_weight_{name}"


def text_weight_key(name: str) -> str:
    """Session key of that weight."""
    return f"restyle_text_weight_{name}"

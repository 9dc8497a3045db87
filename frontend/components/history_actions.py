"""What the history page's buttons do."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

from frontend.actions import Context, use_settings
from frontend.api_types import Image
from frontend.components.history_state import FailedPress, HistoryState
from frontend.gallery_api import ImageRecord, Recipe
from frontend.state import Key
from frontend.transport import ApiError, ApiProblem, ApiUnavailable

# A picture is restyled from a draft, perhaps enlarged in between.
_MAX_GENERATIONS = 4
_KINDS_WITH_BRIEF = ("drafts", "generate")


def switch_favourite(context: Context, image: Image) -> None:
    """Marks a picture as a favourite, or no longer."""
    _press(context, partial(_set_favourite, image_id=image.id, is_wanted=not image.favourite))


def delete(context: Context, image_ids: tuple[str, ...]) -> None:
    """Deletes pictures for good."""
    _press(context, partial(_delete, image_ids=image_ids))


def prepare_archive(context: Context) -> None:
    """Fetches the ZIP of the chosen pictures."""
    _press(context, _fetch_archive)


def press_again(context: Context) -> None:
    """Repeats the press that came to nothing."""
    if failure := HistoryState(context.state).failure:
        _press(context, failure.press)


def _press(context: Context, press: Callable[[Context], None]) -> None:
    history = HistoryState(context.state)
    try:
        press(context)
    except ApiError as error:
        history.failure = FailedPress(error, press)
    else:
        history.failure = None


def _set_favourite(context: Context, *, image_id: str, is_wanted: bool) -> None:
    context.api.gallery.set_favourite(image_id, is_wanted)


def _delete(context: Context, *, image_ids: tuple[str, ...]) -> None:
    history = HistoryState(context.state)
    context.api.gallery.delete(image_ids)
    history.drop(image_ids)
    if history.opened in image_ids:
        history.open("")


def _fetch_archive(context: Context) -> None:
    history = HistoryState(context.state)
    history.archive = context.api.gallery.archive(history.chosen)


def look_into(context: Context, file_id: str, png: bytes) -> Recipe | ApiError:
    """The settings inside an uploaded file; the file is sent once."""
    history = HistoryState(context.state)
    found = history.recipe_of(file_id)
    if found is None:
        try:
            found = context.api.gallery.recipe(png)
        except ApiUnavailable as error:
            # Says nothing about the file: the next drawing of the page sends it again.
            return error
        except ApiError as error:
            found = error
        history.remember_recipe(file_id, found)
    return found


def request_of(record: ImageRecord) -> Mapping[str, Any]:
    """What drew this very picture: of a restyle's order its own parent and its own seed."""
    if record.kind not in ("restyle", "upscale") or record.parent is None:
        return record.request
    own = {"images": [record.parent]}
    seed = record.everything.get("seed")
    return {**record.request, **own, **({"seed": seed} if isinstance(seed, int) else {})}


def apply_settings(
    context: Context, kind: str, request: Mapping[str, Any], *, with_seed: bool = True
) -> None:
    """Fills the page that makes logos from a request; a restyle brings the brief of its draft.

    Raises:
        ApiError: the draft's record cannot be had now.
    """
    is_restyle = kind == "restyle"
    brief = request if kind in _KINDS_WITH_BRIEF else _brief_of_parents(context, request)
    use_settings(
        context.state,
        context.capabilities,
        brief=brief,
        restyle=request if is_restyle or request.get("restyle") is True else None,
        with_seed=with_seed,
    )


def open_in_create(context: Context, record: ImageRecord) -> None:
    """Gives the page that makes logos the job that a picture comes from.

    Raises:
        ApiError: the draft's record cannot be had now.
    """
    address = {"drafts": record.job_id}
    if record.kind == "restyle":
        draft = _oldest(context, record.parent)
        address = {"drafts": draft.job_id, "restyle": record.job_id}
        if not draft.job_id:
            # Restyled from an upload: the page works on that single picture instead of drafts.
            address["picture"] = record.parent or ""
    context.state.start_over()
    context.state.lead_to("", **{name: job_id for name, job_id in address.items() if job_id})


def restyle_alone(context: Context, image_id: str) -> None:
    """Gives the page that makes logos a single picture to restyle; the form keeps its words."""
    context.state.failure = None
    context.state.set_widget(Key.RESTYLE_SEED, None)
    context.state.lead_to("", picture=image_id)


def can_open_in_create(record: ImageRecord) -> bool:
    """Whether the page that makes logos can show a picture's job."""
    return bool(record.job_id) and record.kind in ("drafts", "restyle")


def _brief_of_parents(context: Context, request: Mapping[str, Any]) -> Mapping[str, Any]:
    images = request.get("images")
    first = images[0] if isinstance(images, list) and images else None
    return _oldest(context, first if isinstance(first, str) else None).request


def _oldest(context: Context, image_id: str | None) -> ImageRecord:
    """The record of the draft that a picture goes back to; an empty one for an upload."""
    for _ in range(_MAX_GENERATIONS):
        if image_id is None:
            break
        try:
            record = context.api.gallery.record(image_id)
        except ApiProblem as error:
            if error.problem.status == 404:
                break  # The draft was deleted; what is known of its child is used alone.
            raise
        if record.kind in _KINDS_WITH_BRIEF:
            return record
        image_id = record.parent
    return ImageRecord()

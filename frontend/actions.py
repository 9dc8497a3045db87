"""What buttons do: hand in requests, cancel, try again. Called before the page is drawn."""

from __future__ import annotations

import random
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from frontend.api_client import LogoApi
from frontend.api_types import (
    Capabilities,
    DraftsRequest,
    Job,
    LoraChoice,
    RestyleRequest,
)
from frontend.i18n import Texts
from frontend.palettes import AUTO, OWN, PALETTES
from frontend.state import COLOUR_KEYS, Failure, Key, PageState, lora_key
from frontend.transport import ApiError

MAX_SEED = 2**32 - 1
USUAL_COUNT = 5


@dataclass(frozen=True, slots=True)
class Context:
    """What every part of the page needs.

    Attributes:
        public_api_url: where a browser finds the API, as in `Settings`.
    """

    api: LogoApi
    t: Texts
    state: PageState
    capabilities: Capabilities
    public_api_url: str = ":8000"


def create_drafts(context: Context) -> None:
    """Hands in the brief as it stands in the form."""
    _submit_brief(context, drafts_request(context.state, context.capabilities))


def new_ideas(context: Context) -> None:
    """Hands in the brief with the seeds that follow the ones on the page."""
    request = drafts_request(context.state, context.capabilities)
    if context.state.widget(Key.SEED) is not None:
        # Picture i is drawn from seed + i, so this continues where the last drafts ended.
        seed = (request.seed + request.count) % (MAX_SEED + 1)
        context.state.set_widget(Key.SEED, seed)
        request = replace(request, seed=seed)
    _submit_brief(context, request)


def create_restyle(context: Context, images: tuple[str, ...]) -> None:
    """Hands in the chosen pictures with the panel's values."""
    _submit(context, restyle_request(context.state, context.capabilities, images), uuid.uuid4().hex)


def send_again(context: Context) -> None:
    """Sends the request that failed once more, under its old key."""
    if failure := context.state.failure:
        _submit(context, failure.request, failure.idempotency_key)


def cancel(context: Context, job_id: str) -> None:
    """Asks a job to stop. When the request is lost the button simply stays."""
    try:
        context.api.cancel(job_id)
    except ApiError:
        return
    context.state.cancelling = job_id


def try_example(context: Context, name: str, description: str) -> None:
    """Fills the form with an example and hands it in."""
    state = context.state
    state.set_widget(Key.NAME, name)
    state.set_widget(Key.DESCRIPTION, description)
    state.set_widget(Key.STYLE, None)
    state.set_widget(Key.PALETTE, AUTO)
    create_drafts(context)


def drafts_request(state: PageState, capabilities: Capabilities) -> DraftsRequest:
    """The brief in the form. An empty seed field gives a new seed."""
    choice = state.widget(Key.PALETTE, AUTO)
    own = tuple(str(state.widget(key)) for key in COLOUR_KEYS)
    seed = state.widget(Key.SEED)
    return DraftsRequest(
        description=str(state.widget(Key.DESCRIPTION, "")).strip(),
        name=str(state.widget(Key.NAME, "")).strip(),
        palette=own if choice == OWN else PALETTES.get(choice, ()),
        style=str(state.widget(Key.STYLE, "")),
        avoid=str(state.widget(Key.AVOID, "")).strip(),
        count=int(state.widget(Key.COUNT, usual_count(capabilities))),
        seed=random.randint(0, MAX_SEED) if seed is None else int(seed),
    )


def restyle_request(
    state: PageState, capabilities: Capabilities, images: tuple[str, ...]
) -> RestyleRequest:
    """The restyle panel's values for some pictures. An empty seed field gives a new seed."""
    seed = state.widget(Key.RESTYLE_SEED)
    return RestyleRequest(
        images=images,
        strength=float(state.widget(Key.RESTYLE_STRENGTH, capabilities.strength.default)),
        speed=str(state.widget(Key.RESTYLE_SPEED, capabilities.speed)),
        guidance=float(state.widget(Key.RESTYLE_GUIDANCE, capabilities.guidance.default)),
        style=str(state.widget(Key.RESTYLE_STYLE, "")),
        avoid=str(state.widget(Key.RESTYLE_AVOID, "")).strip(),
        loras=tuple(
            LoraChoice(name, float(state.widget(lora_key(name), 1.0)))
            for name in state.widget(Key.RESTYLE_LORAS, [])
        ),
        seed=random.randint(0, MAX_SEED) if seed is None else int(seed),
    )


def usual_count(capabilities: Capabilities) -> int:
    """How many drafts are drawn unless somebody says otherwise: they fill the page with one gap."""
    return int(min(max(USUAL_COUNT, capabilities.count.low), capabilities.count.high))


def restore_brief(state: PageState, job: Job, capabilities: Capabilities) -> None:
    """Fills the form from a drafts job, for a page opened by its address."""
    request: Mapping[str, Any] = job.request
    for key, field in ((Key.NAME, "name"), (Key.DESCRIPTION, "description"), (Key.AVOID, "avoid")):
        state.set_widget(key, str(request.get(field) or ""))
    style = request.get("style")
    state.set_widget(Key.STYLE, style if style in capabilities.styles else None)
    _restore_palette(state, request.get("palette"))
    count = request.get("count")
    if isinstance(count, int) and capabilities.count.low <= count <= capabilities.count.high:
        state.set_widget(Key.COUNT, count)
    state.mark_known("brief")


def restore_restyle(state: PageState, job: Job, capabilities: Capabilities) -> None:
    """Chooses the drafts of a restyle job and sets the panel, for a page opened by its address."""
    images = job.request.get("images")
    if isinstance(images, list):
        state.pick(str(image) for image in images)
    strength, limits = job.request.get("strength"), capabilities.strength
    if isinstance(strength, int | float) and limits.low <= strength <= limits.high:
        state.set_widget(Key.RESTYLE_STRENGTH, float(strength))
    style = job.request.get("style")
    state.set_widget(Key.RESTYLE_STYLE, style if style in capabilities.styles else None)
    state.mark_known("restyle")


def _restore_palette(state: PageState, palette: object) -> None:
    colours = tuple(str(colour) for colour in palette) if isinstance(palette, list) else ()
    named = next((name for name, known in PALETTES.items() if known == colours), None)
    state.set_widget(Key.PALETTE, named or (OWN if colours else AUTO))
    if colours and not named:
        for key, colour in zip(COLOUR_KEYS, colours, strict=False):
            state.set_widget(key, colour)


def _submit_brief(context: Context, request: DraftsRequest) -> None:
    """Hands a brief in, unless there is nothing in it to draw; then the form says so."""
    context.state.is_brief_empty = not (request.name or request.description)
    if not context.state.is_brief_empty:
        _submit(context, request, uuid.uuid4().hex)


def _submit(context: Context, request: DraftsRequest | RestyleRequest, key: str) -> None:
    try:
        if isinstance(request, DraftsRequest):
            context.state.show_drafts(context.api.create_drafts(request, key=key))
        else:
            context.state.show_restyle(context.api.create_restyle(request, key=key))
    except ApiError as error:
        context.state.failure = Failure(request, key, error)
    else:
        if isinstance(context.state.capabilities, ApiError):
            context.state.capabilities = None

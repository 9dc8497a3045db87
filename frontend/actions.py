"""What buttons do: hand in requests, cancel, try again. Called before the page is drawn."""

from __future__ import annotations

import random
import re
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, cast

from frontend.api_client import LogoApi
from frontend.api_types import (
    Capabilities,
    DraftsRequest,
    Image,
    Job,
    LoraChoice,
    RestyleRequest,
    Variation,
)
from frontend.i18n import Texts
from frontend.palettes import AUTO, OWN, PALETTES
from frontend.state import (
    COLOUR_KEYS,
    Failure,
    Key,
    PageState,
    has_text_weight_key,
    lora_key,
    text_weight_key,
)
from frontend.transport import ApiError

MAX_SEED = 2**32 - 1
_COLOUR = re.compile(r"#[0-9A-Fa-f]{6}")
USUAL_COUNT = 5
OWN_STEPS = "own"


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


def vary_draft(context: Context, image_id: str, amount: str) -> None:
    """Orders variations of a draft, "little" or "lot"; the service knows its brief."""
    request = drafts_request(context.state, context.capabilities)
    seed = random.randint(0, MAX_SEED)
    _submit(
        context,
        DraftsRequest("", "", seed, request.count, vary=Variation(image_id, amount)),
        uuid.uuid4().hex,
    )


def vary_result(context: Context, image: Image, job: Job, amount: str) -> None:
    """Restyles as its job did: the result itself, gently, or its draft with other noise."""
    request = RestyleRequest.again(job.request)
    limits = context.capabilities.strength
    source, strength = image.id, limits.low
    if amount == "lot" and image.parent:
        source, strength = image.parent, max(request.strength, limits.default)
    seed = random.randint(0, MAX_SEED)
    request = replace(request, images=(source,), strength=strength, seed=seed)
    _submit(context, request, uuid.uuid4().hex)


def repeat_job(context: Context, job: Job) -> None:
    """Hands in what a job that failed or was cancelled had asked for."""
    kind = RestyleRequest if job.kind == "restyle" else DraftsRequest
    _submit(context, kind.again(job.request), uuid.uuid4().hex)


def show_drafts_of(context: Context, image_id: str) -> None:
    """Puts the drafts among which a picture was drawn back on the page."""
    try:
        job = context.api.job(context.api.job_of(image_id))
    except ApiError as error:
        context.state.way_back_error = error
        return
    context.state.way_back_error = None
    context.state.show_drafts(job)
    context.state.forget("brief")


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
        palette=state.own_palette(own) if choice == OWN else PALETTES.get(choice, ()),
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
        steps=_steps(state, capabilities),
        guidance=float(state.widget(Key.RESTYLE_GUIDANCE, capabilities.guidance.default)),
        style=str(state.widget(Key.RESTYLE_STYLE, "")),
        avoid=str(state.widget(Key.RESTYLE_AVOID, "")).strip(),
        loras=tuple(_lora_choice(state, name) for name in state.widget(Key.RESTYLE_LORAS, [])),
        seed=random.randint(0, MAX_SEED) if seed is None else int(seed),
    )


def _lora_choice(state: PageState, name: str) -> LoraChoice:
    weight = float(state.widget(lora_key(name), 1.0))
    has_own = state.widget(has_text_weight_key(name), False)
    own = float(state.widget(text_weight_key(name), weight)) if has_own else None
    return LoraChoice(name, weight, own)


def use_lora(state: PageState, name: str, weight: float, most: int) -> None:
    """Adds an adapter to the restyle panel, or changes its weight there.

    Args:
        most: how many there may be; the oldest ones make room.
    """
    others = [one for one in state.widget(Key.RESTYLE_LORAS, []) if one != name]
    state.set_widget(Key.RESTYLE_LORAS, [*others, name][-most:])
    state.set_widget(lora_key(name), float(weight))
    # The panel must not be filled from an older job after this.
    state.mark_known("restyle")


def _steps(state: PageState, capabilities: Capabilities) -> int | str:
    """A speed by name, or the number of steps that somebody set instead."""
    speed = str(state.widget(Key.RESTYLE_SPEED, capabilities.speed))
    if speed == OWN_STEPS:
        return int(state.widget(Key.RESTYLE_STEPS, capabilities.steps.default))
    return speed


def usual_count(capabilities: Capabilities) -> int:
    """How many drafts are drawn unless somebody says otherwise: they fill the page with one gap."""
    return int(min(max(USUAL_COUNT, capabilities.count.low), capabilities.count.high))


def use_settings(
    state: PageState,
    capabilities: Capabilities,
    *,
    brief: Mapping[str, Any],
    restyle: Mapping[str, Any] | None = None,
    with_seed: bool = True,
) -> None:
    """Puts the settings of an old result into an otherwise empty page.

    Args:
        brief: the request that the drafts were drawn from.
        restyle: the request that they were restyled with, None for drafts.
    """
    state.start_over()
    state.lead_to("")
    restore_brief(state, brief, capabilities)
    if with_seed:
        _restore_seed(state, Key.SEED, brief)
    if restyle is not None:
        restore_restyle(state, {**restyle, "images": None}, capabilities)
        if with_seed:
            _restore_seed(state, Key.RESTYLE_SEED, restyle)


def restore_brief(state: PageState, request: Mapping[str, Any], capabilities: Capabilities) -> None:
    """Fills the form from the request of a drafts job. The seed stays open, for new ideas."""
    for key, field, limit in (
        (Key.NAME, "name", capabilities.name_characters),
        (Key.DESCRIPTION, "description", capabilities.description_characters),
        (Key.AVOID, "avoid", capabilities.avoid_characters),
    ):
        state.set_widget(key, str(request.get(field) or "")[:limit])
    style = request.get("style")
    state.set_widget(Key.STYLE, style if style in capabilities.styles else None)
    _restore_palette(state, request.get("palette"))
    count = request.get("count")
    if isinstance(count, int) and capabilities.count.low <= count <= capabilities.count.high:
        state.set_widget(Key.COUNT, count)
    state.mark_known("brief")


def restore_restyle(
    state: PageState, request: Mapping[str, Any], capabilities: Capabilities
) -> None:
    """Chooses the drafts of a restyle request and sets the panel."""
    images = request.get("images")
    if isinstance(images, list):
        state.pick(str(image) for image in images)
    for key, field, limits in (
        (Key.RESTYLE_STRENGTH, "strength", capabilities.strength),
        (Key.RESTYLE_GUIDANCE, "guidance", capabilities.guidance),
    ):
        value = request.get(field)
        if isinstance(value, int | float) and limits.low <= value <= limits.high:
            state.set_widget(key, float(value))
    style = request.get("style")
    state.set_widget(Key.RESTYLE_STYLE, style if style in capabilities.styles else None)
    state.set_widget(Key.RESTYLE_AVOID, str(request.get("avoid") or ""))
    _restore_steps(state, request, capabilities)
    _restore_loras(state, request.get("loras"), capabilities)
    state.mark_known("restyle")


def _restore_steps(
    state: PageState, request: Mapping[str, Any], capabilities: Capabilities
) -> None:
    """The speed by its name, else a number of steps: a speed is more than a number of them."""
    speed, steps, limits = request.get("speed"), request.get("steps"), capabilities.steps
    if speed in capabilities.speeds:
        state.set_widget(Key.RESTYLE_SPEED, speed)
        return
    is_number = isinstance(steps, int) and not isinstance(steps, bool)
    if is_number and limits.low <= cast(int, steps) <= limits.high:
        state.set_widget(Key.RESTYLE_SPEED, OWN_STEPS)
        state.set_widget(Key.RESTYLE_STEPS, steps)


def _restore_loras(state: PageState, loras: object, capabilities: Capabilities) -> None:
    told = [lora for lora in loras if isinstance(lora, Mapping)] if isinstance(loras, list) else []
    known = [lora for lora in told if lora.get("name") in capabilities.loras]
    known = known[: capabilities.max_loras]
    state.set_widget(Key.RESTYLE_LORAS, [str(lora["name"]) for lora in known])
    for lora in known:
        name, own = str(lora["name"]), lora.get("text_weight")
        state.set_widget(has_text_weight_key(name), _is_weight(own))
        for key, weight in ((lora_key(name), lora.get("weight")), (text_weight_key(name), own)):
            if weight is not None and _is_weight(weight):
                state.set_widget(key, float(weight))


def _is_weight(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and 0 <= value <= 2


def _restore_seed(state: PageState, key: Key, request: Mapping[str, Any]) -> None:
    seed = request.get("seed")
    if isinstance(seed, int) and 0 <= seed <= MAX_SEED:
        state.set_widget(key, seed)


def _restore_palette(state: PageState, palette: object) -> None:
    told = [str(colour) for colour in palette] if isinstance(palette, list) else []
    # Pickers refuse anything else, and a file can say what it likes.
    colours = tuple(colour for colour in told if _COLOUR.fullmatch(colour))
    named = next((name for name, known in PALETTES.items() if known == colours), None)
    state.set_widget(Key.PALETTE, named or (OWN if colours else AUTO))
    if colours and not named:
        # Two colours leave a picker over: it shows the last of them.
        shown = (*colours, *[colours[-1]] * len(COLOUR_KEYS))[: len(COLOUR_KEYS)]
        for key, colour in zip(COLOUR_KEYS, shown, strict=True):
            state.set_widget(key, colour)
        state.remember_palette(colours, shown)


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

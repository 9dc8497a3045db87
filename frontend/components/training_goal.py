"""The third step of a training: what is to be learnt, under which name, how long it takes."""

from __future__ import annotations

import re
from collections.abc import Sequence

import streamlit as st

from frontend.actions import MAX_SEED, Context
from frontend.api_types import NumberRange
from frontend.components.pictures import slug
from frontend.components.problems import draw_again, show_error
from frontend.components.progress import seconds_text
from frontend.components.training_state import TrainingPage, TrainKey
from frontend.components.training_steps import heading, not_yet, press, show_failure
from frontend.formats import decimal, whole
from frontend.training_types import (
    GoalPreset,
    PictureSet,
    Presets,
    RunOrder,
    SetState,
    TrainingBase,
)
from frontend.transport import ApiError

_ICONS = {
    "style": ":material/palette:",
    "object": ":material/category:",
    "trigger": ":material/key:",
}
# What an expert may set; the limits come from the service.
_EXPERT = (
    (TrainKey.STEPS, "steps", "training.steps"),
    (TrainKey.RANK, "rank", "training.rank"),
    (TrainKey.RESOLUTION, "resolution_px", "training.resolution"),
    (TrainKey.BATCH, "batch_size", "training.batch"),
)
_AUTO, _YES, _NO = "auto", "yes", "no"
_MOST_CHARACTERS = 80


def show_goal(context: Context, chosen: PictureSet | None) -> None:
    """Draws goals, name and settings, and the button that starts the training."""
    t = context.t
    heading(t, 3, "training.goal", "training.goal_lead")
    if chosen is None or chosen.state is not SetState.READY:
        not_yet(t, "training.goal_first")
        return
    try:
        presets = context.api.training.presets()
    except ApiError as error:
        show_error(t, error, key="presets", retry=draw_again)
        return
    goals = {goal.name: goal for goal in presets.goals}
    bases = [base for base in presets.bases if base.is_present]
    if not goals or not bases:
        st.caption(t("training.no_base"))
        return
    page = TrainingPage(context.state)
    if page.goal not in goals:
        page.aim_at(next(iter(goals)))
    _show_cards(context, presets.goals, len(chosen.pictures))
    _show_names(context, page.goal)
    base = _show_base(context, presets, bases)
    with st.expander(t("training.expert"), type="compact", key="train_expert"):
        _show_expert(context, goals[page.goal], presets, base)
    show_failure(context, "start")
    _show_start(context, goals[page.goal], presets, base, chosen)


def _show_cards(context: Context, goals: Sequence[GoalPreset], pictures: int) -> None:
    t, page = context.t, TrainingPage(context.state)
    grid = st.grid(3, min_column_width=240)
    for goal in goals:
        is_chosen = goal.name == page.goal
        with grid.cell(), st.container(border=True, gap="xsmall", key=f"goal_{goal.name}"):
            icon = _ICONS.get(goal.name, ":material/flag:")
            st.markdown(f"{icon} **{t.named('goal', goal.name)}**")
            st.caption(t.named("goal", f"{goal.name}_plain"))
            if goal.pictures is not None:
                low, high = goal.pictures
                st.caption(t("training.suits", low=low, high=high))
            st.button(
                t("training.chosen" if is_chosen else "training.choose"),
                key=f"aim_{goal.name}",
                type="primary" if is_chosen else "secondary",
                icon=":material/check:" if is_chosen else None,
                on_click=page.aim_at,
                args=(goal.name,),
                width="stretch",
            )
    suits = next((goal.pictures for goal in goals if goal.name == page.goal), None)
    if suits is not None and not suits[0] <= pictures <= suits[1]:
        key = "training.too_few" if pictures < suits[0] else "training.too_many"
        st.caption(f":orange[:material/warning:] {t(key, count=whole(t, pictures))}")


def _show_names(context: Context, goal: str) -> None:
    t = context.t
    fields = [
        (TrainKey.TITLE, "training.title", "training.title_placeholder", None, _MOST_CHARACTERS),
        (
            TrainKey.TRIGGER,
            "training.trigger_maybe" if goal == "style" else "training.trigger",
            "training.trigger_placeholder",
            "training.trigger_help",
            40,
        ),
        (
            TrainKey.LICENCE,
            "training.licence",
            "training.licence_placeholder",
            "training.licence_help",
            _MOST_CHARACTERS,
        ),
    ]
    if goal == "object":
        kind = ("training.class", "training.class_placeholder", "training.class_help", 60)
        fields.insert(2, (TrainKey.CLASS, *kind))
    grid = st.grid(2, min_column_width=260)
    for key, label, placeholder, help, most in fields:
        with grid.cell():
            st.text_input(
                t(label),
                key=key,
                max_chars=most,
                placeholder=t(placeholder),
                help=None if help is None else t(help),
                persist_state="session",
            )


def _show_base(context: Context, presets: Presets, bases: Sequence[TrainingBase]) -> TrainingBase:
    """The pipeline that it is trained for; a choice only where there is one."""
    t = context.t
    by_name = {base.name: base for base in bases}
    if len(bases) > 1:
        context.state.keep_within(TrainKey.BASE, list(by_name))
        context.state.start(TrainKey.BASE, bases[0].name)
        if context.state.widget(TrainKey.BASE) is None:
            context.state.set_widget(TrainKey.BASE, bases[0].name)
        st.selectbox(
            t("training.base"),
            list(by_name),
            key=TrainKey.BASE,
            format_func=lambda name: by_name[name].title,
            help=t("training.base_help"),
            persist_state="session",
            width=360,
        )
    base = by_name.get(str(context.state.widget(TrainKey.BASE, "")), bases[0])
    if base.needs_gpu:
        st.caption(f":orange[:material/warning:] {t('training.needs_gpu')}")
    absent = [one.title for one in presets.bases if not one.is_present]
    if absent:
        st.caption(t("training.absent", names=", ".join(absent)))
    return base


def _show_expert(
    context: Context, preset: GoalPreset, presets: Presets, base: TrainingBase
) -> None:
    t = context.t
    st.caption(t("training.expert_lead"))
    usual = {
        "steps": preset.steps,
        "rank": preset.rank,
        "resolution_px": base.resolution_px,
        "batch_size": preset.batch_size,
    }
    grid = st.grid(3, min_column_width=200)
    for key, name, label in _EXPERT:
        limit = presets.limits.get(name)
        if limit is not None:
            with grid.cell():
                _number(context, key, label, limit, usual[name])
    if (limit := presets.limits.get("learning_rate")) is not None:
        with grid.cell():
            st.number_input(
                t("training.rate"),
                min_value=limit.low,
                max_value=limit.high,
                value=None,
                format="%.1e",
                step=limit.low,
                key=TrainKey.RATE,
                placeholder="" if preset.learning_rate is None else f"{preset.learning_rate:.0e}",
                persist_state="session",
            )
    with grid.cell():
        st.number_input(
            t("brief.seed"),
            min_value=0,
            max_value=MAX_SEED,
            value=None,
            step=1,
            key=TrainKey.SEED,
            placeholder=t("brief.seed_placeholder"),
            persist_state="session",
        )
    st.segmented_control(
        t("training.text_encoder"),
        [_AUTO, _YES, _NO],
        default=_AUTO,
        key=TrainKey.TEXT_ENCODER,
        format_func=lambda name: t(_ANSWERS[name]),
        help=t("training.text_encoder_help"),
        required=True,
        persist_state="session",
    )


_ANSWERS = {_AUTO: "training.auto", _YES: "training.yes", _NO: "training.no"}


def _number(
    context: Context, key: TrainKey, label: str, limit: NumberRange, usual: int | None
) -> None:
    t = context.t
    st.number_input(
        t(label),
        min_value=int(limit.low),
        max_value=int(limit.high),
        value=None,
        step=1,
        key=key,
        placeholder=t("training.auto") if usual is None else whole(t, usual),
        persist_state="session",
    )


def _show_start(
    context: Context, preset: GoalPreset, presets: Presets, base: TrainingBase, chosen: PictureSet
) -> None:
    t = context.t
    order = order_of(context, chosen.id, base.name)
    steps = order.steps or preset.steps
    seconds = presets.seconds_per_step.get(base.name)
    if seconds is None:
        st.caption(f":material/timer: {t('training.unmeasured', steps=whole(t, steps))}")
    else:
        told = {"time": seconds_text(t, seconds * steps), "steps": whole(t, steps)}
        pace = decimal(t, seconds, 2)
        st.markdown(f":material/timer: {t('training.takes', pace=pace, **told)}")
    missing = _missing(order)
    if missing and context.state.widget(TrainKey.MISSING):
        st.markdown(f":orange[:material/edit: {t(missing)}]")
    st.button(
        t("training.start"),
        key="train_start",
        type="primary",
        icon=":material/play_arrow:",
        on_click=_start,
        args=(context, chosen.id, base.name),
    )
    if not missing:
        st.caption(t("training.file_name", name=order.name))


def _missing(order: RunOrder) -> str:
    """The key of what must be filled in before a training can start, "" when nothing."""
    if not order.title:
        return "training.missing_title"
    if order.goal != "style" and not order.trigger:
        return "training.missing_trigger"
    return ""


def order_of(context: Context, set_id: str, base: str) -> RunOrder:
    """What the form asks for; empty fields are left to the preset."""
    state = context.state
    goal = TrainingPage(state).goal
    title = _words(state.widget(TrainKey.TITLE))
    answer = state.widget(TrainKey.TEXT_ENCODER, _AUTO)
    return RunOrder(
        set=set_id,
        name=slug(title) or "adapter",
        goal=goal,
        title=title,
        base=base,
        trigger=_words(state.widget(TrainKey.TRIGGER)),
        class_phrase=_words(state.widget(TrainKey.CLASS)) if goal == "object" else "",
        licence=_words(state.widget(TrainKey.LICENCE)),
        steps=state.widget(TrainKey.STEPS),
        rank=state.widget(TrainKey.RANK),
        learning_rate=state.widget(TrainKey.RATE),
        resolution_px=state.widget(TrainKey.RESOLUTION),
        batch_size=state.widget(TrainKey.BATCH),
        train_text_encoder=None if answer == _AUTO else answer == _YES,
        seed=state.widget(TrainKey.SEED),
    )


def _words(value: object) -> str:
    return re.sub(r"\s+", " ", str(value or "")).strip()


def _start(context: Context, set_id: str, base: str) -> None:
    order = order_of(context, set_id, base)
    is_missing = bool(_missing(order))
    context.state.set_widget(TrainKey.MISSING, is_missing)
    if is_missing:
        return

    def act() -> None:
        TrainingPage(context.state).open_run(context.api.training.start(order).id)
        # The next training needs another name.
        context.state.set_widget(TrainKey.TITLE, "")

    press(context, "start", act)

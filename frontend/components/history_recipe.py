"""Dropping a PNG to get its settings back."""

from __future__ import annotations

import streamlit as st

from frontend.actions import Context
from frontend.components.history_actions import apply_settings, look_into
from frontend.components.history_state import HistoryKey, HistoryState
from frontend.components.problems import show_error
from frontend.components.settings_table import settings_of, show_settings
from frontend.components.uploader_words import say_uploader_words
from frontend.components.walking import walk_to_create
from frontend.gallery_api import MAX_RECIPE_MB, Recipe
from frontend.transport import ApiError

_SHORT = ("name", "description", "palette", "style", "seed")


def show_recipe_drop(context: Context) -> None:
    """Draws the place to drop a file, and what was found in it."""
    t, history = context.t, HistoryState(context.state)
    with st.expander(t("recipe.heading"), icon=":material/history:", key="recipe"):
        st.caption(t("recipe.lead"))
        say_uploader_words(t, "recipe", formats="PNG", limit_mb=MAX_RECIPE_MB)
        # Another key is an empty place: an uploaded file cannot be taken out otherwise.
        dropped = st.file_uploader(
            t("recipe.drop"),
            type=["png"],
            max_upload_size=MAX_RECIPE_MB,
            key=f"recipe_file_{history.recipe_round}",
            label_visibility="collapsed",
        )
        if dropped is None:
            return
        found = look_into(context, dropped.file_id, dropped.getvalue())
        if isinstance(found, ApiError):
            show_error(t, found, key="recipe", retry=history.forget_recipe)
        else:
            _show_found(context, found)


def _show_found(context: Context, recipe: Recipe) -> None:
    t, history = context.t, HistoryState(context.state)
    settings = settings_of(t, recipe.request)
    shows_all = bool(context.state.widget(HistoryKey.RECIPE_ALL))
    st.markdown(f":material/check_circle: {t('recipe.found')}")
    with st.container(gap="xsmall", key="recipe_settings"):
        show_settings(t, [one for one in settings if shows_all or one[0] in _SHORT])
    with st.container(horizontal=True, gap="xsmall", vertical_alignment="center"):
        if st.button(t("recipe.use_all"), key="recipe_use", type="primary"):
            _use(context, recipe, with_seed=True)
        if st.button(t("recipe.use_without_seed"), key="recipe_use_no_seed"):
            _use(context, recipe, with_seed=False)
        if recipe.image is not None:
            st.button(
                t("recipe.show"), key="recipe_show", on_click=history.open, args=(recipe.image,)
            )
        elif not shows_all:
            st.button(
                t("recipe.show"),
                key="recipe_show",
                on_click=context.state.set_widget,
                args=(HistoryKey.RECIPE_ALL, True),
            )
        st.button(
            t("recipe.away"), key="recipe_away", type="tertiary", on_click=history.put_recipe_away
        )


def _use(context: Context, recipe: Recipe, *, with_seed: bool) -> None:
    try:
        apply_settings(context, recipe.kind, recipe.request, with_seed=with_seed)
    except ApiError as error:
        show_error(context.t, error, key="recipe_use")
        return
    HistoryState(context.state).put_recipe_away()
    walk_to_create()

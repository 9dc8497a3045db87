"""Root of the front end: `python -m streamlit run frontend/app.py` from the repository's folder."""

from __future__ import annotations

import logging
import os
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

import streamlit as st
from streamlit.navigation.page import StreamlitPage

from frontend.actions import Context
from frontend.api_client import LogoApi
from frontend.api_types import Capabilities
from frontend.components.problems import show_error
from frontend.i18n import Language, Texts
from frontend.log_events import drawing
from frontend.log_settings import log_options
from frontend.settings import Settings
from frontend.state import Key, PageState
from frontend.telemetry.logs import configure_logging
from frontend.transport import ApiError, ApiProblem
from frontend.views import adapters, datasets, finish, generate, history, models, training

# Adapters come and go, and the seconds are measured with every job.
_CAPABILITIES_SECONDS = 30.0
_STATIC = Path(__file__).parent / "static"


def main() -> None:
    """Draws the frame and the chosen page."""
    st.set_page_config(
        page_title="Text to Logo", page_icon=str(_STATIC / "mark.svg"), layout="wide"
    )
    st.html(_STATIC / "style.css")
    state = PageState(st.session_state, st.query_params)
    texts = Texts(Language.choose(state.language, st.context.locale))
    settings = Settings.from_environment(os.environ)
    _start_logging()
    api = _connect(settings.api_url, settings.api_key)
    context = Context(api, texts, state, _capabilities(api, state), settings.public_api_url)
    page = st.navigation(_pages(context), position="top")
    state.enter(page.url_path)
    _show_header(texts, state)
    refusal = _refusal(state)
    with drawing(page.url_path or "generate"):
        if refusal is None:
            run_guarded(page.run, texts)
        else:
            # Without the right key every part of the page would say so again.
            show_error(texts, refusal, key="access")
    st.caption(texts("app.footer"), text_alignment="center")


def _pages(context: Context) -> list[StreamlitPage]:
    """The pages with their addresses, which stay the same in every language."""
    views = {
        "generate": (generate.render, ":material/auto_awesome:"),
        "finish": (finish.render, ":material/verified:"),
        "history": (history.render, ":material/photo_library:"),
        "adapters": (adapters.render, ":material/layers:"),
        "training": (training.render, ":material/school:"),
        "datasets": (datasets.render, ":material/dataset:"),
        "models": (models.render, ":material/neurology:"),
    }
    return [
        st.Page(
            partial(render, context),
            title=context.t.named("page", name),
            icon=icon,
            url_path=name,
            default=name == "generate",
        )
        for name, (render, icon) in views.items()
    ]


def run_guarded(draw: Callable[[], None], texts: Texts) -> None:
    """Draws a page. The one place where the unknown becomes a sentence; its traceback is logged."""
    try:
        draw()
    except Exception:
        logging.getLogger(__name__).exception("the page could not be drawn")
        st.error(texts("error.interface"), icon=":material/error:")


@st.cache_resource(show_spinner=False)
def _start_logging() -> None:
    """Once for all sessions; without a log folder Streamlit's own logging stays as it is."""
    options = log_options(os.environ)
    if options.folder is not None:
        configure_logging(options, "ui")


@st.cache_resource(show_spinner=False, on_release=LogoApi.close)
def _connect(api_url: str, api_key: str) -> LogoApi:
    return LogoApi(api_url, api_key=api_key)


def _capabilities(api: LogoApi, state: PageState) -> Capabilities:
    """What the server offers, asked anew now and then; built-in defaults while it is silent."""
    now = time.monotonic()
    if state.capabilities is None or now - state.asked_at > _CAPABILITIES_SECONDS:
        state.asked_at = now
        try:
            state.capabilities = api.capabilities()
        except ApiError as error:
            # What was known before is better than nothing.
            if not isinstance(state.capabilities, Capabilities):
                state.capabilities = error
    answer = state.capabilities
    return answer if isinstance(answer, Capabilities) else Capabilities()


def _refusal(state: PageState) -> ApiProblem | None:
    """Why the service does not let these pages in, if it does not."""
    answer = state.capabilities
    is_refused = isinstance(answer, ApiProblem) and answer.problem.status in (401, 403)
    return answer if isinstance(answer, ApiProblem) and is_refused else None


def _show_header(texts: Texts, state: PageState) -> None:
    st.logo(str(_STATIC / "logo.svg"), size="large", icon_image=str(_STATIC / "logo.svg"))
    state.set_widget(Key.LANGUAGE, texts.language)
    with st.container(horizontal=True, horizontal_alignment="right", key="app_language"):
        st.segmented_control(
            texts("app.language"),
            list(Language),
            key=Key.LANGUAGE,
            format_func=lambda language: Language(language).upper(),
            required=True,
            label_visibility="collapsed",
            on_change=_switch_language,
            args=(state,),
        )


def _switch_language(state: PageState) -> None:
    state.language = state.widget(Key.LANGUAGE)


if __name__ == "__main__":
    main()

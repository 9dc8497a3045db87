"""What is known of an adapter, in words. All of a file's own words stay plain text."""

from __future__ import annotations

import base64
from collections.abc import Mapping, Sequence
from functools import cache, partial
from pathlib import Path

import streamlit as st

from frontend.actions import Context, use_lora
from frontend.components.adapter_state import AdaptersPage
from frontend.components.thumbnails import small_pictures
from frontend.components.walking import walk_to_create
from frontend.formats import size, whole
from frontend.i18n import Texts
from frontend.loras_api import LoraInfo
from frontend.transport import ApiError

_NO_PICTURE = Path(__file__).parent.parent / "static" / "adapter.svg"
_HASH_SHOWN = 12


def lora_pictures(context: Context, loras: Sequence[LoraInfo]) -> Mapping[str, str]:
    """Addresses of the adapters' pictures by name; one without a picture gets a sign."""
    urls = {f"{lora.name}|{lora.sha256}": lora.thumbnail_url for lora in loras}
    told = {mark: url for mark, url in urls.items() if url is not None}
    found = small_pictures(context.api, "loras", told)
    return {lora.name: found.get(f"{lora.name}|{lora.sha256}") or _sign() for lora in loras}


@cache
def _sign() -> str:
    """The address of what stands for a picture where there is none."""
    content = base64.b64encode(_NO_PICTURE.read_bytes()).decode()
    return f"data:image/svg+xml;base64,{content}"


def words_line(t: Texts, lora: LoraInfo) -> str:
    """The words that call its look."""
    if not lora.trigger_words:
        return t("adapter.no_words")
    return t("adapter.words", words=", ".join(lora.trigger_words))


def facts(t: Texts, lora: LoraInfo) -> list[str]:
    """Base, rank, size; licence and hash; where it comes from."""
    base = t.named("base", lora.base)
    rank = "" if lora.rank is None else t("adapter.rank", rank=lora.rank)
    about = " · ".join(part for part in (base, rank, size(t, lora.bytes)) if part)
    licence = (
        t("adapter.licence", licence=lora.licence) if lora.licence else t("adapter.no_licence")
    )
    return [about, f"{licence} · {lora.sha256[:_HASH_SHOWN]}", origin_line(t, lora)]


def origin_line(t: Texts, lora: LoraInfo) -> str:
    """Where an adapter comes from."""
    if lora.training is None:
        return t("adapter.from_file", layout=lora.layout or "?")
    trained = lora.training
    return t(
        "adapter.trained",
        goal=t.named("goal", trained.goal).lower(),
        steps="?" if trained.steps is None else whole(t, trained.steps),
        pictures="?" if trained.pictures is None else whole(t, trained.pictures),
    )


def show_facts(t: Texts, lora: LoraInfo, key: str) -> None:
    """The words, the facts, and the reason why it cannot be used."""
    with st.container(gap="xxsmall", key=f"adapter_facts_{key}"):
        for line in (words_line(t, lora), *facts(t, lora)):
            st.text(line)
    if not lora.fits:
        with st.container(gap="xxsmall", key=f"adapter_reason_{key}"):
            st.badge(t("adapter.misfit"), icon=":material/block:", color="orange")
            if lora.problem:
                st.text(t.remark(lora.problem))


def use_button(context: Context, lora: LoraInfo, weight: float, label: str, key: str) -> None:
    """A button that puts an adapter into the restyle panel and opens that page."""
    is_main = key == "use_weight"
    if st.button(
        label,
        key=key,
        icon=":material/brush:",
        type="primary" if is_main else "secondary",
        disabled=not lora.fits,
    ):
        context.state.ask_anew()
        use_lora(context.state, lora.name, weight, context.capabilities.max_loras)
        walk_to_create()


def show_delete(context: Context, lora: LoraInfo, key: str) -> None:
    """A button that asks before an adapter is removed for good."""
    t = context.t
    if not lora.removable:
        return
    with st.popover(t("adapter.delete"), icon=":material/delete:", key=f"ask_{key}"):
        st.markdown(t("adapter.delete_sure"))
        st.button(
            t("adapter.delete_yes"),
            key=key,
            type="primary",
            icon=":material/delete_forever:",
            on_click=partial(_delete, context, lora.name),
        )


def _delete(context: Context, name: str) -> None:
    page = AdaptersPage(context.state)
    try:
        context.api.loras.delete(name)
    except ApiError as error:
        page.failure = error
    else:
        page.open("")
        context.state.ask_anew()

"""What is wrong with a data set, with examples that open and lookalikes side by side."""

from __future__ import annotations

import streamlit as st

from frontend.actions import Context
from frontend.components.dataset_distribution import computed_on
from frontend.components.dataset_element import load_row, row_picture
from frontend.components.dataset_page import DatasetPage
from frontend.components.section import section
from frontend.datasets_types import ComputedOn, Duplicates, Issue, QualityReport, Report
from frontend.formats import share, whole
from frontend.i18n import Texts

_NAMES = {
    "missing_text": "quality.missing_text",
    "missing_image": "quality.missing_image",
    "not_an_image": "quality.not_an_image",
    "truncated_image": "quality.truncated_image",
    "undecodable": "quality.undecodable",
    "huge_image": "quality.huge_image",
    "unreadable_rows": "quality.unreadable_rows",
}
_MAX_SIDE_BY_SIDE = 4
_MAX_REASONS = 5


@st.fragment
def show_quality_section(context: Context, page: DatasetPage, report: Report) -> None:
    """The section; an example that is opened redraws the page, all else only the section."""
    t, quality = context.t, report.quality
    expander = section(t, "section_quality", t("quality.heading"), ":material/rule:")
    if page.take_jump("asked"):
        st.rerun()
    if not expander.open:
        return
    with expander:
        st.caption(computed_on(t, quality.computed_on))
        _show_verdict(t, quality)
        for name, issue in quality.issues:
            _show_issue(context, page, name, issue, quality.computed_on)
        for name, found in (("exact", quality.exact), ("near", quality.near)):
            _show_duplicates(context, page, name, found, quality.computed_on)
        _show_repeated(t, quality)


def _show_verdict(t: Texts, quality: QualityReport) -> None:
    bad = sum(issue.rows for _, issue in quality.issues)
    alike = quality.exact.rows + quality.near.rows
    if not bad and not alike:
        st.markdown(f":green[:material/check_circle:] {t('quality.all_well')}")


def _line(t: Texts, name: str, rows: int, computed: ComputedOn) -> None:
    """The name with how many rows it is about and their share."""
    sign = ":orange[:material/warning:]" if rows else ":green[:material/check:]"
    with st.container(
        horizontal=True, vertical_alignment="center", horizontal_alignment="distribute"
    ):
        st.markdown(f"{sign} {name}", width="content")
        told = f"**{whole(t, rows)}** · {share(t, rows, computed.rows)}" if rows else "0"
        st.markdown(told, width="content")


def _show_issue(
    context: Context, page: DatasetPage, name: str, issue: Issue, computed: ComputedOn
) -> None:
    t = context.t
    own = issue.computed_on or computed
    with st.container(gap="xxsmall", key=f"issue_{name}"):
        _line(t, t(_NAMES[name]), issue.rows, own)
        if own != computed:
            st.caption(computed_on(t, own))
        for reason in issue.reasons[:_MAX_REASONS]:
            st.text(reason)
        if issue.examples:
            _show_examples(context, page, f"examples_{name}", issue.examples)


def _show_examples(
    context: Context, page: DatasetPage, key: str, examples: tuple[int, ...]
) -> None:
    st.pills(
        context.t("quality.examples"),
        examples,
        key=key,
        format_func=lambda index: context.t("quality.row", index=index),
        on_change=_open_example,
        args=(context, page, key),
        label_visibility="collapsed",
    )


def _open_example(context: Context, page: DatasetPage, key: str) -> None:
    index = st.session_state.get(key)
    if isinstance(index, int):
        load_row(context, page, index)
        page.jump()


def _show_duplicates(
    context: Context, page: DatasetPage, name: str, found: Duplicates, computed: ComputedOn
) -> None:
    t = context.t
    own = found.computed_on or computed
    title = t("quality.exact") if name == "exact" else t("quality.near")
    with st.container(gap="xxsmall", key=f"issue_{name}"):
        _line(t, title, found.rows, own)
        if own != computed:
            st.caption(computed_on(t, own))
        if not found.examples:
            return
        st.caption(t("quality.groups", count=whole(t, found.groups), shown=len(found.examples)))
        if st.toggle(t("quality.side_by_side"), key=f"side_{name}", persist_state="session"):
            _show_group(context, page, name, found.examples)


def _show_group(
    context: Context, page: DatasetPage, name: str, groups: tuple[tuple[int, ...], ...]
) -> None:
    number = 1
    if len(groups) > 1:
        number = st.pagination(len(groups), key=f"group_{name}", max_visible_pages=5)
    grid = st.grid(_MAX_SIDE_BY_SIDE, min_column_width=130)
    for place, index in enumerate(groups[number - 1][:_MAX_SIDE_BY_SIDE]):
        with grid.cell(), st.container(border=True, gap="xsmall", key=f"alike_{name}_{place}"):
            row_picture(context, page.dataset, index, context.t("element.alt", index=index))
            st.button(
                context.t("quality.row", index=index),
                key=f"open_{name}_{place}",
                type="tertiary",
                on_click=_open_row,
                args=(context, page, index),
            )


def _open_row(context: Context, page: DatasetPage, index: int) -> None:
    load_row(context, page, index)
    page.jump()


def _show_repeated(t: Texts, quality: QualityReport) -> None:
    found = quality.texts
    with st.container(gap="xxsmall", key="issue_texts"):
        _line(t, t("quality.texts"), found.rows, quality.computed_on)
        if quality.repeated_texts:
            texts = [text for text, _ in quality.repeated_texts]
            counts = [count for _, count in quality.repeated_texts]
            # Captions are somebody's; a data frame shows them as plain text.
            st.dataframe(
                {t("quality.text"): texts, t("quality.times"): counts},
                hide_index=True,
                height="content" if len(texts) < 6 else 240,
            )

"""What is good about a lockup and what is not, in plain sentences."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import streamlit as st

from frontend.actions import Context
from frontend.branding_types import Finding
from frontend.formats import decimal
from frontend.i18n import Language, Texts
from frontend.texts.finish_findings import RUSSIAN_FINDINGS

_ICONS = {
    "pass": ":green[:material/check_circle:]",
    "warn": ":orange[:material/warning:]",
    "note": ":gray[:material/info:]",
}
# Figures by which sentences of one code differ.
_TELLS_APART = ("where", "kind", "form")
# What is to be mended comes first.
_ORDER = ("warn", "note", "pass")


def show_gates(context: Context, findings: Sequence[Finding]) -> None:
    """Draws the findings; what passed stands back."""
    t = context.t
    told = sorted(_once(findings), key=lambda one: _ORDER.index(one.verdict))
    passed = sum(one.verdict == "pass" for one in told)
    judged = passed + sum(one.verdict == "warn" for one in told)
    if judged:
        st.caption(t("finish.gates_passed", passed=passed, of=judged))
    for number, finding in enumerate(told, start=1):
        with st.container(
            horizontal=True,
            gap="xsmall",
            wrap=False,
            key=f"gate_{finding.verdict}_{number}",
        ):
            st.markdown(_ICONS[finding.verdict], width="content")
            with st.container(gap=None):
                sentence, advice = in_words(t, finding)
                # The service's words, perhaps with the user's in them: plain text.
                st.text(sentence)
                if advice and finding.verdict != "pass":
                    with st.container(key=f"gate_advice_{number}"):
                        st.text(advice)


def in_words(t: Texts, finding: Finding) -> tuple[str, str]:
    """A finding and its advice in the interface's language; in English where it is not known."""
    if t.language is Language.ENGLISH:
        return finding.text, finding.advice
    known = _known(finding)
    if known is None:
        return t.remark(finding.text), t.remark(finding.advice)
    numbers = {
        name: value for name, value in finding.figures.items() if isinstance(value, int | float)
    }
    figures = {
        **{f"{name}_percent": decimal(t, 100 * value, 1) for name, value in numbers.items()},
        **{name: str(value) for name, value in finding.figures.items()},
        **{name: decimal(t, value, 2) for name, value in numbers.items()},
    }
    try:
        return known[0].format(**figures), known[1].format(**figures)
    except (KeyError, IndexError, ValueError):
        return finding.text, finding.advice


def _known(finding: Finding) -> tuple[str, str] | None:
    """The Russian sentence and advice, with their places for figures."""
    kinds = [finding.figures.get(name) for name in _TELLS_APART]
    for kind in (*kinds, ""):
        told = RUSSIAN_FINDINGS.get(f"{finding.code} {finding.verdict} {kind}".rstrip())
        if told is not None:
            return told
    return None


def _once(findings: Iterable[Finding]) -> list[Finding]:
    """Each sentence once; verdicts that nobody here knows are notes at most, so they go."""
    known = [one for one in findings if one.verdict in _ORDER and (one.text or one.code)]
    return list({(one.code, one.text): one for one in known}.values())

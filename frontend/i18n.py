"""The interface's texts, English and Russian side by side; `frontend/texts` holds them by page."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from frontend.texts import (
    adapters,
    charts,
    datasets,
    finish,
    frame,
    generate,
    history,
    models,
    problems,
    status,
    training,
)
from frontend.texts.remarks import REMARKS


class Language(StrEnum):
    """The interface's languages."""

    ENGLISH = "en"
    RUSSIAN = "ru"

    @classmethod
    def choose(cls, wish: str, locale: str | None) -> Language:
        """The language wished for, else the browser's, else English."""
        for candidate in (wish, (locale or "")[:2]):
            if candidate.lower() in set(cls):
                return cls(candidate.lower())
        return cls.ENGLISH


@dataclass(frozen=True, slots=True)
class Texts:
    """The texts of one language."""

    language: Language

    def __call__(self, key: str, **values: object) -> str:
        """The text of a key with its placeholders filled.

        Raises:
            KeyError: there is no such text, or a placeholder has no value.
        """
        return TEXTS[key][self.language is Language.RUSSIAN].format(**values)

    def remark(self, english: str) -> str:
        """A remark of the service in this language; one without a translation stays as it is."""
        if self.language is Language.RUSSIAN:
            for template, russian in REMARKS:
                pattern = re.sub(r"\\{(\w+)\\}", r"(?P<\1>.*)", re.escape(template))
                if found := re.fullmatch(pattern, english, re.DOTALL):
                    filled = found.groupdict()
                    # A part of a remark is shorter than the remark, so this comes to an end.
                    told = {name: self.remark(text) for name, text in filled.items()}
                    return russian.format(**told)
        return english

    def named(self, group: str, name: str) -> str:
        """The text of `group.name`, or the name itself in readable form when there is none."""
        key = f"{group}.{name}"
        return self(key) if key in TEXTS else name.replace("-", " ").replace("_", " ").capitalize()


TEXTS: Mapping[str, tuple[str, str]] = {
    **frame.TEXTS,
    **generate.TEXTS,
    **history.TEXTS,
    **finish.TEXTS,
    **adapters.TEXTS,
    **training.TEXTS,
    **models.TEXTS,
    **datasets.TEXTS,
    **charts.TEXTS,
    **problems.TEXTS,
    **status.TEXTS,
}

"""The language of a brand kit: its texts by key, and how it writes numbers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from backend.branding.kit_words_en import ENGLISH
from backend.branding.kit_words_ru import RUSSIAN
from backend.domain.branding import KitLanguage

TABLES: Mapping[KitLanguage, Mapping[str, str]] = {
    KitLanguage.ENGLISH: ENGLISH,
    KitLanguage.RUSSIAN: RUSSIAN,
}


@dataclass(frozen=True, slots=True)
class Words:
    """The texts of one language."""

    language: KitLanguage = KitLanguage.ENGLISH

    def __call__(self, key: str, **values: object) -> str:
        """A text, its braces filled."""
        return TABLES[self.language][key].format(**values)

    def figure(self, text: str) -> str:
        """A number that was written with a point, as this language writes it."""
        return text if self.language is KitLanguage.ENGLISH else text.replace(".", ",")

"""Words that are not plain English to English ones: common misspellings, Russian."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TypeVar

from backend.models.brief_russian import RUSSIAN

_SPELLINGS = """
    n and, minimilist minimalist, minimalistic minimalist, minamalist minimalist, minimalism
    minimalist, minimlist minimalist, minimalst minimalist, elegent elegant, elagant elegant, moderm
    modern, modren modern, vintige vintage, vintge vintage, proffesional professional, profesional
    professional, professionel professional, geometrical geometric, futurstic futuristic, abstrct
    abstract, colorfull colorful, cofee coffee, coffe coffee, coffie coffee, resturant restaurant,
    restaraunt restaurant, restarant restaurant, compnay company, comapny company, buisness
    business, bussiness business, bakary bakery, brwon brown, yelow yellow, yello yellow, purpel
    purple, organge orange, ornage orange, turqoise turquoise, turquiose turquoise, burgandy
    burgundy, fuschia fuchsia, lavendar lavender, biege beige, lgoo logo, loog logo, lgo logo, loggo
    logo, sheild shield, hexagone hexagon, circel circle, montain mountain, moutain mountain,
    elefant elephant, girafe giraffe, rokcet rocket, pls please, plz please, wanna want, backround
    background, backgroud background, withought without, whithout without, styl style, stlye style,
    collor color, colur colour, luxery luxury, playfull playful, frendly friendly, freindly
    friendly, retrostyle retro, cartoony cartoon, handdrawn hand drawn, hexagons hexagon,
    coworking office
"""
_ENDINGS = """
    а я ы и у ю е о й ь ой ей ою ею ом ем ам ям ами ями ах ях ов ев ый ий ая яя ое ее ые ие ого его
    ому ему ым им ых их ую юю ыми ими ью ья ье ьи ьев ьям ьями ьях ию ии ия ией иям иями иях ьми
    ьего ьему ьим ьем ьей ьих ьими
"""
# "о" and "е" come and go before the last consonant: "чашек" is of "чашка".
_FLEETING = re.compile("(.*[бвгджзклмнпрстфхцчшщ])[ое]([клнрц])")
_Value = TypeVar("_Value")


def spelling_table() -> Mapping[str, str]:
    """Common misspellings to what was meant, all lower case."""
    entries = " ".join(_SPELLINGS.split()).split(", ")
    return dict(entry.split(" ", 1) for entry in entries)


class Glossary:
    """Russian words about logos, in any grammatical case, to English."""

    def __init__(self) -> None:
        self._endings = {"", *_ENDINGS.split()}
        self._longest_ending = max(map(len, self._endings))
        self._words: dict[str, str] = {}
        self._terms: dict[str, dict[str, str]] = {}
        for entry in " ".join(RUSSIAN.split()).split(" | "):
            english, _, russian = entry.partition(": ")
            for stems in russian.split():
                first, _, second = stems.partition("_")
                table = self._terms.setdefault(first, {}) if second else self._words
                table[second or first] = english

    def english(self, word: str) -> str | None:
        """The English for a lower-case Russian word, or None when the glossary lacks it."""
        return self._found(_without_dots(word), self._words)

    def english_of_pair(self, word: str, follows: str) -> str | None:
        """The English for two words that are one term together, "детский сад"; or None."""
        seconds = self._found(_without_dots(word), self._terms)
        return self._found(_without_dots(follows), seconds) if seconds else None

    def _found(self, word: str, table: Mapping[str, _Value]) -> _Value | None:
        """What a table has for a whole word, or else for its longest stem."""
        if f"{word}." in table:
            return table[f"{word}."]
        for length in range(len(word), max(1, len(word) - self._longest_ending - 1), -1):
            if word[length:] in self._endings and word[:length] in table:
                return table[word[:length]]
        if fleeting := _FLEETING.fullmatch(word):
            return table.get("".join(fleeting.groups()))
        return None


def _without_dots(word: str) -> str:
    """People write "ё" with its dots or without."""
    return word.replace("ё", "е")

"""The type families that names are set in: what there is, under which terms, in which files."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from backend.domain.errors import InvalidRequest

TYPEFACES = Path(__file__).parent / "typefaces"
"""One folder for each family with its files and its licence, and the catalogue of them all."""


@dataclass(frozen=True, slots=True)
class FontFile:
    """One weight of a family as a file.

    Attributes:
        name: the file's name inside the family's folder.
        sha256: of the file's bytes, hexadecimal; files are exactly as their authors released them.
    """

    name: str
    sha256: str


@dataclass(frozen=True, slots=True)
class Family:
    """A type family.

    Attributes:
        id: what `TextOptions.font` says.
        name: as its authors spell it.
        category: "sans", "serif", "slab", "display", "script" or "mono".
        companion: id of the family that small lines beside it are set in: itself, or another where
            it is too fine, too wide or too lively to be read in small sizes.
        files: the weights that there are, as in CSS (100..900), in rising order.
        scripts: those that every weight covers: "latin" (with the accented letters of Europe's
            languages) and "cyrillic".
        author, copyright, licence: who drew it, and the terms; the licence is an SPDX id.
        version: of the family.
        source: the package that the files come from, with its version.
    """

    id: str
    name: str
    category: str
    companion: str
    files: Mapping[int, FontFile]
    scripts: tuple[str, ...]
    author: str
    licence: str
    copyright: str
    version: str
    source: str

    @property
    def weights(self) -> tuple[int, ...]:
        """The weights that there are, in rising order."""
        return tuple(self.files)

    @property
    def folder(self) -> Path:
        """Where its files lie."""
        return TYPEFACES / self.id

    @property
    def licence_path(self) -> Path:
        """The licence's text, which has to go wherever the font files go."""
        return self.folder / "OFL.txt"

    def nearest(self, weight: float) -> int:
        """The weight that comes closest to the one asked for; the bolder one of two."""
        return min(self.files, key=lambda there: (abs(there - weight), -there))

    def font_path(self, weight: float) -> Path:
        """The file of the nearest weight."""
        return self.folder / self.files[self.nearest(weight)].name

    def sha256(self, weight: float) -> str:
        """The hash that the file of the nearest weight has to have."""
        return self.files[self.nearest(weight)].sha256


@dataclass(frozen=True, slots=True)
class Face:
    """One weight of a family.

    Attributes:
        weight: one that the family has.
    """

    family: Family
    weight: int

    @property
    def name(self) -> str:
        """As people say it: "Lora 700"."""
        return f"{self.family.name} {self.weight}"

    @property
    def path(self) -> Path:
        """Its file."""
        return self.family.font_path(self.weight)


@cache
def families() -> tuple[Family, ...]:
    """All families, in the order in which they are offered."""
    entries = json.loads((TYPEFACES / "catalogue.json").read_text("utf-8"))
    return tuple(
        Family(
            id=entry["id"],
            name=entry["name"],
            category=entry["category"],
            companion=entry["companion"],
            files={
                int(weight): FontFile(file["file"], file["sha256"])
                for weight, file in entry["fonts"].items()
            },
            scripts=tuple(entry["scripts"]),
            author=entry["author"],
            licence=entry["licence"],
            copyright=entry["copyright"],
            version=entry["version"],
            source=entry["source"],
        )
        for entry in entries
    )


def family(family_id: str) -> Family:
    """A family by its id.

    Raises:
        InvalidRequest: there is none of that id.
    """
    for one in families():
        if one.id == family_id:
            return one
    known = ", ".join(one.id for one in families())
    raise InvalidRequest(
        f"there is no type family {family_id[:40]!r}; choose one of: {known}",
        fields=[("text.font", "not one of our type families")],
    )

"""The type families are what the catalogue says, free to use, and cover their scripts."""

from __future__ import annotations

import hashlib

import pytest
from fontTools.ttLib import TTFont

from backend.branding.fonts import TYPEFACES, Family, families, family
from backend.branding.shaping import typesetter
from backend.branding.wordmarks import set_line
from backend.domain.branding import TextOptions
from backend.domain.brief import Colour
from backend.domain.errors import InvalidRequest

LATIN = (
    "abcdefghijklmnopqrstuvwxyz0123456789&@!?.,:;-–—'’“”«»()/+#%"
    "àáâãäåæçèéêëìíîïðñòóôõöøùúûüýþÿßœąćčďđęěğľĺłńňőŕřśšťůűźżžāēīūģķļņėįųıİş"
)
CYRILLIC = "абвгдеёжзийклмнопрстуфхцчшщъыьэюяіїєґўђјљњћџѓќѕ"
INK = Colour(20, 20, 30)
EACH = pytest.mark.parametrize("one", families(), ids=lambda one: one.id)


def test_there_is_a_character_for_every_taste() -> None:
    assert len(families()) >= 12
    assert {one.category for one in families()} == {
        "sans",
        "serif",
        "slab",
        "display",
        "script",
        "mono",
    }


def test_files_are_those_of_the_catalogue_and_no_others() -> None:
    listed = {one.folder / file.name for one in families() for file in one.files.values()}
    assert set(TYPEFACES.rglob("*.ttf")) == listed
    for one in families():
        for weight in one.weights:
            digest = hashlib.sha256(one.font_path(weight).read_bytes()).hexdigest()
            assert digest == one.sha256(weight), one.font_path(weight).name
    assert sum(path.stat().st_size for path in listed) <= 6_000_000


@EACH
def test_the_licence_lies_beside_the_files_and_is_what_they_say(one: Family) -> None:
    licence = one.licence_path.read_text("utf-8")
    assert "SIL OPEN FONT LICENSE Version 1.1" in licence
    assert one.licence == "OFL-1.1"
    assert licence.startswith(one.copyright)
    for weight in one.weights:
        with TTFont(one.font_path(weight), lazy=True) as font:
            names = font["name"]
            assert "SIL Open Font License" in names.getDebugName(13)
            assert font["OS/2"].fsType == 0
            assert names.getDebugName(5).startswith(f"Version {one.version}")
            # The family's own name, not a changed one.
            assert names.getDebugName(1).startswith(one.name)


@EACH
def test_every_weight_sets_its_scripts(one: Family) -> None:
    assert one.scripts == ("latin", "cyrillic")
    for weight in one.weights:
        for letters in (LATIN, LATIN.upper(), CYRILLIC, CYRILLIC.upper()):
            set_line(letters, options=TextOptions(font=one.id, weight=weight), colour=INK)


@EACH
def test_every_proportional_weight_kerns(one: Family) -> None:
    for weight in one.weights:
        setter = typesetter(one.font_path(weight))
        pairs = ("AV", "To", "Та", "Гд", "Lo", "Ya")
        kerned = [
            setter.shape(pair).advance - sum(setter.shape(char).advance for char in pair)
            for pair in pairs
        ]
        assert (min(kerned) < -5) is (one.category != "mono")


@EACH
def test_weights_are_those_inside_the_files(one: Family) -> None:
    for weight in one.weights:
        with TTFont(one.font_path(weight), lazy=True) as font:
            assert font["OS/2"].usWeightClass == weight


@EACH
def test_small_lines_are_set_in_a_family_that_is_there(one: Family) -> None:
    companion = family(one.companion)
    assert companion.companion == companion.id


def test_the_nearest_weight_is_used() -> None:
    manrope = family("manrope")
    assert manrope.weights == (500, 700, 800)
    assert [manrope.nearest(weight) for weight in (100, 600, 650, 750, 900)] == [
        500,
        700,
        700,
        800,
        800,
    ]
    assert manrope.font_path(100).name == "Manrope_500Medium.ttf"


def test_the_default_family_is_there_and_an_unknown_one_is_named() -> None:
    assert family(TextOptions().font).weights
    with pytest.raises(InvalidRequest, match="comic") as refused:
        family("comic")
    assert refused.value.fields[0][0] == "text.font"


def test_the_table_in_the_readme_names_every_file_set() -> None:
    table = (TYPEFACES / "README.md").read_text("utf-8")
    for one in families():
        row = next(line for line in table.splitlines() if f"`{one.id}`" in line)
        assert one.source in row
        assert one.version in row
        assert ", ".join(str(weight) for weight in one.weights) in row

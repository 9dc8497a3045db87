from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from backend.datasets.glyph_names import BrandRule, concept_words, load_tags, name_worth


@pytest.mark.parametrize(
    ("icon", "words"),
    [
        ("cup-with-saucer", "cup with saucer"),
        ("cup-with-saucer-2", "cup with saucer"),
        ("apple-alt", "apple"),
        ("rocket-one", "rocket"),
        ("atom-variant", "atom"),
        ("abstract-001", "abstract"),
        ("pokeball-one-3-alt", "pokeball"),
        ("Red_Fox", "red fox"),
        ("2", "2"),
        ("sun--rise ", "sun rise"),
        ("alternate-two-way", "alternate two way"),
    ],
)
def test_names_become_words_without_variant_numbers(icon: str, words: str) -> None:
    assert concept_words(icon) == words


def test_things_are_worth_more_than_controls_signs_and_single_letters() -> None:
    assert name_worth("red fox") == 1
    assert name_worth("coffee cup") == 1
    assert name_worth("arrow left") == pytest.approx(0.35)
    assert name_worth("coffee list") == pytest.approx(0.675)
    assert name_worth("leo") == pytest.approx(0.4)
    assert name_worth("face with open mouth today") == pytest.approx(0.75 * (1 - 0.65 / 5))
    assert name_worth("a 1") == 0.15


@pytest.mark.parametrize("name", ["", "severed hand", "gun", "swastika", "syringe drop"])
def test_what_no_brand_wants_is_worth_nothing(name: str) -> None:
    assert name_worth(name) == 0


# --- Brands ---------------------------------------------------------------------------------------

RULE = BrandRule(frozenset({"docker", "github", "stackoverflow", "android", "apple", "deviantart"}))
COMMON = {"anchor", "fox", "android-mask", "opera-house", "steam"}


def left_out(name: str, *, mixed: bool) -> bool:
    return RULE.is_brand(name, mixed=mixed, common=COMMON)


@pytest.mark.parametrize(
    "name",
    [
        "docker",
        "stack-overflow",
        "deviantart-square",
        "apple",
        "apple-safari",
        "android-studio",
        "brand-nobody",
        "nobody-logo",
        "microsoft-teams",
        "google-play",
    ],
)
def test_marks_in_packs_that_mix_them_are_left_out(name: str) -> None:
    assert left_out(name, mixed=True)


@pytest.mark.parametrize("mixed", [True, False])
@pytest.mark.parametrize(
    "name",
    [
        "credit-card-visa",
        "bird-twitter",
        "switch-nintendo",
        "currency-bitcoin",
        "file-powerpoint",
        "store-microsoft",
        "ph-lego",
        "mickeymouse",
        "baokemeng",
        "line-app",
        "mac-finder",
        "space-invaders",
    ],
)
def test_marks_inside_names_are_left_out_everywhere(name: str, mixed: bool) -> None:
    assert left_out(name, mixed=mixed)


@pytest.mark.parametrize(
    "name",
    ["fox", "anchor", "food-apple", "opera-house", "office-building", "word-search", "window-edge"],
)
def test_ordinary_words_stay(name: str) -> None:
    assert not left_out(name, mixed=False)
    if name != "opera-house":
        assert not left_out(name, mixed=True)


def test_a_word_that_plain_packs_draw_is_ordinary_in_mixed_ones_too() -> None:
    rule = BrandRule(frozenset({"anchor", "docker"}))
    assert not rule.is_brand("anchor", mixed=True, common={"anchor"})
    assert rule.is_brand("anchor", mixed=True, common=set())
    assert not rule.is_brand("docker", mixed=False, common=set())


def test_the_rule_is_read_from_the_names_of_the_brand_package(tmp_path: Path) -> None:
    icons = {"docker": {"body": "<path/>"}, "gitea": {"body": "<path/>"}}
    (tmp_path / "icons.json").write_text(json.dumps({"icons": icons}), "utf-8")
    rule = BrandRule.load(tmp_path)
    assert {"docker", "gitea"} < rule.slugs
    assert rule.is_brand("gitea", mixed=True, common=set())
    assert rule.is_brand("windows", mixed=True, common=set())  # owners who are not in the package


# --- Tags -----------------------------------------------------------------------------------------


def packages(folder: Path, **contents: Any) -> dict[str, Path]:
    """Five tiny packages; what is not given is empty."""
    files: dict[str, tuple[str, Any]] = {
        "lucide": ("tags.json", {}),
        "tabler": ("icons.json", {}),
        "mdi": ("meta.json", []),
        "emoji": ("en/data.json", []),
        "fontawesome": ("metadata/icon-families.json", {}),
    }
    folders = {}
    for key, (name, empty) in files.items():
        path = folder / key / name
        path.parent.mkdir(parents=True)
        path.write_text(json.dumps(contents.get(key, empty)), "utf-8")
        folders[key] = folder / key
    return folders


def test_each_package_brings_its_tags(tmp_path: Path) -> None:
    folders = packages(
        tmp_path,
        lucide={"cup-soda": ["drink", "straw"]},
        tabler={"cup-soda": {"tags": ["beverage", 7]}, "fox": {}},
        mdi=[{"name": "fox", "aliases": ["vixen"], "tags": ["Animal / Forest", "Nature"]}],
        emoji=[{"label": "Fox: Face!", "tags": ["sly"]}, {"label": "moon"}],
        fontawesome={
            "mug": {"search": {"terms": ["coffee"]}, "label": "Beer mug"},
            "github": {"search": {"terms": ["cat"]}, "familyStylesByLicense": {"free": "brands"}},
        },
    )
    tags = load_tags(folders)
    assert set(tags["cup soda"]) == {"drink", "straw", "beverage"}
    assert set(tags["fox"]) == {"vixen", "animal", "nature"}
    assert tags["fox face"] == ["sly"]
    assert tags["moon"] == []
    assert set(tags["mug"]) == {"coffee", "beer mug"}
    assert "github" not in tags


def test_tags_are_cleaned_and_the_name_itself_is_none(tmp_path: Path) -> None:
    own = ["fox", "ab", "2024", "x" * 33, "red-fox", "Red_Fox", "trick-2"]
    tags = load_tags(packages(tmp_path, lucide={"fox": own}))
    assert tags["fox"] == ["red fox", "trick"]


def test_tags_that_few_share_come_first_and_boilerplate_vanishes(tmp_path: Path) -> None:
    many = {f"icon-of-kind-{chr(97 + i % 26)}{i}x": ["shape"] for i in range(160)}
    some = {"cat": ["pet", "animal", "shape"], "dog": ["animal", "shape"]}
    tags = load_tags(packages(tmp_path, lucide={**many, **some}))
    assert tags["cat"] == ["pet", "animal"]
    assert tags["dog"] == ["animal"]

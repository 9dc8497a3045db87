from __future__ import annotations

import io
import json
import os
import tarfile
from pathlib import Path
from typing import Any

import pytest

from backend.datasets.glyph_sources import (
    BRAND_NAMES_PACKAGE,
    LETTERS_PACKAGE,
    PACK_SOURCES,
    TAG_PACKAGES,
    PackSource,
    fetch_package,
    read_pack,
)
from backend.domain.errors import ToolMissing

SOLID = PackSource(
    "made",
    "1.0.0",
    suffix="-fill",
    skip_suffixes=("-logo", "-off"),
    skip_prefixes=("text-", "brand-"),
    skip_categories=("Arrows",),
)


@pytest.mark.parametrize(
    ("icon", "categories", "name"),
    [
        ("fox-fill", (), "fox"),
        ("fox", (), None),
        ("fox-fill-duotone", (), None),
        ("text-bold-fill", (), None),
        ("brand-x-fill", (), None),
        ("nobody-logo-fill", (), None),
        ("wifi-off-fill", (), None),
        ("up-fill", ("Arrows", "Animals"), None),
        ("cat-fill", ("Animals",), "cat"),
        ("context-fill", (), "context"),
    ],
)
def test_the_rule_picks_solid_drawings(
    icon: str, categories: tuple[str, ...], name: str | None
) -> None:
    assert SOLID.selected_name(icon, frozenset(categories)) == name


def test_without_a_rule_everything_is_taken() -> None:
    assert PackSource("made", "1.0.0").selected_name("any-thing", frozenset({"Any"})) == "any-thing"


def test_the_pinned_packages_are_distinct_and_exact() -> None:
    packages = [source.package for source in PACK_SOURCES]
    assert len({source.key for source in PACK_SOURCES}) == len(PACK_SOURCES)
    for package in [*packages, BRAND_NAMES_PACKAGE, LETTERS_PACKAGE, *TAG_PACKAGES.values()]:
        version = package.rpartition("@")[2]
        assert len(version.split(".")) == 3
        assert version.replace(".", "").isdigit()
    assert not {"logos", "simple-icons", "skill-icons", "devicon"} & {s.key for s in PACK_SOURCES}


# --- Reading --------------------------------------------------------------------------------------


def write_package(folder: Path, icons: dict[str, Any], **data: Any) -> None:
    folder.mkdir(exist_ok=True)
    (folder / "icons.json").write_text(json.dumps({"icons": icons, **data}), "utf-8")


def test_icons_are_read_in_order_with_their_boxes(tmp_path: Path) -> None:
    icons = {
        "sun-fill": {"body": "<circle/>"},
        "sun": {"body": "<circle/>"},
        "sea-fill": {"body": "<path/>", "left": -2, "top": 3, "width": 30, "height": 10},
        "old-fill": {"body": "<path/>", "hidden": True},
        "-fill": {"body": "<path/>"},
    }
    write_package(tmp_path, icons, width=24, height=20)
    read = list(read_pack(SOLID, tmp_path))
    assert [(icon.icon, icon.name, icon.pack) for icon in read] == [
        ("sun-fill", "sun", "made"),
        ("sea-fill", "sea", "made"),
    ]
    assert list(read[0].view_box) == [0, 0, 24, 20]
    assert list(read[1].view_box) == [-2, 3, 30, 10]
    assert read[1].body == "<path/>"


def test_the_size_of_an_icon_defaults_to_sixteen(tmp_path: Path) -> None:
    write_package(tmp_path, {"sun-fill": {"body": ""}})
    assert list(next(read_pack(SOLID, tmp_path)).view_box) == [0, 0, 16, 16]


def test_categories_come_from_the_package_metadata(tmp_path: Path) -> None:
    write_package(tmp_path, {"up-fill": {"body": ""}, "cat-fill": {"body": ""}})
    categories = {"Arrows": ["up-fill"], "Animals": ["cat-fill", "up-fill"]}
    (tmp_path / "metadata.json").write_text(json.dumps({"categories": categories}), "utf-8")
    assert [icon.name for icon in read_pack(SOLID, tmp_path)] == ["cat"]


# --- Fetching -------------------------------------------------------------------------------------


class FakeNpm:
    """A program named npm that packs one prepared archive and writes down its calls."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.archive = folder / "prepared.tgz"
        self.calls_file = folder / "calls"
        with tarfile.open(self.archive, "w:gz") as archive:
            content = b'{"icons": {}}'
            member = tarfile.TarInfo("package/icons.json")
            member.size = len(content)
            archive.addfile(member, io.BytesIO(content))
        # $4 is the folder that --pack-destination names.
        self.behave(f'cp "{self.archive}" "$4/made-1.0.0.tgz" && echo made-1.0.0.tgz')

    def behave(self, command: str) -> None:
        program = self.folder / "npm"
        program.write_text(f'#!/bin/sh\necho "$@" >> "{self.calls_file}"\n{command}\n', "utf-8")
        program.chmod(0o755)

    @property
    def calls(self) -> list[str]:
        return self.calls_file.read_text("utf-8").splitlines() if self.calls_file.exists() else []


@pytest.fixture
def npm(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> FakeNpm:
    folder = tmp_path / "bin"
    folder.mkdir()
    monkeypatch.setenv("PATH", f"{folder}{os.pathsep}{os.environ['PATH']}")
    return FakeNpm(folder)


def test_a_package_is_fetched_once(npm: FakeNpm, tmp_path: Path) -> None:
    cache = tmp_path / "cache"
    folder = fetch_package("@scope/made@1.0.0", cache)
    assert folder == cache / "@scope__made@1.0.0"
    assert (folder / "icons.json").read_text("utf-8") == '{"icons": {}}'
    assert [path.name for path in cache.iterdir()] == [folder.name]  # no archive, no half folder
    assert fetch_package("@scope/made@1.0.0", cache) == folder
    assert npm.calls == [f"pack --silent --pack-destination {cache} @scope/made@1.0.0"]


def test_an_existing_folder_is_not_fetched_again(npm: FakeNpm, tmp_path: Path) -> None:
    (tmp_path / "made@1.0.0").mkdir()
    fetch_package("made@1.0.0", tmp_path)
    assert npm.calls == []


@pytest.mark.parametrize("command", ["echo 404 >&2; exit 1", "exit 0"])
def test_a_failed_fetch_says_which_package_and_what_to_do(
    command: str, npm: FakeNpm, tmp_path: Path
) -> None:
    npm.behave(command)
    with pytest.raises(ToolMissing, match=r"could not fetch made@1\.0\.0; check the network"):
        fetch_package("made@1.0.0", tmp_path / "cache")
    assert not (tmp_path / "cache" / "made@1.0.0").exists()


def test_a_broken_half_folder_is_replaced(npm: FakeNpm, tmp_path: Path) -> None:
    leftover = tmp_path / "made@1.0.part" / "package"
    leftover.mkdir(parents=True)
    (leftover / "old").touch()
    assert [path.name for path in fetch_package("made@1.0.0", tmp_path).iterdir()] == ["icons.json"]


def test_without_npm_the_message_says_what_to_install(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(ToolMissing, match=r"install Node\.js"):
        fetch_package("made@1.0.0", tmp_path / "cache")

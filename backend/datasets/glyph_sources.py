"""Which icon packages the glyph library is built from, and how they are fetched.

Every package is pinned, openly licensed and free of brand marks once `selected_name` and the
brand rules of `glyph_names` have been applied. Of `simple-icons` only the list of names is used.
"""

from __future__ import annotations

import json
import shutil
import subprocess
import tarfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from backend.domain.errors import ToolMissing


@dataclass(frozen=True, slots=True)
class PackSource:
    """One icon package and the rule that picks its solid drawings.

    Attributes:
        key: the pack's short name; the package is `@iconify-json/<key>`.
        version: the pinned package version.
        suffix: only icons ending so are taken, and the ending is dropped from the name.
        skip_suffixes: icons ending so are left out.
        skip_prefixes: icons starting so are left out.
        skip_categories: icons of these categories in the package's own metadata are left out.
        mixes_brands: the set contains company marks among its ordinary drawings.
    """

    key: str
    version: str
    suffix: str = ""
    skip_suffixes: tuple[str, ...] = ()
    skip_prefixes: tuple[str, ...] = ()
    skip_categories: tuple[str, ...] = ()
    mixes_brands: bool = False

    @property
    def package(self) -> str:
        """The npm package with its pinned version."""
        return f"@iconify-json/{self.key}@{self.version}"

    def selected_name(self, icon: str, categories: frozenset[str]) -> str | None:
        """The icon's bare name, or None when the rule leaves it out."""
        if not icon.endswith(self.suffix) or icon.startswith(self.skip_prefixes or ("\0",)):
            return None
        bare = icon.removesuffix(self.suffix)
        if bare.endswith(self.skip_suffixes or ("\0",)) or categories & set(self.skip_categories):
            return None
        return bare


PACK_SOURCES: tuple[PackSource, ...] = (
    PackSource("fluent-emoji-high-contrast", "1.2.6", skip_categories=("Flags",)),
    PackSource("game-icons", "1.2.4"),
    PackSource("emojione-monotone", "1.2.1", skip_categories=("Flags",)),
    PackSource(
        "mdi",
        "1.2.3",
        skip_suffixes=("-outline", "-variant-outline", "-off"),
        skip_prefixes=("alpha-", "numeric-", "format-", "border-", "arrange-"),
        skip_categories=(
            "Brand / Logo",
            "Alpha / Numeric",
            "Text / Content / Format",
            "Arrange",
            "Form",
            "Vector",
        ),
        mixes_brands=True,
    ),
    PackSource(
        "fa7-solid", "1.2.5", skip_categories=("Arrows", "Text Formatting", "Files", "Alphabet")
    ),
    PackSource(
        "ph",
        "1.2.2",
        suffix="-fill",
        skip_prefixes=("text-", "number-"),
        skip_suffixes=("-logo",),
        mixes_brands=True,
    ),
    PackSource(
        "tabler",
        "1.2.41",
        suffix="-filled",
        skip_prefixes=("brand-", "letter-", "number-", "layout-"),
        mixes_brands=True,
    ),
    PackSource(
        "material-symbols",
        "1.2.98",
        skip_suffixes=("-outline", "-rounded", "-sharp", "-off"),
        skip_prefixes=("text-", "format-", "border-", "align-", "view-"),
        skip_categories=("Text", "UI Actions", "Android"),
    ),
    PackSource(
        "solar",
        "1.2.13",
        suffix="-bold",
        skip_categories=("Text Formatting", "Arrows Action", "UI"),
    ),
    PackSource(
        "fluent",
        "1.2.60",
        suffix="-24-filled",
        skip_prefixes=("text-", "table-", "align-"),
        mixes_brands=True,
    ),
    PackSource(
        "mingcute",
        "1.2.8",
        suffix="-fill",
        skip_prefixes=("align-", "brand-", "steam"),
        mixes_brands=True,
    ),
    PackSource(
        "icon-park-solid", "1.2.4", skip_categories=("Brand", "Edit", "Arrows"), mixes_brands=True
    ),
    PackSource("healthicons", "1.2.13", skip_suffixes=("-outline", "-24px", "-negative")),
    PackSource(
        "streamline-ultimate",
        "1.2.2",
        suffix="-bold",
        skip_categories=("Logos",),
        skip_suffixes=("-logo",),
        mixes_brands=True,
    ),
    PackSource(
        "bi", "1.2.7", suffix="-fill", skip_prefixes=("file-", "filetype-"), mixes_brands=True
    ),
    PackSource(
        "ion",
        "1.2.7",
        skip_suffixes=("-outline", "-sharp"),
        skip_prefixes=("logo-", "md-", "ios-"),
        mixes_brands=True,
    ),
    PackSource("bxs", "1.2.3", skip_prefixes=("file-", "bxl-"), mixes_brands=True),
    PackSource("iconoir", "1.2.11", suffix="-solid", mixes_brands=True),
    PackSource("tdesign", "1.2.19", suffix="-filled", skip_prefixes=("logo-",), mixes_brands=True),
    PackSource("maki", "1.2.5", skip_suffixes=("-11",)),
    PackSource("temaki", "1.2.6"),
)
BRAND_NAMES_PACKAGE = "@iconify-json/simple-icons@1.2.102"
TAG_PACKAGES = {
    "lucide": "lucide-static@1.62.0",
    "tabler": "@tabler/icons@3.51.0",
    "mdi": "@mdi/svg@7.4.47",
    "emoji": "emojibase-data@17.0.0",
    "fontawesome": "@fortawesome/fontawesome-free@7.3.1",
}
LETTERS_PACKAGE = "@fontsource/montserrat@5.3.0"


def fetch_package(package: str, cache: Path) -> Path:
    """Downloads an npm package once and unpacks it; npm checks its integrity.

    Returns:
        The folder with the package's files.

    Raises:
        ToolMissing: npm is not installed or could not fetch the package.
    """
    folder = cache / package.replace("/", "__")
    if folder.exists():
        return folder
    npm = shutil.which("npm")
    if npm is None:
        raise ToolMissing("npm is needed to fetch icon packages; install Node.js 20 or newer")
    cache.mkdir(parents=True, exist_ok=True)
    done = subprocess.run(
        [npm, "pack", "--silent", "--pack-destination", str(cache), package],
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode != 0 or not done.stdout.strip():
        raise ToolMissing(f"npm could not fetch {package}; check the network and try again")
    archive = cache / done.stdout.strip().splitlines()[-1]
    partial = folder.with_suffix(".part")
    shutil.rmtree(partial, ignore_errors=True)
    with tarfile.open(archive) as files:
        files.extractall(partial, filter="data")
    (partial / "package").rename(folder)
    partial.rmdir()
    archive.unlink()
    return folder


@dataclass(frozen=True, slots=True)
class RawIcon:
    """An icon as its package publishes it. view_box: left, top, width, height."""

    pack: str
    icon: str
    name: str
    body: str
    view_box: tuple[float, float, float, float]


def read_pack(source: PackSource, folder: Path) -> Iterator[RawIcon]:
    """Yields the icons that a pack's rule selects, in the package's order."""
    data: dict[str, Any] = json.loads((folder / "icons.json").read_text("utf-8"))
    metadata = folder / "metadata.json"
    by_category: dict[str, list[str]] = (
        json.loads(metadata.read_text("utf-8")).get("categories", {}) if metadata.exists() else {}
    )
    categories: dict[str, set[str]] = {}
    for category, icons in by_category.items():
        for icon in icons:
            categories.setdefault(icon, set()).add(category)
    for icon, entry in data["icons"].items():
        if entry.get("hidden"):
            continue
        name = source.selected_name(icon, frozenset(categories.get(icon, ())))
        if not name:
            continue
        view_box = (
            entry.get("left", data.get("left", 0)),
            entry.get("top", data.get("top", 0)),
            entry.get("width", data.get("width", 16)),
            entry.get("height", data.get("height", 16)),
        )
        yield RawIcon(source.key, icon, name, entry["body"], view_box)

"""Icon names into plain concepts; brand names out; tags from the packages that publish them."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


# Words of interface design: a glyph so named shows a control, not a thing.
INTERFACE_WORDS = _words(
    """
    add align alt angle application apps arrow arrows ascending attach badge bar bars border
    bottom box boxes branch bulk button cancel caret center checkbox checked chevron chevrons
    circle close collapse column columns configure content context copy crop cursor cut dashed
    dashboard delete descending disabled divider dock dot dots double down download drag edit
    empty enter error exit expand export file files fill filter first flip folder font footer form
    format frame full grid group half handle header help hide history home horizontal import inbox
    indent info input insert item justify kanban keyboard label landscape last layer layers layout
    left level line link list load loading login logout mail manage mask maximize menu merge
    message minimize minus modal more move multiple new next none note notification number off
    open option outline padding page panel paste pause pending percent pin pixel play plus pointer
    position preview previous profile prompt properties question queue quote radio rectangle redo
    refresh reload remove rename repeat replace reply resize restore result return right rotate
    row rows save screen scroll search section select selection send separator setting settings
    share shift shuffle sidebar sign skip slash slide slider sort span spacing split square stack
    status step stop subtract swap switch sync tab table tabs tag task text thread toggle toolbox
    tooltip top transfer trash undo unfold unknown update up upload user users vertical view
    visibility warning width window windows wrap write zoom sim signal wifi battery bluetooth usb
    2g 3g 4g 5g lte hdr fps iso jpg png pdf csv xls doc zip sql html css api url http ip
    """
)
_GORE = _words(
    """
    decapitation impaled guillotine hanging hanged noose swastika gibbet bleeding corpse cadaver
    disembodied severed execution suicide flaying beheaded entrails genitals breast condom vagina
    penis uterus feces poop pile middle-finger cigarette smoking cannabis syringe drug missile
    grenade bomb rifle pistol gun bullet
    """
)
# Signs that stand for a name without showing the thing: "leo" is a symbol, not a lion.
_SIGNS = _words(
    """
    aries taurus gemini cancer leo virgo libra scorpio sagittarius capricorn aquarius pisces
    zodiac japanese button letter character ideograph keycap hiragana katakana
    """
)
# Marks that the list of open brand icons does not carry, at their owners' request or otherwise,
# and that ordinary drawings are also named after: "android mask", "red apple", "opera house".
_EXTRA_BRANDS = _words(
    """
    amazon android apple aws azure bing chrome cortana edge excel firefox office opera outlook qq
    safari sketch slack telegram windows word
    """
)
# Words that mean one owner's mark or character wherever they stand in a name.
_MARK_WORDS = _words(
    """
    adobe alipay avax baokemeng benz bitcoin blackberry bnb carplay chromecast chromium clippy
    copilot digibyte dingtalk doge dogecoin douyin ethereum facebook figma flutter gameboy github
    gitlab google graphviz grok hololens instagram jedi jenga lego linkedin litecoin mastercard
    michelin mickey mickeymouse microsoft mingcute monero namecoin netease nintendo onedrive
    onenote pacman pantone paypal pinterest plantuml playstation pokeball powerpoint siri skype
    snapchat solana stadia tencent tether tetris tiktok trello triforce twitter usdc usdt viber
    visa vkontakte vscode wechat weibo weixin whatsapp whills xbox xiaodu yahoo youtube yuanbao
    """
)
# The same for names of which no single word tells.
_MARK_NAMES = _words(
    """
    companion-cube deathly-hallows file-outlook font-awesome line-app mac-finder mcp pac-man
    space-invaders virtual-coin-crypto-stellar web-awesome
    """
)
_VARIANT_SUFFIX = re.compile(r"-(?:alt|variant|one|two|three|four|five|six|\d{1,3})$")


def concept_words(icon_name: str) -> str:
    """`cup-with-saucer-2` to `cup with saucer`: variant numbers dropped, words spaced."""
    bare = icon_name.lower()
    while (shorter := _VARIANT_SUFFIX.sub("", bare)) != bare:
        bare = shorter
    return re.sub(r"[-_\s]+", " ", bare).strip()


def name_worth(name: str) -> float:
    """How likely a glyph of this name is a thing to stand for a brand, 0..1."""
    words = name.split()
    if not words or _GORE & set(words):
        return 0.0
    if all(len(word) == 1 or word.isdigit() for word in words):
        return 0.15
    share = sum(word in INTERFACE_WORDS for word in words) / len(words)
    length = 1.0 if len(words) <= 3 else 0.75
    sign = 0.4 if _SIGNS & set(words) else 1.0
    return (1.0 - 0.65 * share) * length * sign


@dataclass(frozen=True)
class BrandRule:
    """Recognises icons that are somebody's mark, by name."""

    slugs: frozenset[str]

    @classmethod
    def load(cls, folder: Path) -> BrandRule:
        """Reads the names of the brand icon package in `folder`; its drawings are not used."""
        icons = json.loads((folder / "icons.json").read_text("utf-8"))["icons"]
        return cls(frozenset(icons) | _EXTRA_BRANDS | _MARK_WORDS)

    def is_brand(self, icon_name: str, *, mixed: bool, common: set[str]) -> bool:
        """Whether an icon is left out.

        Args:
            icon_name: the icon's bare name.
            mixed: the icon's pack mixes brands with ordinary drawings.
            common: names that packs without brands use; such a word is an ordinary one.
        """
        words = icon_name.split("-")
        if _MARK_WORDS.intersection(words) or icon_name in _MARK_NAMES:
            return True
        if (
            "brand" in words
            or "logo" in words
            or words[0] in _EXTRA_BRANDS - {"word", "office", "windows", "edge"}
        ):
            return icon_name not in common or mixed
        if not mixed:
            return False
        joined = {
            icon_name,
            icon_name.replace("-", ""),
            words[0] if len(words[0]) > 6 else icon_name,
        }
        return bool(joined & self.slugs) and icon_name not in common


def load_tags(folders: Mapping[str, Path]) -> dict[str, list[str]]:
    """Merges the tags that packages publish.

    Returns:
        Concept to tags, most telling first (tags that few concepts share).
    """
    found: dict[str, set[str]] = {}

    def add(name: str, tags: list[str]) -> None:
        words = {concept_words(tag) for tag in tags if 2 < len(tag) <= 32 and not tag.isdigit()}
        found.setdefault(concept_words(name), set()).update(words)

    for name, tags in json.loads((folders["lucide"] / "tags.json").read_text("utf-8")).items():
        add(name, tags)
    for name, entry in json.loads((folders["tabler"] / "icons.json").read_text("utf-8")).items():
        add(name, [str(tag) for tag in entry.get("tags", ())])
    for entry in json.loads((folders["mdi"] / "meta.json").read_text("utf-8")):
        add(entry["name"], [*entry["aliases"], *(tag.split(" / ")[0] for tag in entry["tags"])])
    for entry in json.loads((folders["emoji"] / "en" / "data.json").read_text("utf-8")):
        add(re.sub(r"[^a-z0-9]+", "-", entry["label"].lower()).strip("-"), entry.get("tags", []))
    for name, entry in _fontawesome_families(folders["fontawesome"]).items():
        add(
            name,
            [
                *(str(term) for term in entry.get("search", {}).get("terms", ())),
                entry.get("label", ""),
            ],
        )

    usage: dict[str, int] = {}
    for own in found.values():
        for tag in own:
            usage[tag] = usage.get(tag, 0) + 1
    return {
        name: sorted(
            (tag for tag in own if tag != name and usage[tag] <= 150),
            key=lambda tag: (usage[tag], tag),
        )
        for name, own in found.items()
    }


def _fontawesome_families(folder: Path) -> dict[str, dict[str, Any]]:
    families: dict[str, dict[str, Any]] = json.loads(
        (folder / "metadata" / "icon-families.json").read_text("utf-8")
    )
    return {
        name: entry
        for name, entry in families.items()
        if "brands" not in json.dumps(entry.get("familyStylesByLicense", {}))
    }

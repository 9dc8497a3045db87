from __future__ import annotations

import json
import shutil
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq
import pytest

from backend.tests.vector.support import tiny_library
from backend.vector.glyphs import GlyphLibrary


def test_glyphs_are_found_by_id() -> None:
    library = tiny_library()
    assert len(library) == 3
    assert library["made:boat"].name == "boat"
    assert library["made:sun"].pack == "made"
    with pytest.raises(KeyError):
        library["made:moon"]


def test_projection_centres_and_normalises() -> None:
    index = tiny_library().index
    projected = index.project(np.array([[2.5, 0, 0, 9], [0.5, 3, 4, 0]], np.float32))
    assert projected == pytest.approx(np.array([[1, 0, 0], [0, 0.6, 0.8]]), abs=1e-6)
    # The library's own mean has no direction; it must not turn into NaN.
    assert not index.project(np.array([[0.5, 0, 0, 0]], np.float32)).any()


def test_similarity_is_that_of_the_best_phrase_of_each_glyph() -> None:
    index = tiny_library().index
    near_ship = np.array([0.5, 0, 3, 0], np.float32)  # exactly the third phrase
    assert index.similarity(near_ship) == pytest.approx([0, 0.8, 0], abs=1e-6)
    near_fox = np.array([1.5, 0, 0, 0], np.float32)
    assert index.similarity(near_fox) == pytest.approx([1, 0, -1], abs=1e-6)


# --- The library as shipped ----------------------------------------------------------------------

FOLDER = Path(__file__).parents[3] / "weights" / "glyphs"
PERMISSIVE = {
    "MIT",
    "Apache-2.0",
    "CC0-1.0",
    "CC-BY-3.0",
    "CC-BY-4.0",
    "OFL-1.1",
    "ISC",
    "BSD-3-Clause",
}
LETTERS = [f"letters:{letter}" for letter in "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"]
# Words that stand for one owner's mark wherever they occur in a glyph's name.
BRAND_WORDS = frozenset(
    """
    adobe alipay avax baokemeng benz bitcoin bluesky carplay chromecast clippy copilot dingtalk
    discord docker dogecoin dribbble dropbox ebay ethereum facebook figma flutter github gitlab
    google grok hololens instagram jedi jenga kubernetes lego linkedin litecoin mastercard mickey
    mickeymouse microsoft mingcute monero netease netflix nintendo nodejs npm odnoklassniki
    onedrive onenote pacman pantone patreon paypal pinterest playstation pokeball powerpoint
    reddit siri skype snapchat solana soundcloud spotify stackoverflow stadia tether tiktok trello
    triforce tumblr twitch twitter ubuntu usdc usdt viber vimeo visa vkontakte vscode wechat weibo
    whatsapp whills wikipedia wordpress xbox xiaodu xing yahoo yelp youtube zhihu
    """.split()  # noqa: SIM905 - a page of words reads better than a page of quotes
)
BRAND_IDS = (
    "mdi:apple",
    "mdi:android",
    "mdi:pac-man",
    "mdi:space-invaders",
    "mdi:deathly-hallows",
    "mingcute:line-app",
    "mingcute:steam",
    "icon-park-solid:mac-finder",
    "game-icons:companion-cube",
    "fa7-solid:font-awesome",
    "tdesign:file-outlook",
)


def test_the_library_is_large_and_small(library: GlyphLibrary) -> None:
    assert len(library) >= 20_000
    assert sum(path.stat().st_size for path in FOLDER.iterdir()) <= 10_000_000
    assert {path.name for path in FOLDER.iterdir()} == {
        "glyphs.parquet",
        "packs.json",
        "meaning.npz",
    }


def test_ids_are_unique_and_of_a_known_pack(library: GlyphLibrary) -> None:
    assert len({glyph.id for glyph in library.glyphs}) == len(library)
    assert {glyph.pack for glyph in library.glyphs} == set(library.packs)


def test_every_pack_names_author_source_and_a_permissive_licence(library: GlyphLibrary) -> None:
    for key, pack in library.packs.items():
        assert pack.key == key
        assert pack.author.strip()
        assert pack.title.strip()
        assert pack.version[0].isdigit()
        assert pack.source.startswith("https://")
        assert pack.licence in PERMISSIVE


def test_no_glyph_is_a_well_known_mark(library: GlyphLibrary) -> None:
    by_name = [glyph.id for glyph in library.glyphs if BRAND_WORDS.intersection(glyph.name.split())]
    ids = {glyph.id for glyph in library.glyphs}
    assert by_name == []
    assert [mark for mark in BRAND_IDS if mark in ids] == []


def test_ordinary_words_that_are_brands_too_are_kept(library: GlyphLibrary) -> None:
    names = {glyph.name for glyph in library.glyphs}
    assert {"red apple", "sydney opera house", "office building", "steam locomotive"} <= names
    assert {"snowflake", "ghost", "anchor", "planet", "fox"} <= names


def test_initials_are_there_and_only_asked_for_by_character(library: GlyphLibrary) -> None:
    for glyph_id in [*LETTERS, "letters:Ж"]:
        glyph = library[glyph_id]
        assert glyph.worth == 0
        assert max(glyph.width, glyph.height) == 1000


def test_measures_are_in_their_ranges(library: GlyphLibrary) -> None:
    for glyph in library.glyphs:
        assert max(glyph.width, glyph.height) == 1000, glyph.id
        assert min(glyph.width, glyph.height) >= 110, glyph.id
        assert 0.03 <= glyph.ink <= 1, glyph.id
        assert 0 <= glyph.worth <= 1, glyph.id
        assert 0 <= glyph.centroid[0] <= glyph.width, glyph.id
        assert 0 <= glyph.centroid[1] <= glyph.height, glyph.id
        assert glyph.reach <= np.hypot(glyph.width, glyph.height) / 2 + 24, glyph.id
        assert glyph.name == " ".join(glyph.name.lower().split()), glyph.id


def test_the_index_belongs_to_the_glyphs(library: GlyphLibrary) -> None:
    index = library.index
    assert len(index.offsets) == len(library) + 1
    assert (np.diff(index.offsets) >= 1).all()
    assert index.offsets[0] == 0
    assert index.offsets[-1] == len(index.links) == len(index.weights)
    assert (index.links >= 0).all()
    assert (index.links < len(index.phrases)).all()
    assert len(set(index.phrases)) == len(index.phrases) == len(index.vectors)
    assert ((index.weights > 0) & (index.weights <= 1)).all()
    norms = np.linalg.norm(index.vectors.astype(float), axis=1)
    assert norms == pytest.approx(np.full(len(norms), 127), rel=0.03)
    for position in range(0, len(library), 997):
        first = index.links[index.offsets[position]]
        assert index.phrases[first] == library.glyphs[position].name
        assert index.weights[index.offsets[position]] == 1


def test_the_parquet_file_reads_with_plain_columns() -> None:
    schema = pq.read_schema(FOLDER / "glyphs.parquet")
    assert schema.names[:3] == ["id", "name", "path"]
    keys = {"key", "title", "author", "licence", "source", "version"}
    assert all(set(pack) == keys for pack in json.loads((FOLDER / "packs.json").read_text("utf-8")))


def test_a_damaged_copy_does_not_load(tmp_path: Path) -> None:
    shutil.copytree(FOLDER, tmp_path / "copy")
    broken = tmp_path / "copy" / "glyphs.parquet"
    broken.write_bytes(broken.read_bytes()[:-100])
    with pytest.raises(ValueError, match=r"(?i)parquet"):
        GlyphLibrary.load(tmp_path / "copy")

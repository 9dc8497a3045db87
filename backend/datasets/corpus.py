"""The training corpus: glyphs x layouts x palettes x finishes x captions, as parquet shards.

Every row follows from the corpus seed and the row's number alone, so any shard can be rebuilt,
in any order, by any number of processes.
"""

from __future__ import annotations

import json
import random
from bisect import bisect
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import asdict, dataclass
from functools import cached_property
from io import BytesIO
from itertools import accumulate
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from backend.datasets.captions import Description, caption, content_phrase
from backend.datasets.splits import is_held_out
from backend.domain.brief import Colour, Palette
from backend.domain.errors import InvalidRequest
from backend.utils.files import atomic_path, sha256_of, write_json
from backend.vector.colour import contrast_ratio
from backend.vector.colour_names import CAPTION_NAMES, named_colours
from backend.vector.finishes import Finish, finished_svg
from backend.vector.glyphs import Glyph, GlyphLibrary
from backend.vector.layouts import FACTS as LAYOUT_FACTS
from backend.vector.layouts import Layout, build_scene, fits
from backend.vector.palette import PALETTES, inverted
from backend.vector.render import render_svg

SCHEMA = pa.schema(
    [
        ("image", pa.struct([("bytes", pa.binary()), ("path", pa.string())])),
        ("text", pa.string()),
        ("content", pa.string()),
        ("concept", pa.string()),
        ("glyph", pa.string()),
        ("layout", pa.string()),
        ("finish", pa.string()),
        ("palette", pa.list_(pa.string())),
        ("split", pa.string()),
    ]
)
ROWS_PER_GROUP = 100
_FINISH_WEIGHTS = {Finish.FLAT: 0.44}
_SYNONYM_SHARE = 0.25
_LAYOUTS = tuple(layout for layout in Layout if layout is not Layout.LETTER)


@dataclass(frozen=True, slots=True)
class CorpusConfig:
    """What to build.

    Attributes:
        rows: pictures in all.
        size_px: side of each picture.
        seed: another seed gives another corpus.
        rows_per_shard: rows in one parquet file.
        min_worth: glyphs below this fitness are left out.
    """

    rows: int = 40_000
    size_px: int = 128
    seed: int = 7
    rows_per_shard: int = 5_000
    min_worth: float = 0.35


class Corpus:
    """Plans and draws rows.

    Concepts are drawn first and glyphs within them, so a concept that twelve packs draw is not
    twelve times as common as one that a single pack has.
    """

    def __init__(self, library: GlyphLibrary, config: CorpusConfig) -> None:
        self.config = config
        self._library = library
        self._glyphs = [glyph for glyph in library.glyphs if glyph.worth >= config.min_worth]
        by_concept: dict[str, list[Glyph]] = {}
        for glyph in self._glyphs:
            by_concept.setdefault(glyph.name, []).append(glyph)
        self._by_concept = list(by_concept.values())

    @cached_property
    def _cumulative(self) -> list[float]:
        return list(accumulate(len(glyphs) ** 0.5 for glyphs in self._by_concept))

    def row(self, number: int) -> dict[str, Any]:
        """Draws one row; see `SCHEMA`."""
        rng = random.Random(f"{self.config.seed}:{number}")
        glyph = self._pick(rng)
        usable = [layout for layout in _LAYOUTS if fits(layout, glyph)]
        layout = rng.choice([Layout.MARK, Layout.MARK, *usable])
        glyphs = [glyph]
        if LAYOUT_FACTS[layout].glyphs == 2:
            glyphs.append(next(g for g in iter(lambda: self._pick(rng), None) if fits(layout, g)))
        palette = random_palette(rng)
        finish = self._finish(rng)
        words = " and ".join(self._words(g, rng) for g in glyphs)
        description = Description(words, layout, finish, palette)
        svg = finished_svg(
            build_scene(layout, glyphs, rng.getrandbits(31)), palette, finish, rng.getrandbits(31)
        )
        return {
            "image": {"bytes": self._png(svg), "path": f"{number:07d}.png"},
            "text": caption(description, rng.randrange(3), rng),
            "content": content_phrase(description),
            "concept": " and ".join(g.name for g in glyphs),
            "glyph": glyph.id,
            "layout": str(layout),
            "finish": str(finish),
            "palette": [colour.hex for colour in palette.colours],
            "split": "test" if any(is_held_out(g.name) for g in glyphs) else "train",
        }

    def _pick(self, rng: random.Random) -> Glyph:
        place = bisect(self._cumulative, rng.random() * self._cumulative[-1])
        return rng.choice(self._by_concept[min(place, len(self._by_concept) - 1)])

    def _words(self, glyph: Glyph, rng: random.Random) -> str:
        """The glyph's name, or now and then a synonym that is not itself a held-out concept."""
        if rng.random() >= _SYNONYM_SHARE:
            return glyph.name
        known = self._library.synonyms(glyph.id)[:3]
        usable = [text for text in known if text.replace(" ", "").isalpha()]
        return rng.choice([text for text in usable if not is_held_out(text)] or [glyph.name])

    @staticmethod
    def _finish(rng: random.Random) -> Finish:
        if rng.random() < _FINISH_WEIGHTS[Finish.FLAT]:
            return Finish.FLAT
        return rng.choice([finish for finish in Finish if finish is not Finish.FLAT])

    def _png(self, svg: str) -> bytes:
        stream = BytesIO()
        render_svg(svg, self.config.size_px).convert("RGB").save(stream, "PNG", compress_level=6)
        return stream.getvalue()


def random_palette(rng: random.Random) -> Palette:
    """A readable palette: a curated one, its inverse, or named colours on some ground."""
    if rng.random() < 0.4:
        palette = rng.choice(PALETTES).palette
        return (inverted(palette) or palette) if rng.random() < 0.3 else palette
    names = named_colours()
    while True:
        ground = Colour(255, 255, 255) if rng.random() < 0.45 else names[rng.choice(CAPTION_NAMES)]
        first, second = (jittered(names[rng.choice(CAPTION_NAMES)], rng) for _ in range(2))
        if rng.random() < 0.35:
            second = first
        if min(contrast_ratio(ground, first), contrast_ratio(ground, second)) > 1.7:
            return Palette(ground, first, second)


def jittered(colour: Colour, rng: random.Random) -> Colour:
    """The colour moved a little, so that names are learnt as regions and not as points."""
    red, green, blue = (min(255, max(0, channel + rng.randint(-14, 14))) for channel in colour.rgb)
    return Colour(red, green, blue)


def build_corpus(
    library_folder: Path,
    config: CorpusConfig,
    target: Path,
    report: Callable[[str, int, int], None],
) -> None:
    """Writes the manifest, then the shards that are not there yet.

    Args:
        library_folder: where `glyph_build.save_library` wrote.
        config: what to build.
        target: folder for `corpus-00000.parquet` and on, and `corpus.json`.
        report: called with a stage name, rows done and rows in all.

    Raises:
        InvalidRequest: the folder holds a corpus of another configuration or glyph library, or
            shards of which nobody knows.
    """
    recipe = {**asdict(config), "glyphs_sha256": sha256_of(library_folder / "glyphs.parquet")}
    _refuse_other_corpus(recipe, target)
    if not (target / "corpus.json").exists():
        packs = [asdict(pack) for pack in GlyphLibrary.load(library_folder).packs.values()]
        write_json(target / "corpus.json", {**recipe, "packs": packs})
    shards = list(_shards(config))
    pending = [shard for shard in shards if not _shard_path(target, shard[0]).exists()]
    done = config.rows - sum(stop - start for _, start, stop in pending)
    report("corpus", done, config.rows)
    with ProcessPoolExecutor(initializer=_open_corpus, initargs=(library_folder, config)) as pool:
        jobs = [pool.submit(_write_shard, target, *shard) for shard in pending]
        for (_, start, stop), job in zip(pending, jobs, strict=True):
            job.result()
            done += stop - start
            report("corpus", done, config.rows)


def write_sample(library_folder: Path, config: CorpusConfig, target: Path) -> None:
    """Writes the first rows of a corpus into one small file, without building the rest.

    Args:
        library_folder: where `glyph_build.save_library` wrote.
        config: `rows` says how many.
        target: the parquet file.
    """
    corpus = Corpus(GlyphLibrary.load(library_folder), config)
    write_rows([corpus.row(number) for number in range(config.rows)], target)


def _refuse_other_corpus(recipe: Mapping[str, Any], target: Path) -> None:
    """Shards that are there already are kept, so they must be of the same corpus."""
    if (target / "corpus.json").exists():
        known = read_corpus_config(target)
        differences = [
            "another glyph library"
            if name == "glyphs_sha256"
            else f"{name} {known.get(name)} instead of {value}"
            for name, value in recipe.items()
            if known.get(name) != value
        ]
    else:
        differences = ["shards but no corpus.json"] if any(target.glob("*.parquet")) else []
    if differences:
        raise InvalidRequest(
            f"the folder holds a corpus with {', '.join(differences)}; remove it or name another"
        )


def read_corpus_config(target: Path) -> dict[str, Any]:
    """What `build_corpus` wrote into `corpus.json`."""
    config: dict[str, Any] = json.loads((target / "corpus.json").read_text("utf-8"))
    return config


def write_rows(rows: Sequence[dict[str, Any]], path: Path) -> None:
    """Writes rows of `SCHEMA` in groups small enough to stream."""
    with atomic_path(path) as temporary:
        pq.write_table(
            pa.Table.from_pylist(list(rows), schema=SCHEMA),
            temporary,
            row_group_size=ROWS_PER_GROUP,
            compression="none",
        )


_corpus: list[Corpus] = []


def _open_corpus(library_folder: Path, config: CorpusConfig) -> None:
    """Runs once in each worker process: the library is read there instead of being sent."""
    _corpus[:] = [Corpus(GlyphLibrary.load(library_folder), config)]


def _write_shard(target: Path, shard: int, start: int, stop: int) -> None:
    write_rows(
        [_corpus[0].row(number) for number in range(start, stop)], _shard_path(target, shard)
    )


def _shards(config: CorpusConfig) -> Iterator[tuple[int, int, int]]:
    for shard, start in enumerate(range(0, config.rows, config.rows_per_shard)):
        yield shard, start, min(start + config.rows_per_shard, config.rows)


def _shard_path(target: Path, shard: int) -> Path:
    return target / f"corpus-{shard:05d}.parquet"

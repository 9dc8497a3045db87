"""Brand kits: the whole of one, and a change of its lettering."""

from __future__ import annotations

import time
from collections.abc import Iterator
from io import BytesIO
from itertools import cycle
from pathlib import Path
from zipfile import ZipFile

from backend.bench.mark_sources import source_of
from backend.bench.measure import Row, median_of
from backend.branding.cutouts import cut_out
from backend.branding.fonts import families, family
from backend.branding.kit import KitOrder, build_kit
from backend.branding.lockups import build_lockup, lettering_ink
from backend.branding.marks import Mark, MarkSource, make_mark
from backend.domain.branding import BrandSpec, LockupKind, MarkOptions, TextOptions
from backend.domain.brief import Colour
from backend.domain.generation import LogoRequest, SourceName
from backend.models.catalog import Catalog
from backend.models.devices import detect_compute
from backend.models.registry import ModelHouse
from backend.services.chain import GENERATE_PLAIN
from backend.services.local import run_alone

_WHITE = Colour(255, 255, 255)
_TEXT = TextOptions(name="Foxtrail", tagline="Mountain guides since 2009")
_KIT_ROUNDS, _CHANGES = 3, 40


def kit() -> Iterator[Row]:
    """A kit of five lockups of a composed draft at 512 px, and lettering set anew."""
    source = _draft()
    mark = make_mark(source, MarkOptions())
    sizes: list[tuple[int, int]] = []

    def whole() -> None:
        content = build_kit(_order(source, make_mark(source, MarkOptions())), lambda *_: None)
        with ZipFile(BytesIO(content)) as archive:
            sizes.append((len(archive.namelist()), len(content)))

    started = time.process_time()
    seconds = median_of(whole, _KIT_ROUNDS)
    busy = (time.process_time() - started) / (_KIT_ROUNDS + 1)
    files, size = sizes[0]
    what = f"whole kit: {files} files, {size / 1e6:.1f} MB, mark included"
    yield Row(what, seconds, None, "s", "<= 10 s", f"{busy:.1f} s of one processor")
    ink = lettering_ink(mark, _WHITE)
    wishes = cycle(
        (kind, TextOptions(name=name, font=one.id))
        for one in families()
        for kind in (LockupKind.LEFT, LockupKind.STACKED, LockupKind.BADGE)
        for name in ("Foxtrail", "Лисья тропа")
    )

    def change() -> None:
        kind, text = next(wishes)
        build_lockup(kind, mark.drawing, text, ink)

    yield Row(
        "another font, name and lockup", 1000 * median_of(change, _CHANGES), None, "ms", "<= 1 s"
    )


def _draft() -> MarkSource:
    root = Path(__file__).parents[2]
    house = ModelHouse(Catalog.load(root / "weights"), root / "lora", detect_compute("cpu"))
    request = LogoRequest(
        "a red fox for a coffee brand",
        count=1,
        seed=7,
        restyle=False,
        source=SourceName.COMPOSER,
    )
    (picture,) = run_alone(house, request, GENERATE_PLAIN, lambda *_: None).pictures
    return source_of(picture)


def _order(source: MarkSource, mark: Mark) -> KitOrder:
    spec = BrandSpec("img_" + "0" * 24, text=_TEXT)
    ink = lettering_ink(mark, _WHITE)
    lockups = {kind: build_lockup(kind, mark.drawing, _TEXT, ink) for kind in LockupKind}
    return KitOrder(
        spec=spec,
        mark=mark,
        lockups=lockups,
        on_white=lockups,
        cutout=cut_out(source, MarkOptions()),
        family=family(_TEXT.font),
        recipe={"brand": spec.to_json()},
        glyphs=(),
    )

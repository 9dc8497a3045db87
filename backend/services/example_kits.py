"""Brand kits of eight made-up brands: drawn, finished and packed by the product itself."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass, replace
from io import BytesIO
from pathlib import Path

from PIL import Image

from backend.branding.mockups import mockup_sheet
from backend.domain.branding import (
    BrandSpec,
    FileFormat,
    KitLanguage,
    LetterCase,
    LockupKind,
    TextOptions,
)
from backend.domain.branding import Variant as Worn
from backend.domain.brief import Colour
from backend.domain.generation import LogoRequest, SourceName
from backend.domain.jobs import JobKind
from backend.services.brand_pictures import StoredPictures
from backend.services.branding import BrandDesk, FileOrder
from backend.services.chain import DRAFTS_ONLY, Models
from backend.services.local import file_stem, run_alone
from backend.services.recording import record_of
from backend.services.records import STAGE_DRAFT
from backend.services.workshop import Workshop
from backend.storage.disk_store import DiskImageStore
from backend.utils.files import write_bytes
from backend.utils.images import png_bytes

Report = Callable[[str, int, int], None]

_DRAFTS = 8
_WHITE = Colour(255, 255, 255)
_CARD_PX = (1000, 420)
_GAP_PX = 24
_COLUMNS = 2


@dataclass(frozen=True, slots=True)
class Example:
    """A brand: what is asked for, and what its founder likes best of what comes.

    Attributes:
        palette: the ground first.
        seed, pick: of these drafts the one at this place, from 1.
    """

    description: str
    palette: tuple[str, ...]
    seed: int
    pick: int
    text: TextOptions
    lockup: LockupKind = LockupKind.LEFT
    language: KitLanguage = KitLanguage.ENGLISH


EXAMPLES: tuple[Example, ...] = (
    Example(
        "a fox face for a coffee roastery",
        ("#FFF8EE", "#B3431B", "#2E1A12"),
        2,
        1,
        TextOptions("Foxglove", "Coffee Roasters", "playfair-display", 700),
    ),
    Example(
        "a seagull over the sea, yacht club",
        ("#FFFFFF", "#12355B", "#3FA7D6"),
        1,
        4,
        TextOptions("Чайка", "яхт-клуб", "montserrat", 700, 40, LetterCase.UPPER),
        language=KitLanguage.RUSSIAN,
    ),
    Example(
        "mountain peaks with a lake",
        ("#FFFFFF", "#0B2545", "#13A89E"),
        1,
        1,
        TextOptions("Nordlys", "mountain hotel", "manrope", 700),
        LockupKind.STACKED,
    ),
    Example(
        "the moon and stars at night for a travel agency",
        ("#FFFFFF", "#4B2E83", "#12B5A6"),
        4,
        2,
        TextOptions("Северное сияние", "путешествия", "comfortaa", 700),
        language=KitLanguage.RUSSIAN,
    ),
    Example(
        "an ear of wheat for a bakery",
        ("#FFFFFF", "#8A4B14", "#E0A030"),
        2,
        1,
        TextOptions("Kornfeld", "Bäckerei", "lora", 700),
        LockupKind.BADGE,
    ),
    Example(
        "mint leaves for natural cosmetics",
        ("#FFFFFF", "#1B7F5C", "#8FD6B4"),
        1,
        6,
        TextOptions("Мята", "натуральная косметика", "cormorant", 700),
        LockupKind.STACKED,
        KitLanguage.RUSSIAN,
    ),
    Example(
        "e-bike rental, bicycle with a lightning bolt",
        ("#FFFFFF", "#14532D", "#84CC16"),
        3,
        5,
        TextOptions("Voltaway", "", "unbounded", 700),
    ),
    Example(
        "a turtle for a children's book publisher",
        ("#FFFFFF", "#0F766E", "#F59E0B"),
        2,
        1,
        TextOptions("Żółw & Syn", "książki dla dzieci", "nunito", 800),
    ),
)


def make_example_kits(
    models: Models, workshop: Callable[[], Workshop], folder: Path, pictures: Path, report: Report
) -> list[Path]:
    """Draws each brand's drafts, finishes the chosen one, and packs its kit.

    Args:
        models: draw the drafts.
        workshop: finishes them.
        folder: gets the kits as `NAME-brand-kit.zip`, and the drafts in `drafts/`.
        pictures: gets `brand-kits.png` with all brands, and `brand-mockups.webp` with the first.
        report: hears of brands done.

    Raises:
        LogoError: whatever stopped one.
    """
    files, cards, shown = [], [], pictures / "brand-mockups.webp"
    with closing(DiskImageStore(folder / "drafts")) as images:
        desk = BrandDesk(StoredPictures(images), workshop)
        for done, example in enumerate(EXAMPLES):
            report("kits", done, len(EXAMPLES))
            spec = BrandSpec(_drawn(models, example, images), text=example.text)
            spec = replace(spec, lockup=example.lockup)
            path = folder / f"{file_stem(example.text.name)}-brand-kit.zip"
            write_bytes(path, desk.kit(spec, lambda *_: None, example.language).content)
            files.append(path)
            cards.append(_card(desk, spec))
            if done == 0:
                write_bytes(shown, _webp(mockup_sheet(desk.mockups(spec))))
    sheet = pictures / "brand-kits.png"
    write_bytes(sheet, png_bytes(_sheet(cards)))
    report("kits", len(EXAMPLES), len(EXAMPLES))
    return [*files, sheet, shown]


def _drawn(models: Models, example: Example, images: DiskImageStore) -> str:
    """Draws an example's drafts and stores the chosen one. Returns its id."""
    request = LogoRequest(
        example.description,
        name=example.text.name,
        palette=tuple(Colour.from_hex(text) for text in example.palette),
        count=_DRAFTS,
        seed=example.seed,
        source=SourceName.COMPOSER,
    )
    work = run_alone(models, request, DRAFTS_ONLY, lambda *_: None)
    picture = work.pictures[example.pick - 1]
    record = record_of(work, picture, STAGE_DRAFT, params=request.to_json(), kind=JobKind.DRAFTS)
    return images.save(picture.image, record, svg=picture.svg).id


def _card(desk: BrandDesk, spec: BrandSpec) -> Image.Image:
    """A brand at a glance: the lockup on white, reversed, and the mark as a small icon."""
    width, height = _CARD_PX
    side = height // 2
    main = _panel(desk, replace(spec, background=_WHITE), Worn.COLOUR, (width - side, height))
    reverse = _panel(desk, spec, Worn.REVERSED, (side, side))
    alone = replace(spec, lockup=LockupKind.MARK, background=_WHITE)
    mark = _panel(desk, alone, Worn.BLACK, (side, height - side), fill=0.56)
    card = Image.new("RGB", _CARD_PX, _WHITE.rgb)
    card.paste(main, (0, 0))
    card.paste(reverse, (width - side, 0))
    card.paste(mark, (width - side, side))
    return card


def _panel(
    desk: BrandDesk, spec: BrandSpec, worn: Worn, size: tuple[int, int], *, fill: float = 0.8
) -> Image.Image:
    """The lockup in the middle of its ground."""
    preview = desk.preview(spec, worn)
    ground = (preview.ground or _WHITE).rgb
    scale = min(size[0] * fill / preview.width, size[1] * min(fill, 0.72) / preview.height)
    order = FileOrder(FileFormat.PNG, worn, max(16, round(preview.width * scale)))
    with Image.open(BytesIO(desk.file(spec, order))) as file:
        logo = file.convert("RGBA")
    panel = Image.new("RGB", size, ground)
    panel.paste(logo, ((size[0] - logo.width) // 2, (size[1] - logo.height) // 2), logo)
    return panel


def _sheet(cards: list[Image.Image]) -> Image.Image:
    rows = -(-len(cards) // _COLUMNS)
    width, height = _CARD_PX
    sheet = Image.new(
        "RGB",
        (_COLUMNS * (width + _GAP_PX) + _GAP_PX, rows * (height + _GAP_PX) + _GAP_PX),
        (236, 238, 241),
    )
    for place, card in enumerate(cards):
        row, column = divmod(place, _COLUMNS)
        sheet.paste(
            card, (_GAP_PX + column * (width + _GAP_PX), _GAP_PX + row * (height + _GAP_PX))
        )
    return sheet


def _webp(image: Image.Image) -> bytes:
    """A picture at half its size; as PNG its soft shadows would take megabytes."""
    stream = BytesIO()
    half = image.resize((image.width // 2, image.height // 2), Image.Resampling.LANCZOS)
    half.save(stream, "WEBP", quality=88, method=6)
    return stream.getvalue()

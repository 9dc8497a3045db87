"""The README's pictures, drawn by the product itself so that they show what it does now."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from io import BytesIO
from pathlib import Path

from PIL import Image

from backend.domain.brief import Colour
from backend.domain.generation import LogoRequest, RestyleParams, SourceName
from backend.services.chain import DRAFTS_ONLY, GENERATE_RESTYLED, Models, Work
from backend.services.contact_sheet import contact_sheet
from backend.services.local import run_alone
from backend.utils.files import write_bytes
from backend.utils.images import png_bytes, resized
from backend.vector.finishes import FACTS, Finish

Report = Callable[[str, int, int], None]
Rows = list[tuple[str, Sequence[Image.Image]]]

SUBJECTS = ("fox", "rocket", "tree", "coffee cup", "shield")
BRIEFS: tuple[tuple[str, str, tuple[str, ...]], ...] = (
    ("a red fox for a coffee brand", "Foxy", ("#C0392B", "#FFFFFF")),
    ("sailing school, navy and sky blue", "Northwind", ()),
    ("puppy daycare, friendly", "Waggle", ()),
    ("cyber security startup with a shield", "Bastion", ("#0F1724", "#4CC9F0", "#7B61FF")),
    ("sushi restaurant", "Kaido", ()),
    ("yoga studio with a lotus", "Stillwater", ()),
)
_SEED = 7
# The style cards' subject, strength and guidance. At the default guidance no finish is told from
# another at strength 0.7 or 0.8; at this one neon is, gradient and glossy just are, and
# the rest look alike. Up to 0.7 the cup stays whole, where a rocket comes apart from 0.7 on.
STYLE_SUBJECT, STYLE_PALETTE = "coffee cup in a circle", ("#5B3A29", "#F7F0E6", "#C98B4B")
STYLE_STRENGTH, STYLE_STEPS, STYLE_GUIDANCE = 0.7, 28, 14.0
# In two colours and one plain frame every finish of the vectors can be told at a glance.
DRAFT_SUBJECT, DRAFT_PALETTE = "fox in a rounded square", ("#FFF1E6", "#D9531E")
_CARD_PX, _CARD_QUALITY = 160, 82
_STRENGTHS = (0.3, 0.5, 0.7, 0.9)


def draw_sheets(models: Models, folder: Path, report: Report) -> list[Path]:
    """Writes `briefs.png`, `subjects.png` and `strengths.png`.

    Raises:
        LogoError: whatever stopped a request.
    """
    sheets = {"briefs": _briefs, "subjects": _subjects, "strengths": _strengths}
    files = []
    for done, (name, draw) in enumerate(sheets.items()):
        report("sheets", done, len(sheets))
        path = folder / f"{name}.png"
        write_bytes(path, png_bytes(contact_sheet(draw(models))))
        files.append(path)
    report("sheets", len(sheets), len(sheets))
    return files


def draw_style_cards(models: Models, folder: Path, report: Report) -> list[Path]:
    """Writes `drafts/<finish>.webp` and `restyled/<finish>.webp` for each finish.

    The first is a composed draft in that style, the second a flat draft that the pipeline restyled.

    Raises:
        LogoError: whatever stopped a request.
    """
    files = []
    for done, finish in enumerate(Finish):
        report("styles", done, len(Finish))
        caption = FACTS[finish].caption
        drawn = _run(
            models, replace(_card(DRAFT_SUBJECT, DRAFT_PALETTE), style=caption), restyled=False
        )
        params = RestyleParams(STYLE_STRENGTH, STYLE_STEPS, STYLE_GUIDANCE, style=caption)
        flat = replace(_card(STYLE_SUBJECT, STYLE_PALETTE), restyle_params=params)
        restyled = _run(models, flat, restyled=True)
        for name, work in (("drafts", drawn), ("restyled", restyled)):
            stream = BytesIO()
            card = resized(work.pictures[0].image, _CARD_PX).convert("RGB")
            card.save(stream, "WEBP", quality=_CARD_QUALITY, method=6)
            path = folder / name / f"{finish}.webp"
            write_bytes(path, stream.getvalue())
            files.append(path)
    report("styles", len(Finish), len(Finish))
    return files


def _card(subject: str, palette: Sequence[str]) -> LogoRequest:
    return LogoRequest(
        subject,
        palette=tuple(Colour.from_hex(text) for text in palette),
        count=1,
        seed=_SEED,
        source=SourceName.COMPOSER,
    )


def _briefs(models: Models) -> Rows:
    """What the default settings give for real briefs."""
    rows: Rows = []
    for description, name, palette in BRIEFS:
        colours = tuple(Colour.from_hex(text) for text in palette)
        work = _run(
            models, LogoRequest(description, name, colours, count=5, seed=_SEED), restyled=False
        )
        rows.append((f"{name}: {description}", [picture.image for picture in work.pictures]))
    return rows


def _subjects(models: Models) -> Rows:
    """The same subjects by each source, two seeds of the network."""
    rows: Rows = []
    for source, seed in (
        (SourceName.COMPOSER, _SEED),
        (SourceName.CGAN, _SEED),
        (SourceName.CGAN, _SEED + 1),
    ):
        pictures = []
        for subject in SUBJECTS:
            work = _run(
                models, LogoRequest(subject, count=1, seed=seed, source=source), restyled=False
            )
            pictures.append(work.pictures[0].image)
        rows.append((f"{source}, seed {seed}: {', '.join(SUBJECTS)}", pictures))
    return rows


def _strengths(models: Models) -> Rows:
    """Drafts and what the restyle stage makes of them, the stronger the farther to the right."""
    rows: Rows = []
    for description, palette in (
        ("rocket", ("#FFFFFF", "#3355FF", "#FF7A59")),
        ("fox", ("#FFF7EF", "#C0392B", "#F2A65A")),
    ):
        pictures: list[Image.Image] = []
        for strength in _STRENGTHS:
            request = LogoRequest(
                description,
                palette=tuple(Colour.from_hex(text) for text in palette),
                count=1,
                seed=_SEED,
                source=SourceName.COMPOSER,
                restyle_params=RestyleParams(strength=strength, steps=int(30 * strength)),
            )
            work = _run(models, request, restyled=True)
            pictures = pictures or [work.drafts[0].image]
            pictures.append(work.pictures[0].image)
        told = ", ".join(map(str, _STRENGTHS))
        rows.append((f"{description}: draft; restyled with strength {told}", pictures))
    return rows


def _run(models: Models, request: LogoRequest, *, restyled: bool) -> Work:
    stages = GENERATE_RESTYLED if restyled else DRAFTS_ONLY
    return run_alone(models, request, stages, lambda *_: None)

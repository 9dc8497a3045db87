"""Whether a delivered file can be made again: runs its recipe and compares what comes out."""

from __future__ import annotations

import json
import zipfile
import zlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from io import BytesIO
from typing import Any

from backend.branding.marks import MarkSource
from backend.branding.recipes import read_recipe, without_eps_comments
from backend.domain.branding import (
    BRAND_LIMITS,
    BrandSpec,
    FileFormat,
    KitLanguage,
    LockupKind,
    Variant,
)
from backend.domain.brief import Colour
from backend.domain.errors import ImageNotFound, InvalidRequest, LogoError, NoRecipe
from backend.domain.ports import ImageStore
from backend.domain.version import VERSION
from backend.services.brand_pictures import OnePicture, glyphs_of
from backend.services.brand_recipes import font_facts, tool_versions
from backend.services.branding import (
    CUTOUT,
    KIT_LANGUAGE,
    SINGLE_FILE,
    BrandDesk,
    FileOrder,
)
from backend.services.comparing import likeness, picture_of, same_pixels
from backend.services.lineage import Link, lineage_of
from backend.services.reproduction import Redrawing, Redrawn
from backend.services.workshop import Workshop
from backend.storage.png_files import encode_png, image_id_of

SIMILAR = 0.95
"""Two pictures of at least this SSIM are the same to most eyes."""

_LARGEST_BYTES = 64 * 1024 * 1024
_LARGEST_KIT_BYTES = 512 * 1024 * 1024
# A hand-made recipe must not keep the machine busy for hours; ours are shorter.
_LONGEST_CHAIN = 60


class Verdict(StrEnum):
    """What became of the file when it was made again."""

    IDENTICAL = "identical"
    SIMILAR = "similar"
    DIFFERENT = "different"
    UNREPEATABLE = "unrepeatable"

    @property
    def exit_code(self) -> int:
        """0 for identical, 1 for similar, 2 otherwise."""
        return {Verdict.IDENTICAL: 0, Verdict.SIMILAR: 1}.get(self, 2)


@dataclass(frozen=True, slots=True)
class Verification:
    """The answer.

    Attributes:
        compared: "bytes", "pixels", or "drawing" (the commands of an EPS file), whichever decided;
            "" if nothing could be compared.
        similarity: SSIM, None where bytes or pixels are the same or nothing was compared.
        changes: what is not as it was when the file was made, as sentences.
        reason: why it is unrepeatable, or which part of a kit differs; "" otherwise.
    """

    verdict: Verdict
    compared: str = ""
    similarity: float | None = None
    changes: tuple[str, ...] = ()
    reason: str = ""

    def to_json(self) -> dict[str, Any]:
        """JSON-able values."""
        return {
            "verdict": str(self.verdict),
            "compared": self.compared,
            "similarity": self.similarity,
            "changes": list(self.changes),
            "reason": self.reason,
        }


class Verifier:
    """Makes files again from their recipes."""

    def __init__(
        self,
        redrawing: Redrawing,
        images: ImageStore,
        workshop: Callable[[], Workshop],
        report: Callable[[str, int, int], None],
    ) -> None:
        """What it needs.

        Args:
            redrawing: draws the chain again.
            images: where sources of stored pictures may still be.
            workshop: the parts of branding.
            report: hears how far a kit is.
        """
        self._redrawing = redrawing
        self._images = images
        self._open = workshop
        self._report = report

    def verify(self, content: bytes) -> Verification:
        """The answer for a PNG, SVG, PDF or EPS file, or for a whole kit as ZIP."""
        try:
            recipe = recipe_in(content)
            chain = self._chain(recipe, content)
            made = self._redrawing.redraw(chain)
            last = made[chain[-1]["image"]]
            changes = [*_model_changes(chain, made), *self._brand_changes(recipe)]
            again = self._again(recipe, chain, last, content)
        except (ImageNotFound, InvalidRequest, NoRecipe) as error:
            return Verification(Verdict.UNREPEATABLE, reason=error.detail)
        except LogoError as error:
            return Verification(Verdict.UNREPEATABLE, reason=f"{error.title}: {error.detail}")
        return _compared(content, again, tuple(changes))

    def _chain(self, recipe: Mapping[str, Any], content: bytes) -> list[Link]:
        """The links of a recipe; of a stored picture's own they are looked up in the store."""
        if "chain" not in recipe:
            return lineage_of(self._images, image_id_of(content), recipe)
        if len(recipe["chain"]) > _LONGEST_CHAIN:
            raise _damaged()
        try:
            return [
                Link(image=str(link["image"]), reproduce=dict(link["reproduce"]))
                for link in recipe["chain"]
            ]
        except (LookupError, TypeError, ValueError) as error:
            raise _damaged() from error

    def _again(
        self, recipe: Mapping[str, Any], chain: Sequence[Link], last: Redrawn, content: bytes
    ) -> bytes:
        if "chain" not in recipe:
            return encode_png(last.image, recipe)
        try:
            spec = _within_limits(BrandSpec.from_json(recipe["brand"]))
            source = _source(recipe["source"], last)
            deliverable = dict(recipe["deliverable"])
            picture = OnePicture(spec.image, source, tuple(chain), glyphs_of(last.record))
            desk = BrandDesk(picture, self._open)
            # Kits made before they had one were in English.
            language = KitLanguage(recipe.get(KIT_LANGUAGE, KitLanguage.ENGLISH))
            if content.startswith(b"PK"):
                return desk.kit(spec, self._told, language).content
            if deliverable.get("kind") == CUTOUT:
                return desk.cutout(spec)
            if deliverable.get("kind") == SINGLE_FILE:
                lockup = LockupKind(deliverable["lockup"])
                return desk.file(spec_with(spec, lockup), _order(deliverable))
        except (LookupError, TypeError, ValueError, AttributeError, ArithmeticError) as error:
            raise _damaged() from error
        kit = desk.kit(spec, self._told, language).content
        return _file_of_kit(kit, deliverable)

    def _brand_changes(self, recipe: Mapping[str, Any]) -> list[str]:
        """What is different about the program and the font."""
        changes: list[str] = []
        if "chain" not in recipe:
            return changes
        if recipe.get("version") != VERSION:
            changes.append(f"the program was version {recipe.get('version')} and is {VERSION}")
        tools, now = recipe.get("tools"), tool_versions()
        for name, was in (tools if isinstance(tools, Mapping) else {}).items():
            if now.get(name, "") != was:
                changes.append(f"{name} was version {was} and is {now.get(name) or 'absent'}")
        font = recipe.get("font")
        if isinstance(font, Mapping):
            family = self._open().family(str(font.get("id")))
            weight = font.get("weight")
            if type(weight) is not int:
                raise _damaged()
            now_font = font_facts(family, weight)
            if now_font["weight"] != weight:
                changes.append(f"{family.name} has no weight {weight} any more")
            elif now_font["sha256"] != font.get("sha256"):
                changes.append(f"the font file of {family.name} {weight} is another one")
        return changes

    def _told(self, done: int, total: int) -> None:
        self._report("kit", done, total)


def recipe_in(content: bytes) -> dict[str, Any]:
    """The recipe in a file; of a kit, that of its first file which has one.

    Raises:
        NoRecipe: there is none that could be used.
    """
    try:
        text = _kit_text(content) if content.startswith(b"PK") else read_recipe(content)
        recipe = None if text is None else json.loads(text)
    except (
        ValueError, RecursionError, OSError, EOFError, zlib.error,
        zipfile.BadZipFile, NotImplementedError, RuntimeError,
    ) as error:  # fmt: skip
        raise NoRecipe(f"The file cannot be read: {error}.") from error
    if recipe is None:
        raise NoRecipe(
            "The file carries no recipe: it was not made here, or a program that saved it anew "
            "left it out. PNG, SVG, PDF and EPS files and whole kits carry one."
        )
    if not isinstance(recipe, dict) or not ("chain" in recipe or "request" in recipe):
        raise _damaged()
    return recipe


def spec_with(spec: BrandSpec, lockup: LockupKind) -> BrandSpec:
    """The same finish with another lockup."""
    return BrandSpec.from_json({**spec.to_json(), "lockup": str(lockup)})


def _kit_text(content: bytes) -> str | None:
    with zipfile.ZipFile(BytesIO(content)) as archive:
        sizes = [info.file_size for info in archive.infolist()]
        if max(sizes, default=0) > _LARGEST_BYTES or sum(sizes) > _LARGEST_KIT_BYTES:
            raise ValueError("unpacked it would be larger than any kit")
        for info in archive.infolist():
            if info.filename.endswith((".png", ".svg")):
                text = read_recipe(archive.read(info))
                if text is not None:
                    return text
    return None


def _file_of_kit(kit: bytes, deliverable: Mapping[str, Any]) -> bytes:
    """The file of a kit that is this deliverable."""
    with zipfile.ZipFile(BytesIO(kit)) as archive:
        for name in archive.namelist():
            content = archive.read(name)
            text = read_recipe(content)
            if text is not None and json.loads(text).get("deliverable") == deliverable:
                return content
    raise NoRecipe("A kit of this version has no such file any more.")


def _source(facts: Mapping[str, Any], last: Redrawn) -> MarkSource:
    """What the mark was made of: the pixels of today with the colours known then."""
    return MarkSource(
        image=last.image,
        svg=last.svg if facts["is_drawing"] else None,
        palette=tuple(Colour.from_hex(text) for text in facts["palette"]),
        is_flat=bool(facts["is_flat"]),
    )


def _order(deliverable: Mapping[str, Any]) -> FileOrder:
    plain = FileOrder(FileFormat(deliverable["format"]), Variant(deliverable["variant"]))
    if "width" not in deliverable:
        return plain
    width = int(deliverable["width"])
    if not BRAND_LIMITS.png_px.low <= width <= BRAND_LIMITS.png_px.high:
        raise ValueError(f"no file of ours is {width} px wide")
    return FileOrder(plain.file_format, plain.variant, width)


def _within_limits(spec: BrandSpec) -> BrandSpec:
    """A finish that the service would have taken. Raises ValueError for others."""
    limits, mark, text = BRAND_LIMITS, spec.mark, spec.text
    is_fit = (
        limits.tolerance.low <= mark.tolerance <= limits.tolerance.high
        and limits.tracking.low <= text.tracking <= limits.tracking.high
        and 100 <= text.weight <= 900
        and max(len(mark.palette), len(mark.recolour)) <= limits.colours
        and len(text.name) <= limits.name_characters
        and len(text.tagline) <= limits.tagline_characters
    )
    if not is_fit:
        raise ValueError("its finish is beyond the limits of the service")
    return spec


def _model_changes(chain: Sequence[Link], made: Mapping[str, Redrawn]) -> list[str]:
    """Networks, glyph libraries and adapters that are not those of then."""
    changes: dict[str, None] = {}
    for link in chain:
        if link["image"] not in made or not link["reproduce"]:
            continue
        was, now = _models(link["reproduce"]), _models(made[link["image"]].record["reproduce"])
        for name in was.keys() | now.keys():
            if name not in now:
                changes[f"{name} took part then, and does not now"] = None
            elif name not in was:
                changes[f"{name} takes part now, and did not then"] = None
            elif was[name] != now[name]:
                old, new = was[name][:8] or "unknown", now[name][:8] or "unknown"
                changes[f"{name} is another file ({new}, was {old})"] = None
    return sorted(changes)


def _models(reproduce: Mapping[str, Any]) -> dict[str, str]:
    found = reproduce.get("models", ())
    return {
        str(model.get("name")): str(model.get("sha256"))
        for model in (found if isinstance(found, list | tuple) else ())
        if isinstance(model, Mapping)
    }


def _compared(content: bytes, again: bytes, changes: tuple[str, ...]) -> Verification:
    if content == again:
        return Verification(Verdict.IDENTICAL, "bytes", changes=changes)
    if content.startswith(b"PK"):
        return _compared_kits(content, again, changes)
    if content.startswith(b"%!PS") and without_eps_comments(content) == without_eps_comments(again):
        # Not run to be drawn: PostScript of strangers is a program.
        return Verification(Verdict.IDENTICAL, "drawing", changes=changes)
    first, second = picture_of(content), picture_of(again)
    if first is None or second is None:
        why = "the bytes differ, and the two could not be drawn to be compared"
        return Verification(Verdict.DIFFERENT, changes=changes, reason=why)
    if same_pixels(first, second):
        return Verification(Verdict.IDENTICAL, "pixels", changes=changes)
    similarity = round(likeness(first, second), 4)
    verdict = Verdict.SIMILAR if similarity >= SIMILAR else Verdict.DIFFERENT
    return Verification(verdict, "pixels", similarity, changes)


def _compared_kits(content: bytes, again: bytes, changes: tuple[str, ...]) -> Verification:
    """As its worst picture is; files of other formats follow from the same drawings."""
    with zipfile.ZipFile(BytesIO(content)) as old, zipfile.ZipFile(BytesIO(again)) as new:
        if set(old.namelist()) != set(new.namelist()):
            why = "the kit of today has other files"
            return Verification(Verdict.DIFFERENT, changes=changes, reason=why)
        answers = [
            (_compared(old.read(name), new.read(name), changes), name)
            for name in sorted(old.namelist())
            if name.endswith(".png")
        ]
    order = list(Verdict)
    worst, name = max(
        answers, key=lambda pair: (order.index(pair[0].verdict), -(pair[0].similarity or 1.0))
    )
    reason = "" if worst.verdict is Verdict.IDENTICAL else f"the worst of its pictures is {name}"
    return Verification(worst.verdict, "pixels", worst.similarity, changes, reason)


def _damaged() -> NoRecipe:
    return NoRecipe("The recipe is damaged, or of another version of this program.")

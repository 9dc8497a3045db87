"""The finishing part of the stub API: previews, checks, mock-ups, files, finished states, kits."""

from __future__ import annotations

import base64
import html
import io
import json
import zipfile
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from PIL import Image, ImageDraw

from frontend.tests.stub_problem import problem

if TYPE_CHECKING:
    from frontend.tests.stub_api import StubApi

PALETTE = ["#FFF1E6", "#D9531E", "#2B2A33"]
KIT = "kit_" + "0" * 24
KIT_RESULT = {"kit": KIT, "files": 64, "bytes": 2_400_000}
NOT_SETTABLE = "Manrope has no shape for U+1F98A (FOX FACE). Write the name without it."
NO_VECTOR = "This mark consists of pixels."
SAVED_AT = "2026-11-22T01:00:00Z"
GATES: tuple[dict[str, Any], ...] = (
    {
        "code": "legible-16",
        "verdict": "warn",
        "text": "At 16 px 41 % of the mark's detail is lost.",
        "advice": "Use the mark alone below 32 px.",
        "figures": {"kept": 0.59, "limit": 0.7},
    },
    {
        "code": "contrast-white",
        "verdict": "pass",
        "text": "The contrast on white is 6.1:1.",
        "advice": "",
        "figures": {"contrast": 6.1, "limit": 3},
    },
    {
        "code": "new-gate",
        "verdict": "pass",
        "text": "Something that these pages have never heard of is fine.",
        "advice": "",
        "figures": {},
    },
)
NOTE = {
    "code": "traced",
    "verdict": "note",
    "text": "The picture was traced.",
    "advice": "",
    "figures": {},
}
MOCKUPS = ("light-header", "dark-header", "browser-tab", "app-icon", "business-card", "t-shirt")
_FILES = {"svg": b"<svg/>", "pdf": b"%PDF-1.7 stub", "eps": b"%!PS-Adobe-3.0 EPSF-3.0"}


class StubBranding:
    """See `StubPart`.

    Attributes:
        form: of every mark.
        finished: what was saved, by id of the picture.
        fonts: as `GET /branding/fonts` gives them.
    """

    def __init__(self, stub: StubApi) -> None:
        self.stub = stub
        self.form = "native"
        self.finished: dict[str, dict[str, Any]] = {}
        self.fonts = [
            _font("manrope", "Manrope", "sans", [400, 700, 800], ["latin", "cyrillic"]),
            _font("lora", "Lora", "serif", [400, 700], ["latin", "cyrillic"]),
            _font("pacifico", "Pacifico", "script", [400], ["latin"]),
        ]

    def answer(self, method: str, path: str, query: Mapping[str, str], body: Any) -> Any:
        """(status, JSON value or bytes), or None for a path of somebody else."""
        if path.endswith("/finish") and path.startswith("/images/"):
            return self._finish(method, path.split("/")[2], body)
        if path == "/exports":
            return 202, self.stub.job_json(self.stub.add_job("export", body))
        if path.startswith("/exports/"):
            is_known = path == f"/exports/{KIT}"
            return (200, _kit()) if is_known else problem(404, "kit-not-found", "It was cleared.")
        if not path.startswith("/branding/"):
            return None
        what = path.removeprefix("/branding/")
        if what == "fonts":
            return 200, {"fonts": self.fonts}
        if what == "palette":
            if b"PNG" not in body:
                return problem(422, "unreadable-image", "The picture cannot be used.")
            found = [("#14213D", 0.6), ("#FCA311", 0.3), ("#E5E5E5", 0.1)]
            return 200, {"colours": [{"hex": colour, "share": part} for colour, part in found]}
        return self._drawn(what, body)

    def _finish(self, method: str, image_id: str, body: Any) -> Any:
        if method == "PUT":
            self.finished[image_id] = body
        elif method == "DELETE":
            self.finished.pop(image_id, None)
            return 204, b""
        if image_id in self.finished:
            return 200, {"brand": self.finished[image_id], "saved_at": SAVED_AT}
        return problem(404, "finish-not-found", "It was never finished.")

    def _drawn(self, what: str, brand: Mapping[str, Any]) -> Any:
        if "\N{FOX FACE}" in brand["text"]["name"]:
            return problem(422, "text-not-settable", NOT_SETTABLE)
        if what == "preview":
            return 200, self._preview(brand)
        if what == "checks":
            return 200, {"findings": [*GATES]}
        if what == "mockups":
            return 200, {"mockups": [{"id": name, "image": _mockup(name)} for name in MOCKUPS]}
        if what == "cutout" or brand["format"] == "png":
            return 200, _png()
        if self.form == "pixels":
            return problem(422, "no-vector-form", NO_VECTOR)
        return 200, _FILES[brand["format"]]

    def _preview(self, brand: Mapping[str, Any]) -> dict[str, Any]:
        worn = [*brand["mark"]["recolour"], *PALETTE[len(brand["mark"]["recolour"]) :]]
        variant = brand["variant"]
        ground = brand["background"] or ("#111111" if variant in ("white", "reversed") else None)
        return {
            "svg": _svg(brand, worn, ground),
            "width": 1000,
            "height": 400,
            "form": self.form,
            "palette": PALETTE,
            "colours": worn[1:],
            "paths": 7,
            "similarity": 0.97,
            "smallest_width_mm": 12.5,
            "smallest_width_px": 48,
            "clear_space": 0.08,
            "ground": ground,
            "findings": [NOTE],
        }


def _font(
    name: str, title: str, category: str, weights: list[int], scripts: list[str]
) -> dict[str, Any]:
    about = {"author": "Somebody", "licence": "OFL-1.1", "copyright": "Copyright Somebody"}
    known = {"id": name, "name": title, "category": category, "weights": weights}
    return {**known, "scripts": scripts, **about}


def _svg(brand: Mapping[str, Any], worn: list[str], ground: str | None) -> str:
    """A circle and a text where the lockup has them."""
    ink = {"black": "#000000", "white": "#FFFFFF"}.get(brand["variant"])
    mark, lettering = ink or worn[1], ink or brand["text"]["colour"] or worn[-1]
    has_mark = brand["lockup"] != "wordmark"
    parts = [f'<path d="M0 0H1000V400H0Z" fill="{ground}"/>' if ground else ""]
    if has_mark:
        parts.append(f'<circle cx="200" cy="200" r="160" fill="{mark}"/>')
    if brand["lockup"] != "mark":
        name, start = html.escape(brand["text"]["name"]), 400 if has_mark else 40
        letters = f'font-size="180" font-family="{brand["text"]["font"]}" fill="{lettering}"'
        parts.append(f'<text x="{start}" y="260" {letters}>{name}</text>')
    head = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 1000 400">'
    return f"{head}{''.join(parts)}</svg>"


def _png() -> bytes:
    buffer = io.BytesIO()
    Image.new("RGBA", (64, 64)).save(buffer, "PNG")
    return buffer.getvalue()


def _mockup(name: str) -> str:
    image = Image.new("RGB", (480, 320), "#2B2A33" if "dark" in name else "#EFEAE2")
    ImageDraw.Draw(image).ellipse((180, 100, 300, 220), fill="#D9531E")
    buffer = io.BytesIO()
    image.save(buffer, "WEBP")
    return f"data:image/webp;base64,{base64.b64encode(buffer.getvalue()).decode()}"


def _kit() -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("colors.json", json.dumps(PALETTE))
    return buffer.getvalue()

"""Deliverables of a picture: previews, checks, mock-ups, files, finished states, brand kits."""

from __future__ import annotations

from frontend.api_types import Job
from frontend.branding_answers import (
    read_findings,
    read_finish,
    read_fonts,
    read_mockups,
    read_palette,
    read_preview,
)
from frontend.branding_types import (
    Brand,
    ColourShare,
    Finding,
    Finish,
    Font,
    Mockup,
    Preview,
)
from frontend.transport import (
    ApiProblem,
    ApiUnavailable,
    Transport,
    Trouble,
    as_picture,
    safe_id,
    understood,
)

MAX_PALETTE_MB = 10

_ZIP_SIGNATURE = b"PK"
_SIGNATURES = {"pdf": b"%PDF", "eps": b"%!PS"}
# The first call of a picture traces it.
_DRAWING_SECONDS = 40.0
_KIT_SECONDS = 60.0


class BrandingApi:
    """Part of `LogoApi`. Every call may raise ApiError."""

    def __init__(self, http: Transport) -> None:
        self._http = http

    def fonts(self) -> tuple[Font, ...]:
        """The families that a name can be set in."""
        return understood(read_fonts, self._http.get("/branding/fonts"))

    def preview(self, brand: Brand, variant: str = "colour") -> Preview:
        """The lockup, drawn."""
        body = {**brand.to_json(), "variant": variant}
        answer = self._http.send("POST", "/branding/preview", json=body, timeout=_DRAWING_SECONDS)
        return understood(read_preview, answer)

    def checks(self, brand: Brand) -> tuple[Finding, ...]:
        """What the quality gates say."""
        answer = self._http.send(
            "POST", "/branding/checks", json=brand.to_json(), timeout=_DRAWING_SECONDS
        )
        return understood(read_findings, answer)

    def mockups(self, brand: Brand) -> tuple[Mockup, ...]:
        """The lockup in use."""
        answer = self._http.send(
            "POST", "/branding/mockups", json=brand.to_json(), timeout=_DRAWING_SECONDS
        )
        return understood(read_mockups, answer)

    def file(self, brand: Brand, variant: str, format: str, width_px: int) -> bytes:
        """One file to download; the width counts for "png" only."""
        body = {**brand.to_json(), "variant": variant, "format": format, "width": width_px}
        content = self._http.send(
            "POST", "/branding/file", json=body, timeout=_DRAWING_SECONDS
        ).content
        if format in _SIGNATURES:
            if not content.startswith(_SIGNATURES[format]):
                raise ApiUnavailable(Trouble.GARBAGE)
            return content
        return as_picture(content, format)

    def cutout(self, brand: Brand) -> bytes:
        """The picture itself without its ground, a PNG."""
        answer = self._http.send(
            "POST", "/branding/cutout", json=brand.to_json(), timeout=_DRAWING_SECONDS
        )
        return as_picture(answer.content, "png")

    def palette(self, name: str, content: bytes) -> tuple[ColourShare, ...]:
        """The main colours of a picture, the ground first."""
        files = {"file": (name, content)}
        return understood(read_palette, self._http.send("POST", "/branding/palette", files=files))

    def finish(self, image_id: str) -> Finish | None:
        """How a picture was finished, None if it never was."""
        try:
            return understood(read_finish, self._http.get(_finish_path(image_id)))
        except ApiProblem as error:
            if error.problem.code == "finish-not-found":
                return None
            raise

    def save_finish(self, brand: Brand) -> None:
        """Keeps how a picture was finished."""
        self._http.send("PUT", _finish_path(brand.image), json=brand.to_json())

    def forget_finish(self, image_id: str) -> None:
        """Makes a picture one that was never finished."""
        self._http.send("DELETE", _finish_path(image_id))

    def order_kit(self, brand: Brand, language: str) -> Job:
        """Orders the brand kit, its sheet and README in a language: "en" or "ru"."""
        return self._http.order("/exports", {**brand.to_json(), "language": str(language)})

    def kit(self, kit_id: str) -> bytes:
        """A brand kit, a ZIP."""
        path = f"/exports/{safe_id(kit_id, 'kit')}"
        content = self._http.get(path, timeout=_KIT_SECONDS).content
        if not content.startswith(_ZIP_SIGNATURE):
            raise ApiUnavailable(Trouble.GARBAGE)
        return content


def _finish_path(image_id: str) -> str:
    return f"/images/{safe_id(image_id, 'image')}/finish"

"""A T-shirt with the lockup on its chest."""

from __future__ import annotations

from PIL import Image, ImageChops, ImageFilter

from backend.branding.scenes.brand import Brand, mixed, toned
from backend.branding.scenes.figures import HEIGHT, WHOLE, WIDTH, Frame
from backend.branding.scenes.stage import (
    block,
    grain,
    linear,
    painted,
    radial,
    shaded,
    smooth,
)
from backend.branding.variants import WHITE
from backend.domain.brief import Colour

_BODY = (
    "M392 46C366 62 318 82 276 96C232 112 206 140 186 182L104 350C146 384 200 406 256 414"
    "L284 330C292 420 292 520 284 650H676C668 520 668 420 676 330L704 414C760 406 814 384 856 350"
    "L774 182C754 140 728 112 684 96C642 82 594 62 568 46C546 104 414 104 392 46Z"
)
_NECK_BACK = "M392 46C440 34 520 34 568 46C546 104 414 104 392 46Z"
_NIGHT = Colour(18, 20, 30)
_PAPER_WHITE = Colour(252, 252, 251)


def t_shirt(brand: Brand) -> Image.Image:
    """A shirt from the front; the print takes part in its folds."""
    is_dark = min(brand.ground.rgb) <= 150
    cloth = mixed(brand.ground, WHITE, 0.05) if is_dark else _PAPER_WHITE
    wall = mixed(WHITE, brand.accent, 0.2)
    defs = linear("wall", [(0, mixed(wall, WHITE, 0.3), 1), (1, mixed(wall, _NIGHT, 0.1), 1)])
    scene = smooth(block(WHOLE, "url(#wall)"), defs=defs)
    night = toned(brand.accent, lightness=16)
    for down, blur_px, strength in ((26, 26.0, 0.34), (7, 6.0, 0.22)):
        cast = f'<path transform="translate(4 {down})" d="{_BODY}"/>'
        scene = shaded(scene, cast, blur_px=blur_px, colour=night, strength=strength)
    inside = f'<path d="{_NECK_BACK}" fill="{mixed(cloth, _NIGHT, 0.28).hex}"/>'
    print_ = brand.lockup_on(brand.ground if is_dark else WHITE)
    garment = painted(
        inside
        + f'<path d="{_BODY}" fill="{cloth.hex}"/>'
        + print_.set_in(_chest(brand), align=(0.5, 0.3))
        + _seams(cloth, WHITE if is_dark else _NIGHT)
    )
    folds = _folds()
    folded = ImageChops.multiply(garment.convert("RGB"), folds)
    if is_dark:
        # Nothing is darker than dark cloth: its folds are seen by what they reflect.
        folded = ImageChops.screen(folded, folds.point([_gleam(tone) for tone in range(256)] * 3))
    folded.putalpha(garment.getchannel("A"))
    return Image.alpha_composite(scene, folded)


def _gleam(tone: int) -> int:
    return round(max(0, tone - 176) * 0.34)


def _chest(brand: Brand) -> Frame:
    """Wide lockups may take more of the chest's width."""
    ratio = brand.lockup.width / brand.lockup.height
    width = min(max(206.0, 150 + 28 * ratio), 292.0)
    return Frame(480 - width / 2, 172, width, 178)


def _seams(cloth: Colour, thread: Colour) -> str:
    line, rib = mixed(cloth, thread, 0.2).hex, mixed(cloth, thread, 0.05).hex
    thin = f'fill="none" stroke="{line}" stroke-width="1.2"'
    dashed = f'{thin} stroke-dasharray="4 3"'
    return (
        f'<path d="M392 46C414 104 546 104 568 46L582 54C552 126 408 126 378 54Z" fill="{rib}"/>'
        f'<path d="M378 54C408 126 552 126 582 54M392 46C414 104 546 104 568 46" {thin}/>'
        f'<path d="M374 57C405 132 555 132 586 57" {dashed}/>'
        f'<path d="M110 338C152 371 204 392 260 401M850 338C808 371 756 392 700 401" {dashed}/>'
        f'<path d="M276 96C292 160 294 250 284 330M684 96C668 160 666 250 676 330" {thin}/>'
    )


def _folds() -> Image.Image:
    """Light and shade of the cloth, to be multiplied: RGB, nearly white where it is flat."""
    defs = linear(
        "round",
        [(0, _NIGHT, 0.26), (0.14, _NIGHT, 0.05), (0.4, WHITE, 0.55), (0.8, _NIGHT, 0.04),
         (1, _NIGHT, 0.3)],
        to=(1, 0),
    )  # fmt: skip
    defs += radial("chest", [(0, WHITE, 1), (1, WHITE, 0)], middle=(0.45, 0.35), radius=0.5)
    broad = (
        block(WHOLE, Colour(243, 244, 247))
        + block(Frame(280, 40, 400, 620), "url(#round)")
        + block(Frame(280, 60, 400, 420), "url(#chest)")
        + _strokes(
            _NIGHT, 0.13,
            ("M290 350C340 404 420 420 470 470", 26), ("M672 344C630 420 560 440 520 500", 26),
            ("M330 660C350 590 372 540 420 500", 30), ("M610 660C606 600 580 560 560 540", 26),
            ("M470 660C462 610 470 570 482 540", 22), ("M236 130C230 210 200 270 160 330", 30),
            ("M724 130C730 210 760 270 800 330", 30), ("M268 400C262 340 270 300 284 250", 26),
            ("M692 400C698 340 690 300 676 250", 26),
        )
        + _strokes(
            WHITE, 0.5,
            ("M300 330C360 380 430 392 490 440", 18), ("M660 318C620 390 566 408 530 460", 18),
            ("M366 660C380 600 400 560 440 524", 22), ("M574 660C572 610 560 586 540 566", 18),
            ("M206 150C196 220 172 270 138 320", 20), ("M756 150C766 220 790 270 824 320", 20),
        )
    )  # fmt: skip
    fine = _strokes(
        _NIGHT, 0.2,
        ("M288 322C312 346 336 360 366 368", 5), ("M286 338C304 372 330 392 362 404", 4.5),
        ("M672 322C650 346 626 360 600 368", 5), ("M674 338C656 372 634 390 604 402", 4.5),
        ("M292 300C312 314 330 322 350 326", 3.5), ("M668 300C650 314 632 322 612 326", 3.5),
        ("M262 404C262 372 268 352 280 332", 4.5), ("M698 404C698 372 692 352 680 332", 4.5),
    )  # fmt: skip
    image = _soft(broad, defs, 3.6)
    image = ImageChops.multiply(image, _soft(block(WHOLE, WHITE) + fine, "", 1.1))
    image = image.resize((WIDTH, HEIGHT), Image.Resampling.BICUBIC)
    return ImageChops.multiply(image, grain(7))


def _soft(body: str, defs: str, blur: float) -> Image.Image:
    """At a quarter of the size, where folds have no detail."""
    image = painted(body, defs=defs, scale=0.25).convert("RGB")
    return image.filter(ImageFilter.GaussianBlur(blur))


def _strokes(colour: Colour, opacity: float, *lines: tuple[str, float]) -> str:
    paths = "".join(f'<path d="{path}" stroke-width="{width}"/>' for path, width in lines)
    return (
        f'<g fill="none" stroke="{colour.hex}" stroke-opacity="{opacity}" stroke-linecap="round">'
        f"{paths}</g>"
    )

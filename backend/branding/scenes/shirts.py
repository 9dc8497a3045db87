"""A T-shirt with the lockup on its chest."""

from __future__ import annotations

from PIL import Image, ImageChops, ImageFilter

from backend.branding.scenes.brand import WHITE, Brand, mixed, toned
from backend.branding.scenes.stage import (
    HEIGHT,
    WIDTH,
    Frame,
    block,
    linear,
    painted,
    radial,
    shaded,
)
from backend.domain.brief import Colour

_BODY = (
    "M398 62C376 74 330 92 300 104C262 120 240 150 222 196L164 332C198 358 240 374 284 380"
    "L318 300C326 380 322 470 314 640H646C638 470 634 380 642 300L676 380C720 374 762 358 796 332"
    "L738 196C720 150 698 120 660 104C630 92 584 74 562 62C540 116 420 116 398 62Z"
)
_NECK_BACK = "M398 62C440 50 520 50 562 62C540 116 420 116 398 62Z"
_COLLAR = "M398 62C420 116 540 116 562 62"
_CHEST = Frame(382, 178, 196, 150)
_NIGHT = Colour(18, 20, 30)


def t_shirt(brand: Brand) -> Image.Image:
    """A shirt from the front; the print takes part in its folds."""
    cloth = _cloth(brand)
    wall = mixed(WHITE, brand.accent, 0.16)
    defs = linear("wall", [(0, mixed(wall, WHITE, 0.4), 1), (1, mixed(wall, _NIGHT, 0.1), 1)])
    scene = painted(block(Frame(0, 0, WIDTH, HEIGHT), "url(#wall)"), defs=defs)
    scene = shaded(
        scene, f'<path transform="translate(10 22)" d="{_BODY}"/>', blur_px=20,
        colour=toned(brand.accent, lightness=16), strength=0.42,
    )  # fmt: skip
    printed = brand.lockup_on(cloth).set_in(_room(brand), align=(0.5, 0.35))
    inside = f'<path d="{_NECK_BACK}" fill="{mixed(cloth, _NIGHT, 0.3).hex}"/>'
    garment = painted(inside + f'<path d="{_BODY}" fill="{cloth.hex}"/>' + printed + _seams(cloth))
    folded = ImageChops.multiply(garment.convert("RGB"), _folds())
    folded.putalpha(garment.getchannel("A"))
    return Image.alpha_composite(scene, folded)


def _cloth(brand: Brand) -> Colour:
    """White cloth, or the brand's ground where that is a dark one."""
    return Colour(250, 250, 249) if min(brand.ground.rgb) > 150 else brand.ground


def _room(brand: Brand) -> Frame:
    """The chest; wide lockups may take more of its width."""
    wide = brand.lockup.width > 3 * brand.lockup.height
    return Frame(368, _CHEST.y, 224, _CHEST.height) if wide else _CHEST


def _seams(cloth: Colour) -> str:
    line = mixed(cloth, _NIGHT, 0.16).hex
    rib = mixed(cloth, _NIGHT, 0.05).hex
    thin = f'fill="none" stroke="{line}" stroke-width="1.3"'
    dashed = f'{thin} stroke-dasharray="4 3"'
    return (
        f'<path d="M398 62C420 116 540 116 562 62L574 67C546 134 414 134 386 67Z" fill="{rib}"/>'
        f'<path d="M386 67C414 134 546 134 574 67" {thin}/>'
        f'<path d="{_COLLAR}" {thin}/>'
        f'<path d="M169 321C203 346 245 362 288 368" {dashed}/>'
        f'<path d="M791 321C757 346 715 362 672 368" {dashed}/>'
        f'<path d="M300 104C322 160 322 230 318 300M660 104C638 160 638 230 642 300" {thin}/>'
    )


def _folds() -> Image.Image:
    """Light and shade of the cloth, to be multiplied: RGB, nearly white where it is flat."""
    dark = f'fill="none" stroke="{_NIGHT.hex}" stroke-linecap="round"'
    light = 'fill="none" stroke="#FFFFFF" stroke-linecap="round"'
    defs = linear("round", [(0, _NIGHT, 0.34), (0.2, _NIGHT, 0.06), (0.45, WHITE, 0.5),
                            (0.8, _NIGHT, 0.08), (1, _NIGHT, 0.4)], to=(1, 0))  # fmt: skip
    defs += radial("chest", [(0, WHITE, 0.9), (1, WHITE, 0)], middle=(0.42, 0.3), radius=0.5)
    body = (
        block(Frame(0, 0, WIDTH, HEIGHT), Colour(236, 237, 240))
        + block(Frame(300, 60, 360, 580), "url(#round)")
        + block(Frame(300, 60, 360, 400), "url(#chest)")
        + f'<g {dark} stroke-opacity=".26">'
        '<path d="M322 300C352 330 384 352 430 366" stroke-width="13"/>'
        '<path d="M318 330C350 392 392 424 452 442" stroke-width="11"/>'
        '<path d="M640 296C612 330 582 350 536 360" stroke-width="13"/>'
        '<path d="M642 340C616 404 570 440 506 462" stroke-width="12"/>'
        '<path d="M330 640C352 560 392 500 470 478" stroke-width="15"/>'
        '<path d="M628 640C612 580 580 530 520 512" stroke-width="13"/>'
        '<path d="M300 140C290 200 262 260 226 300" stroke-width="15"/>'
        '<path d="M660 140C672 200 700 262 736 300" stroke-width="15"/>'
        '<path d="M268 372C270 330 286 300 304 276" stroke-width="14"/>'
        '<path d="M692 372C690 330 674 300 656 276" stroke-width="14"/></g>'
        f'<g {light} stroke-opacity=".55">'
        '<path d="M330 318C362 350 396 372 440 386" stroke-width="10"/>'
        '<path d="M634 318C606 352 576 372 530 382" stroke-width="10"/>'
        '<path d="M352 640C376 576 416 520 484 500" stroke-width="12"/>'
        '<path d="M600 640C588 590 566 556 530 536" stroke-width="10"/>'
        '<path d="M278 140C268 196 242 246 206 286" stroke-width="12"/>'
        '<path d="M684 140C696 196 720 246 756 286" stroke-width="12"/></g>'
    )
    image = painted(body, defs=defs, scale=0.25).convert("RGB")
    image = image.filter(ImageFilter.GaussianBlur(2.2))
    return image.resize((WIDTH, HEIGHT), Image.Resampling.BICUBIC)

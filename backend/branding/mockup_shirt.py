"""A T-shirt with the lockup on its chest: drawn cloth, folds, and print that follows them."""

from __future__ import annotations

from functools import cache

import numpy as np
from PIL import Image

from backend.branding.drawing import Drawing
from backend.branding.mockup_canvas import (
    HEIGHT,
    WIDTH,
    Pixels,
    as_image,
    as_pixels,
    blended,
    clouds,
    grain,
    painted,
    shifted,
    softened,
)
from backend.branding.mockup_looks import Look, button_ink, is_dark, mixed
from backend.branding.rasters import render_drawing
from backend.branding.variants import WHITE
from backend.domain.brief import Colour
from backend.vector.palette import INK

_BODY = (
    "M392 44C352 58 300 72 262 92C214 118 176 190 132 286C168 318 210 336 258 346"
    "C272 316 284 290 294 268C300 360 296 500 290 640H670C664 500 660 360 666 268"
    "C676 290 688 316 702 346C750 336 792 318 828 286C784 190 746 118 698 92"
    "C660 72 608 58 568 44C552 92 518 112 480 112C442 112 408 92 392 44Z"
)
_TRUNK = (
    "M262 0V92C250 150 262 214 294 268C300 360 296 500 290 640H670C664 500 660 360 666 268"
    "C698 214 710 150 698 92V0Z"
)
_NECK_BACK = "M396 44C420 66 540 66 564 44C560 34 400 34 396 44Z"
_NECK_HOLE = "M394 44C410 92 442 110 480 110C518 110 550 92 566 44C540 62 420 62 394 44Z"
_COLLAR = (
    "M392 44C408 92 442 112 480 112C518 112 552 92 568 44L582 49C566 106 526 130 480 130"
    "C434 130 394 106 378 49Z"
)
# Strokes of shade: path, width, blur (a or b), opacity, and whether it is light.
_FOLDS: tuple[tuple[str, float, str, float, bool], ...] = (
    ("M294 268C318 300 330 352 328 420", 16, "a", 0.55, False),
    ("M312 262C340 300 352 352 350 410", 12, "a", 0.45, True),
    ("M666 268C642 300 630 352 632 420", 16, "a", 0.55, False),
    ("M648 262C620 300 608 352 610 410", 12, "a", 0.35, True),
    ("M294 250C322 246 352 254 384 276", 12, "a", 0.36, False),
    ("M666 250C638 246 608 254 576 276", 12, "a", 0.36, False),
    ("M296 430C340 470 410 500 500 508", 20, "b", 0.40, False),
    ("M296 404C344 442 414 474 504 484", 18, "b", 0.34, True),
    ("M664 470C616 520 556 548 470 560", 22, "b", 0.40, False),
    ("M664 446C612 494 556 522 476 534", 18, "b", 0.32, True),
    ("M300 540C330 570 362 590 400 600", 18, "b", 0.36, False),
    ("M352 150C332 190 322 220 316 250", 14, "b", 0.30, False),
    ("M608 150C628 190 638 220 644 250", 14, "b", 0.30, False),
    ("M416 140C404 190 402 230 410 262", 16, "b", 0.16, False),
    ("M546 140C556 190 560 230 552 262", 16, "b", 0.16, False),
    ("M262 96C250 150 256 210 290 262", 18, "a", 0.40, False),
    ("M282 96C268 150 272 200 300 240", 12, "a", 0.30, True),
    ("M698 96C710 150 704 210 670 262", 18, "a", 0.40, False),
    ("M678 96C692 150 688 200 660 240", 12, "a", 0.26, True),
    ("M178 232C204 250 236 262 268 262", 14, "a", 0.40, False),
    ("M186 214C212 234 240 244 268 244", 10, "a", 0.34, True),
    ("M782 232C756 250 724 262 692 262", 14, "a", 0.40, False),
    ("M774 214C748 234 720 244 692 244", 10, "a", 0.34, True),
    ("M206 170C222 196 238 214 262 226", 12, "b", 0.30, False),
    ("M754 170C738 196 722 214 698 226", 12, "b", 0.30, False),
)


def t_shirt(look: Look) -> Image.Image:
    """A shirt in one of the brand's colours, the lockup on the chest."""
    cloth, drawing = _cloth(look)
    tint = button_ink(look, WHITE)
    wall = mixed(mixed(WHITE, tint, 0.10), INK, 0.04 if is_dark(cloth) else 0.16)
    x = np.linspace(1.03, 0.93, WIDTH, dtype=np.float32)[None, :, None]
    y = np.linspace(1.03, 0.94, HEIGHT, dtype=np.float32)[:, None, None]
    scene = np.asarray(wall.rgb, np.float32) * x * y + 0.7 * grain()
    body, inside, collar, drop, lines = _stencils()
    scene = scene * (1 - 0.34 * drop)
    shade = _shade()
    plain = np.broadcast_to(np.asarray(cloth.rgb, np.float32), scene.shape)
    neck = plain * (0.58 if is_dark(cloth) else 0.76)
    scene = blended(scene, neck, inside)
    dyed = _printed(np.array(plain), drawing, shade)
    scene = blended(scene, _lit(dyed, shade, cloth), body)
    band = plain * (0.97 if is_dark(cloth) else 0.985)
    scene = blended(scene, _lit(band, shade, cloth), collar)
    return as_image(scene * (1 - 0.16 * lines) + (9.0 if is_dark(cloth) else 0.0) * lines)


def _cloth(look: Look) -> tuple[Colour, Drawing]:
    """White cloth for brands on light ground with several inks; else the brand's own dye."""
    fills = look.lockup.fills
    if is_dark(look.ground):
        return mixed(look.deep, WHITE, 0.04), look.lockup_on(look.deep)
    if look.lockup.is_vector and len(fills) == 1 and is_dark(fills[0]):
        return mixed(fills[0], WHITE, 0.03), look.in_white(look.lockup)
    white = Colour(245, 244, 242)
    return white, look.lockup_on(white)


def _lit(dyed: Pixels, shade: Pixels, cloth: Colour) -> Pixels:
    """Cloth in light: it darkens in folds, and shines a little where they rise."""
    dark = is_dark(cloth)
    weave = 1 + (0.020 if dark else 0.010) * grain()
    light = np.clip(shade, 0, 1)
    shine = light * (34 if dark else 6)
    return np.asarray(dyed * (1 + (0.62 if dark else 0.34) * shade) * weave + shine)


@cache
def _stencils() -> tuple[Pixels, Pixels, Pixels, Pixels, Pixels]:
    """Coverages 0..1 of the body, the neck, the collar, the shadow and the seams; (H, W, 1)."""
    inside = _mask(f'<path d="{_NECK_BACK}{_NECK_HOLE}"/>')
    stitch = 'fill="none" stroke="#000" stroke-width="1.3" stroke-dasharray="4 2.5"'
    lines = _mask(
        f'<path d="M374 54C392 112 434 137 480 137C526 137 568 112 586 54" {stitch}/>'
        f'<path d="M138 278C172 308 214 325 262 335" {stitch}/>'
        f'<path d="M822 278C788 308 746 325 698 335" {stitch}/>'
        '<path d="M392 44C408 92 442 112 480 112C518 112 552 92 568 44" fill="none" stroke="#000"'
        ' stroke-width="1.6"/><path d="M378 49C394 106 434 130 480 130C526 130 566 106 582 49"'
        ' fill="none" stroke="#000" stroke-width="1.2"/>'
        '<path d="M262 92C250 150 262 214 294 268M698 92C710 150 698 214 666 268" fill="none"'
        ' stroke="#000" stroke-width="1.3"/>'
    )
    body = _mask(f'<path d="{_BODY}"/>')
    drop = shifted(softened(body, 18), 20, 14)
    return body, inside, _mask(f'<path d="{_COLLAR}"/>'), drop, lines


def _mask(body: str) -> Pixels:
    return as_pixels(painted(body))[..., 3:] / 255


@cache
def _shade() -> Pixels:
    """How folds and the body's roundness change the light: (H, W, 1) about -1..1."""
    folds = sum(_creases(kind, radius) for kind, radius in (("a", 7), ("b", 12)))
    x = np.linspace(0, WIDTH, WIDTH, dtype=np.float32)[None, :, None]
    trunk = _mask(f'<path d="{_TRUNK}"/>')
    round_ = -0.34 * np.clip(np.abs(x - 470) / 190, 0, 1.2) ** 3.2 * trunk
    sleeves = -0.10 * (1 - trunk)
    rolling = 0.16 * clouds((7, 3), 11)
    return np.asarray(folds + round_ + softened(sleeves, 10) + rolling + 0.05, np.float32)


def _creases(kind: str, radius: float) -> Pixels:
    """Strokes of one softness, blurred: (H, W, 1) in -1..1."""
    strokes = "".join(
        f'<path d="{path}" fill="none" stroke="{"#FFF" if light else "#000"}"'
        f' stroke-width="{width}" stroke-opacity="{opacity}" stroke-linecap="round"/>'
        for path, width, softness, opacity, light in _FOLDS
        if softness == kind
    )
    ground = f'<rect width="{WIDTH}" height="{HEIGHT}" fill="#808080"/>'
    small = painted(ground + strokes, size_px=(WIDTH // 2, HEIGHT // 2)).convert("L")
    drawn = small.resize((WIDTH, HEIGHT), Image.Resampling.BILINEAR)
    return softened(as_pixels(drawn)[..., None] / 127.5 - 1, radius)


def _printed(plain: Pixels, drawing: Drawing, shade: Pixels) -> Pixels:
    """The cloth with the lockup on the chest, moved a little along the folds."""
    scale = min(280 / drawing.width, 180 / drawing.height)
    image = render_drawing(drawing, width_px=max(1, round(drawing.width * scale)))
    width, height = image.size
    left, top = (WIDTH - width) // 2, max(176, 262 - height // 2)
    pad = 6
    layer = np.zeros((height + 2 * pad, width + 2 * pad, 4), np.float32)
    layer[pad:-pad, pad:-pad] = as_pixels(image)
    window = np.s_[top - pad : top + height + pad, left - pad : left + width + pad]
    down, across = np.gradient(shade[..., 0][window])
    rows, columns = np.indices(layer.shape[:2], np.float32)
    moved = _sampled(layer, rows + 90 * down, columns + 90 * across)
    alpha = moved[..., 3:] / 255 * 0.96
    plain[window] = blended(plain[window], moved[..., :3], alpha)
    return plain


def _sampled(layer: Pixels, rows: Pixels, columns: Pixels) -> Pixels:
    """Pixels between pixels, colours weighted by their coverage."""
    weighted = np.concatenate([layer[..., :3] * layer[..., 3:] / 255, layer[..., 3:]], -1)
    rows = np.clip(rows, 0, layer.shape[0] - 1.001)
    columns = np.clip(columns, 0, layer.shape[1] - 1.001)
    y, x = rows.astype(int), columns.astype(int)
    v, u = (rows - y)[..., None], (columns - x)[..., None]
    upper = weighted[y, x] * (1 - u) + weighted[y, x + 1] * u
    lower = weighted[y + 1, x] * (1 - u) + weighted[y + 1, x + 1] * u
    mean = upper * (1 - v) + lower * v
    colour = mean[..., :3] * 255 / np.maximum(mean[..., 3:], 1e-3)
    return np.concatenate([colour, mean[..., 3:]], -1)

"""Whether the thinnest strokes can be printed and embroidered."""

from __future__ import annotations

from backend.branding.strokes import thinnest_stroke
from backend.branding.views import View
from backend.domain.branding import Finding, Verdict

PRINT_MM, EMBROIDERY_MM = 0.25, 1.0
"""Rules of thumb of offset printers and embroiderers."""

_MEASURED_MM = 1.5


def minimum_stroke(lockup: View, width: float, print_width_mm: float) -> Finding:
    """The thinnest strokes at a printed width.

    Args:
        width: of the drawing, in its units.
        print_width_mm: of the same in print.
    """
    mm = print_width_mm / width
    stroke = thinnest_stroke(lockup, most=_MEASURED_MM / mm) * mm
    figures = {
        "stroke_mm": round(stroke, 2),
        "limit": PRINT_MM,
        "embroidery_mm": EMBROIDERY_MM,
        "print_width_mm": print_width_mm,
        "width_needed_mm": round(print_width_mm * PRINT_MM / max(stroke, 1e-6), 1),
        "embroidery_width_mm": round(print_width_mm * EMBROIDERY_MM / max(stroke, 1e-6), 0),
    }
    at = f"At {print_width_mm:.0f} mm width the thinnest strokes are {stroke:.2f} mm"
    if stroke < PRINT_MM:
        text = f"{at}; print needs about {PRINT_MM} mm."
        needed = print_width_mm * PRINT_MM / max(stroke, 1e-6)
        advice = f"Print it at least {needed:.0f} mm wide, or choose a heavier weight."
        return Finding("minimum-stroke", Verdict.WARN, text, advice, figures)
    if stroke >= EMBROIDERY_MM:
        text = f"{at} or more: enough for print (0.25 mm) and embroidery (about 1 mm)."
        return Finding("minimum-stroke", Verdict.PASS, text, "", figures)
    needed = print_width_mm * EMBROIDERY_MM / max(stroke, 1e-6)
    text = (
        f"{at}: enough for print (0.25 mm); "
        f"embroidery (about 1 mm) needs a width of {needed:.0f} mm."
    )
    return Finding("minimum-stroke", Verdict.PASS, text, "", figures)

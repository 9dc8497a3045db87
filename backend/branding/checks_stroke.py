"""Whether the thinnest strokes can be printed and embroidered."""

from __future__ import annotations

from backend.branding.strokes import thinnest_stroke
from backend.branding.views import View
from backend.domain.branding import Finding, Verdict

# Rules of thumb. Offset presses hold lines of 0.1 mm on coated paper at best; a quarter of a
# millimetre is safe on every paper, in light ink on dark, and for screen printing. A row of satin
# stitches is about 1 mm wide.
PRINT_MM, EMBROIDERY_MM = 0.25, 1.0

_MEASURED_MM = 1.5


def minimum_stroke(lockup: View, width: float, print_width_mm: float) -> Finding:
    """The thinnest strokes at a printed width.

    Args:
        width: of the drawing, in its units.
        print_width_mm: of the same in print, above 0.
    """
    mm = print_width_mm / width
    stroke = thinnest_stroke(lockup, most=_MEASURED_MM / mm) * mm
    for_print, for_embroidery = (
        print_width_mm * needed / max(stroke, 0.01) for needed in (PRINT_MM, EMBROIDERY_MM)
    )
    # Never up to the limit that it misses.
    shown = min(stroke, PRINT_MM - 0.01) if stroke < PRINT_MM else stroke
    figures: dict[str, float | str] = {
        "stroke_mm": round(shown, 2),
        "limit": PRINT_MM,
        "embroidery_mm": EMBROIDERY_MM,
        "print_width_mm": print_width_mm,
        "print_needs_mm": float(round(for_print)),
        "embroidery_needs_mm": float(round(for_embroidery)),
    }
    at = f"Printed {print_width_mm:.0f} mm wide, its thinnest strokes are"
    if stroke < PRINT_MM:
        text = f"{at} {shown:.2f} mm; {PRINT_MM} mm is safe on every paper."
        advice = (
            f"Print it {for_print:.0f} mm wide or wider, or take a bolder weight and leave small "
            "lettering out."
        )
        return Finding("minimum-stroke", Verdict.WARN, text, advice, figures)
    if stroke < EMBROIDERY_MM:
        text = (
            f"{at} {stroke:.2f} mm, enough for print. For embroidery, about {EMBROIDERY_MM:.0f} "
            f"mm, make it {for_embroidery:.0f} mm wide."
        )
    else:
        more = " or more" if stroke > 0.99 * _MEASURED_MM else ""
        text = f"{at} {stroke:.2f} mm{more}, enough for print and for embroidery."
    return Finding("minimum-stroke", Verdict.PASS, text, "", figures)

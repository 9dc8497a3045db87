"""Examples of finishing for the OpenAPI document."""

from __future__ import annotations

from typing import Any

from backend.api.examples import IMAGE_ID
from backend.domain.branding import BrandSpec, TextOptions

KIT_ID = "kit_4f2a9c1d8b7e6f5012345678"
BRAND: dict[str, Any] = BrandSpec(
    IMAGE_ID, text=TextOptions(name="Harbour Beans", tagline="Espresso by the sea")
).to_json()
FINDING: dict[str, Any] = {
    "code": "contrast-white",
    "verdict": "pass",
    "text": "On white the weakest ink has a contrast of 5.1 to 1; 3 is enough for a mark.",
    "advice": "",
    "figures": {"contrast": 5.1, "needed": 3.0},
}
PREVIEW: dict[str, Any] = {
    "svg": '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 3120.00 1000.00"></svg>',
    "width": 3120.0,
    "height": 1000.0,
    "form": "native",
    "palette": ["#FFFFFF", "#1B3A4B", "#F2A541"],
    "colours": ["#1B3A4B", "#F2A541"],
    "paths": 9,
    "similarity": 1.0,
    "smallest_width_mm": 18.0,
    "smallest_width_px": 72,
    "clear_space": 0.06,
    "ground": None,
    "findings": [FINDING],
}
MOCKUPS: dict[str, Any] = {
    "mockups": [{"id": "light-header", "image": "data:image/webp;base64,UklGRg=="}]
}
FONT: dict[str, Any] = {
    "id": "manrope",
    "name": "Manrope",
    "category": "sans",
    "weights": [400, 700, 800],
    "scripts": ["latin", "cyrillic"],
    "author": "Mikhail Sharanda",
    "licence": "OFL-1.1",
    "copyright": "Copyright 2018 The Manrope Project Authors",
}
SUGGESTION: dict[str, Any] = {"colours": [{"hex": "#FFFFFF", "share": 0.82}]}
FINISH: dict[str, Any] = {"brand": BRAND, "saved_at": "2026-11-20T12:00:00Z"}

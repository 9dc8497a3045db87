"""Mock-ups: a brand on the things that it will be seen on."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from PIL import Image

from backend.branding.scenes.brand import Brand
from backend.branding.scenes.icons import app_icon, browser_tab
from backend.branding.scenes.pages import dark_header, light_header

SCENES: Mapping[str, Callable[[Brand], Image.Image]] = {
    "light-header": light_header,
    "dark-header": dark_header,
    "browser-tab": browser_tab,
    "app-icon": app_icon,
}

"""The proposer of captions with the shipped models, for `inspection.inspect_set`."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from PIL import Image

from backend.domain.errors import LogoError
from backend.models.catalog import Catalog
from backend.models.matcher import Matcher, PictureMatcher
from backend.models.text import TextEncoder
from backend.training.checkpoints import load_network
from backend.training.lora.inspection import Report
from backend.training.lora.proposals import everyday_names, look_of, proposed, subjects
from backend.vector.glyphs import GlyphLibrary


def propose_captions(weights: Path, pictures: Sequence[Image.Image], report: Report) -> list[str]:
    """Captions by colour, and by subject where the ranking matcher and the glyphs are there."""
    looks = []
    for number, picture in enumerate(pictures):
        report("captions", number, len(pictures))
        looks.append(look_of(picture))
    try:
        catalog = Catalog.load(weights)
        for name in ("matcher", "glyphs", "text-encoder"):
            catalog.require(name)
    except LogoError:
        return [proposed(look, None) for look in looks]
    network = load_network(weights / "matcher" / "ranking.safetensors", Matcher.from_config)
    matcher = PictureMatcher(network, TextEncoder.load(weights / "sd-embedded"))
    names = everyday_names(GlyphLibrary.load(weights / "glyphs"))
    seen = subjects(pictures, names, matcher)
    report("captions", len(pictures), len(pictures))
    return [
        proposed(look, subject if look.is_drawing else None)
        for look, subject in zip(looks, seen, strict=True)
    ]

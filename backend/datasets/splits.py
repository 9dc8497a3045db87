"""Which concepts and drawings are held out: decided by a hash, the same everywhere and for ever."""

from __future__ import annotations

import hashlib

HELD_OUT_PERCENT = 10


def is_held_out(concept: str) -> bool:
    """Whether a concept, in any pack and layout, is kept away from training."""
    return _percentile(concept) < HELD_OUT_PERCENT


def is_hidden_drawing(glyph_id: str) -> bool:
    """Whether a single glyph is kept away from the matcher that judges evaluations.

    That matcher has to know every concept, so it is tested on drawings instead.
    """
    return _percentile(f"drawing:{glyph_id}") < HELD_OUT_PERCENT


def _percentile(text: str) -> int:
    digest = hashlib.sha256(text.encode("utf-8")).digest()
    return int.from_bytes(digest[:8], "big") % 100

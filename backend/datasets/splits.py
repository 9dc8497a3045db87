"""Which concepts are held out: decided by a hash, the same everywhere and for ever."""

from __future__ import annotations

import hashlib

HELD_OUT_PERCENT = 10


def is_held_out(concept: str) -> bool:
    """Whether a concept, in any pack and layout, is kept away from training."""
    digest = hashlib.sha256(concept.encode("utf-8")).digest()
    return int.from_bytes(digest[:8], "big") % 100 < HELD_OUT_PERCENT

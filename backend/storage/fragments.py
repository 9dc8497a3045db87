"""Beginnings of files that a killed process left behind, cleared away later."""

from __future__ import annotations

import os
import time
from contextlib import suppress

# What `utils.files.atomic_path` names a file that is not whole yet.
_BEGIN, _END = ".", ".part"
# Younger ones may still be written.
YOUNG_SECONDS = 600.0


def clear_fragments(folder: str, names: list[str]) -> None:
    """Removes beginnings of files that nobody has written to for ten minutes.

    Args:
        folder: where they lie.
        names: what was found there.
    """
    # By the system's clock, since the files carry its times.
    limit = time.time() - YOUNG_SECONDS
    for name in names:
        if name.startswith(_BEGIN) and name.endswith(_END):
            path = os.path.join(folder, name)
            # Another process may be clearing, too; what cannot be removed harms nobody.
            with suppress(OSError):
                if os.stat(path).st_mtime < limit:
                    os.unlink(path)

"""Failures of the disk, in our words."""

from __future__ import annotations

import errno
import os
from collections.abc import Iterator
from contextlib import contextmanager

from backend.domain.errors import StorageFull, StoreUnavailable

# EFBIG is what a quota set by `ulimit -f` answers.
FULL = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})


@contextmanager
def disk_errors(*, full: str, folder: str) -> Iterator[None]:
    """Translates what the system says; a file that is not there is left to the caller.

    Args:
        full: the sentence for a full disk.
        folder: what the folder is called, such as "data folder".

    Raises:
        StorageFull: there is no room, or a quota is used up.
        StoreUnavailable: anything else.
    """
    try:
        yield
    except FileNotFoundError:
        raise
    except OSError as error:
        if error.errno in FULL:
            raise StorageFull(full) from error
        raise StoreUnavailable(
            f"The {folder} cannot be used ({os.strerror(error.errno or 0)}). Check that its "
            "permissions let the program write."
        ) from error

"""What the C library does with memory that is free again."""

from __future__ import annotations

import ctypes

# Numbers of malloc.h.
_TRIM_THRESHOLD, _MMAP_MAX, _ARENA_MAX = -1, -4, -8
_HEAPS = 2


def keep_freed_memory() -> bool:
    """Makes the C library reuse what large tensors leave.

    By default every block above 32 MB is mapped anew and zeroed by the kernel page by page: a tenth
    of the time of a training step of Stable Diffusion on a CPU. For processes that end with
    their work, since nothing goes back before.

    Returns:
        Whether this C library can be told so; glibc can.
    """
    return _told(_MMAP_MAX, 0) and _told(_TRIM_THRESHOLD, -1)


def share_heaps() -> bool:
    """Makes all threads use two heaps; to be called before there are any.

    By default glibc gives each thread a heap of its own, eight for each core, and what one leaves
    free no other can use. A server whose requests wander over its threads grows by that.

    Returns:
        Whether this C library can be told so; glibc can.
    """
    return _told(_ARENA_MAX, _HEAPS)


def _told(parameter: int, value: int) -> bool:
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None)
    return bool(mallopt and mallopt(parameter, value))

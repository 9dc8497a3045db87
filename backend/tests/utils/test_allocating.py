"""Freed memory of large tensors is kept, and threads share their heaps."""

from __future__ import annotations

import subprocess
import sys

import pytest

_USE = """
import ctypes, resource, sys, torch
# Huge pages come with one fault for five hundred; a kernel may give them to everybody.
PR_SET_THP_DISABLE = 41
ctypes.CDLL(None).prctl(PR_SET_THP_DISABLE, 1, 0, 0, 0)
from backend.utils.allocating import keep_freed_memory
if sys.argv[1] == "keep" and not keep_freed_memory():
    print("no glibc")
    raise SystemExit
# As in a step: blocks of several sizes come and go; it takes some turns until each finds a place.
for turn in range(30):
    before = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
    blocks = [torch.ones(size * 1024**2, dtype=torch.uint8) for size in (64, 40)]
    del blocks[0]
    blocks.append(torch.ones(50 * 1024**2, dtype=torch.uint8))
    del blocks
    faults = resource.getrusage(resource.RUSAGE_SELF).ru_minflt - before
print(faults)
"""


def _faults(way: str) -> str:
    told = subprocess.run(
        [sys.executable, "-c", _USE, way], capture_output=True, text=True, check=True
    )
    return told.stdout.strip()


def test_a_large_block_is_used_again() -> None:
    kept = _faults("keep")
    if kept == "no glibc":
        pytest.skip("this C library cannot be told")
    plain = int(_faults("plain"))
    if plain == 0:
        pytest.skip("this kernel counts no page faults")
    assert int(kept) < 100 < plain


_THREADS = """
import ctypes, sys, threading
from backend.utils.allocating import share_heaps
if sys.argv[1] == "share" and not share_heaps():
    print("no glibc")
    raise SystemExit
hold, gate = [], threading.Barrier(17)
def work():
    hold.append([bytes(1000 + place) for place in range(200)])
    gate.wait()
for _ in range(16):
    threading.Thread(target=work).start()
gate.wait()
libc = ctypes.CDLL(None)
libc.malloc_info(0, ctypes.c_void_p.in_dll(libc, "stdout"))
libc.fflush(None)
"""


def _heaps(way: str) -> int:
    told = subprocess.run(
        [sys.executable, "-c", _THREADS, way], capture_output=True, text=True, check=True
    ).stdout
    if "no glibc" in told:
        pytest.skip("this C library cannot be told")
    return told.count("<heap nr=")


def test_threads_share_two_heaps() -> None:
    assert _heaps("share") <= 2 < _heaps("plain")

"""What the machine can do: device, number format and threads, chosen once and passed down."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import torch

from backend.domain.errors import InvalidRequest


@dataclass(frozen=True, slots=True)
class Compute:
    """Where and how networks run.

    Attributes:
        device: "cuda" or "cpu".
        reduced: the 16-bit format that pays off there, or None for full precision.
        threads: CPU threads of one network.
    """

    device: str
    reduced: torch.dtype | None
    threads: int

    @property
    def is_cuda(self) -> bool:
        """Whether networks run on an NVIDIA GPU."""
        return self.device == "cuda"


def detect_compute(wanted: str = "auto", threads: int | None = None) -> Compute:
    """Chooses the device and the number format.

    fp16 on CUDA; on a CPU bf16 where it has instructions for it, full precision elsewhere, since
    emulated bf16 is slower than fp32.

    Args:
        wanted: auto, cpu or cuda.
        threads: CPU threads; None takes all cores.

    Raises:
        InvalidRequest: cuda is wanted and there is none.
    """
    if wanted == "cuda" and not torch.cuda.is_available():
        raise InvalidRequest(
            "LOGO_DEVICE is cuda, but PyTorch finds no CUDA device; set it to auto or cpu, or "
            "install PyTorch's CUDA build and a driver"
        )
    count = threads or os.cpu_count() or 1
    if wanted == "cuda" or (wanted == "auto" and torch.cuda.is_available()):
        return Compute("cuda", torch.float16, count)
    return Compute("cpu", torch.bfloat16 if _cpu_has_bf16() else None, count)


def device_memory_bytes(compute: Compute) -> Mapping[str, int]:
    """Memory of the GPU: allocated and reserved by this process, and all there is.

    Nothing without a GPU, or before it is first used.
    """
    if not (compute.is_cuda and torch.cuda.is_initialized()):
        return {}
    return {
        "allocated": torch.cuda.memory_allocated(),
        "reserved": torch.cuda.memory_reserved(),
        "total": torch.cuda.get_device_properties(torch.cuda.current_device()).total_memory,
    }


def _cpu_has_bf16() -> bool:
    try:
        flags = Path("/proc/cpuinfo").read_text("utf-8")
    except OSError:
        return False
    return "avx512_bf16" in flags or "amx_bf16" in flags

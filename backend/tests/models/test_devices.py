"""Choosing the device and the number format."""

import pytest
import torch

from backend.domain.errors import InvalidRequest
from backend.models.devices import detect_compute


def test_cpu_can_be_forced() -> None:
    compute = detect_compute("cpu", threads=3)
    assert (compute.device, compute.threads, compute.is_cuda) == ("cpu", 3, False)
    assert compute.reduced in (None, torch.bfloat16)


def test_cuda_can_be_forced_and_takes_half_precision(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
    compute = detect_compute("cuda")
    assert compute.is_cuda
    assert compute.reduced is torch.float16


def test_cuda_without_a_device_is_refused_with_the_next_step(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    with pytest.raises(InvalidRequest, match="set it to auto or cpu"):
        detect_compute("cuda")


def test_auto_follows_the_machine() -> None:
    assert detect_compute().is_cuda == torch.cuda.is_available()

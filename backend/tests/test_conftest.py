"""What keeps a run the same: noise and bounds."""

from __future__ import annotations

import pytest
import torch
from hypothesis import settings

from backend.tests.pace import within


@pytest.mark.parametrize("turn", ["first", "second"])
def test_noise_does_not_depend_on_the_tests_before(turn: str) -> None:
    fresh = torch.Generator().manual_seed(0)
    assert torch.equal(torch.rand(5), torch.rand(5, generator=fresh))


def test_the_machine_s_speed_is_no_fault_of_an_example() -> None:
    assert settings.default is not None
    assert settings.default.deadline is None


def test_a_bound_grows_and_never_shrinks() -> None:
    assert within(2) >= 2

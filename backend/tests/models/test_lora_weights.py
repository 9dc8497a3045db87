"""Both ways of getting changed weights in and out: the same sums, and no trace afterwards."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import torch
from torch import nn

from backend.domain.errors import LoraIncompatible
from backend.models.lora_weights import Change, Plan, SwappedWeights, Weights, WrittenWeights

KEYS = [("unet", name) for name in "abc"]
WAYS: dict[str, Callable[..., Weights]] = {"swapped": SwappedWeights, "written": WrittenWeights}


def layers(dtype: torch.dtype = torch.float32) -> dict[tuple[str, str], Any]:
    torch.manual_seed(0)
    modules: tuple[Any, ...] = (nn.Linear(4, 6), nn.Linear(5, 5), nn.Conv2d(3, 4, 3))
    made = dict(zip(KEYS, modules, strict=True))
    made[KEYS[2]].to(memory_format=torch.channels_last)
    return {key: module.to(dtype) for key, module in made.items()}


def change(modules: Any, key: tuple[str, str], seed: int, size: float = 1.0) -> Change:
    generator = torch.Generator().manual_seed(seed)
    out, *rest = modules[key].weight.shape
    features = int(torch.tensor(rest).prod())
    up = torch.randn(out, 2, generator=generator)
    return Change(key, up * size, torch.randn(2, features, generator=generator) * size)


def copies(modules: Any) -> list[torch.Tensor]:
    return [module.weight.detach().clone() for module in modules.values()]


def assert_worn(modules: Any, base: list[torch.Tensor], plan: Plan) -> None:
    for key, before in zip(KEYS, base, strict=True):
        wanted = before.double()
        for strength, part in plan.get(key, ()):
            wanted = wanted + strength * (part.up.double() @ part.down.double()).view(before.shape)
        weight = modules[key].weight
        if key not in plan:
            assert torch.equal(weight, before)
        torch.testing.assert_close(weight.double(), wanted, rtol=2e-6, atol=2e-6)


@pytest.mark.parametrize("way", WAYS)
def test_sums_are_right_and_taken_out_to_the_last_bit(way: str) -> None:
    modules = layers()
    base, weights = copies(modules), WAYS[way](modules)
    parameters = {key: module.weight for key, module in modules.items()}
    plans: list[Plan] = [
        {KEYS[0]: [(0.5, change(modules, KEYS[0], 1))]},
        {key: [(1.0, change(modules, key, 2)), (0.3, change(modules, key, 3))] for key in KEYS},
        {KEYS[2]: [(2.0, change(modules, KEYS[2], 4))]},
    ]
    for number in (0, 1, 2, 0, 2, 1):
        weights.wear(number, plans[number])
        assert_worn(modules, base, plans[number])
    assert modules[KEYS[2]].weight.is_contiguous(memory_format=torch.channels_last)
    # The parameters themselves are never exchanged.
    assert all(module.weight is parameters[key] for key, module in modules.items())
    weights.undress()
    assert all(map(torch.equal, copies(modules), base))


def test_written_weights_stay_where_they_are() -> None:
    modules = layers()
    places = [module.weight.data_ptr() for module in modules.values()]
    weights = WrittenWeights(modules)
    weights.wear(1, {key: [(1.0, change(modules, key, 1))] for key in KEYS})
    assert [module.weight.data_ptr() for module in modules.values()] == places


def test_sets_worn_before_are_exchanged_and_not_made_again() -> None:
    modules = layers()
    weights = SwappedWeights(modules)
    plan: Plan = {KEYS[0]: [(1.0, change(modules, KEYS[0], 1))]}
    weights.wear(1, plan)
    made = modules[KEYS[0]].weight.data_ptr()
    weights.wear(2, {})
    assert modules[KEYS[0]].weight.data_ptr() != made
    weights.wear(1, plan)
    assert modules[KEYS[0]].weight.data_ptr() == made


def test_what_takes_too_much_is_forgotten_and_made_again() -> None:
    modules = layers()
    base, weights = copies(modules), SwappedWeights(modules, kept_bytes=1)
    plans: list[Plan] = [{KEYS[0]: [(1.0, change(modules, KEYS[0], seed))]} for seed in range(3)]
    for number in (0, 1, 2, 0, 1):
        weights.wear(number, plans[number])
        assert_worn(modules, base, plans[number])


def test_new_sums_are_written_where_the_forgotten_set_was() -> None:
    modules = layers()
    base = copies(modules)
    weights = SwappedWeights(modules, kept_bytes=2 * modules[KEYS[0]].weight.nbytes)
    plans: list[Plan] = [{KEYS[0]: [(1.0, change(modules, KEYS[0], seed))]} for seed in range(4)]
    places = []
    for number, plan in enumerate(plans):
        weights.wear(number, plan)
        assert_worn(modules, base, plan)
        places.append(modules[KEYS[0]].weight.data_ptr())
    assert places[2:] == places[:2]
    weights.undress()
    assert all(map(torch.equal, copies(modules), base))


@pytest.mark.parametrize("way", WAYS)
def test_failing_in_the_middle_leaves_the_base(way: str) -> None:
    modules = layers(torch.float16)
    base, weights = copies(modules), WAYS[way](modules)
    sound = change(modules, KEYS[0], 1)
    loud = change(modules, KEYS[1], 2, size=300.0)
    with pytest.raises(LoraIncompatible, match=r"unet\.b larger than half precision can hold"):
        weights.wear(1, {KEYS[0]: [(1.0, sound)], KEYS[1]: [(1.0, loud)]})
    weights.undress()
    assert all(map(torch.equal, copies(modules), base))


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("dtype", [torch.float16, torch.bfloat16])
def test_sums_are_taken_in_full_precision(way: str, dtype: torch.dtype) -> None:
    modules = layers(dtype)
    base, weights = copies(modules), WAYS[way](modules)
    # Each part alone is lost in rounding; together they are not.
    with torch.autocast("cpu", torch.bfloat16):
        small = change(modules, KEYS[0], 1)
        weights.wear(1, {KEYS[0]: [(1e-4, small)] * 100})
    whole = base[0].double() + 0.01 * (small.up.double() @ small.down.double())
    gap = (modules[KEYS[0]].weight.double() - whole).abs()
    assert (gap <= whole.abs() * torch.finfo(dtype).eps).all()

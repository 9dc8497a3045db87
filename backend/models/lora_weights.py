"""How changed weights get into a network and out again: swapped on a CPU, written on a GPU.

    W = W0 + sum over adapters of weight * (alpha / rank) * up @ down      (Hu et al., LoRA, 2021)

On a CPU the sum over Stable Diffusion's attention moves a gigabyte, which takes a good part of a
second. So a parameter is given another tensor, its own is kept aside untouched, and the sums of the
last sets are kept: to switch among them is to exchange pointers. On a GPU memory is dear and sums
take a millisecond, and captured graphs hold on to addresses: there the sum is written into the
storage that the parameter has, and an exact copy of W0 is kept.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import torch
from torch import Tensor

from backend.domain.errors import LoraIncompatible

# Three sets that change all attention of Stable Diffusion v1.5 in full precision.
KEPT_BYTES = 1536 * 1024**2

# Network and path of a layer.
Key = tuple[str, str]


@dataclass(frozen=True)
class Change:
    """What an adapter does to one layer, at weight 1.

    Attributes:
        up: (out, rank) float32, with alpha / rank in it.
        down: (rank, in * height * width) float32.
    """

    key: Key
    up: Tensor
    down: Tensor


Plan = Mapping[Key, Sequence[tuple[float, Change]]]


class Weights(Protocol):
    """The weights of a pipeline's layers, changed and restored."""

    def wear(self, name: Hashable, plan: Plan) -> None:
        """Makes exactly these changes to the base weights.

        Args:
            name: the same for the same plan.

        Raises:
            LoraIncompatible: a weight would not be finite; a reason as half a sentence.
        """

    def undress(self) -> None:
        """Restores the base weights to the last bit."""


class SwappedWeights:
    """Gives parameters other tensors and keeps their own aside.

    Args:
        layers: modules with a `weight`.
        kept_bytes: how much the sums of sets that were worn before may take.
    """

    def __init__(self, layers: Mapping[Key, Any], kept_bytes: int = KEPT_BYTES) -> None:
        self._layers = layers
        self._kept_bytes = kept_bytes
        self._own: dict[Key, Tensor] = {}
        self._kept: OrderedDict[Hashable, dict[Key, Tensor]] = OrderedDict()
        self._worn: Hashable = None

    def wear(self, name: Hashable, plan: Plan) -> None:
        """See `Weights`. Nothing is exchanged before every sum is there."""
        sums = self._kept.get(name)
        if sums is None or not all(self._is_alike(key, value) for key, value in sums.items()):
            # Ordinary tensors, wherever this is called from: those made in inference mode are
            # barred from later changes outside of it.
            with torch.inference_mode(False), torch.no_grad():
                spare = self._make_room(plan.keys())
                sums = {
                    key: fused(self._base(key), changes, spare.get(key))
                    for key, changes in plan.items()
                }
            self._kept[name] = sums
        self._kept.move_to_end(name)
        for key in self._own.keys() - sums.keys():
            self._give_back(key)
        for key, value in sums.items():
            self._own[key] = self._base(key)
            self._layers[key].weight.data = value
        self._worn = name

    def undress(self) -> None:
        """See `Weights`."""
        for key in list(self._own):
            self._give_back(key)
        self._worn = None

    def _base(self, key: Key) -> Tensor:
        """A layer's own weight, in the format that the network has now."""
        weight: Tensor = self._layers[key].weight.data
        own = self._own.get(key)
        return weight if own is None else own.to(weight.device, weight.dtype)

    def _give_back(self, key: Key) -> None:
        self._layers[key].weight.data = self._base(key)
        del self._own[key]

    def _is_alike(self, key: Key, value: Tensor) -> bool:
        """Whether a kept sum still goes with the network, which may have been moved or halved."""
        weight = self._layers[key].weight
        return value.device == weight.device and value.dtype == weight.dtype

    def _make_room(self, keys: Iterable[Key]) -> dict[Key, Tensor]:
        """Forgets the oldest sets but the worn one until one of these layers has room.

        Returns:
            What the last of them had: memory to write the new sums into. The kernel takes as long
            to find and to clear as much memory anew as the sums take.
        """
        needed = sum(self._base(key).nbytes for key in keys)
        spare: dict[Key, Tensor] = {}
        while self._kept and self._bytes() + needed > self._kept_bytes:
            oldest = next(iter(self._kept))
            if oldest == self._worn:
                break
            spare = self._kept.pop(oldest)
        return spare

    def _bytes(self) -> int:
        return sum(value.nbytes for sums in self._kept.values() for value in sums.values())


class WrittenWeights:
    """Writes into the storage that parameters have; keeps copies of what was there.

    Args:
        layers: modules with a `weight`.
    """

    def __init__(self, layers: Mapping[Key, Any]) -> None:
        self._layers = layers
        self._copies: dict[Key, Tensor] = {}
        self._changed: set[Key] = set()

    def wear(self, _name: Hashable, plan: Plan) -> None:
        """See `Weights`. When it fails in the middle, everything is restored."""
        try:
            with torch.inference_mode():
                self._restore(self._changed - plan.keys())
                for key, changes in plan.items():
                    weight = self._layers[key].weight.data
                    if key not in self._copies:
                        self._copies[key] = weight.clone(memory_format=torch.preserve_format)
                    self._changed.add(key)
                    weight.copy_(fused(self._copies[key].to(weight.device, weight.dtype), changes))
        except BaseException:
            self.undress()
            raise

    def undress(self) -> None:
        """See `Weights`."""
        with torch.inference_mode():
            self._restore(set(self._changed))

    def _restore(self, keys: set[Key]) -> None:
        for key in keys:
            self._layers[key].weight.data.copy_(self._copies[key])
            self._changed.discard(key)


def fused(
    base: Tensor, changes: Sequence[tuple[float, Change]], into: Tensor | None = None
) -> Tensor:
    """The sum of the module's first lines, in the format of the base.

    Args:
        base: (out, in) or (out, in, height, width).
        into: memory to write it into, if it goes with the base; otherwise it is a new tensor.

    Raises:
        LoraIncompatible: half precision cannot hold it.
    """
    fits = into is not None and (into.shape, into.dtype, into.device, into.stride()) == (
        base.shape,
        base.dtype,
        base.device,
        base.stride(),
    )
    told = into if into is not None and fits else torch.empty_like(base)
    # Products in 16 bits, as autocast would have them, lose what a small weight adds.
    with torch.autocast(base.device.type, enabled=False):
        pairs = [
            (strength, change.up.to(base.device), change.down.to(base.device))
            for strength, change in changes
        ]
        if base.dtype == torch.float32 and base.ndim == 2:
            (strength, up, down), *others = pairs
            torch.addmm(base, up, down, alpha=strength, out=told)
            for strength, up, down in others:
                told.addmm_(up, down, alpha=strength)
            return told
        total = base.to(torch.float32, copy=True, memory_format=torch.preserve_format)
        for strength, up, down in pairs:
            total.add_((up @ down).view(base.shape), alpha=strength)
    told.copy_(total)
    if base.dtype == torch.float16 and not bool(told.isfinite().all()):
        network, path = changes[0][1].key
        raise LoraIncompatible(
            f"at this weight it makes {network}.{path} larger than half precision can hold"
        )
    return told

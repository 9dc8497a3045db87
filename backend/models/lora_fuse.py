"""Adapters written into the weights of a loaded pipeline, and taken out again to the last bit.

    W = W0 + sum over adapters of weight * (alpha / rank) * up @ down      (Hu et al., LoRA, 2021)

The sum is taken in full precision and written into the storage that the parameter has, so nothing
that holds on to it (a compiled graph, an optimised layout) has to be made anew. An exact copy of W0
is kept for every layer that was ever changed.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor, nn

from backend.domain.errors import LoraIncompatible
from backend.models.lora_files import Adapter, as_floats
from backend.models.lora_fit import PipelineTable, Slot, fitted, place_of
from backend.models.lora_layouts import TEXT, TEXT_2, UNET

CACHE_BYTES = 1024**3
# Weights of these networks are below 10; what changes them by more is broken, and could overflow.
_LARGEST_CHANGE = 1e6
_Key = tuple[str, str]


@dataclass(frozen=True)
class Change:
    """What an adapter does to one layer, at weight 1.

    Attributes:
        key: network and path of the layer.
        up: (out, rank) float32, with alpha / rank in it.
        down: (rank, in * height * width) float32.
    """

    key: _Key
    up: Tensor
    down: Tensor


@dataclass(frozen=True)
class Prepared:
    """An adapter made ready for one pipeline.

    Attributes:
        rows: (n, features) float32 for the token embedding, by text encoder.
    """

    sha256: str
    changes: tuple[Change, ...]
    rows: Mapping[str, Tensor]

    @property
    def bytes(self) -> int:
        """Memory of the matrices."""
        return sum(change.up.nbytes + change.down.nbytes for change in self.changes)


@dataclass(frozen=True)
class Worn:
    """An adapter with the weights at which it acts on the denoiser and on the text encoders."""

    adapter: Prepared
    weight: float
    text_weight: float

    def strength(self, network: str) -> float:
        """The weight for a network."""
        return self.weight if network == UNET else self.text_weight


class Wardrobe:
    """The adapters of one pipeline: those prepared, and those worn at the moment."""

    def __init__(self, pipeline: Any, cache_bytes: int = CACHE_BYTES) -> None:
        self._layers = _layers(pipeline)
        self.table = _table(self._layers)
        self._base: dict[_Key, Tensor] = {}
        self._changed: set[_Key] = set()
        self._worn: tuple[tuple[str, float, float], ...] = ()
        self._prepared: OrderedDict[str, Prepared] = OrderedDict()
        self._cache_bytes = cache_bytes

    def known(self, sha256: str) -> Prepared | None:
        """An adapter that was prepared before and is still kept."""
        found = self._prepared.get(sha256)
        if found is not None:
            self._prepared.move_to_end(sha256)
        return found

    def prepare(self, adapter: Adapter) -> Prepared:
        """Checks an adapter against every layer it changes and brings its matrices into form.

        Raises:
            LoraIncompatible: it does not fit; the reason as half a sentence.
        """
        changes = [
            self._change(adapter, network, path, pair)
            for network, path, pair in fitted(adapter.facts, self.table)
        ]
        rows = adapter_rows(adapter)
        prepared = Prepared(adapter.facts.sha256, tuple(changes), rows)
        self._prepared[prepared.sha256] = prepared
        while len(self._prepared) > 1 and self._kept_bytes() > self._cache_bytes:
            self._prepared.popitem(last=False)
        return prepared

    def wear(self, outfit: Sequence[Worn]) -> None:
        """Changes the weights to what this set of adapters makes of them; all or nothing.

        The same set again costs nothing.

        Raises:
            LoraIncompatible: a weight would not be finite; the base weights are restored.
        """
        wanted = tuple((worn.adapter.sha256, worn.weight, worn.text_weight) for worn in outfit)
        if wanted == self._worn:
            return
        plan: dict[_Key, list[tuple[float, Change]]] = {}
        for worn in outfit:
            for change in worn.adapter.changes:
                if strength := worn.strength(change.key[0]):
                    plan.setdefault(change.key, []).append((strength, change))
        try:
            with torch.inference_mode():
                self._restore(self._changed - plan.keys())
                for key, changes in plan.items():
                    self._fuse(key, changes)
        except BaseException:
            self.undress()
            raise
        self._worn = wanted

    def undress(self) -> None:
        """Restores the base weights."""
        self._worn = ()
        with torch.inference_mode():
            self._restore(set(self._changed))

    def _change(self, adapter: Adapter, network: str, path: str, pair: Any) -> Change:
        device = self._layers[network][path].weight.device
        up = as_floats(adapter.tensors[pair.up], adapter.dtypes[pair.up])
        down = as_floats(adapter.tensors[pair.down], adapter.dtypes[pair.down])
        up = up.reshape(len(up), -1) * adapter.scale(pair)
        down = down.reshape(len(down), -1)
        largest = float(abs(up).max()) * float(abs(down).max()) * pair.rank
        # Written so that what is not a number counts as too large.
        if not largest <= _LARGEST_CHANGE:
            raise LoraIncompatible(f"its change of {network}.{path} is so large that it is broken")
        return Change(
            (network, path), torch.from_numpy(up).to(device), torch.from_numpy(down).to(device)
        )

    def _fuse(self, key: _Key, changes: Sequence[tuple[float, Change]]) -> None:
        weight = self._weight(key)
        if key not in self._base:
            self._base[key] = weight.clone(memory_format=torch.preserve_format)
        base = self._base[key].to(weight.device)
        self._changed.add(key)
        # Products in 16 bits, as autocast would have them, lose what a small weight adds.
        with torch.autocast(weight.device.type, enabled=False):
            if weight.dtype == torch.float32 and weight.ndim == 2:
                for number, (strength, change) in enumerate(changes):
                    start = weight if number else base
                    torch.addmm(start, change.up, change.down, alpha=strength, out=weight)
                return
            total = base.float().clone(memory_format=torch.preserve_format)
            for strength, change in changes:
                product = change.up.to(weight.device) @ change.down.to(weight.device)
                total.add_(product.view(weight.shape), alpha=strength)
        weight.copy_(total)
        if weight.dtype == torch.float16 and not bool(weight.isfinite().all()):
            raise LoraIncompatible(
                f"at this weight it makes {key[0]}.{key[1]} larger than half precision can hold"
            )

    def _restore(self, keys: set[_Key]) -> None:
        for key in keys:
            self._weight(key).copy_(self._base[key])
            self._changed.discard(key)

    def _weight(self, key: _Key) -> Tensor:
        network, path = key
        return self._layers[network][path].weight.data

    def _kept_bytes(self) -> int:
        return sum(adapter.bytes for adapter in self._prepared.values())


def _layers(pipeline: Any) -> dict[str, dict[str, Any]]:
    """Linear and convolution layers by network and path."""
    found = {}
    for name in (UNET, TEXT, TEXT_2):
        network = getattr(pipeline, name, None)
        if network is not None:
            # What torch.compile gives back wraps the network under this name.
            network = getattr(network, "_orig_mod", network)
            found[name] = {
                path: module
                for path, module in network.named_modules()
                if isinstance(module, (nn.Linear, nn.Conv2d))
            }
    return found


def _table(layers: Mapping[str, Mapping[str, Any]]) -> PipelineTable:
    return PipelineTable(
        {
            network: {
                place_of(path): Slot(path, tuple(module.weight.shape))
                for path, module in modules.items()
            }
            for network, modules in layers.items()
        }
    )


def adapter_rows(adapter: Adapter) -> dict[str, Tensor]:
    """An adapter's rows for the token embedding, (n, features) float32 by text encoder."""
    rows: dict[str, list[Tensor]] = {}
    for _, network, name in adapter.facts.outline.embeddings:
        values = torch.from_numpy(as_floats(adapter.tensors[name], adapter.dtypes[name]))
        rows.setdefault(network, []).append(values.reshape(-1, values.shape[-1]))
    return {network: torch.cat(parts) for network, parts in rows.items()}

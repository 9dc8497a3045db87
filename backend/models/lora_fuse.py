"""The adapters of a loaded pipeline: made ready once, put on and taken off as sets."""

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
from backend.models.lora_layouts import TEXT, TEXT_2, UNET, Pair
from backend.models.lora_weights import (
    KEPT_BYTES,
    Change,
    Key,
    SwappedWeights,
    Weights,
    WrittenWeights,
)

_PREPARED_BYTES = 1024**3
# Weights of these networks are below 10; what changes them by more is broken, and could overflow.
_LARGEST_CHANGE = 1e6


@dataclass(frozen=True)
class Prepared:
    """An adapter made ready for one pipeline.

    Attributes:
        rows: see `adapter_rows`.
    """

    sha256: str
    changes: tuple[Change, ...]
    rows: Mapping[str, Mapping[str, Tensor]]

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
    """The adapters of one pipeline: those prepared, and those worn at the moment.

    Args:
        kept_bytes: how much the weights of sets that were worn before may take, on a CPU.
        prepared_bytes: how much the matrices of adapters that were prepared may take.
    """

    def __init__(
        self,
        pipeline: Any,
        *,
        kept_bytes: int = KEPT_BYTES,
        prepared_bytes: int = _PREPARED_BYTES,
    ) -> None:
        self._layers = _layers(pipeline)
        self.table = _table(self._layers)
        self._kept_bytes, self._prepared_bytes = kept_bytes, prepared_bytes
        self._weights: Weights | None = None
        self._worn: tuple[tuple[str, float, float], ...] = ()
        self._prepared: OrderedDict[str, Prepared] = OrderedDict()

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
            self._change(adapter, (network, path), pair)
            for network, path, pair in fitted(adapter.facts, self.table)
        ]
        prepared = Prepared(adapter.facts.sha256, tuple(changes), adapter_rows(adapter))
        self._prepared[prepared.sha256] = prepared
        while len(self._prepared) > 1 and self._bytes() > self._prepared_bytes:
            self._prepared.popitem(last=False)
        return prepared

    def wear(self, outfit: Sequence[Worn]) -> None:
        """Changes the weights to what this set of adapters makes of them; all or nothing.

        The same set again costs nothing. After a failure the weights are the base's or those of
        the set before, and what is not sure is made anew the next time.

        Raises:
            LoraIncompatible: a weight would not be finite; the reason as half a sentence.
        """
        wanted = tuple((worn.adapter.sha256, worn.weight, worn.text_weight) for worn in outfit)
        if wanted == self._worn:
            return
        plan: dict[Key, list[tuple[float, Change]]] = {}
        for worn in outfit:
            for change in worn.adapter.changes:
                if strength := worn.strength(change.key[0]):
                    plan.setdefault(change.key, []).append((strength, change))
        weights = self._weights_now()
        try:
            weights.wear(wanted, plan)
        except BaseException:
            weights.undress()
            self._worn = ()
            raise
        self._worn = wanted

    def _weights_now(self) -> Weights:
        """Made when first needed: by then the pipeline is on its device."""
        if self._weights is None:
            modules = {
                (network, path): module
                for network, layers in self._layers.items()
                for path, module in layers.items()
            }
            on_cpu = all(module.weight.device.type == "cpu" for module in modules.values())
            self._weights = (
                SwappedWeights(modules, self._kept_bytes) if on_cpu else WrittenWeights(modules)
            )
        return self._weights

    def _change(self, adapter: Adapter, key: Key, pair: Pair) -> Change:
        network, path = key
        up = as_floats(adapter.tensors[pair.up], adapter.dtypes[pair.up])
        down = as_floats(adapter.tensors[pair.down], adapter.dtypes[pair.down])
        up = up.reshape(len(up), -1) * adapter.scale(pair)
        down = down.reshape(len(down), -1)
        largest = float(abs(up).max()) * float(abs(down).max()) * pair.rank
        # Written so that what is not a number counts as too large.
        if not largest <= _LARGEST_CHANGE:
            raise LoraIncompatible(f"its change of {network}.{path} is so large that it is broken")
        device = self._layers[network][path].weight.device
        return Change(key, torch.from_numpy(up).to(device), torch.from_numpy(down).to(device))

    def _bytes(self) -> int:
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


def adapter_rows(adapter: Adapter) -> dict[str, dict[str, Tensor]]:
    """An adapter's rows for the token embedding.

    Returns:
        (n, features) float32 by trigger and text encoder; the trigger is "" where the file has one
        word and does not name it.
    """
    rows: dict[str, dict[str, Tensor]] = {}
    for trigger, network, name in adapter.facts.outline.embeddings:
        values = torch.from_numpy(as_floats(adapter.tensors[name], adapter.dtypes[name]))
        # The layouts have one tensor for each trigger and text encoder.
        rows.setdefault(trigger, {})[network] = values.reshape(-1, values.shape[-1])
    return rows

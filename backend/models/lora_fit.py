"""Whether an adapter fits a pipeline: every layer it changes is there and has the right shape.

Works on tables of a pipeline's layers, which come from the loaded networks or, without loading
anything, from the headers of their files.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from backend.domain.errors import LoraIncompatible
from backend.models.lora_bases import SDXL, TITLES, UNKNOWN, base_of_features
from backend.models.lora_files import AdapterFacts
from backend.models.lora_layouts import TEXT, TEXT_2, UNET, Layer, Pair
from backend.models.lora_positions import numbered_orders

_HEADER_BYTES = 64 * 1024**2
_NETWORKS = (UNET, TEXT, TEXT_2)
# Tables of words and positions are matrices too, but no layers that are multiplied with.
_TABLE_ENDINGS = ("embedding", "embeddings")


@dataclass(frozen=True, slots=True)
class Slot:
    """A linear or convolution layer of a pipeline.

    Attributes:
        path: with dots, as the network knows it.
        shape: of its weight: (out, in) or (out, in, height, width).
    """

    path: str
    shape: tuple[int, ...]


@dataclass(frozen=True)
class PipelineTable:
    """The layers of a pipeline.

    Attributes:
        networks: for each network its layers by place, see `lora_layouts.Layer`.
    """

    networks: Mapping[str, Mapping[str, Slot]]

    @property
    def base(self) -> str:
        """The pipeline's kind, a key of `lora_bases.TITLES`."""
        if TEXT_2 in self.networks:
            return SDXL
        places = self.networks.get(UNET, {})
        features = {
            s.shape[1] for p, s in places.items() if p.endswith(("attn2_to_k", "attn2_to_v"))
        }
        return base_of_features(features)


def place_of(path: str) -> str:
    """The place of a layer from its path in the network."""
    return path.removeprefix("text_model.").replace(".", "_")


def table_of_folder(folder: Path) -> PipelineTable | None:
    """The table of a pipeline in diffusers format, from its files' headers; None if unreadable."""
    networks = {}
    for network in _NETWORKS:
        files = sorted((folder / network).glob("*.safetensors"))
        # Where a repository has the same weights in several forms, one is enough.
        files = [file for file in files if ".non_ema" not in file.name]
        slots: dict[str, Slot] = {}
        for file in files:
            slots.update(_slots(file))
        if slots:
            networks[network] = slots
    return PipelineTable(networks) if UNET in networks else None


def fitted(facts: AdapterFacts, table: PipelineTable) -> Sequence[tuple[str, str, Pair]]:
    """Network, path and matrices for each layer that the adapter changes.

    Raises:
        LoraIncompatible: with the reason as half a sentence.
    """
    check_base(facts.base, table.base)
    _check_words(facts, table)
    outline = facts.outline
    plain = [pair for pair in outline.pairs if not pair.layer.is_numbered]
    found = [(pair.layer.network, _slot(pair, pair.layer, table), pair) for pair in plain]
    for network in _NETWORKS:
        numbered = [
            pair
            for pair in outline.pairs
            if pair.layer.is_numbered and pair.layer.network == network
        ]
        if numbered:
            found += _numbered(network, numbered, facts.metadata, table)
    return [(network, slot.path, pair) for network, slot, pair in found]


def check_base(made_for: str, loaded: str) -> None:
    """Refuses an adapter for another model, by name.

    Raises:
        LoraIncompatible: with the reason as half a sentence.
    """
    if made_for != loaded and UNKNOWN not in (made_for, loaded):
        raise LoraIncompatible(
            f"it was made for {TITLES[made_for]}; the loaded model is {TITLES[loaded]}"
        )


def _check_words(facts: AdapterFacts, table: PipelineTable) -> None:
    for _, network, _ in facts.outline.embeddings:
        if network not in table.networks:
            raise LoraIncompatible("it has words for a text encoder that the loaded model lacks")


def _slot(pair: Pair, layer: Layer, table: PipelineTable) -> Slot:
    slots = table.networks.get(layer.network)
    if slots is None:
        raise LoraIncompatible(
            f"it changes the network {layer.network!r}, which the loaded model does not have"
        )
    slot = slots.get(layer.place)
    if slot is None:
        is_clip = layer.network == TEXT and layer.place.startswith("encoder_layers_")
        if is_clip and any(place.startswith("encoder_layer_") for place in slots):
            raise LoraIncompatible(
                "it also changes a CLIP text encoder, which the embedded pipeline does not have; "
                "use it with the sd15 profile"
            )
        raise LoraIncompatible(
            f"it changes {layer.network}.{layer.place}, a layer that the loaded model does not have"
        )
    if not _matches(pair, slot.shape):
        raise LoraIncompatible(
            f"its matrices for {layer.network}.{slot.path} make "
            f"{list(_made(pair))}, but that layer has the shape {list(slot.shape)}"
        )
    return slot


def _numbered(
    network: str, pairs: Sequence[Pair], metadata: Mapping[str, str], table: PipelineTable
) -> list[tuple[str, Slot, Pair]]:
    slots = table.networks.get(network, {})
    failure = LoraIncompatible("it numbers layers of a network that the loaded model does not have")
    for order in numbered_orders(network, slots, metadata):
        try:
            found = []
            for pair in pairs:
                number = int(pair.layer.place)
                if number >= len(order):
                    raise LoraIncompatible(
                        f"it numbers the layers of {network} up to {number:,}; "
                        f"the loaded model has {len(order):,} of that kind"
                    )
                found.append((network, _slot(pair, Layer(network, order[number]), table), pair))
        except LoraIncompatible as error:
            failure = error
        else:
            return found
    raise failure


def _made(pair: Pair) -> tuple[int, ...]:
    """The shape of up @ down."""
    return (pair.up_shape[0], *pair.down_shape[1:])


def _matches(pair: Pair, shape: tuple[int, ...]) -> bool:
    """Linear layers and 1 x 1 convolutions take each other's matrices."""
    made = _made(pair)
    return made == shape or _without_kernel(made) == _without_kernel(shape)


def _without_kernel(shape: tuple[int, ...]) -> tuple[int, ...]:
    return shape[:2] if shape[2:] == (1, 1) else shape


def _slots(file: Path) -> dict[str, Slot]:
    """The layers in a weights file of ours, by its header; none if it cannot be read."""
    try:
        with file.open("rb") as stream:
            length = int.from_bytes(stream.read(8), "little")
            if length > min(_HEADER_BYTES, file.stat().st_size):
                return {}
            header = json.loads(stream.read(length))
        header.pop("__metadata__", None)
        shapes = {name: tuple(entry["shape"]) for name, entry in header.items()}
    except (OSError, ValueError, LookupError, TypeError, AttributeError, RecursionError):
        return {}
    found = {}
    for name, shape in shapes.items():
        path = name.removesuffix(".weight")
        is_layer = path != name and len(shape) in (2, 4) and not path.endswith(_TABLE_ENDINGS)
        if is_layer:
            found[place_of(path)] = Slot(path, shape)
    return found

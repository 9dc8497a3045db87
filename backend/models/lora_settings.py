"""What diffusers writes about PEFT's scales beside the tensors, such as {"unet.lora_alpha": 8}.

Read once for a file and bounded: the text comes from strangers.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from backend.domain.errors import LoraIncompatible
from backend.models.lora_header import MAX_TENSORS
from backend.models.lora_layouts import TEXT, TEXT_2, UNET, Pair

_KEY = "lora_adapter_metadata"
_MAX_CHARACTERS = 4 * 1024**2
# Alphas are about as large as ranks; whatever is far from it is broken.
_LARGEST_ALPHA = 1e6


@dataclass(frozen=True, slots=True)
class _Network:
    """The alpha of one network.

    Attributes:
        places: alphas of single layers, by the end of their place; see `lora_layouts.Layer`.
    """

    alpha: float
    places: Mapping[str, float]
    is_stabilised: bool


@dataclass(frozen=True, slots=True)
class PeftSettings:
    """The settings of a file, by network."""

    networks: Mapping[str, _Network] = field(default_factory=dict)

    def scale(self, pair: Pair) -> float:
        """What up @ down is multiplied with by these settings; 1 where they say nothing."""
        found = self.networks.get(pair.layer.network)
        if found is None:
            return 1.0
        alpha = found.alpha
        parts = pair.layer.place.split("_")
        for start in range(len(parts) if found.places else 0):
            # The longest ending that has a setting of its own counts.
            if (place := "_".join(parts[start:])) in found.places:
                alpha = found.places[place]
                break
        return alpha / (math.sqrt(pair.rank) if found.is_stabilised else pair.rank)


def settings_of(metadata: Mapping[str, str]) -> PeftSettings:
    """Reads the settings of a file.

    Patterns of names are taken as names: an expression out of a file is never run.

    Raises:
        LoraIncompatible: they are too large, or hold a number that is no alpha; half a sentence.
    """
    text = metadata.get(_KEY, "{}")
    if len(text) > _MAX_CHARACTERS:
        raise LoraIncompatible(f"its PEFT settings have {len(text):,} characters")
    try:
        settings = json.loads(text)
    except (ValueError, RecursionError):
        return PeftSettings()
    if not isinstance(settings, dict):
        return PeftSettings()
    found = {name: _network(settings, name) for name in (UNET, TEXT, TEXT_2)}
    return PeftSettings({name: network for name, network in found.items() if network})


def _network(settings: Mapping[str, Any], name: str) -> _Network | None:
    alpha = _alpha(settings.get(f"{name}.lora_alpha"))
    if alpha is None:
        return None
    patterns = settings.get(f"{name}.alpha_pattern")
    patterns = patterns if isinstance(patterns, dict) else {}
    if len(patterns) > MAX_TENSORS:
        raise LoraIncompatible(
            f"its PEFT settings name {len(patterns):,} layers; at most {MAX_TENSORS:,} are allowed"
        )
    places = {
        pattern.strip("^$").removeprefix("text_model.").replace(".", "_"): value
        for pattern, given in patterns.items()
        if (value := _alpha(given)) is not None
    }
    return _Network(alpha, places, settings.get(f"{name}.use_rslora") is True)


def _alpha(value: Any) -> float | None:
    """A number; None for what is none at all."""
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return None
    # Written so that what is not a number counts as too large; integers may exceed any float.
    if not abs(value) <= _LARGEST_ALPHA:
        raise LoraIncompatible("its PEFT settings hold an alpha that is far too large or no number")
    return float(value)

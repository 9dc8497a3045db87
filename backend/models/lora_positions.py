"""Which layers the numbers of the early trainer's files mean.

That trainer (cloneofsimo/lora, 2022-2023) walked over a network and numbered the linear layers
below certain classes, whose names the file keeps. The walk follows the order in which the classes
made their parts: downward blocks, upward blocks, then the middle one; in a transformer block of
diffusers at that time first self-attention, then the first linear layer of the feed-forward part,
then cross-attention. Later releases of diffusers made cross-attention second. Which of the two it
was, the shapes tell.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping

from backend.models.lora_layouts import UNET

_UNET_CLASSES = frozenset({"CrossAttention", "Attention", "GEGLU"})
_TEXT_CLASSES = frozenset({"CLIPAttention"})
_SIDES = {"down": 0, "up": 1, "mid": 2}
_UNET_PLACE = re.compile(
    r"(?P<side>down|up|mid)_blocks?(?:_(?P<block>\d+))?_"
    r"(?:attentions_(?P<attention>\d+)_transformer_blocks_(?P<depth>\d+)_(?P<inner>\w+)"
    r"|resnets_(?P<resnet>\d+)_(?P<part>\w+))"
)
_ATTENTION = ("to_q", "to_k", "to_v", "to_out_0")
_RESNET = ("conv1", "time_emb_proj", "conv2", "conv_shortcut")
_TEXT_PLACE = re.compile(r"encoder_layers_(\d+)_(?:self_attn_(\w+_proj)|mlp_(fc[12]))")
_TEXT_ATTENTION = ("k_proj", "v_proj", "q_proj", "out_proj")


def numbered_orders(
    network: str, places: Iterable[str], metadata: Mapping[str, str]
) -> list[list[str]]:
    """The orders in which a network's layers may have been numbered, the likeliest first.

    Args:
        places: of all the network's layers, with underscores for dots.
        metadata: of the file; `network` names the classes as a JSON list.
    """
    classes = _classes(network, metadata)
    known = list(places)
    if network != UNET:
        keyed = {place: _text_key(place, classes) for place in known}
        return [_sorted(keyed)]
    orders = []
    for feed_forward_last in (False, True):
        inner = _inner_places(classes, feed_forward_last=feed_forward_last)
        orders.append(_sorted({place: _unet_key(place, inner, classes) for place in known}))
    return orders


def _classes(network: str, metadata: Mapping[str, str]) -> frozenset[str]:
    try:
        found = json.loads(metadata.get(network, ""))
    except (ValueError, RecursionError):
        found = None
    if isinstance(found, list) and found and all(isinstance(name, str) for name in found):
        return frozenset(found)
    return _UNET_CLASSES if network == UNET else _TEXT_CLASSES


def _inner_places(classes: frozenset[str], *, feed_forward_last: bool) -> list[str]:
    has_attention = classes & {"CrossAttention", "Attention"}
    first, second = (
        [f"{name}_{part}" for part in _ATTENTION] if has_attention else []
        for name in ("attn1", "attn2")
    )
    feed_forward = ["ff_net_0_proj"] if "GEGLU" in classes else []
    return first + second + feed_forward if feed_forward_last else first + feed_forward + second


def _unet_key(place: str, inner: list[str], classes: frozenset[str]) -> tuple[int, ...] | None:
    found = _UNET_PLACE.fullmatch(place)
    if not found:
        return None
    start = (_SIDES[found["side"]], int(found["block"] or 0))
    if found["inner"] is not None:
        if found["inner"] not in inner:
            return None
        ranks = (int(found["attention"]), int(found["depth"]), inner.index(found["inner"]))
        return (*start, 0, *ranks)
    if "ResnetBlock2D" not in classes or found["part"] not in _RESNET:
        return None
    return (*start, 1, int(found["resnet"]), 0, _RESNET.index(found["part"]))


def _text_key(place: str, classes: frozenset[str]) -> tuple[int, ...] | None:
    found = _TEXT_PLACE.fullmatch(place)
    if not found:
        return None
    if found[2] is not None:
        is_meant = "CLIPAttention" in classes and found[2] in _TEXT_ATTENTION
        return (int(found[1]), 0, _TEXT_ATTENTION.index(found[2])) if is_meant else None
    return (int(found[1]), 1, int(found[3][-1])) if "CLIPMLP" in classes else None


def _sorted(keyed: Mapping[str, tuple[int, ...] | None]) -> list[str]:
    chosen = [(key, place) for place, key in keyed.items() if key is not None]
    return [place for _, place in sorted(chosen)]

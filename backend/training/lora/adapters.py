"""Low-rank matrices beside the layers of a network. Hu et al., "LoRA", 2021.

peft puts them in, so that what is trained is what every loader of such files means by it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

import torch
from peft import LoraConfig
from peft.tuners.lora import LoraLayer
from peft.tuners.tuners_utils import BaseTunerLayer
from torch import Tensor, nn

from backend.training.lora.lean import LeanLinear

ADAPTER = "trained"
_ATTENTION = r"attn\d\.(to_q|to_k|to_v|to_out\.0)"
_FEED_FORWARD = r"ff\.net\.(0\.proj|2)"
# Everything that has a weight matrix and changes what is drawn, convolutions included.
_REST = (
    r"proj_in|proj_out|conv1|conv2|conv_shortcut|time_emb_proj|(down|up)samplers\.\d\.conv|conv_out"
)
MODULES = {
    "attention": rf".*\.({_ATTENTION})",
    "attention+ff": rf".*\.({_ATTENTION}|{_FEED_FORWARD})",
    "all": rf"(.*\.)?({_ATTENTION}|{_FEED_FORWARD}|{_REST})",
}
# BERT's names and CLIP's.
_TEXT = r".*\.(query|key|value|attention\.output\.dense|q_proj|k_proj|v_proj|out_proj)"


class LoraWeights(nn.Module):
    """All that a training changes, as one network: what checkpoints hold.

    Args:
        parameters: by the name that the file gives them; shared, not copied.
    """

    def __init__(self, parameters: Mapping[str, nn.Parameter]) -> None:
        super().__init__()
        self.names = tuple(sorted(parameters))
        # Names with dots cannot be attributes.
        self.values = nn.ParameterList([parameters[name] for name in self.names])

    def items(self) -> list[tuple[str, nn.Parameter]]:
        """Names and parameters."""
        return list(zip(self.names, self.values, strict=True))

    def tensors(self) -> dict[str, Tensor]:
        """A copy in full precision on the CPU."""
        return {name: value.detach().float().cpu().clone() for name, value in self.items()}

    @torch.no_grad()
    def load(self, tensors: Mapping[str, Tensor]) -> None:
        """Takes values over, by name."""
        for name, value in self.items():
            value.copy_(tensors[name])

    def norm(self) -> float:
        """The length of all matrices' products, which is how far the network has been moved.

        A matrix by itself says little: the first of each pair begins at random and the second at
        zero.
        """
        squares = 0.0
        parameters = dict(self.items())
        for name, down in parameters.items():
            if ".lora_A." in name:
                up = parameters[name.replace(".lora_A.", ".lora_B.")]
                squares += float(_product_square(down.detach().float(), up.detach().float()))
        return squares**0.5


def add_to_unet(unet: Any, rank: int, modules: str) -> dict[str, nn.Parameter]:
    """Puts matrices beside a denoiser's layers; they begin without effect.

    Args:
        modules: a key of `MODULES`.

    Returns:
        The new parameters, full precision, by the names of the file.
    """
    return _added(unet, "unet", rank, MODULES[modules])


def add_to_text_encoders(encoders: Sequence[Any], rank: int) -> dict[str, nn.Parameter]:
    """The same for the attention of text encoders, which are called text_encoder and _2."""
    parameters: dict[str, nn.Parameter] = {}
    for number, encoder in enumerate(encoders):
        prefix = "text_encoder" if number == 0 else f"text_encoder_{number + 1}"
        parameters |= _added(encoder, prefix, rank, _TEXT)
    return parameters


@contextmanager
def scaled(networks: Sequence[nn.Module], weight: float) -> Iterator[None]:
    """Runs the body with the matrices acting at a weight; 0 is the base itself."""
    layers = [
        module
        for network in networks
        for module in network.modules()
        if isinstance(module, LoraLayer) and isinstance(module, BaseTunerLayer)
    ]
    before = [dict(layer.scaling) for layer in layers]
    try:
        for layer in layers:
            for name in layer.scaling:
                layer.scaling[name] *= weight
        yield
    finally:
        for layer, scaling in zip(layers, before, strict=True):
            layer.scaling.update(scaling)


def _added(network: Any, prefix: str, rank: int, target: str) -> dict[str, nn.Parameter]:
    config = LoraConfig(
        r=rank, lora_alpha=rank, target_modules=target, init_lora_weights="gaussian"
    )
    config._register_custom_module({nn.Linear: LeanLinear})
    network.add_adapter(config, adapter_name=ADAPTER)
    parameters: dict[str, nn.Parameter] = {}
    for name, parameter in network.named_parameters():
        if f".{ADAPTER}." in name:
            parameter.data = parameter.data.float()
            parameters[f"{prefix}.{name.replace(f'.{ADAPTER}.', '.')}"] = parameter
    assert parameters, f"no layer of {prefix} matches {target}"
    return parameters


def _product_square(down: Tensor, up: Tensor) -> Tensor:
    """|up down|^2 by the small Gram matrices: trace((up^T up)(down down^T))."""
    first, second = up.flatten(1), down.flatten(1)
    return ((first.T @ first) * (second @ second.T)).sum()

"""Layer names of the original Stable Diffusion code, in which kohya's trainer names SDXL's.

The denoisers of Stable Diffusion 1, 2 and SDXL have two layers a block, which is what turns a
running number (input_blocks_4) into a block and a layer of it (down_blocks_1, layer 0).
"""

from __future__ import annotations

import re

_STEPS_PER_BLOCK = 3  # Two layers, and the change of size or one more layer.
_WHOLE = {
    "input_blocks_0_0": "conv_in",
    "out_2": "conv_out",
    "time_embed_0": "time_embedding_linear_1",
    "time_embed_2": "time_embedding_linear_2",
    "label_emb_0_0": "add_embedding_linear_1",
    "label_emb_0_2": "add_embedding_linear_2",
}
_RESNET = {
    "in_layers_2": "conv1",
    "out_layers_3": "conv2",
    "emb_layers_1": "time_emb_proj",
    "skip_connection": "conv_shortcut",
}
_MIDDLE = {"0": "resnets_0", "1": "attentions_0", "2": "resnets_1"}
_BLOCK = re.compile(r"(input|output)_blocks_(\d{1,3})_(\d)_(\w+)")
_MIDDLE_BLOCK = re.compile(r"middle_block_([012])_(\w+)")


def diffusers_place(place: str) -> str:
    """The place of a layer in diffusers' denoiser; other names are given back as they are.

    Examples:
        "input_blocks_4_1_proj_in" is "down_blocks_1_attentions_0_proj_in".
    """
    if place in _WHOLE:
        return _WHOLE[place]
    if middle := _MIDDLE_BLOCK.fullmatch(place):
        return f"mid_block_{_MIDDLE[middle[1]]}_{_RESNET.get(middle[2], middle[2])}"
    found = _BLOCK.fullmatch(place)
    if not found:
        return place
    side, number, part, rest = found[1], int(found[2]), found[3], found[4]
    if side == "input":
        block, layer = divmod(number - 1, _STEPS_PER_BLOCK)
        if rest == "op":
            return f"down_blocks_{block}_downsamplers_0_conv"
        name = "down_blocks"
    else:
        block, layer = divmod(number, _STEPS_PER_BLOCK)
        if rest == "conv":
            return f"up_blocks_{block}_upsamplers_0_conv"
        name = "up_blocks"
    kind = "resnets" if part == "0" else "attentions"
    return f"{name}_{block}_{kind}_{layer}_{_RESNET.get(rest, rest)}"

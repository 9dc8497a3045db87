"""Which model an adapter was made for: told by the shapes of its layers, then by its metadata."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping

from backend.models.lora_layouts import OTHER, TEXT, TEXT_2, UNET, Layer, Outline

SD15, SD2, SDXL, EMBEDDED, UNKNOWN = "sd15", "sd2", "sdxl", "sd-embedded", "unknown"
# What pipelines of this service can be; adapters for anything else are of no use here.
USABLE = (EMBEDDED, SD15, SDXL, UNKNOWN)
TITLES: Mapping[str, str] = {
    SD15: "Stable Diffusion v1.5",
    SD2: "Stable Diffusion 2",
    SDXL: "SDXL",
    EMBEDDED: "the embedded pipeline",
    "sd3": "Stable Diffusion 3",
    "flux": "FLUX",
    "qwen-image": "Qwen-Image",
    "pixart": "PixArt",
    "wan": "Wan",
    "hunyuan": "Hunyuan",
    "cascade": "Stable Cascade",
    "other": "a model of another architecture",
    UNKNOWN: "an unknown model",
}

# Features of the text that the denoiser attends to.
_BY_TEXT_FEATURES = {768: SD15, 1024: SD2, 2048: SDXL, 384: EMBEDDED}
_CROSS_ATTENTION = re.compile(r"\w*_attn2_to_[kv]")
# Only SDXL has more than one transformer in a row.
_DEEP = re.compile(r"(?:down_blocks|mid_block|up_blocks)\w*_transformer_blocks_[1-9]\w*")
_METADATA_KEYS = ("modelspec.architecture", "ss_base_model_version", "base_model")
_BY_WORDS = (
    (r"embedded", EMBEDDED),
    (r"xl|illustrious|pony|noob", SDXL),
    (r"diffusion-v?3|sd3|sd_3|diffusion-3", "sd3"),
    (r"cascade", "cascade"),
    (r"flux", "flux"),
    (r"qwen", "qwen-image"),
    (r"pixart", "pixart"),
    (r"hunyuan", "hunyuan"),
    (r"\bwan", "wan"),
    (r"diffusion-v2|sd_v2|sd-?2|diffusion-2", SD2),
    (r"diffusion-v1|sd_v1|sd-?1|diffusion-1", SD15),
)
_FOREIGN_PLACES = (
    (r"joint_blocks_", "sd3"),
    (r"(?:double|single)_blocks_|.*single_transformer_blocks_", "flux"),
    (r"(?:transformer_)?transformer_blocks_\d+_(?:img_mod|txt_mod|img_mlp|txt_mlp)", "qwen-image"),
    (r"(?:transformer_)?transformer_blocks_\d+_attn_add_[qkv]_proj", "sd3"),
    (r"blocks_\d+_(?:cross_attn|self_attn|ffn)_", "wan"),
)


def base_of(
    outline: Outline, shapes: Mapping[str, tuple[int, ...]], metadata: Mapping[str, str]
) -> str:
    """The base model's short name, a key of `TITLES`, of an adapter that is not foreign.

    Args:
        shapes: of the embeddings' tensors, by name.
    """
    if (named := _of_denoiser(outline)) != UNKNOWN:
        return named
    networks = {pair.layer.network for pair in outline.pairs}
    networks |= {network for _, network, _ in outline.embeddings}
    is_deep = any(_DEEP.fullmatch(pair.layer.place) for pair in outline.pairs)
    if TEXT_2 in networks or is_deep:
        return SDXL
    if named := _of_metadata(metadata):
        return named
    return _of_text_encoder(outline, shapes)


def foreign_base(layers: Collection[Layer], metadata: Mapping[str, str]) -> str:
    """The base of an adapter whose network is none that this service has; "" if it is."""
    others = [layer.place for layer in layers if layer.network == OTHER]
    for pattern, base in _FOREIGN_PLACES:
        if any(re.match(pattern, place) for place in others):
            return base
    if not others or len(others) < len(layers):
        return ""
    named = _of_metadata(metadata)
    return named if named and named not in USABLE else "other"


def base_of_features(features: Collection[int]) -> str:
    """The base whose text has so many features; unknown unless there is one number of them."""
    return _BY_TEXT_FEATURES.get(next(iter(features)), UNKNOWN) if len(features) == 1 else UNKNOWN


def _of_denoiser(outline: Outline) -> str:
    pairs = [pair for pair in outline.pairs if pair.layer.network == UNET]
    features = {
        pair.down_shape[1]
        for pair in pairs
        if _CROSS_ATTENTION.fullmatch(pair.layer.place) or pair.layer.is_numbered
    }
    if any(pair.layer.is_numbered for pair in pairs):
        # Numbered layers do not say what they are; no other layer has these sizes.
        features &= set(_BY_TEXT_FEATURES)
    return base_of_features(features)


def _of_metadata(metadata: Mapping[str, str]) -> str:
    for key in _METADATA_KEYS:
        text = metadata.get(key, "")[:200].lower()
        for pattern, base in _BY_WORDS:
            if re.search(pattern, text):
                return base
    # Kohya's trainer: "True" for Stable Diffusion 2.
    return SD2 if metadata.get("ss_v2", "") == "True" else ""


def _of_text_encoder(outline: Outline, shapes: Mapping[str, tuple[int, ...]]) -> str:
    """By the features of its hidden states; those of SDXL's first one are those of SD v1.5's."""
    features = {shapes[name][-1] for _, _, name in outline.embeddings}
    features |= {
        pair.down_shape[1]
        for pair in outline.pairs
        if pair.layer.network == TEXT and "attn" in pair.layer.place
    }
    return base_of_features(features)

"""Diffusion pipelines of the classes that Stable Diffusion v1.5 and XL are made of, at toy size.

Unlike `models.toy_pipeline`, which stands for the embedded pipeline, these have CLIP text encoders
and the KL autoencoder, so that files of the hub's layout and adapters for them can be tried. All
weights are random and the same in every call.
"""

import json
from pathlib import Path

import torch
from diffusers import (
    AutoencoderKL,
    AutoencoderTiny,
    EulerDiscreteScheduler,
    PNDMScheduler,
    StableDiffusionImg2ImgPipeline,
    StableDiffusionXLImg2ImgPipeline,
    UNet2DConditionModel,
)
from safetensors.torch import load_file, save_file
from transformers import (
    CLIPTextConfig,
    CLIPTextModel,
    CLIPTextModelWithProjection,
    CLIPTokenizer,
)

_START, _END = "<|startoftext|>", "<|endoftext|>"
_LETTERS = "abcdefghijklmnopqrstuvwxyz0123456789,.-'"
_TOKENS = 77  # As CLIP has it; prompts are padded to this length.
_TEXT_WIDTH = 16


def toy_sd15(seed: int = 0) -> StableDiffusionImg2ImgPipeline:
    """What Stable Diffusion v1.5 is made of, for pictures of 16 px; 32-bit floats on the CPU."""
    torch.manual_seed(seed)
    return StableDiffusionImg2ImgPipeline(
        vae=_autoencoder(0.18215),
        text_encoder=CLIPTextModel(_text_config()),
        tokenizer=toy_tokenizer(),
        unet=UNet2DConditionModel(**_UNET, cross_attention_dim=_TEXT_WIDTH, attention_head_dim=4),
        scheduler=PNDMScheduler(**_NOISE, skip_prk_steps=True, set_alpha_to_one=False),
        safety_checker=None,
        feature_extractor=None,
        requires_safety_checker=False,
    )


def toy_sdxl(seed: int = 0) -> StableDiffusionXLImg2ImgPipeline:
    """What Stable Diffusion XL is made of: two text encoders, conditions on size and crop."""
    torch.manual_seed(seed)
    unet = UNet2DConditionModel(
        **_UNET,
        cross_attention_dim=2 * _TEXT_WIDTH,
        attention_head_dim=(2, 4),
        transformer_layers_per_block=(1, 2),
        use_linear_projection=True,
        addition_embed_type="text_time",
        addition_time_embed_dim=8,
        projection_class_embeddings_input_dim=6 * 8 + _TEXT_WIDTH,
    )
    return StableDiffusionXLImg2ImgPipeline(
        vae=_autoencoder(0.13025),
        text_encoder=CLIPTextModel(_text_config()),
        text_encoder_2=CLIPTextModelWithProjection(_text_config()),
        tokenizer=toy_tokenizer(),
        tokenizer_2=toy_tokenizer(),
        unet=unet,
        scheduler=EulerDiscreteScheduler(**_NOISE),
    )


def toy_tiny_decoder(seed: int = 0) -> AutoencoderTiny:
    """What TAESD is made of: the small autoencoder that fits the latents of `toy_sd15`."""
    torch.manual_seed(seed)
    return AutoencoderTiny(
        encoder_block_out_channels=(8, 8),
        decoder_block_out_channels=(8, 8),
        num_encoder_blocks=(1, 1),
        num_decoder_blocks=(1, 1),
        latent_channels=4,
        scaling_factor=1.0,
    )


def toy_tokenizer() -> CLIPTokenizer:
    """CLIP's tokenizer without merges: every letter is a token."""
    words = [*_LETTERS, *(f"{letter}</w>" for letter in _LETTERS), _START, _END]
    return CLIPTokenizer(
        vocab={word: number for number, word in enumerate(words)},
        merges=[],
        bos_token=_START,
        eos_token=_END,
        unk_token=_END,
        pad_token=_END,
        model_max_length=_TOKENS,
    )


def write_toy_few_step_lora(path: Path, *, rank: int = 2, scale: float = 0.5) -> Path:
    """An adapter for the UNet of `toy_sd15` in the layout that LCM-LoRA is published in.

    Every attention projection of the UNet gets one; `scale` is how large the random weights are.
    """
    torch.manual_seed(3)
    tensors: dict[str, torch.Tensor] = {}
    for name, module in toy_sd15().unet.named_modules():
        if not name.endswith(("to_q", "to_k", "to_v", "to_out.0")):
            continue
        key = f"lora_unet_{name.replace('.', '_')}"
        tensors[f"{key}.lora_down.weight"] = torch.randn(rank, module.in_features) * scale
        tensors[f"{key}.lora_up.weight"] = torch.randn(module.out_features, rank) * scale
        tensors[f"{key}.alpha"] = torch.tensor(float(rank))
    path.parent.mkdir(parents=True, exist_ok=True)
    save_file({key: tensor.half() for key, tensor in tensors.items()}, path)
    return path


def write_toy_repositories(folder: Path) -> dict[str, Path]:
    """Folders as the hub has them: half precision beside full, and much that nobody wants.

    That of v1.5 has the layout of 2022: tokenizers as vocabulary and merges, a filter for pictures
    in the index, older names of the autoencoder's attention, positions among the text encoder's
    weights.

    Returns:
        Folders by the hub's names: Stable Diffusion v1.5 and XL, LCM-LoRA and TAESD.
    """
    made = {
        "stable-diffusion-v1-5/stable-diffusion-v1-5": folder / "sd15",
        "stabilityai/stable-diffusion-xl-base-1.0": folder / "sdxl",
        "latent-consistency/lcm-lora-sdv1-5": folder / "few-step",
        "madebyollin/taesd": folder / "tiny-decoder",
    }
    sd15, sdxl, few_step, tiny = made.values()
    for pipeline, target in ((toy_sd15(), sd15), (toy_sdxl(), sdxl)):
        pipeline.save_pretrained(target)
        pipeline.to(dtype=torch.float16).save_pretrained(target, variant="fp16")
        (target / "unet" / "diffusion_pytorch_model.bin").write_bytes(b"pickle" * 50)
        for tokenizer in target.glob("tokenizer*"):
            _write_old_tokenizer(tokenizer)
    _make_old(sd15)
    write_toy_few_step_lora(few_step / "pytorch_lora_weights.safetensors")
    toy_tiny_decoder().save_pretrained(tiny)
    for target in made.values():
        (target / "README.md").write_text("A toy.\n", "utf-8")
        (target / ".gitattributes").write_text("*.safetensors filter=lfs\n", "utf-8")
    return made


def _write_old_tokenizer(folder: Path) -> None:
    vocabulary = toy_tokenizer().get_vocab()
    (folder / "tokenizer.json").unlink()
    (folder / "vocab.json").write_text(json.dumps(vocabulary), "utf-8")
    (folder / "merges.txt").write_text("#version: 0.2\n", "utf-8")
    special = {
        f"{name}_token": {
            "content": token,
            "lstrip": False,
            "normalized": True,
            "rstrip": False,
            "single_word": False,
        }
        for name, token in (("bos", _START), ("eos", _END), ("unk", _END))
    }
    (folder / "special_tokens_map.json").write_text(
        json.dumps({**special, "pad_token": _END}), "utf-8"
    )
    typed = {name: {"__type": "AddedToken", **token} for name, token in special.items()}
    config = {
        **typed,
        "pad_token": _END,
        "add_prefix_space": False,
        "do_lower_case": True,
        "errors": "replace",
        "model_max_length": _TOKENS,
        "special_tokens_map_file": "./special_tokens_map.json",
        "tokenizer_class": "CLIPTokenizer",
    }
    (folder / "tokenizer_config.json").write_text(json.dumps(config), "utf-8")


def _make_old(folder: Path) -> None:
    """What differs in the repository of v1.5 from what today's libraries would save."""
    index_file = folder / "model_index.json"
    index = json.loads(index_file.read_text("utf-8"))
    index |= {
        "_class_name": "StableDiffusionPipeline",
        "_diffusers_version": "0.6.0",
        "feature_extractor": ["transformers", "CLIPImageProcessor"],
        "safety_checker": ["stable_diffusion", "StableDiffusionSafetyChecker"],
    }
    index.pop("requires_safety_checker")
    index.pop("image_encoder", None)
    index_file.write_text(json.dumps(index), "utf-8")
    (folder / "feature_extractor").mkdir()
    (folder / "feature_extractor" / "preprocessor_config.json").write_text(
        json.dumps({"crop_size": 224, "feature_extractor_type": "CLIPFeatureExtractor"}), "utf-8"
    )
    (folder / "safety_checker").mkdir()
    (folder / "safety_checker" / "config.json").write_text("{}", "utf-8")
    (folder / "safety_checker" / "model.fp16.safetensors").write_bytes(b"not wanted" * 20)
    names = {"to_q": "query", "to_k": "key", "to_v": "value", "to_out.0": "proj_attn"}
    for path in (folder / "vae").glob("*.safetensors"):
        tensors = load_file(path)
        for new, old in names.items():
            for key in [key for key in tensors if f".attentions.0.{new}." in key]:
                tensors[key.replace(new, old)] = tensors.pop(key)
        save_file(tensors, path)
    for path in (folder / "text_encoder").glob("*.safetensors"):
        tensors = load_file(path)
        if not any(key.startswith("text_model.") for key in tensors):
            tensors = {f"text_model.{key}": value for key, value in tensors.items()}
        tensors["text_model.embeddings.position_ids"] = torch.arange(_TOKENS)[None]
        save_file(tensors, path, metadata={"format": "pt"})


_NOISE = {
    "num_train_timesteps": 1000,
    "beta_start": 0.00085,
    "beta_end": 0.012,
    "beta_schedule": "scaled_linear",
    "steps_offset": 1,
}
_UNET = {
    "sample_size": 8,
    "in_channels": 4,
    "out_channels": 4,
    "block_out_channels": (8, 16),
    "layers_per_block": 1,
    "norm_num_groups": 4,
    "down_block_types": ("CrossAttnDownBlock2D", "DownBlock2D"),
    "up_block_types": ("UpBlock2D", "CrossAttnUpBlock2D"),
}


def _autoencoder(scaling_factor: float) -> AutoencoderKL:
    return AutoencoderKL(
        block_out_channels=(8, 16),
        down_block_types=("DownEncoderBlock2D",) * 2,
        up_block_types=("UpDecoderBlock2D",) * 2,
        latent_channels=4,
        norm_num_groups=4,
        layers_per_block=1,
        sample_size=16,
        scaling_factor=scaling_factor,
    )


def _text_config() -> CLIPTextConfig:
    words = 2 * len(_LETTERS) + 2
    return CLIPTextConfig(
        vocab_size=words,
        hidden_size=_TEXT_WIDTH,
        intermediate_size=16,
        projection_dim=_TEXT_WIDTH,
        num_hidden_layers=2,
        num_attention_heads=2,
        max_position_embeddings=_TOKENS,
        bos_token_id=words - 2,
        eos_token_id=words - 1,
        pad_token_id=words - 1,
    )

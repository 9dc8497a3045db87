"""Diffusion pipelines of the classes that Stable Diffusion v1.5 and XL are made of, at toy size.

Unlike `models.toy_pipeline`, which stands for the embedded pipeline, these have CLIP text encoders
and the KL autoencoder, so that files of the hub's layout and adapters for them can be tried. All
weights are random and the same in every call.
"""

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
from safetensors.torch import save_file
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
    """Folders as the hub has them: half precision beside full, each with what is not wanted.

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
        # One file of another form, as old repositories have them.
        (target / "unet" / "diffusion_pytorch_model.bin").write_bytes(b"pickle" * 50)
        (target / "README.md").write_text("A toy.\n", "utf-8")
    write_toy_few_step_lora(few_step / "pytorch_lora_weights.safetensors")
    toy_tiny_decoder().save_pretrained(tiny)
    for target in (few_step, tiny):
        (target / "README.md").write_text("A toy.\n", "utf-8")
    return made


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

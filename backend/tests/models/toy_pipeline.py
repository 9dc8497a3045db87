"""A Stable Diffusion pipeline of real classes at toy size, and a LoRA for it."""

from pathlib import Path

import torch
from diffusers import (
    AutoencoderTiny,
    DPMSolverMultistepScheduler,
    StableDiffusionImg2ImgPipeline,
    UNet2DConditionModel,
)
from peft import LoraConfig
from peft.utils import get_peft_model_state_dict
from transformers import BertConfig, BertModel, BertTokenizerFast

from backend.training.diffusion.config import scheduler_arguments

_WORDS = [
    "[PAD]",
    "[UNK]",
    "[CLS]",
    "[SEP]",
    "[MASK]",
    "red",
    "fox",
    "logo",
    "neon",
    "blue",
    "tree",
]


def toy_pipeline(folder: Path) -> StableDiffusionImg2ImgPipeline:
    """32-pixel pictures, two-block networks; `folder` takes the vocabulary file."""
    torch.manual_seed(0)
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "vocab.txt").write_text("\n".join(_WORDS))
    # The argument's name is "vocab": under another one it is ignored, and every word is unknown.
    tokenizer = BertTokenizerFast(vocab=str(folder / "vocab.txt"), model_max_length=8)
    assert len(tokenizer) == len(_WORDS)
    config = BertConfig(
        vocab_size=len(_WORDS),
        hidden_size=16,
        num_hidden_layers=1,
        num_attention_heads=2,
        intermediate_size=16,
    )
    config.use_attention_mask = True
    unet = UNet2DConditionModel(
        sample_size=8,
        in_channels=4,
        out_channels=4,
        block_out_channels=(8, 16),
        layers_per_block=1,
        cross_attention_dim=16,
        attention_head_dim=4,
        norm_num_groups=4,
        down_block_types=("CrossAttnDownBlock2D", "DownBlock2D"),
        up_block_types=("UpBlock2D", "CrossAttnUpBlock2D"),
    )
    vae = AutoencoderTiny(
        encoder_block_out_channels=(8, 8, 8),
        decoder_block_out_channels=(8, 8, 8),
        latent_channels=4,
        num_encoder_blocks=(1, 1, 1),
        num_decoder_blocks=(1, 1, 1),
        scaling_factor=1.0,
    )
    return StableDiffusionImg2ImgPipeline(
        vae=vae,
        text_encoder=BertModel(config),
        tokenizer=tokenizer,
        unet=unet,
        scheduler=DPMSolverMultistepScheduler(**scheduler_arguments()),
        safety_checker=None,
        feature_extractor=None,
        requires_safety_checker=False,
    )


def write_toy_lora(folder: Path, name: str, rank: int = 2) -> Path:
    """A LoRA for the toy UNet with weights large enough to show."""
    torch.manual_seed(1)
    unet = toy_pipeline(folder / "vocabulary").unet
    unet.add_adapter(
        LoraConfig(r=rank, lora_alpha=rank, target_modules=["to_q", "to_k", "to_v", "to_out.0"])
    )
    for parameter in (p for n, p in unet.named_parameters() if "lora_B" in n):
        torch.nn.init.normal_(parameter, std=2.0)
    StableDiffusionImg2ImgPipeline.save_lora_weights(
        folder, unet_lora_layers=get_peft_model_state_dict(unet), weight_name=f"{name}.safetensors"
    )
    return folder / f"{name}.safetensors"

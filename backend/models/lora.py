"""LoRA adapters: found by name, checked before use, kept loaded, switched by weight."""

from __future__ import annotations

import json
import re
import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from safetensors import SafetensorError, safe_open

from backend.domain.errors import LoraIncompatible, UnknownLora
from backend.domain.generation import LoraChoice

_NAME = re.compile(r"[\w][\w.\-]{0,80}")
_MAX_TENSORS = 20_000


class LoraShelf:
    """The adapters of a folder: `NAME.safetensors`, or `NAME/` with one such file inside."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def names(self) -> list[str]:
        """All adapters, sorted."""
        files = [path.stem for path in self._folder.glob("*.safetensors")]
        folders = [path.parent.name for path in self._folder.glob("*/*.safetensors")]
        return sorted({*files, *folders})

    def path(self, name: str) -> Path:
        """The adapter's file.

        Raises:
            UnknownLora: no adapter has this name.
        """
        if _NAME.fullmatch(name):
            direct = self._folder / f"{name}.safetensors"
            if direct.is_file():
                return direct
            if found := sorted((self._folder / name).glob("*.safetensors")):
                return found[0]
        known = ", ".join(self.names()[:10]) or "none; put .safetensors files into lora/"
        raise UnknownLora(f"there is no LoRA named {name[:60]!r}; known: {known}")

    @contextmanager
    def applied(self, pipeline: Any, choices: Sequence[LoraChoice]) -> Iterator[str]:
        """Runs the body with the adapters active at their weights, and none afterwards.

        Adapters stay loaded in the pipeline, so switching between them costs a change of weights.

        Yields:
            The trigger words that the adapters' own metadata name, comma-separated.

        Raises:
            UnknownLora, LoraIncompatible: before anything of the pipeline is changed.
        """
        active = [choice for choice in choices if choice.weight > 0]
        if not active:
            yield ""
            return
        for choice in active:
            self._ensure_loaded(pipeline, choice.name)
        adapters = [_adapter_name(choice.name) for choice in active]
        pipeline.unet.set_adapters(adapters, [choice.weight for choice in active])
        pipeline.unet.enable_adapters()
        try:
            yield ", ".join(filter(None, (self._trigger(choice.name) for choice in active)))
        finally:
            pipeline.unet.disable_adapters()

    def _trigger(self, name: str) -> str:
        with safe_open(self.path(name), framework="np") as file:
            return str((file.metadata() or {}).get("modelspec.trigger_phrase", ""))

    def _ensure_loaded(self, pipeline: Any, name: str) -> None:
        path = self.path(name)
        if _adapter_name(name) in getattr(pipeline.unet, "peft_config", {}):
            return
        check_adapter(path, pipeline)
        try:
            with warnings.catch_warnings():
                # A second adapter beside the first is what is wanted here.
                warnings.filterwarnings("ignore", message="Already found a `peft_config`")
                pipeline.load_lora_weights(
                    str(path.parent), weight_name=path.name, adapter_name=_adapter_name(name)
                )
        except (ValueError, RuntimeError, KeyError) as error:
            raise LoraIncompatible(
                f"the LoRA {name!r} was trained for another model; "
                "its layers do not fit the loaded pipeline"
            ) from error
        pipeline.unet.disable_adapters()


def check_adapter(path: Path, pipeline: Any) -> None:
    """Refuses files that are not adapters of this pipeline's UNet, without loading their tensors.

    Raises:
        LoraIncompatible: with the reason.
    """
    try:
        with safe_open(path, framework="np") as file:
            names = list(file.keys())
    except (SafetensorError, json.JSONDecodeError, OSError) as error:
        raise LoraIncompatible(f"{path.name} is not a readable safetensors file") from error
    if not 0 < len(names) <= _MAX_TENSORS:
        raise LoraIncompatible(
            f"{path.name} holds {len(names)} tensors; a LoRA has between 1 and {_MAX_TENSORS}"
        )
    if not any("lora" in name.lower() for name in names):
        raise LoraIncompatible(f"{path.name} holds no LoRA layers")
    is_bert = type(pipeline.text_encoder).__name__ == "BertModel"
    if is_bert and any(name.startswith(("text_encoder", "lora_te")) for name in names):
        raise LoraIncompatible(
            f"{path.name} also changes a CLIP text encoder, "
            "which the embedded pipeline does not have; "
            "use it with the sd15 profile"
        )


def _adapter_name(name: str) -> str:
    """PEFT forbids dots in adapter names."""
    return name.replace(".", "_")

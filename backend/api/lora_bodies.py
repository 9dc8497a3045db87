"""Shapes of what goes out about LoRA adapters."""

from __future__ import annotations

from datetime import datetime
from urllib.parse import quote

from pydantic import BaseModel, ConfigDict, Field

from backend.api import examples
from backend.services.lora_facts import TrainingFacts
from backend.services.loras import LoraCard


class LoraTraining(BaseModel):
    """How an adapter was trained, as far as its file tells."""

    goal: str | None = Field(description="style, object or trigger, of those trained here.")
    steps: int | None
    pictures: int | None
    metrics: dict[str, float]

    @classmethod
    def of(cls, facts: TrainingFacts) -> LoraTraining:
        """The facts of a file."""
        return cls(
            goal=facts.goal,
            steps=facts.steps,
            pictures=facts.pictures,
            metrics=dict(facts.metrics),
        )


class LoraInfo(BaseModel):
    """An adapter in the lora folder."""

    model_config = ConfigDict(json_schema_extra={"examples": [examples.LORA]})

    name: str
    bytes: int
    title: str = Field(description="What its author calls it, or its name.")
    sha256: str = Field(description="Empty if the file is no sound adapter.")
    base: str = Field(description="The model it was made for: sd15, sdxl, sd-embedded, flux ...")
    layout: str = Field(
        description="kohya, peft, diffusers, lora_diffusion or textual_inversion; empty if the "
        "file is no sound adapter."
    )
    rank: int | None
    modules: int = Field(description="Layers that it changes.")
    touches_text: bool = Field(description="Whether it changes a text encoder too.")
    licence: str | None
    trigger_words: list[str] = Field(description="Words that call its style up.")
    thumbnail_url: str | None
    fits: bool = Field(description="Whether it can be used with the pipeline in use.")
    problem: str | None = Field(description="Why not.")
    removable: bool
    created_at: datetime
    training: LoraTraining | None
    tryout: bool = Field(description="Whether it was tried on the fixed prompts.")

    @classmethod
    def of(cls, card: LoraCard) -> LoraInfo:
        """An adapter with the address of its picture."""
        return cls(
            name=card.name,
            bytes=card.bytes,
            title=card.title,
            sha256=card.sha256,
            base=card.base,
            layout=card.layout,
            rank=card.rank,
            modules=card.modules,
            touches_text=card.touches_text,
            licence=card.licence or None,
            trigger_words=list(card.trigger_words),
            thumbnail_url=f"{lora_url(card.name)}/thumbnail" if card.has_thumbnail else None,
            fits=card.problem is None,
            problem=card.problem,
            removable=card.is_removable,
            created_at=card.created_at,
            training=None if card.training is None else LoraTraining.of(card.training),
            tryout=card.was_tried,
        )


class LoraList(BaseModel):
    """All adapters."""

    model_config = ConfigDict(json_schema_extra={"examples": [examples.LORA_LIST]})

    loras: list[LoraInfo]


def lora_url(name: str) -> str:
    """The address of an adapter."""
    return f"/loras/{quote(name)}"

"""Shapes of tryouts: an adapter on fixed prompts at fixed weights."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

from pydantic import BaseModel, ConfigDict, Field

from backend.storage.tryouts import Tryout

_TRYOUT: dict[str, Any] = {
    "prompts": ["a red fox", "a coffee cup"],
    "weights": [0, 0.5, 1, 1.5],
    "cells": [{"prompt": 0, "weight": 2, "url": "/loras/pixel-art/tryout/0-2.webp"}],
    "strength": 0.6,
    "seed": 7,
    "seconds": 6.4,
    "suggested_weight": 1.0,
}


class CellBody(BaseModel):
    """A picture of the grid."""

    prompt: int = Field(description="Place in `prompts`, from 0.")
    weight: int = Field(description="Place in `weights`, from 0.")
    url: str


class TryoutBody(BaseModel):
    """An adapter on fixed prompts at fixed weights."""

    model_config = ConfigDict(json_schema_extra={"examples": [_TRYOUT]})

    prompts: list[str]
    weights: list[float]
    cells: list[CellBody]
    strength: float
    seed: int
    seconds: float = Field(description="How long it took.")
    suggested_weight: float | None = Field(
        description="The highest weight at which the pictures still show their prompts nearly as "
        "well as without the adapter, by a network that compares pictures and words; null if "
        "there is no such weight or no such network."
    )

    @classmethod
    def of(cls, name: str, tryout: Tryout) -> TryoutBody:
        """A grid with the addresses of its pictures."""
        path = f"/loras/{quote(name)}/tryout"
        return cls(
            prompts=list(tryout.prompts),
            weights=list(tryout.weights),
            cells=[
                CellBody(prompt=prompt, weight=weight, url=f"{path}/{prompt}-{weight}.webp")
                for prompt in range(len(tryout.prompts))
                for weight in range(len(tryout.weights))
            ],
            strength=tryout.strength,
            seed=tryout.seed,
            seconds=tryout.seconds,
            suggested_weight=tryout.suggested_weight,
        )

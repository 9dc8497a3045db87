"""What speeds mean: the manifest's table, and what happens when its extra files are not there."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from backend.domain.errors import WeightsCorrupt
from backend.domain.generation import EVALUATIONS_BY_SPEED, LIMITS, RestyleParams, Speed
from backend.models.catalog import Catalog, WeightEntry, WeightFile
from backend.models.speeds import (
    QUALITY_SAMPLER,
    SpeedPlan,
    evaluations_by_speed,
    plain_plan,
    plan,
)

FEW = {"sampler": "lcm", "adapter": "few-step", "guidance": 1}
SPEEDS: Mapping[str, Any] = {
    "draft": {"evaluations": 4, "decoder": "tiny", **FEW},
    "balanced": {"evaluations": 6, **FEW},
    "quality": {"evaluations": 25},
}


def catalog(folder: Path, speeds: Mapping[str, Any] = SPEEDS, *, absent: str = "") -> Catalog:
    """A manifest of a pipeline with both extras, of which one may not have been pulled."""
    files = {
        "sd": "sd/model_index.json",
        "sd-few-step": "sd-few-step/weights.safetensors",
        "sd-tiny-decoder": "sd-tiny-decoder/config.json",
    }
    for name, path in files.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        if name != absent:
            (folder / path).write_bytes(b"x")
    return Catalog(
        folder,
        [
            WeightEntry(
                name, "restyle", name, "1", "sd15", "MIT", "here",
                files=(WeightFile(path, 1, sha256="ab" * 32),),
                facts={"speeds": speeds} if name == "sd" else {},
            )
            for name, path in files.items()
        ],
    )  # fmt: skip


def told(found: SpeedPlan) -> dict[str, Any]:
    return found.to_record()


def test_a_speed_is_what_the_manifest_says(tmp_path: Path) -> None:
    draft = plan(catalog(tmp_path), "sd", RestyleParams(guidance=7.5, speed=Speed.DRAFT))
    assert told(draft) == {
        "evaluations": 4,
        "sampler": "lcm",
        "guidance": 1,
        "speed": "draft",
        "adapter": "sd-few-step",
        "decoder": "sd-tiny-decoder",
    }
    assert draft.adapter is not None
    assert draft.adapter.path == tmp_path / "sd-few-step" / "weights.safetensors"
    assert draft.adapter.sha256 == "ab" * 32
    assert draft.decoder is not None
    assert draft.decoder.path == tmp_path / "sd-tiny-decoder"
    assert draft.warnings == ()
    assert evaluations_by_speed(catalog(tmp_path), "sd") == {
        "draft": 4,
        "balanced": 6,
        "quality": 25,
    }


def test_own_steps_are_evaluations_of_the_quality_sampler(tmp_path: Path) -> None:
    own = plan(catalog(tmp_path), "sd", RestyleParams(steps=3, guidance=5))
    assert own == SpeedPlan(3, QUALITY_SAMPLER, 5)


def test_without_the_adapter_quality_is_sampled_and_said(tmp_path: Path) -> None:
    house = catalog(tmp_path, absent="sd-few-step")
    draft = plan(house, "sd", RestyleParams(guidance=4, speed=Speed.DRAFT))
    assert (draft.evaluations, draft.sampler, draft.guidance) == (25, QUALITY_SAMPLER, 4)
    assert draft.adapter is draft.decoder is None
    (warning,) = draft.warnings
    assert "weights pull sd-few-step" in warning
    assert evaluations_by_speed(house, "sd")[Speed.DRAFT] == 25


def test_without_the_decoder_the_pipeline_decodes_and_it_is_said(tmp_path: Path) -> None:
    house = catalog(tmp_path, absent="sd-tiny-decoder")
    draft = plan(house, "sd", RestyleParams(speed=Speed.DRAFT))
    assert (draft.evaluations, draft.sampler, draft.decoder) == (4, "lcm", None)
    assert len(draft.warnings) == 1
    assert plan(house, "sd", RestyleParams(speed=Speed.BALANCED)).warnings == ()


def test_a_pipeline_without_a_table_has_the_usual_counts(tmp_path: Path) -> None:
    assert evaluations_by_speed(catalog(tmp_path, {}), "sd") == EVALUATIONS_BY_SPEED
    assert evaluations_by_speed(catalog(tmp_path), "nowhere") == EVALUATIONS_BY_SPEED
    assert plain_plan(RestyleParams()).evaluations == LIMITS.steps.default
    assert EVALUATIONS_BY_SPEED[Speed.BALANCED] == LIMITS.steps.default


@pytest.mark.parametrize(
    "row", [{"evaluations": 0}, {"evaluations": 4, "sampler": "magic"}, {"counts": 4}, 7]
)
def test_a_damaged_table_is_named(tmp_path: Path, row: Any) -> None:
    with pytest.raises(WeightsCorrupt, match="speed"):
        plan(catalog(tmp_path, {"draft": row}), "sd", RestyleParams())


def test_the_shipped_tables_can_be_understood() -> None:
    shipped = Catalog.load(Path(__file__).parents[3] / "weights")
    for entry in shipped.entries:
        if entry.stage == "restyle":
            assert evaluations_by_speed(shipped, entry.name)[Speed.QUALITY] >= 20


def test_sorts_tell_plans_apart_that_cost_differently(tmp_path: Path) -> None:
    house = catalog(tmp_path)
    sorts = [plan(house, "sd", RestyleParams(speed=speed)).sort for speed in Speed]
    assert sorts == ["few-tiny", "few", ""]

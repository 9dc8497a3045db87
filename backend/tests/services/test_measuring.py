from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from backend.domain.errors import OutOfMemory
from backend.domain.generation import (
    EVALUATIONS_BY_SPEED,
    LIMITS,
    RestyleParams,
    Speed,
    StageName,
)
from backend.models.speeds import ExtraModel, SpeedPlan, plain_plan
from backend.services.chain import DRAFTS_ONLY, RESTYLE_ONLY, Chain, Work
from backend.services.local import ShortMemory
from backend.services.measuring import measure_what_is_unknown, seconds_by_speed
from backend.tests.services.test_chain import Listener, StubModels, work


def idle() -> bool:
    return False


def test_nothing_is_told_before_anything_was_measured() -> None:
    assert seconds_by_speed(ShortMemory(), plain_plan) == dict.fromkeys(
        ["drafts", "draft", "balanced", "quality"]
    )


def test_seconds_are_those_of_the_defaults() -> None:
    memory = ShortMemory()
    units = {"brief": 0.01, "draft": 0.1, "upscale": 0.2, "restyle": 0.05, "finish": 0.3}
    for stage, seconds in units.items():
        memory.remember_timing(f"stage:{stage}", seconds)
    told = seconds_by_speed(memory, plain_plan)
    assert told["drafts"] == pytest.approx(0.01 + LIMITS.count.default * 0.3, abs=0.01)
    for speed in Speed:
        assert told[speed] == pytest.approx(0.05 * EVALUATIONS_BY_SPEED[speed] + 0.3, abs=0.01)


def test_few_step_speeds_are_told_by_their_own_cost() -> None:
    memory = ShortMemory()
    for key, seconds in (("restyle", 1.0), ("restyle:few-tiny", 0.25), ("finish", 0.0)):
        memory.remember_timing(f"stage:{key}", seconds)

    def planner(params: RestyleParams) -> SpeedPlan:
        plain = plain_plan(params)
        if params.speed is not Speed.DRAFT:
            return plain
        extra = ExtraModel("x", Path("x"), "")
        return replace(plain, evaluations=4, adapter=extra, decoder=extra)

    told = seconds_by_speed(memory, planner)
    assert (told["draft"], told["balanced"], told["quality"]) == (1.0, 10.0, 20.0)


def test_a_new_machine_is_measured_through_the_chain() -> None:
    memory, models = ShortMemory(), StubModels()
    measure_what_is_unknown(models, memory, idle)
    assert None not in seconds_by_speed(memory, plain_plan).values()
    assert {"draft", "upscale", "restyle:1"} <= set(models.calls)


def test_a_known_machine_is_left_alone() -> None:
    memory, models = ShortMemory(), StubModels()
    for stage in StageName:
        memory.remember_timing(f"stage:{stage}", 7.0)
    measure_what_is_unknown(models, memory, idle)
    assert models.calls == []
    assert {memory.timing(f"stage:{stage}") for stage in StageName} == {7.0}


def test_only_what_is_unknown_is_remembered() -> None:
    memory = ShortMemory()
    for stage in (StageName.BRIEF, StageName.DRAFT, StageName.UPSCALE):
        memory.remember_timing(f"stage:{stage}", 7.0)
    measure_what_is_unknown(StubModels(), memory, idle)
    assert memory.timing("stage:draft") == 7.0
    assert memory.timing("stage:restyle") is not None


def test_a_job_that_waits_goes_first() -> None:
    memory, models = ShortMemory(), StubModels()
    measure_what_is_unknown(models, memory, lambda: True)
    assert models.calls == []
    # One that comes in the middle of the restyle ends it.
    measure_what_is_unknown(models, memory, lambda: "restyle:1" in models.calls)
    assert models.calls.count("restyle:1") == 1
    assert memory.timing("stage:restyle") is None


def test_a_slow_machine_is_not_waited_for() -> None:
    memory, models = ShortMemory(), StubModels()
    clock = iter(range(0, 10_000, 2))
    measure_what_is_unknown(models, memory, idle, lambda: float(next(clock)))
    assert memory.timing("stage:restyle") is None


def test_a_fault_leaves_the_stage_unknown() -> None:
    memory, models = ShortMemory(), StubModels()
    models.restyle_fails = OutOfMemory("too much")
    measure_what_is_unknown(models, memory, idle)
    assert seconds_by_speed(memory, plain_plan)["balanced"] is None
    assert seconds_by_speed(memory, plain_plan)["drafts"] is not None


def test_drafts_that_pass_through_teach_nothing_of_what_a_restyle_is_finished_in() -> None:
    memory, models = ShortMemory(), StubModels()
    plain = work(Listener(), stages=(*DRAFTS_ONLY, StageName.FINISH))
    Chain(models, memory).run([plain])
    assert memory.timing("stage:finish") is None
    assert memory.timing("stage:finish:drafts") is not None
    restyled = Work(
        Listener(), RESTYLE_ONLY, "b", 1, 64,
        restyle_params=RestyleParams(), pictures=plain.pictures,
    )  # fmt: skip
    Chain(models, memory).run([restyled])
    assert memory.timing("stage:finish") is not None


def test_every_sort_of_speed_is_measured_and_the_one_that_forms_offer_first() -> None:
    memory, models = ShortMemory(), Sorted()
    measure_what_is_unknown(models, memory, idle)
    keys = [f"stage:restyle{sort}" for sort in ("", ":few", ":few-tiny")]
    assert None not in [memory.timing(key) for key in keys]
    assert [params.speed for params in models.planned][:1] == [Speed.BALANCED]
    count = len(models.calls)
    measure_what_is_unknown(models, memory, idle)
    assert len(models.calls) == count


class Sorted(StubModels):
    """Speeds that differ in what an evaluation costs."""

    def __init__(self) -> None:
        super().__init__()
        self.planned: list[RestyleParams] = []

    def speed_plan(self, params: RestyleParams) -> SpeedPlan:
        self.planned.append(params)
        extra = ExtraModel("x", Path("x"), "")
        return replace(
            plain_plan(params),
            adapter=extra if params.speed in (Speed.DRAFT, Speed.BALANCED) else None,
            decoder=extra if params.speed is Speed.DRAFT else None,
        )


def test_artists_are_timed_apart() -> None:
    memory, models = ShortMemory(), StubModels()
    one, other = work(Listener(), stages=DRAFTS_ONLY), work(Listener(), DRAFTS_ONLY, group="b")
    assert other.request is not None
    Chain(models, memory).run([one])
    assert memory.timing("stage:draft:cgan") is not None
    assert memory.timing("stage:draft") is None
    other.request = replace(other.request, source=models.name)
    twice = ShortMemory()
    Chain(models, twice).run([work(Listener(), stages=DRAFTS_ONLY), other])
    assert twice.timing("stage:draft:cgan") is None
    assert twice.timing("stage:draft:composer") is None

from __future__ import annotations

from pathlib import Path

import pytest

from backend.domain.generation import StageName
from backend.models.speeds import ExtraModel, SpeedPlan
from backend.services.chain import GENERATE_RESTYLED
from backend.services.forecast import Forecast


class Memory:
    """Timings that forget the old for the new."""

    def __init__(self, **seconds: float) -> None:
        self.seconds = {f"stage:{stage}": value for stage, value in seconds.items()}

    def timing(self, key: str) -> float | None:
        return self.seconds.get(key)

    def remember_timing(self, key: str, seconds: float) -> None:
        self.seconds[key] = seconds


ALL = GENERATE_RESTYLED
PLAN = SpeedPlan(10)
KNOWN = Memory(brief=0.1, draft=0.2, upscale=0.3, restyle=0.05, finish=0.4)
# Four pictures: 0.1 + 4 * 0.2 + 4 * 0.3 + 4 * 10 * 0.05 + 4 * 0.4.
TOTAL = 0.1 + 0.8 + 1.2 + 2.0 + 1.6


def test_at_the_start_everything_lies_ahead() -> None:
    forecast = Forecast(KNOWN, ALL, 4, PLAN)
    assert forecast.progress(StageName.BRIEF, 0, 1).eta_seconds == pytest.approx(TOTAL)


def test_the_rest_of_the_stage_and_the_later_stages_count() -> None:
    forecast = Forecast(KNOWN, ALL, 4, PLAN)
    progress = forecast.progress(StageName.RESTYLE, 5, 20, preview=b"jpeg")
    assert progress.eta_seconds == pytest.approx(0.75 * 2.0 + 1.6)
    assert (progress.stage, progress.step, progress.total) == (StageName.RESTYLE, 5, 20)
    assert progress.preview == b"jpeg"
    assert forecast.progress(StageName.FINISH, 4, 4).eta_seconds == 0


def test_the_estimate_falls_from_report_to_report() -> None:
    forecast = Forecast(KNOWN, ALL, 2, PLAN)
    etas = [forecast.progress(stage, step, 4).eta_seconds for stage in ALL for step in range(5)]
    known = [eta for eta in etas if eta is not None]
    assert len(known) == len(etas)
    assert known == sorted(known, reverse=True)


def test_without_an_experience_of_a_stage_ahead_there_is_no_estimate() -> None:
    forecast = Forecast(
        Memory(brief=0.1, finish=0.4), (StageName.BRIEF, StageName.RESTYLE), 1, PLAN
    )
    assert forecast.progress(StageName.BRIEF, 0, 1).eta_seconds is None
    assert forecast.progress(StageName.RESTYLE, 0, 1).eta_seconds is None
    # A stage that is not planned is not missed.
    short = Forecast(Memory(brief=0.1, finish=0.4), (StageName.BRIEF, StageName.FINISH), 1, PLAN)
    assert short.progress(StageName.BRIEF, 1, 1).eta_seconds == pytest.approx(0.4)


def test_a_stage_of_no_steps_is_no_division_by_zero() -> None:
    assert Forecast(KNOWN, ALL, 1, PLAN).progress(StageName.FINISH, 0, 0).eta_seconds == 0.4


@pytest.mark.parametrize("stage", StageName)
def test_what_is_remembered_forecasts_the_same_request_exactly(stage: StageName) -> None:
    memory = Memory()
    Forecast.remember(memory, stage, 12.0, 3, PLAN, [stage])
    forecast = Forecast(memory, [stage], 3, PLAN)
    assert forecast.progress(stage, 0, 1).eta_seconds == pytest.approx(12)


def test_costs_grow_with_pictures_and_evaluations() -> None:
    memory = Memory()
    Forecast.remember(memory, StageName.RESTYLE, 10.0, 1, PLAN, ALL)
    Forecast.remember(memory, StageName.FINISH, 1.0, 1, PLAN, ALL)

    def eta(stage: StageName, count: int, plan: SpeedPlan) -> float | None:
        return Forecast(memory, [stage], count, plan).progress(stage, 0, 1).eta_seconds

    assert eta(StageName.RESTYLE, 2, PLAN) == pytest.approx(20)
    assert eta(StageName.RESTYLE, 1, SpeedPlan(20)) == pytest.approx(20)
    assert eta(StageName.RESTYLE, 1, SpeedPlan(5)) == pytest.approx(5)
    assert eta(StageName.FINISH, 5, SpeedPlan(99)) == pytest.approx(5)


def test_few_step_evaluations_are_remembered_apart() -> None:
    memory, few = Memory(restyle=1.0), SpeedPlan(4, adapter=ExtraModel("few", Path("few"), ""))

    def eta() -> float | None:
        return Forecast(memory, [StageName.RESTYLE], 1, few).total_seconds

    assert eta() == pytest.approx(4)  # Better than nothing.
    Forecast.remember(memory, StageName.RESTYLE, 2.0, 1, few, ALL)
    assert eta() == pytest.approx(2)
    assert memory.seconds["stage:restyle"] == 1.0

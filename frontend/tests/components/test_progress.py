"""How long something takes, in words."""

from __future__ import annotations

import pytest

from frontend.api_types import Job, JobState, Progress
from frontend.components.progress import headline, seconds_text, step_line
from frontend.i18n import Language, Texts

EN, RU = Texts(Language.ENGLISH), Texts(Language.RUSSIAN)


@pytest.mark.parametrize(
    ("seconds", "english", "russian"),
    [
        (0.01, "0.1 s", "0,1 с"),
        (0.4, "0.4 s", "0,4 с"),
        (9.96, "10 s", "10 с"),
        (59.6, "60 s", "60 с"),
        (119.4, "119 s", "119 с"),
        (119.6, "2 min", "2 мин"),
        (1834, "31 min", "31 мин"),
    ],
)
def test_durations_are_rounded_as_people_say_them(
    seconds: float, english: str, russian: str
) -> None:
    assert (seconds_text(EN, seconds), seconds_text(RU, seconds)) == (english, russian)


@pytest.mark.parametrize(("eta", "told"), [(1834.0, "31 min"), (50.2, "50 s"), (0.1, "1 s")])
def test_the_time_left_is_a_duration_too(eta: float, told: str) -> None:
    progress = Progress(stage="draft", step=1, total=9, eta_seconds=eta)

    assert step_line(EN, progress) == f"Step 1 of 9 · about {told} left"


@pytest.mark.parametrize(
    ("kind", "english", "russian"),
    [
        ("restyle", "Finishing", "Завершаем"),
        ("export", "Packing the brand kit", "Собираем фирменный комплект"),
    ],
)
def test_a_kit_is_packed_and_a_picture_is_finished(kind: str, english: str, russian: str) -> None:
    job = Job("job_1", kind, JobState.RUNNING, progress=Progress(stage="finish", step=1, total=9))

    assert (headline(EN, job), headline(RU, job)) == (english, russian)

from __future__ import annotations

import threading
import time
from collections.abc import Callable

import pytest

from backend.services.lanes import run_together

PATIENCE_SECONDS = 60.0


class FunctionLoop:
    """A loop that a test hands in."""

    def __init__(self, run: Callable[[threading.Event], None]) -> None:
        self.run = run


def waits(stop: threading.Event) -> None:
    assert stop.wait(PATIENCE_SECONDS), "nobody stopped it"


def fails(_: threading.Event) -> None:
    raise MemoryError("of this loop")


def returns(_: threading.Event) -> None:
    """Ends though nobody asked."""


def test_all_loops_run_at_once_and_end_together() -> None:
    stop, meeting = threading.Event(), threading.Barrier(3)

    def meets(stop: threading.Event) -> None:
        meeting.wait(PATIENCE_SECONDS)
        waits(stop)

    thread = threading.Timer(0.1, stop.set)
    thread.start()
    run_together(FunctionLoop(meets), [FunctionLoop(meets), FunctionLoop(meets)], stop)
    thread.join()


def test_the_first_loop_runs_in_the_calling_thread() -> None:
    names: list[str] = []

    def notes(stop: threading.Event) -> None:
        names.append(threading.current_thread().name)
        stop.set()

    run_together(FunctionLoop(notes), [FunctionLoop(waits)], threading.Event())
    assert names == [threading.current_thread().name]


@pytest.mark.parametrize("failing_first", [True, False])
@pytest.mark.parametrize(("failure", "raised"), [(fails, MemoryError), (returns, RuntimeError)])
def test_one_that_fails_ends_the_others_and_is_raised(
    failing_first: bool, failure: Callable[[threading.Event], None], raised: type[Exception]
) -> None:
    stop = threading.Event()
    loops = [FunctionLoop(failure), FunctionLoop(waits)]
    first, other = loops if failing_first else reversed(loops)
    started = time.monotonic()
    with pytest.raises(RuntimeError) as caught:
        run_together(first, [other], stop)
    assert isinstance(caught.value.__cause__, raised)
    assert stop.is_set()
    # The other one did not wait until it lost its patience.
    assert time.monotonic() - started < PATIENCE_SECONDS / 2

"""What the commands of a shell share: progress bars, and failures as one sentence."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import NoReturn

from rich.console import Console
from rich.progress import BarColumn, Progress, TaskID, TextColumn, TimeRemainingColumn

from backend.domain.errors import LogoError

console = Console(stderr=True)
Report = Callable[[str, int, int], None]


@contextmanager
def progress() -> Iterator[Progress]:
    """A bar for each stage, on standard error."""
    columns = (
        TextColumn("{task.description:10}"),
        BarColumn(),
        TextColumn("{task.completed}/{task.total}"),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=console) as bar:
        yield bar
        for task in bar.tasks:
            bar.update(task.id, completed=task.total)


def reporter(bar: Progress) -> Report:
    """Turns reports of stages into bars."""
    tasks: dict[str, TaskID] = {}

    def report(label: str, done: int, total: int) -> None:
        if label not in tasks:
            # A stage tells what it begins; the next one tells that it has ended.
            for earlier in tasks.values():
                bar.update(earlier, completed=bar.tasks[earlier].total)
            tasks[label] = bar.add_task(label, total=total)
        bar.update(tasks[label], completed=done, total=total)

    return report


@contextmanager
def friendly(code: int = 1) -> Iterator[None]:
    """Expected failures end as one sentence and an exit code, not as a traceback."""
    try:
        yield
    except LogoError as error:
        fail(error.detail, code)
    except ValueError as error:
        fail(str(error), code)


def fail(sentence: str, code: int = 1) -> NoReturn:
    """Says why and ends with an exit code."""
    console.print(f"error: {sentence}", style="red")
    sys.exit(code)

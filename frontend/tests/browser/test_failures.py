"""A journey that fails leaves behind what can be known of it."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext

from frontend.tests.browser.failures import what_was_seen
from frontend.tests.browser.stack import Stack

pytestmark = pytest.mark.browser


def test_pages_consoles_and_logs_are_told(context: BrowserContext, tmp_path: Path) -> None:
    context.new_page().set_content("<p>a red fox</p>")
    context.new_page().close()
    (tmp_path / "worker.log").write_text("old " * 9_000 + "out of memory", "utf-8")
    seen = {"context": context, "troubles": ["a script is missing"], "stack": Stack(tmp_path)}
    told = dict(what_was_seen(seen))

    assert "a red fox" in told["tab 1"]
    assert told["errors in the console"] == "a script is missing"
    assert told["ends of the logs"].startswith("worker: ")
    assert told["ends of the logs"].endswith("out of memory")
    assert len(told["ends of the logs"]) < 5_000


def test_a_stack_that_cannot_start_leaves_no_process(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Stack, "start_api", _stumble)
    stack = Stack(tmp_path)
    with pytest.raises(RuntimeError), stack:
        pass

    assert [process.poll() is None for process in stack._processes.values()] == [False]


def _stumble(stack: Stack) -> None:
    stack._start("api", ["sleep", "600"])
    raise RuntimeError("nothing answers")

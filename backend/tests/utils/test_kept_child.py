from __future__ import annotations

import os
import signal
import threading
from collections.abc import Iterator

import pytest

from backend.tests.api.support import eventually
from backend.utils.kept_child import ChildDied, ChildLate, ChildrenBusy, KeptChildren

MODULE = "backend.tests.utils.answering_child"


@pytest.fixture
def children() -> Iterator[KeptChildren]:
    kept = KeptChildren(MODULE, count=1, patience_seconds=0.2)
    yield kept
    kept.close()


def pid_of(children: KeptChildren) -> int:
    pid: int = children.ask({"do": "tell"}, 20)[0]["pid"]
    return pid


def is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def test_one_child_answers_again_and_again_and_ends_with_the_rest(children: KeptChildren) -> None:
    pids = {pid_of(children) for _ in range(5)}
    assert len(pids) == 1
    children.close()
    assert not is_alive(*pids)


@pytest.mark.parametrize("size", [0, 1, 65_536, 3_000_000])
def test_bytes_come_whole(children: KeptChildren, size: int) -> None:
    assert children.ask({"do": "tell", "bytes": size}, 20)[1] == bytes(size)


def test_what_it_prints_is_no_answer(children: KeptChildren) -> None:
    assert "pid" in children.ask({"do": "print"}, 20)[0]


def test_a_dead_child_is_replaced(children: KeptChildren) -> None:
    first = pid_of(children)
    with pytest.raises(ChildDied):
        children.ask({"do": "die"}, 20)
    second = pid_of(children)
    assert second != first
    os.kill(second, signal.SIGKILL)
    with pytest.raises(ChildDied):
        pid_of(children)
    assert pid_of(children) not in (first, second)


def test_one_that_hangs_is_ended(children: KeptChildren) -> None:
    first = pid_of(children)
    with pytest.raises(ChildLate):
        children.ask({"do": "hang"}, 0.2)
    assert not is_alive(first)
    assert pid_of(children) != first


def test_memory_is_bounded_and_a_fat_child_is_let_go(children: KeptChildren) -> None:
    with pytest.raises(ChildDied):
        children.ask({"do": "fill", "mb": 200}, 20)
    first = pid_of(children)
    children.ask({"do": "fill", "mb": 20}, 20)
    assert pid_of(children) == first


def test_a_question_does_not_wait_for_ever(children: KeptChildren) -> None:
    pid_of(children)
    thread = threading.Thread(target=_hang, args=(children,))
    thread.start()
    # Not before the only child is taken: asked too early, it would be late for the other one.
    assert eventually(children._free.empty)
    with pytest.raises(ChildrenBusy):
        pid_of(children)
    thread.join()


def _hang(children: KeptChildren) -> None:
    with pytest.raises(ChildLate):
        children.ask({"do": "hang"}, 2)

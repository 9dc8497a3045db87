from __future__ import annotations

import asyncio

from backend.telemetry.context import JOB_ID, REQUEST_ID, working_for


def test_blocks_nest_and_end() -> None:
    with working_for(REQUEST_ID, "a"):
        with working_for(REQUEST_ID, "b"), working_for(JOB_ID, "c"):
            assert (REQUEST_ID.get(), JOB_ID.get()) == ("b", "c")
        assert (REQUEST_ID.get(), JOB_ID.get()) == ("a", "")
    assert REQUEST_ID.get() == ""


def test_tasks_do_not_see_each_other_and_threads_inherit() -> None:
    async def work(name: str) -> str:
        with working_for(REQUEST_ID, name):
            await asyncio.sleep(0.01)
            return await asyncio.to_thread(REQUEST_ID.get)

    async def both() -> list[str]:
        return list(await asyncio.gather(work("a"), work("b")))

    assert asyncio.run(both()) == ["a", "b"]

from __future__ import annotations

import asyncio

import pytest

from backend.api.turns import Turns
from backend.domain.errors import TooManyRequests


def test_one_caller_has_so_many_here_and_the_others_still_get_their_turn() -> None:
    async def scene() -> None:
        turns, order, gate = Turns(1, 3), list[str](), asyncio.Event()

        async def work(caller: str) -> None:
            async with turns.turn(caller):
                await gate.wait()
                order.append(caller)

        waiting = [asyncio.create_task(work("loud")) for _ in range(3)]
        await asyncio.sleep(0)
        with pytest.raises(TooManyRequests, match="3 of your requests") as refusal:
            await work("loud")
        assert refusal.value.retry_after_seconds > 0
        waiting.append(asyncio.create_task(work("calm")))
        await asyncio.sleep(0)
        gate.set()
        await asyncio.gather(*waiting)
        assert order == ["loud", "loud", "loud", "calm"]
        await work("loud")

    asyncio.run(scene())


def test_work_that_fails_or_is_given_up_takes_no_place() -> None:
    async def scene() -> None:
        turns = Turns(1, 1)
        with pytest.raises(ValueError, match="broken"):
            async with turns.turn("a"):
                raise ValueError("broken")
        async with turns.turn("a"):
            given_up = asyncio.create_task(turns.turn("b").__aenter__())
            await asyncio.sleep(0)
            given_up.cancel()
            await asyncio.gather(given_up, return_exceptions=True)
        async with turns.turn("b"):
            pass

    asyncio.run(scene())

"""Those who listen hear what happens, and none of them holds up the others."""

import asyncio
from collections.abc import Coroutine
from threading import Thread

import pytest

from src.service.cameras.broadcast import RELOAD, Broadcast, Event, Subscription


def event(number: int) -> Event:
    return Event("passage", str(number))


def run(work: Coroutine[object, object, None]) -> None:
    asyncio.run(asyncio.wait_for(work, 20))


async def heard(events: Subscription, count: int) -> list[str]:
    return [RELOAD.kind if (each := await anext(events)) == RELOAD else each.data for _ in range(count)]


def test_all_who_listen_hear_all_in_its_order() -> None:
    async def work() -> None:
        broadcast = Broadcast()
        broadcast.publish(event(0))
        with broadcast.subscribe() as one, broadcast.subscribe() as other:
            assert broadcast.listeners == 2
            thread = Thread(target=lambda: [broadcast.publish(event(number)) for number in range(1, 4)])
            thread.start()
            assert await heard(one, 3) == await heard(other, 3) == ["1", "2", "3"]
            thread.join()
        assert broadcast.listeners == 0

    run(work())


def test_a_slow_one_loses_the_oldest_and_is_told_to_reload() -> None:
    async def work() -> None:
        broadcast = Broadcast(held=3)
        with broadcast.subscribe() as slow, broadcast.subscribe() as quick:
            for number in range(6):
                broadcast.publish(event(number))
                assert await heard(quick, 1) == [str(number)]
            assert await heard(slow, 3) == ["reload", "4", "5"]
            broadcast.publish(event(6))
            assert await heard(slow, 1) == ["6"]

    run(work())


def test_nothing_within_some_time_is_none_and_nothing_is_lost_by_it() -> None:
    async def work() -> None:
        broadcast = Broadcast()
        with broadcast.subscribe() as events:
            assert await events.within(0.01) is None
            broadcast.publish(event(1))
            assert await events.within(10) == event(1)
            assert await events.within(0) is None
            broadcast.end()
            with pytest.raises(StopAsyncIteration):
                await events.within(10)

    run(work())


def test_the_end_comes_after_what_there_is() -> None:
    async def work() -> None:
        broadcast = Broadcast()
        with broadcast.subscribe() as events:
            broadcast.publish(event(1))
            broadcast.end()
            assert [each.data async for each in events] == ["1"]
        with broadcast.subscribe() as late:
            assert [each async for each in late] == []

    run(work())


def test_who_listens_in_a_loop_that_is_gone_holds_up_nobody() -> None:
    broadcast = Broadcast()
    subscriptions = []

    async def begin() -> None:
        subscriptions.append(broadcast.subscribe())
        subscriptions[0].__enter__()

    asyncio.run(begin())
    broadcast.publish(event(1))
    subscriptions[0].__exit__(None, None, None)

"""feeds.manners: one at a time to a host, with a pause; hosts do not wait for one another."""

from __future__ import annotations

import asyncio

from feeds.manners import Manners


async def test_a_host_is_asked_one_at_a_time_and_another_at_once() -> None:
    manners, order = Manners(gap_s=0), list[str]()
    inside, go_on = asyncio.Event(), asyncio.Event()

    async def first() -> None:
        async with manners.turn("https://a.example/1"):
            inside.set()
            await go_on.wait()
            order.append("first")

    async def second() -> None:
        async with manners.turn("http://A.example:8080/2"):
            order.append("second")

    tasks = [asyncio.create_task(first()), asyncio.create_task(second())]
    await inside.wait()
    async with manners.turn("https://b.example/"):
        order.append("another host")
    go_on.set()
    await asyncio.gather(*tasks)
    assert order == ["another host", "first", "second"]


async def test_between_two_requests_to_a_host_there_is_a_pause() -> None:
    manners, loop = Manners(gap_s=0.05), asyncio.get_running_loop()
    async with manners.turn("https://a.example/"):
        pass
    ended = loop.time()
    async with manners.turn("https://a.example/"):
        assert loop.time() - ended >= 0.049


async def test_one_who_gives_up_waiting_holds_nobody_back() -> None:
    manners = Manners(gap_s=0)
    async with manners.turn("https://a.example/"):
        waiting = asyncio.create_task(manners.turn("https://a.example/").__aenter__())
        await asyncio.sleep(0)
        waiting.cancel()
        await asyncio.gather(waiting, return_exceptions=True)
    async with asyncio.timeout(5), manners.turn("https://a.example/"):
        pass


async def test_hosts_that_nobody_asks_are_forgotten() -> None:
    manners = Manners(gap_s=0)
    for number in range(50):
        async with manners.turn(f"https://e{number}.example/"):
            pass
    async with manners.turn("https://kept.example/"):
        forgotten = asyncio.Event()
        asyncio.get_running_loop().call_later(0.001, forgotten.set)  # after theirs
        await forgotten.wait()
        assert list(manners._hosts) == ["kept.example"]

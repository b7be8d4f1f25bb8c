"""When: deadlines, equal ones too, timeouts, and what a long computation does to them."""

import asyncio
from asyncio import create_task, gather, sleep


def naps(loop, say):
    async def nap(seconds):
        await sleep(seconds)
        say("woke", seconds)

    async def main():
        await gather(*(nap(n) for n in (3, 1, 2, 0.5, 2.5, 0)))

    loop.run_until_complete(main())


def equal_deadlines(loop, say):
    async def nap(i):
        await sleep(1)
        say("woke", i)

    async def main():
        await gather(*(nap(i) for i in range(5)))

    loop.run_until_complete(main())


def due_turns(loop, say):
    """A timer is due while a computation runs, that breathes after each part."""

    async def nap():
        await sleep(0.12)
        say("woke")

    async def compute():
        for i in range(6):
            loop.hold_up(0.05)
            say("part", i)
            await sleep(0)

    async def main():
        await gather(nap(), compute())

    loop.run_until_complete(main())


def starving(loop, say):
    async def nap():
        await sleep(0.12)
        say("woke")

    async def compute():
        for i in range(3):
            loop.hold_up(0.05)
            say("part", i)

    async def main():
        await gather(nap(), compute())

    loop.run_until_complete(main())


def limits(loop, say):
    async def work(seconds):
        try:
            await sleep(seconds)
            say("worked", seconds)
        finally:
            say("clean", seconds)
        return seconds

    async def main():
        say("in time", await asyncio.wait_for(work(1), 2))
        try:
            await asyncio.wait_for(work(3), 2)
        except TimeoutError:
            say("too late")
        try:
            async with asyncio.timeout(5):
                async with asyncio.timeout(1):
                    await work(2)
        except TimeoutError:
            say("the inner limit")
        kept = create_task(work(2))
        try:
            await asyncio.wait_for(asyncio.shield(kept), 1)
        except TimeoutError:
            say("nobody waits, it goes on")
        say("kept", await kept)

    loop.run_until_complete(main())


def limit_of_the_same_time(loop, say):
    async def main():
        try:
            async with asyncio.timeout(1):
                await sleep(1)
            say("in time")
        except TimeoutError:
            say("too late")

    loop.run_until_complete(main())


def limit_of_nothing(loop, say):
    async def main():
        try:
            async with asyncio.timeout(0):
                say("begins")
                await sleep(0)
                say("goes on")
                await sleep(1)
        except TimeoutError:
            say("too late")

    loop.run_until_complete(main())

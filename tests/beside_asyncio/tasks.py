"""Who runs when: turns, tasks, callbacks, cancelling, gathering, groups."""

import asyncio
from asyncio import CancelledError, create_task, gather, sleep


def turns(loop, say):
    async def zero(name):
        for i in range(3):
            say(name, i)
            await sleep(0)

    async def child():
        say("child")

    async def parent():
        say("parent")
        task = create_task(child())
        say("parent has spawned")
        await task
        say("parent goes on")

    async def direct():
        say("direct")
        await child()
        say("direct goes on in the same turn")

    async def main():
        await gather(zero("a"), parent(), direct(), zero("b"))

    loop.run_until_complete(main())


def callbacks(loop, say):
    def once_more():
        say("soon 2")
        loop.call_soon(say, "soon from a callback")

    async def task(name):
        say(name)

    async def main():
        loop.call_soon(say, "soon 1")
        create_task(task("task 1"))
        loop.call_soon(once_more)
        never = loop.call_soon(say, "never")
        create_task(task("task 2"))
        never.cancel()
        loop.call_later(2, say, "later 2")
        loop.call_later(1, say, "later 1")
        loop.call_at(loop.time() + 1.5, say, "at 1.5")
        loop.call_later(1.7, say, "never").cancel()
        await sleep(3)

    loop.run_until_complete(main())


def _job(say, name, seconds):
    """Says when it begins, ends, and is cleaned up."""

    async def job():
        say(">>>", name)
        try:
            await sleep(seconds)
            say("<<<", name)
        finally:
            say("clean", name)
        return name

    return job()


def cancelling(loop, say):
    async def main():
        asleep = create_task(_job(say, "asleep", 5))
        unborn = create_task(_job(say, "unborn", 5))
        await sleep(1)
        early = create_task(_job(say, "early", 5))
        say("cancel", early.cancel(), asleep.cancel(), asleep.cancel())
        say("a request:", asleep.done(), asleep.cancelled())
        unborn.cancel()
        try:
            await asleep
        except CancelledError:
            say("asleep is cancelled", asleep.done(), asleep.cancelled())
        await sleep(0)
        say("early", early.cancelled(), "unborn", unborn.cancelled())
        say("cancel", asleep.cancel())
        ended = create_task(_job(say, "short", 1))
        await ended
        say("cancel", ended.cancel(), ended.cancelled(), ended.result())

    loop.run_until_complete(main())


def cancelled_while_ready(loop, say):
    """The deadline and the request come in one turn."""

    async def main():
        task = create_task(_job(say, "ready", 1))
        await sleep(0)
        loop.call_later(1, task.cancel)
        await sleep(2)
        say("cancelled", task.cancelled())

    loop.run_until_complete(main())


def refusing(loop, say):
    async def stubborn():
        try:
            await sleep(5)
        except CancelledError:
            say("refuses")
        await sleep(1)
        say("goes on")

    async def main():
        task = create_task(stubborn())
        await sleep(1)
        task.cancel()
        await sleep(3)
        say("cancelled", task.cancelled())

    loop.run_until_complete(main())


def gathering(loop, say):
    async def main():
        say(*await gather(_job(say, "long", 3), _job(say, "short", 1), _job(say, "none", 0)))
        whole = create_task(_gathered(say))
        await sleep(1)
        whole.cancel()
        try:
            await whole
        except CancelledError:
            say("the whole is cancelled")
        await sleep(5)

    loop.run_until_complete(main())


async def _gathered(say):
    await gather(_job(say, "left", 3), _job(say, "right", 2))


def completing(loop, say):
    async def job(name, seconds):
        await sleep(seconds)
        say("<<<", name)
        return name

    async def main():
        # Nothing is said at the start: asyncio keeps the jobs in a set, and starts them in any order.
        jobs = [job("three", 3), job("one", 1), job("two", 2)]
        for next_one in asyncio.as_completed(jobs):
            say("completed", await next_one)

    loop.run_until_complete(main())


def shielding(loop, say):
    async def outer():
        await asyncio.shield(_job(say, "inner", 3))

    async def main():
        task = create_task(outer())
        await sleep(1)
        task.cancel()
        try:
            await task
        except CancelledError:
            say("the outer one is cancelled")
        await sleep(3)

    loop.run_until_complete(main())


def grouping(loop, say):
    async def fail():
        await sleep(2)
        say("fails")
        raise RuntimeError("boom")

    async def main():
        async with asyncio.TaskGroup() as group:
            group.create_task(_job(say, "one", 1))
            group.create_task(_job(say, "two", 2))
            say("body ends")
        say("group ends")
        try:
            async with asyncio.TaskGroup() as group:
                group.create_task(_job(say, "short", 1))
                group.create_task(_job(say, "long", 5))
                group.create_task(fail())
                say("body ends")
        except ExceptionGroup as errors:
            say("errors", *errors.exceptions)

    loop.run_until_complete(main())


def stopping(loop, say):
    async def stopper():
        say("stop")
        loop.stop()
        await sleep(0)
        say("next run")

    async def other():
        say("same turn")
        await sleep(0)
        say("next turn")

    loop.create_task(stopper())
    loop.create_task(other())
    loop.run_forever()
    say("stopped")
    loop.stop()
    loop.run_forever()
    say("a stop before a run makes it one turn")
    loop.call_later(1, loop.stop)
    loop.run_forever()
    say("the end")


def leftovers(loop, say):
    loop.create_task(_job(say, "long", 4))
    short = loop.create_task(_job(say, "short", 1))
    say("returned", loop.run_until_complete(_job(say, "medium", 2)))
    say("short", short.done())
    loop.hold_up(1)
    loop.run_until_complete(sleep(2))


def nesting(loop, say):
    async def main():
        inner = sleep(0)
        try:
            loop.run_until_complete(inner)
        except RuntimeError:
            say("refused")
            inner.close()
        say("current", asyncio.get_running_loop() is loop)

    loop.run_until_complete(main())
    say("running", loop.is_running())

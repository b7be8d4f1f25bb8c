"""What fails: who hears of it, when, and who goes on."""

import asyncio
from asyncio import CancelledError, create_task, gather, sleep


async def _boom(say, seconds=0.0):
    await sleep(seconds)
    say("boom")
    raise RuntimeError("boom")


async def _job(say, name, seconds):
    await sleep(seconds)
    say("ended", name)
    return name


def _listen(loop, say):
    def handler(_loop, context):
        say("reported:", context["exception"])

    loop.set_exception_handler(handler)


def read(loop, say):
    _listen(loop, say)

    async def main():
        task = create_task(_boom(say))
        await sleep(1)
        say("exception", task.exception())
        del task
        task = create_task(_boom(say))
        try:
            await task
        except RuntimeError as error:
            say("raised", error)
        del task
        fine = create_task(_job(say, "fine", 1))
        await sleep(2)
        say("exception", fine.exception() is None, "result", fine.result(), fine.result())

    loop.run_until_complete(main())


def not_ended(loop, say):
    async def main():
        task = create_task(_job(say, "slow", 1))
        for ask in (task.result, task.exception):
            try:
                ask()
            except asyncio.InvalidStateError:
                say("the task has not ended")
        await task
        task = create_task(sleep(5))
        await sleep(0)
        task.cancel()
        await sleep(0)
        await sleep(0)
        for ask in (task.result, task.exception):
            try:
                ask()
            except CancelledError:
                say("the task was cancelled")

    loop.run_until_complete(main())


def unread(loop, say):
    _listen(loop, say)

    async def main():
        create_task(_boom(say, 1))
        await _job(say, "other", 2)
        kept = create_task(_boom(say))
        await sleep(1)
        say("kept until here")
        del kept
        say("not kept any more")

    loop.run_until_complete(main())


def failing_gather(loop, say):
    _listen(loop, say)

    async def main():
        try:
            await gather(_job(say, "before", 1), _boom(say, 2), _job(say, "after", 3))
        except RuntimeError as error:
            say("failed", error)
        await sleep(2)
        ends = await gather(_job(say, "left", 2), _boom(say, 1), return_exceptions=True)
        say(*ends)

    loop.run_until_complete(main())


def failing_callback(loop, say):
    _listen(loop, say)

    def fail():
        raise RuntimeError("boom")

    async def main():
        loop.call_soon(fail)
        loop.call_soon(say, "the next one is called")
        await sleep(1)
        say("the loop goes on")

    loop.run_until_complete(main())


def failing_run(loop, say):
    _listen(loop, say)
    other = loop.create_task(_job(say, "other", 2))
    try:
        loop.run_until_complete(_boom(say, 1))
    except RuntimeError as error:
        say("came out:", error)
    say("returned", loop.run_until_complete(other))


def caught_inside(loop, say):
    _listen(loop, say)

    async def careful():
        try:
            await _boom(say)
        except RuntimeError as error:
            say("caught", error)
        return "well"

    async def main():
        task = create_task(careful())
        await sleep(1)
        say(task.result())

    loop.run_until_complete(main())

"""The programs of the course, as the course has them, but for a clock that is virtual and Ctrl-C."""

import asyncio
import json
from asyncio import ensure_future, gather, sleep


class _Stopwatch:
    """`start_timer`, `show_timer` and `sequence`, on the loop's clock."""

    def __init__(self, loop):
        self.loop = loop
        self.zero = None

    def start_timer(self):
        print("---------- zero")
        self.zero = self.loop.time()

    def show_timer(self, *words):
        ms = round((self.loop.time() - self.zero) * 1000)
        print(f"{ms // 1000}s + {ms % 1000:03d}ms", *words)

    async def sequence(self, *messages, delay=1):
        self.show_timer(">>>", *messages)
        await sleep(delay)
        self.show_timer("<<<", *messages)
        return 10 * delay


def _show(result):
    print(json.dumps(result, ensure_ascii=False))


def morceaux(loop, _say):
    watch = _Stopwatch(loop)

    async def morceaux(message):
        watch.show_timer(message, "début")
        await sleep(0.5)
        watch.show_timer(message, "milieu")
        await sleep(1)
        watch.show_timer(message, "fin")
        return f"{message} par morceaux"

    async def both():
        return await gather(morceaux("run1"), morceaux("run2"))

    watch.start_timer()
    _show(loop.run_until_complete(morceaux("run")))
    watch.start_timer()
    _show(loop.run_until_complete(both()))


def famine(loop, _say):
    watch = _Stopwatch(loop)

    async def famine(message):
        watch.show_timer(message, "début")
        await sleep(0.5)
        watch.show_timer(message, "milieu")
        loop.hold_up(1)
        watch.show_timer(message, "fin")
        return f"{message} par famine"

    async def both():
        return await gather(famine("run1"), famine("run2"))

    watch.start_timer()
    _show(loop.run_until_complete(both()))


def tickers(loop, _say):
    watch = _Stopwatch(loop)

    async def loop1():
        for _ in range(3):
            watch.show_timer("tick1")
            await sleep(0.1)

    async def loop2():
        for _ in range(6):
            watch.show_timer("tick2")
            await sleep(0.05)

    async def both():
        await gather(loop1(), loop2())

    watch.start_timer()
    loop.run_until_complete(both())
    watch.show_timer("done")


def _forking(loop, stops):
    watch = _Stopwatch(loop)

    async def c1():
        watch.show_timer(">>> c1")
        await sleep(1)
        watch.show_timer("forking")
        ensure_future(c2())
        await sleep(1)
        watch.show_timer("<<< c1")

    async def c2():
        watch.show_timer(">>> c2")
        await sleep(2)
        watch.show_timer("<<< c2")
        if stops:
            asyncio.get_event_loop().stop()

    ensure_future(c1(), loop=loop)
    watch.start_timer()
    loop.run_forever()


def fork(loop, _say):
    loop.call_later(5, loop.stop)
    _forking(loop, False)


def fork_and_stop(loop, _say):
    _forking(loop, True)
    print("done")


def arrears(loop, _say):
    watch = _Stopwatch(loop)

    async def job(name, duration):
        watch.show_timer(f">>> {name}")
        await sleep(duration)
        watch.show_timer(f"<<< {name}")

    loop.call_later(5, loop.stop)
    ensure_future(job("long", 2), loop=loop)
    watch.start_timer()
    loop.run_until_complete(job("short", 1))
    print("done")
    watch.start_timer()
    loop.run_forever()


def three_durations(loop, _say):
    watch = _Stopwatch(loop)
    ensure_future(watch.sequence("short", delay=1), loop=loop)
    long = ensure_future(watch.sequence("long", delay=3), loop=loop)
    watch.start_timer()
    loop.run_until_complete(watch.sequence("medium", delay=2))
    print(len(asyncio.all_tasks(loop)), "task is left")
    loop.run_until_complete(long)
    watch.show_timer(len(asyncio.all_tasks(loop)), "tasks are left")


def producer_and_consumer(loop, _say):
    watch = _Stopwatch(loop)
    queue = asyncio.Queue(maxsize=1)

    async def producer(queue):
        count = 1
        while True:
            await queue.put(f"tick{count}")
            count += 1
            await sleep(1)

    async def consumer(queue):
        while True:
            received = await queue.get()
            watch.show_timer(f"got {received}")

    loop.call_later(4.5, loop.stop)
    tasks = [ensure_future(producer(queue), loop=loop), ensure_future(consumer(queue), loop=loop)]
    watch.start_timer()
    loop.run_forever()
    for task in tasks:
        task.cancel()
    loop.run_until_complete(gather(*tasks, return_exceptions=True))


def _computing(loop, breathes):
    marks = []

    async def countdown(n, period):
        while n >= 0:
            marks.append(".")
            await sleep(period)
            n -= 1

    async def compute(n, period):
        for _ in range(n):
            loop.hold_up(period)
            marks.append("x")
            if breathes:
                await sleep(0)

    async def both():
        await gather(countdown(10, 0.05), compute(10, 0.05))

    loop.run_until_complete(both())
    print("".join(marks))


def starvation(loop, _say):
    _computing(loop, False)


def breathing(loop, _say):
    _computing(loop, True)


def iterating(loop, _say):
    watch = _Stopwatch(loop)

    async def arange(stop):
        for number in range(stop):
            await sleep(0.1)
            yield number

    async def main():
        async for number in arange(3):
            watch.show_timer(number)
        _show([number async for number in arange(3)])

    watch.start_timer()
    loop.run_until_complete(main())

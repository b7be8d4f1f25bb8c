"""One another: queues, locks, semaphores, events, conditions, barriers; who is served when."""

import asyncio
from asyncio import create_task, gather, sleep


def ticks(loop, say):
    queue = asyncio.Queue(maxsize=1)

    async def producer():
        for count in range(1, 4):
            await queue.put(f"tick{count}")
            say("put", count)
            await sleep(1)

    async def consumer():
        for _ in range(3):
            say("got", await queue.get())

    async def main():
        await gather(producer(), consumer())

    loop.run_until_complete(main())


def fast_producer(loop, say):
    queue = asyncio.Queue(maxsize=2)

    async def producer():
        for i in range(5):
            await queue.put(i)
            say("put", i, "of", queue.qsize())

    async def consumer():
        for _ in range(5):
            await sleep(1)
            say("got", await queue.get())

    async def main():
        await gather(producer(), consumer())

    loop.run_until_complete(main())


def waiting_getters(loop, say):
    queue = asyncio.Queue()

    async def getter(name):
        say(name, "got", await queue.get())

    async def main():
        getters = [create_task(getter(name)) for name in "abc"]
        await sleep(1)
        getters[0].cancel()
        for item in (1, 2):
            queue.put_nowait(item)
        await gather(*getters[1:])
        say("empty", queue.empty())

    loop.run_until_complete(main())


def waiting_putters(loop, say):
    queue = asyncio.Queue(maxsize=1)

    async def putter(name):
        await queue.put(name)
        say(name, "has put")

    async def main():
        putters = [create_task(putter(name)) for name in "abc"]
        await sleep(1)
        say("full", queue.full())
        for _ in range(3):
            say("got", await queue.get())
            await sleep(1)
        await gather(*putters)

    loop.run_until_complete(main())


def kinds_of_queues(loop, say):
    async def main():
        kinds = {"fifo": asyncio.Queue, "lifo": asyncio.LifoQueue, "priority": asyncio.PriorityQueue}
        for name, kind in kinds.items():
            queue = kind()
            for item in (2, 3, 1):
                queue.put_nowait(item)
            say(name, await queue.get(), await queue.get(), await queue.get())
            try:
                queue.get_nowait()
            except asyncio.QueueEmpty:
                say("empty")
        full = asyncio.Queue(maxsize=1)
        full.put_nowait(1)
        try:
            full.put_nowait(2)
        except asyncio.QueueFull:
            say("full")

    loop.run_until_complete(main())


def joining(loop, say):
    queue = asyncio.Queue()

    async def worker():
        while True:
            item = await queue.get()
            await sleep(item)
            say("done", item)
            queue.task_done()

    async def main():
        for item in (2, 1, 3):
            queue.put_nowait(item)
        workers = [create_task(worker()) for _ in range(2)]
        await queue.join()
        say("joined")
        for it in workers:
            it.cancel()

    loop.run_until_complete(main())


def locking(loop, say):
    lock = asyncio.Lock()

    async def user(name):
        say(name, "asks")
        async with lock:
            say(name, "has it")
            await sleep(1)
        say(name, "has given it back")

    async def main():
        users = [create_task(user(name)) for name in "abc"]
        await sleep(0.5)
        users[1].cancel()
        await sleep(1)
        say("locked", lock.locked())
        await gather(users[0], users[2])
        say("locked", lock.locked())

    loop.run_until_complete(main())


def retaking(loop, say):
    """Whoever gives a lock back and asks again at once stands behind those who wait."""
    lock = asyncio.Lock()

    async def user(name):
        for i in range(2):
            async with lock:
                say(name, i)
                await sleep(0)

    async def main():
        await gather(user("a"), user("b"))

    loop.run_until_complete(main())


def limiting(loop, say):
    semaphore = asyncio.Semaphore(2)

    async def job(name, seconds):
        async with semaphore:
            say(">>>", name)
            await sleep(seconds)
            say("<<<", name)

    async def main():
        await gather(job("a", 3), job("b", 1), job("c", 1.5), job("d", 1))

    loop.run_until_complete(main())


def events(loop, say):
    event = asyncio.Event()

    async def waiter(name):
        await event.wait()
        say(name, "goes on")

    async def main():
        waiters = [create_task(waiter(name)) for name in "ab"]
        await sleep(1)
        event.set()
        event.clear()
        say("set, and cleared at once")
        await gather(*waiters)
        late = create_task(waiter("c"))
        await sleep(1)
        say("c", late.done(), event.is_set())
        event.set()
        await late
        await event.wait()
        say("nobody waits for what is set")

    loop.run_until_complete(main())


def conditions(loop, say):
    condition = asyncio.Condition()

    async def waiter(name):
        async with condition:
            await condition.wait()
            say(name, "goes on")

    async def main():
        waiters = [create_task(waiter(name)) for name in "abc"]
        await sleep(1)
        async with condition:
            condition.notify()
            say("one")
        await sleep(1)
        async with condition:
            condition.notify_all()
            say("all")
        await gather(*waiters)

    loop.run_until_complete(main())


def barriers(loop, say):
    barrier = asyncio.Barrier(3)

    async def comer(name, seconds):
        await sleep(seconds)
        say(name, "comes")
        await barrier.wait()
        say(name, "goes on")

    async def main():
        await gather(*(comer(name, n) for n, name in enumerate("abcdef")))

    loop.run_until_complete(main())


def window(loop, say):
    places = asyncio.Queue(maxsize=4)

    async def job(i):
        await places.put(None)
        duration = i % 3 + 1
        say(f">>> job{i} - duration {duration}")
        await sleep(duration)
        say(f"<<< job{i} - duration {duration}")
        await places.get()

    async def main():
        await gather(*(job(i) for i in range(8)))

    loop.run_until_complete(main())

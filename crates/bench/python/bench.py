"""The workloads for asyncio: `bench.py LOOP WORKLOAD N SPAN`, or `bench.py versions`.

Prints what the other peers print: `figures=` and nanoseconds or bytes, or `cannot=` and the reason.
Each function does what its namesake in src/work.rs does.
"""

import asyncio
import os
import platform
import random
import resource
import socket
import sys
import threading
import time
import tracemalloc


def each(start, n):
    """Nanoseconds for one of `n` since `start`."""
    return (time.perf_counter_ns() - start) / n


def cpu_time():
    """User and system time of this process, in nanoseconds."""
    usage = resource.getrusage(resource.RUSAGE_SELF)
    return (usage.ru_utime + usage.ru_stime) * 1e9


def status(field):
    """A field of /proc/self/status, in bytes."""
    with open("/proc/self/status") as file:
        for line in file:
            if line.startswith(field):
                return int(line.split()[1]) * 1024


class Switches:
    """Gives the turn back `n` times."""

    def __init__(self, n):
        self.n = n

    def __await__(self):
        for _ in range(self.n):
            yield


async def switches(n):
    await Switches(n)


async def switch(n_tasks, n):
    start = time.perf_counter_ns()
    tasks = [asyncio.create_task(switches(n // n_tasks)) for _ in range(n_tasks)]
    for task in tasks:
        await task
    return [each(start, n)]


async def own_yield(n):
    start = time.perf_counter_ns()
    for _ in range(n):
        await asyncio.sleep(0)
    return [each(start, n)]


async def spawn_join(n):
    async def task(i):
        return i

    start = time.perf_counter_ns()
    tasks = [asyncio.create_task(task(i)) for i in range(n)]
    for i, task in enumerate(tasks):
        assert await task == i
    return [each(start, n)]


async def spawn_await(n):
    async def task(i):
        return i

    start = time.perf_counter_ns()
    for i in range(n):
        assert await asyncio.create_task(task(i)) == i
    return [each(start, n)]


async def task_memory(n):
    """Twice: tracing what is allocated takes time and memory, which would show in the resident set."""
    n_traced = n // 10
    # The list of the tasks is not theirs: it has its room before.
    tasks = [None] * (n + n_traced)
    arrived = 0

    async def parked():
        nonlocal arrived
        arrived += 1
        await asyncio.get_running_loop().create_future()

    async def park(first, end):
        for i in range(first, end):
            tasks[i] = asyncio.create_task(parked())
        while arrived < end:
            await asyncio.sleep(0)

    before = status("VmRSS:")
    await park(0, n)
    resident = status("VmRSS:") - before
    tracemalloc.start()
    await park(n, len(tasks))
    requested, _ = tracemalloc.get_traced_memory()
    return [requested / n_traced, resident / n]


async def gather(n):
    start = time.perf_counter_ns()
    for _ in range(n // 1000):
        await asyncio.gather(*(switches(10) for _ in range(1000)))
    return [each(start, n)]


async def sleeps(n, span):
    durations = random.Random(1)
    start = cpu_time()
    tasks = [
        asyncio.create_task(asyncio.sleep(durations.random() * span)) for _ in range(n)
    ]
    for task in tasks:
        await task
    return [(cpu_time() - start) / n]


async def sleeps_memory(n, span):
    await sleeps(n, span)
    return [status("VmHWM:")]


async def timeout(n):
    start = time.perf_counter_ns()
    for _ in range(n):
        async with asyncio.timeout(10):
            await Switches(1)
    return [each(start, n)]


async def queue(n, capacity):
    queue = asyncio.Queue(capacity)

    async def produce():
        for i in range(n):
            await queue.put(i)

    async def consume():
        for i in range(n):
            assert await queue.get() == i

    start = time.perf_counter_ns()
    await asyncio.gather(produce(), consume())
    return [each(start, n)]


async def in_proportion(n, measure):
    """What one of `n` costs, and how many times that is what one of a quarter costs: ten rounds."""
    quarters = many = 0
    for _ in range(10):
        for _ in range(4):
            quarters += await measure(n // 4)
        many += await measure(n)
    return [many / n / 10, many / quarters]


async def give_up(n, shut, wait, open):
    """Those who wait are tasks, and whoever is canceled gives up."""

    async def measure(n):
        gate = shut()
        arrived = 0

        async def come():
            nonlocal arrived
            arrived += 1
            await wait(gate)

        start = time.perf_counter_ns()
        tasks = [asyncio.create_task(come()) for _ in range(n)]
        stays = asyncio.create_task(come())
        while arrived <= n:
            await asyncio.sleep(0)
        for task in tasks[::2] + tasks[1::2][::-1]:
            task.cancel()
        await asyncio.wait(tasks)
        took = time.perf_counter_ns() - start
        open(gate)
        await stays
        return took

    return await in_proportion(n, measure)


def give_up_event(n):
    return give_up(n, asyncio.Event, asyncio.Event.wait, asyncio.Event.set)


def give_up_semaphore(n):
    return give_up(
        n, lambda: asyncio.Semaphore(0), asyncio.Semaphore.acquire, asyncio.Semaphore.release
    )


async def event(n):
    async def measure(n):
        event = asyncio.Event()
        arrived = 0
        all_arrived = asyncio.Event()

        async def task():
            nonlocal arrived
            for _ in range(2):
                arrived += 1
                if arrived % n == 0:
                    all_arrived.set()
                await event.wait()

        tasks = [asyncio.create_task(task()) for _ in range(n)]
        await all_arrived.wait()
        all_arrived.clear()
        start = time.perf_counter_ns()
        event.set()
        await all_arrived.wait()
        took = time.perf_counter_ns() - start
        await asyncio.wait(tasks)
        return took

    return await in_proportion(n, measure)


async def lateness(n):
    late = []
    for i in range(n):
        duration = (500 + i * 13 % 3000) * 1e-6
        deadline = time.perf_counter_ns() + duration * 1e9
        await asyncio.sleep(duration)
        # Clocks differ: nobody is late by less than nothing.
        late.append(max(time.perf_counter_ns() - deadline, 0))
    late.sort()
    return [late[n // 2], late[n * 99 // 100]]


async def lateness_socket(n):
    ours, theirs = socket.socketpair()
    ours.setblocking(False)
    listener = asyncio.create_task(asyncio.get_running_loop().sock_recv(ours, 8))
    figures = await lateness(n)
    assert not listener.done()
    theirs.close()
    return figures


async def thread(n):
    loop = asyncio.get_running_loop()
    asked = asyncio.Event()
    answered = threading.Semaphore(0)

    cpus = sorted(os.sched_getaffinity(0))

    def ask():
        os.sched_setaffinity(0, cpus[:2][-1:])
        for _ in range(n):
            loop.call_soon_threadsafe(asked.set)
            answered.acquire()

    os.sched_setaffinity(0, cpus[:1])
    start = time.perf_counter_ns()
    thread = threading.Thread(target=ask)
    thread.start()
    for _ in range(n):
        await asked.wait()
        asked.clear()
        answered.release()
    figure = each(start, n)
    thread.join()
    return [figure]


async def idle(n, span):
    arrived = 0

    async def sleeper():
        nonlocal arrived
        arrived += 1
        await asyncio.sleep(span + 1)

    tasks = [asyncio.create_task(sleeper()) for _ in range(n)]
    while arrived < n:
        await asyncio.sleep(0)
    await asyncio.sleep(0.1)
    start = cpu_time()
    await asyncio.sleep(span)
    figure = cpu_time() - start
    assert not any(task.done() for task in tasks)
    return [figure]


WORKLOADS = {
    "switch-1": lambda n, span: switch(1, n),
    "switch-1000": lambda n, span: switch(1000, n),
    "yield": lambda n, span: own_yield(n),
    "spawn-join": lambda n, span: spawn_join(n),
    "spawn-await": lambda n, span: spawn_await(n),
    "task-memory": lambda n, span: task_memory(n),
    "gather": lambda n, span: gather(n),
    "sleeps": sleeps,
    "sleeps-memory": sleeps_memory,
    "timeout": lambda n, span: timeout(n),
    "queue-1": lambda n, span: queue(n, 1),
    "queue-100": lambda n, span: queue(n, 100),
    "give-up-event": lambda n, span: give_up_event(n),
    "give-up-semaphore": lambda n, span: give_up_semaphore(n),
    "event": lambda n, span: event(n),
    "thread": lambda n, span: thread(n),
    "lateness": lambda n, span: lateness(n),
    "lateness-socket": lambda n, span: lateness_socket(n),
    "idle": idle,
}

CANNOT = {
    "join-all": "has no futures without tasks",
    "async-channel": "has no crates",
}


def uvloop():
    """The module, if this Python has it."""
    try:
        import uvloop
    except ImportError:
        return None
    return uvloop


def versions():
    module = uvloop()
    ours = f"{platform.python_implementation()} {platform.python_version()}"
    theirs = f"uvloop {module.__version__}" if module else "no uvloop"
    return f"{ours}, {theirs}"


def main():
    if sys.argv[1:] == ["versions"]:
        print(versions())
        return
    loop, workload, n, span = sys.argv[1:]
    if workload in CANNOT:
        print("cannot=" + CANNOT[workload])
        return
    if sys.version_info < (3, 11):
        print(f"cannot=Python {platform.python_version()} is too old: 3.11 brought asyncio.timeout")
        return
    if loop == "uvloop":
        if uvloop() is None:
            print("cannot=this Python has no uvloop")
            return
        asyncio.set_event_loop_policy(uvloop().EventLoopPolicy())

    async def measure():
        figures = await WORKLOADS[workload](int(n), float(span))
        print("figures=" + " ".join(map(str, figures)), flush=True)
        # As in the other peers: nobody measures how a million tasks are torn down.
        os._exit(0)

    asyncio.run(measure())


main()

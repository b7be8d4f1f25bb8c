"""Runs all programs of this folder, each on a loop of its own: `== NAME`, then what it says."""

import asyncio
import sys

import course
import exceptions
import synchronizing
import tasks
import times
from virtual import VirtualLoop

for module in (tasks, times, synchronizing, exceptions, course):
    for name, program in vars(module).items():
        if name.startswith("_") or getattr(program, "__module__", None) != module.__name__:
            continue
        print("==", name)
        loop = VirtualLoop()
        asyncio.set_event_loop(loop)
        program(loop, loop.say)
        sys.stdout.flush()
        loop.close()

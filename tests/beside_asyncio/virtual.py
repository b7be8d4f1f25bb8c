"""An asyncio loop whose time is virtual, and a `say` that keeps the time: boucle's `virtual_time(true)`."""

import asyncio
import selectors


class JumpingSelector(selectors.DefaultSelector):
    """Never waits: where the real one would, the loop's clock jumps."""

    loop = None

    def select(self, timeout=None):
        ready = super().select(0)
        if not ready:
            if timeout is None:
                raise RuntimeError("every task waits for another")
            self.loop.clock += timeout
        return ready


class VirtualLoop(asyncio.SelectorEventLoop):
    """The time is what the selector and `hold_up` make of it; it begins at zero."""

    def __init__(self):
        self.clock = 0.0
        selector = JumpingSelector()
        selector.loop = self
        super().__init__(selector)
        # Deadlines are exact: no timer is called early.
        self._clock_resolution = 1e-9

    def time(self):
        return self.clock

    def hold_up(self, seconds):
        """Keeps the turn, as a long computation does."""
        self.clock += seconds

    def say(self, *words):
        print(f"{self.clock:.3f}", *words)

"""Measures in a real browser how long a long recording keeps its reader waiting.

    python3 crates/film/check/speed.py FILM RECORDING...

FILM is the program. Of each recording the page that needs no server (`--html`) is opened, and the page
that film serves: how long until it can be used, and until it shows what a move leads to. The least of
three times counts: what else the machine does only adds.
"""

import os
import subprocess
import sys
import tempfile
import time

import browser
from page import PLACE, Film

N_TIMES = 3

# Presses a key, and draws at once what otherwise the next frame would draw.
KEYS = """(keys => keys.map(key => {
    const start = performance.now();
    dispatchEvent(new KeyboardEvent("keydown", { key }));
    draw(); tell();
    return performance.now() - start;
}))(["ArrowRight", "End", "ArrowLeft", "P", "O", "N", "Home", "n", "o", "+", "+"])"""

# Clicks, and waits until the place is another one.
CLICKS = """(async moves => {
    const times = [], shown = document.querySelector(".place output");
    for (const move of moves) {
        const start = performance.now();
        await new Promise(moved => {
            new MutationObserver((_, it) => { it.disconnect(); moved(); })
                .observe(shown, { childList: true, characterData: true, subtree: true });
            document.querySelector(`[data-go="${move}"]`).click();
        });
        times.push(performance.now() - start);
    }
    return times;
})(["step", "end", "back", "back", "start", "next-output", "next-of", "next-poll"])"""


def ms(times):
    return ", ".join(f"{it:.0f}" for it in times)


def least(measure):
    """The least of each number that `measure` returns."""
    return [min(times) for times in zip(*(measure() for _ in range(N_TIMES)))]


def without_server(page, film, recording):
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "run.html")
        subprocess.run([film, recording, "--html", path], check=True)

        def measure():
            page.open("about:blank")
            start = time.monotonic()
            page.open(f"file://{path}")
            page.until("document.body.dataset.ready > 0")
            opened = (time.monotonic() - start) * 1e3
            return [opened, *page.run(KEYS)]

        opened, *keys = least(measure)
        print(f"  the page: {opened:.0f} ms until it can be used; ms a key: {ms(keys)}")


def served(page, film, recording):
    def measure():
        page.open("about:blank")
        start = time.monotonic()
        with Film(film, recording) as server:
            page.open(server.address)
            page.until(PLACE.format(0), "0")
            opened = (time.monotonic() - start) * 1e3
            return [opened, *page.run(CLICKS)]

    opened, *moves = least(measure)
    print(f"  served: {opened:.0f} ms from its start on; ms a move: {ms(moves)}")


def main(film, *recordings):
    if not browser.find():
        print("skipped: there is no chromium here, and only a browser can open a page")
        return
    for recording in recordings:
        print(os.path.basename(recording))
        with browser.Browser() as page:
            without_server(page, film, recording)
            served(page, film, recording)


if __name__ == "__main__":
    main(*sys.argv[1:])

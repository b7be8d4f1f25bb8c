"""Measures in a real browser how long a long recording keeps its reader waiting, and what it holds.

    python3 crates/film/check/speed.py FILM RECORDING...

FILM is the program. Of each recording the page that needs no server (`--html`) is opened, and the page
that film serves: how long until all is seen, and until what a move leads to is drawn. In processor time of
the page's thread, since other programs want the machine too; of the page alone as it passes. The least of
three times counts: what else the machine does only adds.
"""

import os
import subprocess
import sys
import tempfile
import time

import browser
from alone import READY, Spent, memory, moves
from page import Film

N_TIMES = 3


def without_server(page, film, recording):
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "run.html")
        subprocess.run([film, recording, "--html", path], check=True)
        opened, passed, spent = [], [], Spent(page)
        for _ in range(N_TIMES):
            page.open("about:blank")
            before, start = spent.so_far(), time.monotonic()
            page.open(f"file://{path}")
            page.until(READY)
            opened.append(spent.so_far() - before)
            passed.append((time.monotonic() - start) * 1e3)
        times = sorted(moves(spent), key=lambda it: -it[0])
        said = ", ".join(f"{move} {it:.0f}" for it, move in times[:5])
        print(f"  the page: {min(opened):.0f} ms until all is seen (passed: {min(passed):.0f}); the slowest moves in ms: {said}; {memory(page):.0f} MB")


def served(page, film, recording):
    opened = []
    for _ in range(N_TIMES):
        page.open("about:blank")
        start = time.monotonic()
        with Film(film, recording) as server:
            page.open(server.address)
            page.until(READY)
            opened.append((time.monotonic() - start) * 1e3)
    print(f"  served: {min(opened):.0f} ms from its start on until all is seen")


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

"""The player without film: in one file, and as an element of another page."""

import http.server
import os
import subprocess
import tempfile
import threading

READY = "document.querySelector('boucle-player').dataset.ready > 0"
PLAYER = "document.querySelector('boucle-player')"

# How many lanes show at one place that their task runs, in pixels of their heights, at the most.
RUNS_AT_ONCE = """(() => {
    const player = document.querySelector("boucle-player"), canvas = player.at("lanes"), pen = canvas.getContext("2d");
    const probe = document.createElement("canvas").getContext("2d");
    probe.fillStyle = player.colors.running;
    probe.fillRect(0, 0, 1, 1);
    const [r, g, b] = probe.getImageData(0, 0, 1, 1).data;
    let most = 0;
    for (let x = Math.ceil(player.axis.label) + 4; x < canvas.clientWidth - 12; x += 3) {
        const { data } = pen.getImageData(x, 34, 1, canvas.height - 34);
        let n = 0;
        for (let i = 0; i < data.length; i += 4) n += data[i] === r && data[i + 1] === g && data[i + 2] === b;
        most = Math.max(most, n);
    }
    return most;
})()"""


def write(program, *arguments):
    subprocess.run([program, *arguments], check=True)


def plays_in_one_file(page, program, picture):
    with tempfile.TemporaryDirectory() as folder:
        file = os.path.join(folder, "run.html")
        write(program, "stage6", "--html", file)
        page.open(f"file://{file}")
        page.until(READY)
        # Three busy tasks take turns: never does it look as if two ran at once. A lane is 18 high.
        most = page.run(RUNS_AT_ONCE)
        assert 4 <= most <= 20, most
        picture("folded")
        page.press("ArrowRight", "ArrowRight")
        page.until(f"{PLAYER}.position", 2)
        page.until(f"{PLAYER}.shadowRoot.querySelector('pre').textContent.includes('pub fn new()')")
        # Nothing else can run in it, nor be loaded.
        page.run("void document.body.append(Object.assign(document.createElement('script'), { textContent: 'ran = 1' }))")
        assert page.run("typeof ran") == "undefined"
        told = page.run("fetch('data:text/plain,x').then(() => 'loaded', () => 'refused')")
        assert told == "refused", told
        # What the policy has refused is told, and was wanted here.
        page.heard = [it for it in page.heard if it.get("method") != "Log.entryAdded"]


def is_an_element_of_any_page(page, program, picture):
    """From a file with the data in it; and from a server by its `src`. The page keeps its own keys."""
    with tempfile.TemporaryDirectory() as folder:
        write(program, "stage12", "--element", folder)
        with open(os.path.join(folder, "stage12.html"), encoding="utf-8") as file:
            element = file.read()
        with open(os.path.join(folder, "book.html"), "w", encoding="utf-8") as file:
            file.write("<!doctype html><style>* { color: red; margin: 9px }</style><p>A page.</p>"
                       f"<button>own</button>{element}")
        page.open(f"file://{folder}/book.html")
        page.until(READY)
        page.press("ArrowRight")
        page.until(f"{PLAYER}.position", 0)
        page.click("#lanes", 0, across=0.5)
        page.until(f"{PLAYER}.position > 0")
        at = page.run(f"{PLAYER}.position")
        page.run("document.onkeydown = () => { heard = true }")
        page.press("ArrowRight")
        page.until(f"{PLAYER}.position", at + 1)
        assert page.run("typeof heard") == "undefined"
        picture("element")

        with open(os.path.join(folder, "served.html"), "w", encoding="utf-8") as file:
            file.write("<!doctype html><script src='boucle-player.js'></script>"
                       "<boucle-player src='stage12.player' at='9'></boucle-player>"
                       "<boucle-player src='none.player'></boucle-player>"
                       "<boucle-player src='cut.player'></boucle-player>")
        with open(os.path.join(folder, "stage12.player"), "rb") as file:
            whole = file.read()
        with open(os.path.join(folder, "cut.player"), "wb") as file:
            file.write(whole[:-1])

        class Quiet(http.server.SimpleHTTPRequestHandler):
            def __init__(self, *them):
                super().__init__(*them, directory=folder)

            def log_message(self, *_):
                pass

        with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Quiet) as server:
            threading.Thread(target=server.serve_forever, daemon=True).start()
            heard, page.heard = page.heard, []
            page.open(f"http://127.0.0.1:{server.server_address[1]}/served.html")
            page.until(READY)
            page.until(f"{PLAYER}.position", 9)
            page.until("document.querySelectorAll('boucle-player')[1].shadowRoot.textContent.includes('boucle-player: ')")
            page.until("document.querySelectorAll('boucle-player')[2].shadowRoot.textContent"
                       ".startsWith('boucle-player: the recording ')")
            page.open("about:blank")
            # That one is not there was wanted, and so was the other server.
            page.heard = heard
            server.shutdown()


# How long each move takes until it is drawn, in ms; the least of three times, and of each kind the longest.
MOVES = """(() => {
    const player = document.querySelector("boucle-player"), { n } = player.run;
    const timed = (move) => {
        const start = performance.now();
        move();
        player.draw();
        return performance.now() - start;
    };
    const names = ["step", "end", "back", "back", "previous-poll", "previous-output", "previous-of", "start",
        "next-change", "next-output", "next-of", "next-poll", "zoom-in", "zoom-out", "axis", "whole", "show-run"];
    const places = [.5, .1, .9, .3, .7].map((it) => Math.floor(it * n));
    const times = [];
    for (let round = 0; round < 3; round++) {
        const round = [...names.map((it) => timed(() => player.do(it))), ...places.map((it) => timed(() => player.go(it)))];
        round.forEach((it, place) => { times[place] = Math.min(times[place] ?? Infinity, it); });
    }
    return times;
})()"""


def record_a_million(path):
    """A thousand tasks that take turns, print now and then, and sleep: a million events."""
    with open(path, "w", encoding="utf-8") as file:
        file.write('{"format":"boucle-trace","version":2,"clock":"virtual","program":"a million"}\n')
        for task in range(1, 1001):
            file.write(f'[0,{{"added":{{"task":{task},"by":null,"place":null}}}}]\n')
        for turn in range(199_800):
            task, at = turn % 1000 + 1, turn // 1000 * 1_000_000
            file.write(f'[{at},{{"poll_begins":{{"task":{task}}}}}]\n')
            if turn % 2:
                file.write(f'[{at},{{"printed":{{"by":{task},"error":false,"line":"turn {turn}"}}}}]\n'
                           f'[{at},{{"woken":{{"task":{task},"by":{{"task":{task}}}}}}}]\n')
            else:
                file.write(f'[{at},{{"timer_set":{{"timer":{turn},"by":{task},"after":500000}}}}]\n'
                           f'[{at},{{"waits":{{"task":{task},"on":{{"time":500000}}}}}}]\n')
            file.write(f'[{at},{{"poll_ends":{{"task":{task},"how":"pending"}}}}]\n')
            if not turn % 2:
                file.write(f'[{at},{{"timer_fired":{{"timer":{turn}}}}}]\n'
                           f'[{at},{{"woken":{{"task":{task},"by":"timer"}}}}]\n')


def memory(page):
    """What the page holds, in MB."""
    page.ask("HeapProfiler.collectGarbage")
    heap = page.ask("Runtime.getHeapUsage")
    return sum(heap.get(it, 0) for it in ["usedSize", "embedderHeapUsedSize", "backingStorageSize"]) / 1e6


def holds_a_million_events(page, program, picture):
    """It is quick where nothing else is to be done, see `speed.py`; here a machine may have much to do: what
    is ten times too slow is no accident."""
    with tempfile.TemporaryDirectory() as folder:
        recording, file = (os.path.join(folder, it) for it in ["million.trace", "million.html"])
        record_a_million(recording)
        write(program, recording, "--html", file)
        page.open(f"file://{file}")
        page.until(READY)
        n, took = page.run(f"[{PLAYER}.run.n, +{PLAYER}.dataset.ready]")
        assert n >= 999_000, n
        picture("million")
        times = page.run(MOVES)
        held = memory(page)
        print(f"   {n} events: {took} ms until all is seen, {max(times):.0f} ms the slowest move, {held:.0f} MB")
        assert took < 20_000 and max(times) < 500, (took, times)
        assert held < 300, held
        # What is looked for in vain is looked for piece by piece.
        page.press("/", *"zebra", "Enter")
        page.until(f"{PLAYER}.at('notice').textContent.includes('not found after')")


ALONE = [plays_in_one_file, is_an_element_of_any_page, holds_a_million_events]

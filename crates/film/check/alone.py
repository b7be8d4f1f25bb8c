"""The player without film: in one file, and as an element of another page."""

import http.server
import json
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


def two_play_in_one_file(page, program, picture):
    """Each is one of the other: what moves the one moves both, if they are to, and a key goes across."""
    both = "[...document.querySelectorAll('boucle-player')]"
    with tempfile.TemporaryDirectory() as folder:
        file = os.path.join(folder, "two.html")
        write(program, "stage6", "--beside", "stage8", "--html", file)
        page.open(f"file://{file}")
        page.until(f"{both}.length === 2 && {both}.every(it => it.dataset.ready > 0)")
        page.press("ArrowRight", "ArrowRight")
        page.until(f"{both}.map(it => it.position).join()", "2,2")
        page.run("document.getElementById('together').checked = false")
        page.press("x", "ArrowRight")
        page.until(f"{both}.map(it => it.position).join()", "2,3")
        picture("two")


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


def shows_awaits_as_a_tree(page, program, picture):
    """What is awaited together stands side by side, and what each of them awaits below it: as in the task tree."""
    calls = [(0, "app::main"), (1, "app::both"), (2, "app::left"), (3, "a lock"), (2, "app::right"), (3, "app::deep"),
             (4, "an <item> of a queue")]
    awaits = [{"level": level, "what": what, "place": {"file": "a.rs", "line": place}} for place, (level, what) in enumerate(calls, 1)]
    events = [{"added": {"task": 1, "by": None, "place": None}}, {"poll_begins": {"task": 1}},
              {"poll_ends": {"task": 1, "how": "pending"}}, {"stands": {"task": 1, "awaits": awaits}}]
    with tempfile.TemporaryDirectory() as folder:
        recording, file = (os.path.join(folder, it) for it in ["awaits.trace", "awaits.html"])
        with open(recording, "w", encoding="utf-8") as lines:
            lines.write('{"format":"boucle-trace","version":2,"clock":"virtual","program":"awaits"}\n')
            lines.writelines(json.dumps([0, it]) + "\n" for it in events)
        write(program, recording, "--html", file)
        page.open(f"file://{file}")
        page.until(READY)
        page.press("End")
        tree = f"""(function said(list) {{
            return [...list.children].map((it) => {{
                const inner = it.querySelector(":scope > ul");
                return inner ? [it.firstChild.textContent, said(inner)] : it.textContent;
            }});
        }})({PLAYER}.shadowRoot.querySelector(".awaits"))"""
        page.until(f"JSON.stringify({tree})", json.dumps([
            "app::main, a.rs:1",
            ["app::both, a.rs:2", [
                ["app::left, a.rs:3", ["a lock, a.rs:4"]],
                ["app::right, a.rs:5", ["app::deep, a.rs:6", "an <item> of a queue, a.rs:7"]],
            ]],
        ], separators=(",", ":")))
        picture("awaits")


# Moves, one after another; a number is a place in the run.
MOVES = ["step", "end", "back", "back", "previous-poll", "previous-output", "previous-of", "start", "next-change",
         "next-output", "next-of", "next-poll", "zoom-in", "zoom-out", "axis", "axis", "whole", .5, "step", "back",
         "next-poll", "zoom-in", .1, .9, "zoom-out", "whole", .3, .7, "lane-down", "longest-wait", "longest-poll",
         "mark-begin", "close", "show-run"]


class Spent:
    """The processor time of a page's thread, in ms: what else the machine does counts little."""

    def __init__(self, page):
        self.page = page
        page.ask("Performance.enable", timeDomain="threadTicks")

    def so_far(self):
        metrics = self.page.ask("Performance.getMetrics")["metrics"]
        return next(it["value"] for it in metrics if it["name"] == "TaskDuration") * 1e3

    def on(self, move):
        """What a move costs until all of it is drawn."""
        does = f"do('{move}')" if isinstance(move, str) else f"go(Math.floor({move} * {PLAYER}.run.n))"
        before = self.so_far()
        self.page.run(f"{PLAYER}.{does}, new Promise((done) => requestAnimationFrame(() => setTimeout(() => done(0))))")
        return self.so_far() - before


def moves(spent):
    """The moves and what each costs; the least of three times."""
    rounds = [[spent.on(it) for it in MOVES] for _ in range(3)]
    return list(zip(map(min, zip(*rounds)), MOVES))


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
    """It is quicker where nothing else is to be done, see `speed.py`; here a machine may have much to do: what
    takes three times as long as it may is no accident."""
    with tempfile.TemporaryDirectory() as folder:
        recording, file = (os.path.join(folder, it) for it in ["million.trace", "million.html"])
        record_a_million(recording)
        write(program, recording, "--html", file)
        spent = Spent(page)
        before = spent.so_far()
        page.open(f"file://{file}")
        page.until(READY)
        took = spent.so_far() - before
        n = page.run(f"{PLAYER}.run.n")
        assert n >= 999_000, n
        picture("million")
        times = moves(spent)
        held = memory(page)
        print(f"   {n} events: {took:.0f} ms until all is seen, {max(times)[0]:.0f} ms the slowest move "
              f"({max(times)[1]}), {held:.0f} MB; processor time")
        assert took < 6_000 and max(times)[0] < 150, (took, sorted(times)[-5:])
        assert held < 300, held
        # What is looked for in vain is looked for piece by piece.
        page.press("/", *"zebra", "Enter")
        page.until(f"{PLAYER}.at('notice').textContent.includes('not found after')")


ALONE = [plays_in_one_file, two_play_in_one_file, is_an_element_of_any_page, shows_awaits_as_a_tree, holds_a_million_events]

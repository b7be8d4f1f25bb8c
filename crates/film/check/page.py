"""Drives the page of film in a real browser: `just film-check`.

    python3 crates/film/check/page.py FILM [FOLDER]

FILM is the program, with its example `moments` beside it; with a FOLDER, pictures of the page are put there
to be looked at.
"""

import json
import os
import re
import subprocess
import sys
import tempfile
import urllib.error
import urllib.parse
import urllib.request

import browser
from access import check_access
from alone import ALONE
from same import shows_odd_recordings_the_same, shows_the_same

PLAYER = "document.querySelectorAll('boucle-player')[{}]"
PLACE = PLAYER + ".position"
TOLD = PLAYER + ".shadowRoot.querySelector('.told')?.textContent"
NOTICE = PLAYER + ".at('notice').textContent"


class Film:
    """The server, as long as it is needed."""

    def __init__(self, program, *arguments):
        self.command = [program, "--serve", *arguments]

    def __enter__(self):
        self.process = subprocess.Popen(self.command, stdout=subprocess.PIPE, text=True)
        said = self.process.stdout.readline()
        self.address = re.search(r"http://127\.0\.0\.1:\d+/[0-9a-f]{32}/", said).group()
        return self

    def __exit__(self, *_):
        self.process.terminate()
        self.process.wait(20)


def at(page, side, position):
    page.until(PLACE.format(side), position)


def ready(page, film, places):
    page.open(film.address + places)
    page.until(f"document.querySelectorAll('boucle-player')[{places.count('b=')}].dataset.ready > 0")


def shown(page, side=0):
    """The panes that are shown."""
    return page.run(f"""[...{PLAYER.format(side)}.shadowRoot.querySelectorAll("[data-pane]")]
        .filter((it) => it.checkVisibility()).map((it) => it.dataset.pane)""")


def opens_on_the_whole_run(page, film, picture):
    ready(page, film, "#a=famine")
    assert shown(page) == ["now", "findings", "summary", "output", "events"], shown(page)
    page.until(f"{PLAYER.format(0)}.at('findings').querySelectorAll('button').length", 2)
    page.until(f"{PLAYER.format(0)}.at('output').children.length", 8)
    page.until(f"{PLAYER.format(0)}.at('now').textContent.includes('the run is complete')")
    picture("whole")
    # The longest poll of a task, sorted by it, leads there.
    page.click("[data-column=longestPoll] button", 0)
    row = f"{PLAYER.format(0)}.at('summary-rows').querySelector('.row')"
    page.until(f"{row}.children[0].textContent + ' ' + {row}.children[5].textContent", "famine 2 1 s")
    page.click("#summary-rows .row:first-child .leads", 0)
    page.until(TOLD.format(0), "famine 2 runs, first of 2 ready")
    assert shown(page) == ["now", "tasks", "queue", "timers", "source", "output", "events"], shown(page)
    page.press("v")
    page.until(f"{PLAYER.format(0)}.view", "run")
    # Keys do the same of the task that is chosen.
    page.press("0", "d")
    page.until(TOLD.format(0), "famine 2 stops")
    page.press("D")
    page.until(TOLD.format(0), "famine 2 runs, first of 2 ready")


def loads_and_steps(page, film, picture):
    ready(page, film, "")
    at(page, 0, 0)
    page.click("[data-do=step]", 0)
    page.click("[data-do=step]", 0)
    at(page, 0, 2)
    page.click("[data-do=back]", 0)
    at(page, 0, 1)
    page.until("location.hash.includes('a=stage2&a-at=1')")
    page.click("[data-do=next-output]", 0)
    page.until(TOLD.format(0), 'task 1 prints "1"')
    page.until(f"{PLAYER.format(0)}.shadowRoot.querySelector('#output .marked').textContent", "0.0001")
    page.click("[data-do=next-poll]", 0)
    page.until(f"{PLAYER.format(0)}.shadowRoot.querySelector('pre .marked').textContent.includes('pop_front')")
    # Why that line is marked is said beside it, for those who see no mark as well.
    says = f"{PLAYER.format(0)}.at('source-says').textContent"
    assert page.run(f"{PLAYER.format(0)}.at('source').getAttribute('aria-describedby')") == "source-says"
    page.until(f"/^Line \\d+ of .*lib.rs: the loop is here, a task is taken out/.test({says})")
    page.press("$")
    page.until(says, "No line is marked: the run has ended.")
    # In this stage no time passes.
    page.press("0", "D")
    page.until(NOTICE.format(0), "no poll of the task took any time")
    at(page, 0, 0)
    page.press("o", "p")
    picture("first")


def plays_to_the_end(page, film, _picture):
    for way in ["event", "change", "time"]:
        ready(page, film, "#a=stage3&a-at=5900")
        page.run(f"{PLAYER.format(0)}.way('{way}')")
        page.run(f"{PLAYER.format(0)}.at('speed').selectedIndex = 8")
        page.click("#play", 0)
        page.until(f"{PLAYER.format(0)}.at('now').textContent.startsWith('over')")
        page.until(f"{PLAYER.format(0)}.at('play').textContent", "Play")
        page.until(f"{PLAYER.format(0)}.at('output').textContent.includes('baz')")


def is_led_by_keys_alone(page, film, picture):
    ready(page, film, "")
    # The first thing to reach is the way past everything else.
    page.press("Tab")
    page.until("document.activeElement.className", "skip")
    page.press("Enter")
    page.until("document.activeElement.id", "players")
    page.run("document.activeElement.blur()")
    page.press("ArrowRight", "l", "ArrowRight")
    at(page, 0, 3)
    page.press("h")
    at(page, 0, 2)
    page.press("/", *"finished", "Enter")
    page.until(TOLD.format(0), 'task 5 prints "finished"')
    end = page.run(PLACE.format(0))
    page.press("N")
    page.until(NOTICE.format(0) + ".includes('not found before this')")
    at(page, 0, end)
    page.press("Home")
    at(page, 0, 0)
    page.press("?")
    page.until(f"{PLAYER.format(0)}.at('help').open")
    picture("keys")
    page.press("Escape")
    page.until(f"{PLAYER.format(0)}.at('help').open", False)
    page.press("$")
    page.until(f"{PLAYER.format(0)}.at('now').textContent.startsWith('over')")
    page.press("0", "ArrowUp", "k", "ArrowUp", "ArrowDown", "j", "k", "k", "t", "t")
    page.until(TOLD.format(0), "task 2 runs, first of 3 ready")
    page.press("T")
    page.until(TOLD.format(0), "task 2 is added")
    page.press("z", "z")
    page.until(f"{PLAYER.format(0)}.axis.isWhole", False)
    page.press("w", "a")
    page.until(f"[{PLAYER.format(0)}.axis.isWhole, {PLAYER.format(0)}.axis.byTime].join()", "true,true")
    page.press("s")
    page.until(f"{PLAYER.format(0)}.at('files').value", "0")
    # A run is chosen with the keys alone.
    page.run("document.getElementById('choose-a').focus()")
    page.press("ArrowDown")
    page.until(f"{PLAYER.format(0)}.at('name').textContent", "stage3")


def skips_what_changes_nothing(page, film, _picture):
    ready(page, film, "#a=stage3")
    places = []
    for _ in range(40):
        page.press("c")
        places.append(page.run(PLACE.format(0)))
        if places[-1] == places[-2:-1]:
            break
    assert page.run(f"{PLAYER.format(0)}.run.n") in places, places
    page.press("C")
    page.until(PLACE.format(0) + " < " + str(places[-1]))


def finds_and_selects(page, film, picture):
    ready(page, film, "#a=famine")
    page.press("f", "f")
    page.until(TOLD.format(0), "famine 3 runs")
    page.press("f")
    page.until(NOTICE.format(0), "nothing is found after this")
    page.press("F")
    page.until(TOLD.format(0), "famine 2 runs, first of 2 ready")
    # What is typed is looked for in findings, names and lines.
    page.press("0", "o", "o")
    says = f"{PLAYER.format(0)}.at('source-says').textContent"
    page.until(f"/^Line \\d+ of .*famine.rs: famine 2 printed here.$/.test({says})")
    page.press("c", "c")
    page.until(f"/^Line \\d+ of .*famine.rs: famine 2 waits here.$/.test({says})")
    page.press("/", *"run1")
    page.until(f"{PLAYER.format(0)}.at('found').querySelectorAll('button').length", 4)
    picture("found")
    page.click("#found button", 0)
    page.until(TOLD.format(0), 'famine 2 prints "0s + 000ms run1 début"')
    # From here to two lines on.
    page.press("[", "o", "o", "o", "]")
    page.until(f"{PLAYER.format(0)}.at('sum').textContent.includes('3 lines in 1.5 s')")
    picture("selected")
    page.press("Escape")
    page.until(f"{PLAYER.format(0)}.selection", None)
    # The same with the pointer.
    where = [page.place("#lanes", 0, across=it, down=0.9) for it in [0.3, 0.5, 0.7]]
    page.drag(where, shift=True)
    page.until(f"{PLAYER.format(0)}.selection?.length", 2)
    assert "summary" in shown(page)
    before = page.run(PLACE.format(0))
    page.click("#lanes", 0, across=0.5, down=0.5)
    page.until(f"{PLACE.format(0)} !== {before}")


def predicts(page, film, picture):
    ready(page, film, "#a=stage4")
    focus = "document.activeElement.shadowRoot.activeElement.textContent"
    page.press("g")
    page.until(focus, "bar")
    picture("asked")
    page.press("Tab", "Tab", "Enter")
    page.press("Enter")
    page.until(f"{PLAYER.format(0)}.at('guess-lines').children.length", 2)
    page.press("Enter")
    page.until(f"{PLAYER.format(0)}.shadowRoot.querySelector('#guess-verdict p').textContent",
               'Line 2 is wrong: you said "foo", and "bar" comes.')
    picture("explained")
    page.press("Enter")
    page.until(TOLD.format(0), 'task 1 prints "bar"')


def compares(page, film, picture):
    ready(page, film, "#a=stage3&b=stage4")
    page.click("#together")
    page.run(f"{PLAYER.format(1)}.focusPlayer()")
    page.press("o", "o")
    page.until(TOLD.format(1), 'task 1 prints "bar"')
    page.until(TOLD.format(0), 'task 2 prints "aaa"')
    page.press("x", "o")
    page.until(TOLD.format(0), 'task 2 prints "bbb"')
    page.until(TOLD.format(1), 'task 1 prints "baz"')
    picture("beside")


def opens_a_file(page, film, picture):
    ready(page, film, "#a=stage2")
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "other.trace")
        subprocess.run([film.command[0], "stage5", "--json", path], check=True)
        document = page.ask("DOM.getDocument")["root"]["nodeId"]
        node = page.ask("DOM.querySelector", nodeId=document, selector="#file")["nodeId"]
        page.ask("DOM.setFileInputFiles", nodeId=node, files=[path])
        page.until(f"{PLAYER.format(1)}.at('name').textContent", "other.trace")
        picture("opened")
        # What a recording says is text, whoever made it.
        with open(path, encoding="utf-8") as file:
            hostile = file.read().replace("parent starts", "<img src=x onerror=alert(1)>\\u202e")
        with open(path, "w", encoding="utf-8") as file:
            file.write(hostile)
        page.ask("DOM.setFileInputFiles", nodeId=node, files=[path])
        page.until("document.querySelector('#choose-b').value", "file-2")
        page.until(f"{PLAYER.format(1)}.dataset.ready > 0")
        page.run(f"{PLAYER.format(1)}.do('end')")
        page.until(f"{PLAYER.format(1)}.at('output').textContent.includes('<img src=x onerror=alert(1)>\\ufffd')")
        page.until(f"{PLAYER.format(1)}.shadowRoot.querySelectorAll('img').length", 0)
        with open(path, "w", encoding="utf-8") as file:
            file.write("GIF89a")
        page.ask("DOM.setFileInputFiles", nodeId=node, files=[path])
        page.until("document.getElementById('notice').textContent.startsWith('other.trace: ')")


def fits_small_windows(page, film, picture):
    for width in [360, 700, 1000, 1280, 1900]:
        page.resize(width, 800)
        ready(page, film, "#a=stage6&a-at=12&b=stage5&b-at=9")
        page.until("document.documentElement.scrollWidth <= innerWidth")
        picture(f"wide-{width}")
    page.resize(1280, 900)


def is_for_fingers(page, film, picture):
    page.resize(360, 740, mobile=True)
    ready(page, film, "#a=window")
    page.until("document.documentElement.scrollWidth <= innerWidth")
    small = page.run(f"""[...{PLAYER.format(0)}.shadowRoot.querySelectorAll(".bar button, .place button")]
        .filter((it) => it.checkVisibility() && Math.min(it.offsetWidth, it.offsetHeight) < 36).map((it) => it.textContent)""")
    assert not small, small
    picture("phone")
    x, y = page.place("#lanes", 0, across=0.6)
    span = page.run(f"{PLAYER.format(0)}.axis.span")
    page.touch([(x - 20, y), (x - 40, y), (x - 70, y)], [(x + 20, y), (x + 40, y), (x + 70, y)])
    page.until(f"{PLAYER.format(0)}.axis.span < {span} / 2")
    begin = page.run(f"{PLAYER.format(0)}.axis.from")
    page.touch([(x, y), (x - 30, y), (x - 60, y)])
    page.until(f"{PLAYER.format(0)}.axis.from > {begin}")
    page.touch([(x, y)])
    page.until(PLACE.format(0) + " > 0")
    picture("phone-moment")
    page.resize(1280, 900)


def is_for_everybody(page, film, picture):
    for scheme in ["light", "dark"]:
        page.scheme(scheme)
        for run in ["#a=stage6&a-at=30", "#a=famine", "#a=holders&a-at=24"]:
            ready(page, film, run)
            check_access(page, scheme)
        picture(scheme)
    page.scheme("light")


def asks_nobody_else(page, film):
    """All requests of the whole check went to film, or to files; nothing was refused by the page's policy."""
    for event in page.heard:
        if event.get("method") == "Network.requestWillBeSent":
            address = event["params"]["request"]["url"]
            assert address.startswith((film.address, "data:", "about:", "file:")), address
        if event.get("method") in ["Runtime.exceptionThrown", "Log.entryAdded"]:
            raise AssertionError(json.dumps(event["params"]))


def refuses(film, path, headers, status):
    address = urllib.parse.urljoin(film.address, path)
    request = urllib.request.Request(address, headers=headers)
    try:
        found = urllib.request.urlopen(request).status
    except urllib.error.HTTPError as error:
        found = error.code
    assert found == status, (path, headers, found)


def is_for_this_machine(film):
    refuses(film, "programs", {}, 200)
    refuses(film, "programs", {"Host": "evil.example"}, 403)
    refuses(film, "programs", {"Origin": "http://evil.example"}, 403)
    refuses(film, "programs", {"Sec-Fetch-Site": "cross-site"}, 403)
    refuses(film, "/programs", {}, 404)
    refuses(film, f"/{32 * '0'}/programs", {}, 404)
    refuses(film, "run?id=stage99", {}, 404)
    refuses(film, "../Cargo.toml", {}, 404)


def is_closed_to_other_pages(page, film):
    """A page from elsewhere that knows the address reads nothing, and sees no picture."""
    page.open("data:text/html,<title>elsewhere</title>")
    page.until("document.title", "elsewhere")
    picture = json.dumps(f"{film.address}file?id=stage1&kind=svg")
    for way in [
        f"const it = new Image(); it.onload = () => done('seen'); it.onerror = () => done('refused'); it.src = {picture}",
        f"fetch({picture}).then(() => done('read'), () => done('refused'))",
        f"fetch({picture}, {{ mode: 'no-cors' }}).then(() => done('seen'), () => done('refused'))",
    ]:
        found = page.run(f"new Promise((done) => {{ {way} }})")
        assert found == "refused", (way, found)


CHECKS = [opens_on_the_whole_run, loads_and_steps, plays_to_the_end, is_led_by_keys_alone,
          skips_what_changes_nothing, finds_and_selects, predicts, compares, opens_a_file,
          fits_small_windows, is_for_fingers, is_for_everybody]


def main(program, folder=None):
    if not browser.find():
        print("skipped: there is no chromium here, and only a browser can drive the page")
        return
    with Film(program) as film, browser.Browser() as page:
        def picture(name):
            if folder:
                page.picture(os.path.join(folder, f"{name}.png"))

        is_for_this_machine(film)
        for check in CHECKS:
            check(page, film, picture)
            print("ok", check.__name__, flush=True)
        for check in [shows_the_same, shows_odd_recordings_the_same, *ALONE]:
            check(page, os.path.abspath(program), picture)
            print("ok", check.__name__, flush=True)
        asks_nobody_else(page, film)
        is_closed_to_other_pages(page, film)
    print("the page is as it should be")


if __name__ == "__main__":
    main(*sys.argv[1:])

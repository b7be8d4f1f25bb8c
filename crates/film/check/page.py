"""Drives the page of film in a real browser: `just film-check`.

    python3 crates/film/check/page.py FILM [FOLDER]

FILM is the program; with a FOLDER, pictures of the page are put there to be looked at.
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

PLACE = "document.querySelectorAll('.place output')[{}]?.textContent.split(' ')[1]"
TOLD = "document.querySelectorAll('.player')[{}].querySelector('.told')?.textContent"


class Film:
    """The server, as long as it is needed."""

    def __init__(self, program, *arguments):
        self.command = [program, "--serve", *arguments]

    def __enter__(self):
        self.process = subprocess.Popen(self.command, stdout=subprocess.PIPE, text=True)
        said = self.process.stdout.readline()
        self.address = re.search(r"http://127\.0\.0\.1:\d+/[0-9a-f]{32}/", said).group()
        return self

    def get(self, path):
        """What the server says there."""
        with urllib.request.urlopen(self.address + path) as answer:
            return json.load(answer)

    def __exit__(self, *_):
        self.process.terminate()
        self.process.wait(20)


def at(page, side, position):
    page.until(PLACE.format(side), str(position))


def loads_and_steps(page, film, picture):
    page.open(film.address)
    at(page, 0, 0)
    page.click("[data-go=step]")
    page.click("[data-go=step]")
    at(page, 0, 2)
    page.click("[data-go=back]")
    at(page, 0, 1)
    page.until("location.hash.includes('a=stage2&a-at=1')")
    page.click("[data-go=next-output]")
    page.until(TOLD.format(0), 'task 1 prints "1"')
    page.until("document.querySelector('.output .new').textContent", "0.0001")
    page.click("[data-go=next-poll]")
    page.until("document.querySelector('pre .marked').textContent.includes('pop_front')")
    picture("first")


def plays_to_the_end(page, film, _picture):
    page.open(f"{film.address}#a=stage2&a-at=60")
    at(page, 0, 60)
    page.run("document.querySelector('.speed').value = 64")
    page.click(".play")
    page.until("document.querySelector('.now').textContent.startsWith('over')")
    page.until("document.querySelector('.play').textContent", "Play")
    page.until("document.querySelector('.output').textContent.includes('finished')")


def is_led_by_keys_alone(page, film, picture):
    page.open(film.address)
    at(page, 0, 0)
    # The first thing to reach is the way past everything else.
    page.press("Tab")
    page.until("document.activeElement.className", "skip")
    page.press("Enter")
    page.until("document.activeElement.id", "players")
    page.press("ArrowRight", "ArrowRight", "ArrowRight")
    at(page, 0, 3)
    page.press("ArrowLeft")
    at(page, 0, 2)
    page.press("/", *"finished", "Enter")
    page.until(TOLD.format(0), 'task 5 prints "finished"')
    end = page.run(PLACE.format(0))
    page.press("N")
    page.until("document.getElementById('notice').textContent.includes('not found before this')")
    at(page, 0, end)
    page.press("Home")
    at(page, 0, 0)
    page.press("?")
    page.until("document.getElementById('help').open")
    picture("keys")
    page.press("Escape")
    page.until("document.getElementById('help').open", False)
    page.press("End")
    page.until("document.querySelector('.now').textContent.startsWith('over')")
    # A run is chosen with the keys alone.
    page.run("document.getElementById('choose-a').focus()")
    page.press("ArrowDown")
    page.until("document.querySelector('h2').textContent", "stage3")


def predicts(page, film, picture):
    page.open(f"{film.address}#a=stage4")
    at(page, 0, 0)
    page.press("g")
    page.until("document.activeElement.textContent", "bar")
    picture("asked")
    page.press("Tab", "Tab", "Enter")
    page.press("Enter")
    page.until("document.getElementById('guess-lines').children.length", 2)
    page.press("Enter")
    page.until("document.querySelector('#guess-verdict p').textContent",
               'Line 2 is wrong: you said "foo", and "bar" comes.')
    picture("explained")
    page.press("Enter")
    page.until(TOLD.format(0), 'task 1 prints "bar"')


def compares(page, film, picture):
    page.open(f"{film.address}#a=stage3&b=stage4")
    at(page, 1, 0)
    page.click("#together")
    page.run("document.querySelectorAll('.player')[1].focus()")
    page.press("o", "o")
    page.until(TOLD.format(1), 'task 1 prints "bar"')
    page.until(TOLD.format(0), 'task 2 prints "aaa"')
    page.press("x", "o")
    page.until(TOLD.format(0), 'task 2 prints "bbb"')
    page.until(TOLD.format(1), 'task 1 prints "baz"')
    picture("beside")


def opens_a_file(page, film, picture):
    page.open(f"{film.address}#a=stage2")
    at(page, 0, 0)
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "other.trace")
        subprocess.run([film.command[0], "stage5", "--json", path], check=True)
        document = page.ask("DOM.getDocument")["root"]["nodeId"]
        node = page.ask("DOM.querySelector", nodeId=document, selector="#file")["nodeId"]
        page.ask("DOM.setFileInputFiles", nodeId=node, files=[path])
        page.until("document.querySelectorAll('.player h2')[1].textContent", "other.trace")
        picture("opened")
        # What a recording says is text, whoever made it.
        with open(path, encoding="utf-8") as file:
            hostile = file.read().replace("parent starts", "<img src=x onerror=alert(1)>")
        with open(path, "w", encoding="utf-8") as file:
            file.write(hostile)
        page.ask("DOM.setFileInputFiles", nodeId=node, files=[path])
        page.until("document.querySelector('#choose-b').value", "file-2")
        page.run("document.querySelectorAll('.player')[1].querySelector('[data-go=end]').click()")
        page.until("document.querySelectorAll('.output')[1].textContent.includes('<img src=x')")
        page.until("document.querySelectorAll('img').length", 0)
        with open(path, "w", encoding="utf-8") as file:
            file.write("GIF89a")
        page.ask("DOM.setFileInputFiles", nodeId=node, files=[path])
        page.until("document.getElementById('notice').textContent",
                   "other.trace: line 1: this is no recording of boucle")


def fits_small_windows(page, film, picture):
    for width in [360, 700, 1000, 1280, 1900]:
        page.resize(width, 800)
        page.open(f"{film.address}#a=stage6&a-at=12&b=stage5&b-at=9")
        at(page, 1, 9)
        page.until("document.documentElement.scrollWidth <= innerWidth")
        picture(f"wide-{width}")
    page.resize(1280, 900)


def is_for_everybody(page, film, picture):
    for scheme in ["light", "dark"]:
        page.scheme(scheme)
        page.open(f"{film.address}#a=stage6&a-at=30")
        at(page, 0, 30)
        picture(scheme)
        check_access(page, scheme)
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
    refuses(film, "scene?id=stage2&go=fly", {}, 400)
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


def shows_the_same_in_one_file(page, film, _picture):
    """The page that needs no server plays by itself: at every event it shows what the player shows."""
    held = """[...Array(n).keys()].map((i) => {
        const { running, ready, waiting, over } = livesAt(i);
        return [running, ready, waiting, over].map((them) => them.map((it) => it.no));
    })"""
    names = [f"stage{it}" for it in [0, 1, 2, 5, 8, 9, 11, 12, 13]]
    for name in [*names, "fork_and_stop", "holders"]:
        with tempfile.TemporaryDirectory() as folder:
            file = os.path.join(folder, f"{name}.html")
            subprocess.run([film.command[0], name, "--html", file], check=True)
            page.open(f"file://{file}")
            page.until("document.title.includes('A run of')")
            played = page.run(held)
        for event, (running, ready, waiting, over) in enumerate(played, 1):
            scene = film.get(f"scene?id={name}&at={event}")["scene"]
            of = {life: [it["number"] for it in scene["tasks"] if it["life"] == life]
                  for life in ["running", "waiting", "done", "failed"]}
            numbers = {it["name"]: it["number"] for it in scene["tasks"]}
            queue = [numbers[it] for it in scene["ready"] if numbers[it] not in of["done"] + of["failed"]]
            shown = (of["running"], queue, of["waiting"], sorted(of["done"] + of["failed"]))
            assert (running, ready, waiting, over) == shown, (name, event, shown, played[event - 1])


CHECKS = [shows_the_same_in_one_file, loads_and_steps, plays_to_the_end, is_led_by_keys_alone,
          predicts, compares, opens_a_file, fits_small_windows, is_for_everybody]


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
            print("ok", check.__name__)
        asks_nobody_else(page, film)
        is_closed_to_other_pages(page, film)
    print("the page is as it should be")


if __name__ == "__main__":
    main(*sys.argv[1:])

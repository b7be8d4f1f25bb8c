"""A headless Chromium, driven through a pipe: no package is needed, and no port is opened."""

import base64
import itertools
import json
import os
import shutil
import subprocess
import tempfile
import time

NAMES = ["chromium", "chromium-browser", "google-chrome"]

# Keys that are not one letter: what the browser calls them, and their numbers.
KEYS = {
    "ArrowRight": 39, "ArrowLeft": 37, "ArrowDown": 40, "ArrowUp": 38,
    "Home": 36, "End": 35, "Tab": 9, "Enter": 13, "Escape": 27, " ": 32,
}


def find():
    """The browser of this machine, or None."""
    return next((found for name in NAMES if (found := shutil.which(name))), None)


class Browser:
    """One page of one browser; ended when left."""

    def __init__(self, width=1280, height=900):
        self.size = (width, height)

    def __enter__(self):
        self.profile = tempfile.TemporaryDirectory(ignore_cleanup_errors=True)
        to_read, self.to = os.pipe()
        self.come, to_write = os.pipe()

        def wire():
            # The browser hears on descriptor 3 and speaks on 4. First away from there.
            hears, speaks = os.dup(to_read), os.dup(to_write)
            os.dup2(hears, 3), os.dup2(speaks, 4)

        flags = ["--headless=new", "--no-sandbox", "--disable-gpu", "--remote-debugging-pipe",
                 "--disable-dev-shm-usage", "--no-first-run", "--hide-scrollbars",
                 "--disable-background-networking",
                 f"--user-data-dir={self.profile.name}", "about:blank"]
        self.process = subprocess.Popen([find(), *flags], preexec_fn=wire, close_fds=False,
                                        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        os.close(to_read), os.close(to_write)
        self.numbers, self.rest, self.session, self.heard = itertools.count(1), b"", None, []
        pages = self.ask("Target.getTargets")["targetInfos"]
        page = next(it["targetId"] for it in pages if it["type"] == "page")
        self.session = self.ask("Target.attachToTarget", targetId=page, flatten=True)["sessionId"]
        for domain in ["Page", "Runtime", "Network", "Log"]:
            self.ask(f"{domain}.enable")
        self.resize(*self.size)
        return self

    def __exit__(self, *_):
        self.process.terminate()
        self.process.wait(20)
        self.profile.cleanup()

    def message(self):
        while b"\0" not in self.rest:
            piece = os.read(self.come, 1 << 16)
            if not piece:
                raise EOFError("the browser has ended")
            self.rest += piece
        text, self.rest = self.rest.split(b"\0", 1)
        return json.loads(text)

    def ask(self, method, **params):
        number = next(self.numbers)
        message = {"id": number, "method": method, "params": params}
        if self.session:
            message["sessionId"] = self.session
        os.write(self.to, json.dumps(message).encode() + b"\0")
        while True:
            answer = self.message()
            if answer.get("id") == number:
                if "error" in answer:
                    raise RuntimeError(f"{method}: {answer['error']['message']}")
                return answer["result"]
            self.heard.append(answer)

    def resize(self, width, height, mobile=False):
        self.ask("Emulation.setDeviceMetricsOverride", width=width, height=height,
                 deviceScaleFactor=1, mobile=mobile)
        self.ask("Emulation.setTouchEmulationEnabled", enabled=mobile)

    def scheme(self, name):
        self.ask("Emulation.setEmulatedMedia",
                 features=[{"name": "prefers-color-scheme", "value": name}])

    def open(self, address):
        # From elsewhere: else a change after the `#` alone would load nothing.
        self.ask("Page.navigate", url="about:blank")
        self.ask("Page.navigate", url=address)

    def run(self, script):
        """The value of an expression of the page; a promise is waited for."""
        answer = self.ask("Runtime.evaluate", expression=script, awaitPromise=True, returnByValue=True)
        if "exceptionDetails" in answer:
            raise RuntimeError(f"{script}: {answer['exceptionDetails']}")
        return answer["result"].get("value")

    def until(self, script, wanted=True):
        """Waits until an expression has this value; what is not there yet has none."""
        whole = f"(() => {{ try {{ return {script} }} catch {{ return null }} }})()"
        end = time.monotonic() + 20
        while (value := self.run(whole)) != wanted:
            if time.monotonic() > end:
                raise AssertionError(f"{script}\nis {value!r}, not {wanted!r}")
            time.sleep(0.02)

    def press(self, *keys, shift=False):
        for key in keys:
            text = "\r" if key == "Enter" else key if len(key) == 1 else ""
            code = KEYS.get(key, ord(key[0].upper()))
            event = {"key": key, "windowsVirtualKeyCode": code, "modifiers": 8 if shift else 0}
            self.ask("Input.dispatchKeyEvent", type="keyDown", text=text, **event)
            self.ask("Input.dispatchKeyEvent", type="keyUp", **event)

    def place(self, selector, side=None, across=0.5, down=0.5):
        """Where an element is, brought into sight: its middle, or so much of its width and height further."""
        root = "document" if side is None else f"document.querySelectorAll('boucle-player')[{side}].shadowRoot"
        return self.run(f"""(() => {{
            const it = {root}.querySelector({json.dumps(selector)});
            it.scrollIntoView({{ block: "center" }});
            const box = it.getBoundingClientRect();
            return [box.x + box.width * {across}, box.y + box.height * {down}];
        }})()""")

    def click(self, selector, side=None, across=0.5, down=0.5):
        """Clicks in the middle of an element, as a pointer does; `side` is the player that it is in."""
        self.drag([self.place(selector, side, across, down)])

    def drag(self, places, shift=False):
        """Presses at the first place, moves to the others, and lets go."""
        what = {"button": "left", "clickCount": 1, "modifiers": 8 if shift else 0}
        for kind, (x, y) in [("mousePressed", places[0]), *[("mouseMoved", it) for it in places[1:]],
                             ("mouseReleased", places[-1])]:
            self.ask("Input.dispatchMouseEvent", type=kind, x=x, y=y, buttons=1, **what)

    def touch(self, *fingers):
        """Fingers, each a list of places that it goes through; as many for each."""
        for kind, places in [("touchStart", [it[0] for it in fingers]),
                             *[("touchMove", list(it)) for it in zip(*(it[1:] for it in fingers))], ("touchEnd", [])]:
            points = [{"x": x, "y": y, "id": finger} for finger, (x, y) in enumerate(places)]
            self.ask("Input.dispatchTouchEvent", type=kind, touchPoints=points)

    def picture(self, path, whole=False):
        data = self.ask("Page.captureScreenshot", format="png", captureBeyondViewport=whole)["data"]
        with open(path, "wb") as file:
            file.write(base64.b64decode(data))

"""The page shows at every event what the player of the crate shows there, forwards, backwards and in jumps."""

import json
import os
import random
import subprocess
import tempfile

# The differences between what the page shows and what was told, at these positions in this order.
COMPARE = """((told, order) => {
    const player = document.querySelector("boucle-player"), wrong = [];
    for (const position of order) {
        const shown = player.moment(position), expected = JSON.parse(told[position]);
        for (const part of Object.keys(expected)) {
            const [one, other] = [shown[part], expected[part]].map((it) => JSON.stringify(it));
            if (one !== other && wrong.length < 5) wrong.push([position, part, one, other]);
        }
    }
    return wrong;
})"""


def moments(program, *arguments):
    """What the example beside the program says."""
    example = os.path.join(os.path.dirname(program), "examples", "moments")
    said = subprocess.run([example, *arguments], check=True, stdout=subprocess.PIPE, text=True)
    return said.stdout.splitlines()


def shows_the_same(page, program, _picture):
    chance = random.Random(1)
    for name in moments(program):
        with tempfile.TemporaryDirectory() as folder:
            # The same run: of sockets, no two are.
            recording, file = (os.path.join(folder, it) for it in ["run.trace", "run.html"])
            subprocess.run([program, name, "--json", recording], check=True)
            subprocess.run([program, recording, "--html", file], check=True)
            told = moments(program, recording)
            page.open(f"file://{file}")
            page.until("document.querySelector('boucle-player').dataset.ready > 0")
            assert page.run("document.querySelector('boucle-player').run.n") == len(told) - 1, name
        forwards = list(range(len(told)))
        jumps = chance.choices(forwards, k=min(200, len(told)))
        page.run(f"told = {json.dumps(told)}, 0")
        for order in [forwards, forwards[::-7], jumps]:
            wrong = page.run(f"{COMPARE}(told, {order})")
            assert not wrong, (name, wrong)

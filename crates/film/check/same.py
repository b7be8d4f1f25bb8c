"""The page shows at every event what the player of the crate shows there, forwards, backwards and in jumps; and
it says the same of the run as a whole: sums, of parts as well, findings, where something changes."""

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


# The same of what is said of the run as a whole.
COMPARE_WHOLE = """((told) => {
    const said = document.querySelector("boucle-player").overview(told.sums.map((it) => it[0])), wrong = [];
    const texts = (of) => [...of.sums.map((it) => it.slice(0, 6)), ...of.sums.flatMap(([part,,,,,, tasks]) => tasks.map((it) => [part, it])),
        ...of.findings, of.next, of.previous].map((it) => JSON.stringify(it));
    const [one, other] = [said, told].map(texts);
    for (let place = 0; place < Math.max(one.length, other.length); place++) {
        if (one[place] !== other[place] && wrong.length < 5) wrong.push([one[place], other[place]]);
    }
    return wrong;
})"""


def moments(program, *arguments):
    """What the example beside the program says."""
    example = os.path.join(os.path.dirname(program), "examples", "moments")
    said = subprocess.run([example, *arguments], check=True, stdout=subprocess.PIPE, text=True)
    return said.stdout.splitlines()


def compare(page, program, name, recording, file, chance):
    """Compares what the page of a recording shows with what the example says of it."""
    subprocess.run([program, recording, "--html", file, "--force"], check=True)
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
    [told] = moments(program, recording, "whole")
    wrong = page.run(f"{COMPARE_WHOLE}({told})")
    assert not wrong, (name, wrong)


def shows_the_same(page, program, _picture):
    """Of every program that film knows."""
    chance = random.Random(1)
    for name in moments(program):
        with tempfile.TemporaryDirectory() as folder:
            # The same run: of sockets, no two are.
            recording, file = (os.path.join(folder, it) for it in ["run.trace", "run.html"])
            subprocess.run([program, name, "--json", recording], check=True)
            compare(page, program, name, recording, file, chance)


def odd(chance, n_events):
    """Events that no loop tells of in this order: whoever plays them believes what is said."""
    task, at, number = lambda: chance.randint(1, 5), 0, lambda: chance.randint(0, 3)
    maybe = lambda it: chance.choice([None, it])
    place = lambda: maybe({"file": chance.choice(["a.rs", "b/../c.rs", "<img>"]), "line": number()})
    text = lambda: chance.choice(["", "one", "two \u202e", "a \"b\"\n", "</script>", "é\t\u0007", "漢字"])
    by = lambda: chance.choice([{"task": task()}, "timer", {"descriptor": -1}, "thread", "quiet", "outside", "loop"])
    on = lambda: chance.choice([{"time": chance.choice([0, 5, 20, 2**63])}, {"task": task()}, {"readable": 3},
                                {"writable": -2}, {"sync": chance.choice(["an item of a queue", "a lock", "odd"])}, "thread"])
    kinds = [
        lambda: {"added": {"task": task(), "by": maybe(task()), "place": place(), "future": maybe("job")}},
        lambda: {"made": {"task": task(), "by": maybe(task())}},
        lambda: {"named": {"task": task(), "name": text()}},
        *[lambda: {"poll_begins": {"task": task()}}] * 4,
        *[lambda: {"poll_ends": {"task": task(), "how": chance.choice(
            ["pending", "ready", "panicked", "cancelled", "over", "requeued"])}}] * 4,
        lambda: {"requeued": {"task": task()}},
        lambda: {"queued_first": {"task": task()}},
        lambda: {"unqueued": {"task": task()}},
        lambda: {"printed": {"by": maybe(task()), "error": chance.random() < 0.3, "line": text()}},
        *[lambda: {"woken": {"task": task(), "by": by()}}] * 3,
        lambda: {"woken_in_vain": {"task": task(), "by": by()}},
        *[lambda: {"waits": {"task": task(), "on": on(), "object": maybe(number() + 1), "place": place()}}] * 3,
        lambda: {"object_made": {"object": number() + 1, "kind": chance.choice(["lock", "queue", "semaphore", ""]),
                                 "place": place()}},
        lambda: {"object_named": {"object": number() + 1, "name": text()}},
        lambda: {"object_gone": {"object": number() + 1}},
        *[lambda: {"acquired": {"task": task(), "object": number() + 1}}] * 2,
        *[lambda: {"released": {"object": number() + 1, "by": maybe(task())}}] * 2,
        lambda: {"stands": {"task": task(), "awaits": [{"level": level, "what": text(), "place": place()} for level in range(number())]}},
        *[lambda: {"timer_set": {"timer": number(), "by": maybe(task()), "after": chance.choice([0, 5, 20, 2**64 - 1])}}] * 2,
        lambda: {"timer_fired": {"timer": number()}},
        *[lambda: {"timer_unset": {"timer": number(), "by": maybe(task())}}] * 2,
        lambda: {"descriptor_ready": {"descriptor": 7, "readable": True, "writable": chance.random() < 0.5}},
        lambda: {"loop_sleeps": {"timeout": chance.choice([None, 0, 7])}},
        lambda: "loop_wakes",
        lambda: {"done": {"task": task(), "how": chance.choice(["value", "panicked", "cancelled", "dropped"])}},
        lambda: {"reported": {"task": maybe(task()), "kind": "panic", "message": text()}},
        lambda: {"run_ends": {"how": chance.choice(["complete", "deadlock", "stopped", {"panicked": text()}, {"exit": -1}])}},
    ]
    for _ in range(n_events):
        at += chance.choice([0, 0, 0, 1, 5, 1_000_000])
        yield [at, chance.choice(kinds)()]


def shows_odd_recordings_the_same(page, program, _picture):
    """Of recordings whose events make no sense together."""
    for seed in range(25):
        chance = random.Random(seed)
        with tempfile.TemporaryDirectory() as folder:
            recording, file = (os.path.join(folder, it) for it in ["odd.trace", "odd.html"])
            with open(recording, "w", encoding="utf-8") as lines:
                lines.write('{"format":"boucle-trace","version":2,"clock":"virtual","program":"odd"}\n')
                for event in odd(chance, 300):
                    lines.write(json.dumps(event) + "\n")
            compare(page, program, seed, recording, file, chance)
            page.run("document.querySelector('boucle-player').draw()")

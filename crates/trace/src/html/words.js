// An event in words, as `text/words.rs` has them: who, and what it does.

// The name of a task when `position` events have been played: what it was called, what its future is, or
// its number.
function nameOf(run, no, position) {
  const row = run.rowOf.get(no);
  if (row === undefined) return `task ${no}`;
  const names = run.names.get(row);
  if (names) {
    for (let it = names.length - 1; it >= 0; it--) if (names[it][0] < position) return printableName(names[it][1]);
  }
  const future = futureOf(run, row, position);
  return future === null ? `task ${no}` : `${printableName(future)} ${no}`;
}
const nameOfRow = (run, row, position = run.n) => nameOf(run, run.no[row], position);

function futureOf(run, row, position) {
  const { start, event } = run.made;
  for (let place = run.made.last(row, position); place >= start[row]; place--) {
    const e = run.event(event[place]);
    if (e.kind === K.ADDED) return e.future ? run.text(e.future) : null;
  }
  return run.given0(row, "future", null);
}

// What an object is called: what it is, and its name or its number; and where it was made.
function objectName(run, no, position) {
  const known = objectOf(run, no, position);
  if (!known) return `object ${no}`;
  return `${printableName(known.kind || "object")} ${known.name === null ? no : printableName(known.name)}`;
}
function objectAndPlace(run, no, position) {
  const place = objectOf(run, no, position)?.place;
  return `${objectName(run, no, position)}${place ? `, made at ${placeName(place)}` : ""}`;
}
function objectOf(run, no, position) {
  const row = run.objects.rowOf.get(no);
  return row === undefined ? null : objectAt(run, row, position);
}
const placeName = place => `${printableLine(place.file)}:${place.line}`;

function waker(run, who, how, by, position) {
  if (how === 0) return by === who ? "itself" : nameOf(run, by, position);
  return ["", "a timer", `descriptor ${by}`, "another thread", "the loop, which has nothing else to do", "code outside of all tasks", "the loop"][how];
}

// What a task waits for, after `waits`.
function waitWords(run, { how, number, object }, position) {
  switch (how) {
    case ON.TIME: return duration(number);
    case ON.TASK: return `for ${nameOf(run, number, position)}`;
    case ON.READABLE: return `for descriptor ${number} to be readable`;
    case ON.WRITABLE: return `for descriptor ${number} to be writable`;
    case ON.SYNC: return `for ${shared(run, printableName(number), object, position)}`;
    default: return "for another thread";
  }
}

// Something that tasks share: `an item of a queue` is one of `queue jobs`, if the object is known.
function shared(run, what, object, position) {
  const known = object ? objectOf(run, object, position) : null;
  if (!known) return what;
  const name = objectName(run, object, position);
  if (known.kind === "lock") return name;
  for (const any of [`a ${known.kind}`, `an ${known.kind}`]) {
    const place = what.indexOf(any);
    if (place >= 0) return `${what.slice(0, place)}${name}${known.kind === "semaphore" ? "" : what.slice(place + any.length)}`;
  }
  return `${what}: ${name}`;
}

const ORDINALS = ["first", "second", "third", "fourth", "fifth", "sixth"];
const ordinal = place => ORDINALS[place] ?? `number ${place + 1}`;

// After `runs`: how the task was chosen.
function chosen(run, i) {
  const poll = after(run.begins, i) - 1, n = run.nReady[poll], place = run.place[poll];
  return n === 1 || place < 0 ? "" : `, ${ordinal(place)} of ${n} ready`;
}

const firstLine = text => text.split("\n", 1)[0].replace(/\r$/, "");

// Who does what, as two texts; the state is the one after the event.
function words(run, i) {
  const position = i + 1, e = run.event(i), { kind, task, by, how, number, text } = e;
  const file = e.file ? `, at ${printableLine(run.text(e.file))}:${e.line}` : "";
  const name = no => nameOf(run, no, position);
  const said = () => ({ how, number: how === ON.SYNC ? run.text(number) : number, object: e.object });
  switch (kind) {
    case K.ADDED: return [name(task), `is added${by ? ` by ${name(by)}` : ""}${file}`];
    case K.MADE: return [name(task), `is made${by ? ` by ${name(by)}` : ""}`];
    case K.NAMED: return [`task ${task}`, `is called ${printableName(run.text(text))}`];
    case K.BEGINS: return [name(task), `runs${chosen(run, i)}`];
    case K.ENDS: {
      const isReady = how === POLL.PENDING && run.life(run.rowOf.get(task), position) & QUEUED;
      const ways = ["stops", "has returned", "was left by a panic", "was dropped", "had ended before", "gives the turn back, and is ready"];
      return [name(task), isReady ? ways[POLL.REQUEUED] : ways[how]];
    }
    case K.DROP_BEGINS: return [name(task), "is being dropped"];
    case K.REQUEUED: return [name(task), "goes to the end of the queue"];
    case K.QUEUED_FIRST: return [name(task), "goes to the head of the queue"];
    case K.UNQUEUED: return [name(task), "leaves the queue"];
    case K.PRINTED: return [task ? name(task) : "program", `prints ${how ? "on stderr " : ""}${quoted(run.text(text))}`];
    case K.WOKEN: return [name(task), `is woken by ${waker(run, task, how, by, position)}`];
    case K.VAIN: return [name(task), `is woken by ${waker(run, task, how, by, position)}, and can go on already`];
    case K.WAITS: case K.NUMBERED_WAIT: return [name(task), `waits ${waitWords(run, said(), position)}`];
    case K.WAIT_ENDS: {
      const row = run.rowOf.get(task), place = run.over.last(row, position);
      const isKnown = place >= 0 && run.over.event[place] === i;
      return [name(task), isKnown ? `no longer waits ${waitWords(run, run.overOf(row, position), position)}` : "ends a wait"];
    }
    case K.TIMER_SET: { const { after } = e; return [task ? name(task) : "program", `sets a timer: in ${duration(after)}`]; }
    case K.TIMER_FIRED: return ["loop", "a timer fires"];
    case K.TIMER_UNSET: return [task ? name(task) : "program", "takes a timer back"];
    case K.DESCRIPTOR: return ["loop", `descriptor ${number} is ${["ready", "readable", "writable", "readable and writable"][how]}`];
    case K.SLEEPS: return ["loop", e.after < 0 ? "sleeps until somebody wakes it" : `sleeps, ${duration(e.after)} at the most`];
    case K.WAKES: return ["loop", "is awake"];
    case K.DONE: return [name(task), ["is done", "has panicked", "is cancelled", "is dropped"][how]];
    case K.REPORTED: return [task ? name(task) : "loop", `is reported: ${printableLine(firstLine(run.text(text)))}`];
    case K.RUN_ENDS: return ["loop", runEnd(run, how, number)];
    default: return objectWords(run, e, position);
  }
}

function runEnd(run, how, number) {
  if (how === 3) return `the run ends with a panic: ${printableLine(run.text(number))}`;
  if (how === 4) return `the program exits with status ${number}`;
  return ["the run is complete", "the run ends: every task waits for another", "the run is stopped"][how];
}

// What is told of an object, and where a task stands.
function objectWords(run, { kind, task, object, text, file, line, awaits }, position) {
  const name = no => nameOf(run, no, position);
  switch (kind) {
    case K.OBJECT_MADE: return [objectName(run, object, position), `is met${file ? `; it was made at ${printableLine(run.text(file))}:${line}` : ""}`];
    case K.OBJECT_NAMED: return [objectName(run, object, position), `is called ${printableName(run.text(text))}`];
    case K.OBJECT_GONE: return [objectName(run, object, position), "is gone"];
    case K.ACQUIRED: return [name(task), `gets ${objectName(run, object, position)}`];
    case K.RELEASED: return [task ? name(task) : "program", `gives ${objectName(run, object, position)} back`];
    case K.STANDS: return [name(task), standsIn(awaits)];
    default: return ["loop", ""];
  }
}

// Where a task stands: so many of the calls that await one another.
const CALLS = 30;
function standsIn(awaits) {
  if (!awaits.length) return "stands nobody knows where";
  let words = "stands", last = -1;
  awaits.slice(0, CALLS).forEach((it, i) => {
    words += i === 0 ? " in " : it.level > last ? ", in " : "; also in ";
    last = it.level;
    words += `${printableName(it.what)}${it.place ? ` (${placeName(it.place)})` : ""}`;
  });
  return awaits.length > CALLS ? `${words}, and in ${awaits.length - CALLS} calls more` : words;
}

// An event in words, as `text/words.rs` has them.

function name(no) { return laneOf.get(no)?.name ?? `task ${no}`; }

const decimals = (() => {
  if (info.header.clock === "real") return 6;
  let needs = 3;
  for (let i = 0; i < n; i++) {
    if (at[i] % 1000) return 9;
    if (at[i] % 1000000) needs = 6;
  }
  return needs;
})();
function seconds(ns) { return (ns / 1e9).toFixed(decimals); }
function duration(ns) {
  const trim = value => String(Math.floor(value * 1000) / 1000);
  if (ns === 0) return "0 s";
  if (ns >= 3.6e12) { const m = Math.floor(ns / 6e10); return `${Math.floor(m / 60)} h${m % 60 ? ` ${m % 60} min` : ""}`; }
  if (ns >= 1e9) return `${trim(ns / 1e9)} s`;
  if (ns >= 1e6) return `${trim(ns / 1e6)} ms`;
  if (ns >= 1e3) return `${trim(ns / 1e3)} µs`;
  return `${ns} ns`;
}

function waker(who, by) {
  switch (by) {
    case 0: { const other = number(); return other === who ? "itself" : name(other); }
    case 1: return "a timer";
    case 2: return `descriptor ${signed()}`;
    case 3: return "another thread";
    case 4: return "the loop, which has nothing else to do";
    case 5: return "code outside of all tasks";
    default: return "the loop";
  }
}
function waits() {
  switch (number()) {
    case 0: return duration(number());
    case 1: return `for ${name(number())}`;
    case 2: return `for descriptor ${signed()} to be readable`;
    case 3: return `for descriptor ${signed()} to be writable`;
    case 4: return `for ${texts[number()]}`;
    default: return "for another thread";
  }
}
function place() { const file = number(); return file ? `, at ${texts[file - 1]}:${number()}` : ""; }
function by(word) { const by = number(); return by ? ` by ${name(by)}` : word; }

// Who does what, as two texts.
function words(i, brief) {
  reader.place = rest[i];
  const who = task[i];
  if (who && kind[i] !== K.PRINTED && kind[i] !== K.TIMER_SET && kind[i] !== K.TIMER_UNSET && kind[i] !== K.REPORTED) number();
  const me = who ? name(who) : "loop";
  switch (kind[i]) {
    case K.ADDED: return [me, `is added${by("")}${place()}`];
    case K.NAMED: return [`task ${who}`, `is called ${texts[number()]}`];
    case K.MADE: return [me, `is made${by("")}`];
    case K.QUEUED_FIRST: return [me, "goes to the head of the queue"];
    case K.UNQUEUED: return [me, "leaves the queue"];
    case K.BEGINS: {
      // A task of a stage is added as its first poll begins: where it stood before, nobody told.
      const isJustMet = i && kind[i - 1] === K.ADDED && task[i - 1] === who && !laneOf.get(who)?.place;
      const ready = i && !brief && !isJustMet ? livesAt(i - 1).ready : [];
      const chosen = ready.findIndex(it => it.no === who);
      return [me, ready.length > 1 && chosen >= 0 ? `runs, number ${chosen + 1} of ${ready.length} ready` : "runs"];
    }
    case K.ENDS: {
      const how = number();
      const stays = lifeAt(laneOf.get(who), i) === READY;
      return [me, [stays ? "gives the turn back, and is ready" : "stops", "has returned", "was left by a panic", "was dropped", "had ended before", "gives the turn back, and is ready"][how]];
    }
    case K.REQUEUED: return [me, "goes to the end of the queue"];
    case K.PRINTED: { number(); const error = number(); return [who ? me : "program", `prints ${error ? "on stderr " : ""}${JSON.stringify(texts[number()])}`]; }
    case K.WOKEN: return [me, `is woken by ${waker(who, number())}`];
    case K.WAITS: return [me, `waits ${waits()}`];
    case K.TIMER_SET: number(); number(); return [who ? me : "program", `sets a timer: in ${duration(number())}`];
    case K.TIMER_FIRED: return [me, "a timer fires"];
    case K.TIMER_UNSET: return [who ? me : "program", "takes a timer back"];
    case K.DESCRIPTOR: { const fd = signed(); return [me, `descriptor ${fd} is ${["ready", "readable", "writable", "readable and writable"][number()]}`]; }
    case K.SLEEPS: { const most = number(); return [me, most ? `sleeps, ${duration(most - 1)} at the most` : "sleeps until somebody wakes it"]; }
    case K.WAKES: return [me, "is awake"];
    case K.DONE: return [me, ["is done", "has panicked", "is cancelled", "is dropped"][number()]];
    case K.REPORTED: number(); number(); return [me, `is reported: ${texts[number()].split("\n")[0]}`];
    case K.RUN_ENDS: {
      const how = number();
      if (how === 3) return [me, `the run ends with a panic: ${texts[number()]}`];
      if (how === 4) return [me, `the program exits with status ${signed()}`];
      return [me, ["the run is complete", "the run ends: every task waits for another", "the run is stopped"][how]];
    }
  }
  return [me, ""];
}

// What the loop is doing after event `i`.
function phase(i) {
  if (i < 0) return "begin: nothing has happened yet";
  const who = laneOf.get(task[i]);
  if (kind[i] === K.RUN_ENDS) return "over: the run has ended";
  if (kind[i] === K.MADE) return "make: a task is there, and whoever has it polls it";
  if (kind[i] === K.BEGINS && !who.byHand) return "take: a task is taken out of the ready queue";
  if (livesAt(i).running.length) return "step: the task runs until it gives the turn back";
  if (kind[i] === K.UNQUEUED) return "take: a task is taken out of the ready queue";
  if (kind[i] === K.ENDS && who.byHand && lifeAt(who, i) === WAITING) return "yield: the task has given the turn back to whoever polls it";
  if (kind[i] === K.REQUEUED || kind[i] === K.QUEUED_FIRST || (kind[i] === K.ENDS && (lifeAt(who, i) === READY || (i + 1 < n && kind[i + 1] === K.REQUEUED)))) return "requeue: the task is ready again, behind the others";
  if (kind[i] === K.ENDS && lifeAt(who, i) === WAITING) return "wait: the task is left until somebody wakes it";
  if (kind[i] === K.ENDS || kind[i] === K.DONE) return "end: the task is over";
  if (kind[i] === K.SLEEPS) return "sleep: nothing can run, the loop waits";
  if (kind[i] === K.ADDED || kind[i] === K.NAMED) return "add: a task goes to the end of the ready queue";
  return "wake: what has come makes a task ready";
}

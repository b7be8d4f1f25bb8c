// What the loop is doing, and why it is this task's turn: as `player/phase.rs` and `player/why.rs` have it.

const PHASES = {
  begin: "nothing has happened yet", make: "a task is there, and whoever has it polls it",
  yield: "the task has given the turn back to whoever polls it", add: "a task goes to the end of the ready queue",
  take: "a task is taken out of the ready queue", step: "the task runs until it gives the turn back",
  requeue: "the task is ready again, behind the others", wait: "the task is left until somebody wakes it",
  end: "the task is over", wake: "what has come makes a task ready", sleep: "nothing can run, the loop waits",
  over: "the run has ended",
};

function phase(run, position) {
  if (!position) return "begin";
  const i = position - 1, { kind, task, how } = run.event(i), row = run.rowOf.get(task);
  const isByHand = () => run.madeBy(row, position).isByHand;
  if (kind === K.RUN_ENDS) return "over";
  // Whoever polls a task by hand takes it out of nowhere.
  if (kind === K.BEGINS) return isByHand() ? "step" : "take";
  if (kind === K.DROP_BEGINS) return "end";
  if (run.running(position).length) return "step";
  switch (kind) {
    case K.ENDS: {
      if (how === POLL.REQUEUED) return "requeue";
      if (how !== POLL.PENDING) return "end";
      if (isByHand()) return "yield";
      const isPutBack = position < run.n && run.kind[position] === K.REQUEUED && run.event(position).task === task;
      return run.life(row, position) & QUEUED || isPutBack ? "requeue" : "wait";
    }
    case K.REQUEUED: case K.QUEUED_FIRST: return "requeue";
    case K.MADE: return "make";
    case K.UNQUEUED: return "take";
    case K.DONE: return "end";
    case K.SLEEPS: return "sleep";
    case K.ADDED: case K.NAMED: return "add";
    default: return run.isEnded(position) ? "over" : "wake";
  }
}

// Why the task that is being polled runs, and why now; null while none is.
function why(run, position) {
  const running = run.running(position), row = running[running.length - 1], choice = run.choice(position);
  if (row === undefined || choice?.row !== row) return null;
  const made = run.madeBy(row, position), name = nameOfRow(run, row, position);
  if (made.isByHand) return `${name} runs since somebody polls it by hand.`;
  const nPolls = run.nPolls(row, position);
  return `${whyReady(run, row, position, name, made, nPolls)}; ${whyFirst(run, choice, position, made, nPolls)}.`;
}

function whyReady(run, row, position, name, made, nPolls) {
  const woken = run.woken(row, position), no = run.no[row];
  if (!woken) return `${name} runs, and the recording does not tell who woke it`;
  const at = `${seconds(woken.at, run.decimals)} s`;
  if (woken.how === null) {
    if (nPolls > 1) return `${name} runs again: it gave the turn back at ${at}`;
    if (made.by) return `${name} runs for the first time: ${nameOf(run, made.by, position)} added it at ${at}`;
    return `${name} runs for the first time${made.place ? ": it was added" : ","} at ${at}`;
  }
  if (woken.how === 0 && woken.by === no) return `${name} runs since it woke itself at ${at}`;
  return `${name} runs since it was woken by ${waker(run, no, woken.how, woken.by, position)} at ${at}`;
}

function whyFirst(run, { place, nReady }, position, made, nPolls) {
  if (place < 0) return nPolls <= 1 && !made.place ? "nothing is told of a task of a stage before that" : "it was not seen in the ready queue";
  if (nReady === 1) return "it was the only one that was ready";
  // Those that became ready since stand behind those that were.
  const nOthers = Math.min(Math.max(0, nReady - 1), run.nReadyAt(position));
  const names = [...run.ready(position, Math.min(3, nOthers))].map(it => nameOfRow(run, it, position)), nMore = Math.max(0, nOthers - 3);
  const others = !names.length ? "others" : names.length === 1 ? names[0]
    : nMore ? `${names.join(", ")} and ${nMore} more` : `${names.slice(0, -1).join(", ")} and ${names[names.length - 1]}`;
  if (place === 0) return `it was the first of ${nReady} that were ready, before ${others}`;
  return `it was chosen as ${ordinal(place)} of ${nReady} that were ready, before ${others}`;
}

// A moment as plain data: all that the panes show; and what is said of the run as a whole. Whoever tests the
// player compares it with what the crate says of the same run.

function moment(run, position) {
  const lives = { [RUNNING]: "running", [IDLE]: "waiting", [DONE]: "done", [PANICKED]: "panicked", [CANCELLED]: "cancelled", [DROPPED]: "dropped" };
  const rows = [...Array(run.nKnown(position)).keys()].sort((a, b) => run.no[a] - run.no[b]);
  const numbers = rows => Array.from(rows, it => run.no[it]);
  const nGiven = (run.base.output ?? []).length, nLines = run.nLines(position) + nGiven, asleep = run.asleep(position), marked = mark(run, position);
  return {
    running: numbers(run.running(position)),
    ready: numbers(run.ready(position)),
    tasks: rows.map(row => {
      const code = run.life(row, position), waits = run.waits(row, position).map(it => waitWords(run, it, position));
      const calls = run.awaits(row, position).map(it => [it.level ?? 0, `${it.what}${it.place ? `, ${it.place.file}:${it.place.line}` : ""}`]);
      return [run.no[row], nameOfRow(run, row, position), code === READY ? "ready" : lives[code & LIFE], !!(code & QUEUED), run.nPolls(row, position), waits, calls];
    }),
    timers: Array.from(run.timersSet(position), it => [run.timerAt[it], run.timerBy[it]]),
    objects: Array.from(objectsAt(run, position), row => {
      const no = run.objects.no[row], holders = [...holdersOf(run, row, position)].sort((a, b) => a[0] - b[0]);
      return [no, objectAndPlace(run, no, position), holders];
    }),
    asleep: asleep && asleep.until,
    lines: nLines,
    last: nLines ? run.output(nLines - 1).text : null,
    phase: phase(run, position),
    told: position ? printableLine(words(run, position - 1).join(" ")) : null,
    why: why(run, position),
    mark: marked && marked.slice(0, 2),
    mark_says: marked && marked[2],
    now: seconds(run.now(position), run.decimals),
  };
}

// Sums of these parts of a run, its findings, and where the changes after and before each position are.
function overview(run, parts) {
  const orNull = position => position < 0 ? null : position, positions = Array.from({ length: run.n + 1 }, (_, it) => it);
  const sums = parts.map(([from, to]) => {
    const it = sumUp(run, from, to), longest = (name, place) => it.where[name][place] < 0 ? null : [it.where[name][place], it[name][place]];
    const tasks = [...it.rows].map((row, place) => [run.no[row], it.polls[place], it.ran[place], it.ready[place], it.waited[place], LONGEST.map(name => longest(name, place))]);
    return [[from, to], [it.begin, it.end], to - from, it.nPolls, it.nLines, it.busy, tasks];
  });
  return {
    sums,
    findings: run.findings.map(it => [it.event, it.task ?? null, it.message]),
    next: positions.map(it => orNull(nextChange(run, it))),
    previous: positions.map(it => orNull(previousChange(run, it))),
  };
}

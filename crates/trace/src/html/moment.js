// A moment as plain data: all that the panes show. Whoever tests the player compares it with what the
// player of the crate shows at the same event.

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
      const calls = run.awaits(row, position).map(it => `${it.what}${it.place ? `, ${it.place.file}:${it.place.line}` : ""}`);
      return [run.no[row], nameOfRow(run, row, position), code === READY ? "ready" : lives[code & LIFE], !!(code & QUEUED), run.nPolls(row, position), waits, calls];
    }),
    timers: Array.from(run.timersSet(position), it => [run.timerAt[it], run.timerBy[it]]),
    objects: objectsAt(run, position).map(row => {
      const no = run.objects.no[row], holders = [...objectAt(run, row, position).holders].sort((a, b) => a[0] - b[0]);
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

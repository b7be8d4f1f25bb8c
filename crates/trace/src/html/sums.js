// Sums: what each task did with the time between two positions. A stretch that begins before, or ends
// after, is cut there.

const SUMS = ["polls", "ran", "ready", "waited", "longestPoll", "longestReady", "longestWait"];

// Of each task that is there its row, and the sums; and what all did together.
function sumUp(run, from, to) {
  const begin = run.now(from), end = run.now(to), { start, event, value } = run.lives;
  const rows = new List(Uint32Array), sums = Object.fromEntries(SUMS.map(it => [it, new List(Float64Array)]));
  // Where the longest ones begin.
  const where = { longestPoll: new List(Int32Array), longestReady: new List(Int32Array), longestWait: new List(Int32Array) };
  let nPolls = 0;
  for (let lane = 0; lane < run.nTasks; lane++) {
    const row = run.lanes[lane], first = Math.max(start[row], after(event, from - 1, start[row], start[row + 1]) - 1);
    const last = after(event, to - 1, start[row], start[row + 1]), it = [0, 0, 0, 0, 0, 0, 0], at = [0, 0, 0, 0, -1, -1, -1];
    let isThere = false;
    for (let place = first, ended = -1; place < last; place++) {
      const code = value[place], until = place + 1 < start[row + 1] ? Math.min(run.time(event[place + 1]), end) : end;
      if (isOver(code)) continue;
      isThere = true;
      const isRunning = (code & LIFE) === RUNNING, what = isRunning ? 1 : code & QUEUED ? 2 : 3;
      // Who is woken while it runs goes on running.
      const goesOn = isRunning && place > first && (value[place - 1] & LIFE) === RUNNING && ended === place;
      const length = Math.max(0, until - Math.max(begin, run.time(event[place])));
      it[what] += length;
      const longest = (goesOn ? it.running : 0) + length;
      if (isRunning) { it.running = longest; ended = place + 1; }
      if (at[what + 3] < 0 || longest > it[what + 3]) {
        it[what + 3] = longest;
        at[what + 3] = goesOn ? it.began : event[place] + 1;
      }
      if (isRunning && !goesOn) { it.began = event[place] + 1; }
    }
    if (!isThere) continue;
    it[0] = run.polls.count(row, to) - run.polls.count(row, from);
    nPolls += it[0];
    rows.push(row);
    SUMS.forEach((name, place) => sums[name].push(it[place]));
    ["longestPoll", "longestReady", "longestWait"].forEach((name, place) => where[name].push(at[place + 4]));
  }
  const done = them => Object.fromEntries(Object.entries(them).map(([name, list]) => [name, list.done()]));
  const nLines = run.nLines(to) - run.nLines(from);
  return { from, to, begin, end, rows: rows.done(), nPolls, nLines, where: done(where), ...done(sums) };
}

// The places of the rows of a summary in the order of a column; of equal ones in the order of the tasks.
function sortedBy(run, summary, column, isDown) {
  const order = Uint32Array.from(summary.rows.keys()), sign = isDown ? -1 : 1;
  if (column === "task") return isDown ? order.reverse() : order;
  const key = summary[column];
  return order.sort((a, b) => sign * (key[a] - key[b]) || a - b);
}

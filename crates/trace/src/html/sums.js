// Sums: what each task did with the time between two positions. A stretch that begins before, or ends
// after, is cut there.

const SUMS = ["polls", "ran", "ready", "waited", "longestPoll", "longestReady", "longestWait"];
const LONGEST = SUMS.slice(4);

// Of each task that is there its row, and the sums; and what all did together.
function sumUp(run, from, to) {
  const begin = from ? run.now(from) : run.time(Math.min(0, run.n - 1)), end = to ? run.now(to) : begin;
  const rows = new List(Uint32Array), sums = Object.fromEntries(SUMS.map(it => [it, new List(Float64Array)]));
  // Where the longest ones begin: after so many events.
  const where = Object.fromEntries(LONGEST.map(it => [it, new List(Int32Array)]));
  let nPolls = 0;
  for (let lane = 0; lane < run.nTasks; lane++) {
    const it = sumOf(run, run.lanes[lane], from, to, begin, end);
    if (!it) continue;
    nPolls += it.nPolls;
    rows.push(run.lanes[lane]);
    [it.nPolls, ...it.time, ...it.longest].forEach((value, place) => sums[SUMS[place]].push(Math.max(0, value)));
    it.at.forEach((at, place) => where[LONGEST[place]].push(at));
  }
  const done = them => Object.fromEntries(Object.entries(them).map(([name, list]) => [name, list.done()]));
  const nLines = run.nLines(to) - run.nLines(from);
  return { from, to, begin, end, rows: rows.done(), nPolls, nLines, busy: busy(run, from, to, begin, end), where: done(where), ...done(sums) };
}

// What one task did there: the times that it ran, was ready and waited, the longest of each and where that
// begins; null if it is not there.
function sumOf(run, row, from, to, begin, end) {
  const { start, event, value } = run.lives, first = start[row], beyond = start[row + 1], last = after(event, to - 1, first, beyond);
  const isRunning = place => (value[place] & LIFE) === RUNNING, time = [0, 0, 0], longest = [-1, -1, -1], at = [-1, -1, -1];
  let place = Math.max(first, after(event, from - 1, first, beyond) - 1), nPolls = 0, isThere = false;
  // Who is woken while it runs goes on with the same poll.
  while (place > first && isRunning(place) && isRunning(place - 1)) place--;
  for (let next; place < last; place = next) {
    next = place + 1;
    if (isRunning(place)) while (next < beyond && isRunning(next)) next++;
    const code = value[place], since = event[place] + 1;
    // What another change of the same event has replaced was never there.
    if (isOver(code) || (next < beyond && event[next] === event[place])) continue;
    isThere = true;
    const what = isRunning(place) ? 0 : code & QUEUED ? 1 : 2, until = next < beyond ? Math.min(run.time(event[next]), end) : end;
    const length = Math.max(0, until - Math.max(begin, run.time(event[place])));
    time[what] += length;
    if (length > longest[what]) [longest[what], at[what]] = [length, since];
    if (!what && since > from) nPolls++;
  }
  return isThere ? { nPolls, time, longest, at } : null;
}

// How long a task was being polled there; the rest is the loop's own, most of it sleep.
function busy(run, from, to, begin, end) {
  const { event, top } = run.stacks;
  let sum = 0, since = -1;
  for (let k = Math.max(0, after(event, from - 1) - 1); k < event.length && event[k] < to; k++) {
    const now = Math.max(begin, run.time(event[k]));
    if (top[k] >= 0 && since < 0) since = now;
    if (top[k] >= 0 || since < 0) continue;
    sum += now - since;
    since = -1;
  }
  return sum + (since < 0 ? 0 : Math.max(0, end - since));
}

// The places of the rows of a summary in the order of a column; of equal ones in the order of the tasks.
function sortedBy(run, summary, column, isDown) {
  const order = Uint32Array.from(summary.rows.keys()), sign = isDown ? -1 : 1;
  if (column === "task") return isDown ? order.reverse() : order;
  const key = summary[column];
  return order.sort((a, b) => sign * (key[a] - key[b]) || a - b);
}

// Where the longest stretch of a task begins: after so many events; -1 without one.
function whereLongest(summary, column, row) {
  const place = summary.rows.indexOf(row);
  return place < 0 || !summary[column][place] ? -1 : summary.where[column][place];
}

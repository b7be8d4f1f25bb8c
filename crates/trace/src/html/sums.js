// Sums: what each task did with the time between two positions. A stretch that begins before, or ends
// after, is cut there.

const SUMS = ["polls", "ran", "ready", "waited", "longestPoll", "longestReady", "longestWait"];
const LONGEST = SUMS.slice(4);

// Of each task that is there its row, and the sums; and what all did together.
function sumUp(run, from, to) {
  const begin = from ? run.now(from) : run.time(Math.min(0, run.n - 1)), end = to ? run.now(to) : begin;
  const rows = new Uint32Array(run.nTasks), sums = Object.fromEntries(SUMS.map(it => [it, new Float64Array(run.nTasks)]));
  // Where the longest ones begin: after so many events; -1 if there is none.
  const where = Object.fromEntries(LONGEST.map(it => [it, new Int32Array(run.nTasks)]));
  const times = [sums.ran, sums.ready, sums.waited], longest = LONGEST.map(it => sums[it]), at = LONGEST.map(it => where[it]);
  let n = 0, nPolls = 0;
  for (let lane = 0; lane < run.nTasks; lane++) {
    const polls = sumOf(run, run.lanes[lane], from, to, begin, end, n, times, longest, at);
    if (polls < 0) continue;
    nPolls += polls;
    sums.polls[n] = polls;
    rows[n++] = run.lanes[lane];
  }
  const cut = them => Object.fromEntries(Object.entries(them).map(([name, list]) => [name, list.subarray(0, n)]));
  const nLines = run.nLines(to) - run.nLines(from);
  return { from, to, begin, end, rows: rows.subarray(0, n), nPolls, nLines, busy: busy(run, from, to, begin, end), where: cut(where), ...cut(sums) };
}

// What one task did there, into place `n` of these lists: the times that it ran, was ready and waited, the
// longest of each and where that begins. How often it was polled; -1 if it is not there.
function sumOf(run, row, from, to, begin, end, n, times, longest, at) {
  const { start, event, value } = run.lives, first = start[row], beyond = start[row + 1], last = after(event, to - 1, first, beyond);
  let place = Math.max(first, after(event, from - 1, first, last) - 1), nPolls = 0, isThere = false;
  for (let what = 0; what < 3; what++) {
    times[what][n] = longest[what][n] = 0;
    at[what][n] = -1;
  }
  // Who is woken while it runs goes on with the same poll.
  while (place > first && (value[place] & LIFE) === RUNNING && (value[place - 1] & LIFE) === RUNNING) place--;
  for (let next; place < last; place = next) {
    const code = value[place], isRunning = (code & LIFE) === RUNNING, since = event[place] + 1;
    next = place + 1;
    if (isRunning) while (next < beyond && (value[next] & LIFE) === RUNNING) next++;
    // What another change of the same event has replaced was never there.
    if (isOver(code) || (next < beyond && event[next] === event[place])) continue;
    isThere = true;
    const what = isRunning ? 0 : code & QUEUED ? 1 : 2, until = next < beyond ? Math.min(run.at[event[next]], end) : end;
    const length = Math.max(0, until - Math.max(begin, since ? run.at[since - 1] : begin));
    times[what][n] += length;
    if (at[what][n] < 0 || length > longest[what][n]) {
      longest[what][n] = length;
      at[what][n] = since;
    }
    if (isRunning && since > from) nPolls++;
  }
  return isThere ? nPolls : -1;
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
  const order = new Uint32Array(summary.rows.length), sign = isDown ? -1 : 1;
  for (let place = 0; place < order.length; place++) order[place] = place;
  if (column === "task") return isDown ? order.reverse() : order;
  const key = summary[column];
  return order.sort((a, b) => sign * (key[a] - key[b]) || a - b);
}

// Where the longest stretch of a task begins: after so many events; -1 without one.
function whereLongest(summary, column, row) {
  const place = summary.rows.indexOf(row);
  return place < 0 || !summary[column][place] ? -1 : summary.where[column][place];
}

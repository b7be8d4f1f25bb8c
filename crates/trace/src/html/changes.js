// From change to change: over the polls in which a task only looked, and gave the turn back, and over wakes
// in vain. A stage that waits by looking makes thousands.

// How many events there are from `i` on in which nothing changes: a poll, or a wake in vain; else 0.
function idlePoll(run, i) {
  const { kind, task, how } = run;
  if (kind[i] === K.VAIN) return 1;
  if (kind[i] !== K.BEGINS) return 0;
  const is = (next, wanted, by) => next < run.n && kind[next] === wanted && task[next] === task[i] && (by === undefined || how[next] === by);
  if (is(i + 1, K.ENDS, POLL.REQUEUED)) return 2;
  const unasked = is(i + 1, K.ENDS, POLL.PENDING) && is(i + 2, K.REQUEUED);
  const asked = is(i + 1, K.WOKEN, ITSELF) && is(i + 2, K.ENDS, POLL.PENDING);
  return unasked || asked ? 3 : 0;
}

// Where such polls begin and end, those that follow on one another together.
function idlePolls(run) {
  const start = new List(Int32Array), end = new List(Int32Array);
  for (let i = 0; i < run.n;) {
    const n = idlePoll(run, i);
    if (!n) { i++; continue; }
    if (end.length && end.items[end.length - 1] === i) end.items[end.length - 1] = i + n;
    else { start.push(i); end.push(i + n); }
    i += n;
  }
  return { start: start.done(), end: end.done() };
}

// The idle polls that the event at a place belongs to: their number, or -1.
function idleAt(run, i) {
  run.idle ??= idlePolls(run);
  const place = after(run.idle.start, i) - 1;
  return place >= 0 && i < run.idle.end[place] ? place : -1;
}

// The position after the next change, and after the one before; -1 without one.
function nextChange(run, position) {
  const idle = idleAt(run, position), place = idle < 0 ? position : run.idle.end[idle];
  return place < run.n ? place + 1 : -1;
}
function previousChange(run, position) {
  let place = position - 2;
  const idle = place < 0 ? -1 : idleAt(run, place);
  if (idle >= 0) place = run.idle.start[idle] - 1;
  return place < 0 ? -1 : place + 1;
}

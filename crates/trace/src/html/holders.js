// The objects that tasks share, at a position: what each is, who has it, who waits for it.

// What an object is; null if it is not there.
function objectAt(run, row, position) {
  const { told, given } = run.objects, begin = told.start[row], last = told.last(row, position), known = {};
  if (last < begin ? !given[row] : run.kind[told.event[last]] === K.OBJECT_GONE) return null;
  let isGiven = given[row];
  for (let place = last; place >= begin && (known.kind === undefined || known.name === undefined); place--) {
    const i = told.event[place], kind = run.kind[i];
    if (kind === K.OBJECT_GONE) { isGiven = null; break; }
    const e = run.event(i);
    if (kind === K.OBJECT_MADE && known.kind === undefined) Object.assign(known, { kind: run.text(e.text), place: e.file ? { file: run.text(e.file), line: e.line } : null });
    else if (kind === K.OBJECT_NAMED) known.name ??= run.text(e.text);
  }
  known.name ??= isGiven?.name ?? null;
  if (known.kind === undefined) Object.assign(known, { kind: isGiven?.kind ?? "", place: isGiven?.place ?? null });
  return known;
}

// Who has an object: tasks by their numbers, and how many permits each has.
function holdersOf(run, row, position) {
  const holders = new Map();
  for (const task of run.objects.held.list(position, { owner: row })) holders.set(task, (holders.get(task) ?? 0) + 1);
  return holders;
}

// All objects that are there, in the order of their numbers.
function objectsAt(run, position) { return run.objects.alive.list(position); }

// The tasks that wait for an object, who waits longest first.
function waitersOf(run, row, position) {
  const no = run.objects.no[row], comes = run.objects.comes.has(row);
  const waits = task => run.life(task, position) === IDLE && (!comes || run.waits(task, position).some(it => it.object === no));
  return [...new Set(run.objects.waiters.list(position, { owner: row }))].filter(waits);
}

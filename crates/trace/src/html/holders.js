// The objects that tasks share, at a position: what each is, who has it, who waits for it.

function objectAt(run, row, position) {
  const { told, given } = run.objects, begin = told.start[row], last = told.last(row, position);
  const known = { kind: "", name: null, place: null, holders: new Map(given[row]?.holders) };
  if (last < begin && !given[row]) return null;
  if (given[row]) Object.assign(known, { kind: given[row].kind, name: given[row].name, place: given[row].place });
  // Who has it follows from where nobody had it.
  let free = last;
  while (free >= begin && !told.value[free]) free--;
  if (free >= begin) known.holders.clear();
  let isGone = false;
  for (let place = begin; place <= last; place++) {
    const i = told.event[place], kind = run.kind[i];
    // A lock is got and given back again and again: only what came after is looked at.
    if ((kind === K.ACQUIRED || kind === K.RELEASED) && place <= free) { isGone = false; continue; }
    const e = run.event(i);
    isGone = kind === K.OBJECT_GONE;
    if (kind === K.OBJECT_MADE) Object.assign(known, { kind: run.text(e.text), place: e.file ? { file: run.text(e.file), line: e.line } : null });
    else if (kind === K.OBJECT_NAMED) known.name = run.text(e.text);
    else if (kind === K.OBJECT_GONE) Object.assign(known, { kind: "", name: null, place: null });
    else if (kind === K.ACQUIRED) acquire(known.holders, e.task);
    else release(known.holders, e.task);
  }
  return isGone ? null : known;
}

// All objects that are there, in the order of their numbers.
function objectsAt(run, position) {
  return inOrder([...run.objects.alive.at(position)], run.objects.no);
}

// The tasks that wait for an object.
function waitersOf(run, row, position) {
  const no = run.objects.no[row];
  const waits = task => !(run.life(task, position) & QUEUED) && run.waits(task, position).some(it => it.object === no);
  return [...run.objects.waiters[row]].filter(it => (run.life(it, position) & LIFE) === IDLE && waits(it));
}

// The line of the source that is marked, as near as the recording tells: a source, a line from 1, and what it
// is about that line, and the row of the task whose line it is, or -1; or null.

function mark(run, position) {
  const { marks, sources } = run.beside;
  if (!marks || !sources?.length || !position) return null;
  const i = position - 1, now = phase(run, position), inLoop = marks.phases[now] ? [...marks.phases[now], "the loop is here", -1] : null;
  if (run.kind[i] === K.PRINTED) {
    const printed = marks.texts[run.text(run.event(i).text)];
    return printed ? [...printed, "printed here", run.rowOf.get(run.event(i).task) ?? -1] : inLoop;
  }
  if (now === "over") return null;
  if (inLoop) return inLoop;
  const running = run.running(position), row = running[running.length - 1] ?? run.rowOf.get(run.event(i).task);
  return row === undefined || !run.life(row, position) ? null : stands(run, row, position);
}

// Where a task stands: in the calls that it was told of; where it said that it waits, or goes on from there;
// else where it was added.
function stands(run, row, position) {
  const { marks: { files }, sources } = run.beside, ours = it => it && it.file in files;
  const last = places => { const them = places.filter(ours); return them[them.length - 1]; };
  let place = last(run.awaits(row, position).map(it => it.place)) ?? last(Array.from(run.waitsOf(row, position), it => run.wait(it).place)), here = "goes on from here";
  const code = run.life(row, position), over = place || code === IDLE ? null : run.overOf(row, position)?.place;
  // What it said in this poll is where it will wait; what it said before, where it did.
  if (place && ((run.toldWaits(row, position) && !(code & QUEUED)) || code === IDLE)) here = "waits here";
  if (ours(over)) place = over;
  if (!place) [place, here] = [run.madeBy(row, position).place, "spawned here"];
  if (!ours(place)) return null;
  const source = files[place.file];
  return place.line >= 1 && place.line <= sources[source].lines.length ? [source, place.line, here, row] : null;
}

// Why which line is marked, in words; also why none is.
function markWords(run, position, marked) {
  if (!marked && phase(run, position) === "over") return "No line is marked: the run has ended.";
  if (!marked) return position ? "No line is marked: the recording does not tell where this happens." : "No line is marked: nothing has happened yet.";
  const [source, line, here, row] = marked, where = `Line ${line} of ${printableLine(run.beside.sources[source].path)}`;
  const name = row < 0 ? null : nameOfRow(run, row, position);
  if (here === "the loop is here") return `${where}: the loop is here, ${PHASES[phase(run, position)]}.`;
  if (here === "spawned here") return `${where}: ${name} was spawned here; where it is now is not told.`;
  return name === null ? `${where}: what was printed comes from here.` : `${where}: ${name} ${here}.`;
}

// The line of the source that is marked, as near as the recording tells: a source, a line from 1, and what it
// is about that line; or null.

function mark(run, position) {
  const { marks, sources } = run.beside;
  if (!marks || !sources?.length || !position) return null;
  const i = position - 1, now = phase(run, position), inLoop = marks.phases[now] ? [...marks.phases[now], "the loop is here"] : null;
  if (run.kind[i] === K.PRINTED) {
    const printed = marks.texts[run.text(run.event(i).text)];
    return printed ? [...printed, "printed here"] : inLoop;
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
  let place = last(run.awaits(row, position).map(it => it.place)) ?? last(run.waitsOf(row, position).map(it => run.wait(it).place)), here = "goes on from here";
  const code = run.life(row, position);
  // What it said in this poll is where it will wait; what it said before, where it did.
  if (place && ((run.toldWaits(row, position) && !(code & QUEUED)) || code === IDLE)) here = "waits here";
  if (!place) [place, here] = [run.madeBy(row, position).place, "spawned here"];
  if (!ours(place)) return null;
  const source = files[place.file];
  return place.line >= 1 && place.line <= sources[source].lines.length ? [source, place.line, here] : null;
}

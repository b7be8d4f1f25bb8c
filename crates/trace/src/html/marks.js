// The line of the source that runs, as near as the recording tells: a source, and a line from 1; or null.

function mark(run, position) {
  const { marks, sources } = run.beside;
  if (!marks || !sources?.length || !position) return null;
  const i = position - 1, inLoop = marks.phases[phase(run, position)] ?? null;
  if (run.kind[i] === K.PRINTED) return marks.texts[run.text(run.event(i).text)] ?? inLoop;
  if (run.kind[i] === K.RUN_ENDS || (!inLoop && phase(run, position) === "over")) return null;
  return inLoop ?? stands(run, position);
}

// Where the task that the last event is about stands: where it said that it waits, or goes on from there;
// else where it was added.
function stands(run, position) {
  const running = run.running(position), row = running[running.length - 1] ?? run.rowOf.get(run.event(position - 1).task);
  if (row === undefined || !run.life(row, position)) return null;
  const { files } = run.beside.marks;
  const places = run.waitsOf(row, position).map(it => run.wait(it).place).filter(it => it && it.file in files);
  const place = places[places.length - 1] ?? run.madeBy(row, position).place;
  if (!place || !(place.file in files)) return null;
  const source = files[place.file];
  return place.line >= 1 && place.line <= run.beside.sources[source].lines.length ? [source, place.line] : null;
}

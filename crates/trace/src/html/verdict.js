// A prediction: in which order the lines come. What is asked, and what becomes of an answer, in words.

// So many lines are asked for at the most: more is copying, not thinking.
const ASKED = 12;

// The lines that a run prints on stdout, and where: after so many events.
function printedLines(run) {
  const lines = [];
  for (const i of run.outputs) {
    const e = run.event(i);
    if (!e.how) lines.push({ position: i + 1, text: printableLine(run.text(e.text)) });
  }
  return lines;
}

// The lines to choose from are sorted, each once: so their order gives nothing away. Null if there is no
// order to predict.
function question(run) {
  const lines = run.lines ??= printedLines(run), nLines = Math.min(lines.length, ASKED);
  const choices = [...new Set(lines.slice(0, nLines).map(it => it.text))].sort(byLetters);
  return nLines > 1 ? { nLines, nPrinted: lines.length, choices } : null;
}

// Letter by letter, as Rust compares: by their code points.
function byLetters(one, other) {
  const [a, b] = [[...one], [...other]];
  const place = a.findIndex((it, place) => it !== b[place]);
  if (place < 0) return a.length - b.length;
  return place >= b.length ? 1 : a[place].codePointAt(0) - b[place].codePointAt(0);
}

// What becomes of a prediction: how many lines are right, where the first wrong one is explained, and
// what to say.
function verdict(run, said) {
  const lines = run.lines ??= printedLines(run), nLines = Math.max(Math.min(lines.length, ASKED), Math.min(said.length, lines.length));
  let nRight = 0;
  while (nRight < nLines && nRight < said.length && lines[nRight].text === said[nRight]) nRight++;
  if (nRight === nLines && said.length <= nLines) return { nRight, position: -1, says: [`All ${nLines} lines are right.`] };
  const comes = lines[nRight], position = comes?.position ?? run.n, told = said[nRight];
  const first = told === undefined ? `Line ${nRight + 1} is missing: "${comes.text}" comes.`
    : `Line ${nRight + 1} is wrong: you said "${told}", and ${comes ? `"${comes.text}"` : "nothing more"} comes.`;
  const says = [first], [who, what] = position ? words(run, position - 1) : ["", ""];
  if (comes) {
    says.push(`At ${seconds(run.now(position), run.decimals)} s ${who} ${what}.`);
    const reason = why(run, position);
    if (reason) says.push(reason);
  } else says.push(`The last thing that happens: ${who} ${what}.`);
  if (told !== undefined) says.push(instead(run, position, lines, nRight, told));
  if (nRight) says.push(nRight === 1 ? "The line before it is right." : `The ${nRight} lines before it are right.`);
  return { nRight, position, says };
}

// Where the line that was predicted comes instead, and what its task does meanwhile.
function instead(run, position, lines, nRight, said) {
  const later = lines.slice(nRight).find(it => it.text === said);
  if (!later) return lines.slice(0, nRight).some(it => it.text === said) ? `"${said}" does not come again.` : `"${said}" is never printed.`;
  const comes = `"${said}" comes later, at ${seconds(run.now(later.position), run.decimals)} s`, { task } = run.event(later.position - 1);
  if (!task) return `${comes}.`;
  const row = run.rowOf.get(task), name = nameOf(run, task, later.position), place = run.ready(position).indexOf(row);
  const waits = row === undefined ? [] : run.waits(row, position);
  const now = row !== undefined && run.running(position).includes(row) ? "prints it, but this first"
    : row === undefined || !run.life(row, position) ? "prints it, which has not run yet"
      : place === 0 ? "prints it, which is next in the ready queue now"
        : place > 0 ? `prints it, which is ready now, with ${place} before it in the queue`
          : waits.length ? `prints it, which waits ${waitWords(run, waits[0], position)} now` : "prints it, which does not run now";
  return `${comes}: ${name} ${now}.`;
}

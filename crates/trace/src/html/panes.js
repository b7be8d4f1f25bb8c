// The panes below the lanes. Of the moment: now, tasks, ready queue, timers, objects, source; of the whole
// run: findings, summary; of both: output, events.

const SIGNS = { [RUNNING]: "▶", [READY]: "●", [IDLE]: "◌", [DONE]: "✓" };
const signOf = code => SIGNS[code === READY ? READY : code & LIFE] ?? "✗";
const classOf = code => (code & LIFE) === RUNNING ? "running" : code === READY ? "ready" : code === IDLE ? "waiting" : (code & LIFE) === DONE ? "soft" : "failed";
const MANY = 100;

class Panes {
  constructor(player) {
    this.player = player;
    this.file = -1;
    this.ready = new Uint32Array(0);
    // What has yet to be brought into sight.
    this.scrolls = [];
    const rows = (name, cells, act) => new Rows(player.at(`${name}-rows`), { cells, act });
    const choose = row => player.choose(player.run.laneOf[row]);
    this.tasks = rows("tasks", row => this.#task(row), choose);
    this.queue = rows("queue", (row, place) => [make("span", "soft number", place + 1), make("span", "", nameOfRow(player.run, row, player.position))], choose);
    this.timers = rows("timers", id => this.#timer(id), id => player.run.timerBy[id] && choose(player.run.rowOf.get(player.run.timerBy[id])));
    this.objects = rows("objects", row => this.#object(row));
    this.events = rows("events", i => this.#event(i), i => player.go(i + 1));
    this.lists = [this.tasks, this.queue, this.timers, this.objects, this.events];
    player.at("findings").addEventListener("click", event => {
      const finding = event.target.closest("button")?.finding;
      if (finding) player.goFinding(finding);
    });
    player.at("output").addEventListener("click", event => {
      const line = event.target.closest("li");
      if (line?.event >= 0) player.go(line.event + 1);
    });
    player.at("files").addEventListener("change", event => { this.file = +event.target.value; player.show(); });
    this.summary = new Summary(player);
  }

  // Another run.
  begin() {
    const { run } = this.player, sources = run.beside.sources ?? [], files = this.player.at("files");
    this.file = -1;
    files.replaceChildren(new Option("the line that runs", -1), ...sources.map((it, place) => new Option(printableLine(it.path), place)));
    this.shown = null;
    const items = run.findings.slice(0, 500).map(it => {
      const button = make("button", "", undefined, make("time", "soft", `${seconds(run.at[it.event], run.decimals)} s`), ` ${printableLine(it.message)}`);
      button.type = "button";
      button.finding = it;
      return make("li", "", undefined, button);
    });
    if (run.findings.length > 500) items.push(make("li", "soft", `and ${count(run.findings.length - 500)} more`));
    if (!items.length) items.push(make("li", "soft", "nothing suspicious was found"));
    this.player.at("findings").replaceChildren(...items);
    this.player.at("findings-title").textContent = run.findings.length ? `Findings: ${count(run.findings.length)}` : "Findings";
    this.summary.begin();
  }

  // Another source: the next one, and after the last the one whose line runs.
  otherSource() {
    const n = this.player.run.beside.sources?.length ?? 0;
    this.file = this.file + 1 < n ? this.file + 1 : -1;
    this.player.at("files").value = this.file;
    this.player.show();
  }

  draw() {
    const { player } = this, { run, view, selection } = player, isRun = view === "run";
    if (!isRun) this.ready = run.ready(player.position);
    const hasObjects = run.objects.no.length > 0, hasSource = !!run.beside.sources?.length;
    const shown = { findings: isRun, summary: isRun || selection, tasks: !isRun, queue: !isRun, timers: !isRun, objects: hasObjects, source: hasSource && !isRun, output: true, events: true };
    const isOther = this.view !== view;
    this.view = view;
    for (const [name, is] of Object.entries(shown)) player.pane(name).hidden = !is;
    if (isOther) for (const it of [...this.lists, this.summary.rows]) it.appear();
    this.#now();
    if (!isRun) {
      this.#tasks();
      const { ready } = this, timers = run.timersSet(player.position, 1000), nTimers = run.timers.count(player.position);
      this.queue.set(ready);
      say(player.at("queue-title"), ready.length ? `Ready queue: ${count(ready.length)}, next one first` : "Ready queue: empty");
      this.timers.set(timers);
      say(player.at("timers-title"), nTimers ? `Timers: ${count(nTimers)}, earliest first${timers.length < nTimers ? `, the first ${count(timers.length)} here` : ""}` : "Timers: none");
      if (hasSource) this.#source();
    }
    if (hasObjects) this.objects.set(objectsAt(run, player.position));
    if (shown.summary) this.summary.draw();
    this.#output();
    const now = player.position - 1;
    this.events.set({ length: run.n }, { current: now, className: (_, place) => !isRun && place > now ? "later" : "" });
    for (const it of [...this.lists, this.summary.rows]) it.scroll();
    for (const it of this.scrolls.splice(0)) it();
  }

  #now() {
    const { player } = this, { run, position } = player, name = phase(run, position), lines = [];
    const found = findingsAt(run, position - 1);
    if (player.view === "run" && !position) lines.push(...whole(run));
    else {
      lines.push(make("p", "phase", undefined, make("b", `chip ${name}`, name), ` ${PHASES[name]}`));
      if (position) lines.push(make("p", "told", printableLine(words(run, position - 1).join(" "))));
      for (const it of found) lines.push(make("p", "failed", `▼ ${printableLine(it.message)}`));
      const reason = why(run, position), asleep = run.asleep(position);
      if (reason) lines.push(make("p", "soft", `Why now: ${reason}`));
      if (asleep) lines.push(make("p", "soft", asleep.until === null ? "the loop sleeps until somebody wakes it" : `the loop sleeps, until ${seconds(asleep.until, run.decimals)} s at the most`));
    }
    renew(player.at("now"), lines);
  }

  #tasks() {
    const { player } = this, { run, position, lane } = player, nKnown = run.nKnown(position);
    const rows = nKnown > MANY ? run.going(position) : [...Array(nKnown).keys()].sort((a, b) => run.no[a] - run.no[b]);
    const chosen = run.lanes[lane];
    this.tasks.set(rows, { current: rows.indexOf(chosen) });
    const nOver = nKnown - rows.length;
    say(player.at("tasks-title"), `Tasks: ${count(rows.length)}${nOver ? `, and ${count(nOver)} that have ended` : ""}`);
    renew(player.at("chosen"), chosen === undefined || chosen >= nKnown ? [] : chosenTask(run, chosen, position, this.ready));
  }

  #task(row) {
    const { run, position } = this.player, code = run.life(row, position);
    const sign = make("span", classOf(code), `${signOf(code)} `), name = make("span", "", undefined, sign, nameOfRow(run, row, position));
    sign.setAttribute("aria-hidden", "true");
    const state = make("span", classOf(code), stateOf(run, row, position, code, this.ready));
    state.title = state.textContent;
    return [name, state, make("span", "number", count(run.nPolls(row, position)))];
  }

  #timer(id) {
    const { run, position } = this.player, by = run.timerBy[id];
    return [make("span", "number", `${seconds(run.timerAt[id], run.decimals)} s`), make("span", "", by ? `for ${nameOf(run, by, position)}` : "")];
  }

  #object(row) {
    const { run, position } = this.player, known = objectAt(run, row, position), names = tasks => {
      const said = tasks.slice(0, 3).map(it => nameOf(run, it, position)).join(", ");
      return tasks.length > 3 ? `${said} and ${tasks.length - 3} more` : said || "–";
    };
    const no = run.objects.no[row], at = known.place ? `${printableName(known.place.file.split("/").pop())}:${known.place.line}` : "";
    const name = make("span", "", `${objectName(run, no, position)} `, make("span", "soft", at));
    name.title = objectAndPlace(run, no, position);
    return [name, make("span", "", names([...holdersOf(run, row, position).keys()])), make("span", "", names(waitersOf(run, row, position).map(it => run.no[it])))];
  }

  #event(i) {
    const { run } = this.player, [who, what] = words(run, i), found = findingEvents(run), isFound = found[after(found, i) - 1] === i;
    const said = make("span", isFound ? "failed" : "", `${isFound ? "▼ " : ""}${printableLine(`${who} ${what}`)}`);
    said.title = said.textContent;
    return [make("time", "soft", i && run.at[i] === run.at[i - 1] ? "" : seconds(run.at[i], run.decimals)), said];
  }

  #output() {
    const { player } = this, { run, position, view } = player, list = player.at("output"), nGiven = run.base.output?.length ?? 0;
    const isAll = view === "run" && !position, n = nGiven + (isAll ? run.outputs.length : run.nLines(position));
    const isNew = position > 0 && run.kind[position - 1] === K.PRINTED, key = [n, isAll, isNew].join();
    if (this.drawn === key && this.drawnOf === run) return;
    if (this.drawnOf !== run) list.replaceChildren();
    Object.assign(this, { drawn: key, drawnOf: run });
    drawAround(list, n, isAll ? 0 : n, place => {
      const line = run.output(place), item = make("li", line.error ? "failed" : "", undefined, make("time", "soft", seconds(line.at, run.decimals)), `${line.error ? "! " : ""}${printableLine(line.text)}`);
      item.event = line.event;
      return item;
    }, "nothing yet");
    list.querySelector(".marked")?.classList.remove("marked");
    if (isNew) list.lastElementChild.classList.add("marked");
    this.scrolls.push(() => { list.scrollTop = isAll ? 0 : list.scrollHeight; });
    say(player.at("output-title"), n ? `Output: ${many(n, "line")}` : "Output");
  }

  #source() {
    const { player } = this, { run, position } = player, marked = mark(run, position), pre = player.at("source");
    const shown = this.file < 0 ? marked?.[0] ?? this.shown ?? 0 : this.file, source = run.beside.sources[shown];
    if (this.shown !== shown) {
      pre.replaceChildren(...source.lines.map((text, place) => {
        const line = make("span", "", printableLine(text));
        line.dataset.line = place + 1;
        return line;
      }));
      pre.setAttribute("aria-label", source.path);
      this.shown = shown;
      this.path = printableLine(source.path);
    }
    say(player.at("source-title"), `Source: ${this.path.split("/").slice(-3).join("/")}`);
    say(player.at("source-says"), markWords(run, position, marked));
    for (const it of pre.querySelectorAll(".marked")) { it.classList.remove("marked"); it.removeAttribute("aria-current"); }
    const line = marked?.[0] === shown && pre.children[marked[1] - 1];
    if (!line) return;
    line.classList.add("marked");
    line.setAttribute("aria-current", "step");
    line.dataset.says = marked[2];
    this.scrolls.push(() => {
      const top = line.offsetTop - pre.offsetTop;
      if (top < pre.scrollTop + 20 || top > pre.scrollTop + pre.clientHeight - 40) pre.scrollTop = top - pre.clientHeight / 3;
    });
  }
}

// What is found about an event; the findings are in the order of their events.
function findingsAt(run, i) {
  const { findings } = run;
  let low = 0, high = findings.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (findings[middle].event < i) low = middle + 1; else high = middle;
  }
  for (high = low; high < findings.length && findings[high].event === i;) high++;
  return findings.slice(low, high);
}

// What the first screen says of a run: how it ended, and where to look.
function whole(run) {
  const lines = [], ends = [...new Set([...run.ends].slice(0, 1000).map(it => words(run, it)[1]))];
  // A program may go on after a run that came to nothing: that one is told first.
  const how = ends.length ? [...ends.filter(it => it !== "the run is complete"), ...ends.filter(it => it === "the run is complete")].slice(0, 3).join("; then ") : "the recording ends before the run does";
  lines.push(make("p", "phase", undefined, make("b", "chip over", "whole run"), ` ${how}`));
  for (const it of run.findings.slice(0, 3)) lines.push(make("p", "failed", `▼ ${printableLine(it.message)}`));
  const n = run.findings.length;
  if (n > 3) lines.push(make("p", "soft", `and ${count(n - 3)} findings more: f goes from one to the next`));
  if (!n) lines.push(make("p", "soft", "Nothing suspicious was found. Step with the arrow keys; c goes from change to change."));
  return lines;
}

function stateOf(run, row, position, code, ready) {
  if (code === READY) {
    const place = ready.indexOf(row);
    return place < 0 ? "is ready" : place ? `is ready, ${count(place)} before it` : "is next";
  }
  if (code !== IDLE) return says(code);
  const { waits, nMore } = run.firstWaits(row, position, 20);
  if (!waits.length) return "gave the turn back";
  const said = waits.map(it => waitWords(run, it, position));
  return `waits ${said.join(", and ")}${nMore ? `, and for ${many(nMore, "thing")} more` : ""}`;
}

// All that is known of the task that is chosen.
function chosenTask(run, row, position, ready) {
  const made = run.madeBy(row, position), code = run.life(row, position), lines = [];
  const by = made.by ? ` by ${nameOf(run, made.by, position)}` : "", at = made.place ? ` at ${shortPlace(made.place)}` : "";
  lines.push(make("p", "", undefined, make("b", "", nameOfRow(run, row, position)), by || at ? `: added${by}${at}` : ""));
  lines.push(make("p", classOf(code), stateOf(run, row, position, code, ready)));
  const awaits = run.awaits(row, position);
  if (awaits.length) lines.push(awaitsTree(awaits));
  return lines;
}

// The calls that await one another, a list; where several are awaited together, each of them has a list of its
// own in it: as the task tree has it.
const LEVELS = 32;
function awaitsTree(awaits) {
  const indents = forks(awaits), top = make("ul", "awaits"), lists = [top];
  awaits.forEach((it, place) => {
    lists.length = Math.min(lists.length, indents[place] + 1);
    while (lists.length <= indents[place]) {
      const inner = make("ul"), above = lists[lists.length - 1];
      (above.lastElementChild ?? above).append(inner);
      lists.push(inner);
    }
    lists[lists.length - 1].append(make("li", "mono", `${printableLine(it.what)}${it.place ? `, ${shortPlace(it.place)}` : ""}`));
  });
  return top;
}

// How far each is indented: what stands below a fork, and what stands below a branch of it.
function forks(awaits) {
  const above = [], nBelow = new Uint32Array(awaits.length + 1), indents = new Uint32Array(awaits.length + 1), path = [0];
  awaits.forEach((it, place) => {
    path.length = Math.min(path.length, (it.level ?? 0) + 1);
    const parent = path[path.length - 1];
    above.push(parent);
    nBelow[parent]++;
    path.push(place + 1);
  });
  above.forEach((parent, place) => {
    const isFork = parent > 0 && nBelow[parent] > 1, isBranch = parent > 0 && nBelow[above[parent - 1]] > 1;
    indents[place + 1] = Math.min(LEVELS, indents[parent] + +(isFork || isBranch));
  });
  return indents.subarray(1);
}

// A place without the ways back in its path.
function shortPlace({ file, line }) {
  const parts = [];
  for (const it of file.slice(0, LONGEST_LINE).split("/")) if (it === ".." && parts.length) parts.pop(); else if (it !== ".") parts.push(it);
  return placeName({ file: parts.join("/"), line });
}

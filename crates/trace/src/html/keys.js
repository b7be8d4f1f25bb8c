// What can be done, by its name: the same for keys, for buttons and for whoever has an element in a page.
// A move leads to a position; -1 says that there is no such place.

const SPEEDS = [1, 2, 4, 8, 16, 32, 64, 256, 1024];
const WAYS = ["event", "change", "time"];

// The next item of a sorted list of events, as a position, or the one before.
function jump(events, position, isBack) {
  const place = isBack ? after(events, position - 2) - 1 : after(events, position - 1);
  return place >= 0 && place < events.length ? events[place] + 1 : -1;
}
function jumpOf(player, isBack) {
  const { run, lane, position } = player, row = run.lanes[lane], { start, event } = run.of;
  if (row === undefined) return -1;
  const place = isBack ? after(event, position - 2, start[row], start[row + 1]) - 1 : after(event, position - 1, start[row], start[row + 1]);
  return place >= start[row] && place < start[row + 1] ? event[place] + 1 : -1;
}
const findingEvents = run => run.findingEvents ??= Int32Array.from(new Set(run.findings.map(it => it.event))).sort();

// Where each move leads, and what to say if there is no such place.
const MOVES = {
  step: [it => it.position < it.run.n ? it.position + 1 : -1, "this is the end"],
  back: [it => it.position - 1, "this is the beginning"],
  "next-change": [it => nextChange(it.run, it.position), "nothing changes after this"],
  "previous-change": [it => previousChange(it.run, it.position), "nothing changed before this"],
  "next-poll": [it => jump(it.run.begins, it.position, false), "no task is polled after this"],
  "previous-poll": [it => jump(it.run.begins, it.position, true), "no task was polled before this"],
  "next-output": [it => jump(it.run.outputs, it.position, false), "nothing is printed after this"],
  "previous-output": [it => jump(it.run.outputs, it.position, true), "nothing was printed before this"],
  "next-of": [it => jumpOf(it, false), "the task does nothing after this"],
  "previous-of": [it => jumpOf(it, true), "the task did nothing before this"],
  "next-finding": [it => jump(findingEvents(it.run), it.position, false), "nothing is found after this"],
  "previous-finding": [it => jump(findingEvents(it.run), it.position, true), "nothing was found before this"],
  "longest-wait": [it => it.panes.summary.longest("longestWait"), "the task waited nowhere"],
  "longest-poll": [it => it.panes.summary.longest("longestPoll"), "no poll of the task took any time"],
  start: [it => it.position ? 0 : -1, "this is the beginning"],
  end: [it => it.position < it.run.n ? it.run.n : -1, "this is the end"],
};

const ACTS = {
  "lane-up": it => it.choose(it.lane - 1),
  "lane-down": it => it.choose(it.lane + 1),
  play: it => it.play(),
  faster: it => it.faster(1),
  slower: it => it.faster(-1),
  way: it => it.way(WAYS[(WAYS.indexOf(it.at("way").value) + 1) % WAYS.length]),
  "zoom-in": it => it.zoom(.5),
  "zoom-out": it => it.zoom(2),
  whole: it => { it.axis.whole(); it.show(); },
  axis: it => it.turnAxis(),
  "mark-begin": it => it.markEnd(0),
  "mark-end": it => it.markEnd(1),
  search: it => it.at("search").focus(),
  found: it => it.search.next(false),
  "found-before": it => it.search.next(true),
  view: it => it.setView(it.view === "run" ? "moment" : "run"),
  "show-run": it => it.setView("run"),
  "show-moment": it => it.setView("moment"),
  source: it => it.panes.otherSource(),
  guess: it => guess(it),
  other: it => it.dispatchEvent(new CustomEvent("other")),
  close: it => it.close(),
  keys: it => it.at("help").showModal(),
};

// Keys, what they do, and that in words. The page of a terminal has the same.
const KEYS = [
  [["ArrowRight", "l"], "step", "→ ←", "one event on, one back"], [["ArrowLeft", "h"], "back"],
  [["c"], "next-change", "c C", "next change, change before: over polls that changed nothing"], [["C"], "previous-change"],
  [["p"], "next-poll", "p P", "next poll, poll before"], [["P"], "previous-poll"],
  [["o"], "next-output", "o O", "next line of output, line before"], [["O"], "previous-output"],
  [["t"], "next-of", "t T", "next event of the chosen task, event before"], [["T"], "previous-of"],
  [["f"], "next-finding", "f F", "next finding, finding before"], [["F"], "previous-finding"],
  [["d"], "longest-wait", "d D", "longest wait of the chosen task, longest poll"], [["D"], "longest-poll"],
  [["ArrowUp", "k"], "lane-up", "↑ ↓", "choose a task"], [["ArrowDown", "j"], "lane-down"],
  [["Home", "0"], "start", "Home End", "start, end; also 0 and $"], [["End", "$"], "end"],
  [[" "], "play", "space", "play, pause"],
  [["+", "="], "faster", "+ -", "faster, slower"], [["-"], "slower"],
  [["m"], "way", "m", "play by event, by change, by time"],
  [["z"], "zoom-in", "z Z w", "zoom in, zoom out, whole run"], [["Z"], "zoom-out"], [["w"], "whole"],
  [["a"], "axis", "a", "lanes true to time, or by event"],
  [["["], "mark-begin", "[ ]", "begin and end of a selection, which is summed up"], [["]"], "mark-end"],
  [["/"], "search", "/ n N", "search, next, before"], [["n"], "found"], [["N"], "found-before"],
  [["v"], "view", "v", "the whole run, or the moment"],
  [["s"], "source", "s", "another source"],
  [["g"], "guess", "g", "predict the output"],
  [["x"], "other", "x", "to the other run, if there are two"],
  [["Escape"], "close", "Esc", "closes what is open, takes the selection away"],
  [["?"], "keys", "?", "these keys"],
];
const BY_KEY = new Map(KEYS.flatMap(([keys, does]) => keys.map(key => [key, does])));

// Whether an element has a use of its own for a key.
function keeps(element, key) {
  if (element.closest("dialog")) return true;
  if (element.matches("input[type=search], select")) return key !== "Escape";
  if (element.matches("button, a, input[type=checkbox], summary")) return key === " " || key === "Enter";
  return element.matches("input[type=range]") && (key.startsWith("Arrow") || key === "Home" || key === "End");
}

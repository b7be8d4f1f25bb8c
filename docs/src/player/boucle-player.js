(() => {
"use strict";
let loadFrom = null;
const CSS = String.raw`/* Light or dark as the page around it says, by its color-scheme. */
:host {
  --page: light-dark(#ffffff, #14181d);
  --text: light-dark(#1b1f24, #e8edf2);
  --soft: light-dark(#4b535d, #aab4bf);
  --line: light-dark(#d3d9e0, #333c46);
  --panel: light-dark(#f3f5f8, #1c2228);
  --mark: light-dark(#fff0b8, #4d4312);
  --chosen: light-dark(#e6ebf2, #262e37);
  --running: light-dark(#1f5fbf, #7cb0ff);
  --said: light-dark(#ffffff, #0d1117);
  --ready: light-dark(#8a5a00, #e0b050);
  --waiting: light-dark(#59626e, #97a2ae);
  --wake: light-dark(#a3195b, #ff86bd);
  --cursor: light-dark(#b00020, #ff6b6b);
  --failed: light-dark(#a5142a, #ff8a96);
  --good: light-dark(#0f6b32, #6fd690);
  display: block; color: var(--text); background: var(--page); container-type: inline-size;
  font: 14px/1.4 system-ui, "DejaVu Sans", sans-serif; text-align: left;
}
:host([hidden]), [hidden] { display: none !important }
* { box-sizing: border-box }
#player { padding: .5rem .75rem .75rem; outline: none }
header { display: flex; flex-wrap: wrap; align-items: baseline; gap: 0 1em; margin-bottom: .3em }
h2 { font-size: 1.25em; margin: 0; overflow-wrap: anywhere; border: 0 }
h3, h4 { font-size: 1em; font-weight: 600; margin: 0 0 .3em; color: var(--soft) }
p { margin: 0 0 .15em; overflow-wrap: anywhere }
#idea { color: var(--soft); flex: 1 1 auto }
#facts { color: var(--soft); font-variant-numeric: tabular-nums }
.bar { display: flex; flex-wrap: wrap; align-items: center; gap: .35em .55em; margin: .3em 0 .35em }
.group { display: inline-flex; flex-wrap: wrap; align-items: center; gap: .2em; position: relative }
button, select, input[type="search"] { font: inherit; line-height: 1.3; color: var(--text); background: var(--panel); border: 1px solid var(--soft); border-radius: 5px; padding: .15em .5em; min-height: 2em; max-width: 100%; margin: 0 }
button { cursor: pointer; white-space: nowrap }
button:hover:not(:disabled) { border-color: var(--text); box-shadow: inset 0 0 0 1px var(--text) }
button:disabled { opacity: .5; cursor: default }
button[aria-pressed="true"] { background: var(--text); color: var(--page) }
:focus-visible { outline: 3px solid var(--wake); outline-offset: 1px }
#play { min-width: 4.2em }
#search { width: 9.5em }
#found { position: absolute; top: 100%; right: 0; z-index: 5; width: min(34em, 88cqw); max-height: 24em; overflow: auto; background: var(--page); border: 1px solid var(--soft); border-radius: 6px; padding: .5em .7em; box-shadow: 0 4px 16px rgb(0 0 0 / .3) }
#found ul { list-style: none; margin: 0 0 .4em; padding: 0 }
#found button { display: block; width: 100%; text-align: left; border: 0; background: none; overflow: hidden; text-overflow: ellipsis }
#notice { color: var(--failed) }
#notice:empty { display: none }
#stage { position: relative; border: 1px solid var(--line); border-radius: 6px; overflow: hidden }
#whole { display: block; width: 100%; height: 30px; cursor: pointer; touch-action: pan-y; border-bottom: 1px solid var(--line) }
#box { overflow-x: hidden; overflow-y: auto; position: relative }
#lanes { display: block; position: sticky; top: 0; width: 100%; touch-action: pan-y; cursor: crosshair }
#lanes:focus-visible { outline-offset: -3px }
#chosen-lane { position: absolute; left: 0; right: 0; background: var(--chosen); overflow: hidden }
#chosen-lane::before { content: "▸"; padding-left: 3px; font: 12px/26px ui-monospace, "DejaVu Sans Mono", Menlo, Consolas, monospace }
#over { position: absolute; left: 0; pointer-events: none }
.spacer { position: absolute; top: 0; width: 1px; visibility: hidden }
#tip { position: absolute; pointer-events: none; max-width: min(34em, 90%); padding: .25em .6em; background: var(--text); color: var(--page); border-radius: 4px; z-index: 4; overflow-wrap: anywhere }
#legend { display: flex; flex-wrap: wrap; gap: .1em 1.2em; list-style: none; margin: 0 0 .35em; padding: 0; color: var(--soft); font-size: .92em }
#legend canvas { vertical-align: -3px; margin-right: .4em }
#legend b { margin-right: .35em; color: var(--text) }
#legend .wake { color: var(--wake) }
#legend .failed { color: var(--failed) }
.place { display: flex; flex-wrap: wrap; align-items: center; gap: .3em .9em; margin: .25em 0 }
#slider { flex: 1 1 12em; min-width: 8em; accent-color: var(--running); height: 1.9em; margin: 0 }
#place { font-variant-numeric: tabular-nums; white-space: nowrap }
#now { background: var(--panel); border-left: 4px solid var(--running); border-radius: 4px; padding: .45em .8em; min-height: 6.6em; margin: .2em 0 .7em }
#now .told { font-weight: 600; font-size: 1.05em }
.chip { display: inline-block; background: var(--text); color: var(--page); border-radius: 3px; padding: 0 .5em; font-weight: 600 }
.chip.step, .chip.take { background: var(--running); color: var(--said) }
.panes { display: grid; gap: .7em; grid-template-columns: minmax(0, 1fr) }
.column { display: flex; flex-direction: column; gap: .7em; min-width: 0 }
@container (min-width: 44rem) { .panes { grid-template-columns: minmax(0, 1fr) minmax(0, 1fr) } .column.wide { grid-column: 1 / -1; grid-row: 1 } }
@container (min-width: 66rem) { .panes { grid-template-columns: minmax(0, 1.05fr) minmax(0, 1.6fr) minmax(0, 1.1fr) } .column.wide { grid-column: 2; grid-row: auto } }
.pane { background: var(--panel); border-radius: 6px; padding: .5em .7em .6em; min-width: 0; contain: layout style }
.pane h3 { color: var(--text) }
.rows { contain: strict; position: relative; overflow-y: auto; overflow-x: hidden; border-radius: 4px }
.rows-inside { position: relative; min-height: 1px }
.row { position: absolute; left: 0; right: 0; height: 24px; line-height: 24px; display: grid; gap: .6em; cursor: default }
.row > *, .heads > * { overflow: hidden; text-overflow: ellipsis; white-space: nowrap; min-width: 0 }
.heads > * { overflow: visible }
.row:hover { background: var(--chosen) }
.row[aria-current], .row.chosen { background: var(--chosen); box-shadow: inset 3px 0 0 var(--running) }
.heads { display: grid; gap: .6em; color: var(--soft); font-size: .92em; padding-bottom: .15em }
[data-pane="tasks"] :is(.row, .heads) { grid-template-columns: minmax(6em, 1fr) minmax(0, 1.5fr) 4em; padding: 0 .3em }
[data-pane="tasks"] .heads > :last-child { text-align: right }
[data-pane="queue"] .row { grid-template-columns: 2.4em minmax(0, 1fr); padding: 0 .3em; cursor: pointer }
[data-pane="timers"] .row { grid-template-columns: 8em minmax(0, 1fr); padding: 0 .3em; cursor: pointer }
[data-pane="objects"] :is(.row, .heads) { grid-template-columns: minmax(0, 1.6fr) minmax(0, 1fr) minmax(0, 1fr); padding: 0 .3em }
[data-pane="events"] .row { grid-template-columns: auto minmax(0, 1fr); padding: 0 .3em; cursor: pointer }
[data-pane="events"] time { min-width: 3.6em }
[data-pane="summary"] [role="table"] { overflow-x: auto; font-size: .95em }
[data-pane="summary"] :is(.row, .heads) { grid-template-columns: minmax(5.5em, 1.3fr) 3.2em repeat(6, minmax(4.2em, 1fr)); padding: 0 .3em; gap: .4em }
[data-pane="summary"] [role="rowgroup"] { min-width: 36em }
[data-pane="summary"] .heads { align-items: end }
[data-pane="summary"] .heads button { white-space: normal; text-align: inherit; line-height: 1.15 }
.heads button { border: 0; background: none; padding: 0; min-height: 1.7em; color: var(--soft); font-weight: 600; text-decoration: underline; text-decoration-color: var(--line); text-underline-offset: 3px }
.heads [aria-sort="descending"] button::after { content: " ↓"; color: var(--text) }
.heads [aria-sort="ascending"] button::after { content: " ↑"; color: var(--text) }
.number { text-align: right; font-variant-numeric: tabular-nums }
.heads .number { text-align: right }
.leads { cursor: pointer; text-decoration: underline dotted; text-underline-offset: 3px }
.later { opacity: .72 }
.running { color: var(--running); font-weight: 600 }
.ready { color: var(--ready) }
.waiting { color: var(--waiting) }
.soft { color: var(--soft) }
.failed { color: var(--failed) }
.mono, pre { font-family: ui-monospace, "DejaVu Sans Mono", Menlo, Consolas, monospace; font-size: .94em }
.list { list-style: none; margin: 0; padding: 0; max-height: 24rem; overflow: auto }
.list time { margin-right: .7em; font-variant-numeric: tabular-nums }
.list button { display: block; width: 100%; text-align: left; white-space: normal; overflow-wrap: anywhere; border: 0; border-left: 3px solid var(--failed); border-radius: 0; background: none; padding: .2em .5em; margin-bottom: .2em }
#output { white-space: pre-wrap; overflow-wrap: anywhere }
#output li:not(.soft) { cursor: pointer }
.marked { background: var(--mark); font-weight: 600 }
#chosen { margin-bottom: .4em; padding-bottom: .3em; border-bottom: 1px solid var(--line) }
#chosen:empty { display: none }
.awaits { margin: .1em 0; padding: 0; list-style: none; overflow-wrap: anywhere }
.awaits .mono { font-size: 13px }
.awaits ul { list-style: none; margin: 0; padding-left: 1em; border-left: 2px solid var(--line) }
.files { display: block; margin-bottom: .2em }
pre { margin: .3em 0 0; max-height: 40rem; overflow: auto; line-height: 1.4; background: none; padding: 0; position: relative }
pre span { display: block; white-space: pre; padding-right: .5em; width: max-content; min-width: 100% }
pre span::before { content: attr(data-line); display: inline-block; width: 3.4em; padding-right: .8em; text-align: right; color: var(--soft) }
pre .marked::after { content: "  ◂ " attr(data-says); font-weight: 400; color: var(--soft) }
pre .marked::before { content: "▶ " attr(data-line); color: var(--running) }
dialog { color: var(--text); background: var(--page); border: 1px solid var(--soft); border-radius: 8px; padding: 1em 1.3em; width: min(40em, 94vw); max-height: 92vh; overflow: auto }
dialog::backdrop { background: rgb(0 0 0 / .5) }
dialog table { border-collapse: collapse; margin: .5em 0 }
dialog th { text-align: left; padding: .1em 1.5em .1em 0; font-weight: 400; white-space: nowrap }
dialog td { padding: .1em 0 }
kbd { border: 1px solid var(--soft); border-radius: 4px; padding: 0 .35em; background: var(--panel); font-family: inherit }
#guess-choices { display: flex; flex-wrap: wrap; gap: .4em; margin: .5em 0 }
#guess-choices button { white-space: normal; text-align: left; overflow-wrap: anywhere }
#guess-lines { padding-left: 2em }
#guess-lines .failed { font-weight: 600 }
#guess-verdict p:first-child { font-weight: 600 }
@container (max-width: 44rem) {
  #player { padding: .4rem .4rem .6rem }
  .bar { gap: .35em .45em }
  .bar button, .bar select, .place button, #search { min-height: 2.9em; min-width: 2.9em; padding: .2em .6em }
  #found { left: 0; right: auto; width: 90cqw }
  #now { min-height: 8em }
}
`;
// What an element names by `src` is loaded; one file has no such part, and loads nothing.

loadFrom = async address => {
  const answer = await fetch(address);
  if (!answer.ok) throw new Error((await answer.text()).trim() || `cannot load ${address}`);
  return new Uint8Array(await answer.arrayBuffer());
};
// Lists of numbers that grow, and lists of changes: what of something changed at which event.

// Below this is no event.
const NEVER = 0x7fffffff;

class List {
  constructor(type, room = 16) { this.items = new type(room); this.length = 0; }
  push(item) {
    if (this.length === this.items.length) {
      const larger = new this.items.constructor(2 * this.length);
      larger.set(this.items);
      this.items = larger;
    }
    this.items[this.length++] = item;
  }
  // The items alone, when no more are to come.
  done() { return this.items.slice(0, this.length); }
}

// The first place in a sorted list, from `low` on and before `high`, whose item is greater than `wanted`.
function after(items, wanted, low = 0, high = items.length) {
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (items[middle] > wanted) high = middle; else low = middle + 1;
  }
  return low;
}

// A list in the order of these keys; most of them are in it already.
function inOrder(items, key) {
  for (let i = 1; i < items.length; i++) if (key[items[i - 1]] > key[items[i]]) return items.sort((a, b) => key[a] - key[b]);
  return items;
}

// Which of `n` things stands where, if one owner's come after another's, in the order they have; `start` becomes
// where those of each owner begin.
function byOwner(owner, n, start) {
  for (let i = 0; i < n; i++) start[owner[i] + 1]++;
  for (let i = 1; i < start.length; i++) start[i] += start[i - 1];
  const next = start.slice(), order = new Uint32Array(n);
  for (let i = 0; i < n; i++) order[next[owner[i]]++] = i;
  return order;
}

// Changes as they come: of whom, by which event, to what.
class Changes {
  constructor(type, room) { this.owner = new List(Uint32Array, room); this.event = new List(Int32Array, room); this.value = type && new List(type, room); }
  push(owner, event, value) {
    this.owner.push(owner);
    this.event.push(event);
    this.value?.push(value);
  }
  // Sorted by their owners; those of one stay in the order of the events.
  sorted(nOwners) {
    const n = this.owner.length, start = new Uint32Array(nOwners + 1), order = byOwner(this.owner.items, n, start);
    const event = new Int32Array(n), value = this.value && new this.value.items.constructor(n);
    for (let place = 0; place < n; place++) {
      event[place] = this.event.items[order[place]];
      if (value) value[place] = this.value.items[order[place]];
    }
    return new Sorted(start, event, value);
  }
}

class Sorted {
  constructor(start, event, value) { Object.assign(this, { start, event, value }); }
  // The place of the last change of `owner` when `position` events have been played; -1 without one.
  last(owner, position) {
    const begin = this.start[owner], place = after(this.event, position - 1, begin, this.start[owner + 1]) - 1;
    return place < begin ? -1 : place;
  }
  // How many there were by then.
  count(owner, position) { return after(this.event, position - 1, this.start[owner], this.start[owner + 1]) - this.start[owner]; }
}
// The bytes of a recording: a line of JSON that says what it is, then the events as `compact.rs` writes
// them. Before it there may be a line with what is known beside: findings, sources.

const K = {
  ADDED: 0, NAMED: 1, BEGINS: 2, ENDS: 3, REQUEUED: 4, PRINTED: 5, WOKEN: 6, WAITS: 7, TIMER_SET: 8, TIMER_FIRED: 9,
  DESCRIPTOR: 10, SLEEPS: 11, WAKES: 12, DONE: 13, REPORTED: 14, RUN_ENDS: 15, TIMER_UNSET: 16, MADE: 17,
  QUEUED_FIRST: 18, UNQUEUED: 19, VAIN: 20, OBJECT_MADE: 21, OBJECT_NAMED: 22, OBJECT_GONE: 23, ACQUIRED: 24,
  RELEASED: 25, STANDS: 26, WAIT_ENDS: 27, NUMBERED_WAIT: 28, DROP_BEGINS: 29, TEXTS_END: 62, BASE: 63, LATER: 64,
};
// For what a task waits, and with what a poll ends.
const ON = { TIME: 0, TASK: 1, READABLE: 2, WRITABLE: 3, SYNC: 4, THREAD: 5 };
const POLL = { PENDING: 0, READY: 1, PANICKED: 2, CANCELLED: 3, OVER: 4, REQUEUED: 5 };
const FOREVER = 18446744073709551615;

// The line of JSON from `place` on, and where the next one begins.
function line(bytes, place) {
  const end = bytes.indexOf(10, place);
  if (end < 0) throw new Error("this is no recording: it has no first line");
  try {
    return [JSON.parse(new TextDecoder().decode(bytes.subarray(place, end))), end + 1];
  } catch {
    throw new Error("this is no recording: its first line is not JSON");
  }
}

// Reads the events one after another, and each of them again.
class Events {
  constructor(bytes) {
    this.bytes = bytes;
    this.beside = {};
    [this.header, this.place] = line(bytes, 0);
    if (this.header?.format === "boucle-player") {
      this.beside = this.header;
      [this.header, this.place] = line(bytes, this.place);
    }
    if (this.header?.format !== "boucle-trace") throw new Error("this is no recording of boucle");
    this.base = {};
    // A text stands where it comes for the first time; after that it has a number, until all are forgotten.
    // Most are never looked at: it is known where each stands.
    this.texts = { from: new List(Uint32Array), said: [] };
    this.forgotten = 0;
    this.forgets = { event: [], from: [] };
    this.decoder = new TextDecoder();
    // The parts of the event that was read last. A text is one more than its place in the list, 0 is none.
    this.kind = this.at = this.task = this.by = this.how = this.number = this.after = this.text = this.file = this.line = this.object = this.future = this.wait = 0;
    this.awaits = [];
    this.n = 0;
    if (bytes[this.place] === K.BASE) {
      this.place++;
      const length = this.#number(), end = this.place + length;
      this.base = JSON.parse(this.decoder.decode(bytes.subarray(this.place, end)));
      this.at = this.base.now ?? 0;
      this.place = end;
    }
  }

  #damaged(why) { return new Error(`the recording is damaged at event ${this.n + 1}${why ?? ""}`); }

  // Seven bits a byte; multiplied, since shifts have 32 bits here.
  #number() {
    const bytes = this.bytes;
    let byte = bytes[this.place++];
    if (byte < 128) return byte;
    let value = byte & 127, weight = 128;
    do {
      if (this.place >= bytes.length || weight > 1e21) throw this.#damaged();
      byte = bytes[this.place++];
      value += (byte & 127) * weight;
      weight *= 128;
    } while (byte >= 128);
    return value;
  }
  #signed() {
    const value = this.#number();
    return value % 2 ? -(value - 1) / 2 : value / 2;
  }
  #text() {
    const place = this.place, number = this.#number();
    if (!number) return 0;
    if (number === 1) {
      const { from } = this.texts, length = this.#number();
      this.place += length;
      if (from.length && place <= from.items[from.length - 1]) return after(from.items, place, 0, from.length);
      if (this.place > this.bytes.length) throw this.#damaged(": it ends in the middle of a text");
      from.push(place);
      return from.length;
    }
    const text = this.forgotten + number - 1;
    if (text > this.texts.from.length) throw this.#damaged(": it names a text that is not there");
    return text;
  }
  // The text of this number; none is empty. The event that was read last stays the last.
  said(number) {
    if (!number) return "";
    const { from, said } = this.texts;
    if (said[number] === undefined) {
      const { place } = this;
      this.place = from.items[number - 1] + 1;
      const length = this.#number();
      said[number] = this.decoder.decode(this.bytes.subarray(this.place, this.place + length));
      this.place = place;
    }
    return said[number];
  }
  #where() {
    this.file = this.#text();
    this.line = this.file ? this.#number() : 0;
  }

  // Reads the next event; false at the end.
  next() {
    const bytes = this.bytes;
    for (;;) {
      if (this.place >= bytes.length) return false;
      this.kind = bytes[this.place++];
      if (this.kind < K.TEXTS_END) break;
      if (this.kind === K.TEXTS_END) {
        this.forgotten = this.texts.from.length;
        this.forgets.event.push(this.n);
        this.forgets.from.push(this.forgotten);
      } else if (this.kind >= K.LATER) {
        // What a later version tells has its length beside it.
        this.#number();
        const length = this.#number();
        this.place += length;
      } else throw this.#damaged();
    }
    this.at += this.#number();
    this.rest = this.place;
    this.#parts();
    if (this.place > bytes.length || !(this.at >= 0)) throw new Error(`the recording ends in the middle of event ${this.n + 1}`);
    this.n++;
    return true;
  }

  // Reads event `i` again, of which the kind is known, and where its parts begin.
  again(i, kind, rest) {
    this.kind = kind;
    this.place = rest;
    if (this.forgets.event.length) this.forgotten = this.forgets.from[after(this.forgets.event, i) - 1] ?? 0;
    this.#parts();
  }

  #parts() {
    switch (this.kind) {
      case K.ADDED: this.task = this.#number(); this.by = this.#number(); this.#where(); this.future = this.#text(); break;
      case K.MADE: this.task = this.#number(); this.by = this.#number(); break;
      case K.NAMED: this.task = this.#number(); this.text = this.#text(); break;
      case K.BEGINS: case K.DROP_BEGINS: case K.REQUEUED: case K.QUEUED_FIRST: case K.UNQUEUED: this.task = this.#number(); break;
      case K.ENDS: case K.DONE: this.task = this.#number(); this.how = this.#number(); break;
      case K.PRINTED: this.task = this.#number(); this.how = this.#number(); this.text = this.#text(); break;
      case K.WOKEN: case K.VAIN:
        this.task = this.#number();
        this.how = this.#number();
        this.by = this.how === 0 ? this.#number() : this.how === 2 ? this.#signed() : 0;
        break;
      case K.WAITS: case K.NUMBERED_WAIT:
        this.task = this.#number();
        // Below zero if it has none.
        this.wait = this.kind === K.WAITS ? -1 : this.#number();
        this.how = this.#number();
        this.number = this.how === ON.TIME || this.how === ON.TASK ? this.#number()
          : this.how === ON.READABLE || this.how === ON.WRITABLE ? this.#signed() : this.how === ON.SYNC ? this.#text() : 0;
        this.object = this.#number();
        this.#where();
        break;
      case K.WAIT_ENDS: this.task = this.#number(); this.wait = this.#number(); break;
      case K.TIMER_SET: this.task = this.#number(); this.number = this.#number(); this.after = this.#number(); break;
      case K.TIMER_FIRED: this.task = 0; this.number = this.#number(); break;
      case K.TIMER_UNSET: this.task = this.#number(); this.number = this.#number(); break;
      case K.DESCRIPTOR: this.task = 0; this.number = this.#signed(); this.how = this.#number(); break;
      case K.SLEEPS: this.task = 0; this.after = this.#number() ? this.#number() : -1; break;
      case K.WAKES: this.task = 0; break;
      case K.REPORTED: this.task = this.#number(); this.how = this.#number(); this.text = this.#text(); break;
      case K.RUN_ENDS:
        this.task = 0;
        this.how = this.#number();
        this.number = this.how === 3 ? this.#text() : this.how === 4 ? this.#signed() : 0;
        break;
      case K.OBJECT_MADE: this.task = 0; this.object = this.#number(); this.text = this.#text(); this.#where(); break;
      case K.OBJECT_NAMED: this.task = 0; this.object = this.#number(); this.text = this.#text(); break;
      case K.OBJECT_GONE: this.task = 0; this.object = this.#number(); break;
      case K.ACQUIRED: this.task = this.#number(); this.object = this.#number(); break;
      case K.RELEASED: this.object = this.#number(); this.task = this.#number(); break;
      case K.STANDS: this.task = this.#number(); this.#calls(); break;
      default: throw new Error(`event ${this.n + 1} is of a kind that is not known here: the recording is newer than this page`);
    }
  }

  // The calls that await one another in a task, the outermost first.
  #calls() {
    const n = this.#number();
    if (n > this.bytes.length) throw this.#damaged();
    this.awaits = [];
    for (let call = 0; call < n && this.place < this.bytes.length; call++) {
      const level = this.#number(), what = this.said(this.#text());
      this.#where();
      this.awaits.push({ level, what, place: this.file ? { file: this.said(this.file), line: this.line } : null });
    }
  }
}
// What is in a set, at any event: each item from one event to another. Those that were in it long ago are
// passed over, many at once: so a list costs what is on it, wherever one jumps.

const SMALL_BLOCK = 64, LARGE_BLOCK = 4096;

class Spans {
  constructor({ item = Uint32Array, room = 16, hasOwners = false } = {}) {
    this.item = new List(item, room);
    this.from = new List(Int32Array, room);
    this.to = new List(Int32Array, room);
    this.owner = hasOwners ? new List(Uint32Array, room) : null;
    // By which events something was taken out, in their order.
    this.taken = new List(Int32Array, room);
  }

  // From this event on the item is in it; the number of that, to take it out.
  put(event, item, owner) {
    this.item.push(item);
    this.from.push(event);
    this.to.push(NEVER);
    this.owner?.push(owner);
    return this.item.length - 1;
  }
  take(event, span) {
    this.to.items[span] = event;
    this.taken.push(event);
  }

  // No more is to come. In the order in which they were put in; with keys, one of each, in theirs; with
  // owners, one owner after another.
  done({ keys = null, nOwners = 0 } = {}) {
    const n = this.item.length;
    for (const it of ["item", "from", "to", "taken"]) this[it] = this[it].done();
    this.begun = keys ? this.from : null;
    if (keys || this.owner) this.#order(n, keys, nOwners);
    this.owner = null;
    this.blocks = [SMALL_BLOCK, LARGE_BLOCK].map(size => this.#bounds(n, size));
    return this;
  }
  #order(n, keys, nOwners) {
    let order;
    if (keys) {
      order = new Uint32Array(n);
      for (let i = 0; i < n; i++) order[i] = i;
      inOrder(order, keys);
    } else {
      this.start = new Uint32Array(nOwners + 1);
      order = byOwner(this.owner.items, n, this.start);
    }
    for (const it of ["item", "from", "to"]) {
      const was = this[it], sorted = new was.constructor(n);
      for (let i = 0; i < n; i++) sorted[i] = was[order[i]];
      this[it] = sorted;
    }
  }
  // Of each block, when the first one in it comes, and when the last one goes.
  #bounds(n, size) {
    const from = new Int32Array(Math.ceil(n / size)).fill(NEVER), to = new Int32Array(from.length).fill(-1);
    for (let i = 0; i < n; i++) {
      const block = Math.floor(i / size);
      if (this.from[i] < from[block]) from[block] = this.from[i];
      if (this.to[i] > to[block]) to[block] = this.to[i];
    }
    return { size, from, to };
  }

  // How many are in it when `position` events have been played, whoever owns them.
  count(position) { return after(this.begun ?? this.from, position - 1) - after(this.taken, position - 1); }

  // What is in it then, of one owner if there are owners; so many at the most.
  list(position, { owner, most = Infinity } = {}) {
    const { from, to, item, blocks: [small, large] } = this, low = owner === undefined ? 0 : this.start[owner];
    const end = owner === undefined ? from.length : this.start[owner + 1], high = this.begun ? end : after(from, position - 1, low, end);
    const found = new List(item.constructor);
    for (let place = low; place < high && found.length < most;) {
      const skips = !(place % LARGE_BLOCK) && isEmpty(large, place, high, position) ? LARGE_BLOCK
        : !(place % SMALL_BLOCK) && isEmpty(small, place, high, position) ? SMALL_BLOCK : 0;
      if (skips) { place += skips; continue; }
      for (const stop = Math.min(high, place + SMALL_BLOCK - place % SMALL_BLOCK); place < stop; place++) {
        if (from[place] < position && to[place] >= position) found.push(item[place]);
      }
    }
    return found.items.subarray(0, Math.min(most, found.length));
  }
}

// Whether nothing of a block is in the set.
function isEmpty({ size, from, to }, place, high, position) {
  const block = place / size;
  return place + size <= high && (from[block] >= position || to[block] < position);
}
// What a task waits for while a recording is read. Most waits have a number, by which they end. Else a timer that is taken back takes with it the wait whose
// time is next to its own; there may be a million of them, so those of many are kept by their times.

const FEW = 16, CHUNK = 512;

// Pairs of a time and a number, in order, in pieces.
class ByTime {
  constructor() { this.chunks = []; }
  // The place of the first pair that is not before this one.
  #place(end, id) {
    const before = it => it[0] < end || (it[0] === end && it[1] < id);
    let low = 0, high = this.chunks.length;
    while (low < high) {
      const middle = (low + high) >>> 1, chunk = this.chunks[middle];
      if (before(chunk[chunk.length - 1])) low = middle + 1; else high = middle;
    }
    const chunk = low;
    [low, high] = [0, this.chunks[chunk]?.length ?? 0];
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (before(this.chunks[chunk][middle])) low = middle + 1; else high = middle;
    }
    return [chunk, low];
  }
  add(end, id) {
    if (!this.chunks.length) { this.chunks.push([[end, id]]); return; }
    let [chunk, place] = this.#place(end, id);
    if (chunk === this.chunks.length) [chunk, place] = [chunk - 1, this.chunks[chunk - 1].length];
    const it = this.chunks[chunk];
    it.splice(place, 0, [end, id]);
    if (it.length > CHUNK) this.chunks.splice(chunk, 1, it.slice(0, CHUNK / 2), it.slice(CHUNK / 2));
  }
  remove(end, id) {
    const [chunk, place] = this.#place(end, id);
    this.chunks[chunk].splice(place, 1);
    if (!this.chunks[chunk].length) this.chunks.splice(chunk, 1);
  }
  from(end, id) {
    const [chunk, place] = this.#place(end, id);
    return this.chunks[chunk]?.[place];
  }
  before(end, id) {
    const [chunk, place] = this.#place(end, id);
    if (place) return this.chunks[chunk][place - 1];
    const last = this.chunks[chunk - 1];
    return last?.[last.length - 1];
  }
}

class Waits {
  constructor() { this.ends = new Map(); this.byTime = null; this.numbers = new Map(); }
  // A wait, of which the `id` grows; its end is not a number if it is for no time, or has a number by which it
  // ends. That is below zero if it has none.
  add(id, end, number) {
    this.ends.set(id, end);
    if (number >= 0) this.numbers.set(number, id);
    if (this.byTime) this.#index(id, end);
    else if (this.ends.size > FEW) {
      this.byTime = new ByTime();
      for (const [id, end] of this.ends) this.#index(id, end);
    }
  }
  #index(id, end) { if (!Number.isNaN(end)) this.byTime.add(end, id); }
  // Takes out the wait of this number; its id, or null.
  take(number) {
    const id = this.numbers.get(number);
    if (id === undefined) return null;
    this.numbers.delete(number);
    this.ends.delete(id);
    return id;
  }
  // Takes out the wait for a time that is nearest to `at`, of two the first; its id, or null.
  takeNearest(at) {
    let found = null, least = Infinity;
    const look = (id, end) => {
      const away = Math.abs(end - at);
      if (away < least || (away === least && id < found)) [found, least] = [id, away];
    };
    if (!this.byTime) for (const [id, end] of this.ends) look(id, end);
    else {
      const before = this.byTime.before(at, Infinity), next = this.byTime.from(at, Infinity);
      // Of those that end at the same time, the first.
      for (const it of [before && this.byTime.from(before[0], -Infinity), next]) if (it) look(it[1], it[0]);
    }
    if (found === null) return null;
    this.byTime?.remove(this.ends.get(found), found);
    this.ends.delete(found);
    return found;
  }
}
// The place of each task in the ready queue while a recording is read: how many stand before it, without
// looking at them. It is a Fenwick tree over the order in which they came.

class Places {
  constructor() {
    this.size = 0;
    this.at = new Map();
    // Those that went in at the end count up, those that went in in front count down.
    this.back = new Counted();
    this.front = new Counted();
  }
  push(row) { this.size++; this.at.set(row, this.back.push()); }
  first(row) { this.size++; this.at.set(row, -this.front.push()); }
  // Takes a task out; its place.
  take(row) {
    const at = this.at.get(row);
    this.at.delete(row);
    this.size--;
    if (at > 0) return this.front.total + this.back.take(at);
    // Whoever went in in front later stands before it.
    const before = this.front.take(-at);
    return this.front.total - before;
  }
}

// Numbers from 1 on, some of them taken out: how many are left below one of them.
class Counted {
  constructor() { this.n = 0; this.total = 0; this.tree = new Int32Array(1024); }
  push() {
    if (++this.n === this.tree.length) {
      const larger = new Int32Array(2 * this.tree.length);
      larger.set(this.tree);
      // The new node on top counts all that are below it.
      larger[this.n] = this.total;
      this.tree = larger;
    }
    this.#add(this.n, 1);
    return this.n;
  }
  take(number) {
    this.#add(number, -1);
    let before = 0;
    for (let i = number - 1; i > 0; i -= i & -i) before += this.tree[i];
    return before;
  }
  #add(number, by) {
    this.total += by;
    for (let i = number; i < this.tree.length; i += i & -i) this.tree[i] += by;
  }
}
// The objects that tasks share: queues, locks. Of each, the events that tell what it is; who has it, and who
// waits for it, from which event to which.

class Objects {
  constructor() {
    this.rowOf = new Map();
    this.no = [];
    this.told = new Changes();
    this.alive = new Spans();
    this.held = new Spans({ hasOwners: true });
    this.waiters = new Spans({ hasOwners: true });
    this.given = [];
    // As it is now: whether each is there, and who holds it: what each of the permits is in `held`.
    this.there = [];
    this.holders = [];
    // Those that are waited for as a time or a task is, which comes by itself.
    this.comes = new Set();
  }

  #row(no) {
    let row = this.rowOf.get(no);
    if (row === undefined) {
      row = this.no.length;
      this.rowOf.set(no, row);
      this.no.push(no);
      this.there.push(-1);
      this.holders.push(new Map());
    }
    return row;
  }

  base(objects) {
    for (const [no, it] of Object.entries(objects)) {
      const row = this.#row(+no);
      this.given[row] = it;
      this.there[row] = this.alive.put(-1, row);
      for (const [task, n] of Object.entries(it.holders ?? {})) for (let permit = 0; permit < n; permit++) this.#acquire(-1, row, +task);
    }
  }

  // The number of a wait, to take it out.
  waits(event, no, task, comes) {
    const row = this.#row(no);
    if (comes) this.comes.add(row);
    return this.waiters.put(event, task, row);
  }

  play(e, i) {
    const row = this.#row(e.object), isThere = this.there[row] >= 0;
    if (e.kind === K.OBJECT_GONE) {
      for (const permits of this.holders[row].values()) for (const it of permits) this.held.take(i, it);
      this.holders[row].clear();
      if (isThere) this.alive.take(i, this.there[row]);
      this.there[row] = -1;
    } else if (!isThere) this.there[row] = this.alive.put(i, row);
    if (e.kind === K.ACQUIRED) this.#acquire(i, row, e.task);
    if (e.kind === K.RELEASED) this.#release(i, row, e.task);
    if (!isThere || (e.kind !== K.ACQUIRED && e.kind !== K.RELEASED)) this.told.push(row, i);
  }

  #acquire(event, row, task) {
    const permit = this.held.put(event, task, row), permits = this.holders[row].get(task);
    if (permits) permits.push(permit); else this.holders[row].set(task, [permit]);
  }
  // A permit is given back: by who has one, else it was somebody else's.
  #release(event, row, task) {
    const holders = this.holders[row];
    let holder = holders.has(task) ? task : Infinity;
    if (holder === Infinity) for (const it of holders.keys()) holder = Math.min(holder, it);
    if (holder === Infinity) return;
    const permits = holders.get(holder);
    this.held.take(event, permits.pop());
    if (!permits.length) holders.delete(holder);
  }

  // No more is to come.
  done() {
    const nOwners = this.no.length;
    this.told = this.told.sorted(nOwners);
    this.alive.done({ keys: Float64Array.from(this.alive.item.done(), row => this.no[row]) });
    this.held.done({ nOwners });
    this.waiters.done({ nOwners });
    this.there = this.holders = null;
    return this;
  }
}
// Plays a recording once, as `state/play.rs` does, and keeps of each task what changed when: so every
// moment is there at once. A position is how many events have been played.

// What a task does; with QUEUED, it stands in the ready queue as well.
const RUNNING = 1, IDLE = 2, DONE = 3, PANICKED = 4, CANCELLED = 5, DROPPED = 6, QUEUED = 16;
const READY = IDLE | QUEUED, AGAIN = RUNNING | QUEUED, LIFE = 15;
// How a task that wakes itself is woken.
const ITSELF = 255;
const isOver = code => (code & LIFE) >= DONE;

class Index {
  constructor(events) {
    this.events = events;
    // An event takes some bytes: there is room for about as many.
    const room = 16 + (events.bytes.length >> 2);
    this.at = new List(Float64Array, room);
    this.kind = new List(Uint8Array, room);
    this.rest = new List(Uint32Array, room);
    this.task = new List(Uint32Array, room);
    this.how = new List(Uint8Array, room);
    this.rows = [];
    this.rowOf = new Map();
    this.no = new List(Uint32Array);
    // Of each task, as it is now.
    this.code = new List(Uint8Array);
    this.running = new List(Uint32Array);
    this.ended = new List(Uint8Array);
    // Whether it is being dropped, in no poll.
    this.dropped = new List(Uint8Array);
    // One more than its number in the queue; below zero in what was put in front.
    this.queued = new List(Int32Array);
    this.going = new List(Uint32Array);
    this.polled = new List(Uint32Array);
    this.told = new List(Uint8Array);
    this.woken = new List(Int32Array);
    this.placed = new List(Uint8Array);
    this.waits = new Map();
    this.timer = new Map();
    // What changed when.
    this.lives = new Changes(Uint8Array, room);
    this.wakes = new Changes();
    this.made = new Changes();
    this.polls = new Changes();
    // The waits: events, or below zero those of the base. And of each, what it is to its object.
    this.waited = new Spans({ item: Int32Array, hasOwners: true });
    this.waiter = new List(Uint32Array);
    // The waits that have ended by their numbers.
    this.over = new Changes(Int32Array);
    this.stands = new Changes();
    this.of = new Changes(undefined, room);
    this.names = new Map();
    this.outputs = new List(Int32Array);
    this.sleeps = new List(Int32Array);
    this.ends = new List(Int32Array);
    this.known = new List(Int32Array);
    // By which event each task was done first.
    this.done = new List(Int32Array);
    // Each poll: its event, and of the choice before it the place and how many were ready.
    this.begins = new List(Int32Array);
    this.place = new List(Int32Array);
    this.nReady = new List(Uint32Array);
    // Who is polled: each a task on top of another one.
    this.stacks = { event: new List(Int32Array), top: new List(Int32Array), row: new List(Uint32Array), below: new List(Int32Array), now: -1 };
    this.queue = new Spans({ room });
    this.front = new Spans();
    this.alive = new Spans();
    this.timers = new Spans();
    this.timerAt = new List(Float64Array);
    this.timerBy = new List(Uint32Array);
    this.order = new Places();
    this.objects = new Objects();
    this.position = events.base.position ?? 0;
    this.#base(events.base);
  }

  // The row of a task; one that was not known is from now on.
  #row(no, event) {
    let row = this.rowOf.get(no);
    if (row !== undefined) return row;
    row = this.no.length;
    this.rowOf.set(no, row);
    this.no.push(no);
    this.known.push(event);
    for (const it of ["code", "running", "ended", "dropped", "queued", "going", "polled", "told", "placed"]) this[it].push(0);
    this.woken.push(-2);
    this.done.push(NEVER);
    this.#settle(row, event);
    return row;
  }

  #settle(row, event) {
    const life = this.running.items[row] ? RUNNING : this.ended.items[row] || IDLE;
    const code = life | (this.queued.items[row] ? QUEUED : 0), was = this.code.items[row];
    if (code === was) return;
    this.code.items[row] = code;
    this.lives.push(row, event, code);
    if (isOver(code) && was && !isOver(was)) this.alive.take(event, this.going.items[row]);
    if (!isOver(code) && (!was || isOver(was))) this.going.items[row] = this.alive.put(event, row);
  }

  // The state before the first event.
  #base(base) {
    const tasks = Object.entries(base.tasks ?? {}).map(([no, it]) => [+no, it]).sort((a, b) => a[0] - b[0]);
    this.given = [];
    for (const [no, it] of tasks) {
      const row = this.#row(no, -1);
      this.polled.items[row] = it.n_polls;
      this.told.items[row] = +it.waits_told;
      if (it.woken) this.woken.items[row] = it.woken.position - this.position;
      this.placed.items[row] = (it.by ? 1 : 0) | (it.place ? 2 : 0);
      this.ended.items[row] = it.done ? { value: DONE, panicked: PANICKED, cancelled: CANCELLED, dropped: DROPPED }[it.done] : 0;
      if (it.done) this.done.items[row] = -1;
      this.dropped.items[row] = +!!it.is_dropped;
      if (it.name) this.names.set(row, [[-1, it.name]]);
      for (const wait of it.waits) this.given.push({ row, ...wait });
    }
    const on = it => typeof it === "string" ? [it] : Object.entries(it)[0];
    this.given.forEach((it, place) => {
      const [what, value] = on(it.on), end = what === "time" ? Math.min(it.at + value, FOREVER) : NaN;
      this.#wait(-1, it.row, place - this.given.length, end, it.object ?? 0, what === "time" || what === "task", it.number ?? -1);
    });
    for (const no of base.ready ?? []) {
      const row = this.#row(no, -1);
      this.queued.items[row] = this.queue.put(-1, row) + 1;
      this.order.push(row);
    }
    for (const no of base.running ?? []) this.#begin(this.#row(no, -1), -1);
    for (const [no] of tasks) this.#settle(this.rowOf.get(no), -1);
    for (const it of base.timers ?? []) this.#setTimer(-1, it.number, it.at, it.by ?? 0);
    this.objects.base(base.objects ?? {});
  }

  #begin(row, event) {
    const stacks = this.stacks;
    stacks.row.push(row);
    stacks.below.push(stacks.now);
    this.#top(event, stacks.row.length - 1);
    this.running.items[row]++;
  }
  #top(event, node) {
    this.stacks.now = node;
    this.stacks.event.push(event);
    this.stacks.top.push(node);
  }
  // A task has come back; those above it were left in the middle.
  #leave(row, event) {
    const stacks = this.stacks;
    if (!this.running.items[row]) return;
    let node = stacks.now, left = -1;
    while (left !== row) {
      left = stacks.row.items[node];
      this.running.items[left]--;
      node = stacks.below.items[node];
      if (left !== row) this.#settle(left, event);
    }
    this.#top(event, node);
  }

  #ready(row, event) {
    if (this.queued.items[row]) return;
    this.queued.items[row] = this.queue.put(event, row) + 1;
    this.wakes.push(row, event);
    this.woken.items[row] = event;
    this.order.push(row);
  }
  // Takes a task out of the queue; its place, or -1.
  #unqueue(row, event) {
    const at = this.queued.items[row];
    if (!at) return -1;
    this.queued.items[row] = 0;
    if (at > 0) this.queue.take(event, at - 1); else this.front.take(event, -at - 1);
    return this.order.take(row);
  }

  // A task waits; its end is no number if it is for no time. Its own number is below zero if it has none.
  #wait(event, row, id, end, object, ends, number) {
    let waits = this.waits.get(row);
    if (!waits) this.waits.set(row, waits = new Waits());
    const before = waits.take(number);
    if (before !== null) this.#waitsNoMore(event, before);
    waits.add(this.waited.put(event, id, row), number < 0 ? end : NaN, number);
    this.waiter.push(object ? 1 + this.objects.waits(event, object, row, ends) : 0);
  }
  #waitsNoMore(event, span) {
    this.waited.take(event, span);
    if (this.waiter.items[span]) this.objects.waiters.take(event, this.waiter.items[span] - 1);
  }
  #forgets(event, row) {
    for (const span of this.waits.get(row)?.ends.keys() ?? []) this.#waitsNoMore(event, span);
    this.waits.delete(row);
  }

  #setTimer(event, number, at, by) {
    const id = this.timerAt.length, held = this.timer.get(number);
    this.timerAt.push(at);
    this.timerBy.push(by);
    this.timers.put(event, id);
    if (held === undefined) this.timer.set(number, id);
    else if (held instanceof ByTime) held.add(at, id);
    else {
      // Two of the same number, if the recording says odd things.
      const both = new ByTime();
      both.add(this.timerAt.items[held], held);
      both.add(at, id);
      this.timer.set(number, both);
    }
  }
  // Takes out the earliest timer of this number; which it was, or -1.
  #takeTimer(event, number) {
    const held = this.timer.get(number);
    if (held === undefined) return -1;
    const id = held instanceof ByTime ? held.chunks[0][0][1] : held;
    if (held instanceof ByTime) held.remove(this.timerAt.items[id], id);
    if (!(held instanceof ByTime) || !held.chunks.length) this.timer.delete(number);
    this.timers.take(event, id);
    return id;
  }

  // Plays the event that was read last.
  play() {
    const e = this.events, i = this.kind.length, kind = e.kind;
    this.at.push(e.at);
    this.kind.push(kind);
    this.rest.push(e.rest);
    this.task.push(e.task);
    this.how.push(kind === K.WOKEN && e.how === 0 && e.by === e.task ? ITSELF : e.how);
    switch (kind) {
      case K.PRINTED: this.outputs.push(i); break;
      case K.SLEEPS: case K.WAKES: this.sleeps.push(i); break;
      case K.RUN_ENDS: this.ends.push(i); break;
      case K.TIMER_SET: this.#setTimer(i, e.number, Math.min(e.at + e.after, FOREVER), e.task); break;
      case K.TIMER_FIRED: this.#takeTimer(i, e.number); break;
      case K.TIMER_UNSET: {
        const id = this.#takeTimer(i, e.number), row = id < 0 ? undefined : this.rowOf.get(this.timerBy.items[id]);
        const gone = row === undefined ? null : this.waits.get(row)?.takeNearest(this.timerAt.items[id]);
        if (gone !== null && gone !== undefined) this.#waitsNoMore(i, gone);
        break;
      }
      case K.OBJECT_MADE: case K.OBJECT_NAMED: case K.OBJECT_GONE: case K.ACQUIRED: case K.RELEASED:
        this.objects.play(e, i);
        break;
      case K.DESCRIPTOR: case K.REPORTED: case K.VAIN: break;
      default: this.#ofTask(e, i, kind, this.#row(e.task, i));
    }
    if (e.task) {
      const row = this.rowOf.get(e.task);
      if (row !== undefined) this.of.push(row, i);
    }
  }

  // An event that changes a task.
  #ofTask(e, i, kind, row) {
    switch (kind) {
      case K.ADDED:
        this.made.push(row, i);
        this.placed.items[row] = (e.by ? 1 : 0) | (e.file ? 2 : 0);
        this.#ready(row, i);
        break;
      case K.MADE:
        this.made.push(row, i);
        this.placed.items[row] = (e.by ? 1 : 0) | (this.placed.items[row] & 2);
        break;
      case K.NAMED: {
        const names = this.names.get(row);
        if (names) names.push([i, e.said(e.text)]); else this.names.set(row, [[i, e.said(e.text)]]);
        break;
      }
      case K.BEGINS: {
        this.begins.push(i);
        this.nReady.push(this.order.size);
        const place = this.#unqueue(row, i);
        // A task of a stage is added as its first poll begins: where it stood before, nobody told.
        const isJustMet = !this.polled.items[row] && !this.placed.items[row] && this.woken.items[row] === i - 1;
        this.place.push(isJustMet ? -1 : place);
        this.polls.push(row, i);
        this.polled.items[row]++;
        this.told.items[row] = 0;
        this.#begin(row, i);
        break;
      }
      case K.DROP_BEGINS: this.dropped.items[row] = 1; this.#begin(row, i); break;
      case K.ENDS:
        this.#leave(row, i);
        if (e.how === POLL.REQUEUED) this.#ready(row, i);
        break;
      case K.REQUEUED: case K.WOKEN: this.#ready(row, i); break;
      case K.QUEUED_FIRST:
        this.#unqueue(row, i);
        this.queued.items[row] = -(this.front.put(i, row) + 1);
        this.wakes.push(row, i);
        this.woken.items[row] = i;
        this.order.first(row);
        break;
      case K.UNQUEUED: this.#unqueue(row, i); break;
      case K.WAITS: case K.NUMBERED_WAIT: {
        if (kind === K.WAITS && !this.told.items[row]) this.#forgets(i, row);
        this.told.items[row] = 1;
        this.#wait(i, row, i, e.how === ON.TIME ? Math.min(e.at + e.number, FOREVER) : NaN, e.object, e.how === ON.TIME || e.how === ON.TASK, e.wait);
        break;
      }
      case K.WAIT_ENDS: {
        const span = this.waits.get(row)?.take(e.wait) ?? null;
        if (span === null) break;
        this.#waitsNoMore(i, span);
        this.over.push(row, i, this.waited.item.items[span]);
        break;
      }
      case K.STANDS: this.stands.push(row, i); break;
      case K.DONE:
        if (this.dropped.items[row]) this.#leave(row, i);
        if (!this.running.items[row]) this.#unqueue(row, i);
        this.ended.items[row] = DONE + e.how;
        this.done.items[row] = Math.min(this.done.items[row], i);
        this.#forgets(i, row);
        break;
    }
    this.#settle(row, i);
  }
}
// Text that can be shown, whoever wrote it: as `text/printable.rs` has it. All of it is set as text, never
// as markup; and what would turn the order of the letters around is replaced.

const LONGEST_NAME = 200, LONGEST_LINE = 4096;
const STEERS = /[\u0000-\u001f\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u206f\ufff9-\ufffb\ufdd0-\ufdef\ufffe\uffff\ud800-\udfff]|[\u{1fffe}\u{1ffff}\u{2fffe}\u{2ffff}\u{3fffe}\u{3ffff}\u{4fffe}\u{4ffff}\u{5fffe}\u{5ffff}\u{6fffe}\u{6ffff}\u{7fffe}\u{7ffff}\u{8fffe}\u{8ffff}\u{9fffe}\u{9ffff}\u{afffe}\u{affff}\u{bfffe}\u{bffff}\u{cfffe}\u{cffff}\u{dfffe}\u{dffff}\u{efffe}\u{effff}\u{ffffe}\u{fffff}\u{10fffe}\u{10ffff}]/gu;

function picture(it) {
  const code = it.codePointAt(0);
  if (code === 9) return "    ";
  if (code < 32) return String.fromCharCode(0x2400 + code);
  return code === 127 ? "\u2421" : "\ufffd";
}

function printable(text, most) {
  // No more of a text is looked at than is shown.
  let shown = String(text).slice(0, 2 * most + 2).replace(STEERS, picture);
  if (shown.length > most) {
    const letters = [...shown];
    if (letters.length > most) shown = `${letters.slice(0, most - 1).join("")}…`;
  }
  return shown;
}
const printableName = text => printable(text, LONGEST_NAME);
const printableLine = text => printable(text, LONGEST_LINE);

// A line as Rust quotes it.
function quoted(text) {
  const letters = text.length > LONGEST_LINE ? [...text.slice(0, 2 * LONGEST_LINE + 2)] : null;
  const isCut = letters && letters.length > LONGEST_LINE, whole = isCut ? letters.slice(0, LONGEST_LINE).join("") : text;
  const escaped = { "\"": "\\\"", "\\": "\\\\", "\n": "\\n", "\r": "\\r", "\t": "\\t", "\0": "\\0" };
  const said = whole.replace(/["\\]|\p{C}|\p{Zl}|\p{Zp}|(?! )\p{Zs}/gu, it => escaped[it] ?? `\\u{${it.codePointAt(0).toString(16)}}`);
  return `"${said}"${isCut ? "…" : ""}`;
}
// Times and durations in words, as `text/time.rs` has them.

// How many decimals the seconds of a run need: as few as say everything, and microseconds of real time.
function decimals(run) {
  if (run.header.clock === "real") return 6;
  let needs = 3, before = 0;
  for (let i = 0; i < run.n; i++) {
    const at = run.at[i];
    // Most of them happen at the same moment as the one before.
    if (at === before) continue;
    before = at;
    if (at % 1000) return 9;
    if (at % 1000000) needs = 6;
  }
  return needs;
}

function seconds(ns, decimals) {
  return `${Math.floor(ns / 1e9)}.${String(Math.floor(ns % 1e9)).padStart(9, "0").slice(0, decimals)}`;
}

// A duration as a person says it: `1.5 s`, `20 ms`, `3 h 20 min`.
function duration(ns) {
  if (ns === 0) return "0 s";
  if (ns >= 3.6e12) {
    const minutes = Math.floor(ns / 6e10);
    return `${Math.floor(minutes / 60)} h${minutes % 60 ? ` ${minutes % 60} min` : ""}`;
  }
  for (const [unit, name] of [[1e9, "s"], [1e6, "ms"], [1e3, "µs"]]) {
    if (ns < unit) continue;
    const fraction = String(Math.floor(ns % unit * 1000 / unit)).padStart(3, "0").replace(/0+$/, "");
    return `${Math.floor(ns / unit)}${fraction ? `.${fraction}` : ""} ${name}`;
  }
  return `${ns} ns`;
}

const count = n => String(n).replace(/\B(?=(\d{3})+$)/g, ",");
const many = (n, one, more = `${one}s`) => `${count(n)} ${n === 1 ? one : more}`;
// A run that was read: what there is at each position, which is how many events have been played.

class Run {
  constructor(bytes) {
    const events = new Events(bytes), index = new Index(events);
    while (events.next()) index.play();
    this.events = events;
    this.n = index.kind.length;
    this.header = events.header;
    this.base = events.base;
    this.beside = events.beside;
    for (const it of ["at", "kind", "rest", "task", "how", "no", "outputs", "sleeps", "ends", "known", "done", "begins", "place", "nReady", "timerAt", "timerBy"]) this[it] = index[it].done();
    this.nTasks = this.no.length;
    for (const it of ["lives", "wakes", "made", "polls", "stands", "over", "of"]) this[it] = index[it].sorted(this.nTasks);
    for (const it of ["queue", "front"]) this[it] = index[it].done();
    this.waited = index.waited.done({ nOwners: this.nTasks });
    this.timers = index.timers.done({ keys: this.timerAt });
    this.alive = index.alive.done({ keys: Float64Array.from(index.alive.item.done(), row => this.no[row]) });
    for (const it of ["rowOf", "names", "given"]) this[it] = index[it];
    const { event, top, row, below } = index.stacks;
    this.stacks = { event: event.done(), top: top.done(), row: row.done(), below: below.done() };
    this.objects = index.objects.done();
    // The lanes: rows in the order of their numbers.
    this.lanes = new Uint32Array(this.nTasks);
    for (let row = 0; row < this.nTasks; row++) this.lanes[row] = row;
    inOrder(this.lanes, this.no);
    this.laneOf = new Uint32Array(this.nTasks);
    this.lanes.forEach((row, lane) => { this.laneOf[row] = lane; });
    this.decimals = decimals(this);
    this.findings = (this.beside.findings ?? []).filter(it => it.event >= 0 && it.event < this.n);
    this.length = this.n ? this.at[this.n - 1] : 0;
  }

  // The event at a place, read again: it holds until the next one is read.
  event(i) {
    this.events.again(i, this.kind[i], this.rest[i]);
    return this.events;
  }
  // The text that an event names; none is empty.
  text(number) { return this.events.said(number); }
  // When the event at a place was; of the beginning, when that was.
  time(i) { return i < 0 ? this.base.now ?? 0 : this.at[Math.min(i, this.n - 1)]; }
  now(position) { return this.time(position - 1); }

  // What a task does; 0 if it is not known yet.
  life(row, position) {
    const place = this.lives.last(row, position);
    return place < 0 ? 0 : this.lives.value[place];
  }
  // Rows are given in the order in which the tasks were met: so many are known.
  nKnown(position) { return after(this.known, position - 1); }
  // The ready queue, next one first: of those put in front the last one, then the others in their order.
  ready(position, most = Infinity) {
    const front = this.front.list(position).reverse();
    if (!front.length) return this.queue.list(position, { most });
    const rest = this.queue.list(position, { most: Math.max(0, most - front.length) }), all = new Uint32Array(front.length + rest.length);
    all.set(front);
    all.set(rest, front.length);
    return all.subarray(0, Math.min(most, all.length));
  }
  nReadyAt(position) { return this.front.count(position) + this.queue.count(position); }
  // The tasks that have not ended, in the order of their numbers.
  going(position) { return this.alive.list(position); }
  // Who is polled; the innermost last.
  running(position) {
    const { event, top, row, below } = this.stacks, rows = [];
    for (let node = top[after(event, position - 1) - 1] ?? -1; node >= 0; node = below[node]) rows.push(row[node]);
    return rows.reverse();
  }
  nPolls(row, position) { return this.given0(row, "n_polls", 0) + this.polls.count(row, position); }
  // What the base says of a task.
  given0(row, field, otherwise) { return this.base.tasks?.[this.no[row]]?.[field] ?? otherwise; }

  // Why it went into the ready queue the last time: when, and what the event says; null if nobody told.
  woken(row, position) {
    const place = this.wakes.last(row, position);
    if (place < 0) {
      const given = this.given0(row, "woken", null);
      if (!given) return null;
      const by = given.by ? typeof given.by === "string" ? [given.by] : Object.entries(given.by)[0] : null;
      const how = by && ["task", "timer", "descriptor", "thread", "quiet", "outside", "loop"].indexOf(by[0]);
      return { at: given.at, how, by: by?.[1] };
    }
    const i = this.wakes.event[place], e = this.event(i);
    return e.kind === K.WOKEN ? { at: this.at[i], how: e.how, by: e.by } : { at: this.at[i], how: null };
  }

  // Who added a task, and where.
  madeBy(row, position) {
    let by, file, isByHand = this.given0(row, "is_by_hand", false);
    for (let place = this.made.last(row, position); place >= this.made.start[row]; place--) {
      const e = this.event(this.made.event[place]);
      by ??= e.by;
      if (e.kind === K.MADE) isByHand = true;
      else file ??= { file: e.file ? this.text(e.file) : null, line: e.line };
    }
    const given = this.given0(row, "place", null);
    const place = file ? (file.file === null ? null : file) : given;
    return { by: by ?? this.given0(row, "by", 0) ?? 0, place, isByHand: isByHand && !this.woken(row, position) };
  }

  // The waits of a task, as their numbers: events, or below zero those of the base.
  waitsOf(row, position) { return this.waited.list(position, { owner: row }); }
  // The wait of a task that has ended last by its number: as those of `waitsOf`; null if none has.
  overOf(row, position) {
    const place = this.over.last(row, position);
    if (place >= 0) return this.wait(this.over.value[place]);
    const given = this.given0(row, "over", null);
    return given && this.#given(given);
  }
  // Whether a task has said in its last poll what it waits for.
  toldWaits(row, position) {
    const poll = this.polls.last(row, position), begun = poll < 0 ? -1 : this.polls.event[poll], { start, from } = this.waited;
    const last = after(from, position - 1, start[row], start[row + 1]) - 1;
    if (last >= start[row] && from[last] > begun) return true;
    return poll < 0 && this.given0(row, "waits_told", false);
  }
  // What a wait is: for what, since when, where.
  wait(id) {
    if (id >= 0) {
      const e = this.event(id), place = e.file ? { file: this.text(e.file), line: e.line } : null;
      return { how: e.how, number: e.how === ON.SYNC ? this.text(e.number) : e.number, at: this.at[id], object: e.object, place };
    }
    return this.#given(this.given[this.given.length + id]);
  }
  // A wait of the base.
  #given(it) {
    const [what, number] = typeof it.on === "string" ? [it.on] : Object.entries(it.on)[0];
    return { how: ["time", "task", "readable", "writable", "sync", "thread"].indexOf(what), number, at: it.at, object: it.object ?? 0, place: it.place ?? null };
  }
  // What a task waits for now: without a time that has come, and a task that has ended.
  waits(row, position) { return this.#waiting(this.waitsOf(row, position), position, Infinity).waits; }
  // The first of it, and for how many things more it waits. Of very many it is not asked whether each has come.
  firstWaits(row, position, most) {
    const all = this.waitsOf(row, position), isVeryMany = all.length > 1000, { waits, nSeen } = this.#waiting(all, position, isVeryMany ? most : Infinity);
    return { waits: waits.slice(0, most), nMore: isVeryMany ? all.length - nSeen : Math.max(0, waits.length - most) };
  }
  #waiting(all, position, most) {
    const now = this.now(position), waits = [];
    let nSeen = 0;
    for (; nSeen < all.length && waits.length < most; nSeen++) {
      const it = this.wait(all[nSeen]);
      if (it.how === ON.TIME && Math.min(it.at + it.number, FOREVER) <= now) continue;
      const other = it.how === ON.TASK ? this.rowOf.get(it.number) : undefined;
      if (other === undefined || !this.hasEnded(other, position)) waits.push(it);
    }
    return { waits, nSeen };
  }
  // Whether a task has ended, also if its last poll goes on.
  hasEnded(row, position) { return this.done[row] < position; }

  // The calls that await one another in a task, the outermost first, as they were told since its last poll.
  awaits(row, position) {
    const place = this.stands.last(row, position);
    if (place < 0) return this.polls.count(row, position) ? [] : this.given0(row, "awaits", []);
    const i = this.stands.event[place], poll = this.polls.last(row, position);
    return poll >= 0 && this.polls.event[poll] > i ? [] : this.event(i).awaits.slice();
  }

  // The timers that are set, earliest first; of many only so many of the first.
  timersSet(position, most) { return this.timers.list(position, { most }); }
  // Until when the loop sleeps; null if it does not.
  asleep(position) {
    const place = after(this.sleeps, position - 1) - 1;
    if (place < 0) return this.base.asleep ? { until: this.base.asleep.until ?? null } : null;
    const i = this.sleeps[place];
    if (this.kind[i] === K.WAKES) return null;
    const most = this.event(i).after;
    return { until: most < 0 ? null : Math.min(this.at[i] + most, FOREVER) };
  }
  // The last choice: which poll, its place in the queue, how many were ready.
  choice(position) {
    const place = after(this.begins, position - 1) - 1;
    if (place < 0) {
      const it = this.base.choice;
      return it ? { row: this.rowOf.get(it.task), place: it.place ?? -1, nReady: it.n_ready } : null;
    }
    return { row: this.rowOf.get(this.event(this.begins[place]).task), place: this.place[place], nReady: this.nReady[place] };
  }
  // Whether the run has ended, and was not begun again.
  isEnded(position) {
    const end = after(this.ends, position - 1) - 1, begin = after(this.begins, position - 1) - 1;
    if (end < 0) return !!this.base.end && begin < 0;
    return begin < 0 || this.begins[begin] < this.ends[end];
  }
  nLines(position) { return after(this.outputs, position - 1); }
  // A line of output, also of the base: they come before.
  output(place) {
    const given = this.base.output ?? [];
    if (place < given.length) return { ...given[place], text: given[place].text, event: -1 };
    const i = this.outputs[place - given.length], e = this.event(i);
    return { at: this.at[i], by: e.task, error: !!e.how, text: this.text(e.text), event: i };
  }
}
// An event in words, as `text/words.rs` has them: who, and what it does.

// The name of a task when `position` events have been played: what it was called, what its future is, or
// its number.
function nameOf(run, no, position) {
  const row = run.rowOf.get(no);
  if (row === undefined) return `task ${no}`;
  const names = run.names.get(row);
  if (names) {
    for (let it = names.length - 1; it >= 0; it--) if (names[it][0] < position) return printableName(names[it][1]);
  }
  const future = futureOf(run, row, position);
  return future === null ? `task ${no}` : `${printableName(future)} ${no}`;
}
const nameOfRow = (run, row, position = run.n) => nameOf(run, run.no[row], position);

function futureOf(run, row, position) {
  const { start, event } = run.made;
  for (let place = run.made.last(row, position); place >= start[row]; place--) {
    const e = run.event(event[place]);
    if (e.kind === K.ADDED) return e.future ? run.text(e.future) : null;
  }
  return run.given0(row, "future", null);
}

// What an object is called: what it is, and its name or its number; and where it was made.
function objectName(run, no, position) {
  const known = objectOf(run, no, position);
  if (!known) return `object ${no}`;
  return `${printableName(known.kind || "object")} ${known.name === null ? no : printableName(known.name)}`;
}
function objectAndPlace(run, no, position) {
  const place = objectOf(run, no, position)?.place;
  return `${objectName(run, no, position)}${place ? `, made at ${placeName(place)}` : ""}`;
}
function objectOf(run, no, position) {
  const row = run.objects.rowOf.get(no);
  return row === undefined ? null : objectAt(run, row, position);
}
const placeName = place => `${printableLine(place.file)}:${place.line}`;

function waker(run, who, how, by, position) {
  if (how === 0) return by === who ? "itself" : nameOf(run, by, position);
  return ["", "a timer", `descriptor ${by}`, "another thread", "the loop, which has nothing else to do", "code outside of all tasks", "the loop"][how];
}

// What a task waits for, after `waits`.
function waitWords(run, { how, number, object }, position) {
  switch (how) {
    case ON.TIME: return duration(number);
    case ON.TASK: return `for ${nameOf(run, number, position)}`;
    case ON.READABLE: return `for descriptor ${number} to be readable`;
    case ON.WRITABLE: return `for descriptor ${number} to be writable`;
    case ON.SYNC: return `for ${shared(run, printableName(number), object, position)}`;
    default: return "for another thread";
  }
}

// Something that tasks share: `an item of a queue` is one of `queue jobs`, if the object is known.
function shared(run, what, object, position) {
  const known = object ? objectOf(run, object, position) : null;
  if (!known) return what;
  const name = objectName(run, object, position);
  if (known.kind === "lock") return name;
  for (const any of [`a ${known.kind}`, `an ${known.kind}`]) {
    const place = what.indexOf(any);
    if (place >= 0) return `${what.slice(0, place)}${name}${known.kind === "semaphore" ? "" : what.slice(place + any.length)}`;
  }
  return `${what}: ${name}`;
}

const ORDINALS = ["first", "second", "third", "fourth", "fifth", "sixth"];
const ordinal = place => ORDINALS[place] ?? `number ${place + 1}`;

// After `runs`: how the task was chosen.
function chosen(run, i) {
  const poll = after(run.begins, i) - 1, n = run.nReady[poll], place = run.place[poll];
  return n === 1 || place < 0 ? "" : `, ${ordinal(place)} of ${n} ready`;
}

const firstLine = text => text.split("\n", 1)[0].replace(/\r$/, "");

// Who does what, as two texts; the state is the one after the event.
function words(run, i) {
  const position = i + 1, e = run.event(i), { kind, task, by, how, number, text } = e;
  const file = e.file ? `, at ${printableLine(run.text(e.file))}:${e.line}` : "";
  const name = no => nameOf(run, no, position);
  const said = () => ({ how, number: how === ON.SYNC ? run.text(number) : number, object: e.object });
  switch (kind) {
    case K.ADDED: return [name(task), `is added${by ? ` by ${name(by)}` : ""}${file}`];
    case K.MADE: return [name(task), `is made${by ? ` by ${name(by)}` : ""}`];
    case K.NAMED: return [`task ${task}`, `is called ${printableName(run.text(text))}`];
    case K.BEGINS: return [name(task), `runs${chosen(run, i)}`];
    case K.ENDS: {
      const isReady = how === POLL.PENDING && run.life(run.rowOf.get(task), position) & QUEUED;
      const ways = ["stops", "has returned", "was left by a panic", "was dropped", "had ended before", "gives the turn back, and is ready"];
      return [name(task), isReady ? ways[POLL.REQUEUED] : ways[how]];
    }
    case K.DROP_BEGINS: return [name(task), "is being dropped"];
    case K.REQUEUED: return [name(task), "goes to the end of the queue"];
    case K.QUEUED_FIRST: return [name(task), "goes to the head of the queue"];
    case K.UNQUEUED: return [name(task), "leaves the queue"];
    case K.PRINTED: return [task ? name(task) : "program", `prints ${how ? "on stderr " : ""}${quoted(run.text(text))}`];
    case K.WOKEN: return [name(task), `is woken by ${waker(run, task, how, by, position)}`];
    case K.VAIN: return [name(task), `is woken by ${waker(run, task, how, by, position)}, and can go on already`];
    case K.WAITS: case K.NUMBERED_WAIT: return [name(task), `waits ${waitWords(run, said(), position)}`];
    case K.WAIT_ENDS: {
      const row = run.rowOf.get(task), place = run.over.last(row, position);
      const isKnown = place >= 0 && run.over.event[place] === i;
      return [name(task), isKnown ? `no longer waits ${waitWords(run, run.overOf(row, position), position)}` : "ends a wait"];
    }
    case K.TIMER_SET: { const { after } = e; return [task ? name(task) : "program", `sets a timer: in ${duration(after)}`]; }
    case K.TIMER_FIRED: return ["loop", "a timer fires"];
    case K.TIMER_UNSET: return [task ? name(task) : "program", "takes a timer back"];
    case K.DESCRIPTOR: return ["loop", `descriptor ${number} is ${["ready", "readable", "writable", "readable and writable"][how]}`];
    case K.SLEEPS: return ["loop", e.after < 0 ? "sleeps until somebody wakes it" : `sleeps, ${duration(e.after)} at the most`];
    case K.WAKES: return ["loop", "is awake"];
    case K.DONE: return [name(task), ["is done", "has panicked", "is cancelled", "is dropped"][how]];
    case K.REPORTED: return [task ? name(task) : "loop", `is reported: ${printableLine(firstLine(run.text(text)))}`];
    case K.RUN_ENDS: return ["loop", runEnd(run, how, number)];
    default: return objectWords(run, e, position);
  }
}

function runEnd(run, how, number) {
  if (how === 3) return `the run ends with a panic: ${printableLine(run.text(number))}`;
  if (how === 4) return `the program exits with status ${number}`;
  return ["the run is complete", "the run ends: every task waits for another", "the run is stopped"][how];
}

// What is told of an object, and where a task stands.
function objectWords(run, { kind, task, object, text, file, line, awaits }, position) {
  const name = no => nameOf(run, no, position);
  switch (kind) {
    case K.OBJECT_MADE: return [objectName(run, object, position), `is met${file ? `; it was made at ${printableLine(run.text(file))}:${line}` : ""}`];
    case K.OBJECT_NAMED: return [objectName(run, object, position), `is called ${printableName(run.text(text))}`];
    case K.OBJECT_GONE: return [objectName(run, object, position), "is gone"];
    case K.ACQUIRED: return [name(task), `gets ${objectName(run, object, position)}`];
    case K.RELEASED: return [task ? name(task) : "program", `gives ${objectName(run, object, position)} back`];
    case K.STANDS: return [name(task), standsIn(awaits)];
    default: return ["loop", ""];
  }
}

// Where a task stands: so many of the calls that await one another.
const CALLS = 30;
function standsIn(awaits) {
  if (!awaits.length) return "stands nobody knows where";
  let words = "stands", last = -1;
  awaits.slice(0, CALLS).forEach((it, i) => {
    words += i === 0 ? " in " : it.level > last ? ", in " : "; also in ";
    last = it.level;
    words += `${printableName(it.what)}${it.place ? ` (${placeName(it.place)})` : ""}`;
  });
  return awaits.length > CALLS ? `${words}, and in ${awaits.length - CALLS} calls more` : words;
}
// What the loop is doing, and why it is this task's turn: as `player/phase.rs` and `player/why.rs` have it.

const PHASES = {
  begin: "nothing has happened yet", make: "a task is there, and whoever has it polls it",
  yield: "the task has given the turn back to whoever polls it", add: "a task goes to the end of the ready queue",
  take: "a task is taken out of the ready queue", step: "the task runs until it gives the turn back",
  requeue: "the task is ready again, behind the others", wait: "the task is left until somebody wakes it",
  end: "the task is over", wake: "what has come makes a task ready", sleep: "nothing can run, the loop waits",
  over: "the run has ended",
};

function phase(run, position) {
  if (!position) return "begin";
  const i = position - 1, { kind, task, how } = run.event(i), row = run.rowOf.get(task);
  const isByHand = () => run.madeBy(row, position).isByHand;
  if (kind === K.RUN_ENDS) return "over";
  // Whoever polls a task by hand takes it out of nowhere.
  if (kind === K.BEGINS) return isByHand() ? "step" : "take";
  if (kind === K.DROP_BEGINS) return "end";
  if (run.running(position).length) return "step";
  switch (kind) {
    case K.ENDS: {
      if (how === POLL.REQUEUED) return "requeue";
      if (how !== POLL.PENDING) return "end";
      if (isByHand()) return "yield";
      const isPutBack = position < run.n && run.kind[position] === K.REQUEUED && run.event(position).task === task;
      return run.life(row, position) & QUEUED || isPutBack ? "requeue" : "wait";
    }
    case K.REQUEUED: case K.QUEUED_FIRST: return "requeue";
    case K.MADE: return "make";
    case K.UNQUEUED: return "take";
    case K.DONE: return "end";
    case K.SLEEPS: return "sleep";
    case K.ADDED: case K.NAMED: return "add";
    default: return run.isEnded(position) ? "over" : "wake";
  }
}

// Why the task that is being polled runs, and why now; null while none is.
function why(run, position) {
  const running = run.running(position), row = running[running.length - 1], choice = run.choice(position);
  if (row === undefined || choice?.row !== row) return null;
  const made = run.madeBy(row, position), name = nameOfRow(run, row, position);
  if (made.isByHand) return `${name} runs since somebody polls it by hand.`;
  const nPolls = run.nPolls(row, position);
  return `${whyReady(run, row, position, name, made, nPolls)}; ${whyFirst(run, choice, position, made, nPolls)}.`;
}

function whyReady(run, row, position, name, made, nPolls) {
  const woken = run.woken(row, position), no = run.no[row];
  if (!woken) return `${name} runs, and the recording does not tell who woke it`;
  const at = `${seconds(woken.at, run.decimals)} s`;
  if (woken.how === null) {
    if (nPolls > 1) return `${name} runs again: it gave the turn back at ${at}`;
    if (made.by) return `${name} runs for the first time: ${nameOf(run, made.by, position)} added it at ${at}`;
    return `${name} runs for the first time${made.place ? ": it was added" : ","} at ${at}`;
  }
  if (woken.how === 0 && woken.by === no) return `${name} runs since it woke itself at ${at}`;
  return `${name} runs since it was woken by ${waker(run, no, woken.how, woken.by, position)} at ${at}`;
}

function whyFirst(run, { place, nReady }, position, made, nPolls) {
  if (place < 0) return nPolls <= 1 && !made.place ? "nothing is told of a task of a stage before that" : "it was not seen in the ready queue";
  if (nReady === 1) return "it was the only one that was ready";
  // Those that became ready since stand behind those that were.
  const nOthers = Math.min(Math.max(0, nReady - 1), run.nReadyAt(position));
  const names = [...run.ready(position, Math.min(3, nOthers))].map(it => nameOfRow(run, it, position)), nMore = Math.max(0, nOthers - 3);
  const others = !names.length ? "others" : names.length === 1 ? names[0]
    : nMore ? `${names.join(", ")} and ${nMore} more` : `${names.slice(0, -1).join(", ")} and ${names[names.length - 1]}`;
  if (place === 0) return `it was the first of ${nReady} that were ready, before ${others}`;
  return `it was chosen as ${ordinal(place)} of ${nReady} that were ready, before ${others}`;
}
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
// A moment as plain data: all that the panes show; and what is said of the run as a whole. Whoever tests the
// player compares it with what the crate says of the same run.

function moment(run, position) {
  const lives = { [RUNNING]: "running", [IDLE]: "waiting", [DONE]: "done", [PANICKED]: "panicked", [CANCELLED]: "cancelled", [DROPPED]: "dropped" };
  const rows = [...Array(run.nKnown(position)).keys()].sort((a, b) => run.no[a] - run.no[b]);
  const numbers = rows => Array.from(rows, it => run.no[it]);
  const nGiven = (run.base.output ?? []).length, nLines = run.nLines(position) + nGiven, asleep = run.asleep(position), marked = mark(run, position);
  return {
    running: numbers(run.running(position)),
    ready: numbers(run.ready(position)),
    tasks: rows.map(row => {
      const code = run.life(row, position), waits = run.waits(row, position).map(it => waitWords(run, it, position));
      const calls = run.awaits(row, position).map(it => [it.level ?? 0, `${it.what}${it.place ? `, ${it.place.file}:${it.place.line}` : ""}`]);
      return [run.no[row], nameOfRow(run, row, position), code === READY ? "ready" : lives[code & LIFE], !!(code & QUEUED), run.nPolls(row, position), waits, calls];
    }),
    timers: Array.from(run.timersSet(position), it => [run.timerAt[it], run.timerBy[it]]),
    objects: Array.from(objectsAt(run, position), row => {
      const no = run.objects.no[row], holders = [...holdersOf(run, row, position)].sort((a, b) => a[0] - b[0]);
      return [no, objectAndPlace(run, no, position), holders];
    }),
    asleep: asleep && asleep.until,
    lines: nLines,
    last: nLines ? run.output(nLines - 1).text : null,
    phase: phase(run, position),
    told: position ? printableLine(words(run, position - 1).join(" ")) : null,
    why: why(run, position),
    mark: marked && marked.slice(0, 2),
    mark_says: marked && marked[2],
    now: seconds(run.now(position), run.decimals),
  };
}

// Sums of these parts of a run, its findings, and where the changes after and before each position are.
function overview(run, parts) {
  const orNull = position => position < 0 ? null : position, positions = Array.from({ length: run.n + 1 }, (_, it) => it);
  const sums = parts.map(([from, to]) => {
    const it = sumUp(run, from, to), longest = (name, place) => it.where[name][place] < 0 ? null : [it.where[name][place], it[name][place]];
    const tasks = [...it.rows].map((row, place) => [run.no[row], it.polls[place], it.ran[place], it.ready[place], it.waited[place], LONGEST.map(name => longest(name, place))]);
    return [[from, to], [it.begin, it.end], to - from, it.nPolls, it.nLines, it.busy, tasks];
  });
  return {
    sums,
    findings: run.findings.map(it => [it.event, it.task ?? null, it.message]),
    next: positions.map(it => orNull(nextChange(run, it))),
    previous: positions.map(it => orNull(previousChange(run, it))),
  };
}
// What part of a run is seen, and where: by event, where each has the same room, or true to time.

class Axis {
  constructor(run) {
    this.run = run;
    this.byTime = run.header.clock === "real" && run.length > 0;
    this.label = 96;
    this.width = 100;
    this.whole();
  }
  get end() { return this.byTime ? Math.max(1, this.run.length) : Math.max(1, this.run.n); }
  get begin() { return this.byTime ? Math.min(this.run.time(0), this.end - 1) : 0; }
  get span() { return this.to - this.from; }
  // The least that is seen: a few events, or some nanoseconds.
  get least() { return Math.min(this.byTime ? 10 : 6, this.end - this.begin); }

  whole() { this.from = this.begin; this.to = this.end; }
  get isWhole() { return this.from <= this.begin && this.to >= this.end; }

  // A position as a unit of the axis: how many events, or when the next one is.
  unit(position) { return this.byTime ? position >= this.run.n ? this.end : this.run.at[position] : position; }
  // Where an event is.
  eventUnit(i) { return i < 0 ? this.begin : this.byTime ? this.run.at[i] : i; }
  // The last event before a unit, or -1.
  eventBefore(unit) {
    if (!this.byTime) return Math.ceil(unit) - 1;
    const i = after(this.run.at, unit) - 1;
    return i >= 0 && this.run.at[i] === unit ? after(this.run.at, unit - 1) - 1 : i;
  }
  // Where a unit is, and which is there.
  x(unit) { return this.label + (unit - this.from) / this.span * this.width; }
  unitAt(x) { return this.from + (x - this.label) / this.width * this.span; }
  // The event at a place; the last one before it.
  eventAt(x) {
    const unit = this.unitAt(x), i = this.byTime ? after(this.run.at, unit) - 1 : Math.floor(unit);
    return Math.max(0, Math.min(this.run.n - 1, i));
  }

  set(from, span) {
    span = Math.max(this.least, Math.min(this.end - this.begin, span));
    this.from = Math.max(this.begin, Math.min(this.end - span, from));
    this.to = this.from + span;
  }
  move(by) { this.set(this.from + by, this.span); }
  zoom(factor, around) {
    const span = Math.max(this.least, Math.min(this.end - this.begin, this.span * factor)), share = (around - this.from) / this.span;
    this.set(around - share * span, span);
  }
  // Brings a position into sight.
  follow(position) {
    const at = this.byTime ? position ? this.run.now(position) : this.begin : position;
    if (at < this.from || at > this.to) this.set(at - this.span / 2, this.span);
    else if (at > this.to - this.span * .04 && this.to < this.end) this.set(this.from + this.span * .6, this.span);
    else if (at < this.from + this.span * .04 && this.from > this.begin) this.set(at - this.span * .4, this.span);
  }
  // The same middle on the other axis.
  turn(position) {
    this.byTime = !this.byTime;
    this.whole();
    this.follow(position);
  }

  // Round ticks, so many at the most: 1, 2 or 5 times a power of ten apart.
  ticks(most) {
    const steps = function* () { for (let power = 1; ; power *= 10) yield* [power, 2 * power, 5 * power]; };
    const fit = step => Math.floor(this.to / step) - Math.ceil(this.from / step) + 1;
    for (const step of steps()) {
      if (fit(step) > most) continue;
      const ticks = [], nDecimals = Math.max(0, Math.ceil(9 - Math.log10(step) - 1e-9));
      for (let at = Math.ceil(this.from / step) * step; at <= this.to; at += step) {
        const says = this.byTime ? `${nDecimals ? seconds(at, nDecimals) : Math.floor(at / 1e9)} s` : count(at);
        ticks.push({ at, says });
      }
      return ticks;
    }
  }
}
// The colors of the canvases: those of the style, light or dark.

function readColors(probe) {
  const style = getComputedStyle(probe), colors = {};
  for (const it of ["page", "panel", "text", "soft", "line", "running", "said", "ready", "waiting", "wake", "cursor", "failed", "chosen"]) {
    probe.style.color = `var(--${it})`;
    colors[it] = style.color;
  }
  colors.hatch = pattern(8, pen => {
    pen.strokeStyle = colors.ready;
    pen.lineWidth = 2.4;
    for (const x of [-8, 0, 8]) {
      pen.beginPath();
      pen.moveTo(x, 8);
      pen.lineTo(x + 8, 0);
      pen.stroke();
    }
  });
  colors.dots = pattern(6, pen => {
    pen.fillStyle = colors.waiting;
    pen.fillRect(0, 0, 2, 6);
  });
  return colors;
}
// What repeats itself, so wide and so high.
function pattern(size, draw) {
  const tile = document.createElement("canvas"), pen = tile.getContext("2d");
  tile.width = tile.height = size;
  draw(pen);
  return pen.createPattern(tile, "repeat");
}

// Fits a canvas to its room; its pen, in units of the page.
function penOf(canvas, width = canvas.clientWidth, height = canvas.clientHeight) {
  const ratio = devicePixelRatio || 1, w = Math.round(width * ratio), h = Math.round(height * ratio);
  if (canvas.width !== w || canvas.height !== h) Object.assign(canvas, { width: w, height: h });
  const pen = canvas.getContext("2d");
  pen.setTransform(ratio, 0, 0, ratio, 0, 0);
  pen.textBaseline = "middle";
  return pen;
}
const FONT = "ui-monospace, 'DejaVu Sans Mono', Menlo, Consolas, monospace";
// One lane: what a task does from left to right. What is too small to be drawn is folded: how much of it
// ran, was ready and waited is drawn as the height of bars, and the polls in it are counted.

const SMALL = 6, BAR = 4, HALF = 9;

function drawLife(pen, colors, code, from, to, y) {
  const w = Math.max(1, to - from);
  if ((code & LIFE) === RUNNING) {
    pen.fillStyle = colors.running;
    pen.fillRect(from, y - HALF, w, 2 * HALF);
  } else if (code === READY) {
    pen.fillStyle = colors.hatch;
    pen.fillRect(from, y - 5, w, 10);
    pen.strokeStyle = colors.ready;
    pen.lineWidth = 1;
    pen.strokeRect(from + .5, y - 5.5, w - 1, 11);
  } else if (code === IDLE) {
    pen.fillStyle = colors.dots;
    pen.fillRect(from, y - 1, w, 2);
  }
}

// How a task has ended, at a place.
function drawEnd(pen, colors, code, x, y) {
  const life = code & LIFE;
  pen.strokeStyle = life === DONE ? colors.text : colors.failed;
  pen.lineWidth = 3;
  pen.beginPath();
  if (life === DONE) { pen.moveTo(x, y - HALF); pen.lineTo(x, y + HALF); }
  if (life === PANICKED) { pen.moveTo(x - 5, y - 5); pen.lineTo(x + 5, y + 5); }
  if (life !== DONE) { pen.moveTo(x - 5, y + 5); pen.lineTo(x + 5, y - 5); }
  pen.stroke();
}

// Pieces that are too small, next to each other: how much of each bar is what.
class Fold {
  constructor() { this.bars = new Map(); this.isEmpty = true; }
  add(code, before, from, to) {
    this.#begin(from, to);
    const what = (code & LIFE) === RUNNING ? 0 : code === READY ? 1 : 2;
    // Who is woken while it runs goes on with its poll.
    if (!what && (before & LIFE) !== RUNNING) this.polls++;
    for (let bar = Math.floor(from / BAR); ; bar++) {
      const end = (bar + 1) * BAR;
      this.#shares(bar)[what] += Math.min(to, end) - Math.max(from, bar * BAR);
      if (to <= end) return;
    }
  }
  // Many within one bar.
  addMany({ ran, ready, polls }, from, to) {
    this.#begin(from, to);
    this.polls += polls;
    const shares = this.#shares(Math.floor(from / BAR));
    shares[0] += ran;
    shares[1] += ready;
    shares[2] += Math.max(0, to - from - ran - ready);
  }
  #begin(from, to) {
    if (this.isEmpty) [this.from, this.polls, this.isEmpty] = [from, 0, false];
    this.to = to;
  }
  #shares(bar) {
    let shares = this.bars.get(bar);
    if (!shares) this.bars.set(bar, shares = [0, 0, 0]);
    return shares;
  }
  draw(pen, colors, y) {
    if (this.isEmpty) return;
    const left = this.from, right = Math.max(this.to, left + 1), height = 2 * HALF, half = it => Math.round(2 * it) / 2;
    // Bars of the same heights side by side are one.
    let one = null;
    const fill = () => {
      pen.fillStyle = colors.running;
      if (one.high) pen.fillRect(one.from, y + HALF - one.high, one.to - one.from, one.high);
      pen.fillStyle = colors.ready;
      pen.globalAlpha = .45;
      if (one.next) pen.fillRect(one.from, y + HALF - one.high - one.next, one.to - one.from, one.next);
      pen.globalAlpha = 1;
      pen.fillStyle = colors.waiting;
      pen.fillRect(one.from, y + HALF - 1, one.to - one.from, 1);
    };
    for (const [bar, [ran, ready, waited]] of this.bars) {
      const from = Math.max(left, bar * BAR), to = Math.min(right, (bar + 1) * BAR), all = ran + ready + waited;
      if (!all || to <= from) continue;
      // What is thinner than a dot is no higher than its part of the dot.
      const whole = Math.max(all, to - from), high = ran && half(Math.max(2, height * ran / whole));
      const next = Math.min(height - high, ready && half(Math.max(1, height * ready / whole)));
      if (one?.to === from && one.high === high && one.next === next) { one.to = to; continue; }
      if (one) fill();
      one = { from, to, high, next };
    }
    if (one) fill();
    // Polls that took no time at all.
    else if (this.polls) {
      pen.fillStyle = colors.running;
      pen.fillRect(left - 1, y - 2, 3, 4);
    }
    const says = `${count(this.polls)}×`, w = 7 * says.length + 8;
    if (this.polls > 1 && right - left > w + 6) {
      const x = (left + right - w) / 2;
      pen.fillStyle = colors.page;
      pen.globalAlpha = .88;
      pen.fillRect(x, y - 8, w, 15);
      pen.globalAlpha = 1;
      pen.fillStyle = colors.text;
      pen.font = `11px ${FONT}`;
      pen.textAlign = "center";
      pen.fillText(says, (left + right) / 2, y);
      pen.textAlign = "left";
    }
    this.bars.clear();
    this.isEmpty = true;
  }
}

// From so many pieces on within a bar they are not looked at one by one.
const DENSE = 16;

// Of the pieces of a lane before each of them: how much of the axis they ran, were ready, and how many polls
// they are; who is woken while it runs goes on with it. It is found when the lane is drawn for the first time, and costs 20 bytes a piece.
function piecesBefore(axis, row) {
  const { run } = axis, kept = run.pieces ??= new Map(), key = 2 * row + +axis.byTime;
  if (kept.has(key)) return kept.get(key);
  const { start, event, value } = run.lives, begin = start[row], n = start[row + 1] - begin;
  const ran = new Float64Array(n), ready = new Float64Array(n), polls = new Uint32Array(n);
  for (let i = 1; i < n; i++) {
    const place = begin + i - 1, code = value[place], isRunning = (code & LIFE) === RUNNING;
    const length = axis.eventUnit(event[place + 1]) - axis.eventUnit(event[place]);
    ran[i] = ran[i - 1] + (isRunning ? length : 0);
    ready[i] = ready[i - 1] + (code === READY ? length : 0);
    polls[i] = polls[i - 1] + +(isRunning && !(i > 1 && (value[place - 1] & LIFE) === RUNNING));
  }
  const pieces = { begin, ran, ready, polls };
  kept.set(key, pieces);
  return pieces;
}

function drawLane(pen, colors, axis, row, y) {
  const { run } = axis, { start, event, value } = run.lives, end = start[row + 1], right = axis.label + axis.width;
  const first = axis.byTime ? after(run.at, axis.from) - 1 : Math.floor(axis.from), scale = axis.width / axis.span;
  let place = Math.max(start[row], after(event, first, start[row], end) - 1);
  const fold = new Fold(), x = i => i < 0 ? axis.label : axis.x(axis.eventUnit(i));
  let from = x(event[place]);
  for (; place < end && from <= right; place++) {
    const bar = (Math.floor(from / BAR) + 1) * BAR;
    if (from >= axis.label && place + DENSE < end && x(event[place + DENSE]) < bar) {
      // All that end within the bar, together.
      const last = after(event, axis.eventBefore(axis.unitAt(bar)), place, end) - 1, it = piecesBefore(axis, row), to = x(event[last]);
      const sum = list => list[last - it.begin] - list[place - it.begin];
      fold.addMany({ ran: scale * sum(it.ran), ready: scale * sum(it.ready), polls: sum(it.polls) }, from, to);
      [place, from] = [last, to];
    }
    const to = place + 1 < end ? x(event[place + 1]) : axis.x(axis.end), code = value[place];
    if (isOver(code)) {
      // A poll that ends in the same moment is not hidden by its end.
      fold.draw(pen, colors, y);
      if (from >= axis.label - 1) drawEnd(pen, colors, code, from, y);
    } else if (to >= axis.label) {
      const [left, cut] = [Math.max(from, axis.label), Math.min(to, right)];
      if (to - from >= SMALL) {
        fold.draw(pen, colors, y);
        drawLife(pen, colors, code, left, cut, y);
      } else fold.add(code, place > start[row] ? value[place - 1] : 0, left, Math.max(cut, left));
    }
    from = to;
  }
  fold.draw(pen, colors, y);
}
// What is seen between the lanes from near: who wakes whom, timers, lines that are printed.

function drawDetails(pen, colors, axis, lanes) {
  const { run } = axis, first = axis.eventAt(axis.label), right = axis.label + axis.width, last = Math.min(run.n - 1, axis.eventAt(right) + 1);
  // Arrows and words are for those who look closely.
  if (last - first > 1500 || (last - first) * 4 > axis.width) return;
  const yOf = no => lanes.y(run.laneOf[run.rowOf.get(no)] ?? 0), top = lanes.head - 8;
  pen.font = `12px ${FONT}`;
  for (let i = first; i <= last; i++) {
    const x = axis.x(axis.unit(i)), { kind, task, how, by, text } = run.event(i), y = task ? yOf(task) : top;
    if (x < axis.label || x > right) continue;
    pen.lineWidth = 1.5;
    switch (kind) {
      case K.WOKEN: drawWake(pen, colors, x, how === 0 ? yOf(by) : top, y); break;
      case K.TIMER_SET: case K.TIMER_FIRED: case K.TIMER_UNSET: drawClock(pen, colors, x, task ? y + 9 : y, kind === K.TIMER_UNSET); break;
      case K.DESCRIPTOR: drawDiamond(pen, colors, x, y); break;
      case K.PRINTED: {
        const room = Math.max(0, nextTurn(axis, i, task, right) - x - 4);
        if (room < 15) break;
        pen.save();
        pen.beginPath();
        pen.rect(x, 0, room, lanes.height);
        pen.clip();
        pen.fillStyle = task ? colors.said : colors.text;
        pen.fillText(printableName(run.text(text)), x + 3, y);
        pen.restore();
      }
    }
  }
}

// Where the lane of an event changes next, or the next line is printed.
function nextTurn(axis, i, task, right) {
  const { run } = axis, row = run.rowOf.get(task), printed = run.outputs[after(run.outputs, i)] ?? run.n;
  if (row === undefined) return right;
  const place = run.lives.last(row, i + 1) + 1, turn = place < run.lives.start[row + 1] ? run.lives.event[place] : run.n;
  return axis.x(axis.unit(Math.min(turn, printed)));
}

function drawWake(pen, colors, x, from, y) {
  pen.strokeStyle = pen.fillStyle = colors.wake;
  pen.beginPath();
  if (from === y) {
    pen.arc(x, y - 11, 5, Math.PI * .8, Math.PI * 2.2);
    pen.stroke();
    return;
  }
  const tip = from < y ? y - 6 : y + 6, back = from < y ? -6 : 6;
  pen.moveTo(x, from);
  pen.lineTo(x, tip);
  pen.stroke();
  pen.beginPath();
  pen.moveTo(x, tip);
  pen.lineTo(x - 4, tip + back);
  pen.lineTo(x + 4, tip + back);
  pen.fill();
}

function drawClock(pen, colors, x, y, isTakenBack) {
  pen.strokeStyle = colors.text;
  pen.fillStyle = colors.page;
  pen.beginPath();
  pen.arc(x + 6, y, 5, 0, 7);
  pen.fill();
  pen.stroke();
  pen.beginPath();
  if (isTakenBack) { pen.moveTo(x, y + 6); pen.lineTo(x + 12, y - 6); }
  else { pen.moveTo(x + 6, y - 3); pen.lineTo(x + 6, y); pen.lineTo(x + 9, y); }
  pen.stroke();
}

function drawDiamond(pen, colors, x, y) {
  pen.strokeStyle = colors.text;
  pen.fillStyle = colors.page;
  pen.beginPath();
  pen.moveTo(x, y - 6);
  pen.lineTo(x + 6, y);
  pen.lineTo(x, y + 6);
  pen.lineTo(x - 6, y);
  pen.closePath();
  pen.fill();
  pen.stroke();
}
// The lanes on a canvas, with their names and round ticks. On another one before it, so that a move draws no
// more than that, are the cursor, what is selected and the findings.

// SIGN is the room before a name, for what says that it is chosen.
const ROW = 26, HEAD = 34, SIGN = 7;

class Lanes {
  constructor(player) {
    const [canvas, box, over, chosen] = ["lanes", "box", "over", "chosen-lane"].map(it => player.at(it));
    Object.assign(this, { player, canvas, box, over, chosen, head: HEAD, top: 0, width: 0, height: 0, key: "" });
    this.spacer = box.querySelector(".spacer");
    box.addEventListener("scroll", () => {
      const room = this.spacer.offsetHeight - box.clientHeight;
      this.top = room > 0 ? box.scrollTop / room * this.most : 0;
      player.show();
    });
  }

  // Another run: as many lanes as there is room for.
  begin() {
    const { run, axis } = this.player, pen = this.canvas.getContext("2d");
    this.key = "";
    pen.font = `12px ${FONT}`;
    const widest = [...run.lanes.slice(0, 2000)].reduce((most, row) => Math.max(most, pen.measureText(this.name(row)).width), 60);
    axis.label = Math.min(widest + 26, 190, Math.max(90, this.box.clientWidth * .28));
    const whole = HEAD + run.nTasks * ROW + 8;
    this.box.style.height = `${Math.max(HEAD + 2 * ROW, Math.min(whole, Math.max(230, innerHeight * .42)))}px`;
    // A page can be so high at the most.
    this.spacer.style.height = `${Math.min(whole, 8e6) + 1}px`;
  }

  name(row) {
    const name = nameOfRow(this.player.run, row);
    return name.length > 24 ? `${name.slice(0, 23)}…` : name;
  }
  get seen() { return Math.max(1, Math.floor((this.height - HEAD) / ROW)); }
  // The last lane that can be on top.
  get most() { return Math.max(0, this.player.run.nTasks - (this.height - HEAD - 8) / ROW); }
  y(lane) { return HEAD + (lane - this.top) * ROW + ROW / 2; }
  laneAt(y) {
    const lane = Math.floor((y - HEAD) / ROW + this.top);
    return y > HEAD && lane < this.player.run.nTasks ? lane : -1;
  }
  // Brings a lane into sight.
  follow(lane) {
    let top = Math.min(this.top, lane);
    if (lane > top + this.seen - 1) top = lane - this.seen + 1;
    if (top === this.top) return;
    const room = this.spacer.offsetHeight - this.box.clientHeight;
    if (room > 0) this.box.scrollTop = Math.ceil(top / this.most * room);
  }

  draw() {
    const { canvas, over, box, player } = this, { axis, colors } = player, w = box.clientWidth, h = box.clientHeight;
    if (w !== this.width || h !== this.height) {
      Object.assign(this, { width: w, height: h });
      canvas.style.height = `${h}px`;
      Object.assign(over.style, { top: `${box.offsetTop}px`, width: `${w}px`, height: `${h}px` });
    }
    axis.width = w - axis.label - 8;
    // It is not in the page, or not shown.
    if (!w || !h) return;
    const key = [axis.from, axis.to, axis.byTime, axis.label, this.top, w, h, devicePixelRatio, colors.page].join();
    if (key !== this.key) {
      this.key = key;
      this.#drawAll(penOf(canvas, w, h), w, h);
    }
    this.#showChosen();
    const pen = penOf(over, w, h);
    pen.clearRect(0, 0, w, h);
    this.#drawSelection(pen, h);
    this.#drawFindings(pen);
    this.#drawCursor(pen, h);
  }

  // The lane that is chosen has a light behind it.
  #showChosen() {
    const { box, chosen, player } = this, top = Math.max(HEAD - 14, this.y(player.lane) - ROW / 2), bottom = Math.min(this.height, this.y(player.lane) + ROW / 2);
    chosen.hidden = bottom <= top || !player.run.nTasks;
    Object.assign(chosen.style, { top: `${box.offsetTop + top}px`, height: `${Math.max(0, bottom - top)}px` });
  }

  #drawAll(pen, w, h) {
    const { axis, run, colors } = this.player;
    pen.clearRect(0, 0, w, h);
    this.#drawTicks(pen, h);
    const first = Math.floor(this.top), last = Math.min(run.nTasks, Math.ceil(this.top + (h - HEAD) / ROW) + 1);
    clipped(pen, axis.label - 4, HEAD - 14, w, h, () => {
      for (let lane = first; lane < last; lane++) drawLane(pen, colors, axis, run.lanes[lane], this.y(lane));
      drawDetails(pen, colors, axis, this);
    });
    pen.font = `12px ${FONT}`;
    pen.fillStyle = colors.text;
    clipped(pen, 0, HEAD - 14, axis.label - 6, h, () => {
      for (let lane = first; lane < last; lane++) pen.fillText(this.name(run.lanes[lane]), 4 + SIGN, this.y(lane));
    });
  }

  #drawTicks(pen, h) {
    const { axis, run, colors } = this.player;
    pen.font = `11px ${FONT}`;
    pen.fillStyle = colors.soft;
    pen.fillText(axis.byTime ? "time" : "event", 6, 10);
    if (!run.n) return;
    pen.strokeStyle = colors.line;
    pen.lineWidth = 1;
    let free = 0;
    for (const { at, says } of axis.ticks(Math.max(2, Math.floor(axis.width / (axis.byTime ? 92 : 150))))) {
      const x = Math.round(axis.x(at)) + .5, when = axis.byTime || at >= run.n ? "" : ` · ${seconds(run.at[Math.floor(at)], run.decimals)} s`;
      pen.beginPath();
      pen.moveTo(x, 18);
      pen.lineTo(x, h);
      pen.stroke();
      const text = pen.measureText(says + when).width < axis.width / 6 ? says + when : says, width = pen.measureText(text).width;
      if (x - 3 < free || x + width > axis.label + axis.width + 8) continue;
      pen.fillText(text, x - 3, 10);
      free = x + width + 8;
    }
  }

  #drawSelection(pen, h) {
    const { axis, selection, colors } = this.player;
    if (!selection) return;
    const [from, to] = selection.map(it => Math.max(axis.label, Math.min(axis.label + axis.width, axis.x(axis.unit(it)))));
    pen.fillStyle = colors.wake;
    pen.globalAlpha = .16;
    pen.fillRect(from, 18, Math.max(1, to - from), h);
    pen.globalAlpha = 1;
    for (const x of [from, to]) pen.fillRect(x - 1, 18, 2, h);
  }

  #drawFindings(pen) {
    const { axis, colors, run } = this.player, drawnIn = new Map();
    let drawn = -10;
    pen.fillStyle = colors.failed;
    for (const { event, task } of run.findings) {
      const x = axis.x(axis.unit(event));
      if (x < axis.label - 1 || x > axis.label + axis.width + 1) continue;
      if (x - drawn > 5) {
        pen.beginPath();
        pen.moveTo(x - 6, 19);
        pen.lineTo(x + 6, 19);
        pen.lineTo(x, 31);
        pen.fill();
        drawn = x;
      }
      const lane = task ? run.laneOf[run.rowOf.get(task)] : -1, y = lane >= 0 ? this.y(lane) : -1;
      // Many at one place are one.
      if (y < HEAD + 8 || y > this.height || x - drawnIn.get(lane) < 2) continue;
      drawnIn.set(lane, x);
      pen.beginPath();
      pen.arc(x, y - 8, 4, 0, 7);
      pen.fill();
    }
  }

  // It stands behind the event that was played last.
  #drawCursor(pen, h) {
    const { axis, run, position, colors } = this.player;
    const x = axis.x(axis.byTime ? position ? run.now(position) : axis.begin : position);
    if (x < axis.label - 1 || x > axis.label + axis.width + 2) return;
    pen.strokeStyle = pen.fillStyle = colors.cursor;
    pen.lineWidth = 2;
    pen.beginPath();
    pen.moveTo(x, 18);
    pen.lineTo(x, h);
    pen.stroke();
    pen.beginPath();
    pen.arc(x, 19, 5, 0, 7);
    pen.fill();
  }
}

// Draws within a part of a canvas.
function clipped(pen, x, y, w, h, draw) {
  pen.save();
  pen.beginPath();
  pen.rect(x, y, w, h);
  pen.clip();
  draw();
  pen.restore();
}
// The whole run in one strip: how much of it ran, what was printed, where the findings are, and which part
// of it the lanes show.

class Whole {
  constructor(player, canvas) {
    Object.assign(this, { player, canvas, key: "", picture: document.createElement("canvas"), bars: new Map() });
    let isHeld = false;
    const go = event => {
      const { axis } = player, unit = axis.begin + (event.offsetX - axis.label) / (canvas.clientWidth - axis.label - 8) * (axis.end - axis.begin);
      axis.set(unit - axis.span / 2, axis.span);
      player.show();
    };
    canvas.addEventListener("pointerdown", event => { isHeld = true; canvas.setPointerCapture(event.pointerId); go(event); });
    canvas.addEventListener("pointermove", event => isHeld && go(event));
    for (const it of ["pointerup", "pointercancel"]) canvas.addEventListener(it, () => { isHeld = false; });
  }

  // Another run.
  begin() { this.bars.clear(); this.key = ""; }

  // How much of each bar a task ran, and whether a line was printed there.
  #measure(n) {
    const { axis, run } = this.player, ran = new Float64Array(n), printed = new Uint8Array(n), per = (axis.end - axis.begin) / n;
    const { event, top } = run.stacks, unit = i => (i < 0 ? 0 : axis.byTime ? run.at[i] : i) - axis.begin;
    let since = -1;
    for (let k = 0; k < event.length; k++) {
      const isRunning = top[k] >= 0;
      if (isRunning && since < 0) since = Math.max(0, unit(event[k]));
      if (isRunning || since < 0) continue;
      const end = unit(event[k]);
      for (let bar = Math.floor(since / per); bar < n && bar * per <= end; bar++) ran[bar] += Math.min(end, (bar + 1) * per) - Math.max(since, bar * per);
      since = -1;
    }
    for (const i of run.outputs) printed[Math.min(n - 1, Math.floor(Math.max(0, unit(i)) / per))] = 1;
    return { ran: ran.map(it => Math.min(1, it / per)), printed };
  }

  draw() {
    const { canvas, player } = this, { axis, colors, run, position } = player, w = canvas.clientWidth, h = canvas.clientHeight;
    if (!w || !h) return;
    const pen = penOf(canvas, w, h), room = w - axis.label - 8;
    const key = [axis.byTime, axis.label, w, devicePixelRatio, colors.page].join();
    if (key !== this.key) {
      this.key = key;
      this.#drawAll(penOf(this.picture, w, h), w, h, room);
    }
    pen.setTransform(1, 0, 0, 1, 0, 0);
    pen.drawImage(this.picture, 0, 0);
    penOf(canvas, w, h);
    const x = unit => axis.label + (unit - axis.begin) / (axis.end - axis.begin) * room;
    pen.fillStyle = colors.page;
    pen.globalAlpha = .6;
    pen.fillRect(axis.label, 0, x(axis.from) - axis.label, h);
    pen.fillRect(x(axis.to), 0, axis.label + room - x(axis.to), h);
    pen.globalAlpha = 1;
    pen.strokeStyle = colors.text;
    pen.lineWidth = 1.5;
    pen.strokeRect(x(axis.from) + .75, .75, Math.max(3, x(axis.to) - x(axis.from) - 1.5), h - 1.5);
    pen.fillStyle = colors.cursor;
    pen.fillRect(x(axis.byTime ? position ? run.now(position) : axis.begin : position) - 1, 0, 2, h);
  }

  // What does not change from move to move.
  #drawAll(pen, w, h, room) {
    const { axis, colors, run } = this.player, n = Math.max(1, Math.floor(room / 2)), key = `${n} ${axis.byTime}`;
    if (!this.bars.has(key)) this.bars.set(key, this.#measure(n));
    const { ran, printed } = this.bars.get(key);
    pen.fillStyle = colors.page;
    pen.fillRect(0, 0, w, h);
    pen.fillStyle = colors.panel;
    pen.fillRect(axis.label, 0, room, h);
    pen.fillStyle = colors.soft;
    pen.font = `11px ${FONT}`;
    pen.fillText("whole run", 6, h / 2);
    pen.fillStyle = colors.running;
    for (let bar = 0; bar < n; bar++) if (ran[bar]) {
      const high = Math.max(1, (h - 8) * ran[bar]);
      pen.fillRect(axis.label + bar * room / n, h - high, Math.ceil(room / n), high);
    }
    pen.fillStyle = colors.text;
    for (let bar = 0; bar < n; bar++) if (printed[bar]) pen.fillRect(axis.label + bar * room / n, 2, 2, 4);
    pen.fillStyle = colors.failed;
    for (const { event } of run.findings.slice(0, 2000)) {
      pen.fillRect(axis.label + (axis.unit(event) - axis.begin) / (axis.end - axis.begin) * room - 1, 0, 3, 7);
    }
  }
}
// The pointer on the lanes: a click goes there, a drag moves, with shift it selects; two fingers zoom.

function listen(player) {
  const { canvas } = player.lanes, held = new Map();
  let drag = null, pinch = null;

  canvas.addEventListener("wheel", event => {
    const isAcross = Math.abs(event.deltaX) > Math.abs(event.deltaY), { axis, lanes } = player;
    const zooms = event.ctrlKey || event.metaKey || (player.shadowRoot.activeElement === canvas && lanes.most < .5);
    if (!isAcross && !event.shiftKey && !zooms) return;
    event.preventDefault();
    if (isAcross || event.shiftKey) axis.move((event.deltaX || event.deltaY) / axis.width * axis.span);
    else axis.zoom(event.deltaY > 0 ? 1.25 : .8, axis.unitAt(event.offsetX));
    player.show();
  }, { passive: false });

  canvas.addEventListener("pointerdown", event => {
    canvas.setPointerCapture(event.pointerId);
    held.set(event.pointerId, event.offsetX);
    if (held.size === 2) {
      const [a, b] = held.values();
      pinch = { apart: Math.max(20, Math.abs(a - b)), from: player.axis.from, span: player.axis.span, around: player.axis.unitAt((a + b) / 2) };
      drag = null;
    } else if (held.size === 1) drag = { x: event.offsetX, at: player.axis.eventAt(event.offsetX), isMoved: false, selects: event.shiftKey };
  });

  canvas.addEventListener("pointermove", event => {
    const { axis } = player, x = event.offsetX;
    if (held.has(event.pointerId)) held.set(event.pointerId, x);
    if (pinch && held.size === 2) {
      const [a, b] = held.values(), span = pinch.span * pinch.apart / Math.max(20, Math.abs(a - b));
      axis.set(pinch.around - ((a + b) / 2 - axis.label) / axis.width * span, span);
      player.show();
    } else if (drag) {
      if (Math.abs(x - drag.x) <= 3 && !drag.isMoved) return;
      drag.isMoved = true;
      if (drag.selects) player.select(Math.min(drag.at, axis.eventAt(x)), Math.max(drag.at, axis.eventAt(x)) + 1);
      else {
        axis.move((drag.x - x) / axis.width * axis.span);
        drag.x = x;
        player.show();
      }
    } else tip(player, event);
  });

  const ends = event => {
    if (!held.delete(event.pointerId)) return;
    if (drag && !drag.isMoved && event.type === "pointerup") {
      const lane = player.lanes.laneAt(event.offsetY);
      if (lane >= 0) player.choose(lane);
      if (event.offsetX >= player.axis.label) player.go(player.axis.eventAt(event.offsetX) + 1);
    }
    drag = pinch = null;
  };
  canvas.addEventListener("pointerup", ends);
  canvas.addEventListener("pointercancel", ends);
  canvas.addEventListener("pointerleave", () => { player.at("tip").hidden = true; });
}

// What is under the pointer, in words.
function tip(player, event) {
  const { run, axis, lanes } = player, box = player.at("tip"), lane = lanes.laneAt(event.offsetY);
  if (!run.n || event.offsetX < axis.label || event.pointerType === "touch") { box.hidden = true; return; }
  const i = axis.eventAt(event.offsetX), row = run.lanes[lane], [who, what] = words(run, i);
  const said = lane < 0 ? "" : `${nameOfRow(run, row)} ${says(run.life(row, i + 1))} · `;
  box.textContent = `${said}event ${count(i + 1)}, ${seconds(run.at[i], run.decimals)} s: ${who} ${what}`;
  box.hidden = false;
  const left = Math.max(0, Math.min(event.offsetX + 14, lanes.canvas.clientWidth - box.offsetWidth - 4));
  box.style.left = `${left}px`;
  box.style.top = `${event.offsetY + 20 + lanes.box.offsetTop}px`;
}

// What a task does, in words.
function says(code) {
  if (code === READY) return "is ready";
  return ["is not there yet", "runs", "waits", "is done", "has panicked", "is cancelled", "is dropped"][code & LIFE];
}
// A long list, of which only what is seen is there: rows of one height, in a box that scrolls.

// An element with a class and a text, and with these inside.
function make(name, className, text, ...inside) {
  const element = document.createElement(name);
  if (className) element.className = className;
  if (text !== undefined) element.textContent = text;
  element.append(...inside);
  return element;
}

// Puts these into an element, in place of what is there; what is the same stays, and costs no look at the page.
function renew(element, items) {
  items.forEach((it, place) => {
    const old = element.children[place];
    if (!old) element.append(it); else if (old !== it && !old.isEqualNode(it)) old.replaceWith(it);
  });
  while (element.children.length > items.length) element.lastElementChild.remove();
}
function say(element, text) { if (element.textContent !== text) element.textContent = text; }

class Rows {
  // `cells(item)` makes the cells of a row, a list of elements; `act(item)` is done when it is clicked.
  constructor(box, { cells, act, height = 24, most = 14 }) {
    Object.assign(this, { box, cells, act, height, most, items: [], current: -1, top: 0 });
    this.inside = make("div", "rows-inside");
    this.inside.setAttribute("role", "presentation");
    box.append(this.inside);
    box.addEventListener("scroll", () => { this.top = box.scrollTop; this.#draw(); });
    box.addEventListener("click", event => {
      const row = event.target.closest(".row");
      if (row && this.act) this.act(this.items[+row.dataset.place] ?? +row.dataset.place);
    });
  }

  // Shows these items, or as many numbers as a length says; `current` is the place of the one that is marked, and brought into sight.
  set(items, { current = -1, className = () => "" } = {}) {
    const isMoved = current !== this.current || items.length !== this.items.length;
    Object.assign(this, { items, current, className });
    // A page can be so high at the most: then a row is less than its height apart.
    this.apart = Math.min(this.height, 8e6 / Math.max(1, items.length));
    this.inside.style.height = `${items.length * this.apart}px`;
    this.room = Math.min(items.length, this.most) * this.height + 2;
    this.box.style.height = `${this.room}px`;
    this.box.setAttribute("aria-rowcount", items.length);
    if (current >= 0 && isMoved) this.#follow(current);
    this.#draw();
  }

  #follow(place) {
    const at = place * this.apart, { room, height, items, apart } = this;
    if (at >= this.top && at <= this.top + room - height) return;
    this.top = Math.max(0, Math.min(items.length * apart - room, at - room / 2));
    this.scrolls = true;
  }
  // To ask where a box has scrolled to, and to scroll it, costs a look at the whole page: it is done after all
  // of it was drawn.
  scroll() {
    if (this.scrolls) this.box.scrollTop = this.top;
    this.scrolls = false;
  }
  // It was hidden, and may have lost its place.
  appear() { this.scrolls = true; }

  #draw() {
    const room = this.room / this.height;
    const first = Math.max(0, Math.min(this.items.length - Math.floor(room), Math.floor(this.top / this.apart)));
    const rows = [];
    for (let place = first; place < Math.min(this.items.length, first + room + 2); place++) {
      const row = make("div", `row ${this.className(this.items[place] ?? place, place)}`, undefined, ...this.cells(this.items[place] ?? place, place));
      row.setAttribute("role", "row");
      row.setAttribute("aria-rowindex", place + 1);
      if (place === this.current) row.setAttribute("aria-current", "true");
      row.dataset.place = place;
      for (const cell of row.children) cell.getAttribute("role") ?? cell.setAttribute("role", "cell");
      row.style.top = `${(place - first) * this.height + first * this.apart}px`;
      rows.push(row);
    }
    renew(this.inside, rows);
  }
}

// A window into a list of lines that wrap: so many around one of them, and how many there are before and
// after. Those that are there already stay.
const AROUND = 30;
function drawAround(list, n, middle, item, nothing) {
  const first = Math.max(0, Math.min(n - 2 * AROUND, middle - AROUND)), last = Math.min(n, first + 2 * AROUND), items = [];
  const there = new Map([...list.children].map(it => [it.dataset.place, it]));
  if (first) items.push(make("li", "soft", `… ${many(first, "line")} before`));
  for (let place = first; place < last; place++) {
    const it = there.get(String(place)) ?? item(place);
    it.dataset.place = place;
    items.push(it);
  }
  if (last < n) items.push(make("li", "soft", `… ${many(n - last, "line")} after`));
  if (!n) items.push(make("li", "soft", nothing));
  list.replaceChildren(...items);
}
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
// What a player consists of, before there is a run in it. Nothing of a recording is ever set as markup.

const button = (does, says, key, more = "") => `<button type="button" data-do="${does}" title="${key}" ${more}>${says}</button>`;
const pane = (name, title, inside, more = "") => `<section class="pane" data-pane="${name}" aria-labelledby="${name}-title"><h3 id="${name}-title">${title}</h3>${inside}${more}</section>`;
const table = (name, heads) => `<div role="table" aria-labelledby="${name}-title"><div role="rowgroup"><div role="row" class="heads">${heads}</div></div>
  <div role="rowgroup" class="rows" id="${name}-rows" tabindex="0" aria-labelledby="${name}-title"></div></div>`;
const heads = names => names.map(it => `<span role="columnheader">${it}</span>`).join("");
const legend = (life, says) => `<li><canvas width="28" height="16" data-life="${life}" aria-hidden="true"></canvas>${says}</li>`;
const sign = (letter, says, more = "") => `<li><b ${more} aria-hidden="true">${letter}</b>${says}</li>`;

const SKELETON = `
<div id="player" tabindex="-1">
<i id="probe" hidden></i>
<header>
  <h2 id="name"></h2><p id="idea"></p><p id="facts"></p>
</header>
<div id="stage">
  <div id="chosen-lane" aria-hidden="true"></div>
  <canvas id="whole" aria-hidden="true"></canvas>
  <div id="box"><canvas id="lanes" tabindex="0" role="img" aria-label="Lanes: a task each" aria-describedby="now"></canvas><div class="spacer"></div></div>
  <canvas id="over" aria-hidden="true"></canvas>
  <div id="tip" role="tooltip" hidden></div>
</div>
<div class="place">
  <input type="range" id="slider" min="0" aria-label="Place in the run"><output id="place"></output><span id="notice" role="status"></span>
  <span class="group" role="group" aria-label="What is shown">${button("show-run", "Whole run", "v", 'id="view-run" aria-pressed="true"')}${button("show-moment", "Moment", "v", 'id="view-moment" aria-pressed="false"')}</span>
</div>
<div class="bar" role="toolbar" aria-label="Moves">
  <span class="group">${button("start", "|◀", "Home", 'aria-label="Start"')}${button("back", "◀", "←", 'aria-label="Back"')}${button("play", "Play", "space", 'id="play" aria-pressed="false"')}${button("step", "▶", "→", 'aria-label="Step"')}${button("end", "▶|", "End", 'aria-label="End"')}</span>
  <span class="group">${button("next-change", "Next change", "c")}${button("next-poll", "Poll", "p", 'aria-label="Next poll"')}${button("next-output", "Output", "o", 'aria-label="Next output"')}${button("next-of", "Of task", "t", 'aria-label="Next of task"')}${button("next-finding", "Finding", "f", 'aria-label="Next finding" id="next-finding"')}</span>
  <span class="group"><label>by <select id="way" title="m"><option value="event">event<option value="change" selected>change<option value="time">time</select></label><select id="speed" aria-label="Speed" title="+ -"></select></span>
  <span class="group">${button("zoom-in", "+", "z", 'aria-label="Zoom in"')}${button("zoom-out", "−", "Z", 'aria-label="Zoom out"')}${button("whole", "Whole", "w", 'aria-label="Whole run in the lanes"')}${button("axis", "Time", "a", 'id="axis" aria-pressed="false" aria-label="Lanes true to time"')}</span>
  <span class="group find"><input type="search" id="search" placeholder="Search" aria-label="Search" title="/" autocomplete="off" spellcheck="false"><div id="found" role="group" aria-label="Found" hidden></div></span>
  <span class="group">${button("guess", "Predict", "g", 'id="ask" aria-haspopup="dialog"')}${button("keys", "Keys", "?", 'aria-haspopup="dialog"')}</span>
</div>
<ul id="legend" aria-label="Legend">${legend(RUNNING, "runs")}${legend(READY, "ready")}${legend(IDLE, "waits")}${legend("fold", "folded: how much of it runs, is ready")}${sign("┃", "done")}${sign("✕", "panicked", 'class="failed"')}${sign("╱", "cancelled", 'class="failed"')}${sign("↓", "wake", 'class="wake"')}${sign("◷", "timer")}${sign("▼", "finding", 'class="failed"')}</ul>
<section id="now" data-pane="now" aria-live="polite" aria-atomic="true" aria-label="Now" tabindex="-1"></section>
<div class="panes">
  <div class="column">
    ${pane("findings", "Findings", '<ul id="findings" class="list"></ul>')}
    ${pane("tasks", "Tasks", '<div id="chosen"></div>', table("tasks", heads(["task", "state", "polls"])))}
    ${pane("queue", "Ready queue", '<div class="rows" id="queue-rows" role="group" tabindex="0" aria-labelledby="queue-title"></div>')}
    ${pane("timers", "Timers", '<div class="rows" id="timers-rows" role="group" tabindex="0" aria-labelledby="timers-title"></div>')}
    ${pane("objects", "Objects", table("objects", heads(["object", "held by", "waiting"])))}
  </div>
  <div class="column wide">
    ${pane("summary", "Summary", '<p id="sum"></p>', table("summary", ""))}
    ${pane("source", "Source", '<label class="files"><select id="files" aria-label="Which source" title="s"></select></label><p id="source-says" class="soft"></p><pre id="source" tabindex="0" aria-label="Source" aria-describedby="source-says"></pre>')}
  </div>
  <div class="column">
    ${pane("output", "Output", '<ol id="output" class="list mono" tabindex="0" aria-label="Output"></ol>')}
    ${pane("events", "Events", '<div class="rows" id="events-rows" role="group" tabindex="0" aria-labelledby="events-title"></div>')}
  </div>
</div>
<dialog id="help" aria-labelledby="help-title"><h2 id="help-title">Keys</h2>
  <table><tbody>${KEYS.filter(it => it[2]).map(([, , keys, says]) => `<tr><th scope="row">${keys.split(" ").map(it => `<kbd>${it}</kbd>`).join(" ")}</th><td>${says}</td></tr>`).join("")}</tbody></table>
  <p>In the lanes: a click goes there, a drag moves, with shift it selects; ctrl and the wheel, or two fingers, zoom.</p>
  <form method="dialog"><button>Close</button></form></dialog>
<dialog id="guess" aria-labelledby="guess-title"><h2 id="guess-title">Which line comes next?</h2>
  <p id="guess-left"></p><div id="guess-choices" role="group" aria-label="Lines to choose from"></div>
  <ol id="guess-lines" aria-label="Your prediction"></ol><div id="guess-verdict" role="status"></div>
  <div class="bar"><button type="button" id="guess-back">Take back</button><button type="button" id="guess-show" hidden>Show it</button><button type="button" id="guess-again" hidden>Again</button><button type="button" id="guess-close">Close</button></div></dialog>
</div>`;
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
// A line a task: how often it was polled, how long it ran, was ready and waited, of the whole run or of
// what is selected. It can be sorted by each column; a click on a longest one leads there, and so do keys.

const COLUMNS = [["task", "task"], ["polls", "polls"], ["ran", "ran"], ["ready", "ready"], ["waited", "waited"],
  ["longestPoll", "longest poll"], ["longestReady", "longest ready"], ["longestWait", "longest wait"]];

class Summary {
  constructor(player) {
    this.player = player;
    this.column = "task";
    this.isDown = false;
    const head = player.at("summary-rows").parentElement.querySelector(".heads") ?? player.pane("summary").querySelector(".heads");
    for (const [name, says] of COLUMNS) {
      const button = make("button", "", says), cell = make("span", name === "task" ? "" : "number", undefined, button);
      button.type = "button";
      cell.setAttribute("role", "columnheader");
      cell.dataset.column = name;
      button.onclick = () => {
        // What is largest is looked for; a name is not.
        this.isDown = this.column === name ? !this.isDown : name !== "task";
        this.column = name;
        this.order = null;
        player.show();
      };
      head.append(cell);
    }
    this.head = head;
    this.rows = new Rows(player.at("summary-rows"), { cells: place => this.#cells(place), act: place => player.choose(player.run.laneOf[this.sums.rows[place]]) });
    player.at("summary-rows").addEventListener("click", event => {
      const at = event.target.dataset.at;
      if (at !== undefined) player.go(+at);
    });
  }

  begin() { this.all = this.sums = this.order = null; }

  // The sums of what is selected, or of the whole run.
  now() {
    const { run, selection } = this.player, [from, to] = selection ?? [0, run.n], was = this.sums;
    if (!was || was.from !== from || was.to !== to) {
      this.sums = selection ? sumUp(run, from, to) : this.all ??= sumUp(run, 0, run.n);
      this.order = null;
    }
    return this.sums;
  }
  // Where the longest stretch of the chosen task begins.
  longest(column) {
    const { run, lane } = this.player;
    return run.nTasks ? whereLongest(this.now(), column, run.lanes[lane]) : -1;
  }

  draw() {
    const { player } = this, { run, selection, lane } = player, sums = this.now(), { from, to } = sums;
    if (!this.order) {
      this.order = sortedBy(run, sums, this.column, this.isDown);
      for (const it of this.head.children) {
        if (it.dataset.column === this.column) it.setAttribute("aria-sort", this.isDown ? "descending" : "ascending");
        else it.removeAttribute("aria-sort");
      }
    }
    const chosen = run.lanes[lane];
    this.rows.set(this.order, { className: place => sums.rows[place] === chosen ? "chosen" : "" });
    say(player.at("summary-title"), selection ? "Summary of the selection" : "Summary");
    const what = `${many(to - from, "event")}, ${many(sums.nPolls, "poll")}, ${many(sums.nLines, "line")} in ${duration(Math.max(0, sums.end - sums.begin))}; tasks ran ${duration(sums.busy)}`;
    say(player.at("sum"), selection ? `From ${seconds(sums.begin, run.decimals)} s to ${seconds(sums.end, run.decimals)} s: ${what}. Esc takes the selection away.` : `${what}.`);
  }

  #cells(place) {
    const { sums, player } = this, { run } = player, row = sums.rows[place], name = make("span", "", nameOfRow(run, row));
    name.title = name.textContent;
    return [name, ...SUMS.map(column => {
      const value = sums[column][place], at = sums.where[column]?.[place];
      const cell = make("span", "number", column === "polls" ? count(value) : value ? duration(value) : "0");
      if (at >= 0 && value) {
        cell.dataset.at = at;
        cell.classList.add("leads");
        cell.title = "go there";
      }
      return cell;
    })];
  }
}
// A search: findings, names and lines are listed at once, and the events whose words have it in them are
// found one after another, piece by piece, so that a reader need not wait for the end of it.

const PIECE = 12;

class Search {
  constructor(player) {
    Object.assign(this, { player, words: "", turn: 0 });
    const input = player.at("search"), list = player.at("found");
    input.addEventListener("input", () => {
      clearTimeout(this.timer);
      this.timer = setTimeout(() => this.list(), 120);
    });
    input.addEventListener("keydown", event => {
      if (event.key === "Escape") { this.close(); player.focusPlayer(); event.preventDefault(); event.stopPropagation(); }
      if (event.key === "Enter") {
        event.preventDefault();
        this.words = input.value;
        this.close();
        player.focusPlayer();
        if (this.words) this.next(false);
      }
    });
    list.addEventListener("click", event => {
      const found = event.target.closest("button")?.found;
      if (!found) return;
      this.words = input.value;
      this.close();
      player.focusPlayer();
      if (found.lane !== undefined) player.choose(found.lane);
      if (found.position !== undefined) player.go(found.position);
    });
  }

  close() {
    this.turn++;
    this.player.at("found").hidden = true;
  }

  // What is found at once, some of each kind.
  list() {
    const { player } = this, { run } = player, wanted = player.at("search").value.toLowerCase(), box = player.at("found");
    if (!wanted) { this.close(); return; }
    const groups = [
      ["Findings", run.findings.length, it => run.findings[it].message, it => ({ position: run.findings[it].event + 1 })],
      ["Tasks", run.nTasks, it => nameOfRow(run, run.lanes[it]), it => ({ lane: it })],
      ["Lines", run.outputs.length, it => printableLine(run.text(run.event(run.outputs[it]).text)), it => ({ position: run.outputs[it] + 1 })],
    ];
    const parts = [], end = performance.now() + 40;
    for (const [title, n, text, found] of groups) {
      const items = [];
      for (let it = 0; it < n && items.length < 6 && (it % 256 || performance.now() < end); it++) {
        const said = text(it);
        if (!said.toLowerCase().includes(wanted)) continue;
        const button = make("button", "", said);
        button.type = "button";
        button.found = found(it);
        items.push(make("li", "", undefined, button));
      }
      if (items.length) parts.push(make("h4", "", title), make("ul", "", undefined, ...items));
    }
    parts.push(make("p", "soft", "Enter leads to the next event that has it in its words; n and N go on."));
    box.replaceChildren(...parts);
    box.hidden = false;
  }

  // Goes to the next event whose words have it in them, or to the one before; a finding belongs to its event.
  next(isBack) {
    const { player, words: said } = this, { run } = player, wanted = said.toLowerCase(), turn = ++this.turn;
    if (!wanted) return;
    const told = new Set(run.findings.filter(it => it.message.toLowerCase().includes(wanted)).map(it => it.event));
    let i = isBack ? player.position - 2 : player.position;
    const go = () => {
      if (turn !== this.turn) return;
      for (const end = performance.now() + PIECE; i >= 0 && i < run.n; i += isBack ? -1 : 1) {
        if (told.has(i) || words(run, i).join(" ").toLowerCase().includes(wanted)) {
          player.go(i + 1);
          return;
        }
        if (performance.now() > end) {
          i += isBack ? -1 : 1;
          player.tell(`looking for "${printableName(said)}": event ${count(i)} …`);
          setTimeout(go);
          return;
        }
      }
      player.tell(`"${printableName(said)}" is not found ${isBack ? "before" : "after"} this`);
    };
    go();
  }
}
// The dialog of a prediction: the lines are chosen one after another, and then compared with the run.

function guess(player) {
  const { run } = player, asks = question(run), at = id => player.at(`guess-${id}`), dialog = player.at("guess");
  if (!asks) return player.tell("there is no order to predict here");
  player.pause();
  let lines = [], position = -1;

  const draw = () => {
    const nLeft = asks.nLines - lines.length, part = asks.nPrinted > asks.nLines ? `, of ${count(asks.nPrinted)}` : "";
    at("left").textContent = nLeft ? `${nLeft} left of the first ${asks.nLines} lines${part}.` : "";
    at("lines").replaceChildren(...lines.map(it => make("li", "mono", it)));
    at("back").disabled = !lines.length;
  };
  const show = isJudged => {
    at("title").textContent = isJudged ? "Your prediction" : "Which line comes next?";
    at("choices").hidden = at("back").hidden = isJudged;
    at("again").hidden = !isJudged;
    at("show").hidden = !isJudged || position < 0;
  };
  const judge = () => {
    const { nRight, says, ...it } = verdict(run, lines);
    position = it.position;
    at("verdict").replaceChildren(...says.map(it => make("p", "", it)));
    if (position >= 0) at("lines").children[nRight]?.classList.add("failed");
    show(true);
    (position >= 0 ? at("show") : at("close")).focus();
  };
  const begin = () => {
    [lines, position] = [[], -1];
    at("verdict").replaceChildren();
    show(false);
    draw();
    at("choices").firstElementChild.focus();
  };
  at("choices").replaceChildren(...asks.choices.map(line => {
    const button = make("button", "mono", line);
    button.type = "button";
    button.onclick = () => {
      lines.push(line);
      draw();
      if (lines.length === asks.nLines) judge();
    };
    return button;
  }));
  at("back").onclick = () => { lines.pop(); draw(); };
  at("again").onclick = begin;
  at("close").onclick = () => dialog.close();
  at("show").onclick = () => { dialog.close(); player.go(position); };
  dialog.showModal();
  begin();
}
// The element: a run, a place in it, and what shows it. It works in a page of film, in one file, and in any
// other page, which names the run by `src` or has the data in it. With the attribute `keys` it hears keys
// wherever they are pressed; else only those that are pressed in it.

class Player extends HTMLElement {
  static active = null;

  connectedCallback() {
    if (this.run || this.shadowRoot) return;
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(CSS);
    const root = this.attachShadow({ mode: "open" });
    root.adoptedStyleSheets = [sheet];
    const begin = () => this.#begin().catch(error => this.#fail(error));
    if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", begin); else begin();
  }
  disconnectedCallback() { this.pause?.(); if (Player.active === this) Player.active = null; }

  // What is wrong with the data is said where the player would be.
  #fail(error) { this.shadowRoot.replaceChildren(Object.assign(document.createElement("p"), { className: "failed", textContent: `boucle-player: ${error.message}` })); }

  async #begin() {
    const data = this.querySelector("script[type='text/plain']"), src = this.getAttribute("src");
    if (data) this.load(fromBase64(data.textContent.trim()));
    else if (src && loadFrom) this.load(await loadFrom(src));
  }

  // Shows the run that these bytes are.
  load(bytes) {
    try {
      this.run = new Run(bytes);
    } catch (error) {
      this.#fail(error);
      throw error;
    }
    if (!this.lanes) this.#build();
    const { run } = this, { header, beside } = run;
    const place = Math.max(0, Math.min(run.n, +this.getAttribute("at") || 0));
    Object.assign(this, { position: place, lane: 0, isChosen: false, selection: null, view: place ? "moment" : "run", axis: new Axis(run) });
    const name = printableName(beside.name ?? header.program);
    this.at("name").textContent = name;
    this.at("idea").textContent = printableLine(beside.idea ?? "");
    const clock = header.clock === "real" ? "real" : "virtual";
    this.at("facts").textContent = `${many(run.n, "event")} · ${many(run.nTasks, "task")} · ${duration(run.length)} of ${clock} time`;
    this.at("player").setAttribute("aria-label", `Run of ${name}`);
    this.at("slider").max = run.n;
    this.at("ask").disabled = !question(run);
    this.at("next-finding").disabled = !run.findings.length;
    this.way(this.at("way").value);
    this.at("axis").setAttribute("aria-pressed", this.axis.byTime);
    this.lanes.begin();
    this.whole.begin();
    this.panes.begin();
    if (beside.warning) this.tell(printableLine(beside.warning));
    this.shade = "";
    this.draw();
    // For those who measure: how long it took until all this could be seen.
    this.dataset.ready = Math.round(performance.now());
    this.dispatchEvent(new CustomEvent("ready"));
  }

  at(id) { return this.shadowRoot.getElementById(id); }
  pane(name) { return this.shadowRoot.querySelector(`[data-pane="${name}"]`); }

  #build() {
    this.shadowRoot.innerHTML = SKELETON;
    this.lanes = new Lanes(this);
    this.whole = new Whole(this, this.at("whole"));
    this.panes = new Panes(this);
    this.search = new Search(this);
    listen(this);
    this.shadowRoot.addEventListener("click", event => {
      const does = event.target.closest("[data-do]")?.dataset.do;
      if (does) this.do(does);
    });
    this.at("slider").addEventListener("input", event => this.go(+event.target.value));
    this.at("way").addEventListener("change", event => this.way(event.target.value));
    this.addEventListener("keydown", event => this.#key(event));
    for (const it of ["focusin", "pointerdown"]) this.addEventListener(it, () => this.activate());
    if (this.hasAttribute("keys")) {
      Player.active ??= this;
      document.addEventListener("keydown", event => {
        if (Player.active === this && (event.target === document.body || event.target === document.documentElement)) this.#key(event);
      });
    }
    new ResizeObserver(() => { this.lanes.key = this.whole.key = ""; this.show(); }).observe(this.at("stage"));
    // The page around it may become light or dark.
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => this.show());
    new MutationObserver(() => this.show()).observe(document.documentElement, { attributes: true });
  }

  activate() {
    if (Player.active === this) return;
    Player.active = this;
    this.dispatchEvent(new CustomEvent("active"));
  }
  focusPlayer() { this.at("player").focus({ preventScroll: true }); }

  #legend() {
    for (const it of this.shadowRoot.querySelectorAll("#legend canvas")) {
      const pen = it.getContext("2d"), { life } = it.dataset;
      pen.clearRect(0, 0, 28, 16);
      if (life !== "fold") { drawLife(pen, this.colors, +life, 1, 27, 8); continue; }
      const fold = new Fold();
      for (let x = 1; x < 27; x++) fold.add([RUNNING, READY, READY, IDLE][(x + (x >> 3)) % 4], 0, x, x + 1);
      fold.polls = 0;
      fold.draw(pen, this.colors, 8);
    }
  }

  #key(event) {
    const it = event.composedPath()[0], does = BY_KEY.get(event.key);
    if (!does || event.ctrlKey || event.altKey || event.metaKey || event.defaultPrevented) return;
    if (it instanceof Element && keeps(it, event.key)) { event.stopPropagation(); return; }
    event.preventDefault();
    // A page around it may have keys of its own.
    event.stopPropagation();
    this.do(does);
  }

  // Does what this name says; whether there was such a place, if it is a move.
  do(name, { follows = false } = {}) {
    if (ACTS[name]) return ACTS[name](this);
    const [leads, nowhere] = MOVES[name], position = leads(this);
    if (position < 0) { this.tell(follows ? "" : nowhere); return false; }
    this.go(position, { name, follows });
    return true;
  }

  // Goes where so many events have been played.
  go(position, { name = "to", follows = false, plays = false, steps = 1, time = 0 } = {}) {
    if (!plays) this.pause();
    this.position = Math.max(0, Math.min(this.run.n, position));
    if (this.position) this.view = "moment";
    this.tell("");
    this.axis.follow(this.position);
    const last = this.position ? this.run.event(this.position - 1).task : 0;
    const lane = last ? this.run.laneOf[this.run.rowOf.get(last)] : undefined;
    // Until a task is chosen, it is the one that something happens to.
    if (lane !== undefined && !this.isChosen) this.#take(lane);
    if (lane !== undefined) this.lanes.follow(lane);
    this.show();
    if (!follows) this.dispatchEvent(new CustomEvent("moved", { detail: { name, steps, time, position: this.position } }));
  }
  goFinding(finding) {
    if (finding.task) this.choose(this.run.laneOf[this.run.rowOf.get(finding.task)] ?? 0);
    this.go(finding.event + 1);
  }

  choose(lane) {
    this.isChosen = true;
    this.#take(lane);
    this.lanes.follow(this.lane);
    this.show();
  }
  #take(lane) {
    this.lane = Math.max(0, Math.min(this.run.nTasks - 1, lane));
    const row = this.run.lanes[this.lane];
    if (row !== undefined) this.at("lanes").setAttribute("aria-label", `Lanes: ${nameOfRow(this.run, row)} is chosen, ${this.lane + 1} of ${this.run.nTasks}`);
  }
  setView(view) {
    this.view = view;
    if (view === "run") { this.pause(); this.position = 0; this.axis.whole(); }
    this.show();
  }
  select(from, to) {
    this.selection = from < to ? [from, to] : null;
    this.show();
  }
  // Marks the begin or the end of a selection where the player is.
  markEnd(which) {
    const ends = this.selection ? [...this.selection] : [0, this.run.n];
    ends[which] = this.position;
    if (ends[0] >= ends[1]) ends[1 - which] = which ? 0 : this.run.n;
    this.select(...ends);
  }
  close() {
    this.search.close();
    this.isChosen = false;
    if (this.selection) this.select(0, 0);
    this.focusPlayer();
  }
  zoom(factor) {
    const { axis, position } = this, at = axis.byTime ? this.run.now(position) : position;
    axis.zoom(factor, at >= axis.from && at <= axis.to ? at : axis.from + axis.span / 2);
    this.show();
  }
  turnAxis() {
    this.axis.turn(this.position);
    this.whole.key = "";
    this.at("axis").setAttribute("aria-pressed", this.axis.byTime);
    this.show();
  }
  tell(text) { say(this.at("notice"), text); }

  show() {
    if (this.asked || !this.run) return;
    this.asked = true;
    requestAnimationFrame(() => { this.asked = false; this.draw(); });
  }
  draw() {
    const { run, position } = this, now = seconds(run.now(position), run.decimals), shade = getComputedStyle(this).backgroundColor;
    if (shade !== this.shade) {
      this.shade = shade;
      this.colors = readColors(this.at("probe"));
      this.#legend();
    }
    this.lanes.draw();
    this.whole.draw();
    this.panes.draw();
    const slider = this.at("slider");
    slider.value = position;
    slider.setAttribute("aria-valuetext", `event ${position} of ${run.n}, ${now} s`);
    say(this.at("place"), `event ${count(position)} of ${count(run.n)} · ${now} s`);
    this.at("view-run").setAttribute("aria-pressed", this.view === "run");
    this.at("view-moment").setAttribute("aria-pressed", this.view === "moment");
  }
}
// Playing: event by event, change by change, or as time goes; the whole run takes as long as the speed says.

// The whole run takes so many seconds at the least speed.
const SLOWEST = 240;
// What a step of playing is.
const PLAYED = { event: "step", change: "next-change", time: "time" };

Object.assign(Player.prototype, {
  // Plays, or pauses.
  play() {
    if (this.timer) { this.pause(); return; }
    if (this.position === this.run.n) this.position = 0;
    this.at("play").setAttribute("aria-pressed", "true");
    this.at("play").textContent = "Pause";
    // Spoken at each event it would never come to an end.
    this.at("now").setAttribute("aria-live", "off");
    let last = performance.now(), owed = 0, time = this.run.now(this.position);
    const next = now => {
      const speed = SPEEDS[this.at("speed").selectedIndex], way = this.at("way").value, { run } = this;
      let position = this.position, steps = 0;
      if (way === "time") {
        const begin = run.time(0);
        time += (now - last) / 1000 * speed * Math.max(1, run.length - begin) / SLOWEST;
        position = Math.max(position, after(run.at, time));
      } else {
        owed += (now - last) / 1000 * speed;
        for (; owed >= 1 && position >= 0 && position < run.n; owed--, steps++) position = way === "change" ? nextChange(run, position) : position + 1;
        if (position < 0) position = run.n;
      }
      last = now;
      if (position !== this.position) this.go(position, { name: PLAYED[way], plays: true, steps, time });
      if (this.position < run.n) this.timer = requestAnimationFrame(next); else this.pause();
    };
    this.timer = requestAnimationFrame(next);
  },

  // Goes on as another run has played: so many steps, or to the same time.
  follow({ name, steps = 1, time }) {
    if (name === "time") this.go(after(this.run.at, time), { name, follows: true });
    else for (let step = 0; step < steps; step++) this.do(name, { follows: true });
  },

  pause() {
    if (!this.timer) return;
    cancelAnimationFrame(this.timer);
    this.timer = null;
    this.at("play").setAttribute("aria-pressed", "false");
    this.at("play").textContent = "Play";
    this.at("now").setAttribute("aria-live", "polite");
  },

  faster(by) {
    const speed = this.at("speed");
    speed.selectedIndex = Math.max(0, Math.min(SPEEDS.length - 1, speed.selectedIndex + by));
  },

  // By what it plays.
  way(way) {
    const speed = this.at("speed"), was = speed.selectedIndex;
    this.at("way").value = way;
    speed.replaceChildren(...SPEEDS.map(it => new Option(way === "time" ? `all in ${duration(SLOWEST / it * 1e9)}` : `${it}/s`)));
    speed.selectedIndex = was < 0 ? 2 : was;
  },
});
// The element is defined last: then all that it needs is there.

function fromBase64(text) {
  if (Uint8Array.fromBase64) return Uint8Array.fromBase64(text);
  const letters = atob(text), bytes = new Uint8Array(letters.length);
  for (let i = 0; i < letters.length; i++) bytes[i] = letters.charCodeAt(i);
  return bytes;
}

// What tests ask for: a moment as data, and the run as a whole.
Player.prototype.moment = function (position) { return moment(this.run, position); };
Player.prototype.overview = function (parts) { return overview(this.run, parts); };

if (!customElements.get("boucle-player")) customElements.define("boucle-player", Player);
})();

"use strict";
// The events, as `compact.rs` writes them, and who does what when.

const K = { ADDED: 0, NAMED: 1, BEGINS: 2, ENDS: 3, REQUEUED: 4, PRINTED: 5, WOKEN: 6, WAITS: 7, TIMER_SET: 8, TIMER_FIRED: 9, DESCRIPTOR: 10, SLEEPS: 11, WAKES: 12, DONE: 13, REPORTED: 14, RUN_ENDS: 15, TIMER_UNSET: 16, MADE: 17, QUEUED_FIRST: 18, UNQUEUED: 19 };
// Who is woken while it runs is in the queue as well: it runs, and is ready again.
const RUNNING = 1, AGAIN = 2, READY = 3, WAITING = 4, DONE = 5, PANICKED = 6, CANCELLED = 7, DROPPED = 8;

const info = JSON.parse(document.getElementById("data").textContent);
const texts = info.texts;
const bytes = (() => {
  const text = atob(document.getElementById("bytes").textContent);
  const bytes = new Uint8Array(text.length);
  for (let i = 0; i < text.length; i++) bytes[i] = text.charCodeAt(i);
  return bytes;
})();

// Reads numbers from a place on. Seven bits a byte; multiplied, since shifts have 32 bits here.
const reader = { place: 0 };
function number() {
  let byte = bytes[reader.place++];
  if (byte < 128) return byte;
  let value = byte & 127, weight = 128;
  do {
    byte = bytes[reader.place++];
    value += (byte & 127) * weight;
    weight *= 128;
  } while (byte >= 128);
  return value;
}
function signed() {
  const value = number();
  return value % 2 ? -(value - 1) / 2 : value / 2;
}

const n = info.events;
// Of each event: its time, its kind, its task (0: none), and where the rest of it stands.
const at = new Float64Array(n), kind = new Uint8Array(n), task = new Uint32Array(n), rest = new Uint32Array(n);
const outputs = [], polls = [];

// A growing list of numbers. There may be a hundred thousand tasks, each with a few of them: so an empty
// one takes no room.
const EMPTY = new Uint32Array(0), EMPTY_ORDER = new Float64Array(0);
class List {
  constructor(items = EMPTY) { this.items = items; this.length = 0; }
  push(item) {
    if (this.length === this.items.length) {
      const larger = new this.items.constructor(Math.max(4, 2 * this.length));
      larger.set(this.items);
      this.items = larger;
    }
    this.items[this.length++] = item;
  }
}

// The lanes: a task's stretches, each from an event on; the last one lasts to the end.
const lanes = [], laneOf = new Map();
function lane(no) {
  let found = laneOf.get(no);
  if (found === undefined) {
    found = { no, name: `task ${no}`, by: 0, place: null, byHand: false, from: new List(), life: new List(), since: new List(EMPTY_ORDER), waits: new List(), events: new List(), now: 0, ready: false, since_now: 0, done: 0 };
    laneOf.set(no, found);
    lanes.push(found);
  }
  return found;
}
function live(lane, event, life) {
  if (lane.now === life) return;
  lane.now = life;
  lane.from.push(event);
  lane.life.push(life);
  lane.since.push(lane.since_now);
}
function runs(life) { return life === RUNNING || life === AGAIN; }
function settle(lane, event) {
  live(lane, event, lane.done ? lane.done : lane.ready ? READY : WAITING);
}
function wake(lane, event) {
  if (lane.ready) return;
  lane.ready = true;
  lane.byHand = false;
  lane.since_now = event + info.base.ready.length;
  if (runs(lane.now)) live(lane, event, AGAIN); else if (!lane.done) live(lane, event, READY);
}

for (const [no, known] of Object.entries(info.base.tasks)) {
  const it = lane(+no);
  if (known.name) it.name = known.name;
  it.ready = known.is_ready;
  it.since_now = Math.max(0, info.base.ready.indexOf(+no));
  it.done = known.done ? { value: DONE, panicked: PANICKED, cancelled: CANCELLED, dropped: DROPPED }[known.done] : 0;
  if (info.base.running.includes(+no)) live(it, 0, it.ready ? AGAIN : RUNNING); else settle(it, 0);
}

{
  const stack = info.base.running.map(lane);
  let now = 0;
  for (let i = 0; i < n; i++) {
    const k = kind[i] = bytes[reader.place++];
    now += number();
    at[i] = now;
    rest[i] = reader.place;
    let who = 0;
    switch (k) {
      case K.ADDED: {
        who = number();
        const it = lane(who);
        it.by = number();
        const file = number();
        if (file) it.place = `${texts[file - 1]}:${number()}`;
        wake(it, i);
        break;
      }
      case K.NAMED: who = number(); lane(who).name = texts[number()]; break;
      case K.BEGINS: {
        who = number();
        const it = lane(who);
        it.ready = false;
        stack.push(it);
        live(it, i, RUNNING);
        polls.push(i);
        break;
      }
      case K.ENDS: {
        who = number();
        const how = number(), it = lane(who), place = stack.lastIndexOf(it);
        if (how === 5) wake(it, i);
        if (place >= 0) for (const left of stack.splice(place)) settle(left, i);
        break;
      }
      case K.REQUEUED: who = number(); wake(lane(who), i); break;
      case K.QUEUED_FIRST: {
        who = number();
        const it = lane(who);
        it.ready = true;
        it.byHand = false;
        // Before all that went there before.
        it.since_now = -(i + 1);
        const life = runs(it.now) ? AGAIN : it.done ? it.now : READY;
        it.now = 0;
        live(it, i, life);
        break;
      }
      case K.UNQUEUED: {
        who = number();
        const it = lane(who);
        it.ready = false;
        if (it.now === READY) live(it, i, WAITING); else if (it.now === AGAIN) live(it, i, RUNNING);
        break;
      }
      case K.MADE: {
        who = number();
        const it = lane(who);
        it.by = number();
        it.byHand = true;
        live(it, i, WAITING);
        break;
      }
      case K.PRINTED: who = number(); number(); number(); outputs.push(i); break;
      case K.WOKEN: {
        who = number();
        const by = number();
        if (by === 0 || by === 2) number();
        wake(lane(who), i);
        break;
      }
      case K.WAITS: {
        who = number();
        if (number() !== 5) number();
        if (number()) number();
        lane(who).waits.push(i);
        break;
      }
      case K.TIMER_SET: who = number(); number(); number(); break;
      case K.TIMER_FIRED: number(); break;
      case K.TIMER_UNSET: who = number(); number(); break;
      case K.DESCRIPTOR: number(); number(); break;
      case K.SLEEPS: number(); break;
      case K.DONE: {
        who = number();
        const it = lane(who);
        it.done = DONE + number();
        if (runs(it.now)) break;
        it.ready = false;
        live(it, i, it.done);
        break;
      }
      case K.REPORTED: who = number(); number(); number(); break;
      case K.RUN_ENDS: { const how = number(); if (how >= 3) number(); break; }
    }
    task[i] = who;
    if (who) lane(who).events.push(i);
  }
}
lanes.sort((a, b) => a.no - b.no);
lanes.forEach((it, place) => { it.row = place; });

// The first place in a sorted list whose item is greater than `wanted`.
function after(items, length, wanted) {
  let low = 0, high = length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (items[middle] > wanted) high = middle; else low = middle + 1;
  }
  return low;
}

// What a task does after event `i`; 0 if it is not there yet.
function lifeAt(lane, i) {
  const place = after(lane.from.items, lane.from.length, i) - 1;
  return place < 0 ? 0 : lane.life.items[place];
}

// Who does what after event `i`: the tasks of each life; those that are ready in the order in which they
// went into the queue, next one first. Much is asked about one event: its answer is kept.
let lives = { of: NaN };
function livesAt(i) {
  if (lives.of === i) return lives;
  const running = [], queue = [], waiting = [], over = [];
  for (const it of lanes) {
    const place = after(it.from.items, it.from.length, i) - 1;
    if (place < 0) continue;
    const life = it.life.items[place];
    if (runs(life)) running.push(it);
    if (life === READY || life === AGAIN) queue.push([it.since.items[place], it]);
    if (life === WAITING) waiting.push(it);
    if (life >= DONE) over.push(it);
  }
  const ready = queue.sort((a, b) => a[0] - b[0]).map(it => it[1]);
  return lives = { of: i, running, ready, waiting, over };
}

// What a task waits for after event `i`: what it said in the last poll in which it said something.
function waitsAt(lane, i) {
  const end = after(lane.waits.items, lane.waits.length, i);
  if (!end) return [];
  const last = lane.waits.items[end - 1];
  const begun = polls[after(polls, polls.length, last) - 1] ?? 0;
  let begin = end;
  while (begin > 0 && lane.waits.items[begin - 1] >= begun) begin--;
  return Array.from(lane.waits.items.slice(begin, end));
}

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

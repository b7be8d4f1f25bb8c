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

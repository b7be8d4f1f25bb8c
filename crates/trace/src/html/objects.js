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

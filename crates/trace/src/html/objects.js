// The objects that tasks share: queues, locks. Of each, the events that tell of it; who has it follows.

class Objects {
  constructor() {
    this.rowOf = new Map();
    this.no = [];
    this.told = new Changes(Uint8Array);
    this.alive = new Replayed();
    this.given = [];
    // Who holds each now, and who has ever waited for it.
    this.holders = [];
    this.waiters = [];
  }

  #row(no, event) {
    let row = this.rowOf.get(no);
    if (row === undefined) {
      row = this.no.length;
      this.rowOf.set(no, row);
      this.no.push(no);
      this.holders.push(new Map());
      this.waiters.push(new Set());
    }
    return row;
  }

  base(objects) {
    for (const [no, it] of Object.entries(objects)) {
      const row = this.#row(+no);
      this.given[row] = { ...it, holders: Object.entries(it.holders ?? {}).map(([task, n]) => [+task, n]) };
      this.holders[row] = new Map(this.given[row].holders);
      this.alive.play(-1, PUT, row);
    }
  }

  waits(no, task) { this.waiters[this.#row(no)].add(task); }

  play(e, i) {
    const row = this.#row(e.object), holders = this.holders[row];
    if (e.kind === K.OBJECT_GONE) {
      holders.clear();
      this.alive.play(i, TAKE, row);
    } else this.alive.play(i, PUT, row);
    if (e.kind === K.ACQUIRED) acquire(holders, e.task);
    if (e.kind === K.RELEASED) release(holders, e.task);
    this.told.push(row, i, holders.size ? 0 : 1);
  }
}

// Holders are tasks by their numbers, and how many permits each has.
function acquire(holders, task) { holders.set(task, (holders.get(task) ?? 0) + 1); }

// A permit is given back: by who has one, else it was somebody else's.
function release(holders, task) {
  let holder = holders.has(task) ? task : Infinity;
  if (holder === Infinity) for (const it of holders.keys()) holder = Math.min(holder, it);
  if (holder === Infinity) return;
  const n = holders.get(holder) - 1;
  if (n > 0) holders.set(holder, n); else holders.delete(holder);
}

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

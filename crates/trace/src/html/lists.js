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

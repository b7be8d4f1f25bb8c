// Lists of numbers that grow, and lists of changes: what of something changed at which event.

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
    const n = this.owner.length, start = new Uint32Array(nOwners + 1), owner = this.owner.items;
    for (let i = 0; i < n; i++) start[owner[i] + 1]++;
    for (let i = 0; i < nOwners; i++) start[i + 1] += start[i];
    const next = start.slice(), event = new Int32Array(n), value = this.value && new this.value.items.constructor(n);
    for (let i = 0; i < n; i++) {
      const place = next[owner[i]]++;
      event[place] = this.event.items[i];
      if (value) value[place] = this.value.items[i];
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

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

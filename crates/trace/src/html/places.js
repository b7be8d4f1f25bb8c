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

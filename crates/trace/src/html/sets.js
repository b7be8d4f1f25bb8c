// Sets in an order, at any event: what goes in and out is kept, and now and then all that is in it. So it
// is there again after some thousand steps, wherever one jumps; and all that is kept is no more than four
// items for each step.

const STRIDE = 4096;
const PUT = 0, FIRST = 1, TAKE = 2;

// Who is in it: those put in front the last one first, then the others in their order.
class Order {
  constructor(items = []) { this.front = new Set(); this.rest = new Set(items); }
  get size() { return this.front.size + this.rest.size; }
  has(item) { return this.rest.has(item) || this.front.has(item); }
  play(how, item) {
    if (how === PUT) this.rest.add(item);
    else if (how === FIRST) this.front.add(item);
    else if (!this.rest.delete(item)) this.front.delete(item);
  }
  items() { return this.front.size ? [...[...this.front].reverse(), ...this.rest] : [...this.rest]; }
}

class Replayed {
  constructor() {
    this.event = new List(Int32Array);
    this.item = new List(Uint32Array);
    this.how = new List(Uint8Array);
    this.now = new Order();
    // How many steps have been taken to come here.
    this.steps = 0;
    this.kept = [{ steps: 0, items: new Uint32Array(0) }];
  }

  play(event, how, item) {
    this.event.push(event);
    this.item.push(item);
    this.how.push(how);
    this.now.play(how, item);
    this.steps++;
    const since = this.steps - this.kept[this.kept.length - 1].steps;
    if (since >= STRIDE && since >= this.now.size / 4) this.#keep();
  }

  #keep() { this.kept.push({ steps: this.steps, items: Uint32Array.from(this.now.items()) }); }

  // No more is to come.
  done() {
    for (const it of ["event", "item", "how"]) this[it] = this[it].done();
    return this;
  }

  // What is in it when `position` events have been played.
  at(position) {
    const steps = after(this.event, position - 1);
    if (steps < this.steps || steps - this.steps > STRIDE) {
      let place = this.kept.length - 1;
      while (this.kept[place].steps > steps) place--;
      const kept = this.kept[place];
      if (steps < this.steps || kept.steps > this.steps) {
        this.now = new Order(kept.items);
        this.steps = kept.steps;
        this.list = null;
      }
    }
    if (this.steps < steps) this.list = null;
    for (; this.steps < steps; this.steps++) this.now.play(this.how[this.steps], this.item[this.steps]);
    return this.list ??= this.now.items();
  }
}

// The bytes of a recording: a line of JSON that says what it is, then the events as `compact.rs` writes
// them. Before it there may be a line with what is known beside: findings, sources.

const K = {
  ADDED: 0, NAMED: 1, BEGINS: 2, ENDS: 3, REQUEUED: 4, PRINTED: 5, WOKEN: 6, WAITS: 7, TIMER_SET: 8, TIMER_FIRED: 9,
  DESCRIPTOR: 10, SLEEPS: 11, WAKES: 12, DONE: 13, REPORTED: 14, RUN_ENDS: 15, TIMER_UNSET: 16, MADE: 17,
  QUEUED_FIRST: 18, UNQUEUED: 19, VAIN: 20, OBJECT_MADE: 21, OBJECT_NAMED: 22, OBJECT_GONE: 23, ACQUIRED: 24,
  RELEASED: 25, STANDS: 26, WAIT_ENDS: 27, NUMBERED_WAIT: 28, DROP_BEGINS: 29, TEXTS_END: 62, BASE: 63, LATER: 64,
};
// For what a task waits, and with what a poll ends.
const ON = { TIME: 0, TASK: 1, READABLE: 2, WRITABLE: 3, SYNC: 4, THREAD: 5 };
const POLL = { PENDING: 0, READY: 1, PANICKED: 2, CANCELLED: 3, OVER: 4, REQUEUED: 5 };
const FOREVER = 18446744073709551615;

// The line of JSON from `place` on, and where the next one begins.
function line(bytes, place) {
  const end = bytes.indexOf(10, place);
  if (end < 0) throw new Error("this is no recording: it has no first line");
  try {
    return [JSON.parse(new TextDecoder().decode(bytes.subarray(place, end))), end + 1];
  } catch {
    throw new Error("this is no recording: its first line is not JSON");
  }
}

// Reads the events one after another, and each of them again.
class Events {
  constructor(bytes) {
    this.bytes = bytes;
    this.beside = {};
    [this.header, this.place] = line(bytes, 0);
    if (this.header?.format === "boucle-player") {
      this.beside = this.header;
      [this.header, this.place] = line(bytes, this.place);
    }
    if (this.header?.format !== "boucle-trace") throw new Error("this is no recording of boucle");
    this.base = {};
    // A text stands where it comes for the first time; after that it has a number, until all are forgotten.
    // Most are never looked at: it is known where each stands.
    this.texts = { from: new List(Uint32Array), said: [] };
    this.forgotten = 0;
    this.forgets = { event: [], from: [] };
    this.decoder = new TextDecoder();
    // The parts of the event that was read last. A text is one more than its place in the list, 0 is none.
    this.kind = this.at = this.task = this.by = this.how = this.number = this.after = this.text = this.file = this.line = this.object = this.future = this.wait = 0;
    this.awaits = [];
    this.n = 0;
    if (bytes[this.place] === K.BASE) {
      this.place++;
      const length = this.#number(), end = this.place + length;
      this.base = JSON.parse(this.decoder.decode(bytes.subarray(this.place, end)));
      this.at = this.base.now ?? 0;
      this.place = end;
    }
  }

  #damaged(why) { return new Error(`the recording is damaged at event ${this.n + 1}${why ?? ""}`); }

  // Seven bits a byte; multiplied, since shifts have 32 bits here.
  #number() {
    const bytes = this.bytes;
    let byte = bytes[this.place++];
    if (byte < 128) return byte;
    let value = byte & 127, weight = 128;
    do {
      if (this.place >= bytes.length || weight > 1e21) throw this.#damaged();
      byte = bytes[this.place++];
      value += (byte & 127) * weight;
      weight *= 128;
    } while (byte >= 128);
    return value;
  }
  #signed() {
    const value = this.#number();
    return value % 2 ? -(value - 1) / 2 : value / 2;
  }
  #text() {
    const place = this.place, number = this.#number();
    if (!number) return 0;
    if (number === 1) {
      const { from } = this.texts, length = this.#number();
      this.place += length;
      if (from.length && place <= from.items[from.length - 1]) return after(from.items, place, 0, from.length);
      if (this.place > this.bytes.length) throw this.#damaged(": it ends in the middle of a text");
      from.push(place);
      return from.length;
    }
    const text = this.forgotten + number - 1;
    if (text > this.texts.from.length) throw this.#damaged(": it names a text that is not there");
    return text;
  }
  // The text of this number; none is empty. The event that was read last stays the last.
  said(number) {
    if (!number) return "";
    const { from, said } = this.texts;
    if (said[number] === undefined) {
      const { place } = this;
      this.place = from.items[number - 1] + 1;
      const length = this.#number();
      said[number] = this.decoder.decode(this.bytes.subarray(this.place, this.place + length));
      this.place = place;
    }
    return said[number];
  }
  #where() {
    this.file = this.#text();
    this.line = this.file ? this.#number() : 0;
  }

  // Reads the next event; false at the end.
  next() {
    const bytes = this.bytes;
    for (;;) {
      if (this.place >= bytes.length) return false;
      this.kind = bytes[this.place++];
      if (this.kind < K.TEXTS_END) break;
      if (this.kind === K.TEXTS_END) {
        this.forgotten = this.texts.from.length;
        this.forgets.event.push(this.n);
        this.forgets.from.push(this.forgotten);
      } else if (this.kind >= K.LATER) {
        // What a later version tells has its length beside it.
        this.#number();
        const length = this.#number();
        this.place += length;
      } else throw this.#damaged();
    }
    this.at += this.#number();
    this.rest = this.place;
    this.#parts();
    if (this.place > bytes.length || !(this.at >= 0)) throw new Error(`the recording ends in the middle of event ${this.n + 1}`);
    this.n++;
    return true;
  }

  // Reads event `i` again, of which the kind is known, and where its parts begin.
  again(i, kind, rest) {
    this.kind = kind;
    this.place = rest;
    if (this.forgets.event.length) this.forgotten = this.forgets.from[after(this.forgets.event, i) - 1] ?? 0;
    this.#parts();
  }

  #parts() {
    switch (this.kind) {
      case K.ADDED: this.task = this.#number(); this.by = this.#number(); this.#where(); this.future = this.#text(); break;
      case K.MADE: this.task = this.#number(); this.by = this.#number(); break;
      case K.NAMED: this.task = this.#number(); this.text = this.#text(); break;
      case K.BEGINS: case K.DROP_BEGINS: case K.REQUEUED: case K.QUEUED_FIRST: case K.UNQUEUED: this.task = this.#number(); break;
      case K.ENDS: case K.DONE: this.task = this.#number(); this.how = this.#number(); break;
      case K.PRINTED: this.task = this.#number(); this.how = this.#number(); this.text = this.#text(); break;
      case K.WOKEN: case K.VAIN:
        this.task = this.#number();
        this.how = this.#number();
        this.by = this.how === 0 ? this.#number() : this.how === 2 ? this.#signed() : 0;
        break;
      case K.WAITS: case K.NUMBERED_WAIT:
        this.task = this.#number();
        // Below zero if it has none.
        this.wait = this.kind === K.WAITS ? -1 : this.#number();
        this.how = this.#number();
        this.number = this.how === ON.TIME || this.how === ON.TASK ? this.#number()
          : this.how === ON.READABLE || this.how === ON.WRITABLE ? this.#signed() : this.how === ON.SYNC ? this.#text() : 0;
        this.object = this.#number();
        this.#where();
        break;
      case K.WAIT_ENDS: this.task = this.#number(); this.wait = this.#number(); break;
      case K.TIMER_SET: this.task = this.#number(); this.number = this.#number(); this.after = this.#number(); break;
      case K.TIMER_FIRED: this.task = 0; this.number = this.#number(); break;
      case K.TIMER_UNSET: this.task = this.#number(); this.number = this.#number(); break;
      case K.DESCRIPTOR: this.task = 0; this.number = this.#signed(); this.how = this.#number(); break;
      case K.SLEEPS: this.task = 0; this.after = this.#number() ? this.#number() : -1; break;
      case K.WAKES: this.task = 0; break;
      case K.REPORTED: this.task = this.#number(); this.how = this.#number(); this.text = this.#text(); break;
      case K.RUN_ENDS:
        this.task = 0;
        this.how = this.#number();
        this.number = this.how === 3 ? this.#text() : this.how === 4 ? this.#signed() : 0;
        break;
      case K.OBJECT_MADE: this.task = 0; this.object = this.#number(); this.text = this.#text(); this.#where(); break;
      case K.OBJECT_NAMED: this.task = 0; this.object = this.#number(); this.text = this.#text(); break;
      case K.OBJECT_GONE: this.task = 0; this.object = this.#number(); break;
      case K.ACQUIRED: this.task = this.#number(); this.object = this.#number(); break;
      case K.RELEASED: this.object = this.#number(); this.task = this.#number(); break;
      case K.STANDS: this.task = this.#number(); this.#calls(); break;
      default: throw new Error(`event ${this.n + 1} is of a kind that is not known here: the recording is newer than this page`);
    }
  }

  // The calls that await one another in a task, the outermost first.
  #calls() {
    const n = this.#number();
    if (n > this.bytes.length) throw this.#damaged();
    this.awaits = [];
    for (let call = 0; call < n && this.place < this.bytes.length; call++) {
      const level = this.#number(), what = this.said(this.#text());
      this.#where();
      this.awaits.push({ level, what, place: this.file ? { file: this.said(this.file), line: this.line } : null });
    }
  }
}

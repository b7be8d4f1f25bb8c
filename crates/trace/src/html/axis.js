// What part of a run is seen, and where: by event, where each has the same room, or true to time.

class Axis {
  constructor(run) {
    this.run = run;
    this.byTime = run.header.clock === "real" && run.length > 0;
    this.label = 96;
    this.width = 100;
    this.whole();
  }
  get end() { return this.byTime ? Math.max(1, this.run.length) : Math.max(1, this.run.n); }
  get begin() { return this.byTime ? Math.min(this.run.time(0), this.end - 1) : 0; }
  get span() { return this.to - this.from; }
  // The least that is seen: a few events, or some nanoseconds.
  get least() { return Math.min(this.byTime ? 10 : 6, this.end - this.begin); }

  whole() { this.from = this.begin; this.to = this.end; }
  get isWhole() { return this.from <= this.begin && this.to >= this.end; }

  // A position as a unit of the axis: how many events, or when the next one is.
  unit(position) { return this.byTime ? position >= this.run.n ? this.end : this.run.at[position] : position; }
  // Where an event is.
  eventUnit(i) { return i < 0 ? this.begin : this.byTime ? this.run.at[i] : i; }
  // The last event before a unit, or -1.
  eventBefore(unit) {
    if (!this.byTime) return Math.ceil(unit) - 1;
    const i = after(this.run.at, unit) - 1;
    return i >= 0 && this.run.at[i] === unit ? after(this.run.at, unit - 1) - 1 : i;
  }
  // Where a unit is, and which is there.
  x(unit) { return this.label + (unit - this.from) / this.span * this.width; }
  unitAt(x) { return this.from + (x - this.label) / this.width * this.span; }
  // The event at a place; the last one before it.
  eventAt(x) {
    const unit = this.unitAt(x), i = this.byTime ? after(this.run.at, unit) - 1 : Math.floor(unit);
    return Math.max(0, Math.min(this.run.n - 1, i));
  }

  set(from, span) {
    span = Math.max(this.least, Math.min(this.end - this.begin, span));
    this.from = Math.max(this.begin, Math.min(this.end - span, from));
    this.to = this.from + span;
  }
  move(by) { this.set(this.from + by, this.span); }
  zoom(factor, around) {
    const span = Math.max(this.least, Math.min(this.end - this.begin, this.span * factor)), share = (around - this.from) / this.span;
    this.set(around - share * span, span);
  }
  // Brings a position into sight.
  follow(position) {
    const at = this.byTime ? position ? this.run.now(position) : this.begin : position;
    if (at < this.from || at > this.to) this.set(at - this.span / 2, this.span);
    else if (at > this.to - this.span * .04 && this.to < this.end) this.set(this.from + this.span * .6, this.span);
    else if (at < this.from + this.span * .04 && this.from > this.begin) this.set(at - this.span * .4, this.span);
  }
  // The same middle on the other axis.
  turn(position) {
    this.byTime = !this.byTime;
    this.whole();
    this.follow(position);
  }

  // Round ticks, so many at the most: 1, 2 or 5 times a power of ten apart.
  ticks(most) {
    const steps = function* () { for (let power = 1; ; power *= 10) yield* [power, 2 * power, 5 * power]; };
    const fit = step => Math.floor(this.to / step) - Math.ceil(this.from / step) + 1;
    for (const step of steps()) {
      if (fit(step) > most) continue;
      const ticks = [], nDecimals = Math.max(0, Math.ceil(9 - Math.log10(step) - 1e-9));
      for (let at = Math.ceil(this.from / step) * step; at <= this.to; at += step) {
        const says = this.byTime ? `${nDecimals ? seconds(at, nDecimals) : Math.floor(at / 1e9)} s` : count(at);
        ticks.push({ at, says });
      }
      return ticks;
    }
  }
}

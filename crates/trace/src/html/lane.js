// One lane: what a task does from left to right. What is too small to be drawn is folded: how much of it
// ran, was ready and waited is drawn as the height of bars, and the polls in it are counted.

const SMALL = 6, BAR = 4, HALF = 9;

function drawLife(pen, colors, code, from, to, y) {
  const w = Math.max(1, to - from);
  if ((code & LIFE) === RUNNING) {
    pen.fillStyle = colors.running;
    pen.fillRect(from, y - HALF, w, 2 * HALF);
  } else if (code === READY) {
    pen.fillStyle = colors.hatch;
    pen.fillRect(from, y - 5, w, 10);
    pen.strokeStyle = colors.ready;
    pen.lineWidth = 1;
    pen.strokeRect(from + .5, y - 5.5, w - 1, 11);
  } else if (code === IDLE) {
    pen.fillStyle = colors.dots;
    pen.fillRect(from, y - 1, w, 2);
  }
}

// How a task has ended, at a place.
function drawEnd(pen, colors, code, x, y) {
  const life = code & LIFE;
  pen.strokeStyle = life === DONE ? colors.text : colors.failed;
  pen.lineWidth = 3;
  pen.beginPath();
  if (life === DONE) { pen.moveTo(x, y - HALF); pen.lineTo(x, y + HALF); }
  if (life === PANICKED) { pen.moveTo(x - 5, y - 5); pen.lineTo(x + 5, y + 5); }
  if (life !== DONE) { pen.moveTo(x - 5, y + 5); pen.lineTo(x + 5, y - 5); }
  pen.stroke();
}

// Pieces that are too small, next to each other: how much of each bar is what.
class Fold {
  constructor() { this.bars = new Map(); this.isEmpty = true; }
  add(code, before, from, to) {
    this.#begin(from, to);
    const what = (code & LIFE) === RUNNING ? 0 : code === READY ? 1 : 2;
    // Who is woken while it runs goes on with its poll.
    if (!what && (before & LIFE) !== RUNNING) this.polls++;
    for (let bar = Math.floor(from / BAR); ; bar++) {
      const end = (bar + 1) * BAR;
      this.#shares(bar)[what] += Math.min(to, end) - Math.max(from, bar * BAR);
      if (to <= end) return;
    }
  }
  // Many within one bar.
  addMany({ ran, ready, polls }, from, to) {
    this.#begin(from, to);
    this.polls += polls;
    const shares = this.#shares(Math.floor(from / BAR));
    shares[0] += ran;
    shares[1] += ready;
    shares[2] += Math.max(0, to - from - ran - ready);
  }
  #begin(from, to) {
    if (this.isEmpty) [this.from, this.polls, this.isEmpty] = [from, 0, false];
    this.to = to;
  }
  #shares(bar) {
    let shares = this.bars.get(bar);
    if (!shares) this.bars.set(bar, shares = [0, 0, 0]);
    return shares;
  }
  draw(pen, colors, y) {
    if (this.isEmpty) return;
    const left = this.from, right = Math.max(this.to, left + 1), height = 2 * HALF, half = it => Math.round(2 * it) / 2;
    // Bars of the same heights side by side are one.
    let one = null;
    const fill = () => {
      pen.fillStyle = colors.running;
      if (one.high) pen.fillRect(one.from, y + HALF - one.high, one.to - one.from, one.high);
      pen.fillStyle = colors.ready;
      pen.globalAlpha = .45;
      if (one.next) pen.fillRect(one.from, y + HALF - one.high - one.next, one.to - one.from, one.next);
      pen.globalAlpha = 1;
      pen.fillStyle = colors.waiting;
      pen.fillRect(one.from, y + HALF - 1, one.to - one.from, 1);
    };
    for (const [bar, [ran, ready, waited]] of this.bars) {
      const from = Math.max(left, bar * BAR), to = Math.min(right, (bar + 1) * BAR), all = ran + ready + waited;
      if (!all || to <= from) continue;
      // What is thinner than a dot is no higher than its part of the dot.
      const whole = Math.max(all, to - from), high = ran && half(Math.max(2, height * ran / whole));
      const next = Math.min(height - high, ready && half(Math.max(1, height * ready / whole)));
      if (one?.to === from && one.high === high && one.next === next) { one.to = to; continue; }
      if (one) fill();
      one = { from, to, high, next };
    }
    if (one) fill();
    // Polls that took no time at all.
    else if (this.polls) {
      pen.fillStyle = colors.running;
      pen.fillRect(left - 1, y - 2, 3, 4);
    }
    const says = `${count(this.polls)}×`, w = 7 * says.length + 8;
    if (this.polls > 1 && right - left > w + 6) {
      const x = (left + right - w) / 2;
      pen.fillStyle = colors.page;
      pen.globalAlpha = .88;
      pen.fillRect(x, y - 8, w, 15);
      pen.globalAlpha = 1;
      pen.fillStyle = colors.text;
      pen.font = `11px ${FONT}`;
      pen.textAlign = "center";
      pen.fillText(says, (left + right) / 2, y);
      pen.textAlign = "left";
    }
    this.bars.clear();
    this.isEmpty = true;
  }
}

// From so many pieces on within a bar they are not looked at one by one.
const DENSE = 16;

// Of the pieces of a lane before each of them: how much of the axis they ran, were ready, and how many polls
// they are; who is woken while it runs goes on with it. It is found when the lane is drawn for the first time, and costs 20 bytes a piece.
function piecesBefore(axis, row) {
  const { run } = axis, kept = run.pieces ??= new Map(), key = 2 * row + +axis.byTime;
  if (kept.has(key)) return kept.get(key);
  const { start, event, value } = run.lives, begin = start[row], n = start[row + 1] - begin;
  const ran = new Float64Array(n), ready = new Float64Array(n), polls = new Uint32Array(n);
  for (let i = 1; i < n; i++) {
    const place = begin + i - 1, code = value[place], isRunning = (code & LIFE) === RUNNING;
    const length = axis.eventUnit(event[place + 1]) - axis.eventUnit(event[place]);
    ran[i] = ran[i - 1] + (isRunning ? length : 0);
    ready[i] = ready[i - 1] + (code === READY ? length : 0);
    polls[i] = polls[i - 1] + +(isRunning && !(i > 1 && (value[place - 1] & LIFE) === RUNNING));
  }
  const pieces = { begin, ran, ready, polls };
  kept.set(key, pieces);
  return pieces;
}

function drawLane(pen, colors, axis, row, y) {
  const { run } = axis, { start, event, value } = run.lives, end = start[row + 1], right = axis.label + axis.width;
  const first = axis.byTime ? after(run.at, axis.from) - 1 : Math.floor(axis.from), scale = axis.width / axis.span;
  let place = Math.max(start[row], after(event, first, start[row], end) - 1);
  const fold = new Fold(), x = i => i < 0 ? axis.label : axis.x(axis.eventUnit(i));
  let from = x(event[place]);
  for (; place < end && from <= right; place++) {
    const bar = (Math.floor(from / BAR) + 1) * BAR;
    if (from >= axis.label && place + DENSE < end && x(event[place + DENSE]) < bar) {
      // All that end within the bar, together.
      const last = after(event, axis.eventBefore(axis.unitAt(bar)), place, end) - 1, it = piecesBefore(axis, row), to = x(event[last]);
      const sum = list => list[last - it.begin] - list[place - it.begin];
      fold.addMany({ ran: scale * sum(it.ran), ready: scale * sum(it.ready), polls: sum(it.polls) }, from, to);
      [place, from] = [last, to];
    }
    const to = place + 1 < end ? x(event[place + 1]) : axis.x(axis.end), code = value[place];
    if (isOver(code)) {
      // A poll that ends in the same moment is not hidden by its end.
      fold.draw(pen, colors, y);
      if (from >= axis.label - 1) drawEnd(pen, colors, code, from, y);
    } else if (to >= axis.label) {
      const [left, cut] = [Math.max(from, axis.label), Math.min(to, right)];
      if (to - from >= SMALL) {
        fold.draw(pen, colors, y);
        drawLife(pen, colors, code, left, cut, y);
      } else fold.add(code, place > start[row] ? value[place - 1] : 0, left, Math.max(cut, left));
    }
    from = to;
  }
  fold.draw(pen, colors, y);
}

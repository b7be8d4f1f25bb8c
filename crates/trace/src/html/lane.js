// One lane: what a task does from left to right. What is too small to be drawn is folded: how much of it
// ran, was ready and waited is drawn as the height of bars, and the polls in it are counted.

const SMALL = 3, BAR = 4, HALF = 9;

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
    pen.strokeStyle = colors.waiting;
    pen.lineWidth = 2;
    pen.setLineDash([2, 4]);
    pen.lineDashOffset = from % 6;
    pen.beginPath();
    pen.moveTo(from, y);
    pen.lineTo(to, y);
    pen.stroke();
    pen.setLineDash([]);
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
  add(code, from, to) {
    if (this.isEmpty) [this.from, this.polls, this.isEmpty] = [from, 0, false];
    this.to = to;
    const what = (code & LIFE) === RUNNING ? 0 : code === READY ? 1 : 2;
    if (!what) this.polls++;
    for (let bar = Math.floor(from / BAR); ; bar++) {
      let shares = this.bars.get(bar);
      if (!shares) this.bars.set(bar, shares = [0, 0, 0]);
      const end = (bar + 1) * BAR;
      shares[what] += Math.min(to, end) - Math.max(from, bar * BAR);
      if (to <= end) return;
    }
  }
  draw(pen, colors, y) {
    if (this.isEmpty) return;
    const left = this.from, right = Math.max(this.to, left + 1), height = 2 * HALF;
    let isSeen = false;
    for (const [bar, [ran, ready, waited]] of this.bars) {
      const from = Math.max(left, bar * BAR), to = Math.min(right, (bar + 1) * BAR), all = ran + ready + waited;
      if (!all || to <= from) continue;
      isSeen = true;
      // What is thinner than a dot is no higher than its part of the dot.
      const whole = Math.max(all, to - from);
      const high = ran && Math.max(2, height * ran / whole), next = ready && Math.max(1, height * ready / whole);
      pen.fillStyle = colors.running;
      pen.fillRect(from, y + HALF - high, to - from, high);
      pen.globalAlpha = .45;
      pen.fillStyle = colors.ready;
      pen.fillRect(from, y + HALF - Math.min(height, high + next), to - from, Math.min(height - high, next));
      pen.globalAlpha = 1;
      pen.fillStyle = colors.waiting;
      pen.fillRect(from, y + HALF - 1, to - from, 1);
    }
    // Polls that took no time at all.
    if (!isSeen && this.polls) {
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

function drawLane(pen, colors, axis, row, y) {
  const { run } = axis, { start, event, value } = run.lives, end = start[row + 1], right = axis.label + axis.width;
  const first = axis.byTime ? after(run.at, axis.from) - 1 : Math.floor(axis.from);
  let place = Math.max(start[row], after(event, first, start[row], end) - 1);
  const fold = new Fold(), x = i => i < 0 ? axis.label : axis.x(axis.unit(i));
  let from = x(event[place]);
  for (; place < end && from <= right; place++) {
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
      } else fold.add(code, left, Math.max(cut, left));
    }
    from = to;
  }
  fold.draw(pen, colors, y);
}

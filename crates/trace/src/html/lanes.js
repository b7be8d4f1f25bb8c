// The lanes on a canvas, with their names and round ticks. On another one before it, so that a move draws no
// more than that, are the cursor, what is selected and the findings.

// SIGN is the room before a name, for what says that it is chosen.
const ROW = 26, HEAD = 34, SIGN = 7;

class Lanes {
  constructor(player) {
    const [canvas, box, over, chosen] = ["lanes", "box", "over", "chosen-lane"].map(it => player.at(it));
    Object.assign(this, { player, canvas, box, over, chosen, head: HEAD, top: 0, width: 0, height: 0, key: "" });
    this.spacer = box.querySelector(".spacer");
    box.addEventListener("scroll", () => {
      const room = this.spacer.offsetHeight - box.clientHeight;
      this.top = room > 0 ? box.scrollTop / room * this.most : 0;
      player.show();
    });
  }

  // Another run: as many lanes as there is room for.
  begin() {
    const { run, axis } = this.player, pen = this.canvas.getContext("2d");
    this.key = "";
    pen.font = `12px ${FONT}`;
    const widest = [...run.lanes.slice(0, 2000)].reduce((most, row) => Math.max(most, pen.measureText(this.name(row)).width), 60);
    axis.label = Math.min(widest + 26, 190, Math.max(90, this.box.clientWidth * .28));
    const whole = HEAD + run.nTasks * ROW + 8;
    this.box.style.height = `${Math.max(HEAD + 2 * ROW, Math.min(whole, Math.max(230, innerHeight * .42)))}px`;
    // A page can be so high at the most.
    this.spacer.style.height = `${Math.min(whole, 8e6) + 1}px`;
  }

  name(row) {
    const name = nameOfRow(this.player.run, row);
    return name.length > 24 ? `${name.slice(0, 23)}…` : name;
  }
  get seen() { return Math.max(1, Math.floor((this.height - HEAD) / ROW)); }
  // The last lane that can be on top.
  get most() { return Math.max(0, this.player.run.nTasks - (this.height - HEAD - 8) / ROW); }
  y(lane) { return HEAD + (lane - this.top) * ROW + ROW / 2; }
  laneAt(y) {
    const lane = Math.floor((y - HEAD) / ROW + this.top);
    return y > HEAD && lane < this.player.run.nTasks ? lane : -1;
  }
  // Brings a lane into sight.
  follow(lane) {
    let top = Math.min(this.top, lane);
    if (lane > top + this.seen - 1) top = lane - this.seen + 1;
    if (top === this.top) return;
    const room = this.spacer.offsetHeight - this.box.clientHeight;
    if (room > 0) this.box.scrollTop = Math.ceil(top / this.most * room);
  }

  draw() {
    const { canvas, over, box, player } = this, { axis, colors } = player, w = box.clientWidth, h = box.clientHeight;
    if (w !== this.width || h !== this.height) {
      Object.assign(this, { width: w, height: h });
      canvas.style.height = `${h}px`;
      Object.assign(over.style, { top: `${box.offsetTop}px`, width: `${w}px`, height: `${h}px` });
    }
    axis.width = w - axis.label - 8;
    // It is not in the page, or not shown.
    if (!w || !h) return;
    const key = [axis.from, axis.to, axis.byTime, axis.label, this.top, w, h, devicePixelRatio, colors.page].join();
    if (key !== this.key) {
      this.key = key;
      this.#drawAll(penOf(canvas, w, h), w, h);
    }
    this.#showChosen();
    const pen = penOf(over, w, h);
    pen.clearRect(0, 0, w, h);
    this.#drawSelection(pen, h);
    this.#drawFindings(pen);
    this.#drawCursor(pen, h);
  }

  // The lane that is chosen has a light behind it.
  #showChosen() {
    const { box, chosen, player } = this, top = Math.max(HEAD - 14, this.y(player.lane) - ROW / 2), bottom = Math.min(this.height, this.y(player.lane) + ROW / 2);
    chosen.hidden = bottom <= top || !player.run.nTasks;
    Object.assign(chosen.style, { top: `${box.offsetTop + top}px`, height: `${Math.max(0, bottom - top)}px` });
  }

  #drawAll(pen, w, h) {
    const { axis, run, colors } = this.player;
    pen.clearRect(0, 0, w, h);
    this.#drawTicks(pen, h);
    const first = Math.floor(this.top), last = Math.min(run.nTasks, Math.ceil(this.top + (h - HEAD) / ROW) + 1);
    clipped(pen, axis.label - 4, HEAD - 14, w, h, () => {
      for (let lane = first; lane < last; lane++) drawLane(pen, colors, axis, run.lanes[lane], this.y(lane));
      drawDetails(pen, colors, axis, this);
    });
    pen.font = `12px ${FONT}`;
    pen.fillStyle = colors.text;
    clipped(pen, 0, HEAD - 14, axis.label - 6, h, () => {
      for (let lane = first; lane < last; lane++) pen.fillText(this.name(run.lanes[lane]), 4 + SIGN, this.y(lane));
    });
  }

  #drawTicks(pen, h) {
    const { axis, run, colors } = this.player;
    pen.font = `11px ${FONT}`;
    pen.fillStyle = colors.soft;
    pen.fillText(axis.byTime ? "time" : "event", 6, 10);
    if (!run.n) return;
    pen.strokeStyle = colors.line;
    pen.lineWidth = 1;
    let free = 0;
    for (const { at, says } of axis.ticks(Math.max(2, Math.floor(axis.width / (axis.byTime ? 92 : 150))))) {
      const x = Math.round(axis.x(at)) + .5, when = axis.byTime || at >= run.n ? "" : ` · ${seconds(run.at[Math.floor(at)], run.decimals)} s`;
      pen.beginPath();
      pen.moveTo(x, 18);
      pen.lineTo(x, h);
      pen.stroke();
      const text = pen.measureText(says + when).width < axis.width / 6 ? says + when : says, width = pen.measureText(text).width;
      if (x - 3 < free || x + width > axis.label + axis.width + 8) continue;
      pen.fillText(text, x - 3, 10);
      free = x + width + 8;
    }
  }

  #drawSelection(pen, h) {
    const { axis, selection, colors } = this.player;
    if (!selection) return;
    const [from, to] = selection.map(it => Math.max(axis.label, Math.min(axis.label + axis.width, axis.x(axis.unit(it)))));
    pen.fillStyle = colors.wake;
    pen.globalAlpha = .16;
    pen.fillRect(from, 18, Math.max(1, to - from), h);
    pen.globalAlpha = 1;
    for (const x of [from, to]) pen.fillRect(x - 1, 18, 2, h);
  }

  #drawFindings(pen) {
    const { axis, colors, run } = this.player, drawnIn = new Map();
    let drawn = -10;
    pen.fillStyle = colors.failed;
    for (const { event, task } of run.findings) {
      const x = axis.x(axis.unit(event));
      if (x < axis.label - 1 || x > axis.label + axis.width + 1) continue;
      if (x - drawn > 5) {
        pen.beginPath();
        pen.moveTo(x - 6, 19);
        pen.lineTo(x + 6, 19);
        pen.lineTo(x, 31);
        pen.fill();
        drawn = x;
      }
      const lane = task ? run.laneOf[run.rowOf.get(task)] : -1, y = lane >= 0 ? this.y(lane) : -1;
      // Many at one place are one.
      if (y < HEAD + 8 || y > this.height || x - drawnIn.get(lane) < 2) continue;
      drawnIn.set(lane, x);
      pen.beginPath();
      pen.arc(x, y - 8, 4, 0, 7);
      pen.fill();
    }
  }

  // It stands behind the event that was played last.
  #drawCursor(pen, h) {
    const { axis, run, position, colors } = this.player;
    const x = axis.x(axis.byTime ? position ? run.now(position) : axis.begin : position);
    if (x < axis.label - 1 || x > axis.label + axis.width + 2) return;
    pen.strokeStyle = pen.fillStyle = colors.cursor;
    pen.lineWidth = 2;
    pen.beginPath();
    pen.moveTo(x, 18);
    pen.lineTo(x, h);
    pen.stroke();
    pen.beginPath();
    pen.arc(x, 19, 5, 0, 7);
    pen.fill();
  }
}

// Draws within a part of a canvas.
function clipped(pen, x, y, w, h, draw) {
  pen.save();
  pen.beginPath();
  pen.rect(x, y, w, h);
  pen.clip();
  draw();
  pen.restore();
}

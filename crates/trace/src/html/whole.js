// The whole run in one strip: how much of it ran, what was printed, where the findings are, and which part
// of it the lanes show.

class Whole {
  constructor(player, canvas) {
    Object.assign(this, { player, canvas, key: "", picture: document.createElement("canvas"), bars: new Map() });
    let isHeld = false;
    const go = event => {
      const { axis } = player, unit = axis.begin + (event.offsetX - axis.label) / (canvas.clientWidth - axis.label - 8) * (axis.end - axis.begin);
      axis.set(unit - axis.span / 2, axis.span);
      player.show();
    };
    canvas.addEventListener("pointerdown", event => { isHeld = true; canvas.setPointerCapture(event.pointerId); go(event); });
    canvas.addEventListener("pointermove", event => isHeld && go(event));
    for (const it of ["pointerup", "pointercancel"]) canvas.addEventListener(it, () => { isHeld = false; });
  }

  // Another run.
  begin() { this.bars.clear(); this.key = ""; }

  // How much of each bar a task ran, and whether a line was printed there.
  #measure(n) {
    const { axis, run } = this.player, ran = new Float64Array(n), printed = new Uint8Array(n), per = (axis.end - axis.begin) / n;
    const { event, top } = run.stacks, unit = i => (i < 0 ? 0 : axis.byTime ? run.at[i] : i) - axis.begin;
    let since = -1;
    for (let k = 0; k < event.length; k++) {
      const isRunning = top[k] >= 0;
      if (isRunning && since < 0) since = Math.max(0, unit(event[k]));
      if (isRunning || since < 0) continue;
      const end = unit(event[k]);
      for (let bar = Math.floor(since / per); bar < n && bar * per <= end; bar++) ran[bar] += Math.min(end, (bar + 1) * per) - Math.max(since, bar * per);
      since = -1;
    }
    for (const i of run.outputs) printed[Math.min(n - 1, Math.floor(Math.max(0, unit(i)) / per))] = 1;
    return { ran: ran.map(it => Math.min(1, it / per)), printed };
  }

  draw() {
    const { canvas, player } = this, { axis, colors, run, position } = player, w = canvas.clientWidth, h = canvas.clientHeight;
    if (!w || !h) return;
    const pen = penOf(canvas, w, h), room = w - axis.label - 8;
    const key = [axis.byTime, axis.label, w, devicePixelRatio, colors.page].join();
    if (key !== this.key) {
      this.key = key;
      this.#drawAll(penOf(this.picture, w, h), w, h, room);
    }
    pen.setTransform(1, 0, 0, 1, 0, 0);
    pen.drawImage(this.picture, 0, 0);
    penOf(canvas, w, h);
    const x = unit => axis.label + (unit - axis.begin) / (axis.end - axis.begin) * room;
    pen.fillStyle = colors.page;
    pen.globalAlpha = .6;
    pen.fillRect(axis.label, 0, x(axis.from) - axis.label, h);
    pen.fillRect(x(axis.to), 0, axis.label + room - x(axis.to), h);
    pen.globalAlpha = 1;
    pen.strokeStyle = colors.text;
    pen.lineWidth = 1.5;
    pen.strokeRect(x(axis.from) + .75, .75, Math.max(3, x(axis.to) - x(axis.from) - 1.5), h - 1.5);
    pen.fillStyle = colors.cursor;
    pen.fillRect(x(axis.byTime ? position ? run.now(position) : axis.begin : position) - 1, 0, 2, h);
  }

  // What does not change from move to move.
  #drawAll(pen, w, h, room) {
    const { axis, colors, run } = this.player, n = Math.max(1, Math.floor(room / 2)), key = `${n} ${axis.byTime}`;
    if (!this.bars.has(key)) this.bars.set(key, this.#measure(n));
    const { ran, printed } = this.bars.get(key);
    pen.fillStyle = colors.page;
    pen.fillRect(0, 0, w, h);
    pen.fillStyle = colors.panel;
    pen.fillRect(axis.label, 0, room, h);
    pen.fillStyle = colors.soft;
    pen.font = `11px ${FONT}`;
    pen.fillText("whole run", 6, h / 2);
    pen.fillStyle = colors.running;
    for (let bar = 0; bar < n; bar++) if (ran[bar]) {
      const high = Math.max(1, (h - 8) * ran[bar]);
      pen.fillRect(axis.label + bar * room / n, h - high, Math.ceil(room / n), high);
    }
    pen.fillStyle = colors.text;
    for (let bar = 0; bar < n; bar++) if (printed[bar]) pen.fillRect(axis.label + bar * room / n, 2, 2, 4);
    pen.fillStyle = colors.failed;
    for (const { event } of run.findings.slice(0, 2000)) {
      pen.fillRect(axis.label + (axis.unit(event) - axis.begin) / (axis.end - axis.begin) * room - 1, 0, 3, 7);
    }
  }
}

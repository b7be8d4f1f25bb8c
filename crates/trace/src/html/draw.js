// The lanes on a canvas: only what can be seen is looked at.

const canvas = document.getElementById("lanes"), pen = canvas.getContext("2d");
const LANE = 30, HEAD = 34;
// What is seen: from and to, in events or in nanoseconds; the first lane; the event played last.
const view = { from: 0, to: 1, top: 0, cursor: -1, lane: 0, byTime: false, label: 90 };
const colors = {};
let hatch = null;

function readColors() {
  const style = getComputedStyle(document.documentElement);
  for (const it of ["page", "text", "soft", "line", "running", "said", "ready", "waiting", "wake", "cursor"]) colors[it] = style.getPropertyValue(`--${it}`).trim();
  const tile = document.createElement("canvas");
  tile.width = tile.height = 8;
  const t = tile.getContext("2d");
  t.strokeStyle = colors.ready;
  t.lineWidth = 2.4;
  for (const x of [-8, 0, 8]) { t.beginPath(); t.moveTo(x, 8); t.lineTo(x + 8, 0); t.stroke(); }
  hatch = pen.createPattern(tile, "repeat");
}

function end() { return view.byTime ? Math.max(1, n ? at[n - 1] : 1) : Math.max(1, n); }
function width() { return canvas.clientWidth - view.label; }
function xOf(i) {
  const unit = view.byTime ? (i >= n ? end() : at[i]) : i;
  return view.label + (unit - view.from) / (view.to - view.from) * width();
}
function unitOf(x) { return view.from + (x - view.label) / width() * (view.to - view.from); }
// The last event at or before a place.
function eventOf(x) {
  const unit = unitOf(x);
  const i = view.byTime ? after(at, n, unit) - 1 : Math.floor(unit);
  return Math.max(0, Math.min(n - 1, i));
}

function drawLife(p, life, from, to, y) {
  const w = Math.max(1, to - from);
  if (runs(life)) {
    p.fillStyle = colors.running;
    p.fillRect(from, y - 9, w, 18);
  } else if (life === READY) {
    p.fillStyle = w < 3 ? colors.ready : hatch;
    p.fillRect(from, y - 5, w, 10);
    if (w >= 3) { p.strokeStyle = colors.ready; p.lineWidth = 1; p.setLineDash([]); p.strokeRect(from + .5, y - 5.5, w - 1, 11); }
  } else if (life === WAITING) {
    p.strokeStyle = colors.waiting; p.lineWidth = 2; p.setLineDash([2, 4]); p.lineDashOffset = from % 6;
    p.beginPath(); p.moveTo(from, y); p.lineTo(to, y); p.stroke(); p.setLineDash([]);
  } else if (life >= DONE && to > view.label) {
    p.strokeStyle = colors.text; p.lineWidth = 3; p.beginPath();
    if (life === DONE) { p.moveTo(from, y - 9); p.lineTo(from, y + 9); }
    if (life === PANICKED) { p.moveTo(from - 5, y - 5); p.lineTo(from + 5, y + 5); }
    if (life !== DONE) { p.moveTo(from - 5, y + 5); p.lineTo(from + 5, y - 5); }
    p.stroke();
  }
}

function drawLane(it, y, right) {
  const { from, life } = it;
  const first = eventOf(view.label);
  let place = Math.max(0, after(from.items, from.length, first) - 1);
  while (place < from.length) {
    const x = xOf(from.items[place]);
    if (x > right) break;
    const to = place + 1 < from.length ? xOf(from.items[place + 1]) : xOf(n);
    if (to - x >= 1 || life.items[place] >= DONE) {
      if (life.items[place] < DONE || x >= view.label - 4) drawLife(pen, life.items[place], Math.max(x, view.label), Math.min(to, right), y);
      place++;
      continue;
    }
    // Less than a dot: one dot for all that is in it, and on with what comes after.
    pen.fillStyle = colors.running;
    pen.fillRect(Math.max(x, view.label), y - 9, 1, 18);
    const next = eventOf(x + 1);
    place = Math.max(place + 1, after(from.items, from.length, next) - 1);
  }
}

function drawTimes(right, bottom) {
  pen.fillStyle = colors.soft; pen.strokeStyle = colors.line; pen.lineWidth = 1;
  pen.font = "12px ui-monospace, 'DejaVu Sans Mono', monospace"; pen.textBaseline = "middle";
  const gap = Math.max(110, pen.measureText(seconds(n ? at[n - 1] : 0)).width + 40);
  let shown = null;
  for (let x = view.label; x < right - 60; x += gap) {
    const i = eventOf(x), time = view.byTime ? unitOf(x) : at[i];
    const text = seconds(Math.max(0, Math.round(time)));
    if (text === shown) continue;
    shown = text;
    pen.beginPath(); pen.moveTo(x + .5, 22); pen.lineTo(x + .5, bottom); pen.stroke();
    pen.fillText(`${text} s`, x + 4, 12);
  }
}

function drawDetails(right) {
  const first = eventOf(view.label), last = Math.min(n - 1, eventOf(right) + 1);
  // Arrows and words are for those who look closely.
  if (last - first > 1500 || (last - first) * 4 > width()) return;
  const yOf = no => { const it = laneOf.get(no); return HEAD + (it.row - view.top) * LANE + LANE / 2; };
  pen.textBaseline = "middle";
  for (let i = first; i <= last; i++) {
    const x = xOf(i);
    if (x < view.label || x > right) continue;
    const y = task[i] ? yOf(task[i]) : HEAD - 8;
    reader.place = rest[i];
    if (kind[i] === K.WOKEN) {
      number();
      const by = number(), from = by === 0 ? yOf(number()) : HEAD - 8;
      pen.strokeStyle = pen.fillStyle = colors.wake; pen.lineWidth = 1.5; pen.beginPath();
      if (from === y) { pen.arc(x, y - 11, 5, Math.PI * .8, Math.PI * 2.2); pen.stroke(); continue; }
      const tip = from < y ? y - 6 : y + 6, back = from < y ? -6 : 6;
      pen.moveTo(x, from); pen.lineTo(x, tip); pen.stroke();
      pen.beginPath(); pen.moveTo(x, tip); pen.lineTo(x - 4, tip + back); pen.lineTo(x + 4, tip + back); pen.fill();
    } else if (kind[i] === K.TIMER_SET || kind[i] === K.TIMER_FIRED || kind[i] === K.TIMER_UNSET) {
      pen.strokeStyle = colors.text; pen.fillStyle = colors.page; pen.lineWidth = 1.5;
      // Below the box, where it hides no words.
      const c = task[i] ? y + 9 : y;
      pen.beginPath(); pen.arc(x + 6, c, 5, 0, 7); pen.fill(); pen.stroke();
      pen.beginPath();
      if (kind[i] === K.TIMER_UNSET) { pen.moveTo(x, c + 6); pen.lineTo(x + 12, c - 6); }
      else { pen.moveTo(x + 6, c - 3); pen.lineTo(x + 6, c); pen.lineTo(x + 9, c); }
      pen.stroke();
    } else if (kind[i] === K.DESCRIPTOR) {
      pen.strokeStyle = colors.text; pen.fillStyle = colors.page; pen.lineWidth = 1.5; pen.beginPath();
      pen.moveTo(x, y - 6); pen.lineTo(x + 6, y); pen.lineTo(x, y + 6); pen.lineTo(x - 6, y); pen.closePath(); pen.fill(); pen.stroke();
    } else if (kind[i] === K.PRINTED) {
      const who = number(); number();
      const room = Math.max(0, (i + 1 <= n ? nextBegin(i) : right) - x - 4);
      pen.fillStyle = who ? colors.said : colors.text;
      if (room > 14) { pen.save(); pen.beginPath(); pen.rect(x, 0, room, canvas.clientHeight); pen.clip(); pen.fillText(texts[number()], x + 3, y); pen.restore(); }
    }
  }
}
// Where the lane of event `i` changes next, or the next line is printed.
function nextBegin(i) {
  const it = laneOf.get(task[i]);
  if (!it) return xOf(i + 1);
  const place = after(it.from.items, it.from.length, i);
  const next = place < it.from.length ? it.from.items[place] : n;
  const printed = outputs[after(outputs, outputs.length, i)] ?? n;
  return xOf(Math.min(next, printed));
}

function draw() {
  const ratio = devicePixelRatio || 1, w = canvas.clientWidth, h = canvas.clientHeight;
  if (canvas.width !== Math.round(w * ratio) || canvas.height !== Math.round(h * ratio)) { canvas.width = Math.round(w * ratio); canvas.height = Math.round(h * ratio); }
  pen.setTransform(ratio, 0, 0, ratio, 0, 0);
  pen.fillStyle = colors.page; pen.fillRect(0, 0, w, h);
  drawTimes(w, h);
  pen.font = "12px ui-monospace, 'DejaVu Sans Mono', monospace";
  const rows = Math.ceil((h - HEAD) / LANE);
  pen.save(); pen.beginPath(); pen.rect(0, HEAD - 20, w, h); pen.clip();
  for (let row = Math.floor(view.top); row < Math.min(lanes.length, view.top + rows + 1); row++) {
    const y = HEAD + (row - view.top) * LANE + LANE / 2;
    if (row === view.lane) { pen.globalAlpha = .12; pen.fillStyle = colors.soft; pen.fillRect(0, y - LANE / 2, w, LANE); pen.globalAlpha = 1; }
    drawLane(lanes[row], y, w);
  }
  drawDetails(w);
  for (let row = Math.floor(view.top); row < Math.min(lanes.length, view.top + rows + 1); row++) {
    const y = HEAD + (row - view.top) * LANE + LANE / 2;
    pen.fillStyle = colors.page; pen.fillRect(0, y - LANE / 2, view.label - 4, LANE);
    pen.fillStyle = colors.text; pen.textBaseline = "middle";
    pen.fillText(`${row === view.lane ? "▸" : " "}${lanes[row].name.slice(0, 22)}`, 4, y);
  }
  pen.restore();
  // The cursor stands behind the event that was played last.
  const x = xOf(view.cursor + 1);
  if (x >= view.label - 1 && x <= w) {
    pen.strokeStyle = colors.cursor; pen.lineWidth = 2; pen.beginPath(); pen.moveTo(x, 20); pen.lineTo(x, h); pen.stroke();
    pen.fillStyle = colors.cursor; pen.beginPath(); pen.moveTo(x - 6, 18); pen.lineTo(x + 6, 18); pen.lineTo(x, 27); pen.fill();
  }
}

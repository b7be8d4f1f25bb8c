// Keys, buttons and pointer; and what stands below the lanes.

const $ = id => document.getElementById(id);
let asked = false;
function show() {
  if (asked) return;
  asked = true;
  requestAnimationFrame(() => { asked = false; draw(); tell(); });
}

function fact(list, head, text) {
  const dt = document.createElement("dt"), dd = document.createElement("dd");
  dt.textContent = head;
  dd.textContent = text;
  list.append(dt, dd);
}
function some(items, n_shown = 12) {
  const shown = items.slice(0, n_shown).map(it => it.name).join(", ");
  return items.length > n_shown ? `${shown} and ${items.length - n_shown} more` : shown || "nobody";
}

function tell() {
  const i = view.cursor, now = $("now");
  const [who, what] = i < 0 ? ["", "nothing has happened yet"] : words(i);
  now.textContent = i < 0 ? what : `${seconds(at[i])} s  ${who} ${what}`;
  const small = document.createElement("small");
  small.textContent = phase(i);
  now.append(small);

  const state = $("state");
  state.replaceChildren();
  fact(state, "event", `${i + 1} of ${n}`);
  const { running, ready, waiting, over } = livesAt(i);
  fact(state, "runs", some(running));
  fact(state, "ready, next one first", some(ready));
  const told = waiting.slice(0, 8).map(it => {
    const on = waitsAt(it, i).map(w => { reader.place = rest[w]; number(); return waits(); });
    return on.length ? `${it.name} (${on.join(" and ")})` : it.name;
  });
  fact(state, "wait", told.length ? told.join("; ") + (waiting.length > 8 ? ` and ${waiting.length - 8} more` : "") : "nobody");
  fact(state, "over", some(over));

  const events = $("events"), had = events.contains(document.activeElement);
  events.replaceChildren();
  const begin = Math.max(0, Math.min(i - 6, n - 14));
  for (let e = begin; e < Math.min(n, begin + 14); e++) {
    const item = document.createElement("li"), button = document.createElement("button"), time = document.createElement("time");
    const [who, what] = words(e, true);
    time.textContent = e > begin && at[e] === at[e - 1] ? "" : seconds(at[e]);
    button.append(time, `${who} ${what}`);
    button.onclick = () => go(e);
    button.tabIndex = e === i ? 0 : -1;
    if (e === i) button.setAttribute("aria-current", "step");
    item.append(button);
    events.append(item);
    if (had && e === i) button.focus();
  }

  const end = after(outputs, outputs.length, i), lines = [];
  for (let o = Math.max(0, end - 200); o < end; o++) {
    reader.place = rest[outputs[o]];
    number();
    const error = number();
    lines.push((error ? "! " : "") + texts[number()]);
  }
  $("said").textContent = lines.join("\n");
  $("said").scrollTop = $("said").scrollHeight;
}

// Goes to an event, and keeps it in sight.
function go(i) {
  view.cursor = Math.max(-1, Math.min(n - 1, i));
  const unit = view.byTime ? (view.cursor < 0 ? 0 : at[view.cursor]) : view.cursor + 1;
  const span = view.to - view.from;
  if (unit < view.from || unit > view.to) move(unit - span / 2 - view.from);
  const it = view.cursor >= 0 && laneOf.get(task[view.cursor]);
  if (it) choose(it.row, false);
  show();
}
function move(by) {
  const span = view.to - view.from;
  view.from = Math.max(0, Math.min(end() - span, view.from + by));
  view.to = view.from + span;
}
function zoom(factor, around) {
  const least = view.byTime ? 10 : 6;
  const span = Math.max(Math.min(least, end()), Math.min(end(), (view.to - view.from) * factor));
  const share = (around - view.from) / (view.to - view.from);
  view.from = Math.max(0, Math.min(end() - span, around - share * span));
  view.to = view.from + span;
  show();
}
function whole() { view.from = 0; view.to = end(); show(); }
function choose(row, goes = true) {
  view.lane = Math.max(0, Math.min(lanes.length - 1, row));
  $("task").value = String(view.lane);
  const seen = Math.max(1, Math.floor((canvas.clientHeight - HEAD) / LANE));
  if (view.lane < view.top) view.top = view.lane;
  if (view.lane >= view.top + seen) view.top = view.lane - seen + 1;
  if (goes) show();
}
function jump(items, length, back) {
  const place = back ? after(items, length, view.cursor - 1) - 1 : after(items, length, view.cursor);
  if (place >= 0 && place < length) go(items[place]);
}
function axis() {
  const middle = view.cursor;
  view.byTime = !view.byTime;
  $("axis").setAttribute("aria-pressed", String(view.byTime));
  whole();
  go(middle);
}

const center = () => view.cursor < 0 ? view.from : view.byTime ? at[view.cursor] : view.cursor;
const ofTask = back => lanes.length && jump(lanes[view.lane].events.items, lanes[view.lane].events.length, back);
const keys = {
  ArrowRight: () => go(view.cursor + 1), ArrowLeft: () => go(view.cursor - 1),
  Home: () => go(-1), End: () => go(n - 1),
  PageDown: () => go(view.cursor + 20), PageUp: () => go(view.cursor - 20),
  ArrowDown: () => choose(view.lane + 1), ArrowUp: () => choose(view.lane - 1),
  n: () => ofTask(false), N: () => ofTask(true),
  p: () => jump(polls, polls.length, false), P: () => jump(polls, polls.length, true),
  o: () => jump(outputs, outputs.length, false), O: () => jump(outputs, outputs.length, true),
  "+": () => zoom(.5, center()), "=": () => zoom(.5, center()), "-": () => zoom(2, center()), 0: whole, t: axis,
};
addEventListener("keydown", event => {
  if (event.ctrlKey || event.altKey || event.metaKey || event.target.tagName === "SELECT") return;
  if (event.target.id === "said" && event.key.startsWith("Arrow")) return;
  const key = keys[event.key];
  if (key) { key(); event.preventDefault(); }
});
const buttons = { first: "Home", back: "ArrowLeft", step: "ArrowRight", last: "End", poll: "p", output: "o", of: "n", in: "+", out: "-", all: "0", axis: "t" };
for (const [id, key] of Object.entries(buttons)) $(id).onclick = () => keys[key]();
$("task").onchange = event => choose(+event.target.value);

canvas.addEventListener("wheel", event => {
  event.preventDefault();
  if (event.shiftKey) {
    view.top = Math.max(0, Math.min(lanes.length - 1, view.top + Math.sign(event.deltaY)));
    show();
  } else if (Math.abs(event.deltaX) > Math.abs(event.deltaY)) {
    move(event.deltaX / width() * (view.to - view.from));
    show();
  } else {
    zoom(event.deltaY > 0 ? 1.25 : .8, unitOf(event.offsetX));
  }
}, { passive: false });
let drag = null;
canvas.onpointerdown = event => { drag = { x: event.offsetX, y: event.offsetY, top: view.top, moved: false }; canvas.setPointerCapture(event.pointerId); };
canvas.onpointerup = event => {
  if (drag && !drag.moved) {
    const row = Math.floor((event.offsetY - HEAD) / LANE + view.top);
    go(eventOf(event.offsetX));
    if (event.offsetY > HEAD && row < lanes.length) choose(row);
  }
  drag = null;
};
canvas.onpointerleave = () => { $("tip").hidden = true; };
canvas.onpointermove = event => {
  if (drag) {
    const by = drag.x - event.offsetX;
    if (Math.abs(by) > 3 || drag.moved) {
      drag.moved = true;
      move(by / width() * (view.to - view.from));
      drag.x = event.offsetX;
      view.top = Math.max(0, Math.min(Math.max(0, lanes.length - 1), drag.top + (drag.y - event.offsetY) / LANE));
      show();
    }
    return;
  }
  const tip = $("tip"), row = Math.floor((event.offsetY - HEAD) / LANE + view.top), it = lanes[row];
  if (!n || event.offsetX < view.label || event.offsetY < HEAD || !it) { tip.hidden = true; return; }
  const i = eventOf(event.offsetX), life = lifeAt(it, i);
  const word = ["is not there yet", "runs", "is ready", "waits", "is done", "has panicked", "is cancelled"][life];
  const [who, what] = words(i, true);
  tip.textContent = `${it.name} ${word} at ${seconds(at[i])} s · event ${i + 1}: ${who} ${what}`;
  tip.hidden = false;
  tip.style.left = `${Math.min(event.offsetX + 14, canvas.clientWidth - tip.offsetWidth - 4)}px`;
  tip.style.top = `${event.offsetY + 18}px`;
};

function start() {
  readColors();
  const word = n === 1 ? "event" : "events";
  $("facts").textContent = `${n.toLocaleString("en")} ${word}, ${lanes.length.toLocaleString("en")} tasks, ${n ? seconds(at[n - 1]) : 0} s of ${info.header.clock} time`;
  const select = $("task");
  for (const it of lanes.slice(0, 2000)) select.add(new Option(it.name, String(it.row)));
  pen.font = "12px ui-monospace, 'DejaVu Sans Mono', monospace";
  for (const it of lanes.slice(0, 2000)) view.label = Math.max(view.label, Math.min(190, pen.measureText(`▸${it.name.slice(0, 22)}`).width + 14));
  for (const it of document.querySelectorAll("#legend canvas")) {
    const p = it.getContext("2d");
    p.clearRect(0, 0, 28, 16);
    drawLife(p, { running: RUNNING, ready: READY, waiting: WAITING }[it.dataset.life], 1, 27, 8);
  }
  canvas.style.height = `${Math.max(140, Math.min(innerHeight * .5, HEAD + lanes.length * LANE + 8))}px`;
  view.to = end();
  draw();
  tell();
  // For those who measure: how long it took until all this could be seen.
  document.body.dataset.ready = String(Math.round(performance.now()));
}
addEventListener("resize", show);
matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => { readColors(); show(); });
start();

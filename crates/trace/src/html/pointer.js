// The pointer on the lanes: a click goes there, a drag moves, with shift it selects; two fingers zoom.

function listen(player) {
  const { canvas } = player.lanes, held = new Map();
  let drag = null, pinch = null;

  canvas.addEventListener("wheel", event => {
    const isAcross = Math.abs(event.deltaX) > Math.abs(event.deltaY), { axis, lanes } = player;
    const zooms = event.ctrlKey || event.metaKey || (player.shadowRoot.activeElement === canvas && lanes.most < .5);
    if (!isAcross && !event.shiftKey && !zooms) return;
    event.preventDefault();
    if (isAcross || event.shiftKey) axis.move((event.deltaX || event.deltaY) / axis.width * axis.span);
    else axis.zoom(event.deltaY > 0 ? 1.25 : .8, axis.unitAt(event.offsetX));
    player.show();
  }, { passive: false });

  canvas.addEventListener("pointerdown", event => {
    canvas.setPointerCapture(event.pointerId);
    held.set(event.pointerId, event.offsetX);
    if (held.size === 2) {
      const [a, b] = held.values();
      pinch = { apart: Math.max(20, Math.abs(a - b)), from: player.axis.from, span: player.axis.span, around: player.axis.unitAt((a + b) / 2) };
      drag = null;
    } else if (held.size === 1) drag = { x: event.offsetX, at: player.axis.eventAt(event.offsetX), isMoved: false, selects: event.shiftKey };
  });

  canvas.addEventListener("pointermove", event => {
    const { axis } = player, x = event.offsetX;
    if (held.has(event.pointerId)) held.set(event.pointerId, x);
    if (pinch && held.size === 2) {
      const [a, b] = held.values(), span = pinch.span * pinch.apart / Math.max(20, Math.abs(a - b));
      axis.set(pinch.around - ((a + b) / 2 - axis.label) / axis.width * span, span);
      player.show();
    } else if (drag) {
      if (Math.abs(x - drag.x) <= 3 && !drag.isMoved) return;
      drag.isMoved = true;
      if (drag.selects) player.select(Math.min(drag.at, axis.eventAt(x)), Math.max(drag.at, axis.eventAt(x)) + 1);
      else {
        axis.move((drag.x - x) / axis.width * axis.span);
        drag.x = x;
        player.show();
      }
    } else tip(player, event);
  });

  const ends = event => {
    if (!held.delete(event.pointerId)) return;
    if (drag && !drag.isMoved && event.type === "pointerup") {
      const lane = player.lanes.laneAt(event.offsetY);
      if (lane >= 0) player.choose(lane);
      if (event.offsetX >= player.axis.label) player.go(player.axis.eventAt(event.offsetX) + 1);
    }
    drag = pinch = null;
  };
  canvas.addEventListener("pointerup", ends);
  canvas.addEventListener("pointercancel", ends);
  canvas.addEventListener("pointerleave", () => { player.at("tip").hidden = true; });
}

// What is under the pointer, in words.
function tip(player, event) {
  const { run, axis, lanes } = player, box = player.at("tip"), lane = lanes.laneAt(event.offsetY);
  if (!run.n || event.offsetX < axis.label || event.pointerType === "touch") { box.hidden = true; return; }
  const i = axis.eventAt(event.offsetX), row = run.lanes[lane], [who, what] = words(run, i);
  const said = lane < 0 ? "" : `${nameOfRow(run, row)} ${says(run.life(row, i + 1))} · `;
  box.textContent = `${said}event ${count(i + 1)}, ${seconds(run.at[i], run.decimals)} s: ${who} ${what}`;
  box.hidden = false;
  const left = Math.max(0, Math.min(event.offsetX + 14, lanes.canvas.clientWidth - box.offsetWidth - 4));
  box.style.left = `${left}px`;
  box.style.top = `${event.offsetY + 20 + lanes.box.offsetTop}px`;
}

// What a task does, in words.
function says(code) {
  if (code === READY) return "is ready";
  return ["is not there yet", "runs", "waits", "is done", "has panicked", "is cancelled", "is dropped"][code & LIFE];
}

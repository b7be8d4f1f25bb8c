// What is seen between the lanes from near: who wakes whom, timers, lines that are printed.

function drawDetails(pen, colors, axis, lanes) {
  const { run } = axis, first = axis.eventAt(axis.label), right = axis.label + axis.width, last = Math.min(run.n - 1, axis.eventAt(right) + 1);
  // Arrows and words are for those who look closely.
  if (last - first > 1500 || (last - first) * 4 > axis.width) return;
  const yOf = no => lanes.y(run.laneOf[run.rowOf.get(no)] ?? 0), top = lanes.head - 8;
  pen.font = `12px ${FONT}`;
  for (let i = first; i <= last; i++) {
    const x = axis.x(axis.unit(i)), { kind, task, how, by, text } = run.event(i), y = task ? yOf(task) : top;
    if (x < axis.label || x > right) continue;
    pen.lineWidth = 1.5;
    switch (kind) {
      case K.WOKEN: drawWake(pen, colors, x, how === 0 ? yOf(by) : top, y); break;
      case K.TIMER_SET: case K.TIMER_FIRED: case K.TIMER_UNSET: drawClock(pen, colors, x, task ? y + 9 : y, kind === K.TIMER_UNSET); break;
      case K.DESCRIPTOR: drawDiamond(pen, colors, x, y); break;
      case K.PRINTED: {
        const room = Math.max(0, nextTurn(axis, i, task, right) - x - 4);
        if (room < 15) break;
        pen.save();
        pen.beginPath();
        pen.rect(x, 0, room, lanes.height);
        pen.clip();
        pen.fillStyle = task ? colors.said : colors.text;
        pen.fillText(printableName(run.text(text)), x + 3, y);
        pen.restore();
      }
    }
  }
}

// Where the lane of an event changes next, or the next line is printed.
function nextTurn(axis, i, task, right) {
  const { run } = axis, row = run.rowOf.get(task), printed = run.outputs[after(run.outputs, i)] ?? run.n;
  if (row === undefined) return right;
  const place = run.lives.last(row, i + 1) + 1, turn = place < run.lives.start[row + 1] ? run.lives.event[place] : run.n;
  return axis.x(axis.unit(Math.min(turn, printed)));
}

function drawWake(pen, colors, x, from, y) {
  pen.strokeStyle = pen.fillStyle = colors.wake;
  pen.beginPath();
  if (from === y) {
    pen.arc(x, y - 11, 5, Math.PI * .8, Math.PI * 2.2);
    pen.stroke();
    return;
  }
  const tip = from < y ? y - 6 : y + 6, back = from < y ? -6 : 6;
  pen.moveTo(x, from);
  pen.lineTo(x, tip);
  pen.stroke();
  pen.beginPath();
  pen.moveTo(x, tip);
  pen.lineTo(x - 4, tip + back);
  pen.lineTo(x + 4, tip + back);
  pen.fill();
}

function drawClock(pen, colors, x, y, isTakenBack) {
  pen.strokeStyle = colors.text;
  pen.fillStyle = colors.page;
  pen.beginPath();
  pen.arc(x + 6, y, 5, 0, 7);
  pen.fill();
  pen.stroke();
  pen.beginPath();
  if (isTakenBack) { pen.moveTo(x, y + 6); pen.lineTo(x + 12, y - 6); }
  else { pen.moveTo(x + 6, y - 3); pen.lineTo(x + 6, y); pen.lineTo(x + 9, y); }
  pen.stroke();
}

function drawDiamond(pen, colors, x, y) {
  pen.strokeStyle = colors.text;
  pen.fillStyle = colors.page;
  pen.beginPath();
  pen.moveTo(x, y - 6);
  pen.lineTo(x + 6, y);
  pen.lineTo(x, y + 6);
  pen.lineTo(x - 6, y);
  pen.closePath();
  pen.fill();
  pen.stroke();
}

// The colors of the canvases: those of the style, light or dark.

function readColors(probe) {
  const style = getComputedStyle(probe), colors = {};
  for (const it of ["page", "panel", "text", "soft", "line", "running", "said", "ready", "waiting", "wake", "cursor", "failed", "chosen"]) {
    probe.style.color = `var(--${it})`;
    colors[it] = style.color;
  }
  colors.hatch = pattern(8, pen => {
    pen.strokeStyle = colors.ready;
    pen.lineWidth = 2.4;
    for (const x of [-8, 0, 8]) {
      pen.beginPath();
      pen.moveTo(x, 8);
      pen.lineTo(x + 8, 0);
      pen.stroke();
    }
  });
  colors.dots = pattern(6, pen => {
    pen.fillStyle = colors.waiting;
    pen.fillRect(0, 0, 2, 6);
  });
  return colors;
}
// What repeats itself, so wide and so high.
function pattern(size, draw) {
  const tile = document.createElement("canvas"), pen = tile.getContext("2d");
  tile.width = tile.height = size;
  draw(pen);
  return pen.createPattern(tile, "repeat");
}

// Fits a canvas to its room; its pen, in units of the page.
function penOf(canvas, width = canvas.clientWidth, height = canvas.clientHeight) {
  const ratio = devicePixelRatio || 1, w = Math.round(width * ratio), h = Math.round(height * ratio);
  if (canvas.width !== w || canvas.height !== h) Object.assign(canvas, { width: w, height: h });
  const pen = canvas.getContext("2d");
  pen.setTransform(ratio, 0, 0, ratio, 0, 0);
  pen.textBaseline = "middle";
  return pen;
}
const FONT = "ui-monospace, 'DejaVu Sans Mono', Menlo, Consolas, monospace";

// Text that can be shown, whoever wrote it: as `text/printable.rs` has it. All of it is set as text, never
// as markup; and what would turn the order of the letters around is replaced.

const LONGEST_NAME = 200, LONGEST_LINE = 4096;
const STEERS = /[\u0000-\u001f\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u206f\ufff9-\ufffb\ufdd0-\ufdef\ufffe\uffff\ud800-\udfff]|[\u{1fffe}\u{1ffff}\u{2fffe}\u{2ffff}\u{3fffe}\u{3ffff}\u{4fffe}\u{4ffff}\u{5fffe}\u{5ffff}\u{6fffe}\u{6ffff}\u{7fffe}\u{7ffff}\u{8fffe}\u{8ffff}\u{9fffe}\u{9ffff}\u{afffe}\u{affff}\u{bfffe}\u{bffff}\u{cfffe}\u{cffff}\u{dfffe}\u{dffff}\u{efffe}\u{effff}\u{ffffe}\u{fffff}\u{10fffe}\u{10ffff}]/gu;

function picture(it) {
  const code = it.codePointAt(0);
  if (code === 9) return "    ";
  if (code < 32) return String.fromCharCode(0x2400 + code);
  return code === 127 ? "\u2421" : "\ufffd";
}

function printable(text, most) {
  // No more of a text is looked at than is shown.
  let shown = String(text).slice(0, 2 * most + 2).replace(STEERS, picture);
  if (shown.length > most) {
    const letters = [...shown];
    if (letters.length > most) shown = `${letters.slice(0, most - 1).join("")}…`;
  }
  return shown;
}
const printableName = text => printable(text, LONGEST_NAME);
const printableLine = text => printable(text, LONGEST_LINE);

// A line as Rust quotes it.
function quoted(text) {
  const letters = text.length > LONGEST_LINE ? [...text.slice(0, 2 * LONGEST_LINE + 2)] : null;
  const isCut = letters && letters.length > LONGEST_LINE, whole = isCut ? letters.slice(0, LONGEST_LINE).join("") : text;
  const escaped = { "\"": "\\\"", "\\": "\\\\", "\n": "\\n", "\r": "\\r", "\t": "\\t", "\0": "\\0" };
  const said = whole.replace(/["\\]|\p{C}|\p{Zl}|\p{Zp}|(?! )\p{Zs}/gu, it => escaped[it] ?? `\\u{${it.codePointAt(0).toString(16)}}`);
  return `"${said}"${isCut ? "…" : ""}`;
}

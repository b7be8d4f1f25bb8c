// Times and durations in words, as `text/time.rs` has them.

// How many decimals the seconds of a run need: as few as say everything, and microseconds of real time.
function decimals(run) {
  if (run.header.clock === "real") return 6;
  let needs = 3, before = 0;
  for (let i = 0; i < run.n; i++) {
    const at = run.at[i];
    // Most of them happen at the same moment as the one before.
    if (at === before) continue;
    before = at;
    if (at % 1000) return 9;
    if (at % 1000000) needs = 6;
  }
  return needs;
}

function seconds(ns, decimals) {
  return `${Math.floor(ns / 1e9)}.${String(Math.floor(ns % 1e9)).padStart(9, "0").slice(0, decimals)}`;
}

// A duration as a person says it: `1.5 s`, `20 ms`, `3 h 20 min`.
function duration(ns) {
  if (ns === 0) return "0 s";
  if (ns >= 3.6e12) {
    const minutes = Math.floor(ns / 6e10);
    return `${Math.floor(minutes / 60)} h${minutes % 60 ? ` ${minutes % 60} min` : ""}`;
  }
  for (const [unit, name] of [[1e9, "s"], [1e6, "ms"], [1e3, "µs"]]) {
    if (ns < unit) continue;
    const fraction = String(Math.floor(ns % unit * 1000 / unit)).padStart(3, "0").replace(/0+$/, "");
    return `${Math.floor(ns / unit)}${fraction ? `.${fraction}` : ""} ${name}`;
  }
  return `${ns} ns`;
}

const count = n => String(n).replace(/\B(?=(\d{3})+$)/g, ",");
const many = (n, one, more = `${one}s`) => `${count(n)} ${n === 1 ? one : more}`;

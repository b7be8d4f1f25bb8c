// The page: which runs are shown, which of them the keys are for, and the address that leads back here.

import { guess } from "./guess.js";
import { Player, ask } from "./player.js";

const at = (id) => document.getElementById(id);
const [chooseA, chooseB] = [at("choose-a"), at("choose-b")];
const players = { a: null, b: null };
let active = "a";
let shelf;

const tell = (text) => { at("notice").textContent = text; };

/** Fills both lists; what is chosen stays chosen. */
async function list() {
  shelf = await ask("programs", {});
  for (const [choose, nothing] of [[chooseA, false], [chooseB, true]]) {
    const was = choose.value;
    const option = (it) => new Option(`${it.name} – ${it.idea}`, it.id);
    choose.replaceChildren(...(nothing ? [new Option("nothing", "")] : []));
    for (const [label, runs] of [["Programs", shelf.programs], ["Recordings", shelf.files]]) {
      if (!runs.length) continue;
      const group = document.createElement("optgroup");
      group.label = label;
      group.append(...runs.map(option));
      choose.append(group);
    }
    choose.value = was;
    if (choose.selectedIndex < 0) choose.selectedIndex = 0;
  }
}

/** Shows a run on one side; none, if there is none of that name. */
async function show(side, id, place = 0) {
  players[side]?.pause();
  const choose = side === "a" ? chooseA : chooseB;
  let player = null;
  if (id) {
    const facts = await ask("run", { id });
    player = new Player(facts, { tell, moved, ask: guess });
    player.section.addEventListener("focusin", () => activate(side));
    player.section.addEventListener("pointerdown", () => activate(side));
    if (facts.warning) tell(facts.warning);
  }
  players[side] = player;
  choose.value = id;
  at("players").replaceChildren(...[players.a, players.b].filter(Boolean).map((it) => it.section));
  at("together").disabled = !players.b;
  activate(players[active] ? active : "a");
  if (player) await player.go("to", place, { told: false });
  remember();
}

function activate(side) {
  active = side;
  for (const it of ["a", "b"]) players[it]?.section.classList.toggle("active", it === side);
}

/** The other run follows, if both are to move; then the address says where they are. */
function moved(player, name, words, follow) {
  const other = player === players.a ? players.b : players.a;
  // Words are for both alike; a number of one run means nothing in the other.
  if (follow && other && at("together").checked && name !== "to") {
    other.go(name, words, { told: false });
  }
  remember();
}

function remember() {
  const hash = new URLSearchParams();
  for (const side of ["a", "b"]) {
    if (!players[side]) continue;
    hash.set(side, players[side].facts.id);
    hash.set(`${side}-at`, players[side].scene?.position ?? 0);
  }
  history.replaceState(null, "", `#${hash}`);
}

/** Shows what the address says, else what the command line asked for. */
async function restore() {
  const hash = new URLSearchParams(location.hash.slice(1));
  const known = (id) => [...shelf.programs, ...shelf.files].some((it) => it.id === id);
  const first = shelf.first ?? "stage2";
  await show("a", known(hash.get("a")) ? hash.get("a") : first, hash.get("a-at") ?? 0);
  if (known(hash.get("b"))) await show("b", hash.get("b"), hash.get("b-at") ?? 0);
}

/** Reads a recording of the reader's: beside the run that is there. */
async function open(file, lossy = "") {
  if (file.size > shelf.most_bytes) {
    return tell(`The file is too large: ${shelf.most_bytes >> 20} MiB are the most.`);
  }
  const facts = await ask("open", { name: file.name, lossy }, file);
  if (facts.error) {
    tell(facts.error);
    const also = "\n\nShow what can be read of it?";
    if (facts.is_partly && confirm(facts.error + also)) await open(file, "yes");
    return;
  }
  await list();
  await show("b", facts.id);
}

const said = (error) => tell(error.message);
chooseA.addEventListener("change", () => show("a", chooseA.value).catch(said));
chooseB.addEventListener("change", () => show("b", chooseB.value).catch(said));
at("open").addEventListener("click", () => at("file").click());
at("file").addEventListener("change", (event) => {
  const [file] = event.target.files;
  event.target.value = "";
  if (file) open(file).catch(said);
});
at("keys").addEventListener("click", () => at("help").showModal());

/** What each key does to the run that the keys are for. */
const KEYS = {
  ArrowRight: (it) => it.go("step"),
  ArrowLeft: (it) => it.go("back"),
  " ": (it) => it.play(),
  "+": (it) => it.faster(true),
  "=": (it) => it.faster(true),
  "-": (it) => it.faster(false),
  p: (it) => it.go("next-poll"),
  P: (it) => it.go("previous-poll"),
  o: (it) => it.go("next-output"),
  O: (it) => it.go("previous-output"),
  t: (it) => it.go("next-of"),
  T: (it) => it.go("previous-of"),
  Home: (it) => it.go("start"),
  End: (it) => it.go("end"),
  "/": (it) => it.find(".find input").focus(),
  n: (it) => it.found && it.go("find", it.found),
  N: (it) => it.found && it.go("find-back", it.found),
  s: (it) => it.otherSource(),
  g: (it) => guess(it),
  x: () => {
    const other = players[active === "a" ? "b" : "a"];
    other?.section.focus();
  },
  "?": () => at("help").showModal(),
};

/** Whether an element has a use of its own for a key. */
function keeps(element, key) {
  if (element.closest("dialog")) return true;
  if (element.matches("input[type=search], select")) return true;
  if (element.matches("button, a, input[type=checkbox]")) return key === " ";
  if (element.matches("input[type=range]")) return key.startsWith("Arrow") || key === "Home" || key === "End";
  return false;
}

document.addEventListener("keydown", (event) => {
  const does = KEYS[event.key];
  if (event.key === "Escape" && event.target.matches?.("input[type=search]")) event.target.closest(".player").focus();
  if (!does || event.ctrlKey || event.altKey || event.metaKey || !players[active]) return;
  if (event.target instanceof Element && keeps(event.target, event.key)) return;
  event.preventDefault();
  does(players[active]);
});

// After a search the keys are the player's again.
document.addEventListener("submit", (event) => {
  if (event.target.matches(".find")) event.target.closest(".player").focus();
});

list().then(restore).catch(said);

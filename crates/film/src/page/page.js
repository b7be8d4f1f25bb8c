// The page: which runs are shown, which of them the keys are for, and the address that leads back here.
// Each run is shown by the player, which is the same as in one file: it is given the recording.

const at = (id) => document.getElementById(id);
const [chooseA, chooseB] = [at("choose-a"), at("choose-b")];
/** On each side the player, and which run it shows. */
const sides = { a: null, b: null };
let active = "a";
let shelf;

const tell = (text) => { at("notice").textContent = text; };

/** Asks the server; what it refuses is an error in its own words. */
async function ask(path, query, body) {
  const method = body === undefined ? "GET" : "POST";
  const answer = await fetch(`${path}?${new URLSearchParams(query)}`, { method, body });
  if (!answer.ok) throw new Error((await answer.text()).trim());
  return answer;
}

/** Fills both lists; what is chosen stays chosen. */
async function list() {
  shelf = await (await ask("programs", {})).json();
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
  let shown = null;
  if (id) {
    const bytes = new Uint8Array(await (await ask("run", { id })).arrayBuffer());
    const box = at("side").content.firstElementChild.cloneNode(true);
    const player = box.querySelector("boucle-player");
    player.setAttribute("at", place);
    for (const link of box.querySelectorAll("[data-kind]")) {
      link.href = `file?${new URLSearchParams({ id, kind: link.dataset.kind })}`;
    }
    player.addEventListener("active", () => activate(side));
    player.addEventListener("other", other);
    player.addEventListener("moved", (event) => moved(side, event.detail));
    shown = { id, box, player, bytes };
  }
  sides[side] = shown;
  (side === "a" ? chooseA : chooseB).value = id;
  at("players").replaceChildren(...[sides.a, sides.b].filter(Boolean).map((it) => it.box));
  at("together").disabled = !sides.b;
  shown?.player.load(shown.bytes);
  if (shown) shown.bytes = null;
  activate(sides[active] ? active : "a");
  remember();
}

function activate(side) {
  active = side;
  sides[side]?.player.activate();
  for (const it of ["a", "b"]) sides[it]?.box.classList.toggle("active", it === side);
}

/** The keys are for the other run from now on. */
function other() {
  const side = active === "a" ? "b" : "a";
  if (!sides[side]) return tell("there is no other run: choose one beside this one");
  activate(side);
  sides[side].player.focusPlayer();
}

/** The other run follows, if both are to move; then the address says where they are. */
function moved(side, move) {
  const other = sides[side === "a" ? "b" : "a"];
  // A name is for both alike; a place of one run means nothing in the other.
  if (other && at("together").checked && move.name !== "to") other.player.follow(move);
  remember();
}

let asked = null;
/** The address follows, but not at each step of a run that plays: a browser counts how often it changes. */
function remember() {
  asked ??= setTimeout(() => {
    asked = null;
    const hash = new URLSearchParams();
    for (const side of ["a", "b"]) {
      if (!sides[side]) continue;
      hash.set(side, sides[side].id);
      hash.set(`${side}-at`, sides[side].player.position);
    }
    history.replaceState(null, "", `#${hash}`);
  }, 200);
}

/** Shows what the address says, else what the command line asked for. */
async function restore() {
  const hash = new URLSearchParams(location.hash.slice(1));
  const known = (id) => [...shelf.programs, ...shelf.files].some((it) => it.id === id);
  const first = shelf.first ?? "stage2";
  await show("a", known(hash.get("a")) ? hash.get("a") : first, hash.get("a-at") ?? 0);
  const second = known(hash.get("b")) ? hash.get("b") : hash.has("a") ? null : shelf.second;
  if (second) await show("b", second, hash.get("b-at") ?? 0);
}

/** Reads a recording of the reader's: beside the run that is there. */
async function open(file, lossy = "") {
  if (file.size > shelf.most_bytes) {
    return tell(`The file is too large: ${shelf.most_bytes >> 20} MiB are the most.`);
  }
  const opened = await (await ask("open", { name: file.name, lossy }, file)).json();
  if (opened.error) {
    tell(opened.error);
    const also = "\n\nShow what can be read of it?";
    if (opened.is_partly && confirm(opened.error + also)) await open(file, "yes");
    return;
  }
  tell("");
  await list();
  await show("b", opened.id);
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

list().then(restore).catch(said);

// A search: findings, names and lines are listed at once, and the events whose words have it in them are
// found one after another, piece by piece, so that a reader need not wait for the end of it.

const PIECE = 12;

class Search {
  constructor(player) {
    Object.assign(this, { player, words: "", turn: 0 });
    const input = player.at("search"), list = player.at("found");
    input.addEventListener("input", () => {
      clearTimeout(this.timer);
      this.timer = setTimeout(() => this.list(), 120);
    });
    input.addEventListener("keydown", event => {
      if (event.key === "Escape") { this.close(); player.focusPlayer(); event.preventDefault(); event.stopPropagation(); }
      if (event.key === "Enter") {
        event.preventDefault();
        this.words = input.value;
        this.close();
        player.focusPlayer();
        if (this.words) this.next(false);
      }
    });
    list.addEventListener("click", event => {
      const found = event.target.closest("button")?.found;
      if (!found) return;
      this.words = input.value;
      this.close();
      player.focusPlayer();
      if (found.lane !== undefined) player.choose(found.lane);
      if (found.position !== undefined) player.go(found.position);
    });
  }

  close() {
    this.turn++;
    this.player.at("found").hidden = true;
  }

  // What is found at once, some of each kind.
  list() {
    const { player } = this, { run } = player, wanted = player.at("search").value.toLowerCase(), box = player.at("found");
    if (!wanted) { this.close(); return; }
    const groups = [
      ["Findings", run.findings.length, it => run.findings[it].message, it => ({ position: run.findings[it].event + 1 })],
      ["Tasks", run.nTasks, it => nameOfRow(run, run.lanes[it]), it => ({ lane: it })],
      ["Lines", run.outputs.length, it => printableLine(run.text(run.event(run.outputs[it]).text)), it => ({ position: run.outputs[it] + 1 })],
    ];
    const parts = [], end = performance.now() + 40;
    for (const [title, n, text, found] of groups) {
      const items = [];
      for (let it = 0; it < n && items.length < 6 && (it % 256 || performance.now() < end); it++) {
        const said = text(it);
        if (!said.toLowerCase().includes(wanted)) continue;
        const button = make("button", "", said);
        button.type = "button";
        button.found = found(it);
        items.push(make("li", "", undefined, button));
      }
      if (items.length) parts.push(make("h4", "", title), make("ul", "", undefined, ...items));
    }
    parts.push(make("p", "soft", "Enter leads to the next event that has it in its words; n and N go on."));
    box.replaceChildren(...parts);
    box.hidden = false;
  }

  // Goes to the next event whose words have it in them, or to the one before; a finding belongs to its event.
  next(isBack) {
    const { player, words: said } = this, { run } = player, wanted = said.toLowerCase(), turn = ++this.turn;
    if (!wanted) return;
    const told = new Set(run.findings.filter(it => it.message.toLowerCase().includes(wanted)).map(it => it.event));
    let i = isBack ? player.position - 2 : player.position;
    const go = () => {
      if (turn !== this.turn) return;
      for (const end = performance.now() + PIECE; i >= 0 && i < run.n; i += isBack ? -1 : 1) {
        if (told.has(i) || words(run, i).join(" ").toLowerCase().includes(wanted)) {
          player.go(i + 1);
          return;
        }
        if (performance.now() > end) {
          i += isBack ? -1 : 1;
          player.tell(`looking for "${printableName(said)}": event ${count(i)} …`);
          setTimeout(go);
          return;
        }
      }
      player.tell(`"${printableName(said)}" is not found ${isBack ? "before" : "after"} this`);
    };
    go();
  }
}

// The element: a run, a place in it, and what shows it. It works in a page of film, in one file, and in any
// other page, which names the run by `src` or has the data in it. With the attribute `keys` it hears keys
// wherever they are pressed; else only those that are pressed in it.

class Player extends HTMLElement {
  static active = null;

  connectedCallback() {
    if (this.run || this.shadowRoot) return;
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(CSS);
    const root = this.attachShadow({ mode: "open" });
    root.adoptedStyleSheets = [sheet];
    const begin = () => this.#begin().catch(error => this.#fail(error));
    if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", begin); else begin();
  }
  disconnectedCallback() { this.pause?.(); if (Player.active === this) Player.active = null; }

  // What is wrong with the data is said where the player would be.
  #fail(error) { this.shadowRoot.replaceChildren(Object.assign(document.createElement("p"), { className: "failed", textContent: `boucle-player: ${error.message}` })); }

  async #begin() {
    const data = this.querySelector("script[type='text/plain']"), src = this.getAttribute("src");
    if (data) this.load(fromBase64(data.textContent.trim()));
    else if (src && loadFrom) this.load(await loadFrom(src));
  }

  // Shows the run that these bytes are.
  load(bytes) {
    try {
      this.run = new Run(bytes);
    } catch (error) {
      this.#fail(error);
      throw error;
    }
    if (!this.lanes) this.#build();
    const { run } = this, { header, beside } = run;
    const place = Math.max(0, Math.min(run.n, +this.getAttribute("at") || 0));
    Object.assign(this, { position: place, lane: 0, isChosen: false, selection: null, view: place ? "moment" : "run", axis: new Axis(run) });
    const name = printableName(beside.name ?? header.program);
    this.at("name").textContent = name;
    this.at("idea").textContent = printableLine(beside.idea ?? "");
    const clock = header.clock === "real" ? "real" : "virtual";
    this.at("facts").textContent = `${many(run.n, "event")} · ${many(run.nTasks, "task")} · ${duration(run.length)} of ${clock} time`;
    this.at("player").setAttribute("aria-label", `Run of ${name}`);
    this.at("slider").max = run.n;
    this.at("ask").disabled = !question(run);
    this.at("next-finding").disabled = !run.findings.length;
    this.way(this.at("way").value);
    this.at("axis").setAttribute("aria-pressed", this.axis.byTime);
    this.lanes.begin();
    this.whole.begin();
    this.panes.begin();
    if (beside.warning) this.tell(printableLine(beside.warning));
    this.shade = "";
    this.draw();
    // For those who measure: how long it took until all this could be seen.
    this.dataset.ready = Math.round(performance.now());
    this.dispatchEvent(new CustomEvent("ready"));
  }

  at(id) { return this.shadowRoot.getElementById(id); }
  pane(name) { return this.shadowRoot.querySelector(`[data-pane="${name}"]`); }

  #build() {
    this.shadowRoot.innerHTML = SKELETON;
    this.lanes = new Lanes(this);
    this.whole = new Whole(this, this.at("whole"));
    this.panes = new Panes(this);
    this.search = new Search(this);
    listen(this);
    this.shadowRoot.addEventListener("click", event => {
      const does = event.target.closest("[data-do]")?.dataset.do;
      if (does) this.do(does);
    });
    this.at("slider").addEventListener("input", event => this.go(+event.target.value));
    this.at("way").addEventListener("change", event => this.way(event.target.value));
    this.addEventListener("keydown", event => this.#key(event));
    for (const it of ["focusin", "pointerdown"]) this.addEventListener(it, () => this.activate());
    if (this.hasAttribute("keys")) {
      Player.active ??= this;
      document.addEventListener("keydown", event => {
        if (Player.active === this && (event.target === document.body || event.target === document.documentElement)) this.#key(event);
      });
    }
    new ResizeObserver(() => { this.lanes.key = this.whole.key = ""; this.show(); }).observe(this.at("stage"));
    // The page around it may become light or dark.
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => this.show());
    new MutationObserver(() => this.show()).observe(document.documentElement, { attributes: true });
  }

  activate() {
    if (Player.active === this) return;
    Player.active = this;
    this.dispatchEvent(new CustomEvent("active"));
  }
  focusPlayer() { this.at("player").focus({ preventScroll: true }); }

  #legend() {
    for (const it of this.shadowRoot.querySelectorAll("#legend canvas")) {
      const pen = it.getContext("2d"), { life } = it.dataset;
      pen.clearRect(0, 0, 28, 16);
      if (life !== "fold") { drawLife(pen, this.colors, +life, 1, 27, 8); continue; }
      const fold = new Fold();
      for (let x = 1; x < 27; x++) fold.add([RUNNING, READY, READY, IDLE][(x + (x >> 3)) % 4], 0, x, x + 1);
      fold.polls = 0;
      fold.draw(pen, this.colors, 8);
    }
  }

  #key(event) {
    const it = event.composedPath()[0], does = BY_KEY.get(event.key);
    if (!does || event.ctrlKey || event.altKey || event.metaKey || event.defaultPrevented) return;
    if (it instanceof Element && keeps(it, event.key)) { event.stopPropagation(); return; }
    event.preventDefault();
    // A page around it may have keys of its own.
    event.stopPropagation();
    this.do(does);
  }

  // Does what this name says; whether there was such a place, if it is a move.
  do(name, { follows = false } = {}) {
    if (ACTS[name]) return ACTS[name](this);
    const [leads, nowhere] = MOVES[name], position = leads(this);
    if (position < 0) { this.tell(follows ? "" : nowhere); return false; }
    this.go(position, { name, follows });
    return true;
  }

  // Goes where so many events have been played.
  go(position, { name = "to", follows = false, plays = false, steps = 1, time = 0 } = {}) {
    if (!plays) this.pause();
    this.position = Math.max(0, Math.min(this.run.n, position));
    if (this.position) this.view = "moment";
    this.tell("");
    this.axis.follow(this.position);
    const last = this.position ? this.run.event(this.position - 1).task : 0;
    const lane = last ? this.run.laneOf[this.run.rowOf.get(last)] : undefined;
    // Until a task is chosen, it is the one that something happens to.
    if (lane !== undefined && !this.isChosen) this.#take(lane);
    if (lane !== undefined) this.lanes.follow(lane);
    this.show();
    if (!follows) this.dispatchEvent(new CustomEvent("moved", { detail: { name, steps, time, position: this.position } }));
  }
  goFinding(finding) {
    if (finding.task) this.choose(this.run.laneOf[this.run.rowOf.get(finding.task)] ?? 0);
    this.go(finding.event + 1);
  }

  choose(lane) {
    this.isChosen = true;
    this.#take(lane);
    this.lanes.follow(this.lane);
    this.show();
  }
  #take(lane) {
    this.lane = Math.max(0, Math.min(this.run.nTasks - 1, lane));
    const row = this.run.lanes[this.lane];
    if (row !== undefined) this.at("lanes").setAttribute("aria-label", `Lanes: ${nameOfRow(this.run, row)} is chosen, ${this.lane + 1} of ${this.run.nTasks}`);
  }
  setView(view) {
    this.view = view;
    if (view === "run") { this.pause(); this.position = 0; this.axis.whole(); }
    this.show();
  }
  select(from, to) {
    this.selection = from < to ? [from, to] : null;
    this.show();
  }
  // Marks the begin or the end of a selection where the player is.
  markEnd(which) {
    const ends = this.selection ? [...this.selection] : [0, this.run.n];
    ends[which] = this.position;
    if (ends[0] >= ends[1]) ends[1 - which] = which ? 0 : this.run.n;
    this.select(...ends);
  }
  close() {
    this.search.close();
    this.isChosen = false;
    if (this.selection) this.select(0, 0);
    this.focusPlayer();
  }
  zoom(factor) {
    const { axis, position } = this, at = axis.byTime ? this.run.now(position) : position;
    axis.zoom(factor, at >= axis.from && at <= axis.to ? at : axis.from + axis.span / 2);
    this.show();
  }
  turnAxis() {
    this.axis.turn(this.position);
    this.whole.key = "";
    this.at("axis").setAttribute("aria-pressed", this.axis.byTime);
    this.show();
  }
  tell(text) { say(this.at("notice"), text); }

  show() {
    if (this.asked || !this.run) return;
    this.asked = true;
    requestAnimationFrame(() => { this.asked = false; this.draw(); });
  }
  draw() {
    const { run, position } = this, now = seconds(run.now(position), run.decimals), shade = getComputedStyle(this).backgroundColor;
    if (shade !== this.shade) {
      this.shade = shade;
      this.colors = readColors(this.at("probe"));
      this.#legend();
    }
    this.lanes.draw();
    this.whole.draw();
    this.panes.draw();
    const slider = this.at("slider");
    slider.value = position;
    slider.setAttribute("aria-valuetext", `event ${position} of ${run.n}, ${now} s`);
    say(this.at("place"), `event ${count(position)} of ${count(run.n)} · ${now} s`);
    this.at("view-run").setAttribute("aria-pressed", this.view === "run");
    this.at("view-moment").setAttribute("aria-pressed", this.view === "moment");
  }
}

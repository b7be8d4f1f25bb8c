// One run, its place, and the section that shows it. The server knows the run; this asks it for scenes.

import { drawNow, drawOutput, drawQueue, drawSource, drawTasks, make } from "./draw.js";

const SPEEDS = [1, 2, 4, 8, 16, 32, 64];

/** Asks the server; what it refuses is an error in its own words. */
export async function ask(path, query, body) {
  const method = body === undefined ? "GET" : "POST";
  const answer = await fetch(`${path}?${new URLSearchParams(query)}`, { method, body });
  if (!answer.ok) throw new Error((await answer.text()).trim());
  return answer.json();
}

export class Player {
  /** `tell` says something to the reader; `moved` is called after each move with the move. */
  constructor(facts, { tell, moved, ask: askGuess }) {
    Object.assign(this, { facts, tell, moved, scene: null, timer: null, found: "", file: -1 });
    this.section = document.getElementById("player").content.firstElementChild.cloneNode(true);
    // Moves are done one after another, in the order of the keys.
    this.queue = Promise.resolve();
    this.find = (query) => this.section.querySelector(query);
    this.section.setAttribute("aria-label", `Run of ${facts.name}`);
    this.find("h2").textContent = facts.name;
    this.find(".idea").textContent = facts.idea;
    this.slider = this.find(".slider");
    this.slider.max = facts.len;
    this.speed = this.find(".speed");
    this.speed.append(...SPEEDS.map((it) => new Option(`${it}/s`, it, it === 4, it === 4)));
    this.#sources();
    for (const link of this.section.querySelectorAll("[data-kind]")) {
      link.href = `file?${new URLSearchParams({ id: facts.id, kind: link.dataset.kind })}`;
    }
    for (const button of this.section.querySelectorAll("[data-go]")) {
      button.addEventListener("click", () => this.go(button.dataset.go));
    }
    this.find(".play").addEventListener("click", () => this.play());
    const guess = this.find(".ask");
    guess.disabled = !facts.question;
    guess.addEventListener("click", () => askGuess(this));
    this.slider.addEventListener("input", () => this.go("to", this.slider.value));
    this.find(".find").addEventListener("submit", (event) => {
      event.preventDefault();
      this.found = this.find(".find input").value;
      if (this.found) this.go("find", this.found);
    });
  }

  #sources() {
    this.files = this.find(".files select");
    const { sources } = this.facts;
    this.files.append(new Option(sources.length ? "the line that runs" : "is not here", -1));
    this.files.append(...sources.map((it, place) => new Option(it.path, place)));
    this.files.addEventListener("change", () => {
      this.file = Number(this.files.value);
      this.draw();
    });
  }

  /** Another source: the next one, and after the last the one whose line runs. */
  otherSource() {
    this.file = this.file + 1 < this.facts.sources.length ? this.file + 1 : -1;
    this.files.value = this.file;
    this.draw();
  }

  /** Moves, and draws; whether there was such a place. */
  go(name, words = "", { told = true, follow = told } = {}) {
    if (told) this.pause();
    const move = async () => {
      const at = this.scene?.position ?? 0;
      const { scene, nowhere } = await ask("scene", { id: this.facts.id, at, go: name, words });
      this.scene = scene;
      this.draw();
      this.tell(nowhere && told ? `${this.facts.name}: ${nowhere}` : "");
      this.moved(this, name, words, follow);
      return !nowhere;
    };
    this.queue = this.queue.then(move).catch((error) => {
      this.pause();
      this.tell(`${this.facts.name}: ${error.message}`);
      return false;
    });
    return this.queue;
  }

  /** Plays, or pauses. */
  play() {
    if (this.timer) return this.pause();
    this.find(".play").setAttribute("aria-pressed", "true");
    this.find(".play").textContent = "Pause";
    // Spoken at each event it would never come to an end.
    this.find(".now").setAttribute("aria-live", "off");
    const next = async () => {
      if (!(await this.go("step", "", { told: false, follow: true }))) return this.pause();
      if (this.timer) this.timer = setTimeout(next, 1000 / this.speed.value);
    };
    this.timer = setTimeout(next, 0);
  }

  pause() {
    clearTimeout(this.timer);
    this.timer = null;
    this.find(".play").setAttribute("aria-pressed", "false");
    this.find(".play").textContent = "Play";
    this.find(".now").setAttribute("aria-live", "polite");
  }

  faster(yes) {
    const place = this.speed.selectedIndex + (yes ? 1 : -1);
    this.speed.selectedIndex = Math.max(0, Math.min(SPEEDS.length - 1, place));
  }

  draw() {
    const scene = this.scene;
    if (!scene) return;
    this.slider.value = scene.position;
    this.slider.setAttribute("aria-valuetext", `event ${scene.position} of ${scene.len}, ${scene.now} s`);
    this.find(".place output").textContent = `event ${scene.position} of ${scene.len} · ${scene.now} s`;
    drawNow(this.find(".now"), scene);
    drawTasks(this.find(".tasks"), scene);
    drawQueue(this.find(".queue"), scene);
    drawOutput(this.find(".output"), scene);
    const [marked, line] = scene.mark ?? [0, 0];
    const shown = this.file < 0 ? marked : this.file;
    const source = this.facts.sources[shown];
    this.find(".code").hidden = !source;
    if (source) {
      this.find("pre").setAttribute("aria-label", source.path);
      drawSource(this.find("pre"), source, shown === marked ? line : 0);
    }
  }
}

export { make };

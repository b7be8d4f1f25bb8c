// Playing: event by event, change by change, or as time goes; the whole run takes as long as the speed says.

// The whole run takes so many seconds at the least speed.
const SLOWEST = 240;
// What a step of playing is.
const PLAYED = { event: "step", change: "next-change", time: "time" };

Object.assign(Player.prototype, {
  // Plays, or pauses.
  play() {
    if (this.timer) { this.pause(); return; }
    if (this.position === this.run.n) this.position = 0;
    this.at("play").setAttribute("aria-pressed", "true");
    this.at("play").textContent = "Pause";
    // Spoken at each event it would never come to an end.
    this.at("now").setAttribute("aria-live", "off");
    let last = performance.now(), owed = 0, time = this.run.now(this.position);
    const next = now => {
      const speed = SPEEDS[this.at("speed").selectedIndex], way = this.at("way").value, { run } = this;
      let position = this.position, steps = 0;
      if (way === "time") {
        const begin = run.time(0);
        time += (now - last) / 1000 * speed * Math.max(1, run.length - begin) / SLOWEST;
        position = Math.max(position, after(run.at, time));
      } else {
        owed += (now - last) / 1000 * speed;
        for (; owed >= 1 && position >= 0 && position < run.n; owed--, steps++) position = way === "change" ? nextChange(run, position) : position + 1;
        if (position < 0) position = run.n;
      }
      last = now;
      if (position !== this.position) this.go(position, { name: PLAYED[way], plays: true, steps, time });
      if (this.position < run.n) this.timer = requestAnimationFrame(next); else this.pause();
    };
    this.timer = requestAnimationFrame(next);
  },

  // Goes on as another run has played: so many steps, or to the same time.
  follow({ name, steps = 1, time }) {
    if (name === "time") this.go(after(this.run.at, time), { name, follows: true });
    else for (let step = 0; step < steps; step++) this.do(name, { follows: true });
  },

  pause() {
    if (!this.timer) return;
    cancelAnimationFrame(this.timer);
    this.timer = null;
    this.at("play").setAttribute("aria-pressed", "false");
    this.at("play").textContent = "Play";
    this.at("now").setAttribute("aria-live", "polite");
  },

  faster(by) {
    const speed = this.at("speed");
    speed.selectedIndex = Math.max(0, Math.min(SPEEDS.length - 1, speed.selectedIndex + by));
  },

  // By what it plays.
  way(way) {
    const speed = this.at("speed"), was = speed.selectedIndex;
    this.at("way").value = way;
    speed.replaceChildren(...SPEEDS.map(it => new Option(way === "time" ? `all in ${duration(SLOWEST / it * 1e9)}` : `${it}/s`)));
    speed.selectedIndex = was < 0 ? 2 : was;
  },
});

// A line a task: how often it was polled, how long it ran, was ready and waited, of the whole run or of
// what is selected. It can be sorted by each column; a click on a longest one leads there, and so do keys.

const COLUMNS = [["task", "task"], ["polls", "polls"], ["ran", "ran"], ["ready", "ready"], ["waited", "waited"],
  ["longestPoll", "longest poll"], ["longestReady", "longest ready"], ["longestWait", "longest wait"]];

class Summary {
  constructor(player) {
    this.player = player;
    this.column = "task";
    this.isDown = false;
    const head = player.at("summary-rows").parentElement.querySelector(".heads") ?? player.pane("summary").querySelector(".heads");
    for (const [name, says] of COLUMNS) {
      const button = make("button", "", says), cell = make("span", name === "task" ? "" : "number", undefined, button);
      button.type = "button";
      cell.setAttribute("role", "columnheader");
      cell.dataset.column = name;
      button.onclick = () => {
        // What is largest is looked for; a name is not.
        this.isDown = this.column === name ? !this.isDown : name !== "task";
        this.column = name;
        this.order = null;
        player.show();
      };
      head.append(cell);
    }
    this.head = head;
    this.rows = new Rows(player.at("summary-rows"), { cells: place => this.#cells(place), act: place => player.choose(player.run.laneOf[this.sums.rows[place]]) });
    player.at("summary-rows").addEventListener("click", event => {
      const at = event.target.dataset.at;
      if (at !== undefined) player.go(+at);
    });
  }

  begin() { this.all = this.sums = this.order = null; }

  // The sums of what is selected, or of the whole run.
  now() {
    const { run, selection } = this.player, [from, to] = selection ?? [0, run.n], was = this.sums;
    if (!was || was.from !== from || was.to !== to) {
      this.sums = selection ? sumUp(run, from, to) : this.all ??= sumUp(run, 0, run.n);
      this.order = null;
    }
    return this.sums;
  }
  // Where the longest stretch of the chosen task begins.
  longest(column) {
    const { run, lane } = this.player;
    return run.nTasks ? whereLongest(this.now(), column, run.lanes[lane]) : -1;
  }

  draw() {
    const { player } = this, { run, selection, lane } = player, sums = this.now(), { from, to } = sums;
    if (!this.order) {
      this.order = sortedBy(run, sums, this.column, this.isDown);
      for (const it of this.head.children) {
        if (it.dataset.column === this.column) it.setAttribute("aria-sort", this.isDown ? "descending" : "ascending");
        else it.removeAttribute("aria-sort");
      }
    }
    const chosen = run.lanes[lane];
    this.rows.set(this.order, { className: place => sums.rows[place] === chosen ? "chosen" : "" });
    say(player.at("summary-title"), selection ? "Summary of the selection" : "Summary");
    const what = `${many(to - from, "event")}, ${many(sums.nPolls, "poll")}, ${many(sums.nLines, "line")} in ${duration(Math.max(0, sums.end - sums.begin))}; tasks ran ${duration(sums.busy)}`;
    say(player.at("sum"), selection ? `From ${seconds(sums.begin, run.decimals)} s to ${seconds(sums.end, run.decimals)} s: ${what}. Esc takes the selection away.` : `${what}.`);
  }

  #cells(place) {
    const { sums, player } = this, { run } = player, row = sums.rows[place], name = make("span", "", nameOfRow(run, row));
    name.title = name.textContent;
    return [name, ...SUMS.map(column => {
      const value = sums[column][place], at = sums.where[column]?.[place];
      const cell = make("span", "number", column === "polls" ? count(value) : value ? duration(value) : "0");
      if (at >= 0 && value) {
        cell.dataset.at = at;
        cell.classList.add("leads");
        cell.title = "go there";
      }
      return cell;
    })];
  }
}

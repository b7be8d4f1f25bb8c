// Draws a scene into a player's section. All texts are set as text: a recording may be anybody's.

/** An element with a class and a text, and with these inside. */
export function make(name, className, text, ...inside) {
  const element = document.createElement(name);
  if (className) element.className = className;
  if (text !== undefined) element.textContent = text;
  element.append(...inside);
  return element;
}

const SIGNS = { running: "▶", ready: "●", waiting: "◌", failed: "✗", done: "✓" };

/** What happens now: a sentence each. */
export function drawNow(box, scene) {
  const lines = [make("p", "phase", scene.phase_says)];
  if (scene.told) lines.push(make("p", "told", scene.told));
  for (const finding of scene.findings) lines.push(make("p", "finding", `! ${finding}`));
  if (scene.why) lines.push(make("p", "why", `Why now: ${scene.why}`));
  if (scene.asleep) lines.push(make("p", "why", scene.asleep));
  box.replaceChildren(...lines);
}

export function drawTasks(pane, scene) {
  const row = (task) => {
    const className = task.life === "ready" ? "ready-task" : task.life;
    const sign = make("span", "", `${SIGNS[task.life]} `);
    sign.setAttribute("aria-hidden", "true");
    const name = make("th", "", undefined, sign, task.name);
    name.scope = "row";
    return make("tr", className, undefined, name, make("td", "", task.says), make("td", "", task.n_polls));
  };
  pane.querySelector("tbody").replaceChildren(...scene.tasks.map(row));
  const n = scene.n_more_tasks;
  pane.querySelector(".more").textContent = n ? `and ${n} more` : scene.tasks.length ? "" : "none yet";
}

function drawList(list, lines, n_more, nothing) {
  const items = lines.map((line) => make("li", "", line));
  if (n_more) items.push(make("li", "none", `and ${n_more} more`));
  if (!items.length) items.push(make("li", "none", nothing));
  list.replaceChildren(...items);
}

export function drawQueue(pane, scene) {
  drawList(pane.querySelector(".ready"), scene.ready, scene.n_more_ready, "empty");
  drawList(pane.querySelector(".timers"), scene.timers, 0, "none");
}

export function drawOutput(list, scene) {
  const last = scene.output.length - 1;
  const item = (line, place) => {
    const classes = [line.error ? "error" : "", scene.just_printed && place === last ? "new" : ""];
    const mark = line.error ? "! " : "";
    return make("li", classes.join(" ").trim(), undefined, make("time", "", line.at), mark + line.text);
  };
  const items = scene.output.map(item);
  list.replaceChildren(...(items.length ? items : [make("li", "nothing", "nothing yet")]));
  list.scrollTop = list.scrollHeight;
}

/** Shows a source; `line`, from 1, is the one that runs, and is brought into sight. */
export function drawSource(pre, source, line) {
  if (pre.dataset.path !== source.path) {
    const lines = source.lines.map((text, place) => {
      const span = make("span", "", text);
      span.dataset.line = place + 1;
      return span;
    });
    pre.replaceChildren(...lines);
    pre.dataset.path = source.path;
  }
  for (const marked of pre.querySelectorAll(".marked")) {
    marked.classList.remove("marked");
    marked.removeAttribute("aria-current");
  }
  const now = line && pre.children[line - 1];
  if (!now) return;
  now.classList.add("marked");
  now.setAttribute("aria-current", "step");
  const [top, height] = [now.offsetTop - pre.offsetTop, pre.clientHeight];
  if (top < pre.scrollTop + 20 || top > pre.scrollTop + height - 40) pre.scrollTop = top - height / 3;
}

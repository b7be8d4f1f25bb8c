// A prediction: the lines are chosen one after another, and the server compares them with the run.

import { ask, make } from "./player.js";

const at = (id) => document.getElementById(`guess-${id}`);
const dialog = document.getElementById("guess");

/** Asks for the order of a player's output. */
export function guess(player) {
  const { question, id } = player.facts;
  if (!question) return;
  player.pause();
  let lines = [];
  let position = null;

  const draw = () => {
    const n_left = question.n_lines - lines.length;
    const part = question.n_printed > question.n_lines ? `, of ${question.n_printed}` : "";
    at("left").textContent = n_left ? `${n_left} left of the first ${question.n_lines} lines${part}.` : "";
    at("lines").replaceChildren(...lines.map((line) => make("li", "guess-line", line)));
    at("back").disabled = !lines.length;
  };

  const choose = async (line) => {
    if (lines.length === question.n_lines) return;
    lines.push(line);
    draw();
    if (lines.length === question.n_lines) await judge();
  };

  const judge = async () => {
    const { verdict, says } = await ask("predict", { id }, JSON.stringify(lines));
    at("verdict").replaceChildren(...says.map((line) => make("p", "", line)));
    position = verdict.wrong?.position ?? null;
    if (verdict.wrong) at("lines").children[verdict.n_right]?.classList.add("wrong");
    show(true);
    (verdict.wrong ? at("show") : at("close")).focus();
  };

  const show = (isJudged) => {
    at("title").textContent = isJudged ? "Your prediction" : "Which line comes next?";
    at("choices").hidden = at("back").hidden = isJudged;
    at("again").hidden = !isJudged;
    at("show").hidden = !isJudged || position === null;
  };

  const begin = () => {
    [lines, position] = [[], null];
    at("verdict").replaceChildren();
    show(false);
    draw();
    at("choices").firstElementChild.focus();
  };

  const button = (line) => {
    const button = make("button", "guess-line", line);
    button.type = "button";
    button.addEventListener("click", () => choose(line).catch((error) => player.tell(error.message)));
    return button;
  };
  at("choices").replaceChildren(...question.choices.map(button));
  at("back").onclick = () => { lines.pop(); draw(); };
  at("again").onclick = begin;
  at("close").onclick = () => dialog.close();
  at("show").onclick = () => { dialog.close(); player.go("to", position); };
  dialog.showModal();
  begin();
}

// The dialog of a prediction: the lines are chosen one after another, and then compared with the run.

function guess(player) {
  const { run } = player, asks = question(run), at = id => player.at(`guess-${id}`), dialog = player.at("guess");
  if (!asks) return player.tell("there is no order to predict here");
  player.pause();
  let lines = [], position = -1;

  const draw = () => {
    const nLeft = asks.nLines - lines.length, part = asks.nPrinted > asks.nLines ? `, of ${count(asks.nPrinted)}` : "";
    at("left").textContent = nLeft ? `${nLeft} left of the first ${asks.nLines} lines${part}.` : "";
    at("lines").replaceChildren(...lines.map(it => make("li", "mono", it)));
    at("back").disabled = !lines.length;
  };
  const show = isJudged => {
    at("title").textContent = isJudged ? "Your prediction" : "Which line comes next?";
    at("choices").hidden = at("back").hidden = isJudged;
    at("again").hidden = !isJudged;
    at("show").hidden = !isJudged || position < 0;
  };
  const judge = () => {
    const { nRight, says, ...it } = verdict(run, lines);
    position = it.position;
    at("verdict").replaceChildren(...says.map(it => make("p", "", it)));
    if (position >= 0) at("lines").children[nRight]?.classList.add("failed");
    show(true);
    (position >= 0 ? at("show") : at("close")).focus();
  };
  const begin = () => {
    [lines, position] = [[], -1];
    at("verdict").replaceChildren();
    show(false);
    draw();
    at("choices").firstElementChild.focus();
  };
  at("choices").replaceChildren(...asks.choices.map(line => {
    const button = make("button", "mono", line);
    button.type = "button";
    button.onclick = () => {
      lines.push(line);
      draw();
      if (lines.length === asks.nLines) judge();
    };
    return button;
  }));
  at("back").onclick = () => { lines.pop(); draw(); };
  at("again").onclick = begin;
  at("close").onclick = () => dialog.close();
  at("show").onclick = () => { dialog.close(); player.go(position); };
  dialog.showModal();
  begin();
}

// What a player consists of, before there is a run in it. Nothing of a recording is ever set as markup.

const button = (does, says, key, more = "") => `<button type="button" data-do="${does}" title="${key}" ${more}>${says}</button>`;
const pane = (name, title, inside, more = "") => `<section class="pane" data-pane="${name}" aria-labelledby="${name}-title"><h3 id="${name}-title">${title}</h3>${inside}${more}</section>`;
const table = (name, heads) => `<div role="table" aria-labelledby="${name}-title"><div role="rowgroup"><div role="row" class="heads">${heads}</div></div>
  <div role="rowgroup" class="rows" id="${name}-rows" tabindex="0" aria-labelledby="${name}-title"></div></div>`;
const heads = names => names.map(it => `<span role="columnheader">${it}</span>`).join("");
const legend = (life, says) => `<li><canvas width="28" height="16" data-life="${life}" aria-hidden="true"></canvas>${says}</li>`;
const sign = (letter, says, more = "") => `<li><b ${more} aria-hidden="true">${letter}</b>${says}</li>`;

const SKELETON = `
<div id="player" tabindex="-1">
<i id="probe" hidden></i>
<header>
  <h2 id="name"></h2><p id="idea"></p><p id="facts"></p>
</header>
<div id="stage">
  <div id="chosen-lane" aria-hidden="true"></div>
  <canvas id="whole" aria-hidden="true"></canvas>
  <div id="box"><canvas id="lanes" tabindex="0" role="img" aria-label="Lanes: a task each" aria-describedby="now"></canvas><div class="spacer"></div></div>
  <canvas id="over" aria-hidden="true"></canvas>
  <div id="tip" role="tooltip" hidden></div>
</div>
<div class="place">
  <input type="range" id="slider" min="0" aria-label="Place in the run"><output id="place"></output><span id="notice" role="status"></span>
  <span class="group" role="group" aria-label="What is shown">${button("show-run", "Whole run", "v", 'id="view-run" aria-pressed="true"')}${button("show-moment", "Moment", "v", 'id="view-moment" aria-pressed="false"')}</span>
</div>
<div class="bar" role="toolbar" aria-label="Moves">
  <span class="group">${button("start", "|◀", "Home", 'aria-label="Start"')}${button("back", "◀", "←", 'aria-label="Back"')}${button("play", "Play", "space", 'id="play" aria-pressed="false"')}${button("step", "▶", "→", 'aria-label="Step"')}${button("end", "▶|", "End", 'aria-label="End"')}</span>
  <span class="group">${button("next-change", "Next change", "c")}${button("next-poll", "Poll", "p", 'aria-label="Next poll"')}${button("next-output", "Output", "o", 'aria-label="Next output"')}${button("next-of", "Of task", "t", 'aria-label="Next of task"')}${button("next-finding", "Finding", "f", 'aria-label="Next finding" id="next-finding"')}</span>
  <span class="group"><label>by <select id="way" title="m"><option value="event">event<option value="change" selected>change<option value="time">time</select></label><select id="speed" aria-label="Speed" title="+ -"></select></span>
  <span class="group">${button("zoom-in", "+", "z", 'aria-label="Zoom in"')}${button("zoom-out", "−", "Z", 'aria-label="Zoom out"')}${button("whole", "Whole", "w", 'aria-label="Whole run in the lanes"')}${button("axis", "Time", "a", 'id="axis" aria-pressed="false" aria-label="Lanes true to time"')}</span>
  <span class="group find"><input type="search" id="search" placeholder="Search" aria-label="Search" title="/" autocomplete="off" spellcheck="false"><div id="found" role="group" aria-label="Found" hidden></div></span>
  <span class="group">${button("guess", "Predict", "g", 'id="ask" aria-haspopup="dialog"')}${button("keys", "Keys", "?", 'aria-haspopup="dialog"')}</span>
</div>
<ul id="legend" aria-label="Legend">${legend(RUNNING, "runs")}${legend(READY, "ready")}${legend(IDLE, "waits")}${legend("fold", "folded: how much of it runs, is ready")}${sign("┃", "done")}${sign("✕", "panicked", 'class="failed"')}${sign("╱", "cancelled", 'class="failed"')}${sign("↓", "wake", 'class="wake"')}${sign("◷", "timer")}${sign("▼", "finding", 'class="failed"')}</ul>
<section id="now" data-pane="now" aria-live="polite" aria-atomic="true" aria-label="Now" tabindex="-1"></section>
<div class="panes">
  <div class="column">
    ${pane("findings", "Findings", '<ul id="findings" class="list"></ul>')}
    ${pane("tasks", "Tasks", '<div id="chosen"></div>', table("tasks", heads(["task", "state", "polls"])))}
    ${pane("queue", "Ready queue", '<div class="rows" id="queue-rows" role="group" tabindex="0" aria-labelledby="queue-title"></div>')}
    ${pane("timers", "Timers", '<div class="rows" id="timers-rows" role="group" tabindex="0" aria-labelledby="timers-title"></div>')}
    ${pane("objects", "Objects", table("objects", heads(["object", "held by", "waiting"])))}
  </div>
  <div class="column wide">
    ${pane("summary", "Summary", '<p id="sum"></p>', table("summary", ""))}
    ${pane("source", "Source", '<label class="files"><select id="files" aria-label="Which source" title="s"></select></label><p id="source-says" class="soft"></p><pre id="source" tabindex="0" aria-label="Source" aria-describedby="source-says"></pre>')}
  </div>
  <div class="column">
    ${pane("output", "Output", '<ol id="output" class="list mono" tabindex="0" aria-label="Output"></ol>')}
    ${pane("events", "Events", '<div class="rows" id="events-rows" role="group" tabindex="0" aria-labelledby="events-title"></div>')}
  </div>
</div>
<dialog id="help" aria-labelledby="help-title"><h2 id="help-title">Keys</h2>
  <table><tbody>${KEYS.filter(it => it[2]).map(([, , keys, says]) => `<tr><th scope="row">${keys.split(" ").map(it => `<kbd>${it}</kbd>`).join(" ")}</th><td>${says}</td></tr>`).join("")}</tbody></table>
  <p>In the lanes: a click goes there, a drag moves, with shift it selects; ctrl and the wheel, or two fingers, zoom.</p>
  <form method="dialog"><button>Close</button></form></dialog>
<dialog id="guess" aria-labelledby="guess-title"><h2 id="guess-title">Which line comes next?</h2>
  <p id="guess-left"></p><div id="guess-choices" role="group" aria-label="Lines to choose from"></div>
  <ol id="guess-lines" aria-label="Your prediction"></ol><div id="guess-verdict" role="status"></div>
  <div class="bar"><button type="button" id="guess-back">Take back</button><button type="button" id="guess-show" hidden>Show it</button><button type="button" id="guess-again" hidden>Again</button><button type="button" id="guess-close">Close</button></div></dialog>
</div>`;

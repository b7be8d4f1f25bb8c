// Two runs on one page: the key x goes from the one to the other, and what moves the one moves both.
"use strict";
{
  const [first, second] = document.querySelectorAll("boucle-player"), together = document.getElementById("together");
  for (const [one, other] of [[first, second], [second, first]]) {
    one.addEventListener("other", () => { other.activate(); other.focusPlayer(); });
    // A name is for both alike; a place of one run means nothing in the other.
    one.addEventListener("moved", ({ detail }) => { if (together.checked && detail.name !== "to") other.follow(detail); });
  }
}

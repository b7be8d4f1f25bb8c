// The element is defined last: then all that it needs is there.

function fromBase64(text) {
  if (Uint8Array.fromBase64) return Uint8Array.fromBase64(text);
  const letters = atob(text), bytes = new Uint8Array(letters.length);
  for (let i = 0; i < letters.length; i++) bytes[i] = letters.charCodeAt(i);
  return bytes;
}

// What tests ask for: a moment as data, and the run as a whole.
Player.prototype.moment = function (position) { return moment(this.run, position); };
Player.prototype.overview = function (parts) { return overview(this.run, parts); };

if (!customElements.get("boucle-player")) customElements.define("boucle-player", Player);

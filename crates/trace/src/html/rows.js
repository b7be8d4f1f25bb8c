// A long list, of which only what is seen is there: rows of one height, in a box that scrolls.

// An element with a class and a text, and with these inside.
function make(name, className, text, ...inside) {
  const element = document.createElement(name);
  if (className) element.className = className;
  if (text !== undefined) element.textContent = text;
  element.append(...inside);
  return element;
}

// Puts these into an element, in place of what is there; what is the same stays, and costs no look at the page.
function renew(element, items) {
  items.forEach((it, place) => {
    const old = element.children[place];
    if (!old) element.append(it); else if (old !== it && !old.isEqualNode(it)) old.replaceWith(it);
  });
  while (element.children.length > items.length) element.lastElementChild.remove();
}
function say(element, text) { if (element.textContent !== text) element.textContent = text; }

class Rows {
  // `cells(item)` makes the cells of a row, a list of elements; `act(item)` is done when it is clicked.
  constructor(box, { cells, act, height = 24, most = 14 }) {
    Object.assign(this, { box, cells, act, height, most, items: [], current: -1, top: 0 });
    this.inside = make("div", "rows-inside");
    this.inside.setAttribute("role", "presentation");
    box.append(this.inside);
    box.addEventListener("scroll", () => { this.top = box.scrollTop; this.#draw(); });
    box.addEventListener("click", event => {
      const row = event.target.closest(".row");
      if (row && this.act) this.act(this.items[+row.dataset.place] ?? +row.dataset.place);
    });
  }

  // Shows these items, or as many numbers as a length says; `current` is the place of the one that is marked, and brought into sight.
  set(items, { current = -1, className = () => "" } = {}) {
    const isMoved = current !== this.current || items.length !== this.items.length;
    Object.assign(this, { items, current, className });
    // A page can be so high at the most: then a row is less than its height apart.
    this.apart = Math.min(this.height, 8e6 / Math.max(1, items.length));
    this.inside.style.height = `${items.length * this.apart}px`;
    this.room = Math.min(items.length, this.most) * this.height + 2;
    this.box.style.height = `${this.room}px`;
    this.box.setAttribute("aria-rowcount", items.length);
    if (current >= 0 && isMoved) this.#follow(current);
    this.#draw();
  }

  #follow(place) {
    const at = place * this.apart, { room, height, items, apart } = this;
    if (at >= this.top && at <= this.top + room - height) return;
    this.top = Math.max(0, Math.min(items.length * apart - room, at - room / 2));
    this.scrolls = true;
  }
  // To ask where a box has scrolled to, and to scroll it, costs a look at the whole page: it is done after all
  // of it was drawn.
  scroll() {
    if (this.scrolls) this.box.scrollTop = this.top;
    this.scrolls = false;
  }
  // It was hidden, and may have lost its place.
  appear() { this.scrolls = true; }

  #draw() {
    const room = this.room / this.height;
    const first = Math.max(0, Math.min(this.items.length - Math.floor(room), Math.floor(this.top / this.apart)));
    const rows = [];
    for (let place = first; place < Math.min(this.items.length, first + room + 2); place++) {
      const row = make("div", `row ${this.className(this.items[place] ?? place, place)}`, undefined, ...this.cells(this.items[place] ?? place, place));
      row.setAttribute("role", "row");
      row.setAttribute("aria-rowindex", place + 1);
      if (place === this.current) row.setAttribute("aria-current", "true");
      row.dataset.place = place;
      for (const cell of row.children) cell.getAttribute("role") ?? cell.setAttribute("role", "cell");
      row.style.top = `${(place - first) * this.height + first * this.apart}px`;
      rows.push(row);
    }
    renew(this.inside, rows);
  }
}

// A window into a list of lines that wrap: so many around one of them, and how many there are before and
// after. Those that are there already stay.
const AROUND = 30;
function drawAround(list, n, middle, item, nothing) {
  const first = Math.max(0, Math.min(n - 2 * AROUND, middle - AROUND)), last = Math.min(n, first + 2 * AROUND), items = [];
  const there = new Map([...list.children].map(it => [it.dataset.place, it]));
  if (first) items.push(make("li", "soft", `… ${many(first, "line")} before`));
  for (let place = first; place < last; place++) {
    const it = there.get(String(place)) ?? item(place);
    it.dataset.place = place;
    items.push(it);
  }
  if (last < n) items.push(make("li", "soft", `… ${many(n - last, "line")} after`));
  if (!n) items.push(make("li", "soft", nothing));
  list.replaceChildren(...items);
}

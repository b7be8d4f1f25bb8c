// A long list, of which only what is seen is there: rows of one height, in a box that scrolls.

// An element with a class and a text, and with these inside.
function make(name, className, text, ...inside) {
  const element = document.createElement(name);
  if (className) element.className = className;
  if (text !== undefined) element.textContent = text;
  element.append(...inside);
  return element;
}

class Rows {
  // `cells(item)` makes the cells of a row, a list of elements; `act(item)` is done when it is clicked.
  constructor(box, { cells, act, height = 24, most = 14 }) {
    Object.assign(this, { box, cells, act, height, most, items: [], current: -1 });
    this.inside = make("div", "rows-inside");
    this.inside.setAttribute("role", "presentation");
    box.append(this.inside);
    box.addEventListener("scroll", () => this.#draw());
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
    this.box.style.height = `${Math.min(items.length, this.most) * this.height + 2}px`;
    this.box.setAttribute("aria-rowcount", items.length);
    if (current >= 0 && isMoved) this.#follow(current);
    this.#draw();
  }

  #follow(place) {
    const at = place * this.apart, room = this.box.clientHeight || this.most * this.height;
    if (at < this.box.scrollTop || at > this.box.scrollTop + room - this.height) this.box.scrollTop = Math.max(0, at - room / 2);
  }

  #draw() {
    const room = (this.box.clientHeight || this.most * this.height) / this.height;
    const first = Math.max(0, Math.min(this.items.length - Math.floor(room), Math.floor(this.box.scrollTop / this.apart)));
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
    this.inside.replaceChildren(...rows);
  }
}

// A window into a list of lines that wrap: so many around one of them, and how many there are before and
// after.
const AROUND = 60;
function drawAround(list, n, middle, item, nothing) {
  const first = Math.max(0, Math.min(n - 2 * AROUND, middle - AROUND)), last = Math.min(n, first + 2 * AROUND), items = [];
  if (first) items.push(make("li", "soft", `… ${many(first, "line")} before`));
  for (let place = first; place < last; place++) items.push(item(place));
  if (last < n) items.push(make("li", "soft", `… ${many(n - last, "line")} after`));
  if (!n) items.push(make("li", "soft", nothing));
  list.replaceChildren(...items);
}

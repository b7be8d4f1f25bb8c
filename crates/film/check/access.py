"""Whether a page can be used by everybody: names, roles, contrast, the order of the focus."""

# Each element that shows text of its own: its color, and that of what is behind it.
TEXTS = """(() => {
    const seen = [];
    const all = root => [...root.querySelectorAll("*")].flatMap((it) => [it, ...(it.shadowRoot ? all(it.shadowRoot) : [])]);
    const above = (it) => it.parentElement ?? it.getRootNode().host;
    for (const it of all(document.body)) {
        const own = [...it.childNodes].some((node) => node.nodeType === 3 && node.data.trim());
        const box = it.getBoundingClientRect();
        const isSeen = it.checkVisibility() && box.width && box.right > 0 && !it.matches(":disabled, option");
        if (!own || !isSeen) continue;
        let behind = it;
        const clear = (of) => getComputedStyle(of).backgroundColor === "rgba(0, 0, 0, 0)";
        while (behind && clear(behind)) behind = above(behind);
        const style = getComputedStyle(it);
        const name = `${it.tagName.toLowerCase()}.${it.className} ${it.textContent.slice(0, 30)}`;
        seen.push([name, style.color, behind ? getComputedStyle(behind).backgroundColor : "rgb(255, 255, 255)"]);
    }
    return seen;
})()"""

# What the focus is on: what it is called, and where.
FOCUS = """(() => {
    let it = document.activeElement;
    while (it.shadowRoot?.activeElement) it = it.shadowRoot.activeElement;
    const box = it.getBoundingClientRect();
    const line = getComputedStyle(it).outlineStyle;
    return [it.tagName, it.textContent.trim().slice(0, 20), box.x + scrollX, box.y + scrollY, line];
})()"""

NEEDS_NAME = {"button", "link", "checkbox", "combobox", "slider", "searchbox", "textbox", "table", "dialog"}
WANTED = {"main", "heading", "toolbar", "slider", "searchbox", "table", "status", "button", "combobox", "image"}


def light(color):
    """How light a color is, as WCAG 2 counts."""
    parts = [float(it) / 255 for it in color[color.index("(") + 1:-1].split(",")[:3]]
    linear = [it / 12.92 if it <= 0.04045 else ((it + 0.055) / 1.055) ** 2.4 for it in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one, other):
    low, high = sorted([light(one), light(other)])
    return (high + 0.05) / (low + 0.05)


def check_contrast(page, scheme):
    texts = page.run(TEXTS)
    assert len(texts) > 50, texts
    for name, text, behind in texts:
        ratio = contrast(text, behind)
        assert ratio >= 4.5, f"{scheme}: {name!r} has a contrast of {ratio:.1f}: {text} on {behind}"


def check_names(page):
    nodes = page.ask("Accessibility.getFullAXTree")["nodes"]
    nodes = [it for it in nodes if not it.get("ignored")]
    roles = {it["role"]["value"] for it in nodes}
    assert WANTED <= roles, f"there is no {WANTED - roles}"
    for node in nodes:
        if node["role"]["value"] in NEEDS_NAME:
            assert node.get("name", {}).get("value"), f"a {node['role']['value']} has no name"


def check_focus(page):
    """The focus goes down the page, line by line, is seen everywhere, and comes round."""
    page.run("document.activeElement.blur(); scrollTo(0, 0)")
    order = []
    for _ in range(100):
        page.press("Tab")
        tag, text, x, y, outline = page.run(FOCUS)
        if tag == "BODY" or (tag, text, x, y) in order[:2]:
            break
        assert outline != "none", f"nobody sees that the focus is on {tag} {text!r}"
        order.append((tag, text, x, y))
    assert len(order) > 20, order
    # Without the link that comes into sight with the focus.
    in_page = [it for it in order if it[1] != "To the player"]
    back = [(one, other) for one, other in zip(in_page, in_page[1:]) if other[3] < one[3] - 60 and other[2] <= one[2]]
    assert not back, back


def check_access(page, scheme):
    check_contrast(page, scheme)
    check_names(page)
    check_focus(page)

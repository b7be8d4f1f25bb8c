//! The layers of `boucle`: each names only those above it in the list, and no modules go in a circle but a
//! parent and its own children.

mod circles;
mod tree;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::LazyLock;

use self::circles::{Graph, knots, shortest};
use self::tree::{Id, Named, Tree};
use crate::road;

/// The layers, and the modules of each: a module names those before it only.
const LAYERS: [&[&str]; 9] = [
    &["data"],
    &["structures"],
    &["cell"],
    &["reactor"],
    &["host"],
    &["core"],
    &["context"],
    &["task", "time", "shared", "sync", "together", "thread", "source", "net", "async_fd", "hyper"],
    &["face"],
];

/// What stands beside the layers: the models of the wake path, which are a test.
const BESIDE: &str = "models";

/// The files of `boucle`, by their paths from its `lib.rs`.
fn boucle() -> Vec<(String, String)> {
    let folder = "crates/boucle/src/";
    let file = |path: std::path::PathBuf| {
        let name = path.to_str().and_then(|it| it.strip_prefix(folder)).expect("it lies there");
        (name.to_owned(), road::read(&path))
    };
    road::files(folder).into_iter().map(file).collect()
}

/// The modules of `boucle`.
static TREE: LazyLock<Tree> = LazyLock::new(|| Tree::new(&boucle()));

/// The number of a module's layer, and its place among all; none of the root.
fn layer(tree: &Tree, module: Id) -> Option<(usize, usize)> {
    let name = tree.modules[module].path.first()?;
    let place = LAYERS.concat().iter().position(|it| it == name)?;
    let layer = LAYERS.iter().position(|it| it.contains(&&**name))?;
    Some((layer + 1, place))
}

/// What is named from above, one a line.
fn upward(tree: &Tree) -> Vec<String> {
    let mut lines = BTreeSet::new();
    for Named { from, to, path, .. } in tree.names() {
        let (Some(mine), Some(other)) = (layer(tree, from), layer(tree, to)) else { continue };
        if other.1 > mine.1 {
            let file = &tree.modules[from].file;
            lines.insert(format!("{file}: names {path} (layer {} → {})", mine.0, other.0));
        }
    }
    lines.into_iter().collect()
}

/// The methods that a module gives a type of a layer above it, and that this type's own module calls: who
/// calls a method names nobody.
fn methods_from_below(tree: &Tree, files: &[(String, String)]) -> Vec<String> {
    let mut lines = BTreeSet::new();
    for Named { from, to, path, .. } in tree.names().iter().filter(|it| it.is_impl) {
        let (Some(mine), Some(home)) = (layer(tree, *from), layer(tree, *to)) else { continue };
        if mine.1 <= home.1 {
            continue;
        }
        let (module, home) = (&tree.modules[*from], &tree.modules[*to]);
        let text = &files.iter().find(|it| it.0 == module.file).expect("a module has a file").1;
        let name = path.rsplit("::").next().expect("a path has an end");
        for method in methods(text, name) {
            let call = format!("self.{method}(");
            let others = tree.modules.iter().filter(|it| it.path.first() == home.path.first());
            let others: BTreeSet<_> = others.map(|it| &it.file).collect();
            let callers = files.iter().filter(|it| others.contains(&it.0) && it.1.contains(&call));
            lines.extend(callers.map(|it| format!("{}: calls {call}…), of {}", it.0, module.file)));
        }
    }
    lines.into_iter().collect()
}

/// The names of the methods that a file gives a type, beside those of traits.
fn methods(text: &str, of: &str) -> Vec<String> {
    let file = syn::parse_file(text).expect("it compiles");
    let mut names = Vec::new();
    for item in file.items {
        let syn::Item::Impl(it) = item else { continue };
        let syn::Type::Path(path) = &*it.self_ty else { continue };
        if it.trait_.is_none() && path.path.segments.last().is_some_and(|it| it.ident == of) {
            names.extend(it.items.iter().filter_map(|it| match it {
                syn::ImplItem::Fn(it) => Some(it.sig.ident.to_string()),
                _ => None,
            }));
        }
    }
    names
}

/// Types that have methods in another module than theirs.
fn strange_methods(tree: &Tree) -> Vec<String> {
    let mut lines = BTreeSet::new();
    for Named { from, to, path, .. } in tree.names().iter().filter(|it| it.is_impl) {
        let (module, home) = (&tree.modules[*from], &tree.modules[*to]);
        if module.path.first() != home.path.first() {
            lines.insert(format!("{}: has methods of {path}, of {}", module.file, home.file));
        }
    }
    lines.into_iter().collect()
}

/// Who names whom, file by file, and the first path by which it does.
struct Files<'a> {
    graph: Graph<'a>,
    by: BTreeMap<(&'a str, &'a str), &'a str>,
    /// The pairs of a parent and its child.
    kin: BTreeSet<(&'a str, &'a str)>,
}

impl<'a> Files<'a> {
    fn new(tree: &'a Tree, names: &'a [Named]) -> Files<'a> {
        let mut files = Files { graph: Graph::new(), by: BTreeMap::new(), kin: BTreeSet::new() };
        let file = |id: Id| &*tree.modules[id].file;
        // A module that is brought in to be named counts as what it is named for.
        let named: BTreeSet<_> =
            names.iter().filter(|it| !it.is_module).map(|it| (it.from, it.to)).collect();
        let stands_for = |it: &Named| {
            named.iter().any(|(from, to)| {
                *from == it.from && tree.modules[*to].path.starts_with(&tree.modules[it.to].path)
            })
        };
        for named in names.iter().filter(|it| !it.is_module || !stands_for(it)) {
            let pair @ (one, other) = (file(named.from), file(named.to));
            // The root brings all together.
            if [one, other].contains(&"lib.rs") {
                continue;
            }
            if tree.is_child(named.from, named.to) || tree.is_child(named.to, named.from) {
                files.kin.extend([pair, (other, one)]);
            }
            files.graph.entry(one).or_default().insert(other);
            files.by.entry(pair).or_insert(&named.path);
        }
        files
    }

    /// The same, where parents and their children do not name one another.
    fn without_kin(&self) -> Graph<'a> {
        let mut graph = self.graph.clone();
        for (one, others) in &mut graph {
            others.retain(|other| !self.kin.contains(&(one, other)));
        }
        graph
    }

    /// Whether a knot is held together by parents and their children alone.
    fn is_family(&self, knot: &BTreeSet<&str>) -> bool {
        let (mut known, mut left) = (BTreeSet::new(), Vec::from_iter(knot.first().copied()));
        while let Some(one) = left.pop() {
            if known.insert(one) {
                left.extend(knot.iter().filter(|it| self.kin.contains(&(one, **it))));
            }
        }
        known == *knot
    }

    /// How many files a knot has, and a circle in it, link by link.
    fn tell(&self, graph: &Graph<'a>, knot: &BTreeSet<&'a str>) -> String {
        let is_strange = |it: &[&str]| !self.is_family(&it.iter().copied().collect());
        let circle = shortest(graph, knot, is_strange).or_else(|| shortest(graph, knot, |_| true));
        let circle = circle.expect("a knot has a circle");
        let links = circle.iter().zip(circle.iter().cycle().skip(1));
        let links: Vec<_> = links
            .map(|(one, other)| format!("  {one} names {}", self.by[&(*one, *other)]))
            .collect();
        format!("{} files, the shortest circle:\n{}", knot.len(), links.join("\n"))
    }
}

/// The circles, each with the shortest way round.
fn circles(tree: &Tree) -> Vec<String> {
    let names = tree.names();
    let files = Files::new(tree, &names);
    let graph = files.without_kin();
    let within: Vec<_> = knots(&graph).iter().map(|it| files.tell(&graph, it)).collect();
    if !within.is_empty() {
        return within;
    }
    // Round by way of a parent and its child.
    let around = knots(&files.graph).into_iter().filter(|it| !files.is_family(it));
    around.map(|it| files.tell(&files.graph, &it)).collect()
}

/// Fails if there are any, and shows all.
fn assert_none(what: &str, lines: &[String]) {
    assert!(lines.is_empty(), "{} {what}\n{}", lines.len(), lines.join("\n"));
}

#[test]
fn each_module_has_its_layer() {
    let tree = &*TREE;
    let top = tree.modules.iter().filter(|it| it.path.len() == 1);
    let mut names: Vec<_> = top.map(|it| &*it.path[0]).filter(|it| *it != BESIDE).collect();
    let mut listed = LAYERS.concat();
    names.sort_unstable();
    names.dedup();
    listed.sort_unstable();
    assert_eq!(names, listed);
    let unread: Vec<_> = boucle().into_iter().map(|(file, _)| file).collect();
    let unread = unread.iter().filter(|it| tree.modules.iter().all(|module| module.file != **it));
    assert_eq!(
        Vec::from_iter(unread),
        ["models.rs", "reactor/tests.rs", "structures/waiters/tests.rs"],
        "what is no module is not checked"
    );
}

/// A made-up crate, with the text of some of its files.
fn made_up(files: &[(&str, &str)]) -> Tree {
    let names = ["lib", "data", "core", "core/turns", "face", "sync", "time"];
    let mut all: BTreeMap<_, _> = names.map(|it| (format!("{it}.rs"), String::new())).into();
    all.insert("lib.rs".into(), "mod data; mod core; mod face; mod sync; mod time;".into());
    all.insert("core.rs".into(), "mod turns;".into());
    all.extend(files.iter().map(|(file, text)| ((*file).to_owned(), (*text).to_owned())));
    Tree::new(&all.into_iter().collect::<Vec<_>>())
}

#[test]
fn a_name_from_above_is_found_wherever_it_is_written() {
    let passed_on = ("sync.rs", "pub use crate::face::Loop; mod x { pub struct Here; }");
    for (text, path) in [
        ("use crate::face::Loop;", "face::Loop"),
        ("use super::{face::{Loop as L}, sync};", "face::Loop"),
        ("use crate::sync::Loop;", "face::Loop"),
        ("use crate::face; fn f(l: face::Loop) {}", "face::Loop"),
        ("fn f() { use crate::face::Loop; }", "face::Loop"),
        ("fn f() -> impl Fn(crate::face::Loop) { || () }", "face::Loop"),
        ("fn f() { assert!(true, \"{:?}\", crate::face::Loop::new()); }", "face::Loop"),
        ("thread_local! { static X: crate::face::Loop = f(); }", "face::Loop"),
        ("macro_rules! m { () => { $crate::face::Loop } }", "face::Loop"),
        ("mod inner { struct S(super::super::face::Loop); }", "face::Loop"),
    ] {
        let lines = upward(&made_up(&[passed_on, ("data.rs", text)]));
        let expected = format!("data.rs: names crate::{path} (layer 1 → 9)");
        assert!(lines.contains(&expected), "{text}: {lines:?}");
    }
    let within = upward(&made_up(&[("time.rs", "use crate::sync::Event;")]));
    assert_eq!(within, ["time.rs: names crate::sync::Event (layer 8 → 8)"]);
    for text in [
        "//! [`Loop`](crate::face::Loop)\nuse std::face::Loop;",
        "#[cfg(test)] mod tests { use crate::face::Loop; }",
        "#[cfg(all(test, boucle_loom))] use crate::face::Loop;",
        "fn f() { print!(\"crate::face::Loop\"); }",
        "use crate::data; use super::data as own; pub(crate) mod inner { use super::X; }",
    ] {
        assert_eq!(upward(&made_up(&[("data.rs", text)])), [""; 0], "{text}");
    }
}

#[test]
fn a_circle_is_found_but_for_a_parent_and_its_children() {
    let two = [("time.rs", "use crate::sync::Event;"), ("sync.rs", "use crate::time::Sleep;")];
    let expected = "2 files, the shortest circle:\n  \
        sync.rs names crate::time::Sleep\n  time.rs names crate::sync::Event";
    assert_eq!(circles(&made_up(&two)), [expected]);
    // The parent passes its child on, and the child names the parent.
    let passes_on = "mod turns; pub use self::turns::End; pub struct Core(crate::core::End);";
    let family = [("core.rs", passes_on), ("core/turns.rs", "use super::Core; pub struct End;")];
    assert_eq!(circles(&made_up(&family)), [""; 0]);
    // The other one names what is the child's; the parent only passes it on.
    let user = ("sync.rs", "use crate::core::End;");
    assert_eq!(circles(&made_up(&[family[0], family[1], user])), [""; 0]);
    let back = ("core/turns.rs", "use super::Core; use crate::sync::Event; pub struct End;");
    let expected = "2 files, the shortest circle:\n  \
        core/turns.rs names crate::sync::Event\n  sync.rs names crate::core::turns::End";
    assert_eq!(circles(&made_up(&[family[0], back, user]))[0], expected);
    // By way of the parent and its child.
    let user = ("sync.rs", "use crate::core::Core;");
    let around = circles(&made_up(&[family[0], back, user]));
    assert!(around[0].starts_with("3 files, the shortest circle:\n"), "{around:?}");
}

#[test]
fn methods_in_a_strange_file_are_found_and_who_calls_them_from_above() {
    let core = ("core.rs", "mod turns; pub struct Core;");
    let strange =
        ("data.rs", "use crate::core::Core; impl Core { fn f() {} } impl Drop for Core {}");
    let child = ("core/turns.rs", "use super::Core; impl Core { fn g() {} }");
    let lines = strange_methods(&made_up(&[core, strange, child]));
    assert_eq!(lines, ["data.rs: has methods of crate::core::Core, of core.rs"]);
    let below = ("sync.rs", "use crate::core::Core; impl Core { fn wait(&self) {} }");
    for (call, is_found) in [("self.wait()", true), ("self.rest()", false)] {
        let text = format!("use super::Core; impl Core {{ fn turn(&self) {{ {call} }} }}");
        let files = [core, below, ("core/turns.rs", &text)];
        let files: Vec<_> = files.map(|(file, text)| (file.to_owned(), text.to_owned())).into();
        let lines = methods_from_below(&made_up(&[core, below, ("core/turns.rs", &text)]), &files);
        let found = "core/turns.rs: calls self.wait(…), of sync.rs";
        assert_eq!(lines.iter().any(|it| it == found), is_found, "{lines:?}");
    }
}

#[test]
fn each_layer_names_only_those_above_it() {
    assert_none("names of what stands below in the list:", &upward(&TREE));
}

#[test]
fn no_modules_go_in_a_circle_but_a_parent_and_its_children() {
    assert_none("circles:", &circles(&TREE));
}

#[test]
fn what_a_layer_adds_to_a_type_is_called_by_none_above_it() {
    assert_none("calls of what stands below:", &methods_from_below(&TREE, &boucle()));
}

#[test]
fn the_core_can_be_read_at_one_sitting() {
    let files = boucle().into_iter();
    let core = files.filter(|(file, _)| file == "core.rs" || file.starts_with("core/"));
    let lines: Vec<_> = core.map(|(file, text)| (text.lines().count(), file)).collect();
    let n_lines = lines.iter().map(|(n, _)| n).sum::<usize>();
    assert!(n_lines < 700, "the core has {n_lines} lines: {lines:?}");
}

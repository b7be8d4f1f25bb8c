//! The modules of a crate, and what each of its files names: read as the compiler reads, without it.
//!
//! Seen are paths that begin with `crate`, `self` or `super`, or with a name that was imported or is a
//! module: in `use`, in code, and in the text of macros. Not seen are methods: they have no path.

use std::collections::{BTreeMap, BTreeSet};

use syn::visit::{self, Visit};
use syn::{Attribute, Item, ItemImpl, ItemMod, ItemUse, Macro, Path, UseTree};

/// The number of a module; the root is the first.
pub(super) type Id = usize;

/// A module: a file of its own, or a part of one.
pub(super) struct Module {
    /// `core/turns.rs`: the file that it stands in.
    pub(super) file: String,
    /// `core`, `turns`.
    pub(super) path: Vec<String>,
    parent: Id,
    children: BTreeMap<String, Id>,
    /// What `use` brings in, also inside of functions: the name here, the path as it is written.
    imports: BTreeMap<String, Vec<String>>,
    /// All paths that are written here; `use` is true of those that are imported.
    written: BTreeSet<(Vec<String>, bool)>,
    /// The types that have an `impl` of their own here.
    impls: BTreeSet<Vec<String>>,
}

/// A path in a file that leads to another module.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Named {
    pub(super) from: Id,
    /// The module in which the thing is defined, whoever passes it on.
    pub(super) to: Id,
    /// As it would be written from the root: `crate::core::Core`.
    pub(super) path: String,
    /// Whether it is only a module that is brought in, to be named in other paths.
    pub(super) is_module: bool,
    /// Whether a type of the other module has an `impl` here: it has methods that it does not know.
    pub(super) is_impl: bool,
}

/// All modules of a crate but those of its tests.
pub(super) struct Tree {
    pub(super) modules: Vec<Module>,
}

impl Tree {
    /// Reads a crate, whose files are `files`: paths from the folder of `lib.rs`, and texts. Left out are
    /// modules for tests.
    pub(super) fn new(files: &[(String, String)]) -> Tree {
        let texts: BTreeMap<_, _> = files.iter().map(|(path, text)| (&**path, &**text)).collect();
        let mut tree = Tree { modules: Vec::new() };
        let items = parse("lib.rs", texts["lib.rs"]);
        tree.enter(&texts, "lib.rs", Vec::new(), 0, &items);
        tree
    }

    /// Makes a module of `items`, and of each module among them.
    fn enter(
        &mut self,
        texts: &BTreeMap<&str, &str>,
        file: &str,
        path: Vec<String>,
        parent: Id,
        items: &[Item],
    ) -> Id {
        let id = self.modules.len();
        let mut reader = Reader::default();
        items.iter().for_each(|it| reader.visit_item(it));
        let Reader { imports, written, impls, modules } = reader;
        let (file, children) = (file.to_owned(), BTreeMap::new());
        let here = path.clone();
        let module = Module { file: file.clone(), path, parent, children, imports, written, impls };
        self.modules.push(module);
        for inner in modules {
            let name = inner.ident.to_string();
            let path = [here.clone(), vec![name.clone()]].concat();
            let child = match inner.content {
                Some((_, items)) => self.enter(texts, &file, path, id, &items),
                None => {
                    let file = file_of(&inner, &path, &file);
                    let text = texts.get(&*file).unwrap_or_else(|| panic!("there is no {file}"));
                    self.enter(texts, &file, path, id, &parse(&file, text))
                }
            };
            // One for each system may have the same name: the first is found.
            self.modules[id].children.entry(name).or_insert(child);
        }
        id
    }

    /// What all modules name of one another.
    pub(super) fn names(&self) -> Vec<Named> {
        let mut names = BTreeSet::new();
        for (from, module) in self.modules.iter().enumerate() {
            let mut keep = |written: &[String], is_use: bool, is_impl: bool| {
                let Some((to, rest)) = self.resolve(from, written, 0) else { return };
                if self.modules[to].file == module.file {
                    return;
                }
                // What belongs to a type stands for it.
                let rest = &rest[..rest.len().min(1)];
                let path = [&["crate".to_owned()], &*self.modules[to].path, rest].concat();
                let is_module = is_use && rest.is_empty();
                names.insert(Named { from, to, path: path.join("::"), is_module, is_impl });
            };
            module.written.iter().for_each(|(path, is_use)| keep(path, *is_use, false));
            module.impls.iter().for_each(|path| keep(path, false, true));
        }
        names.into_iter().collect()
    }

    /// Where a path that is written in a module leads: the module that defines it, and what is left of the
    /// path there. `None` if it leads out of the crate, or is a name of the module itself.
    fn resolve(&self, from: Id, path: &[String], depth: usize) -> Option<(Id, Vec<String>)> {
        let mut path = path.iter().map(String::as_str).peekable();
        let mut at = match path.peek().copied()? {
            "crate" => {
                path.next();
                0
            }
            "self" | "super" => from,
            first => {
                let module = &self.modules[from];
                let is_known =
                    module.imports.contains_key(first) || module.children.contains_key(first);
                // A name of its own, or another crate.
                is_known.then_some(from)?
            }
        };
        while let Some(name) = path.next() {
            let module = &self.modules[at];
            let is_last = path.peek().is_none();
            let child = module.children.get(name);
            at = match name {
                "self" => at,
                "super" => module.parent,
                // A function may have the name of the module that it is from.
                _ if child.is_some() && !(is_last && module.imports.contains_key(name)) => *child?,
                _ => {
                    let rest = path.map(str::to_owned);
                    let Some(import) = module.imports.get(name) else {
                        return Some((at, [name.to_owned()].into_iter().chain(rest).collect()));
                    };
                    let passed_on = [&**import, &rest.collect::<Vec<_>>()].concat();
                    // A name that is imported under its own name from elsewhere: `use boucle::boucle`.
                    return (depth < 16).then(|| self.resolve(at, &passed_on, depth + 1))?;
                }
            };
        }
        Some((at, Vec::new()))
    }

    /// Whether `child` is in `parent`, as a module of it.
    pub(super) fn is_child(&self, child: Id, parent: Id) -> bool {
        child != 0 && self.modules[child].parent == parent
    }
}

/// The items of a file.
fn parse(file: &str, text: &str) -> Vec<Item> {
    syn::parse_file(text).unwrap_or_else(|error| panic!("{file} does not parse: {error}")).items
}

/// The file of a module that is not written out in `parent`, the file that declares it.
fn file_of(module: &ItemMod, path: &[String], parent: &str) -> String {
    let given = module.attrs.iter().find(|it| it.path().is_ident("path"));
    let given = given.and_then(|it| match &it.meta.require_name_value().ok()?.value {
        syn::Expr::Lit(syn::ExprLit { lit: syn::Lit::Str(file), .. }) => Some(file.value()),
        _ => None,
    });
    match given {
        Some(file) => parent.rfind('/').map_or("", |end| &parent[..=end]).to_owned() + &file,
        None => path.join("/") + ".rs",
    }
}

/// Whether it is built for tests only.
fn is_for_tests(attributes: &[Attribute]) -> bool {
    attributes.iter().filter(|it| it.path().is_ident("cfg")).any(|it| {
        let text = it.meta.require_list().map(|it| it.tokens.to_string()).unwrap_or_default();
        words(&text).iter().any(|word| word == &["test"])
    })
}

/// Collects what the items of one module name.
#[derive(Default)]
struct Reader {
    imports: BTreeMap<String, Vec<String>>,
    written: BTreeSet<(Vec<String>, bool)>,
    impls: BTreeSet<Vec<String>>,
    modules: Vec<ItemMod>,
}

impl Reader {
    fn import(&mut self, before: &[String], tree: &UseTree) {
        let with = |name: String| match &*name {
            "self" if !before.is_empty() => before.to_vec(),
            _ => [before, &[name]].concat(),
        };
        let (path, name) = match tree {
            UseTree::Path(it) => return self.import(&with(it.ident.to_string()), &it.tree),
            UseTree::Group(it) => return it.items.iter().for_each(|it| self.import(before, it)),
            UseTree::Glob(_) => (before.to_vec(), "*".to_owned()),
            UseTree::Name(it) => {
                let path = with(it.ident.to_string());
                (path.clone(), path[path.len() - 1].clone())
            }
            UseTree::Rename(it) => (with(it.ident.to_string()), it.rename.to_string()),
        };
        self.written.insert((path.clone(), true));
        self.imports.insert(name, path);
    }
}

impl<'ast> Visit<'ast> for Reader {
    fn visit_item(&mut self, item: &'ast Item) {
        let attributes = match item {
            Item::Const(it) => &it.attrs,
            Item::Fn(it) => &it.attrs,
            Item::Impl(it) => &it.attrs,
            Item::Mod(it) => &it.attrs,
            Item::Static(it) => &it.attrs,
            Item::Struct(it) => &it.attrs,
            Item::Use(it) => &it.attrs,
            _ => &Vec::new(),
        };
        if !is_for_tests(attributes) {
            visit::visit_item(self, item);
        }
    }

    fn visit_item_mod(&mut self, module: &'ast ItemMod) {
        self.modules.push(module.clone());
    }

    fn visit_item_use(&mut self, item: &'ast ItemUse) {
        self.import(&[], &item.tree);
    }

    fn visit_item_impl(&mut self, item: &'ast ItemImpl) {
        if let (None, syn::Type::Path(of)) = (&item.trait_, &*item.self_ty) {
            self.impls.insert(segments(&of.path));
        }
        visit::visit_item_impl(self, item);
    }

    fn visit_attribute(&mut self, _attribute: &'ast Attribute) {}

    /// Of `pub(crate)`.
    fn visit_visibility(&mut self, _visibility: &'ast syn::Visibility) {}

    fn visit_path(&mut self, path: &'ast Path) {
        self.written.insert((segments(path), false));
        visit::visit_path(self, path);
    }

    fn visit_macro(&mut self, item: &'ast Macro) {
        let words = words(&item.tokens.to_string());
        self.written.extend(words.into_iter().map(|path| (path, false)));
        visit::visit_macro(self, item);
    }
}

fn segments(path: &Path) -> Vec<String> {
    path.segments.iter().map(|it| it.ident.to_string()).collect()
}

/// The paths in a text, less what stands between quotes. A macro's own `$crate` is `crate`.
fn words(text: &str) -> Vec<Vec<String>> {
    let mut words: Vec<Vec<String>> = Vec::new();
    let mut goes_on = false;
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let is_name = |it: char| it.is_alphanumeric() || it == '_';
        let length = if is_name(first) {
            let length = rest.find(|it| !is_name(it)).unwrap_or(rest.len());
            let word = rest[..length].to_owned();
            match words.last_mut().filter(|_| goes_on) {
                Some(path) => path.push(word),
                None => words.push(vec![word]),
            }
            goes_on = false;
            length
        } else if first == '"' {
            let mut is_escaped = false;
            let end = rest[1..].find(|it| {
                let ends = it == '"' && !is_escaped;
                is_escaped = it == '\\' && !is_escaped;
                ends
            });
            goes_on = false;
            end.map_or(rest.len(), |end| end + 2)
        } else if rest.starts_with("::") {
            goes_on = !words.is_empty();
            2
        } else {
            goes_on &= first.is_whitespace();
            first.len_utf8()
        };
        rest = &rest[length..];
    }
    words
}

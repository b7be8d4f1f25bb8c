//! Which public name enters at which stage, and which stage is the last to have it.

use std::collections::BTreeMap;

use syn::{ImplItem, Item, Visibility};

use crate::road;

/// The public names of a stage: items, and methods as `Type::method`.
fn public_names(stage: usize) -> Vec<String> {
    let mut names = Vec::new();
    let mut keep = |visibility: &Visibility, name: String| {
        if matches!(visibility, Visibility::Public(_)) {
            names.push(name);
        }
    };
    let files = road::library(stage).into_iter();
    let files = files.map(|(_, source)| syn::parse_file(&source).expect("a stage compiles"));
    for item in files.flat_map(|it| it.items) {
        match item {
            Item::Fn(it) => keep(&it.vis, it.sig.ident.to_string()),
            Item::Struct(it) => keep(&it.vis, it.ident.to_string()),
            Item::Enum(it) => keep(&it.vis, it.ident.to_string()),
            Item::Type(it) => keep(&it.vis, it.ident.to_string()),
            Item::Trait(it) => keep(&it.vis, it.ident.to_string()),
            Item::Impl(it) => {
                let syn::Type::Path(path) = &*it.self_ty else { continue };
                let owner = &path.path.segments.last().expect("a path has a name").ident;
                for item in &it.items {
                    if let ImplItem::Fn(method) = item {
                        keep(&method.vis, format!("{owner}::{}", method.sig.ident));
                    }
                }
            }
            _ => {}
        }
    }
    names
}

#[test]
fn each_name_enters_once_and_is_kept_on_record() {
    let mut stages_of: BTreeMap<String, Vec<usize>> = BTreeMap::new();
    for stage in 0..road::DEMOS.len() {
        for name in public_names(stage) {
            stages_of.entry(name).or_default().push(stage);
        }
    }
    let mut rows: Vec<_> = stages_of.into_iter().map(|(name, stages)| (stages, name)).collect();
    rows.sort();

    let mut table = "| first | last | name |\n|---|---|---|\n".to_owned();
    for (stages, name) in rows {
        let (first, last) = (stages[0], stages[stages.len() - 1]);
        let absent = (first..=last).filter(|it| !stages.contains(it)).map(|it| it.to_string());
        let absent: Vec<_> = absent.collect();
        let note = match absent.is_empty() {
            true => String::new(),
            false => format!(" (not in {})", absent.join(", ")),
        };
        table += &format!("| {first} | {last} | `{name}`{note} |\n");
    }
    road::check_snapshot("names", &table);
}

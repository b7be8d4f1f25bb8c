//! Which functions of a stack are a user's, and what they are called.

use super::text::Line;
use crate::data::rust_path::{split, word};

/// Whose functions are no user's.
const PLUMBING: [&str; 8] =
    ["core", "std", "alloc", "test", "__rustc", "boucle", "boucle_trace", "boucle_film"];

/// The trait whose method every future has.
const FUTURE: &str = "core::future::future::Future";

/// A path that begins with a type, `<app::Job as core::future::future::Future>::poll`, in its parts.
struct Method<'a> {
    /// The type.
    of: &'a str,
    /// The trait, if it is a trait's method.
    by: Option<&'a str>,
}

impl<'a> Method<'a> {
    /// What is between the brackets: `app::Job as app::Work`, or `impl app::Work for app::Job`.
    fn of(part: &'a str) -> Option<Method<'a>> {
        let inside = part.strip_prefix('<')?.strip_suffix('>')?;
        Some(match inside.strip_prefix("impl ") {
            None => {
                let mut sides = split(inside, &[" as "]);
                Method { of: sides.next()?, by: sides.next() }
            }
            Some(inside) => {
                let mut sides = split(inside, &[" for "]);
                match (sides.next()?, sides.next()) {
                    (of, None) => Method { of, by: None },
                    (by, Some(of)) => Method { of, by: Some(by) },
                }
            }
        })
    }
}

/// The function of boucle that polls a task to see where it stands: what is outside of it is not the task's.
const ROOT: (&str, &str) = ("boucle::cell::survey::survey", "survey");

/// The file in which it stands.
const ROOT_FILE: &str = "cell/survey.rs";

/// Where the source of std's crates lies, wherever that is.
const STD: [&str; 3] = ["/library/core/src/", "/library/std/src/", "/library/alloc/src/"];

/// Whether this is the function from which on the stack is the task's.
pub(super) fn is_root(line: &Line<'_>) -> bool {
    let (path, word) = ROOT;
    let is_there = || line.place.is_some_and(|(file, _)| file.ends_with(ROOT_FILE));
    line.name.starts_with(path)
        || line.is_short() && without_arguments(line.name) == word && is_there()
}

/// Where the source of boucle lies, as the program knows it.
pub(super) fn home<'a>(root: &Line<'a>) -> Option<&'a str> {
    root.place?.0.strip_suffix(ROOT_FILE)
}

/// Whether a function is none of a user's: std's, boucle's, or one whose name is not known. `home` is where the
/// source of boucle lies.
pub(super) fn is_hidden(line: &Line<'_>, home: Option<&str>) -> bool {
    if !line.is_short() {
        return is_plumbing(line.name);
    }
    // The name says little, the file all.
    let Some((file, _)) = line.place else { return true };
    home.is_some_and(|home| file.starts_with(home)) || STD.iter().any(|it| file.contains(it))
}

/// A name without the types that stand behind it.
fn without_arguments(name: &str) -> &str {
    &name[..name.find('<').unwrap_or(name.len())]
}

/// Whether the path of a function says that it is none of a user's.
fn is_plumbing(name: &str) -> bool {
    let Some(first) = split(name, &["::"]).next() else { return true };
    let is_of_it = |path: &str| krate(path).is_none_or(|it| PLUMBING.contains(&it));
    match Method::of(first) {
        // The type's own, or what a user's trait does for one of std.
        Some(Method { of, by }) => is_of_it(of) && by.is_none_or(is_of_it),
        None => is_of_it(name),
    }
}

/// A type without what makes a reference of it.
fn bare(path: &str) -> &str {
    let path = path.trim_start_matches(['&', '*']);
    ["mut ", "const ", "dyn "].iter().fold(path, |path, it| path.trim_start_matches(it))
}

/// The first part of a path; none of a name that is no path, as that of a type parameter.
fn krate(path: &str) -> Option<&str> {
    let mut parts = split(bare(path), &["::"]);
    let first = word(parts.next()?)?;
    parts.next().is_some().then_some(first)
}

/// Whether a part of a path is a closure, or the body of an `async fn` or block: `{{closure}}`, `{closure#0}`.
fn is_closure(part: &str) -> bool {
    part.starts_with('{')
}

/// The name of a function as people read it: `app::job` of the body of `async fn job`, `app::Job` of the
/// method `poll` of this type. What stands in the body as a block or a closure of its own is
/// `app::job::{closure}`.
pub(super) fn readable(name: &str) -> String {
    if let Some((kind, _)) = name.strip_prefix('{').and_then(|it| it.split_once('#')) {
        // With line tables only: `{async_fn#0}`.
        return kind.replace('_', " ");
    }
    let parts: Vec<&str> = split(name, &["::"]).collect();
    let n_closures = parts.iter().rev().take_while(|it| is_closure(it)).count();
    let parts = &parts[..parts.len() - n_closures];
    let mut shown: Vec<&str> = Vec::new();
    let mut is_future = false;
    for part in parts.iter().filter(|it| !is_closure(it)) {
        match Method::of(part) {
            // Of `<T>` these are the arguments of the part before.
            Some(Method { of, by: None }) if !of.contains("::") => {}
            Some(Method { of, by }) => {
                is_future = by == Some(FUTURE);
                // Of a type parameter, which has any name, the trait says more.
                let type_or_trait = by.filter(|_| !of.contains("::")).unwrap_or(of);
                shown = split(bare(type_or_trait), &["::"]).collect();
            }
            None => shown.push(part),
        }
    }
    if is_future && shown.len() > 1 && shown.last() == Some(&"poll") {
        shown.pop();
    }
    let words = shown.iter().map(|it| it.split('<').next().unwrap_or(it));
    let mut readable = words.collect::<Vec<_>>().join("::");
    // The body of an `async fn` is the first one.
    if n_closures > 1 {
        readable.push_str("::{closure}");
    }
    readable
}

#[cfg(test)]
mod tests {
    use super::{is_plumbing, readable};

    #[test]
    fn a_function_is_called_as_people_read_it() {
        let names = [
            ("app::job::{{closure}}", "app::job"),
            ("app::job::<u8>::{closure#0}", "app::job"),
            ("app::job::{{closure}}::{{closure}}", "app::job::{closure}"),
            ("app::job::{closure#1}::{closure#0}::{closure#0}", "app::job::{closure}"),
            ("app::main::{{closure}}::job::{{closure}}", "app::main::job"),
            ("app::Server<T>::serve::{{closure}}", "app::Server::serve"),
            ("<app::Server<app::Tls>>::serve::{closure#0}", "app::Server::serve"),
            ("<app::Server as app::Serve>::serve::{{closure}}", "app::Server::serve"),
            (
                "app::more::<impl app::Serve for app::Server>::serve::{{closure}}",
                "app::Server::serve",
            ),
            ("app::more::<impl app::Server>::serve", "app::Server::serve"),
            ("<app::Job<F> as core::future::future::Future>::poll", "app::Job"),
            ("<app::Job as app::Work>::poll", "app::Job::poll"),
            (
                "<futures_util::future::join::Join<A,B> as core::future::future::Future>::poll",
                "futures_util::future::join::Join",
            ),
            ("<F as app::Work>::work::{{closure}}", "app::Work::work"),
            ("<&mut app::Job as core::future::future::Future>::poll", "app::Job"),
            ("{async_fn#0}", "async fn"),
            ("{async_block#1}", "async block"),
            ("{closure#0}<app::Job>", "closure"),
            ("plain", "plain"),
            ("", ""),
        ];
        for (name, shown) in names {
            assert_eq!(readable(name), shown, "{name}");
        }
    }

    #[test]
    fn what_is_no_users_is_hidden() {
        let hidden = [
            "core::ops::function::FnOnce::call_once",
            "<core::future::poll_fn::PollFn<F> as core::future::future::Future>::poll",
            "<alloc::boxed::Box<F,A> as core::future::future::Future>::poll",
            "<&mut F as core::future::future::Future>::poll",
            "<F as core::future::into_future::IntoFuture>::into_future",
            "boucle::core::turns::<impl boucle::core::Core>::run_task",
            "<boucle::time::sleep::Sleep as core::future::future::Future>::poll",
            "boucle::context::wait::Waiting<W>::stand",
            "std::panic::catch_unwind",
            "__rust_try",
            "main",
            "<unknown>",
            "",
            "<",
        ];
        for name in hidden {
            assert!(is_plumbing(name), "{name}");
        }
        let shown = [
            "app::job::{{closure}}",
            "<app::Job as core::future::future::Future>::poll",
            "<app::Job<core::time::Duration>>::run",
            "<alloc::vec::Vec<u8> as app::Work>::work::{{closure}}",
            "<&mut app::Job as core::future::future::Future>::poll",
            "<F as app::Work>::work::{{closure}}",
            "app::<impl core::future::future::Future for app::Job>::poll",
            "boucles::job::{{closure}}",
            "futures_channel::oneshot::Receiver<T>::poll",
        ];
        for name in shown {
            assert!(!is_plumbing(name), "{name}");
        }
    }
}

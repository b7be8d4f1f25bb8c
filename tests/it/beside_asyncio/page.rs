//! The book's table from asyncio to `boucle`: it has all names, those that it gives exist, and a search
//! in the documentation for the one finds the other.

use std::collections::BTreeSet;
use std::process::Command;

use crate::road;

/// Prints the public names of asyncio and of its classes, if this Python is one that the page knows.
const NAMES: &str = "
import asyncio, sys
if (3, 11) <= sys.version_info < (3, 15):
    classes = 'Task Queue Event Lock Condition Semaphore Barrier TaskGroup Timeout Runner Handle \
               TimerHandle StreamReader StreamWriter Server AbstractEventLoop'
    names = set(asyncio.__all__)
    for name in classes.split():
        names.update(dir(getattr(asyncio, name)))
    print(*sorted(it for it in names if not it.startswith('_')))
";

/// What leads nowhere in the documentation: the rare names of the network, which stand beside their kin.
const UNKNOWN: &[&str] = &[
    "start_serving",
    "is_serving",
    "can_write_eof",
    "sock_recvfrom",
    "sock_recvfrom_into",
    "sock_sendto",
    "connect_accepted_socket",
];

/// The rows of the page: the names of asyncio and those of `boucle`, each without its owner.
fn rows() -> Vec<(Vec<String>, Vec<String>)> {
    let page = road::read("docs/src/asyncio.md");
    let names = |cell: &str| {
        let quoted = cell.split('`').skip(1).step_by(2);
        quoted.map(str::to_owned).collect::<Vec<_>>()
    };
    let rows = page.lines().filter_map(|line| line.strip_prefix("| `"));
    rows.map(|line| {
        let line = format!("`{line}");
        let cells: Vec<_> = line.split('|').collect();
        (names(cells[0]), names(cells[1]))
    })
    .collect()
}

/// The last part of a name, behind its owner.
fn last(name: &str) -> &str {
    name.rsplit(['.', ':']).next().expect("a name has an end")
}

/// What `boucle` calls its public items, and what else one may search for.
fn known() -> (BTreeSet<String>, BTreeSet<String>) {
    let (mut names, mut aliases) = (BTreeSet::new(), BTreeSet::new());
    for path in road::files("crates/boucle/src") {
        for line in road::read(path).lines().map(str::trim) {
            if let Some(alias) = line.strip_prefix("#[doc(alias = \"") {
                aliases.extend(alias.split('"').next().map(str::to_owned));
            }
            let words = line.split(|it: char| !it.is_alphanumeric() && it != '_');
            let words: Vec<_> = words.filter(|it| !it.is_empty()).collect();
            let item = words.iter().position(|it| ["fn", "struct", "enum", "trait"].contains(it));
            if let Some(at) = item.filter(|_| line.starts_with("pub ")) {
                names.extend(words.get(at + 1).map(ToString::to_string));
            } else if let [variant] = words[..] {
                // `Pending,`
                names.extend(line.ends_with(',').then(|| variant.to_owned()));
            }
        }
    }
    (names, aliases)
}

#[test]
fn the_page_has_every_public_name_of_asyncio() {
    let Ok(output) = Command::new("python3").args(["-c", NAMES]).output() else { return };
    let asyncio = String::from_utf8(output.stdout).expect("names are plain");
    let rows = rows();
    let named: BTreeSet<_> = rows.iter().flat_map(|(it, _)| it).map(|it| last(it)).collect();
    let missing: Vec<_> = asyncio.split_whitespace().filter(|it| !named.contains(it)).collect();
    assert!(missing.is_empty(), "the page lacks {missing:?}");
}

#[test]
fn what_the_page_gives_for_a_name_exists_and_is_found_by_searching_for_it() {
    let (names, aliases) = known();
    let mut wrong = Vec::new();
    for (asyncio, boucle) in rows() {
        let dead = boucle.iter().filter(|it| !names.contains(last(it)));
        wrong.extend(dead.map(|it| format!("boucle has no {it}")));
        if boucle.is_empty() {
            continue;
        }
        let found = |it: &str| names.contains(it) || aliases.contains(it);
        let lost = asyncio.iter().filter(|it| found(last(it)) == UNKNOWN.contains(&last(it)));
        wrong.extend(lost.map(|it| format!("a search for {it} leads nowhere, or is excused")));
    }
    assert!(wrong.is_empty(), "{} to mend:\n{}", wrong.len(), wrong.join("\n"));
}

//! The book's part on the course: it shows each program whole, with what it prints.

use crate::road;

/// All pages of the part.
fn pages() -> String {
    let paths = road::files("docs/src/course");
    assert!(paths.len() > 4, "{paths:?}");
    paths.into_iter().map(road::read).collect()
}

#[test]
fn the_book_shows_each_program_of_the_course_and_its_transcript() {
    let pages = pages();
    let shows = |path: &str, lines: &str| {
        let include = format!("{{{{#include ../../../{path}{lines}}}}}");
        assert!(pages.contains(&include), "no page has {include}");
    };
    for path in road::files("crates/boucle/examples") {
        let path = path.to_str().expect("a plain name");
        let text = road::read(path);
        if text.contains("pub(crate) fn program(") || text.contains("pub(crate) fn start_timer(") {
            shows(path, "");
        }
    }
    for path in road::files("tests/ui") {
        shows(path.to_str().expect("a plain name"), "");
    }
    for path in road::files("tests/it/snapshots") {
        let path = path.to_str().expect("a plain name");
        // The polls have a page of their own; a `.snap.new` is what a test has just found otherwise.
        let is_ours = ["course_", "refused_"].iter().any(|it| path.contains(it));
        if is_ours && path.ends_with(".snap") && !path.ends_with("course_polls.snap") {
            shows(path, ":4:");
        }
    }
}

#[test]
fn the_pages_of_the_course_are_in_the_summary() {
    let summary = road::read("docs/src/SUMMARY.md");
    let pages =
        ["asyncio.md", "polls.md", "checklist.md"].map(|it| format!("docs/src/{it}").into());
    for path in road::files("docs/src/course").into_iter().chain(pages) {
        let title = road::read(&path);
        let title = title.lines().next().and_then(|it| it.strip_prefix("# ")).expect("a title");
        let path = path.strip_prefix("docs/src").expect("a page").display().to_string();
        assert!(summary.contains(&format!("- [{title}]({path})")), "{title}: {path}");
    }
}

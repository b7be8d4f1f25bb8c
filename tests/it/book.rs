//! The book and the README: what they include exists, what they link to exists, what they show is so.

use std::path::PathBuf;

use crate::road;

/// The Markdown files that people read.
fn pages() -> Vec<PathBuf> {
    let mut pages = road::files("docs/src");
    pages.retain(|path| path.extension().is_some_and(|it| it == "md"));
    pages.extend(["README.md", "ARCHITECTURE.md", "CONTRIBUTING.md"].map(PathBuf::from));
    pages
}

/// Each piece of `text` that stands between `open` and `close`.
fn between<'a>(text: &'a str, open: &'a str, close: &'a str) -> impl Iterator<Item = &'a str> {
    text.split(open).skip(1).filter_map(move |it| it.split_once(close)).map(|(inside, _)| inside)
}

/// The text of a chapter.
fn chapter(stage: usize) -> String {
    road::read(format!("docs/src/stage{stage}.md"))
}

#[test]
fn what_a_page_links_to_exists() {
    for page in pages() {
        let text = road::read(&page);
        let folder = page.parent().expect("a page lies in a folder");
        for link in between(&text, "](", ")") {
            if link.starts_with("http") || link.starts_with('#') {
                continue;
            }
            let path = link.split('#').next().expect("a link has a beginning");
            assert!(road::root().join(folder).join(path).exists(), "{}: {link}", page.display());
        }
    }
}

#[test]
fn a_snapshot_is_included_without_its_head() {
    let mut n_included = 0;
    for page in pages() {
        for include in between(&road::read(&page), "{{#include ", "}}").map(str::to_owned) {
            let (path, lines) = include.split_once(':').unwrap_or((&include, ""));
            let path = page.parent().expect("a page lies in a folder").join(path);
            let text = road::read(&path);
            if path.extension().is_some_and(|it| it == "snap") {
                assert_eq!(lines, "4:", "{}: {include}", page.display());
                assert_eq!(text.lines().nth(2), Some("---"), "{include}: the head has three lines");
                n_included += 1;
            }
        }
    }
    assert!(n_included > 0, "the book includes snapshots");
}

#[test]
fn a_chapter_shows_its_stage_whole() {
    for stage in 0..road::DEMOS.len() {
        let chapter = chapter(stage);
        let mut files = vec![
            format!("crates/stage{stage}/src/main.rs"),
            format!("tests/it/snapshots/stage{stage}.snap:4:"),
        ];
        let before = stage.checked_sub(1).map(road::library).unwrap_or_default();
        for (name, text) in road::library(stage) {
            let file = format!("crates/stage{stage}/src/{name}");
            // What the chapter before has shown, letter for letter, is only linked.
            match before.contains(&(name, text)) {
                true => assert!(chapter.contains(&format!("[{file}](../../{file})")), "{file}"),
                false => files.push(file),
            }
        }
        // Stage 8 puts the sockets aside, and is compared with the last stage that had none.
        let last = if stage == 8 { Some(6) } else { stage.checked_sub(1) };
        if let Some(last) = last.filter(|it| *it >= 1) {
            files.push(format!("tests/it/snapshots/diff_{last}_{stage}.snap:4:"));
        }
        for file in files {
            assert!(chapter.contains(&format!("{{{{#include ../../{file}}}}}")), "{stage}: {file}");
        }
    }
}

#[test]
fn chapters_have_the_same_parts_in_the_same_order() {
    let parts = [
        "The question",
        "The idea",
        "The loop",
        "What changed",
        "The program",
        "What it prints",
        "How many polls",
        "What is still wrong",
        "Exercises",
    ];
    for stage in 0..road::DEMOS.len() {
        let chapter = chapter(stage);
        let found: Vec<_> = chapter.lines().filter_map(|it| it.strip_prefix("## ")).collect();
        let expected: Vec<_> =
            parts.into_iter().filter(|it| stage >= 2 || *it != "What changed").collect();
        assert_eq!(found, expected, "stage{stage}");
    }
}

#[test]
fn the_readme_shows_what_the_program_prints() {
    let readme = road::read("README.md");
    let mut n_shown = 0;
    for block in between(&readme, "```console\n", "```") {
        let mut lines = block.lines();
        let command = lines.next().expect("a block has a first line");
        let shown: Vec<_> = lines.collect();
        let Some(stage) = command.strip_prefix("$ cargo run -q -p stage") else { continue };
        let stage: usize = stage.parse().expect("a stage has a number");
        let output = world::record(road::DEMOS[stage]).output();
        assert_eq!(output.lines().collect::<Vec<_>>(), shown, "{command}");
        n_shown += 1;
    }
    assert!(n_shown > 0, "the README shows a program's output");
}

//! The rules of how this workspace is written, as far as a program can check them.

use std::fs;
use std::path::{Path, PathBuf};

use crate::road;

/// The numbers of all stages.
fn stages() -> std::ops::Range<usize> {
    0..road::DEMOS.len()
}

/// The crates of others that a stage uses: for sockets, and to sleep.
fn foreign_crates(stage: usize) -> &'static [&'static str] {
    match stage {
        7 | 10 => &["polling", "socket2"],
        11.. => &["polling"],
        _ => &[],
    }
}

/// All files of the workspace's packages; the benchmarks are a workspace of their own.
fn files() -> impl Iterator<Item = PathBuf> {
    let files = ["crates", "tests"].into_iter().flat_map(road::files);
    files.filter(|path| !path.starts_with("crates/bench"))
}

/// All Rust files, with their texts.
fn rust_files() -> Vec<(PathBuf, String)> {
    let files = files().filter(|path| path.extension().is_some_and(|it| it == "rs"));
    files.map(|path| (path.clone(), road::read(path))).collect()
}

/// The first line of a stage's `lib.rs`, without the marks around it.
fn idea(stage: usize) -> String {
    let lib = road::read(format!("crates/stage{stage}/src/lib.rs"));
    let first = lib.lines().next().expect("a stage has a first line");
    let prefix = format!("//! Stage {stage}: ");
    let idea =
        first.strip_prefix(&prefix).unwrap_or_else(|| panic!("it begins {prefix:?}: {first}"));
    idea.strip_suffix('.').expect("the idea ends with a full stop").to_owned()
}

#[test]
fn a_stage_is_three_files_and_from_10_on_what_grows_beside_the_loop_has_its_own() {
    for stage in stages() {
        let files = road::files(&format!("crates/stage{stage}"));
        let names: Vec<_> = files.iter().map(|it| it.to_str().expect("a plain name")).collect();
        let beside: &[_] = match stage {
            10 => &["src/socket.rs"],
            11 => &["src/task.rs"],
            12 => &["src/life.rs", "src/task.rs"],
            13 => &["src/life.rs", "src/queue.rs", "src/task.rs"],
            _ => &[],
        };
        let mut expected = [&["Cargo.toml", "src/lib.rs", "src/main.rs"], beside].concat();
        expected.sort_unstable();
        let expected: Vec<_> =
            expected.into_iter().map(|it| format!("crates/stage{stage}/{it}")).collect();
        assert_eq!(names, expected);
    }
}

#[test]
fn every_stage_on_disk_is_tested_here() {
    let folders = fs::read_dir(road::root().join("crates")).expect("the workspace can be read");
    let names = folders.map(|it| it.expect("the workspace can be read").file_name());
    let n_stages = names.filter(|it| it.to_string_lossy().starts_with("stage")).count();
    assert_eq!(n_stages, road::DEMOS.len());
}

#[test]
fn a_stage_says_its_idea_in_the_same_words_everywhere() {
    for stage in stages() {
        let idea = idea(stage);
        let manifest = road::read(format!("crates/stage{stage}/Cargo.toml"));
        assert!(manifest.contains(&format!("description = \"{idea}\"\n")), "stage{stage}: {idea}");
        let title = format!("Stage {stage}: {idea}");
        let chapter = road::read(format!("docs/src/stage{stage}.md"));
        assert_eq!(chapter.lines().next(), Some(format!("# {title}").as_str()));
        let summary = road::read("docs/src/SUMMARY.md");
        assert!(summary.contains(&format!("[{title}](stage{stage}.md)")), "{title}");
        let readme = road::read("README.md");
        assert!(readme.contains(&format!("| {idea} |")), "the README's map lacks: {idea}");
    }
}

#[test]
fn a_stage_can_be_read_on_one_screen_or_two() {
    for stage in stages() {
        for (file, text) in road::library(stage) {
            let n_lines = text.lines().count();
            let budget = if stage < 7 { 120 } else { 250 };
            assert!(n_lines <= budget, "stage{stage}/{file}: {n_lines} lines, not {budget}");
        }
    }
}

#[test]
fn a_stage_is_plain_rust() {
    const FOREIGN: [&str; 8] =
        ["cfg", "#[test]", "allow(", "ANCHOR", "macro_rules!", "::*", "TODO", "dyn Any"];
    for stage in stages() {
        let main = road::read(format!("crates/stage{stage}/src/main.rs"));
        for (file, text) in [road::library(stage), vec![("main.rs".to_owned(), main)]].concat() {
            for foreign in FOREIGN {
                assert!(!text.contains(foreign), "stage{stage}/{file}: {foreign}");
            }
            let mut allowed = vec!["std".to_owned(), "world".to_owned()];
            match file.as_str() {
                "main.rs" => allowed.push(format!("stage{stage}")),
                "lib.rs" => allowed.push("self".to_owned()),
                _ => allowed.push("super".to_owned()),
            }
            allowed.extend(foreign_crates(stage).iter().map(|&it| it.to_owned()));
            for line in text.lines().filter_map(|it| it.strip_prefix("use ")) {
                let origin = line.split(':').next().expect("a path has a beginning");
                assert!(allowed.iter().any(|it| it == origin), "stage{stage}/{file}: use {line}");
            }
        }
    }
}

#[test]
fn a_stage_depends_on_the_world_and_on_what_it_sleeps_in_and_on_sockets_where_it_has_them() {
    for stage in stages() {
        let manifest = road::read(format!("crates/stage{stage}/Cargo.toml"));
        let after = manifest.split("[dependencies]\n").nth(1).expect("a stage has dependencies");
        let names = after.split("\n\n").next().expect("the list ends").lines();
        let names: Vec<_> = names.filter_map(|it| it.strip_suffix(".workspace = true")).collect();
        assert_eq!(names, [foreign_crates(stage), &["world"]].concat(), "stage{stage}");
    }
    assert!(!road::read("crates/world/Cargo.toml").contains("dependencies"));
}

#[test]
fn a_file_says_what_lives_there_and_is_short() {
    for (path, text) in rust_files() {
        let path = path.display();
        assert!(
            text.starts_with("//! ") || text.starts_with("// "),
            "{path} begins without a word"
        );
        let n_lines = text.lines().count();
        assert!(n_lines <= 400, "{path} has {n_lines} lines: look for the second idea");
    }
}

#[test]
fn unsafe_code_has_its_places() {
    let this = Path::new("tests/it/tidy.rs");
    let home = "crates/boucle/src/cell";
    let mut places = Vec::new();
    // Its children fork, and are ended by signals, as no safe crate lets them.
    let children = Path::new("tests/it/children.rs");
    for (path, text) in
        rust_files().into_iter().filter(|(path, _)| path != this && path != children)
    {
        let path = path.to_str().expect("a plain name");
        if path == format!("{home}.rs") || path.starts_with(&format!("{home}/")) {
            continue;
        }
        let lines = text.lines().filter(|it| it.contains("unsafe {") || it.contains("unsafe fn"));
        places.extend(lines.map(|line| format!("{path}: {}", line.trim())));
    }
    let in_boucle = "let added = unsafe { self.poller().add_with_mode(&source, event, mode) };";
    let in_stage =
        "let watched = unsafe { poller.add_with_mode(&socket, Event::all(0), PollMode::Level) };";
    let in_stage10 = "let watched = unsafe { poller.add(&socket, Event::none(key(&socket))) };";
    let expected = [
        format!("crates/boucle/src/reactor/watcher.rs: {in_boucle}"),
        format!("crates/stage10/src/socket.rs: {in_stage10}"),
        format!("crates/stage7/src/lib.rs: {in_stage}"),
        "tests/it/boucle/foreign.rs: unsafe { Waker::new(ptr::null(), &ODD) }".to_owned(),
    ];
    places.sort();
    assert_eq!(places, expected);
}

#[test]
fn a_library_says_what_it_expects() {
    for (path, text) in rust_files().into_iter().filter(|(path, _)| path.starts_with("crates")) {
        // The examples in the documentation are demos.
        let code = text.lines().filter(|line| !line.trim_start().starts_with("//"));
        for line in code {
            assert!(!line.contains(".unwrap()"), "{}: expect says why: {line}", path.display());
        }
    }
}

#[test]
fn a_manifest_inherits_and_defends_its_dependencies() {
    for path in files().filter(|path| path.ends_with("Cargo.toml")) {
        let text = road::read(&path);
        let path = path.display();
        assert!(text.contains("[lints]\nworkspace = true\n"), "{path} has lints of its own");
        for key in ["version", "edition", "rust-version", "license"] {
            assert!(text.contains(&format!("{key}.workspace = true\n")), "{path}: {key}");
        }
        let mut defended = false;
        for line in text.split("dependencies]\n").skip(1).flat_map(str::lines) {
            match line {
                _ if line.starts_with('#') => defended = true,
                "" => defended = false,
                _ if line.starts_with('[') => break,
                _ => assert!(defended, "{path}: nothing defends {line}"),
            }
        }
    }
}

#[test]
fn the_map_is_short() {
    assert!(road::read("ARCHITECTURE.md").lines().count() <= 150);
}

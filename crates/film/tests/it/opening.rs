//! The program from outside: what it prints without a terminal, what it writes, what it refuses.

use std::ffi::OsStr;
use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use boucle_trace::Printable;
use film::{Program, Run};

/// Runs film with these arguments, and this on stdin.
pub(crate) fn film(args: &[&str], stdin: &str) -> Output {
    let mut child = Command::new(env!("CARGO_BIN_EXE_film-road"))
        .args(args)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .env_remove("COLUMNS")
        .spawn()
        .expect("film is built");
    // It may end without reading: that is its right.
    let _ = child.stdin.take().expect("it is a pipe").write_all(stdin.as_bytes());
    child.wait_with_output().expect("film ends")
}

pub(crate) fn text(bytes: &[u8]) -> &str {
    std::str::from_utf8(bytes).expect("film speaks UTF-8")
}

/// A file of this test alone.
pub(crate) fn file(name: &str) -> PathBuf {
    let path = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(name);
    let _ = fs::remove_file(&path);
    path
}

#[test]
fn without_a_terminal_it_prints_text() {
    let output = film(&["stage2"], "");
    assert!(output.status.success());
    assert!(text(&output.stdout).contains("> finished"));
    assert_eq!(output.stdout, film(&["2", "--text=lanes"], "").stdout);
    assert!(text(&film(&["2", "--text=lines"], "").stdout).contains("task 1  prints \"1\""));
}

#[test]
fn the_text_is_no_wider_than_it_may_be() {
    let widest = |args: &[&str]| {
        let output = film(args, "");
        assert!(output.status.success(), "{args:?}");
        let lines = text(&output.stdout).lines();
        lines.map(|it| Printable::line(it).width()).max().expect("it prints")
    };
    for (program, width) in [("stage13", "60"), ("stage13", "200"), ("famine", "40")] {
        let most = width.parse().expect("it is a number");
        assert!(widest(&[program, "--text", "--width", width]) <= most, "{program} in {width}");
    }
    assert!(widest(&["holders"]) <= 80);
    let refused = film(&["stage13", "--width", "3"], "");
    assert_eq!(refused.status.code(), Some(2));
    assert!(text(&refused.stderr).contains("3 is not in 40..=65535"));
}

#[test]
fn without_arguments_it_lists_the_programs() {
    let output = film(&[], "");
    assert!(text(&output.stdout).contains("  stage4           the queue becomes a loop"));
}

#[test]
fn an_unknown_program_is_an_error_that_lists_them() {
    let output = film(&["stage44"], "");
    assert_eq!(output.status.code(), Some(1));
    let error = text(&output.stderr);
    assert!(error.starts_with("film: there is no program and no file `stage44`"));
    assert!(error.contains("  stage7           a task can wait for a socket"));
}

#[test]
fn a_recording_that_was_written_is_played_like_the_program() {
    let path = file("written.trace");
    let name = path.to_str().expect("a plain path");
    assert!(film(&["stage5", "--json", name], "").status.success());
    assert_eq!(film(&[name], "").stdout, film(&["stage5"], "").stdout);
}

#[test]
fn a_file_that_is_there_is_not_overwritten() {
    for kind in ["--svg", "--html", "--json", "--perfetto"] {
        let path = file(&format!("kept{kind}"));
        fs::write(&path, "precious").expect("a file of this test");
        let name = path.to_str().expect("a plain path");
        let refused = film(&["stage4", kind, name], "");
        assert_eq!(refused.status.code(), Some(1), "{kind}");
        assert!(text(&refused.stderr).contains(name));
        assert_eq!(fs::read_to_string(&path).expect("a file of this test"), "precious");
        assert!(film(&["stage4", kind, name, "--force"], "").status.success());
        assert_ne!(fs::read_to_string(&path).expect("a file of this test"), "precious");
    }
}

#[test]
fn a_recording_that_was_cut_names_the_line_and_is_shown_as_far_as_it_goes() {
    let path = file("cut.trace");
    let name = path.to_str().expect("a plain path");
    assert!(film(&["stage2", "--json", name], "").status.success());
    let whole = fs::read_to_string(&path).expect("a file of this test");
    let place = whole.match_indices('\n').nth(9).expect("it has ten lines").0 + 5;
    fs::write(&path, &whole[..place]).expect("a file of this test");

    let refused = film(&[name], "");
    assert_eq!(refused.status.code(), Some(1));
    let error = text(&refused.stderr);
    assert!(error.contains("line 11: the recording ends in the middle of the line"), "{error}");
    assert!(error.contains("--lossy"));

    let shown = film(&[name, "--lossy"], "");
    assert!(shown.status.success());
    assert!(text(&shown.stderr).contains("line 11"));
    assert!(text(&shown.stdout).contains("> 1"));
}

#[test]
fn a_foreign_file_and_a_newer_recording_are_told_apart() {
    let path = file("foreign");
    let name = path.to_str().expect("a plain path");
    fs::write(&path, [0, 159, 146, 150]).expect("a file of this test");
    assert!(text(&film(&[name], "").stderr).contains("line 1: this is no recording of boucle"));
    assert!(!film(&[name, "--lossy"], "").status.success());
    let newer = r#"{"format":"boucle-trace","version":99,"clock":"virtual","program":"p"}"#;
    fs::write(&path, format!("{newer}\n[5,\"loop_wakes\"]\n[6,\"unheard_of\"]\n"))
        .expect("a file of this test");
    assert!(text(&film(&[name], "").stderr).contains("line 1: the recording is of version 99"));
    let shown = film(&[name, "--lossy", "--text=lines"], "");
    assert!(text(&shown.stdout).contains("loop  is awake"));
}

#[test]
fn a_directory_is_no_recording() {
    let refused = film(&[env!("CARGO_TARGET_TMPDIR")], "");
    assert_eq!(refused.status.code(), Some(1));
    assert!(text(&refused.stderr).contains("cannot open"));
}

#[test]
fn a_prediction_is_read_from_stdin() {
    let right = film(&["stage4", "--predict"], "foo\nbar\nbaz\n");
    assert_eq!(text(&right.stdout), "All 3 lines are right.\n");
    let wrong = film(&["stage4", "--predict"], "foo\nbaz\n");
    assert!(
        text(&wrong.stdout).starts_with("Line 2 is wrong: you said \"baz\", and \"bar\" comes.")
    );
    let none = film(&["stage4", "--predict"], "");
    assert!(text(&none.stdout).contains("They are among:\n  bar\n  baz\n  foo\n"));
}

#[test]
fn each_example_of_boucle_is_played_or_says_why_not() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../boucle/examples");
    let files =
        fs::read_dir(folder).expect("it is there").map(|it| it.expect("it is there").path());
    let mut unplayed = Vec::new();
    for file in files.filter(|it| !it.ends_with("course")) {
        let name = file.file_stem().and_then(OsStr::to_str).expect("it is plain");
        if Program::named(name).is_none() {
            unplayed
                .push(Run::open(name, false).expect_err("there is no such program").to_string());
        }
    }
    unplayed.sort();
    assert_eq!(
        unplayed,
        [
            "cannot play the example `echo`: it is a server: it waits for clients, and has no end",
            "cannot play the example `proxy`: it is a server: it waits for clients, and for another server",
            "cannot play the example `resp_server`: it is a server: it waits for clients, and has no end",
        ]
    );
}

#[test]
fn the_loop_of_the_first_thread_is_recorded() {
    let run = Run::of(Program::named("threads").expect("it is in the table"));
    let output = run.trace.output();
    assert_eq!(output.lines().count(), 10, "{output}");
    assert!(output.ends_with("this thread's loop is as it was: Ok(true)\n"), "{output}");
    assert_eq!(run.trace.state_at(run.trace.len()).tasks.len(), 1);
    assert!(boucle::Loop::current().is_err(), "this thread has no loop afterwards either");
}

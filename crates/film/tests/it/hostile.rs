//! Recordings, file names and arguments of somebody who wants to steer the reader's terminal.

use std::fs;
use std::path::PathBuf;
use std::process::Output;

use boucle_trace::{
    Clock, Event, Header, On, Printable, Reported, RunEnd, TaskNo, Text, Trace, What,
};
use film::{App, Question, Run, Scene, Verdict};

use crate::opening::film;
use crate::screens::{press, screen};

/// Colors, a title, bells, the other way round, ends of lines, and what C1 has instead of escapes.
pub(crate) const WORDS: &str =
    "\u{1b}[31mRED\u{1b}]0;TITLE\u{7}\u{1b}[2J\u{9b}31m\u{202e}abc\u{2028}\r\u{8}\0\u{7f}\u{85}x";

/// How they are shown.
pub(crate) const SHOWN: &str = "␛[31mRED␛]0;TITLE␇␛[2J�31m�abc�␍␈␀␡�x";

/// A run that says `words` wherever a recording has words of its own.
pub(crate) fn trace(words: &str) -> Trace {
    let task = TaskNo::new(1).expect("it is one");
    let text = Text::from(words);
    let whats = [
        What::Added { task, by: None, place: None, future: None },
        What::Named { task, name: text.clone() },
        What::TimerSet { timer: 0, by: Some(task), after: 5 },
        What::PollBegins { task },
        What::Printed { by: Some(task), error: false, line: text.clone() },
        What::Printed { by: Some(task), error: false, line: format!("{words} again").into() },
        What::Printed { by: None, error: true, line: text.clone() },
        What::Waits { task, on: On::Sync(text.clone()), object: None, place: None, wait: None },
        What::PollEnds { task, how: boucle_trace::PollEnd::Pending },
        What::Reported { task: Some(task), kind: Reported::Panic, message: text.clone() },
        What::LoopSleeps { timeout: Some(5) },
        What::RunEnds { how: RunEnd::Panicked(text) },
    ];
    let events = whats.into_iter().map(|what| Event { at: 0, what }).collect();
    Trace::new(Header::new(words, Clock::Virtual), events)
}

/// A file of this test alone; its name has hostile words in it as well.
pub(crate) fn file(test: &str, words: &str) -> PathBuf {
    let mut text = Vec::new();
    trace(words).write_lines(&mut text).expect("memory takes all");
    // What is no event is quoted by the parser, as the line has it.
    let foreign = serde_json::json!([0, { words: 1 }]);
    text.extend(format!("{foreign}\n").into_bytes());
    let path =
        PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(format!("{test}\u{1b}]0;TITLE\u{7}"));
    fs::write(&path, text).expect("a file of this test");
    path
}

/// Fails if anything of what a program has said steers a terminal.
fn check_printable(output: &Output) {
    for bytes in [&output.stdout, &output.stderr] {
        let text = std::str::from_utf8(bytes).expect("film speaks UTF-8");
        assert_eq!(Printable::lines(text), *text);
    }
}

#[test]
fn nothing_that_is_printed_steers_a_terminal() {
    let path = file("printed", WORDS);
    let name = path.to_str().expect("it is UTF-8");
    for args in [
        &[name][..],
        &[name, "--lossy"],
        &[name, "--lossy", "--text"],
        &[name, "--lossy", "--text=lines"],
        &[name, "--lossy", "--predict"],
        &[name, "--json", name],
        &["stage2", "--svg", name],
        &["stage2", "--json", name],
        &["stage2", name],
        &["stage2", "--text", "\u{1b}]0;TITLE\u{7}"],
        &["--\u{1b}]0;TITLE\u{7}"],
        &["--port", "\u{1b}]0;TITLE\u{7}"],
        &["no such \u{1b}]0;TITLE\u{7}"],
    ] {
        check_printable(&film(args, ""));
    }
    let lanes = film(&[name, "--lossy", "--text"], "");
    let text = String::from_utf8_lossy(&lanes.stdout).into_owned();
    assert!(text.contains("> ␛[31mRED␛]0;TITLE␇␛[2J�31m�abc�␍␈␀␡�x"), "{text}");
    let error = String::from_utf8_lossy(&lanes.stderr).into_owned();
    assert!(error.starts_with("film: printed␛]0;TITLE␇: line 14: the line is no event"), "{error}");
    let refused = String::from_utf8_lossy(&film(&[name], "").stderr).into_owned();
    assert!(refused.contains("(what can be read of it is shown with --lossy)"), "{refused}");
    // What was said of the first line is said in the words that are shown.
    check_printable(&film(&[name, "--lossy", "--predict"], "\u{1b}[31m\n"));
    fs::remove_file(path).expect("a file of this test");
}

#[test]
fn nothing_that_is_drawn_steers_a_terminal() {
    let name = WORDS.to_owned() + ".trace";
    let mut text = Vec::new();
    trace(WORDS).write_lines(&mut text).expect("memory takes all");
    let run = || Run::read(&name, &text[..], false).expect("it is a recording");
    for keys in
        [">", ">>>>", "o", "$", "g", "g\n↓↓\n", "/\u{1b}", "/\u{7}\u{9b}", "/\u{7}\u{9b}\n", "s"]
    {
        let mut app = App::new(run());
        for step in 0..=trace(WORDS).len() {
            for (width, height) in [(80, 24), (130, 40)] {
                let screen = screen(&app, width, height);
                assert_eq!(Printable::lines(screen.as_str()), *screen, "{keys:?}, {step}");
            }
            press(&mut app, if step == 0 { keys } else { ">" });
        }
    }
}

#[test]
fn a_prediction_is_made_of_what_is_shown() {
    let run = trace(WORDS);
    let question = Question::about(&run).expect("it prints two lines");
    assert_eq!(question.choices, [SHOWN, &format!("{SHOWN} again")]);
    let lines: Vec<_> = question.choices.into_iter().map(String::from).collect();
    assert_eq!(Verdict::on(&run, &lines).lines(), ["All 2 lines are right."]);
    let wrong = Verdict::on(&run, &[format!("{SHOWN} again")]).lines();
    assert!(wrong[0].starts_with(&format!("Line 1 is wrong: you said \"{SHOWN} again\"")));
}

#[test]
fn a_scene_costs_what_it_shows_and_not_what_a_name_has() {
    let long = "n".repeat(70_000);
    let name = format!("{long}.trace");
    let mut text = Vec::new();
    trace(&long).write_lines(&mut text).expect("memory takes all");
    let run = Run::read(&name, &text[..], false).expect("it is a recording");
    assert!(run.name.chars().count() == 200 && run.name.ends_with('…'));
    let mut player = run.player();
    while player.step() {
        let scene = serde_json::to_string(&Scene::new(&run, &player, &run.trace.lint()));
        assert!(scene.expect("it is data").len() < 50_000);
    }
    let mut app = App::new(run);
    press(&mut app, "$");
    assert!(screen(&app, 80, 24).contains("nnn"));
    let path = file("long", &long);
    let shown = film(&[path.to_str().expect("it is UTF-8"), "--lossy", "--text=lines"], "");
    assert!(shown.status.success() && shown.stdout.len() < 100_000);
    fs::remove_file(path).expect("a file of this test");
}

//! `film attach` and `film top`, of programs that run.

use std::fs;
use std::io::{BufRead, BufReader, Read};
use std::process::{Command, Output, Stdio};

use boucle_trace::Trace;

use crate::children::{Folder, Program};
use crate::terminal::Tmux;

/// A program that is where the test wants it.
fn ready(name: &str) -> Program {
    let mut program = Program::start(name, &[("BOUCLE_TRACE_ATTACH", "1")]);
    program.prints("ready");
    program
}

fn command(args: &[&str]) -> Command {
    let mut film = Command::new(env!("CARGO_BIN_EXE_film-road"));
    film.args(args).stdin(Stdio::null());
    film
}

/// What film prints, and what it complains about.
fn film(args: &[&str]) -> (String, String) {
    let Output { stdout, stderr, status } = command(args).output().expect("film runs");
    let [out, err] = [stdout, stderr].map(|it| String::from_utf8(it).expect("film speaks UTF-8"));
    assert_eq!(status.success(), err.is_empty(), "{err}");
    (out, err)
}

#[test]
fn the_tree_of_a_program_is_its_own_and_that_of_a_hung_one_is_what_its_last_events_tell() {
    let program = ready("healthy");
    let id = program.id().to_string();
    let (out, _) = film(&["attach", &id, "--tree"]);
    assert!(out.starts_with("loop 1 of "), "{out}");
    assert!(out.contains("parent 1") && out.contains("\n  child 1"), "{out}");
    let program = ready("hung");
    let id = program.id().to_string();
    let (out, _) = film(&["attach", &id, "--tree"]);
    assert!(out.contains("stuck has run for"), "{out}");
    assert!(out.contains("The loop itself does not answer"), "{out}");
    assert!(out.contains("\n  stuck: runs, since"), "{out}");
}

#[test]
fn a_dump_can_be_played_and_is_not_written_over() {
    let folder = Folder::new("film-dump");
    let (file, program) = (folder.join("run.trace"), ready("healthy"));
    let (id, path) = (program.id().to_string(), file.to_str().expect("a plain name"));
    film(&["attach", &id, "--dump", path]);
    assert!(Trace::load(&file).expect("it is a recording").len() > 5);
    let (_, err) = film(&["attach", &id, "--dump", path]);
    assert!(err.contains("cannot make the file"), "{err}");
    fs::write(&file, "").expect("the folder is there");
    film(&["attach", &id, "--dump", path, "--force"]);
    assert!(film(&[path]).0.contains("parent 1"));
}

#[test]
fn who_follows_sees_the_end() {
    let mut program = ready("healthy");
    let id = program.id().to_string();
    let mut follows =
        command(&["attach", &id, "--follow"]).stdout(Stdio::piped()).spawn().expect("film runs");
    // What is over is told first: then it follows.
    let mut told = BufReader::new(follows.stdout.take().expect("it is piped"));
    let mut out = String::new();
    told.read_line(&mut out).expect("film speaks UTF-8");
    program.lets_go_on();
    told.read_to_string(&mut out).expect("film speaks UTF-8");
    assert!(program.ends().0.success() && follows.wait().expect("film ends").success());
    assert!(out.contains("the run is complete\n"), "{out}");
}

#[test]
fn top_shows_what_each_task_has_cost() {
    let program = ready("busy");
    let id = program.id().to_string();
    let (out, _) = film(&["top", &id, "--once"]);
    let lines: Vec<_> = out.lines().collect();
    assert!(lines[1].contains("polls") && lines[1].contains("longest"), "{out}");
    // The one that turns runs longest, the other one waits longest.
    assert!(lines[2].contains("busy 1"), "{out}");
    let (out, _) = film(&["top", &id, "--once", "--by", "longest-wait"]);
    assert!(out.lines().nth(2).is_some_and(|it| it.contains("other")), "{out}");
}

#[test]
fn what_cannot_be_looked_at_is_told_with_what_to_do() {
    assert!(film(&["attach", "4294967295"]).1.contains("there is no process 4294967295"));
    let mut plain = Program::start("healthy", &[]);
    plain.prints("ready");
    let id = plain.id().to_string();
    assert!(film(&["attach", &id]).1.contains("boucle_trace::run in the place of boucle::run"));
    let mut threads = Program::start("threads", &[("BOUCLE_TRACE_ATTACH", "1")]);
    threads.prints("ready");
    threads.prints("ready");
    let id = threads.id().to_string();
    let (_, err) = film(&["attach", &id, "--follow"]);
    assert!(err.contains("has several loops: say --loop N") && err.contains("loop 2 of"), "{err}");
    let (out, _) = film(&["attach", &id, "--tree", "--loop", "2"]);
    assert!(out.starts_with("loop 2 of"), "{out}");
    assert!(film(&["attach", &id, "--loop", "3"]).1.contains("has no loop 3"));
}

#[test]
fn the_loops_of_a_program_are_lanes_of_one_picture() {
    let mut program = Program::start("threads", &[("BOUCLE_TRACE_ATTACH", "1")]);
    program.prints("ready");
    program.prints("ready");
    let id = program.id().to_string();
    let (out, _) = film(&["attach", &id, "--tree"]);
    assert!(out.contains("parent 1") && out.contains("\nloop 2 of"), "{out}");
    let (out, _) = film(&["attach", &id]);
    assert!(out.starts_with("loop 1:\n") && out.contains("\nloop 2:\n"), "{out}");
    let Some(tmux) = Tmux::start("loops", &format!("attach {id}"), 120, 40) else { return };
    for words in ["▶loop 1    loop 1 of", " loop 2    loop 2 of", " child 1", " child 2"] {
        tmux.shows(words);
    }
    tmux.press(&["x"]);
    tmux.shows("▶loop 2    loop 2 of");
    tmux.shows(&format!("process {id}, loop 2"));
    tmux.press(&["a"]);
    tmux.shows("several loops have the time in common alone");
    assert!(program.ends().0.success());
    tmux.shows(" loop 1    the run is over");
    tmux.shows("▶loop 2    the run is over");
    tmux.press(&["x", "End"]);
    tmux.shows("▶loop 1    the run is over");
    tmux.press(&["q"]);
    tmux.shows("film has ended");
}

#[test]
fn the_player_goes_on_with_the_program_and_stands_still_where_one_steps_back() {
    let program = ready("healthy");
    let id = program.id().to_string();
    let Some(tmux) = Tmux::start("live", &format!("attach {id}"), 100, 30) else { return };
    tmux.shows("it sleeps");
    tmux.press(&["Left"]);
    assert!(program.ends().0.success());
    tmux.shows("events since: End goes on with them; the run is over");
    tmux.press(&["End"]);
    tmux.shows("the run is complete");
    tmux.press(&["q"]);
    tmux.shows("film has ended");
}

#[test]
fn top_is_asked_for_anew_until_the_run_is_over() {
    let program = ready("busy");
    let id = program.id().to_string();
    let Some(tmux) = Tmux::start("top", &format!("top {id}"), 160, 20) else { return };
    tmux.shows("q quits");
    tmux.press(&["w"]);
    tmux.shows("other");
    assert!(program.ends().0.success());
    tmux.shows("film: the run is over");
}

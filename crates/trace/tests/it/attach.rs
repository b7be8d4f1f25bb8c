//! Looking at programs while they run: healthy, busy, hung, dying; and all that may not work.

use std::fs;
use std::io::{Read, Write};
use std::os::unix::fs::PermissionsExt;
use std::os::unix::net::{UnixListener, UnixStream};
use std::os::unix::process::CommandExt;
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::{env, process, thread};

use boucle_trace::attach::{AttachError, Program as Looked, Update};
use boucle_trace::{Reported, RunEnd, State, What};

use crate::children::{Folder, Program};

const ATTACH: &[(&str, &str)] = &[("BOUCLE_TRACE_ATTACH", "1")];

/// A program that is where the test wants it.
fn ready(name: &str) -> (Program, Looked) {
    let mut program = Program::start(name, ATTACH);
    program.prints("ready");
    let looked_at = Looked::find(program.id()).expect("it answers");
    (program, looked_at)
}

/// Where its socket lies.
fn socket(process: u32) -> PathBuf {
    let user = fs::metadata("/proc/self")
        .map(|it| std::os::unix::fs::MetadataExt::uid(&it))
        .expect("the system lets us");
    env::temp_dir().join(format!("boucle-{user}/{process}.sock"))
}

fn names(state: &State) -> Vec<String> {
    state.tasks.values().filter_map(|it| it.name.as_ref().map(|it| it.to_string())).collect()
}

#[test]
fn a_healthy_program_tells_its_loops_tasks_sums_and_events() {
    let (program, looked_at) = ready("healthy");
    let loops = looked_at.loops().expect("it answers");
    assert_eq!(loops.len(), 1);
    assert_eq!((loops[0].number, loops[0].n_tasks), (1, 3));
    let trace = looked_at.trace(1).expect("it answers");
    let state = trace.state_at(trace.len());
    assert_eq!(names(&state), ["child 1", "parent 1"]);
    let (status, sums) = looked_at.top(1).expect("it answers");
    assert_eq!(status.n_tasks, 3);
    let child = sums.iter().find(|it| it.name.as_deref() == Some("child 1")).expect("it answers");
    assert_eq!((child.n_polls, child.n_tasks), (1, 1));
    assert!(child.waits_since.is_some() && child.place.is_some());
    // Its loop answers, though it sleeps; if the machine is busy, not at once.
    let tree = loop {
        if let Some(tree) = looked_at.tree(1).expect("it answers").tree {
            break tree;
        }
    };
    assert!(tree.contains("child 1") && tree.contains("parent 1"), "{tree}");
    let error = looked_at.tree(2).unwrap_err();
    assert!(matches!(error, AttachError::RunOver { number: 2, .. }), "{error}");
    // Followed to its end.
    let mut following = looked_at.follow(1).expect("it answers");
    let Update::Anew(mut trace) = following.wait().expect("it answers") else {
        panic!("it begins with all")
    };
    let (status, ..) = program.ends();
    assert!(status.success());
    loop {
        match following.wait().expect("it answers") {
            Update::Events(more) => trace.append(&more),
            Update::Over => break,
            Update::Status(_) => {}
            other => panic!("{other:?}"),
        }
    }
    assert_eq!(trace.state_at(trace.len()).end, Some(RunEnd::Complete));
    assert!(matches!(looked_at.loops(), Err(AttachError::Gone(_))));
    assert!(matches!(Looked::find(looked_at.process()), Err(AttachError::NoProcess(_))));
}

#[test]
fn a_busy_program_is_followed_without_a_gap_and_is_not_held_up() {
    let (program, looked_at) = ready("busy");
    let mut following = looked_at.follow(1).expect("it answers");
    let (mut n_events, mut state) = (0, None::<State>);
    while n_events < 300_000 {
        match following.wait().expect("it answers") {
            Update::Anew(trace) => {
                // Too slow for all of it: then it begins again, with the state of that moment.
                n_events += trace.len();
                state = Some(trace.state_at(trace.len()));
            }
            Update::Events(more) => {
                n_events += more.len();
                let state = state.as_mut().expect("it begins with all");
                more.events().iter().for_each(|it| state.apply(it));
            }
            _ => {}
        }
    }
    assert_eq!(names(&state.expect("it answers")), ["other"]);
    drop(following);
    assert!(program.ends().0.success());
}

#[test]
fn a_hung_program_says_who_runs_and_since_when() {
    let (mut program, looked_at) = ready("hung");
    // A second is what a poll may last if nothing is said; its loop is asked, and does not answer.
    let tree = loop {
        let tree = looked_at.tree(1).expect("it answers");
        if tree.status.runs.as_ref().is_some_and(|it| it.2.as_secs() >= 1) {
            break tree;
        }
    };
    assert!(tree.tree.is_none(), "its loop hangs");
    assert_eq!(tree.status.runs.expect("it answers").1.as_ref(), "stuck");
    let trace = looked_at.trace(1).expect("it answers");
    let state = trace.state_at(trace.len());
    assert_eq!(state.name(state.running[0]), "stuck");
    let last = &trace.events().last().expect("there are some").what;
    assert!(matches!(last, What::Reported { kind: Reported::SlowPoll, .. }), "{last:?}");
    program.lets_go_on();
    assert!(program.ends().0.success());
}

#[test]
fn a_program_that_dies_is_gone_for_who_follows_it() {
    let (program, looked_at) = ready("aborts");
    let mut following = looked_at.follow(1).expect("it answers");
    assert!(matches!(following.wait(), Ok(Update::Anew(_))));
    assert!(!program.ends().0.success());
    let error = loop {
        match following.wait() {
            Ok(Update::Over) => panic!("nobody could tell that"),
            Ok(_) => {}
            Err(error) => break error,
        }
    };
    assert!(matches!(error, AttachError::Gone(_)), "{error}");
}

#[test]
fn each_loop_of_a_program_can_be_looked_at() {
    let mut program = Program::start("threads", ATTACH);
    program.prints("ready");
    program.prints("ready");
    let looked_at = Looked::find(program.id()).expect("it answers");
    let loops = looked_at.loops().expect("it answers");
    assert_eq!(loops.iter().map(|it| it.number).collect::<Vec<_>>(), [1, 2]);
    let mut seen: Vec<_> = [1, 2]
        .into_iter()
        .flat_map(|number| {
            let trace = looked_at.trace(number).expect("it answers");
            names(&trace.state_at(trace.len()))
        })
        .collect();
    seen.sort();
    assert_eq!(seen, ["child 1", "child 2", "parent 1", "parent 2"]);
    assert!(program.ends().0.success());
}

#[test]
fn a_program_that_is_not_recorded_or_forbids_it_cannot_be_looked_at() {
    for variables in [&[][..], &[("BOUCLE_TRACE_ATTACH", "0")]] {
        let mut program = Program::start("healthy", variables);
        program.prints("ready");
        let error = Looked::find(program.id()).unwrap_err();
        assert!(error.to_string().contains("BOUCLE_TRACE_ATTACH=1"), "{error}");
    }
}

#[test]
fn a_socket_that_was_left_behind_is_taken_away() {
    // Somebody makes the folder.
    let (_program, _) = ready("healthy");
    let other = Program::start("healthy", &[]);
    let place = socket(other.id());
    drop(UnixListener::bind(&place).expect("the folder is there"));
    assert!(place.exists());
    assert!(matches!(Looked::find(other.id()), Err(AttachError::NotRecorded { .. })));
    assert!(!place.exists(), "who looks takes it away");
    let place = socket(u32::MAX);
    drop(UnixListener::bind(&place).expect("the folder is there"));
    let (_third, _) = ready("healthy");
    assert!(!place.exists(), "a program that begins takes it away");
}

#[test]
fn the_socket_of_another_process_is_not_trusted() {
    let (program, _) = ready("healthy");
    let other = Program::start("healthy", &[]);
    let (place, false_place) = (socket(program.id()), socket(other.id()));
    fs::hard_link(&place, &false_place).expect("the system lets us");
    let error = Looked::find(other.id()).unwrap_err();
    fs::remove_file(false_place).expect("the system lets us");
    assert!(matches!(error, AttachError::Impostor { .. }), "{error}");
}

#[test]
fn only_its_user_reaches_a_program() {
    let folder = Folder::new("modes");
    let runtime = folder.path().to_str().expect("it answers");
    let mut program =
        Program::start("healthy", &[ATTACH, &[("XDG_RUNTIME_DIR", runtime)]].concat());
    program.prints("ready");
    let (sockets, place) =
        (folder.join("boucle"), folder.join(&format!("boucle/{}.sock", program.id())));
    let mode = |path| fs::metadata(path).expect("the system lets us").permissions().mode() & 0o777;
    assert_eq!((mode(&sockets), mode(&place)), (0o700, 0o600));

    let is_root =
        fs::metadata("/proc/self").is_ok_and(|it| std::os::unix::fs::MetadataExt::uid(&it) == 0);
    if !is_root {
        std::eprintln!("skipped: only root can be another user");
        return;
    }
    // Even if both modes were wrong.
    fs::set_permissions(&sockets, fs::Permissions::from_mode(0o755)).expect("the system lets us");
    fs::set_permissions(&place, fs::Permissions::from_mode(0o666)).expect("the system lets us");
    let answer = Command::new("python3")
        .args(["-c", "import socket, sys\nit = socket.socket(socket.AF_UNIX)\nit.connect(sys.argv[1])\nprint(it.makefile().readline())"])
        .arg(&place)
        .uid(65_534)
        .gid(65_534)
        .stderr(Stdio::inherit())
        .output();
    let Ok(answer) = answer else {
        std::eprintln!("skipped: there is no python3 to be another user");
        return;
    };
    let answer = String::from_utf8_lossy(&answer.stdout).into_owned();
    assert!(answer.contains("error this program belongs to another user"), "{answer:?}");
    assert!(program.ends().0.success());
}

/// Asks until there is room for one more: those who went may not be gone yet.
fn patiently<T>(mut ask: impl FnMut() -> Result<T, AttachError>) -> T {
    loop {
        match ask() {
            Err(AttachError::Refused { words, .. }) if words.contains("too many") => {
                thread::yield_now();
            }
            answer => return answer.expect("it answers"),
        }
    }
}

/// How many descriptors and threads a process has.
fn n_open(process: u32) -> (usize, usize) {
    let count =
        |what| fs::read_dir(format!("/proc/{process}/{what}")).expect("the system lets us").count();
    (count("fd"), count("task"))
}

#[test]
fn a_thousand_looks_leave_nothing_behind() {
    let (program, looked_at) = ready("healthy");
    let mut before = n_open(program.id());
    for n in 0..1000 {
        match n % 4 {
            0 => assert_eq!(patiently(|| looked_at.loops()).len(), 1),
            1 => assert!(patiently(|| looked_at.trace(1)).len() > 5),
            2 => {
                let first = patiently(|| looked_at.follow(1)).wait();
                assert!(matches!(first, Ok(Update::Anew(_))));
            }
            // Says nothing, and goes.
            _ => drop(UnixStream::connect(socket(program.id())).expect("the socket is there")),
        }
        if n == 3 {
            // The first look may have made what stays: a buffer, say.
            before = before.max(n_open(program.id()));
        }
    }
    // Who followed is noticed to be gone at the next look; nothing tells when.
    while n_open(program.id()) > before {
        thread::yield_now();
    }
    assert!(program.ends().0.success());
}

#[test]
fn a_flood_of_those_who_say_nothing_or_too_much_holds_nobody_up() {
    let (program, looked_at) = ready("busy");
    let place = socket(program.id());
    let mut silent: Vec<_> =
        (0..100).map(|_| UnixStream::connect(&place).expect("the socket is there")).collect();
    let mut answer = String::new();
    silent
        .last_mut()
        .expect("the program reads and answers")
        .read_to_string(&mut answer)
        .expect("the program reads and answers");
    assert_eq!(answer, "boucle-attach 1 error too many look at this program already\n");
    // Whoever was there before them has gone by now, perhaps.
    let refused = loop {
        match looked_at.loops() {
            Ok(_) => silent.push(UnixStream::connect(&place).expect("the socket is there")),
            Err(error) => break error,
        }
    };
    assert!(refused.to_string().contains("too many"), "{refused}");
    drop(silent);
    patiently(|| looked_at.loops());
    // A line without an end.
    let mut endless = UnixStream::connect(&place).expect("the socket is there");
    while endless.write_all(&[b'a'; 1000]).is_ok() {}
    // Another version, another language, what nobody knows.
    let ask = |question: &str| {
        let mut stream = UnixStream::connect(&place).expect("the socket is there");
        stream.write_all(question.as_bytes()).expect("the program reads and answers");
        let mut answer = String::new();
        stream.read_to_string(&mut answer).expect("the program reads and answers");
        answer
    };
    assert!(ask("boucle-attach 99 loops\n").contains("speaks version 1 alone"));
    assert!(ask("GET / HTTP/1.1\n").contains("error this is not understood"));
    assert!(ask("boucle-attach 1 dance 1\n").contains("error this is not understood"));
    assert_eq!(ask("boucle-attach 1 tree\n"), "boucle-attach 1 over\n");
    assert_eq!(looked_at.loops().expect("it answers").len(), 1);
    assert!(program.ends().0.success());
}

#[test]
fn a_socket_goes_with_its_program() {
    let (program, _) = ready("healthy");
    let place = socket(program.id());
    assert!(place.exists());
    assert!(program.ends().0.success());
    assert!(!place.exists());
    let exits = Program::start("exit", ATTACH);
    let place = socket(exits.id());
    assert_eq!(exits.ends().0.code(), Some(3));
    assert!(!place.exists());
    assert!(!socket(process::id()).exists());
}

//! What the terminal shows: whole screens, drawn without a terminal.

use std::time::Duration;

use boucle::{sleep, spawn};
use boucle_trace::Trace;
use film::{App, Program, Run, draw};
use ratatui::Terminal;
use ratatui::backend::TestBackend;
use ratatui::crossterm::event::{KeyCode, KeyEvent, KeyEventKind, KeyModifiers};

/// A player of a program, after these keys.
pub(crate) fn app(program: &str, keys: &str) -> App {
    let mut app = App::new(Run::of(Program::named(program).expect("it is in the table")));
    press(&mut app, keys);
    app
}

/// Presses keys: letters are themselves, `>`, `<`, `↓`, `↑` the arrows, `⇟` and `⇞` the pages, a line's end
/// is enter.
pub(crate) fn press(app: &mut App, keys: &str) {
    for key in keys.chars() {
        let code = match key {
            '>' => KeyCode::Right,
            '<' => KeyCode::Left,
            '↓' => KeyCode::Down,
            '↑' => KeyCode::Up,
            '\t' => KeyCode::Tab,
            '⇟' => KeyCode::PageDown,
            '⇞' => KeyCode::PageUp,
            '\n' => KeyCode::Enter,
            '\x1b' => KeyCode::Esc,
            key => KeyCode::Char(key),
        };
        assert!(app.key(KeyEvent::new(code, KeyModifiers::NONE)), "{key:?} quits");
    }
}

/// What a terminal of this size shows.
pub(crate) fn screen(app: &App, width: u16, height: u16) -> String {
    let mut terminal = Terminal::new(TestBackend::new(width, height)).expect("it is memory");
    terminal.draw(|frame| draw(frame, app)).expect("it is memory");
    let buffer = terminal.backend().buffer();
    let cell = |x: u16, y: u16| buffer[(x, y)].symbol();
    let row = |y| (0..width).map(|x| cell(x, y)).collect::<String>().trim_end().to_owned() + "\n";
    (0..height).map(row).collect()
}

/// Compares a screen with its snapshot; the book shows some of them.
pub(crate) fn check(name: &str, screen: &str) {
    insta::with_settings!({ omit_expression => true }, { insta::assert_snapshot!(name, screen) });
}

/// A run without sources.
pub(crate) fn run(name: &str, trace: Trace) -> Run {
    let idea = "what it does".into();
    Run { name: name.into(), idea, trace, sources: Vec::new(), warning: None }
}

#[test]
fn a_run_begins_with_all_of_it() {
    check("begin", &screen(&app("stage2", ""), 80, 24));
}

#[test]
fn the_loop_of_a_stage_is_marked_where_it_takes_a_task() {
    check("take", &screen(&app("stage2", "$PPP"), 80, 24));
}

#[test]
fn a_stage_shows_its_queue_before_the_first_poll() {
    let screen = screen(&app("stage2", "p"), 120, 24);
    let why = "why: task 1 runs for the first time, at 0.000 s; it was the first of 4";
    assert!(screen.contains(why), "{screen}");
    assert!(screen.contains("task 2 · task 3 · task 4"), "{screen}");
}

#[test]
fn a_stage_without_a_loop_shows_its_steps() {
    let screen = screen(&app("stage0", "p"), 120, 24);
    assert!(screen.contains("why: task 1 runs since somebody polls it by hand."), "{screen}");
    assert!(screen.contains("step: the task runs until it gives the turn back"), "{screen}");
}

#[test]
fn a_line_is_marked_where_it_was_printed() {
    check("printed", &screen(&app("stage4", "oo"), 120, 30));
}

#[test]
fn a_run_ends_with_all_its_output() {
    check("end", &screen(&app("6", "$"), 120, 24));
}

/// A run of boucle: a task that sleeps, and one that waits for it.
fn sleeper_and_waiter() -> App {
    let trace = boucle_trace::record(|| async {
        let sleeper = spawn(sleep(Duration::from_millis(1500)));
        sleeper.set_name("sleeper");
        let waiter = spawn(async move {
            sleeper.await.expect("it sleeps");
            world::println!("it has slept");
        });
        waiter.set_name("waiter");
        waiter.await.expect("it waits");
    });
    App::new(run("waiting", trace))
}

#[test]
fn timers_and_who_waits_for_whom_are_seen() {
    let mut app = sleeper_and_waiter();
    press(&mut app, "/waits for sleeper\n>");
    check("waits", &screen(&app, 80, 24));
}

#[test]
fn what_is_suspicious_is_told_where_it_happens() {
    let trace = boucle_trace::record(std::future::pending::<()>);
    let mut app = App::new(run("lost", trace));
    press(&mut app, ">");
    assert!(!screen(&app, 80, 24).contains(" ! "));
    press(&mut app, ">>");
    assert!(screen(&app, 80, 24).contains(" ! Pending 1"), "{}", screen(&app, 80, 24));
}

#[test]
fn what_a_foreign_recording_says_cannot_steer_the_terminal() {
    let trace = boucle_trace::record(|| async { world::println!("\x1b[2Jgone\t!\u{7}") });
    let (name, idea) = ("hostile".into(), "\x1b]0;title\x07".into());
    let mut app = App::new(Run { name, idea, trace, sources: Vec::new(), warning: None });
    press(&mut app, "o");
    let screen = screen(&app, 80, 24);
    assert!(!screen.contains(['\x1b', '\x07', '\t']), "{screen:?}");
    assert!(screen.contains("␛[2Jgone    !␇"));
}

#[test]
fn the_keys_are_told() {
    check("keys", &screen(&app("stage4", "?"), 80, 24));
}

#[test]
fn a_prediction_is_asked_for_and_explained() {
    let mut app = app("stage3", "g");
    check("asked", &screen(&app, 80, 24));
    // The choices are sorted: aaa bar baz bbb ccc foo.
    press(&mut app, "↑\n↓\n↓\n\n\n\n");
    check("explained", &screen(&app, 80, 24));
    press(&mut app, "\n");
    assert_eq!(app.scene().output.last().expect("it prints").text, "bbb");
}

#[test]
fn a_window_that_is_too_small_says_so() {
    let app = app("stage4", "");
    assert!(screen(&app, 59, 24).contains("This window is too small: 59 by 24, and 60 by 18"));
    assert!(screen(&app, 60, 17).contains("too small"));
    assert!(screen(&app, 60, 18).contains("lanes by time"));
    for (width, height) in [(0, 0), (1, 1), (5, 200), (200, 2)] {
        let mut terminal = Terminal::new(TestBackend::new(width, height)).expect("it is memory");
        terminal.draw(|frame| draw(frame, &app)).expect("it is memory");
    }
}

#[test]
fn every_size_from_the_smallest_on_can_be_drawn_in_every_mode() {
    for keys in ["$", "?", "g", "/x", "pppp", "z", "ppp[pppp]", "\t\t\t\t\t\t"] {
        let app = app("stage6", keys);
        for (width, height) in [(60, 18), (61, 40), (109, 19), (110, 18), (250, 80)] {
            assert!(screen(&app, width, height).contains("stage6"));
        }
    }
}

#[test]
fn a_key_that_is_let_go_does_nothing() {
    let mut app = app("stage4", "");
    let mut key = KeyEvent::new(KeyCode::Char('q'), KeyModifiers::NONE);
    key.kind = KeyEventKind::Release;
    assert!(app.key(key));
}

#[test]
fn q_and_control_c_quit() {
    for (code, modifiers) in
        [(KeyCode::Char('q'), KeyModifiers::NONE), (KeyCode::Char('c'), KeyModifiers::CONTROL)]
    {
        assert!(!app("stage4", "").key(KeyEvent::new(code, modifiers)));
    }
}

#[test]
fn escape_closes_what_is_open_and_never_quits() {
    for keys in ["", "?", "/words", "g", "ppp", "ooo[oo]", "zz", "\t⇟", "↓", " "] {
        let mut app = app("stage6", keys);
        // One thing after another, the last of it is the moment.
        press(&mut app, "\x1b\x1b\x1b\x1b\x1b\x1b");
        let screen = screen(&app, 80, 24);
        assert!(screen.contains("the whole run") && screen.contains(" q quits"), "{keys:?}");
    }
}

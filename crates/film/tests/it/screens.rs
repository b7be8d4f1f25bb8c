//! What the terminal shows: whole screens, drawn without a terminal.

use film::{App, Program, Run, draw};
use ratatui::Terminal;
use ratatui::backend::TestBackend;
use ratatui::crossterm::event::{KeyCode, KeyEvent, KeyEventKind, KeyModifiers};

/// A player of a program, after these keys: letters are themselves, `>` and `<` the arrows.
pub(crate) fn app(program: &str, keys: &str) -> App {
    let mut app = App::new(Run::of(Program::named(program).expect("it is in the table")));
    press(&mut app, keys);
    app
}

/// Presses keys: `>`, `<`, `v`, `^` are the arrows, a line's end is enter.
pub(crate) fn press(app: &mut App, keys: &str) {
    for key in keys.chars() {
        let code = match key {
            '>' => KeyCode::Right,
            '<' => KeyCode::Left,
            'v' => KeyCode::Down,
            '^' => KeyCode::Up,
            '\n' => KeyCode::Enter,
            '\x1b' => KeyCode::Esc,
            key => KeyCode::Char(key),
        };
        assert!(app.key(KeyEvent::new(code, KeyModifiers::NONE)), "{key:?} quits");
    }
}

/// What a terminal of this size shows.
pub(crate) fn screen(app: &App, width: u16, height: u16) -> String {
    let mut terminal = Terminal::new(TestBackend::new(width, height)).unwrap();
    terminal.draw(|frame| draw(frame, app)).unwrap();
    terminal.backend().to_string()
}

#[test]
fn a_run_begins_with_nothing() {
    insta::assert_snapshot!(screen(&app("stage2", ""), 80, 24));
}

#[test]
fn the_loop_of_a_stage_is_marked_where_it_takes_a_task() {
    insta::assert_snapshot!(screen(&app("stage2", "pp"), 80, 24));
}

#[test]
fn a_line_is_marked_where_it_was_printed() {
    insta::assert_snapshot!(screen(&app("stage4", "oo"), 120, 30));
}

#[test]
fn a_run_ends_with_all_its_output() {
    insta::assert_snapshot!(screen(&app("6", "$"), 120, 24));
}

#[test]
fn the_keys_are_told() {
    insta::assert_snapshot!(screen(&app("stage4", "?"), 80, 24));
}

#[test]
fn a_prediction_is_asked_for_and_explained() {
    let mut app = app("stage3", "g");
    insta::assert_snapshot!("asked", screen(&app, 80, 24));
    // The choices are sorted: aaa bar baz bbb ccc foo.
    press(&mut app, "^\nvvvv\n\n\n\n\n");
    insta::assert_snapshot!("explained", screen(&app, 80, 24));
    press(&mut app, "\n");
    assert_eq!(app.scene().output.last().unwrap().text, "aaa");
}

#[test]
fn a_window_that_is_too_small_says_so() {
    let app = app("stage4", "");
    assert!(screen(&app, 59, 24).contains("This window is too small: 59 by 24, and 60 by 18"));
    assert!(screen(&app, 60, 17).contains("too small"));
    assert!(screen(&app, 60, 18).contains("ready queue"));
    for (width, height) in [(0, 0), (1, 1), (5, 200), (200, 2)] {
        let mut terminal = Terminal::new(TestBackend::new(width, height)).unwrap();
        terminal.draw(|frame| draw(frame, &app)).unwrap();
    }
}

#[test]
fn every_size_from_the_smallest_on_can_be_drawn_in_every_mode() {
    for keys in ["$", "?", "g", "/x", "pppp"] {
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
fn q_escape_and_control_c_quit() {
    for (code, modifiers) in [
        (KeyCode::Char('q'), KeyModifiers::NONE),
        (KeyCode::Esc, KeyModifiers::NONE),
        (KeyCode::Char('c'), KeyModifiers::CONTROL),
    ] {
        assert!(!app("stage4", "").key(KeyEvent::new(code, modifiers)));
    }
}

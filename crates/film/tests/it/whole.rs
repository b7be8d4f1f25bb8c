//! The whole run: lanes, sums, findings; zoom and selection; and what the mouse does there.

use std::time::Duration;

use boucle::{hold_up, sleep, spawn};
use boucle_trace::record;
use film::{App, Program, Run};
use ratatui::crossterm::event::{KeyModifiers, MouseButton, MouseEvent, MouseEventKind};

use crate::screens::{app, check, press, run, screen};

/// Two tasks that wait, compute and print; each computation is suspicious.
pub(crate) fn busy() -> App {
    let trace = record(|| async {
        let work = |name: &'static str, ms| {
            let task = spawn(async move {
                sleep(Duration::from_millis(ms)).await;
                hold_up(Duration::from_millis(400));
                world::println!("{name} has computed");
                sleep(Duration::from_secs(1)).await;
            });
            task.set_name(name);
            task
        };
        let (one, two) = (work("one", 300), work("two", 500));
        one.await.expect("it ends");
        two.await.expect("it ends");
    });
    App::new(run("busy", trace))
}

/// Does this with the mouse where these words begin on the screen, so many columns and rows further.
pub(crate) fn mouse(app: &mut App, kind: MouseEventKind, words: &str, (dx, dy): (u16, u16)) {
    let (width, height) = (80, 24);
    app.resize(width, height);
    let screen = screen(app, width, height);
    let found = screen.lines().enumerate().find_map(|(y, line)| Some((line.find(words)?, y, line)));
    let (x, y, line) = found.unwrap_or_else(|| panic!("no {words:?} in\n{screen}"));
    let x = line[..x].chars().count();
    let [x, y] = [x, y].map(|it| u16::try_from(it).expect("it is on the screen"));
    let modifiers = KeyModifiers::NONE;
    app.mouse(MouseEvent { kind, column: x + dx, row: y + dy, modifiers });
}

pub(crate) const CLICK: MouseEventKind = MouseEventKind::Down(MouseButton::Left);

#[test]
fn it_opens_on_the_whole_run_in_a_window_of_any_size() {
    check("whole_80", &screen(&app("famine", ""), 80, 24));
    check("whole_120", &screen(&app("stage13", ""), 120, 40));
    check("whole_200", &screen(&app("boom", ""), 200, 60));
}

#[test]
fn stepping_shows_the_moment_and_v_goes_back_and_forth() {
    for keys in [">", "c", "p", "o", "t", "/task\n", " "] {
        let mut app = app("stage6", "");
        assert!(screen(&app, 80, 24).contains("the whole run"));
        press(&mut app, keys);
        assert!(screen(&app, 80, 24).contains("a moment"), "{keys}");
        press(&mut app, "v");
        assert!(screen(&app, 80, 24).contains("the whole run"), "{keys}");
    }
    let mut app = app("stage6", "$");
    assert!(screen(&app, 80, 24).contains("the whole run"));
    press(&mut app, "v");
    assert!(screen(&app, 80, 24).contains("over: the run has ended"));
}

#[test]
fn findings_are_listed_marked_and_jumped_to() {
    let mut app = busy();
    let whole = screen(&app, 80, 24);
    assert!(whole.contains("2 findings; f goes to the next"), "{whole}");
    let lane = whole.lines().find(|it| it.starts_with(" one ")).expect("it has a lane");
    assert_eq!(lane.matches('!').count(), 1, "{whole}");
    press(&mut app, "f");
    let told = app.scene().findings;
    assert!(told[0].contains("a poll of one took 400 ms"), "{told:?}");
    press(&mut app, "f");
    assert!(app.scene().findings[0].contains("a poll of two took 400 ms"));
    let last = app.scene().position;
    press(&mut app, "f");
    assert_eq!(app.scene().position, last);
    assert!(screen(&app, 80, 24).contains("nothing is suspicious after this"));
    press(&mut app, "F");
    assert!(app.scene().findings[0].contains("a poll of one"));
    press(&mut app, "F");
    assert!(screen(&app, 80, 24).contains("nothing is suspicious before this"));
    let mut calm = self::app("stage2", "f");
    assert!(screen(&calm, 80, 24).contains("nothing is suspicious about this run"));
    press(&mut calm, "F");
    assert_eq!(calm.scene().position, 0);
}

#[test]
fn keys_lead_to_the_longest_wait_and_poll_of_a_task() {
    let mut app = self::app("famine", "↓↓D");
    let told = |app: &App| app.scene().told.map(|it| it.to_string()).unwrap_or_default();
    assert_eq!(told(&app), "famine 2 runs, first of 2 ready");
    press(&mut app, "d");
    assert_eq!(told(&app), "famine 2 stops");
    // Of what is selected, if a part is.
    press(&mut app, "[$]D");
    assert_eq!(told(&app), "famine 2 runs, first of 2 ready");
    // In a run without time there is none.
    let calm = self::app("stage2", "↓d");
    assert!(screen(&calm, 80, 24).contains("the task waited nowhere"));
}

#[test]
fn a_search_finds_findings_names_lines_and_events() {
    for (words, told) in [
        ("held up all others", "has returned"),
        ("TWO", "is called two"),
        ("one has comp", "prints \"one has computed\""),
        ("sets a timer", "sets a timer: in 300 ms"),
    ] {
        let mut app = busy();
        press(&mut app, &format!("/{words}\n"));
        let scene = app.scene();
        let is_told = scene.told.as_ref().is_some_and(|it| it.contains(told));
        let is_found = scene.findings.iter().any(|it| it.contains(words));
        assert!(is_told || is_found, "{words}: {:?}", scene.told);
    }
}

#[test]
fn the_lanes_are_zoomed_into_at_the_cursor_and_the_ticks_stay_round() {
    let mut app = busy();
    let ticks = |app: &App| screen(app, 80, 24).lines().nth(2).expect("it is high").to_owned();
    assert!(ticks(&app).contains("|0.5 s") && ticks(&app).contains("|1.5 s"), "{}", ticks(&app));
    press(&mut app, "ffvzz");
    let shown = screen(&app, 80, 24);
    assert!(shown.contains("by time, a part; w: all"), "{shown}");
    // A quarter of two seconds, the cursor where it was.
    assert!(ticks(&app).contains("|0.8 s"), "{}", ticks(&app));
    assert!(ticks(&app).contains('▼'), "{}", ticks(&app));
    press(&mut app, "zzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzz");
    assert!(ticks(&app).contains("|0.69999999"), "{}", ticks(&app));
    press(&mut app, "0");
    assert!(ticks(&app).contains("▼0"), "the lanes follow the cursor: {}", ticks(&app));
    press(&mut app, "w");
    let whole = ticks(&app);
    press(&mut app, "zZ");
    assert_eq!(ticks(&app), whole);
    press(&mut app, "a");
    assert!(screen(&app, 80, 24).contains("lanes by event"));
    assert!(ticks(&app).contains("|20"), "{}", ticks(&app));
}

#[test]
fn zooming_in_a_moment_without_lanes_shows_them() {
    let mut app = app("famine", "ooo");
    assert!(!screen(&app, 80, 24).contains("lanes by"));
    press(&mut app, "z");
    assert!(screen(&app, 80, 24).contains("lanes by time, a part"));
}

#[test]
fn a_selection_sums_up_and_esc_takes_it_away() {
    let mut app = busy();
    press(&mut app, "f[");
    assert!(screen(&app, 80, 24).contains("the selection begins here; ] ends it"));
    press(&mut app, "f]");
    let said = "400 ms selected: 8 events, 1 poll, 1 line; tasks ran 400 ms";
    let shown = screen(&app, 80, 24);
    assert!(shown.contains(said), "{shown}");
    press(&mut app, "v");
    let shown = screen(&app, 80, 24);
    assert!(shown.contains(&format!(" {said} ")), "{shown}");
    assert!(shown.lines().nth(2).is_some_and(|it| it.contains('[')), "{shown}");
    let line = shown.lines().filter(|it| it.starts_with(" two ")).nth(1).expect("it is summed up");
    assert!(line.contains("400 ms"), "{shown}");
    press(&mut app, "\x1b");
    assert!(screen(&app, 80, 24).contains("summary: what each task did in all"));
}

#[test]
fn a_click_on_a_lane_puts_the_cursor_and_chooses_the_task() {
    let mut app = busy();
    // The first column of the lane of "two" is the time in which it was added.
    mouse(&mut app, CLICK, " two ", (8, 0));
    let first = app.scene();
    assert_eq!(first.now, "0.000");
    assert!(screen(&app, 80, 24).contains("the whole run"));
    mouse(&mut app, CLICK, " two ", (8 + 35, 0));
    assert!(app.scene().position > first.position);
    // About the middle of 2.1 s.
    assert!(app.scene().now.starts_with("1.0") || app.scene().now.starts_with("0.7"));
    mouse(&mut app, MouseEventKind::Drag(MouseButton::Left), " two ", (8 + 60, 0));
    assert!(screen(&app, 80, 24).contains(" selected: "));
    press(&mut app, "t");
    let told = app.scene().told.expect("it goes on");
    assert!(told.starts_with("two "), "{told}");
}

#[test]
fn a_click_on_a_finding_a_line_a_task_an_event_and_the_bar_leads_there() {
    let mut app = busy();
    mouse(&mut app, CLICK, "! 0.700", (4, 0));
    assert!(app.scene().findings[0].contains("a poll of two"));
    press(&mut app, "v");
    mouse(&mut app, CLICK, "two has computed", (2, 0));
    assert_eq!(app.scene().told.expect("it prints"), "two prints \"two has computed\"");
    assert!(screen(&app, 80, 24).contains("a moment"));
    mouse(&mut app, CLICK, "◌ one ", (2, 0));
    press(&mut app, "T");
    assert!(app.scene().told.expect("it goes on").starts_with("one "));
    // The last column of the bar is the end.
    mouse(&mut app, CLICK, "‖ event", (77, 0));
    assert_eq!(app.scene().position, app.scene().len);
    press(&mut app, "0\t");
    while !screen(&app, 80, 24).contains(" events ─") {
        press(&mut app, "\t");
    }
    mouse(&mut app, CLICK, "task 1 runs", (0, 0));
    assert_eq!(app.scene().told.expect("it runs"), "task 1 runs");
}

#[test]
fn the_wheel_scrolls_what_is_below_it_and_zooms_with_control() {
    let mut app = app("stage13", "");
    let tasks = |app: &App| screen(app, 80, 24);
    assert!(!tasks(&app).contains("task 8 "));
    mouse(&mut app, MouseEventKind::ScrollDown, " task 3 ", (20, 0));
    assert!(tasks(&app).contains("lanes by time 4–9 of 11"), "{}", tasks(&app));
    mouse(&mut app, MouseEventKind::ScrollUp, " task 5 ", (20, 0));
    assert!(tasks(&app).contains("lanes by time 1–6 of 11"), "{}", tasks(&app));
    mouse(&mut app, MouseEventKind::ScrollDown, "got tick1", (0, 0));
    assert!(tasks(&app).contains("output ───────────────────────────────── 4–9 of 24"));
    let modifiers = KeyModifiers::CONTROL;
    let kind = MouseEventKind::ScrollUp;
    app.mouse(MouseEvent { kind, column: 40, row: 4, modifiers });
    assert!(tasks(&app).contains("a part; w: all"));
}

#[test]
fn a_task_that_failed_is_marked_on_its_lane() {
    let screen = screen(&app("stage13", ""), 80, 24);
    assert!(screen.lines().any(|it| it.starts_with(" task") && it.contains('✗')), "{screen}");
}

#[test]
fn who_predicts_sees_nothing_of_the_run() {
    let mut app = App::new(Run::of(Program::named("stage5").expect("it is in the table")));
    app.ask();
    for (width, height) in [(80, 24), (120, 40)] {
        let screen = screen(&app, width, height);
        assert_eq!(screen.matches("parent ends").count(), 1, "{screen}");
        assert!(!screen.contains('█') && !screen.contains("event 0"), "{screen}");
    }
}

//! Where the keys lead: forwards, backwards, to what is looked for.

use std::time::Duration;

use boucle_trace::{Clock, Event, Header, Reported, Trace, What};
use film::{App, Go, Program, Run};

use crate::screens::{app, press, screen};

fn position(app: &App) -> usize {
    app.scene().position
}

#[test]
fn a_step_back_undoes_a_step() {
    let mut app = app("stage2", "");
    let mut scenes = vec![app.scene()];
    while position(&app) < app.scene().len {
        press(&mut app, ">");
        scenes.push(app.scene());
    }
    while let Some(scene) = scenes.pop() {
        assert_eq!(app.scene(), scene);
        press(&mut app, "<");
    }
    assert_eq!(position(&app), 0);
}

#[test]
fn the_output_is_gone_to_line_by_line_and_back() {
    let mut app = app("stage4", "");
    for lines in [1, 2, 3] {
        press(&mut app, "o");
        assert_eq!(app.scene().output.len(), lines);
        assert!(app.scene().just_printed);
    }
    press(&mut app, "O");
    assert_eq!(app.scene().output.last().expect("it has printed").text, "bar");
    press(&mut app, "oo");
    assert!(screen(&app, 80, 24).contains("nothing is printed after this"));
}

#[test]
fn a_task_is_followed_also_if_it_was_chosen() {
    let mut app = app("stage3", "");
    press(&mut app, "pp");
    let second = app.scene().task;
    assert_ne!(second, Some(1));
    press(&mut app, "t");
    assert_eq!(app.scene().task, second);
    press(&mut app, "↓");
    press(&mut app, "t");
    assert_eq!(app.scene().task, Some(1));
    press(&mut app, "T");
    assert_eq!(app.scene().task, Some(1));
}

#[test]
fn words_are_looked_for_in_what_happens_forwards_and_backwards() {
    let mut app = app("stage4", "/PRINTS\n");
    let first = position(&app);
    assert_eq!(app.scene().told.expect("it has begun"), "task 1 prints \"foo\"");
    press(&mut app, "n");
    assert_eq!(app.scene().told.expect("it has begun"), "task 1 prints \"bar\"");
    press(&mut app, "N");
    assert_eq!(position(&app), first);
    press(&mut app, "N");
    assert_eq!(position(&app), first);
    assert!(screen(&app, 80, 24).contains("\"PRINTS\" is not found before this"));
}

#[test]
fn it_plays_to_the_end_and_stops_there() {
    let mut app = app("stage2", "m ");
    assert_eq!(app.patience(), Some(Duration::from_millis(250)));
    press(&mut app, "++-");
    assert_eq!(app.patience(), Some(Duration::from_millis(125)));
    let len = app.scene().len;
    for played in 0..len {
        assert_eq!(position(&app), played);
        app.tick();
    }
    assert!(app.is_playing());
    app.tick();
    assert!(!app.is_playing());
    assert_eq!((position(&app), app.patience()), (len, None));
}

#[test]
fn it_plays_from_change_to_change_over_the_polls_in_which_nothing_happens() {
    let mut app = app("stage4", " ");
    assert!(app.scene().len > 6000);
    let n_ticks = std::iter::from_fn(|| app.is_playing().then(|| app.tick())).count();
    assert!(n_ticks < 30, "{n_ticks} ticks");
    assert_eq!(position(&app), app.scene().len);
}

#[test]
fn it_plays_as_time_passes() {
    let mut app = app("famine", "mm ");
    assert!(screen(&app, 80, 24).contains("▶"));
    assert_eq!(app.patience(), Some(Duration::from_millis(50)));
    // All of 2.5 s in 20 s: then each tick is 6.25 ms.
    let n_ticks = std::iter::from_fn(|| app.is_playing().then(|| app.tick())).count();
    assert_eq!(n_ticks, 400);
    assert_eq!(position(&app), app.scene().len);
    press(&mut app, "0++ ");
    (0..20).for_each(|_| app.tick());
    // A second of it, four times as fast.
    assert_eq!(app.scene().now, "0.500");
    press(&mut app, "+");
    assert!(screen(&app, 80, 24).contains("plays by time, 1 s of the run a second"));
}

#[test]
fn changes_are_gone_to_forwards_and_backwards() {
    let mut app = app("stage4", "o");
    press(&mut app, "c");
    let next = position(&app);
    press(&mut app, "c");
    assert!(position(&app) > next + 1000, "{next}: it is past all that changes nothing");
    press(&mut app, "C");
    assert_eq!(position(&app), next);
    press(&mut app, "0C");
    assert!(screen(&app, 80, 24).contains("nothing changed before this"));
    press(&mut app, "$c");
    assert!(screen(&app, 80, 24).contains("nothing changes after this"));
}

#[test]
fn whatever_the_way_a_place_looks_the_same() {
    for program in ["stage13", "holders", "stage8"] {
        let mut plain = app(program, "");
        let mut scenes = vec![plain.scene()];
        while scenes.len() <= plain.scene().len {
            press(&mut plain, ">");
            scenes.push(plain.scene());
        }
        let mut app = app(program, "");
        let keys: Vec<_> = "><cCpPtToOfF0$↓vznN".chars().collect();
        press(&mut app, "/task\n");
        let mut chance = 12_345_u64;
        for _ in 0..500 {
            chance = chance.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            let key = keys[(chance >> 33) as usize % keys.len()];
            press(&mut app, &key.to_string());
            while app.patience().is_some() {
                app.tick();
            }
            let scene = app.scene();
            assert_eq!(scene, scenes[scene.position], "{program}, after {key:?}");
        }
    }
}

#[test]
fn a_step_ends_the_playing_and_a_tick_does_nothing_then() {
    let mut app = app("stage2", " >");
    assert!(!app.is_playing());
    app.tick();
    assert_eq!(position(&app), 1);
}

#[test]
fn the_speed_has_two_ends() {
    let mut app = app("stage2", "------");
    assert_eq!(app.speed(), 1);
    press(&mut app, "+++++++++++++++++++++++");
    assert_eq!(app.speed(), 1024);
}

#[test]
fn a_move_that_leads_nowhere_leaves_the_player_where_it_is() {
    let run = Run::of(Program::named("stage4").expect("it is in the table"));
    let mut player = run.player();
    player.seek(3);
    for (name, words) in [
        ("find", "no such words"),
        ("find-back", "no such words"),
        ("previous-output", ""),
        ("to", "3"),
    ] {
        let go = Go::named(name, words).expect("there is such a move");
        assert!(!go.apply(&mut player), "{name}");
        assert_eq!(player.position(), 3, "{name}");
    }
    assert_eq!(Go::named("fly", ""), None);
    assert_eq!(Go::named("to", "far"), None);
}

/// A run of so many events in which nothing happens; the one at `place` reports something.
fn long(n_events: usize, place: usize) -> Run {
    let event = |n: usize| {
        let what = match n == place {
            true => What::Reported { task: None, kind: Reported::Io, message: "a needle".into() },
            false => What::LoopWakes,
        };
        Event { at: n as u64, what }
    };
    let trace = Trace::new(Header::new("long", Clock::Real), (0..n_events).map(event).collect());
    let (name, idea) = ("long".into(), "".into());
    Run { name, idea, trace, sources: Vec::new(), warning: None }
}

#[test]
fn a_long_search_lets_the_reader_be_heard_in_between() {
    const PIECE: usize = 16_384;
    let mut app = App::new(long(100_000, 70_000));
    press(&mut app, ">>/Needle\n");
    let mut seen = vec![position(&app)];
    while app.patience() == Some(Duration::ZERO) {
        assert!(screen(&app, 80, 24).contains("looks for \"Needle\"; any key ends it"));
        app.tick();
        seen.push(position(&app));
    }
    let pieces = [1, 2, 3, 4].map(|it| 2 + it * PIECE);
    assert_eq!(seen, [&pieces[..], &[70_001]].concat());
    // A key ends it, and does nothing else: the player is where it was.
    press(&mut app, "n$");
    assert_eq!((position(&app), app.patience()), (70_001, None));
    // In vain it looks at everything once, and goes back where it was.
    press(&mut app, "n");
    let n_ticks = std::iter::from_fn(|| app.patience().map(|_| app.tick())).count();
    assert_eq!((position(&app), n_ticks), (70_001, 1));
    assert!(screen(&app, 80, 24).contains("\"Needle\" is not found after this"));
}

#[test]
fn what_is_near_is_found_without_a_look_at_everything() {
    let mut player = long(100_000, 98_000).player();
    player.seek_end();
    let before = player.n_played();
    assert!(Go::FindBack("needle".to_owned()).apply(&mut player));
    assert_eq!(player.position(), 98_001);
    // The piece that it is in, what is before that since a state was kept, and the way to it.
    let played = player.n_played() - before;
    assert!(played < 16_384 + 2 * 4096, "{played} events were played");
    let nowhere = Go::FindBack("needle".to_owned());
    let before = player.n_played();
    assert!(!nowhere.apply(&mut player));
    let played = player.n_played() - before;
    assert!(played < 98_000 + 8 * 4096, "{played} events were played");
}

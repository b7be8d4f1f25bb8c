//! Panes: they wrap and scroll, keep wide letters in line, and cut no line that matters.

use std::collections::BTreeSet;

use allocation_counter::measure;
use boucle::sync::Lock;
use boucle::{interrupt, spawn};
use boucle_trace::{Await, Clock, Event, Header, Place, PollEnd, TaskNo, Trace, What, record};
use film::{App, draw};
use ratatui::Terminal;
use ratatui::backend::TestBackend;

use crate::screens::{app, press, run, screen};

/// Every pane, by the words that its title begins with in a moment.
const TITLES: [&str; 11] = [
    " lanes by",
    " now ",
    " tasks, ",
    " ready queue",
    " timers ",
    " objects, ",
    "lib.rs ",
    " events ",
    " output ",
    " findings ",
    " summary: ",
];

#[test]
fn every_pane_can_be_reached_also_in_a_small_window() {
    for (keys, size) in [("", (80, 24)), (">", (80, 24)), (">", (60, 18)), (">", (200, 60))] {
        let mut app = app("stage9", keys);
        app.resize(size.0, size.1);
        let mut seen = BTreeSet::new();
        for _ in TITLES {
            press(&mut app, "\t");
            let screen = screen(&app, size.0, size.1);
            seen.extend(TITLES.iter().filter(|it| screen.contains(*it)));
        }
        assert_eq!(seen, TITLES.iter().collect(), "{keys:?} in {size:?}");
    }
}

/// Goes on to the pane of this name.
fn focus(app: &mut App, name: &str) {
    let is_there = |app: &App| screen(app, 80, 24).contains(&format!(" {name}: PageUp and Page"));
    let mut n_tabs = 0;
    while !is_there(app) {
        assert!(n_tabs < 12, "there is no pane {name}");
        press(app, "\t");
        n_tabs += 1;
    }
}

#[test]
fn a_pane_scrolls_to_its_end_and_back_and_esc_shows_what_goes_on() {
    let mut app = app("stage13", "");
    app.resize(80, 24);
    focus(&mut app, "output");
    let mut seen = BTreeSet::new();
    for _ in 0..10 {
        press(&mut app, "⇟");
        seen.extend(screen(&app, 80, 24).lines().map(str::to_owned));
    }
    let last = screen(&app, 80, 24);
    assert!(last.contains("19–24 of 24"), "{last}");
    for line in app.scene().output {
        assert!(seen.iter().any(|it| it.contains(&*line.text)), "{} was not seen", line.text);
    }
    for _ in 0..10 {
        press(&mut app, "⇞");
    }
    assert!(screen(&app, 80, 24).contains("1–6 of 24"));
    press(&mut app, "⇟\x1b");
    assert!(screen(&app, 80, 24).contains("1–6 of 24"));
}

#[test]
fn a_line_that_is_too_long_is_wrapped_and_seen_to_its_end() {
    let line: String = (0..60).map(|it| format!("word{it} ")).collect();
    let trace = record(move || async move { world::println!("{line}") });
    let mut app = App::new(run("long", trace));
    app.resize(80, 24);
    press(&mut app, "o");
    focus(&mut app, "now");
    let mut seen = String::new();
    for _ in 0..40 {
        seen += &screen(&app, 80, 24);
        press(&mut app, "⇟");
    }
    let seen: BTreeSet<_> = seen.split_whitespace().collect();
    for word in 0..60 {
        assert!(seen.contains(&*format!("word{word}")), "word{word} in {seen:?}");
    }
}

#[test]
fn a_message_that_is_too_long_has_more_lines() {
    let name = "n".repeat(150);
    let mut app = app("stage4", &format!("/{name}\n"));
    while app.patience().is_some() {
        app.tick();
    }
    for width in [60, 80, 120] {
        let shown = screen(&app, width, 24);
        let n_letters = shown.lines().rev().take(5).flat_map(str::chars).filter(|it| *it == 'n');
        // Those of "event" and "is not found after this" are some more.
        assert!(n_letters.count() >= 150 && shown.contains("event 0 of"), "{shown}");
        let words: Vec<_> = shown.split_whitespace().collect();
        assert!(words.join(" ").ends_with("is not found after this"), "{shown}");
    }
}

#[test]
fn a_long_name_is_cut_before_its_number_and_its_polls_are_seen() {
    let trace = record(|| async {
        for number in 0..3 {
            spawn(async {}).set_name(&format!("somebody who works {number}"));
        }
    });
    let mut app = App::new(run("names", trace));
    for keys in ["", "$v"] {
        press(&mut app, keys);
        for (width, height) in [(80, 24), (120, 40)] {
            let shown = screen(&app, width, height);
            for number in 0..3 {
                assert!(shown.contains(&format!("… {number} ")), "{shown}");
            }
            let n_polls = shown.matches("× ").count();
            assert!(keys.is_empty() || n_polls == 4, "{shown}");
        }
    }
}

/// Where this sign is in the window: columns and rows.
fn places(app: &App, sign: &str, (width, height): (u16, u16)) -> Vec<(u16, u16)> {
    let mut terminal = Terminal::new(TestBackend::new(width, height)).expect("it is memory");
    terminal.draw(|frame| draw(frame, app)).expect("it is memory");
    let buffer = terminal.backend().buffer();
    let all = (0..height).flat_map(|y| (0..width).map(move |x| (x, y)));
    all.filter(|(x, y)| buffer[(*x, *y)].symbol() == sign).collect()
}

#[test]
fn wide_letters_and_marks_on_letters_are_in_line() {
    let names = ["plain", "漢字かな", "e\u{301}te\u{301}", "👩\u{200d}💻 work", "🇫🇷🇩🇪"];
    let trace = record(move || async move {
        let tasks = names.map(|name| {
            let task = spawn(async move {
                world::println!("{name} 漢字 {name}");
                interrupt().await;
            });
            task.set_name(name);
            task
        });
        for task in tasks {
            task.await.expect("it prints");
        }
    });
    let mut app = App::new(run("漢字", trace));
    for size in [(80, 24), (120, 40)] {
        // The lanes begin where the others do: after the widest name.
        let mut cells = places(&app, "╌", size);
        // Not in the legend.
        cells.retain(|it| it.1 > 2);
        let rows: BTreeSet<_> = cells.iter().map(|it| it.1).collect();
        let first = |row| cells.iter().filter(|it| it.1 == row).map(|it| it.0).min();
        let starts: Vec<_> = rows.into_iter().map(first).collect();
        // Each task was added one event after the one before.
        let steps: BTreeSet<_> = starts[1..].windows(2).map(|it| it[1].map(|it| it / 4)).collect();
        assert!(starts.len() == 6 && !steps.is_empty(), "{starts:?}");
        assert!(starts.is_sorted(), "{starts:?}");
    }
    press(&mut app, "$v");
    for size in [(80, 24), (120, 40), (200, 60)] {
        let columns: BTreeSet<_> = places(&app, "×", size).into_iter().map(|it| it.0).collect();
        assert_eq!(columns.len(), 1, "the polls are in one column");
    }
    let shown = screen(&app, 120, 40);
    assert!(shown.contains("👩\u{200d}💻"), "{shown}");
}

#[test]
fn objects_say_who_has_them_who_waits_and_where_they_were_made() {
    let trace = record(|| async {
        let lock = std::rc::Rc::new(Lock::new(()));
        let tasks = ["first", "second"].map(|name| {
            let lock = std::rc::Rc::clone(&lock);
            let task = spawn(async move {
                let _guard = lock.lock().await;
                interrupt().await;
            });
            task.set_name(name);
            task
        });
        for task in tasks {
            task.await.expect("it ends");
        }
    });
    let mut app = App::new(run("locks", trace));
    press(&mut app, "/second waits for\n");
    let shown = screen(&app, 120, 40);
    assert!(shown.contains(" objects, who has and who waits "), "{shown}");
    let flat = shown.lines().map(|it| it.chars().take(36).collect::<String>());
    let flat: String = flat.flat_map(|it| [it.trim().to_owned(), " ".to_owned()]).collect();
    assert!(flat.contains("lock 1: first has it; second waits for it; made at"), "{flat}");
}

#[test]
fn the_chosen_task_says_in_which_calls_it_stands() {
    let task = TaskNo::new(1).expect("it is one");
    let call = |level, what: &str, line| Await {
        level,
        what: what.into(),
        place: Some(Place { file: "src/main.rs".into(), line }),
    };
    let awaits = vec![call(0, "app::serve", 12), call(1, "app::read", 34)];
    let future = Some("serve".into());
    let whats = [
        What::Added { task, by: None, place: None, future },
        What::PollBegins { task },
        What::PollEnds { task, how: PollEnd::Pending },
        What::Stands { task, awaits },
    ];
    let events = whats.into_iter().map(|what| Event { at: 0, what }).collect();
    let trace = Trace::new(Header::new("service", Clock::Real), events);
    let mut app = App::new(run("service", trace));
    press(&mut app, "$v↓");
    let shown = screen(&app, 200, 60);
    let chain = "stands in app::serve (src/main.rs:12), in app::read (src/main.rs:34)";
    let flat: Vec<_> = shown.split_whitespace().collect();
    assert!(flat.join(" ").contains("◌ serve 1"), "{shown}");
    let left = shown.lines().map(|it| it.chars().take(60).collect::<String>());
    let left: Vec<_> = left.map(|it| it.trim().to_owned()).collect();
    assert!(left.join(" ").contains(chain), "{shown}");
}

/// So many tasks take turns, a millisecond each, in so many events.
fn turns(n_tasks: usize, n_events: usize) -> Trace {
    let task = |it| TaskNo::new(u32::try_from(it).expect("it is small") + 1).expect("it is not 0");
    let added =
        (0..n_tasks).map(|it| What::Added { task: task(it), by: None, place: None, future: None });
    let polls = (0..).flat_map(|it| {
        let task = task(it % n_tasks);
        [What::PollBegins { task }, What::PollEnds { task, how: PollEnd::Requeued }]
    });
    let events = (0..).zip(added.chain(polls)).take(n_events);
    let events = events.map(|(at, what)| Event { at: at * 1_000_000, what }).collect();
    Trace::new(Header::new("large", Clock::Virtual), events)
}

#[test]
fn of_a_million_events_no_key_looks_at_more_than_it_shows() {
    for (n_tasks, n_events, most_played, most_bytes) in
        [(10, 1_000_000, 9_000, 4 << 20), (100_000, 300_000, 60_000, 16 << 20)]
    {
        let mut app = App::new(run("large", turns(n_tasks, n_events)));
        app.resize(120, 40);
        let keys = [">", "$", "<", "P", "0", "c", "t", "v", "z", "[", "$", "]", "⇟", "v", "f", "o"];
        for key in keys {
            let before = app.n_played();
            press(&mut app, key);
            let played = app.n_played() - before;
            assert!(played <= most_played, "{key:?} played {played} of {n_tasks} tasks");
            let bytes = measure(|| drop(screen(&app, 120, 40)));
            assert!(bytes.bytes_max < most_bytes, "{key:?} of {n_tasks} tasks: {bytes:?}");
        }
    }
}

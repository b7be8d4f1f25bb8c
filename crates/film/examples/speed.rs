//! How long a long recording keeps its reader waiting: until the first screen, and at each key.
//!
//! `cargo run --release -p film --example speed [EVENTS] [FOLDER]`; without `--release`, what
//! `cargo run -p film` does. With a FOLDER, the recordings are left there.

use std::path::PathBuf;
use std::rc::Rc;
use std::time::{Duration, Instant};

use boucle::{Loop, interrupt, sleep, spawn};
use boucle_trace::{Options, Recorder};
use film::{App, Run, draw};
use ratatui::Terminal;
use ratatui::backend::TestBackend;
use ratatui::crossterm::event::{KeyCode, KeyEvent, KeyModifiers};

/// The least of so many times counts: what else the machine does only adds.
const N_TIMES: usize = 3;

/// What a recording is full of: so many tasks, in so many rounds each, do one of these things.
#[derive(Clone, Copy)]
enum Shape {
    Turns,
    Prints,
    Sleeps,
    Children,
}

/// The kinds of recordings: a name, how many tasks, what each does, and how many events a round is.
const KINDS: [(&str, usize, Shape, usize); 6] = [
    ("ten tasks in turn", 10, Shape::Turns, 3),
    ("a thousand tasks in turn", 1_000, Shape::Turns, 3),
    ("prints", 10, Shape::Prints, 4),
    ("timers", 1_000, Shape::Sleeps, 5),
    ("short tasks", 10, Shape::Children, 7),
    ("a hundred thousand tasks asleep", 100_000, Shape::Sleeps, 5),
];

/// What is pressed one after another; each begins where the one before has led.
const KEYS: [(&str, &str); 15] = [
    ("step", ">"),
    ("end", "$"),
    ("back from the end", "<"),
    ("back again", "<"),
    ("previous output", "O"),
    ("previous of this task", "T"),
    ("previous poll", "P"),
    ("start", "0"),
    ("next output", "o"),
    ("next of this task", "t"),
    ("next poll", "p"),
    ("search in vain", "/zebra\n"),
    ("end again", "$"),
    ("search back in vain", "N"),
    ("start again", "0"),
];

async fn work(shape: Shape, number: usize, n_rounds: usize) {
    for round in 0..n_rounds {
        match shape {
            Shape::Turns => interrupt().await,
            Shape::Prints => {
                world::println!("task {number} is in round {round}");
                interrupt().await;
            }
            Shape::Sleeps => sleep(Duration::from_millis(1 + (number + round) as u64 % 7)).await,
            Shape::Children => spawn(async {}).await.expect("it ends"),
        }
    }
}

/// Records so many events, or a few more, into a file.
fn record(
    path: &PathBuf,
    n_events: usize,
    (name, n_tasks, shape, each): (&str, usize, Shape, usize),
) {
    let options = Options::new().program(name).file(path).replace(true);
    let recorder = Rc::new(Recorder::with(options).expect("the file can be made"));
    let listening = recorder.listen();
    world::record(|| {
        let watched = Loop::builder().virtual_time(true).instrument(Rc::clone(&recorder));
        let ended = watched.build().run_until_complete(async {
            let n_rounds = n_events.div_ceil(n_tasks * each);
            let tasks: Vec<_> = (0..n_tasks).map(|n| spawn(work(shape, n, n_rounds))).collect();
            for task in tasks {
                task.await.expect("it ends");
            }
        });
        ended.expect("it ends");
    });
    drop(listening);
    recorder.flush().expect("the file can be written");
}

/// Presses keys, and draws what is to be seen then.
fn press(app: &mut App, terminal: &mut Terminal<TestBackend>, keys: &str) {
    for key in keys.chars() {
        let code = match key {
            '>' => KeyCode::Right,
            '<' => KeyCode::Left,
            '\n' => KeyCode::Enter,
            key => KeyCode::Char(key),
        };
        app.key(KeyEvent::new(code, KeyModifiers::NONE));
    }
    terminal.draw(|frame| draw(frame, app)).expect("it is memory");
}

/// How long a key takes in all; and how long until the player hears the next one: a search can be left
/// after each piece of it.
fn time(app: &mut App, terminal: &mut Terminal<TestBackend>, key: &str) -> (Duration, Duration) {
    let start = Instant::now();
    press(app, terminal, key);
    let mut longest = start.elapsed();
    while app.patience().is_some() {
        let piece = Instant::now();
        app.tick();
        press(app, terminal, "");
        longest = longest.max(piece.elapsed());
    }
    (start.elapsed(), longest)
}

fn main() {
    let mut arguments = std::env::args().skip(1);
    let n_events = arguments.next().map_or(1_000_000, |it| it.parse().expect("a number of events"));
    let folder = arguments.next().map(PathBuf::from);
    for kind in KINDS {
        let name = kind.0.replace(' ', "-");
        let path = folder.clone().unwrap_or_else(std::env::temp_dir).join(format!("{name}.trace"));
        record(&path, n_events, kind);
        let mut opened = Duration::MAX;
        let mut keys = vec![(Duration::MAX, Duration::MAX); KEYS.len()];
        let mut n_read = 0;
        for _ in 0..N_TIMES {
            let start = Instant::now();
            let file = path.to_str().expect("it is UTF-8");
            let mut app = App::new(Run::open(file, false).expect("it was just written"));
            let mut terminal = Terminal::new(TestBackend::new(120, 40)).expect("it is memory");
            press(&mut app, &mut terminal, "");
            opened = opened.min(start.elapsed());
            n_read = app.scene().len;
            for (least, (_, key)) in keys.iter_mut().zip(KEYS) {
                let (whole, longest) = time(&mut app, &mut terminal, key);
                *least = (whole.min(least.0), longest.min(least.1));
            }
        }
        println!("{}: {n_read} events, the first screen after {} ms", kind.0, opened.as_millis());
        for ((key, _), (whole, longest)) in KEYS.iter().zip(keys) {
            let [whole, longest] = [whole, longest].map(|it| it.as_secs_f64() * 1e3);
            let pieces = key.starts_with("search");
            let said =
                if pieces { format!(" in all, {longest:.1} ms a piece") } else { String::new() };
            println!("    {key}: {whole:.1} ms{said}");
        }
        if folder.is_none() {
            std::fs::remove_file(&path).expect("it was written");
        }
    }
}

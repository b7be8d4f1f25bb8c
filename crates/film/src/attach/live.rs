//! The terminal player of a program that runs: while it is at the end it goes on with the program; anywhere
//! else the picture stands still, and can be stepped through.

use std::io;
use std::sync::mpsc;
use std::sync::mpsc::{Receiver, TryRecvError};
use std::thread;
use std::time::{Duration, Instant};

use boucle_trace::Trace;
use boucle_trace::attach::{AttachError, Update};

use super::{LookError, Looked, run_of, stands};
use crate::app::App;
use crate::terminal::Terminal;

/// The picture goes on so often.
const BETWEEN: Duration = Duration::from_millis(250);

/// So many events are in the picture at the most, and so many are left when the oldest are given up.
const MOST: usize = 300_000;
const LEFT: usize = 150_000;

/// What is known of the program.
struct Live {
    /// All that was told.
    trace: Trace,
    /// How many events the player does not know.
    n_new: usize,
    /// Whether what the player knows is not the beginning of this.
    is_anew: bool,
    /// How the loop stands, or why there is nothing more.
    message: String,
    /// Nothing more will come.
    is_over: bool,
}

impl Live {
    /// Takes what has come.
    fn take(&mut self, updates: &Receiver<Result<Update, AttachError>>) {
        while !self.is_over {
            match updates.try_recv() {
                Ok(Ok(Update::Anew(trace))) => {
                    (self.trace, self.n_new, self.is_anew) = (trace, 0, true);
                }
                Ok(Ok(Update::Events(more))) => {
                    self.n_new += more.len();
                    self.trace.append(&more);
                }
                Ok(Ok(Update::Status(status))) => self.message = stands(&status).into_string(),
                Ok(Ok(_)) => self.ends("the run is over"),
                Ok(Err(error)) => self.ends(&error.to_string()),
                Err(TryRecvError::Empty) => break,
                Err(TryRecvError::Disconnected) => self.ends("the program has gone"),
            }
        }
        if self.trace.len() > MOST {
            self.trace.keep_last(LEFT);
            self.is_anew = true;
        }
    }

    fn ends(&mut self, words: &str) {
        words.clone_into(&mut self.message);
        self.is_over = true;
    }

    /// What to say below the picture.
    fn says(&self) -> String {
        match self.n_new {
            0 => self.message.clone(),
            n => format!("{n} events since: End goes on with them; {}", self.message),
        }
    }
}

/// Plays until the reader has enough.
pub(super) fn play(looked_at: &Looked) -> Result<(), LookError> {
    let mut following = looked_at.program.follow(looked_at.number)?;
    let Update::Anew(trace) = following.wait()? else {
        return Err(AttachError::Foreign(looked_at.program.process()).into());
    };
    // A few at a time: whoever draws takes them between two pictures.
    let (sender, updates) = mpsc::sync_channel(64);
    let thread = thread::Builder::new().name("film: follow".to_owned());
    thread.spawn(move || {
        loop {
            let update = following.wait();
            let is_over = matches!(update, Err(_) | Ok(Update::Over));
            if sender.send(update).is_err() || is_over {
                break;
            }
        }
    })?;
    let mut app = App::new(run_of(looked_at, trace.clone()));
    app.grow(run_of(looked_at, trace.clone()));
    let message = String::new();
    let live = Live { trace, n_new: 0, is_anew: false, message, is_over: false };
    Ok(play_on(&mut app, looked_at, live, &updates)?)
}

fn play_on(
    app: &mut App,
    looked_at: &Looked,
    mut live: Live,
    updates: &Receiver<Result<Update, AttachError>>,
) -> io::Result<()> {
    let mut terminal = Terminal::open(app)?;
    // The longer it takes to go on, the less often that happens.
    let mut next = Instant::now();
    loop {
        live.take(updates);
        let begun = Instant::now();
        if app.goes_on() && (live.n_new > 0 || live.is_anew) && begun >= next {
            (live.n_new, live.is_anew) = (0, false);
            app.grow(run_of(looked_at, live.trace.clone()));
            next = Instant::now() + 4 * begun.elapsed();
        }
        app.say_live(&live.says());
        terminal.draw(app)?;
        let patience = app.patience().unwrap_or(BETWEEN).min(BETWEEN);
        if !terminal.wait(app, Some(patience))? {
            return Ok(());
        }
    }
}

//! The terminal player of a program that runs: while it is at the end it goes on with the program; anywhere
//! else the picture stands still, and can be stepped through.

use std::sync::mpsc::{Receiver, TryRecvError};
use std::time::{Duration, Instant};

use boucle_trace::Trace;
use boucle_trace::attach::{AttachError, Update};

use super::follow::{Told, follow};
use super::{LookError, Looked, run_of, stands};
use crate::app::{App, Beside, Loops};
use crate::terminal::Terminal;

/// The picture goes on so often.
const BETWEEN: Duration = Duration::from_millis(250);

/// So many events are in the picture at the most, and so many are left when the oldest are given up.
const MOST: usize = 300_000;
const LEFT: usize = 150_000;

/// So many loops are in the picture at the most. Of those that come later, those whose run is over give way.
const MOST_LOOPS: usize = 12;

/// What is known of one loop.
struct Live {
    /// Which one it is, from 1.
    number: u32,
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
    fn new(number: u32, trace: Trace) -> Live {
        Live { number, trace, n_new: 0, is_anew: true, message: String::new(), is_over: false }
    }

    /// Takes what has come.
    fn take(&mut self, update: Result<Update, AttachError>) {
        match update {
            Ok(Update::Anew(trace)) => {
                (self.trace, self.n_new, self.is_anew) = (trace, 0, true);
            }
            Ok(Update::Events(more)) => {
                self.n_new += more.len();
                self.trace.append(&more);
            }
            Ok(Update::Status(status)) => self.message = stands(&status).into_string(),
            Ok(_) => self.ends("the run is over"),
            Err(error) => self.ends(&error.to_string()),
        }
    }

    fn ends(&mut self, words: &str) {
        if !self.is_over {
            words.clone_into(&mut self.message);
            self.is_over = true;
        }
    }

    /// Whether the player does not know all.
    fn is_news(&self) -> bool {
        self.n_new > 0 || self.is_anew
    }
}

/// What is known of the program.
struct Picture {
    /// Its loops, by their numbers; one at the least.
    loops: Vec<Live>,
    /// What comes.
    updates: Receiver<Told>,
}

impl Picture {
    /// Waits for the first thing that is told.
    fn new(looked_at: &Looked) -> Result<Picture, LookError> {
        let mut following = looked_at.program.follow(looked_at.number)?;
        let Update::Anew(trace) = following.wait()? else {
            return Err(AttachError::Foreign(looked_at.program.process()).into());
        };
        let updates = follow(looked_at, following)?;
        Ok(Picture { loops: vec![Live::new(looked_at.number, trace)], updates })
    }

    /// Takes what has come; `own` is the loop that is played.
    fn take(&mut self, own: u32) {
        loop {
            match self.updates.try_recv() {
                Ok(told) => self.hear(own, told),
                Err(TryRecvError::Empty) => break,
                Err(TryRecvError::Disconnected) => {
                    self.loops.iter_mut().for_each(|it| it.ends("the program has gone"));
                    break;
                }
            }
        }
        let n_loops = self.loops.len();
        for live in &mut self.loops {
            if live.trace.len() > MOST / n_loops {
                live.trace.keep_last(LEFT / n_loops);
                live.is_anew = true;
            }
        }
    }

    fn hear(&mut self, own: u32, told: Told) {
        if let Some(live) = self.loops.iter_mut().find(|it| it.number == told.number) {
            live.take(told.update);
        } else if let Ok(Update::Anew(trace)) = told.update {
            if self.has_room(own) {
                self.loops.push(Live::new(told.number, trace));
                self.loops.sort_by_key(|it| it.number);
            }
        }
    }

    /// Whether there is room for one more loop, which that of one may be whose run is over.
    fn has_room(&mut self, own: u32) -> bool {
        if self.loops.len() >= MOST_LOOPS {
            let over = self.loops.iter().position(|it| it.is_over && it.number != own);
            over.map(|it| self.loops.remove(it));
        }
        self.loops.len() < MOST_LOOPS
    }

    /// The loop that is played.
    fn own(&self, number: u32) -> &Live {
        self.loops.iter().find(|it| it.number == number).expect("it has no reason to give way")
    }

    /// The player goes on with all that is known.
    fn show(&mut self, app: &mut App, looked_at: &Looked) {
        let own = app.loops.own;
        let mut loops = app.loops.clone();
        loops.others.retain(|it| self.loops.iter().any(|live| live.number == it.number));
        for live in self.loops.iter().filter(|it| it.number != own && it.is_news()) {
            let trace = live.trace.clone();
            let beside = Beside::new(live.number, run_of(looked_at, live.number, trace));
            loops.others.retain(|it| it.number != live.number);
            loops.others.push(beside);
        }
        loops.others.sort_by_key(|it| it.number);
        let trace = self.own(own).trace.clone();
        app.grow(run_of(looked_at, own, trace), loops);
        for live in &mut self.loops {
            (live.n_new, live.is_anew) = (0, false);
        }
    }

    /// Says how the loops stand.
    fn tell(&self, app: &mut App) {
        let own = self.own(app.loops.own);
        app.loops.says = own.message.as_str().into();
        for beside in &mut app.loops.others {
            if let Some(live) = self.loops.iter().find(|it| it.number == beside.number) {
                beside.says = live.message.as_str().into();
            }
        }
        let n_new: usize = self.loops.iter().map(|it| it.n_new).sum();
        app.say_live(&match n_new {
            0 => own.message.clone(),
            n => format!("{n} events since: End goes on with them; {}", own.message),
        });
    }
}

/// Plays until the reader has enough.
pub(super) fn play(looked_at: &Looked) -> Result<(), LookError> {
    let mut picture = Picture::new(looked_at)?;
    let number = looked_at.number;
    let mut app = App::new(run_of(looked_at, number, picture.own(number).trace.clone()));
    app.loops = Loops::one(number);
    picture.show(&mut app, looked_at);
    let mut terminal = Terminal::open(&mut app)?;
    // The longer it takes to go on, the less often that happens.
    let mut next = Instant::now();
    loop {
        picture.take(app.loops.own);
        let begun = Instant::now();
        if app.goes_on() && picture.loops.iter().any(Live::is_news) && begun >= next {
            picture.show(&mut app, looked_at);
            next = Instant::now() + 4 * begun.elapsed();
        }
        picture.tell(&mut app);
        terminal.draw(&app)?;
        let patience = app.patience().unwrap_or(BETWEEN).min(BETWEEN);
        if !terminal.wait(&mut app, Some(patience))? {
            return Ok(());
        }
    }
}

//! Playing: how fast, and by what: by time, by change, by event.

use std::time::Duration;

use boucle_trace::Printable;
use boucle_trace::overview::{Overview, duration};

use super::App;

/// So many speeds there are; each is twice the one before, the first an event a second.
const N_SPEEDS: u32 = 11;
/// The speed with which it begins.
const FIRST: u32 = 2;
/// By time, it goes on so often in a second.
const N_TICKS: u32 = 20;
/// By time, at the first speed, all of a run takes so many seconds.
const WHOLE: u64 = 20;

/// By what it plays.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Pace {
    /// As time passes, slower or faster.
    Time,
    /// From change to change.
    Change,
    /// From event to event.
    Event,
}

/// Whether it plays by itself, and how.
#[derive(Clone, Debug)]
pub(crate) struct Playing {
    /// Whether it does.
    pub(crate) is_on: bool,
    /// By what.
    pub(crate) pace: Pace,
    /// How fast: two to this power of events a second.
    pub(crate) speed: u32,
    /// By time: the time that it has come to.
    clock: u64,
    /// By time, at the first speed: how much of it passes in a tick.
    stride: u64,
}

impl Playing {
    pub(super) fn new(overview: &Overview) -> Playing {
        let (begin, end) = overview.times();
        let stride = (end - begin).div_ceil(WHOLE * u64::from(N_TICKS));
        Playing { is_on: false, pace: Pace::Change, speed: FIRST, clock: begin, stride }
    }

    /// How much time passes in a tick.
    fn tick(&self) -> u64 {
        match self.speed.checked_sub(FIRST) {
            Some(n) => self.stride.saturating_mul(1 << n),
            None => self.stride >> (FIRST - self.speed),
        }
        .max(1)
    }

    /// How fast it plays, in words.
    pub(crate) fn says(&self) -> Printable {
        let each = 1_u32 << self.speed;
        let said = match self.pace {
            Pace::Time => {
                let second = self.tick().saturating_mul(u64::from(N_TICKS));
                format!("by time, {} of the run a second", duration(second))
            }
            Pace::Change => format!("by change, {each} a second"),
            Pace::Event => format!("by event, {each} a second"),
        };
        said.into()
    }
}

impl App {
    /// Whether it plays by itself.
    #[must_use]
    pub fn is_playing(&self) -> bool {
        self.playing.is_on
    }

    /// How many changes or events a second are played.
    #[must_use]
    pub fn speed(&self) -> u32 {
        1 << self.playing.speed
    }

    /// How long to wait for a key before [`tick`](App::tick); as long as it takes, if nothing plays and
    /// nothing is looked for.
    #[must_use]
    pub fn patience(&self) -> Option<Duration> {
        if self.search.is_some() {
            return Some(Duration::ZERO);
        }
        let each = match self.playing.pace {
            Pace::Time => N_TICKS,
            Pace::Change | Pace::Event => self.speed(),
        };
        self.is_playing().then(|| Duration::from_secs(1) / each)
    }

    /// Plays on, if it plays; or looks further.
    pub fn tick(&mut self) {
        self.look_on();
        if !self.is_playing() {
            return;
        }
        let is_over = match self.playing.pace {
            Pace::Event => !self.player.step(),
            Pace::Change => match self.overview.next_change(self.player.position()) {
                Some(position) => !self.player.seek(position),
                // What changes nothing is passed over also at the end.
                None => {
                    self.player.seek_end();
                    true
                }
            },
            Pace::Time => {
                let clock = self.playing.clock.saturating_add(self.playing.tick());
                self.playing.clock = clock;
                self.player.seek(self.overview.position(clock).max(self.player.position()));
                clock >= self.overview.times().1
            }
        };
        self.playing.is_on = !is_over;
        self.moved();
    }

    /// Plays, or stands still.
    pub(super) fn play(&mut self) {
        self.playing.is_on = !self.playing.is_on && self.player.next().is_some();
        if self.playing.is_on {
            self.playing.clock = self.overview.time(self.player.position());
            self.show_moment();
        }
    }

    /// Plays by something else.
    pub(super) fn other_pace(&mut self) {
        self.playing.pace = match self.playing.pace {
            Pace::Change => Pace::Event,
            Pace::Event => Pace::Time,
            Pace::Time => Pace::Change,
        };
        self.playing.clock = self.overview.time(self.player.position());
        self.message = Some(format!("plays {}", self.playing.says()).into());
    }

    /// Plays faster, or slower.
    pub(super) fn faster(&mut self, yes: bool) {
        let speed = self.playing.speed;
        self.playing.speed =
            if yes { (speed + 1).min(N_SPEEDS - 1) } else { speed.saturating_sub(1) };
        self.message = Some(format!("plays {}", self.playing.says()).into());
    }
}

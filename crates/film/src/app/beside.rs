//! The other loops of a program that has several: their lanes stand below one another, on one axis of time.

use boucle_trace::overview::Overview;
use boucle_trace::{Finding, Printable};

use super::App;
use crate::run::Run;

/// A loop of the program, apart from the one that is played.
#[derive(Clone, Debug)]
pub(crate) struct Beside {
    /// Which loop it is, from 1.
    pub(crate) number: u32,
    /// How it stands.
    pub(crate) says: Printable,
    /// What happened in it.
    run: Run,
    /// That as a whole.
    overview: Overview,
    /// What is suspicious about it.
    findings: Vec<Finding>,
}

impl Beside {
    pub(crate) fn new(number: u32, run: Run) -> Beside {
        let (overview, findings) = (run.trace.overview(), run.trace.lint());
        Beside { number, says: Printable::line(""), run, overview, findings }
    }
}

/// The loops of a program.
#[derive(Clone, Debug)]
pub(crate) struct Loops {
    /// Which one is played.
    pub(crate) own: u32,
    /// How it stands.
    pub(crate) says: Printable,
    /// The others, by their numbers.
    pub(crate) others: Vec<Beside>,
}

impl Loops {
    /// One loop alone.
    pub(crate) fn one(own: u32) -> Loops {
        Loops { own, says: Printable::line(""), others: Vec::new() }
    }

    /// Whether there is more than one.
    pub(crate) fn is_several(&self) -> bool {
        !self.others.is_empty()
    }

    /// When the first of the others begins, and when the last one ends.
    pub(crate) fn times(&self) -> Option<(u64, u64)> {
        let times = self.others.iter().map(|it| it.overview.times());
        times.reduce(|one, other| (one.0.min(other.0), one.1.max(other.1)))
    }
}

/// The lanes of one loop.
pub(crate) struct Strand<'a> {
    /// Which loop it is.
    pub(crate) number: u32,
    /// How it stands.
    pub(crate) says: &'a Printable,
    /// What its tasks did.
    pub(crate) overview: &'a Overview,
    /// What is suspicious about it.
    pub(crate) findings: &'a [Finding],
    /// Whether it is the one that is played.
    pub(crate) is_own: bool,
}

impl App {
    /// The loops whose lanes are shown, by their numbers.
    pub(crate) fn strands(&self) -> Vec<Strand<'_>> {
        let others = self.loops.others.iter().map(|it| Strand {
            number: it.number,
            says: &it.says,
            overview: &it.overview,
            findings: &it.findings,
            is_own: false,
        });
        let own = Strand {
            number: self.loops.own,
            says: &self.loops.says,
            overview: &self.overview,
            findings: &self.findings,
            is_own: true,
        };
        let mut strands: Vec<_> = others.chain([own]).collect();
        strands.sort_by_key(|it| it.number);
        strands
    }

    /// How many rows the lanes have: with several loops, each has one more, which says how it stands.
    pub(crate) fn n_lanes(&self) -> usize {
        let head = usize::from(self.loops.is_several());
        self.strands().iter().map(|it| it.overview.tasks().len() + head).sum()
    }

    /// Plays another of the loops, from the time on that is shown.
    pub(super) fn play_loop(&mut self, number: u32) {
        let Some(place) = self.loops.others.iter().position(|it| it.number == number) else {
            return;
        };
        let (time, is_at_end) =
            (self.overview.time(self.player.position()), self.player.next().is_none());
        let mut loops = self.loops.clone();
        let taken = loops.others.remove(place);
        loops.others.push(Beside {
            number: loops.own,
            says: std::mem::replace(&mut loops.says, taken.says),
            run: self.run.clone(),
            overview: self.overview.clone(),
            findings: self.findings.clone(),
        });
        loops.others.sort_by_key(|it| it.number);
        loops.own = number;
        let window = self.lens.part();
        // What is selected and chosen is not there in the other one.
        self.replace(taken.run, loops);
        self.lens.show_part(window);
        if is_at_end {
            self.player.seek_end();
        } else {
            self.player.seek(self.overview.position(time));
        }
        self.moved();
        self.message = Some(format!("plays loop {number}").into());
    }

    /// Plays the loop after this one; after the last one, the first.
    pub(super) fn play_next_loop(&mut self) {
        let after = self.loops.others.iter().find(|it| it.number > self.loops.own);
        match after.or(self.loops.others.first()).map(|it| it.number) {
            Some(number) => self.play_loop(number),
            None => self.message = Some("two runs beside each other: film --serve".into()),
        }
    }
}

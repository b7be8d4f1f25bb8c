//! One execution as it goes: it chooses who is next, and notes what comes of it.

use world::Event;

use super::choice::{Choice, Choices};
use super::parts::Parts;

/// By what it is decided who is next.
#[derive(Clone, Debug)]
pub(super) enum Policy {
    /// At these steps the one at this place among those who may be next; the first everywhere else.
    Places(Vec<(usize, usize)>),
    /// At random, from this state on.
    Random(u64),
    /// At these steps these tasks; the first everywhere else.
    Tasks(Choices),
}

/// A choice that cannot be made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Misfit {
    /// Which one.
    pub(super) choice: Choice,
    /// Who could be next there.
    pub(super) instead: Vec<u64>,
}

/// An execution.
#[derive(Debug)]
pub(super) struct Watch {
    /// By what it is decided who is next.
    policy: Policy,
    /// Whether each task has one turn in a round, and another only in the next.
    rounds: bool,
    /// In which part there is a choice; in all of them if none is named.
    part: Option<usize>,
    /// Which part is under way.
    pub(super) parts: Parts,
    /// How many of the first in the queue have yet to have their turn in this round.
    left_in_round: usize,
    /// How many could be next, at each step.
    pub(super) n_next: Vec<usize>,
    /// The places that were chosen and are not the first, with their steps.
    pub(super) places: Vec<(usize, usize)>,
    /// The same as tasks.
    pub(super) choices: Choices,
    /// Who was first in the queue at each of them.
    pub(super) instead_of: Vec<u64>,
    /// The first choice that could not be made.
    pub(super) misfit: Option<Misfit>,
    /// The lines of the part, or all of them; each with the number of steps before it.
    pub(super) lines: Vec<(String, usize)>,
}

impl Watch {
    /// An execution that has not begun.
    pub(super) fn new(policy: Policy, rounds: bool, part: Option<usize>) -> Watch {
        Watch {
            policy,
            rounds,
            part,
            parts: Parts::default(),
            left_in_round: 0,
            n_next: Vec::new(),
            places: Vec::new(),
            choices: Choices::default(),
            instead_of: Vec::new(),
            misfit: None,
            lines: Vec::new(),
        }
    }

    /// Whether the part that is under way is the one that is looked at.
    fn is_its_part(&self) -> bool {
        self.part.is_none() || self.part == self.parts.now()
    }

    /// Notes what happens.
    pub(super) fn happened(&mut self, event: &Event) {
        self.parts.happened(event);
        match event {
            Event::Printed(line) => self.line(line.clone()),
            Event::PrintedError(line) => self.line(format!("! {line}")),
            _ => {}
        }
    }

    /// Keeps a line, if it is of the part.
    pub(super) fn line(&mut self, line: String) {
        if self.is_its_part() {
            // Printed at once, it is several lines.
            let n_steps = self.n_next.len();
            self.lines.extend(line.split('\n').map(|it| (it.to_owned(), n_steps)));
        }
    }

    /// The place of who is next among the tasks in the queue, which are these.
    pub(super) fn choose(&mut self, queue: &[u64]) -> usize {
        if self.left_in_round == 0 {
            self.left_in_round = queue.len();
        }
        let n = if self.rounds { self.left_in_round.min(queue.len()) } else { queue.len() };
        self.left_in_round -= 1;
        let n = if self.is_its_part() { n } else { 1 };
        self.n_next.push(n);
        let step = self.n_next.len();

        let place = match &mut self.policy {
            Policy::Places(places) => {
                let is_it = |it: &&(usize, usize)| it.0 == step;
                places.iter().find(is_it).map_or(0, |it| it.1.min(n - 1))
            }
            Policy::Random(state) if n > 1 => random(state, n),
            Policy::Random(_) => 0,
            Policy::Tasks(choices) => {
                let choice = choices.0.iter().find(|it| it.step == step).copied();
                let found = choice.map(|it| (it, queue[..n].iter().position(|id| *id == it.task)));
                match found {
                    Some((choice, None)) => {
                        let instead = queue[..n].to_vec();
                        self.misfit.get_or_insert(Misfit { choice, instead });
                        0
                    }
                    Some((_, Some(place))) => place,
                    None => 0,
                }
            }
        };
        if place > 0 {
            self.places.push((step, place));
            self.choices.0.push(Choice { step, task: queue[place] });
            self.instead_of.push(queue[0]);
        }
        place
    }
}

/// A number below `n`, the same for the same state: SplitMix64.
fn random(state: &mut u64, n: usize) -> usize {
    *state = state.wrapping_add(0x9E37_79B9_7F4A_7C15);
    let mut z = *state;
    z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    z ^= z >> 31;
    // The upper half times `n`: below `n` after the shift.
    usize::try_from(((z >> 32) * n as u64) >> 32).expect("it is below n")
}

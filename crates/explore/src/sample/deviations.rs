//! The orders with few deviations from the loop's own, for each way to disturb the program: whatever is done to it
//! is a deviation too, but for a step that is taken where nothing else can be.

use oorandom::Rand32;

use super::fifo::{Fifo, Width};
use super::{Choice, Ended, Sampler};
use crate::search::order::Event;
use crate::shard::Shard;
use crate::world::faults::{Kind, Limits, Plan, Plans};

/// The orders in which the same is done to the program.
struct Part {
    plan: Plan,
    orders: Fifo,
    /// How many deviations it is what is done to single tasks: that comes by itself, and not as a step that is chosen.
    n_fixed: u32,
    /// Whether what comes of them is noted: they are this shard's.
    is_own: bool,
    /// Whether nothing more is tried of it.
    is_over: bool,
}

impl Part {
    fn next_level(&self) -> u32 {
        self.orders.next_level() + self.n_fixed
    }

    fn width(&self) -> Option<Width> {
        Some(match self.orders.width? {
            Width::Within(k) => Width::Within(k + self.n_fixed),
            Width::Everything => Width::Everything,
        })
    }
}

/// All of them.
pub(super) struct Deviations {
    most: u32,
    all_or_none: bool,
    shard: Shard,
    limits: Limits,
    plans: Plans,
    n_plans: u64,
    parts: Vec<Part>,
    /// The part whose order is under way.
    at: usize,
}

impl Deviations {
    /// At most so many; where it is all or none, those with one more are tried only if there is room for all.
    pub(super) fn new(most: u32, all_or_none: bool, shard: Shard, limits: Limits) -> Deviations {
        let plans = Plans::new(limits.clone());
        let mut all = Deviations {
            most,
            all_or_none,
            shard,
            limits,
            plans,
            n_plans: 0,
            parts: Vec::new(),
            at: 0,
        };
        all.add_plans();
        all
    }

    /// Adds the parts of the plans that have become known.
    fn add_plans(&mut self) {
        while let Some(plan) = self.plans.next() {
            let n_fixed =
                plan.iter().filter(|it| !matches!(it.kind, Kind::Slow | Kind::Close)).count()
                    as u32;
            // As in the search: a plan is one shard's, and all learn what there is from one that is not full.
            let is_divided = self.limits.are_none();
            let is_own = is_divided || self.shard.has(self.n_plans);
            self.n_plans += 1;
            if n_fixed > self.most || !is_own && self.limits.are_reached(&plan) {
                continue;
            }
            let shard = if is_divided { self.shard } else { Shard::WHOLE };
            let orders = Fifo::new(self.most - n_fixed, self.all_or_none, shard);
            self.parts.push(Part { plan, orders, n_fixed, is_own, is_over: false });
        }
    }

    /// No part is tried further than the first one that has come to its end and has not had all orders.
    fn furthest(&self) -> u32 {
        let ended = self.parts.iter().filter(|it| it.is_over && self.all_or_none);
        let widths = ended.map(|it| match it.width() {
            Some(Width::Everything) => u32::MAX,
            Some(Width::Within(k)) => k,
            None => 0,
        });
        widths.min().unwrap_or(u32::MAX)
    }
}

impl Sampler for Deviations {
    fn begin(&mut self, n_left: u64, _: &mut Rand32) -> bool {
        loop {
            let furthest = self.furthest();
            let open = (0..self.parts.len()).filter(|it| !self.parts[*it].is_over);
            let Some(next) = open.min_by_key(|it| self.parts[*it].next_level()) else {
                return false;
            };
            if self.parts[next].next_level() > furthest {
                return false;
            }
            self.at = next;
            if self.parts[next].orders.begin(n_left) {
                return true;
            }
            self.parts[next].is_over = true;
        }
    }

    fn plan(&self) -> Option<&Plan> {
        Some(&self.parts[self.at].plan)
    }

    fn choose(&mut self, choice: &Choice<'_>, _: &mut Rand32) -> Option<usize> {
        self.parts[self.at].orders.choose(choice)
    }

    fn took(&mut self, _: &Event) {}

    fn end(&mut self, ended: &Ended<'_>) -> bool {
        let part = &mut self.parts[self.at];
        let counts = part.orders.end() && part.is_own && ended.has_effect;
        self.plans.extend(&part.plan, ended.possible);
        self.add_plans();
        counts
    }

    fn width(&self) -> Option<Width> {
        let widths: Option<Vec<_>> = self.parts.iter().map(Part::width).collect();
        widths?.into_iter().min()
    }
}

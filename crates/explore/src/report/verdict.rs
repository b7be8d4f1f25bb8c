//! How much was shown, in one line that never says more than that, and what is known of the rest.

use std::fmt;

use crate::budget::plural;
use crate::report::Report;
use crate::sample::{Sampled, Width};
use crate::schedule::Schedule;

/// How much was shown.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub(crate) enum Verdict {
    /// Each order was tried, one by one.
    EveryOrder,
    /// Each order that matters was tried, as far as the loop sees what tasks share.
    EveryTrace,
    /// Each order was tried that has at most so many deviations.
    Within(u32),
    /// Some orders were tried by chance.
    Sampled,
    /// There was no end of it.
    #[default]
    Cut,
    /// One order was run, as the environment asked for.
    One,
}

/// What more there is to say of how much was shown.
#[derive(Clone, Debug, Default)]
pub(crate) struct Shown {
    /// Which part of the whole it is, if it is not the whole.
    pub(crate) shard: Option<String>,
    /// What ran out, if something has.
    pub(crate) stopped: Option<String>,
    /// How many pairs of steps were swapped that share nothing as far as the loop sees, of how many.
    pub(crate) audited: Option<(usize, usize)>,
    /// How many swaps it took until it was seen that the last of these share something.
    pub(crate) n_swaps: usize,
    /// Those that share something all the same: each by its task, and which of its task's it is.
    pub(crate) shared: Vec<[(String, u32); 2]>,
    /// How many executions the search has made, and will make in all, if it was cut.
    pub(crate) searched: Option<(u64, f64)>,
    /// The orders that were tried instead.
    pub(crate) sampled: Sampled,
    /// The seed of what was chosen by chance.
    pub(crate) seed: u64,
    /// The order that was run alone.
    pub(crate) only: Option<Schedule>,
    /// Whether the program uses descriptors, so that no order decides all.
    pub(crate) is_outside: bool,
    /// Why nothing was run.
    pub(crate) refused: Option<String>,
}

impl Report {
    /// Nothing was run, for this reason.
    pub(crate) fn refused(why: String) -> Report {
        let mut report = Report::default();
        report.shown.refused = Some(why);
        report
    }

    /// The first line, and what is known of what was not tried.
    pub(crate) fn write_shown(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (n, shown) = (self.n_executions, &self.shown);
        let with = match &self.disturbed[..] {
            "" => String::new(),
            words => format!(", {words}"),
        };
        if let Some(refused) = &shown.refused {
            return writeln!(f, "not explored: {refused}");
        }
        if let Some(changed) = &self.changed {
            return writeln!(
                f,
                "not explored: the program does not do the same each time, so no order can be seen again\n  {changed}"
            );
        }
        if let Some(shard) = &shown.shard {
            let of = if matches!(self.verdict, Verdict::EveryOrder | Verdict::EveryTrace) {
                " of "
            } else {
                ": "
            };
            write!(f, "{shard}{of}")?;
        }
        match (self.verdict, self.n_orders) {
            (Verdict::EveryOrder, Some(orders)) => {
                let matters = if n == 1 { "matters" } else { "matter" };
                writeln!(f, "every order{with}: {orders}, of which {n} {matters}")
            }
            (Verdict::EveryOrder, None) => writeln!(f, "every order{with}: {n}"),
            (Verdict::EveryTrace, _) => {
                writeln!(
                    f,
                    "every order that matters{with}, as far as the loop sees what tasks share: {n}"
                )?;
                self.write_audited(f)
            }
            (Verdict::Cut, _) => {
                writeln!(f, "not every order{with}{}", self.stopped(": "))?;
                self.write_searched(f)
            }
            (Verdict::One, _) => {
                let only = shown.only.as_ref().filter(|it| !it.0.is_empty());
                let order = only.map_or("the loop's own".to_owned(), ToString::to_string);
                writeln!(f, "one order, as BOUCLE_REPLAY says: {order}")
            }
            (Verdict::Within(k), _) => {
                let n = shown.sampled.deviating.map_or(0, |it| it.0);
                writeln!(
                    f,
                    "within {k} deviation{} from the loop's own order{with}: {n} order{}{}",
                    plural(k),
                    plural(n),
                    self.stopped("; ")
                )?;
                self.write_searched(f)?;
                self.write_sampled(f, "  sampled: ")
            }
            (Verdict::Sampled, _) if shown.is_outside => self.write_outside(f, &with),
            (Verdict::Sampled, _) => {
                self.write_sampled(f, &format!("sampled{with}: "))?;
                self.write_searched(f)
            }
        }
    }

    /// What was tried of a program that uses descriptors.
    fn write_outside(&self, f: &mut fmt::Formatter<'_>, with: &str) -> fmt::Result {
        let n = self.n_executions;
        writeln!(
            f,
            "sampled{with}, since it uses descriptors, and no order decides when they are ready: {n} order{}{}",
            plural(n),
            self.stopped("; ")
        )?;
        if let Some((n, width)) = self.shown.sampled.deviating {
            let which = match width {
                Some(Width::Everything) => "all that were seen to be possible".to_owned(),
                Some(Width::Within(k)) => {
                    format!("all within {k} deviation{} from the loop's own order", plural(k))
                }
                None => "with few deviations from the loop's own order".to_owned(),
            };
            writeln!(f, "  {n} order{}, {which}", plural(n))?;
        }
        self.write_sampled(f, "  ")
    }

    /// The program uses descriptors: no search says anything of it.
    pub(crate) fn meet_outside(&mut self) {
        (self.verdict, self.shown.is_outside, self.n_orders) = (Verdict::Cut, true, None);
    }

    /// Which steps have changed places.
    fn write_audited(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Some((n, n_all)) = self.shown.audited.filter(|it| it.0 > 0) else { return Ok(()) };
        let of = if n < n_all { format!(" of {n_all}") } else { String::new() };
        let pairs = if n_all == 1 { "pair" } else { "pairs" };
        writeln!(
            f,
            "  audited: {n}{of} {pairs} of steps that share nothing were swapped, and came to the same"
        )
    }

    /// What the loop does not see, and what comes of it.
    pub(crate) fn write_unseen(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.n_unseen == 0 && self.shown.shared.is_empty() {
            return Ok(());
        }
        let come = match self.n_unseen {
            0 => "",
            1 => ", and 1 result comes of it",
            _ => ", and some results come of it",
        };
        writeln!(
            f,
            "tasks share something that the loop does not see{come}: what it sees is in boucle::shared and boucle::sync"
        )?;
        for [(one, m), (other, n)] in &self.shown.shared {
            writeln!(
                f,
                "  {one} and {other}: {one}'s step {m} and {other}'s step {n} do not come to the same the other way round"
            )?;
        }
        Ok(())
    }

    /// Whether each order was tried, one by one.
    pub(crate) fn is_every_order(&self) -> bool {
        self.verdict == Verdict::EveryOrder
    }

    /// What ran out.
    fn stopped(&self, before: &str) -> String {
        self.shown.stopped.as_ref().map_or(String::new(), |it| format!("{before}{it}"))
    }

    /// How far the search has come.
    fn write_searched(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Some((n, estimate)) = self.shown.searched else { return Ok(()) };
        let (least, most) = range(n, estimate);
        writeln!(f, "  searched: {n} orders that matter, of {least} to {most} or so")
    }

    /// What was tried by chance.
    fn write_sampled(&self, f: &mut fmt::Formatter<'_>, begin: &str) -> fmt::Result {
        let (sampled, seed) = (&self.shown.sampled, self.shown.seed);
        if sampled.n > 0 {
            let by: Vec<_> = sampled.by.iter().map(|it| it.name()).collect();
            let (n, stopped) = (
                sampled.n,
                if begin.starts_with(' ') { String::new() } else { self.stopped("; ") },
            );
            writeln!(
                f,
                "{begin}{n} order{} of seed {seed}, by {}{stopped}",
                plural(n),
                by.join(", ")
            )?;
        }
        if let Some(unseen) = sampled.unseen {
            writeln!(f, "  of the orders that come next about {unseen} % would be new")?;
        }
        if let Some(coverage) = &sampled.coverage {
            writeln!(f, "  {coverage}")?;
        }
        Ok(())
    }
}

/// The verdict on orders with few deviations.
pub(crate) fn of_width(width: Option<Width>) -> Verdict {
    match width {
        Some(Width::Everything) => Verdict::EveryOrder,
        Some(Width::Within(k)) => Verdict::Within(k),
        None => Verdict::Sampled,
    }
}

/// An estimate as a range, each end with one digit, the lower one never less than what is there.
pub(crate) fn range(n: u64, estimate: f64) -> (u64, u64) {
    let one_digit = |it: f64, up: bool| {
        let unit = 10_f64.powf(it.max(1.0).log10().floor());
        let digits = if up { (it / unit).ceil() } else { (it / unit).floor() };
        (digits * unit) as u64
    };
    let least = one_digit(estimate / 2.0, false).max(n);
    (least, one_digit(estimate * 2.0, true).max(least))
}

#[cfg(test)]
mod tests {
    use super::range;

    #[test]
    fn an_estimate_is_a_range_of_round_numbers_and_never_below_what_is_there() {
        assert_eq!(range(100, 1_234.0), (600, 3_000));
        assert_eq!(range(100, 110.0), (100, 300));
        assert_eq!(range(5, 5.0), (5, 10));
    }
}

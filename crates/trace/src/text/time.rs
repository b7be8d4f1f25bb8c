//! Times and durations in words.

use std::fmt::Write;

use crate::header::Clock;
use crate::trace::Trace;

/// How many decimals the seconds of a trace need: as few as say everything, and microseconds of real
/// time.
pub(crate) fn decimals(trace: &Trace) -> usize {
    if trace.header.clock == Clock::Real {
        return 6;
    }
    let needs = |step: u64| trace.events.iter().any(|it| it.at % step != 0);
    match () {
        () if needs(1_000) => 9,
        () if needs(1_000_000) => 6,
        () => 3,
    }
}

/// Nanoseconds as seconds, with so many decimals.
pub(crate) fn seconds(at: u64, decimals: usize) -> String {
    let fraction = format!("{:09}", at % 1_000_000_000);
    format!("{}.{}", at / 1_000_000_000, &fraction[..decimals])
}

/// A duration of so many nanoseconds as a person says it.
///
/// # Examples
///
/// ```
/// use boucle_trace::overview::duration;
///
/// let said = [0, 1_500, 20_000_000, 1_500_000_000, 12_000_000_000_000].map(duration);
/// assert_eq!(said, ["0 s", "1.5 µs", "20 ms", "1.5 s", "3 h 20 min"]);
/// ```
#[must_use]
pub fn duration(nanoseconds: u64) -> String {
    let units = [(1_000_000_000, "s"), (1_000_000, "ms"), (1_000, "µs")];
    if nanoseconds == 0 {
        return "0 s".to_owned();
    }
    if nanoseconds >= 3_600_000_000_000 {
        let minutes = nanoseconds / 60_000_000_000;
        let mut said = format!("{} h", minutes / 60);
        if minutes % 60 > 0 {
            write!(said, " {} min", minutes % 60).expect("a string takes all");
        }
        return said;
    }
    for (unit, name) in units {
        if nanoseconds >= unit {
            let fraction = format!("{:09}", (nanoseconds % unit) * (1_000_000_000 / unit));
            let fraction = fraction[..3].trim_end_matches('0');
            let point = if fraction.is_empty() { "" } else { "." };
            return format!("{}{point}{fraction} {name}", nanoseconds / unit);
        }
    }
    format!("{nanoseconds} ns")
}

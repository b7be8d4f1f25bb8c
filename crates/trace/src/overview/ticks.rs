//! Round ticks: 1, 2 or 5 times a power of ten.

use super::{Axis, Window};
use crate::text::printable::Printable;
use crate::text::time::seconds;

/// A tick of an axis.
///
/// # Examples
///
/// ```
/// use boucle_trace::overview::{Axis, Window, ticks};
///
/// let window = Window { axis: Axis::Time, from: 0, to: 3_000_000_000 };
/// let says: Vec<_> = ticks(&window, 4).into_iter().map(|it| it.says).collect();
/// assert_eq!(says, ["0 s", "1 s", "2 s"]);
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tick {
    /// Where it is: nanoseconds, or so many events.
    pub at: u64,
    /// The same in words, with as many decimals as its neighbors need.
    pub says: Printable,
}

/// The ticks within a window, at the most so many: all at round numbers, as far from one another as
/// one, two or five times a power of ten.
///
/// # Examples
///
/// ```
/// use boucle_trace::overview::{Axis, Window, ticks};
///
/// let window = Window { axis: Axis::Event, from: 7, to: 62 };
/// let at: Vec<_> = ticks(&window, 6).into_iter().map(|it| it.at).collect();
/// assert_eq!(at, [10, 20, 30, 40, 50, 60]);
/// assert_eq!(ticks(&window, 5)[1].says, "40");
/// assert_eq!(ticks(&window, 0), []);
/// ```
#[must_use]
pub fn ticks(window: &Window, most: usize) -> Vec<Tick> {
    let most = u64::try_from(most).unwrap_or(u64::MAX);
    let count = |step: u64| {
        let first = window.from.div_ceil(step);
        (window.to.saturating_sub(1) / step).saturating_add(1).saturating_sub(first)
    };
    let Some(step) = steps().find(|it| count(*it) <= most).filter(|_| most > 0) else {
        return Vec::new();
    };
    let first = window.from.div_ceil(step);
    let says = |at: u64| match window.axis {
        Axis::Event => at.to_string().into(),
        Axis::Time => time(at, step),
    };
    let at = (first..first + count(step)).map(|it| it * step);
    at.map(|at| Tick { at, says: says(at) }).collect()
}

/// 1, 2, 5, 10, 20, 50 and so on.
fn steps() -> impl Iterator<Item = u64> {
    let powers = (0..20).map_while(|it| 10_u64.checked_pow(it));
    powers.flat_map(|power| [1, 2, 5].into_iter().filter_map(move |it| power.checked_mul(it)))
}

/// A time, with as many decimals as the steps to the next tick have.
fn time(at: u64, step: u64) -> Printable {
    let decimals = (0..9).find(|it| step % 10_u64.pow(9 - it) == 0).unwrap_or(9);
    let said = seconds(at, usize::try_from(decimals).expect("it is one digit"));
    format!("{} s", said.trim_end_matches('.')).into()
}

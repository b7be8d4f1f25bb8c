//! Which orders are tried: the choice of a user.

/// Which orders of a program are tried.
///
/// # Examples
///
/// ```
/// use boucle::{gather, interrupt};
/// use boucle_explore::{Explore, Strategy};
///
/// let program = || async {
///     gather([(); 3].map(|()| interrupt())).await.unwrap();
/// };
/// let report = Explore::new().strategy(Strategy::Fifo(1)).run(program);
/// assert!(report.to_string().starts_with("within 1 deviation from the loop's own order: "));
/// ```
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
#[non_exhaustive]
pub enum Strategy {
    /// Each order that matters, for half of the budget, and for all of it if that looks to suffice. Where it does
    /// not: the orders with few deviations from the loop's own, and then orders by chance, of each kind.
    #[default]
    Auto,
    /// Each order that matters, and nothing else.
    Exhaustive,
    /// Each order with at most so many deviations from the loop's own. A deviation is a choice of another task
    /// than the one that is ready longest.
    Fifo(u32),
    /// A uniform random walk: each task is chosen in proportion to the polls that it will probably still have.
    /// No order is much rarer than others.
    Walk,
    /// Probabilistic concurrency testing (Burckhardt et al., 2010) of this depth: the ready task with the highest
    /// priority is next, and priorities change at a few places, one fewer than the depth.
    Pct(u32),
    /// Partial order sampling (Yuan et al., 2018): each step has a priority of its own by chance, and gets another one
    /// once a step has written what its task had used.
    Pos,
    /// Orders that were tried and had something new in them, each with two of its steps the other way round.
    Races,
}

impl Strategy {
    /// How a report calls it.
    pub(crate) fn name(self) -> String {
        match self {
            Strategy::Auto => "each in turn".to_owned(),
            Strategy::Exhaustive => "each order".to_owned(),
            Strategy::Fifo(_) => "deviations".to_owned(),
            Strategy::Walk => "random walks".to_owned(),
            Strategy::Pct(depth) => format!("PCT {depth}"),
            Strategy::Pos => "POS".to_owned(),
            Strategy::Races => "reversed races".to_owned(),
        }
    }
}

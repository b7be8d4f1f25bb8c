//! Which part of the run the lanes show, and which part is selected.

use std::ops::Range;

use boucle_trace::overview::{Axis, Overview, Summary, Window};

/// The lanes show so much at the least: nanoseconds, or events.
const LEAST: u64 = 10;

/// Which part of the run is looked at.
#[derive(Clone, Debug)]
pub(crate) struct Lens {
    /// What the lanes are true to.
    pub(crate) axis: Axis,
    /// All of it: by time, by events.
    whole: (Window, Window),
    /// The part that is shown; none: all of it.
    window: Option<Window>,
    /// Where the selection begins: after so many events.
    pub(crate) begin: Option<usize>,
    /// Where it ends.
    pub(crate) end: Option<usize>,
    /// What happens in it.
    pub(crate) sums: Option<Summary>,
}

impl Lens {
    /// All of a run: true to its time, if time passes in it.
    pub(super) fn new(overview: &Overview) -> Lens {
        let (begin, end) = overview.times();
        let axis = if begin == end { Axis::Event } else { Axis::Time };
        let whole = (overview.whole(Axis::Time), overview.whole(Axis::Event));
        Lens { axis, whole, window: None, begin: None, end: None, sums: None }
    }

    /// There are other runs beside this one, which begin and end then: all are shown, true to time.
    pub(super) fn widen(&mut self, times: (u64, u64)) {
        self.axis = Axis::Time;
        let whole = &mut self.whole.0;
        (whole.from, whole.to) = (whole.from.min(times.0), whole.to.max(times.1.saturating_add(1)));
    }

    /// All of it.
    fn whole(&self) -> Window {
        match self.axis {
            Axis::Time => self.whole.0,
            Axis::Event => self.whole.1,
        }
    }

    /// The part that is shown; none: all of it.
    pub(super) fn part(&self) -> Option<Window> {
        self.window
    }

    /// Shows this part; none: all of it.
    pub(super) fn show_part(&mut self, part: Option<Window>) {
        if let Some(part) = part {
            self.axis = part.axis;
            self.show(part.from, part.span());
        }
    }

    /// What is shown.
    pub(crate) fn window(&self) -> Window {
        self.window.unwrap_or_else(|| self.whole())
    }

    /// Whether all of the run is shown.
    pub(crate) fn is_whole(&self) -> bool {
        self.window.is_none()
    }

    /// Shows all of the run.
    pub(super) fn show_all(&mut self) {
        self.window = None;
    }

    /// True to time, or to the events.
    pub(super) fn other_axis(&mut self) {
        self.axis = match self.axis {
            Axis::Time => Axis::Event,
            Axis::Event => Axis::Time,
        };
        self.window = None;
    }

    /// Shows half as much, or twice as much; what is at `at` stays where it is.
    pub(super) fn zoom(&mut self, at: u64, closer: bool) {
        let (shown, whole) = (self.window(), self.whole());
        let span = match closer {
            true => (shown.span() / 2).max(LEAST.min(whole.span())),
            false => shown.span().saturating_mul(2),
        };
        if span >= whole.span() {
            self.window = None;
            return;
        }
        let before = u128::from(at.saturating_sub(shown.from).min(shown.span()));
        let before = before * u128::from(span) / u128::from(shown.span());
        let before = u64::try_from(before).unwrap_or(u64::MAX);
        self.show(at.saturating_sub(before), span);
    }

    /// Moves what is shown by so many of its sixteenth parts.
    pub(super) fn pan(&mut self, parts: i64) {
        let Some(window) = self.window else { return };
        let by = (window.span() / 16).max(1).saturating_mul(parts.unsigned_abs());
        let from =
            if parts < 0 { window.from.saturating_sub(by) } else { window.from.saturating_add(by) };
        self.show(from, window.span());
    }

    /// Brings a place into sight.
    pub(super) fn follow(&mut self, at: u64) {
        let Some(window) = self.window else { return };
        if at < window.from || at >= window.to {
            let from = at.saturating_sub(window.span() / 4);
            self.show(from, window.span());
        }
    }

    /// Shows a part that is within the whole.
    fn show(&mut self, from: u64, span: u64) {
        let whole = self.whole();
        let from = from.clamp(whole.from, whole.to.saturating_sub(span).max(whole.from));
        self.window = Some(Window { from, to: from.saturating_add(span), axis: self.axis });
    }

    /// Selects what was selected before, if it is still there.
    pub(super) fn select_as(&mut self, before: &Lens, n_events: usize) {
        if [before.begin, before.end].into_iter().flatten().all(|it| it <= n_events) {
            (self.begin, self.end) = (before.begin, before.end);
            self.sums.clone_from(&before.sums);
        }
    }

    /// What is selected: from here to there.
    pub(crate) fn selected(&self) -> Option<Range<usize>> {
        Some(self.begin?..self.end?)
    }

    /// Marks one end of the selection, and sums it up if both are there.
    pub(super) fn select(&mut self, overview: &Overview, begin: Option<usize>, end: Option<usize>) {
        (self.begin, self.end) = match (begin, end) {
            (Some(begin), Some(end)) => (Some(begin.min(end)), Some(begin.max(end))),
            ends => ends,
        };
        self.sums = self.selected().map(|it| overview.sum(it));
    }
}

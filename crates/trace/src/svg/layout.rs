//! Where everything stands: each event has a place from left to right, each task a lane.

use std::collections::BTreeMap;

use crate::event::{By, TaskNo, What};
use crate::header::Clock;
use crate::state::{Life, State};
use crate::text::folded::{Piece, pieces};
use crate::text::printable::Printable;
use crate::text::time::{decimals, seconds};
use crate::text::words::{predicate, subject};
use crate::trace::Trace;

/// The width of a letter.
const LETTER: usize = 7;
/// A text in a lane is no longer than this.
const LONGEST: usize = 24;
/// A name before a lane is no longer than this.
pub(super) const LONGEST_NAME: usize = 2 * LONGEST;

/// The picture before it is drawn.
pub(super) struct Layout {
    /// The lanes, from above.
    pub(super) tasks: Vec<Lane>,
    /// Where time changes, and to what.
    pub(super) times: Vec<(usize, u64)>,
    /// Everything that is drawn on the lanes.
    pub(super) marks: Vec<Mark>,
    /// The width of the picture.
    pub(super) width: usize,
    /// How exact the times are.
    pub(super) decimals: usize,
    /// Whether time stands still between most events.
    is_virtual: bool,
    /// Where the run ends, and how.
    end: String,
}

/// A task's lane.
pub(super) struct Lane {
    pub(super) name: Printable,
    /// What the task does, from where to where.
    pub(super) spans: Vec<Span>,
}

/// A stretch in which a task does one thing.
pub(super) struct Span {
    pub(super) life: Life,
    pub(super) from: usize,
    pub(super) to: usize,
}

/// Something at one place.
pub(super) struct Mark {
    pub(super) x: usize,
    /// The lane; none for what belongs to no task.
    pub(super) lane: Option<usize>,
    pub(super) shape: Shape,
    /// What it says when one points to it.
    pub(super) title: Printable,
}

/// What a mark looks like.
pub(super) enum Shape {
    /// A clock: a timer is set or fires.
    Clock,
    /// A clock that is struck out: a timer is taken back.
    NoClock,
    /// A diamond: a descriptor.
    Diamond,
    /// A circle: a task is added; from the lane of the one that added it.
    Added(Option<usize>),
    /// An arrow: from the lane of the waker, or from above.
    Wake(Option<usize>),
    /// A text; whether it stands in a running task's box.
    Said(Printable, bool),
    /// Many polls in one: a gap over all lanes, so wide.
    Gap(usize),
}

impl Layout {
    pub(super) fn new(trace: &Trace) -> Layout {
        let last = trace.state_at(trace.len());
        let lanes: BTreeMap<TaskNo, usize> = last.tasks.keys().copied().zip(0..).collect();
        let names: Vec<_> =
            last.tasks.keys().map(|task| Printable::name(last.name(*task))).collect();
        let longest = names.iter().map(|it| it.chars().count()).max().unwrap_or(0);
        let mut layout = Layout {
            tasks: names.into_iter().map(|name| Lane { name, spans: Vec::new() }).collect(),
            times: Vec::new(),
            marks: Vec::new(),
            width: 12 + longest.min(LONGEST_NAME) * LETTER + 16,
            decimals: decimals(trace),
            is_virtual: trace.header().clock == Clock::Virtual,
            end: String::new(),
        };
        let mut state = trace.base().clone();
        // Only of these tasks the life can have changed; at the beginning, all are new.
        let mut touched: Vec<_> = state.tasks.keys().copied().collect();
        for piece in pieces(trace.events()) {
            let x = layout.width;
            let (events, idle) = match piece {
                Piece::Event(place) => (&trace.events()[place..=place], None),
                Piece::Idle(places, polls) => (&trace.events()[places], Some(polls)),
            };
            let mut wide = layout.time(x, events[0].at);
            for event in events {
                touched.extend(event.what.task());
                touched.extend(state.play(event).running());
            }
            wide = wide.max(match idle {
                Some(polls) => layout.gap(x, polls.values().sum()),
                None => layout.event(x, &events[0].what, &state, &lanes),
            });
            layout.width += wide;
            for task in touched.drain(..).filter(|it| state.tasks.contains_key(it)) {
                if let Some(lane) = lanes.get(&task) {
                    layout.tasks[*lane].lives(state.life(task), x);
                }
            }
        }
        for lane in &mut layout.tasks {
            if let Some(span) = lane.spans.last_mut() {
                span.to = layout.width;
            }
        }
        if let Some(event) = trace.events().last() {
            let at = seconds(event.at, layout.decimals);
            layout.end = format!("at {at} s {}", predicate(&event.what, &last));
        }
        layout.width += 24;
        layout
    }

    /// The picture in a sentence.
    pub(super) fn summary(&self) -> Printable {
        let names: Vec<_> = self.tasks.iter().map(|it| &*it.name).collect();
        Printable::lines(format!("{} tasks: {}; {}.", names.len(), names.join(", "), self.end))
    }

    /// Notes the time, if it has changed; how much room that takes.
    fn time(&mut self, x: usize, at: u64) -> usize {
        if self.times.last().is_some_and(|(_, before)| *before == at) {
            return 0;
        }
        let room = (seconds(at, self.decimals).len() + 3) * LETTER;
        if !self.is_virtual {
            // Real time changes with each event: it is told where there is room for it.
            if self.times.last().is_none_or(|(before, _)| before + room <= x) {
                self.times.push((x, at));
            }
            return 0;
        }
        self.times.push((x, at));
        room
    }

    fn gap(&mut self, x: usize, n_polls: usize) -> usize {
        let words = format!("{n_polls} polls");
        let wide = (words.len() + 2) * LETTER;
        let title = Printable::line(format!("{n_polls} polls that change nothing"));
        self.marks.push(Mark { x, lane: None, shape: Shape::Gap(wide), title });
        self.marks.push(Mark {
            x,
            lane: None,
            shape: Shape::Said(Printable::line(words), false),
            title: Printable::default(),
        });
        wide
    }

    /// Puts the marks of an event; how much room it takes.
    fn event(
        &mut self,
        x: usize,
        what: &What,
        state: &State,
        lanes: &BTreeMap<TaskNo, usize>,
    ) -> usize {
        let lane = what.task().and_then(|task| lanes.get(&task).copied());
        let title = format!("{} {}", subject(what, state), predicate(what, state));
        let title = Printable::lines(title);
        let from = |task: Option<TaskNo>| task.and_then(|it| lanes.get(&it).copied());
        let (shape, wide) = match what {
            What::Added { by, .. } => (Shape::Added(from(*by)), 18),
            What::Woken { by: By::Task(by), .. } => (Shape::Wake(from(Some(*by))), 16),
            What::Woken { .. } => (Shape::Wake(None), 16),
            What::TimerSet { .. } | What::TimerFired { .. } => (Shape::Clock, 18),
            What::TimerUnset { .. } => (Shape::NoClock, 18),
            What::DescriptorReady { .. } => (Shape::Diamond, 18),
            What::Printed { by, line, .. } => {
                let said = cut(&Printable::line(&**line), LONGEST);
                let wide = (said.chars().count() + 1) * LETTER + 4;
                (Shape::Said(said, by.is_some()), wide)
            }
            What::PollBegins { .. } => return 10,
            What::PollEnds { .. } => return 14,
            What::LoopSleeps { .. } | What::LoopWakes => return 12,
            _ => return 0,
        };
        self.marks.push(Mark { x, lane, shape, title });
        wide
    }
}

/// So many letters of a text, and a sign that there are more.
pub(super) fn cut(text: &Printable, most: usize) -> Printable {
    match text.char_indices().nth(most) {
        Some((place, _)) => Printable::line(format!("{}…", &text[..place])),
        None => text.clone(),
    }
}

impl Lane {
    /// The task does this from here on.
    fn lives(&mut self, life: Life, from: usize) {
        if let Some(span) = self.spans.last_mut() {
            if span.life == life {
                return;
            }
            span.to = from;
        }
        self.spans.push(Span { life, from, to: from });
    }
}

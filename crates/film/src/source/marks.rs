//! What a page has to know to mark the line that runs at any moment: which line each phase, each text and
//! each place leads to. The page then does what `mark` does.

use std::collections::{BTreeMap, HashSet};

use boucle_trace::{Phase, Place, Text, Trace, What};
use serde::Serialize;

use super::{LOOP, Mark, Source, in_loop, printed};

/// So many texts and files are looked up at the most: a recording may have a million.
const MOST: usize = 2000;
/// No longer text is looked up: no line of a source prints it.
const LONGEST: usize = 4096;

/// A line: which source, and which line of it, from 1.
type Line = (usize, usize);

/// The lines of the sources of a run that can be marked.
#[derive(Debug, Default, Serialize)]
pub(crate) struct Marks {
    /// Where the loop of a stage does what a phase says.
    phases: BTreeMap<String, Line>,
    /// Where a text was printed.
    texts: BTreeMap<String, Line>,
    /// Which source a file is, as the recording names it.
    files: BTreeMap<String, usize>,
}

impl Marks {
    /// What can be marked of a run.
    pub(crate) fn of(trace: &Trace, sources: &[Source]) -> Marks {
        let mut marks = Marks::default();
        if sources.is_empty() {
            return marks;
        }
        let line = |Mark { source, line, .. }: Mark| (source, line);
        for (phase, _) in LOOP {
            let name = phase_name(*phase);
            marks.phases.extend(in_loop(sources, *phase).map(|it| (name, line(it))));
        }
        let mut seen = HashSet::new();
        for event in trace.events() {
            if let What::Printed { line: text, .. } = &event.what {
                if text.len() <= LONGEST && seen.len() < MOST && seen.insert(&**text) {
                    let found = printed(sources, text).map(line);
                    marks.texts.extend(found.map(|it| (text.to_string(), it)));
                }
            }
        }
        marks.files = files(trace, sources);
        marks
    }
}

/// The first word of what a phase says.
fn phase_name(phase: Phase) -> String {
    phase.to_string().split(':').next().unwrap_or_default().to_owned()
}

/// Which source each file is that the recording names.
fn files(trace: &Trace, sources: &[Source]) -> BTreeMap<String, usize> {
    let mut found = BTreeMap::new();
    let mut seen = HashSet::new();
    let mut look = |place: &Option<Place>| {
        let Some(Place { file, .. }) = place else { return };
        if seen.len() < MOST && seen.insert(Text::clone(file)) {
            let source = sources.iter().position(|it| it.is_at(file));
            found.extend(source.map(|it| (file.to_string(), it)));
        }
    };
    for task in trace.base().tasks.values() {
        look(&task.place);
        task.waits.iter().chain(&task.over).for_each(|it| look(&it.place));
        task.awaits.iter().for_each(|it| look(&it.place));
    }
    for event in trace.events() {
        match &event.what {
            What::Added { place, .. } | What::Waits { place, .. } => look(place),
            What::Stands { awaits, .. } => awaits.iter().for_each(|it| look(&it.place)),
            _ => {}
        }
    }
    found
}

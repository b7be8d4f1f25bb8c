//! A run as a page: what film knows of it beside the recording goes with it.

use boucle_trace::Page;
use serde_json::json;

use crate::run::Run;
use crate::source::Marks;

impl Run {
    /// The run for the player of a page, with its sources and the lines that can be marked.
    #[must_use]
    pub fn page(&self) -> Page {
        let lines = self.sources.iter().map(|it| json!({ "path": it.path, "lines": it.lines }));
        Page::new(&self.trace)
            .fact("name", &self.name)
            .fact("idea", &self.idea)
            .fact("warning", &self.warning)
            .fact("sources", lines.collect::<Vec<_>>())
            .fact("marks", Marks::of(&self.trace, &self.sources))
    }
}

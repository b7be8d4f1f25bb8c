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

    /// Its name in plain letters, for the name of a file.
    #[must_use]
    pub(crate) fn file_name(&self) -> String {
        let is_plain = |it: char| it.is_ascii_alphanumeric() || "-_.".contains(it);
        self.name.chars().map(|it| if is_plain(it) { it } else { '_' }).collect()
    }
}

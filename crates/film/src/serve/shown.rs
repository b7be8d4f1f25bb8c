//! A run that the page shows, and what the page is given of it. All of this may take long, and is done by
//! a thread.

use crate::run::Run;

/// A file of a run: its type, its name in plain letters, its bytes.
pub(super) type File = (&'static str, String, Vec<u8>);

/// The run as a file of this kind; nothing if there is no such kind.
pub(super) fn file(run: &Run, kind: &str) -> Option<File> {
    let trace = &run.trace;
    let (kind, ending, bytes) = match kind {
        "html" => ("text/html; charset=utf-8", "html", run.page().html().into_bytes()),
        "svg" => ("image/svg+xml", "svg", trace.svg().into_bytes()),
        "trace" => {
            let mut bytes = Vec::new();
            trace.write(&mut bytes).expect("memory takes all");
            ("application/octet-stream", "trace", bytes)
        }
        "json" => {
            let mut bytes = Vec::new();
            trace.write_lines(&mut bytes).expect("memory takes all");
            ("application/json", "json", bytes)
        }
        _ => return None,
    };
    Some((kind, format!("{}.{ending}", run.file_name()), bytes))
}

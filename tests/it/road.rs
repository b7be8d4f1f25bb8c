//! The stages as files: which there are, what stands in them, and the snapshots kept of them.

use std::fs;
use std::path::{Path, PathBuf};

use world::time::{Duration, TICK};
use world::{Recorder, Recording};

use crate::demos;

/// The stages' programs, by their numbers.
pub(crate) const DEMOS: [fn(); 14] = [
    demos::stage0::main,
    demos::stage1::main,
    demos::stage2::main,
    demos::stage3::main,
    demos::stage4::main,
    demos::stage5::main,
    demos::stage6::main,
    demos::stage7::main,
    demos::stage8::main,
    demos::stage9::main,
    demos::stage10::main,
    demos::stage11::main,
    demos::stage12::main,
    demos::stage13::main,
];

/// The stages that have real sockets.
pub(crate) const WITH_SOCKETS: [usize; 2] = [7, 10];

/// The files of a stage's library: `lib.rs`, then the others in order, by their names and with their texts.
pub(crate) fn library(stage: usize) -> Vec<(String, String)> {
    let files = files(&format!("crates/stage{stage}/src"));
    let name = |path: &PathBuf| path.file_name().map(|it| it.to_string_lossy().into_owned());
    let files = files.into_iter().filter_map(|path| Some((name(&path)?, read(path))));
    let mut files: Vec<_> = files.filter(|(name, _)| name != "main.rs").collect();
    files.sort_by_key(|(name, _)| name != "lib.rs");
    files
}

/// How a stage's program is recorded: the loops that sleep need no clock that goes on by being looked
/// at, and have exact times. Stage 10's program is busy for a second, on purpose.
pub(crate) fn recorder(stage: usize) -> Recorder {
    Recorder::new().tick(if stage > 10 { Duration::ZERO } else { TICK })
}

/// The root of the workspace.
pub(crate) fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("the tests lie in the workspace")
}

/// The text of a file, by its path from the root.
pub(crate) fn read(path: impl AsRef<Path>) -> String {
    let path = root().join(path);
    fs::read_to_string(&path)
        .unwrap_or_else(|error| panic!("cannot read {}: {error}", path.display()))
}

/// All files below a folder, by their paths from the root, in order; none that a build has made.
pub(crate) fn files(folder: &str) -> Vec<PathBuf> {
    let mut files = Vec::new();
    let mut folders = vec![root().join(folder)];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).expect("the workspace can be read") {
            let path = entry.expect("the workspace can be read").path();
            let built = ["target", "book", ".git"].iter().any(|it| path.ends_with(it));
            if path.is_dir() && !built {
                folders.push(path);
            } else if path.is_file() {
                files.push(path.strip_prefix(root()).expect("it lies below the root").to_owned());
            }
        }
    }
    files.sort();
    files
}

/// Compares `text` with the snapshot `NAME.snap`, which the book includes as well.
pub(crate) fn check_snapshot(name: &str, text: &str) {
    let mut settings = insta::Settings::clone_current();
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    settings.bind(|| insta::assert_snapshot!(name, text));
}

/// The transcript of a stage's program, as its snapshot has it: the lines, then the polls.
///
/// Sockets are real: how often a task looks at one is not the program's to say. Nor is, where time goes on
/// by looking, when that is.
pub(crate) fn transcript(stage: usize, recording: &Recording) -> String {
    if stage == 10 {
        return recording.output();
    }
    let mut transcript = recording.to_string();
    if !WITH_SOCKETS.contains(&stage) {
        for (task, n_polls) in (1..).zip(recording.polls()) {
            transcript += &format!("polls of task {task}: {n_polls}\n");
        }
    }
    transcript
}

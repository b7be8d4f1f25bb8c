//! What it costs that a loop can be watched, where nobody watches: boucle beside a build of it in which nobody
//! can. The same build twice shows how far two equal ones are apart.

use std::path::PathBuf;
use std::process::ExitCode;

use clap::Args;

use crate::builds::{self, Extent, Work};
use crate::child;
use crate::report::{self, Cells};

#[derive(Args)]
pub struct Run {
    /// This program, built with `--cfg boucle_unwatched`.
    without: PathBuf,
    #[command(flatten)]
    extent: Extent,
}

/// Measures all of it, and prints the table.
pub fn measure(run: Run) -> ExitCode {
    let plan = run.extent.plan();
    let work: Vec<_> = plan.workloads.iter().copied().map(Work::Workload).collect();
    let measured = child::myself()
        .and_then(|me| builds::measure(&plan, &[me.clone(), me, run.without], &work));
    builds::publish(&plan, measured, run.extent.markdown, |measured| {
        let head =
            ["workload", "boucle", "the same once more", "without the seam", "same", "without"];
        let mut rows = vec![head.map(str::to_owned).to_vec()];
        rows.extend(measured.rows.iter().map(cells));
        let mut report = String::new();
        report::table(&mut report, &rows);
        report
    })
}

fn cells(shown: &builds::Shown) -> Cells {
    let summaries = shown.summaries();
    let mut cells = vec![shown.row.title.to_owned()];
    cells.extend(summaries.iter().map(|it| report::spread(*it, shown.row.unit)));
    let mine = summaries[0].median;
    cells.extend(summaries[1..].iter().map(|it| format!("{:.2}", it.median / mine)));
    cells
}

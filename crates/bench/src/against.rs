//! boucle beside an older build of itself: is any row slower than it was? TCP included.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::Args;

use crate::builds::{self, Extent, Report, Shown, Work};
use crate::child;
use crate::report::{self, Cells, seen, spread};
use crate::series::Summary;
use crate::tcp::{self, Server};
use crate::workload::Goal;

/// What is worse by no more than this, two digits seen, is as good.
const AS_GOOD: f64 = 1.03;

#[derive(Args)]
pub struct Run {
    /// This program, built from another checkout.
    other: PathBuf,
    #[command(flatten)]
    extent: Extent,
    /// Only these rows of TCP; with `--only` or this, nothing that neither names.
    #[arg(long, value_name = "ROW", value_delimiter = ',')]
    tcp: Vec<tcp::Row>,
    /// TCP by the driver on `polling`, too.
    #[arg(long)]
    portable: bool,
}

/// Measures all of it, and prints the table.
pub fn measure(run: Run) -> ExitCode {
    let plan = run.extent.plan();
    let mut work = Vec::new();
    if run.tcp.is_empty() || !run.extent.only.is_empty() {
        work.extend(plan.workloads.iter().copied().map(Work::Workload));
    }
    if run.extent.only.is_empty() || !run.tcp.is_empty() {
        let servers = [Server::Boucle, Server::BouclePortable];
        let servers = &servers[..if run.portable { 2 } else { 1 }];
        for row in crate::chosen(&run.tcp) {
            work.extend(servers.iter().map(|server| Work::Tcp(row, *server)));
        }
    }
    let measured =
        child::myself().and_then(|me| builds::measure(&plan, &[me, run.other.clone()], &work));
    builds::publish(&plan, measured, run.extent.markdown, |measured| write(&run.other, measured))
}

fn write(other: &Path, measured: &Report) -> String {
    let mut report = format!("new: this build; old: {}\n\n", other.display());
    report.push_str(
        "Ratios are new ÷ old: of the medians, of the least figures, and of the two of a round. ✗: worse by\n\
         more than 3 %, by the medians and by the least. ?: by one of them; measure it again.\n\n",
    );
    let head = ["row", "new", "old", "medians", "least", "rounds", ""];
    let mut rows = vec![head.map(str::to_owned).to_vec()];
    rows.extend(measured.rows.iter().map(cells));
    report::table(&mut report, &rows);
    let n_marked = |mark: &str| rows.iter().filter(|cells| cells[6] == mark).count();
    let (n_worse, n_unclear) = (n_marked("✗"), n_marked("?"));
    report::line(&mut report, &format!("\n{} rows: {n_worse} ✗, {n_unclear} ?", rows.len() - 1));
    report
}

fn cells(shown: &Shown) -> Cells {
    let [new, old] = shown.summaries()[..] else { unreachable!("there are two builds") };
    let (medians, least) = (new.median / old.median, new.min / old.min);
    let rounds = shown.builds[0].iter().zip(&shown.builds[1]).map(|(new, old)| new / old);
    let rounds = Summary::of(rounds.collect()).expect("there is one round at least");
    let title = match shown.work {
        Work::Workload(_) => shown.row.title.to_owned(),
        Work::Tcp(_, Server::BouclePortable) => format!("TCP on polling: {}", shown.row.title),
        Work::Tcp(..) => format!("TCP: {}", shown.row.title),
    };
    let mut cells = vec![title];
    cells.extend([new, old].map(|it| spread(it, shown.row.unit)));
    // What counts as nothing is not compared: it may be nothing.
    if matches!(shown.row.goal, Goal::Enough(enough) if new.median <= enough) {
        cells.extend(["–", "–", "–", ""].map(str::to_owned));
        return cells;
    }
    cells.extend([medians, least].map(|ratio| format!("{ratio:.2}")));
    let Summary { median, min, max } = rounds;
    cells.push(format!("{median:.2} ({min:.2}–{max:.2})"));
    let mark = match [medians, least].map(|ratio| seen(ratio) > AS_GOOD) {
        [true, true] => "✗",
        [false, false] => "",
        _ => "?",
    };
    cells.push(mark.to_owned());
    cells
}

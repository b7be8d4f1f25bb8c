//! boucle in several builds of this program, which take turns: what `seam` and `against` have in common.

use std::fmt;
use std::num::NonZeroUsize;
use std::path::PathBuf;
use std::process::{Command, ExitCode};
use std::time::Duration;

use clap::{Args, ValueEnum};

use crate::child;
use crate::peers::Name;
use crate::report::line;
use crate::series::{Plan, Summary};
use crate::tcp::{self, Server};
use crate::workload::{Row, Workload};

/// How much is measured.
#[derive(Args)]
pub struct Extent {
    /// Only these workloads.
    #[arg(long, value_name = "WORKLOAD", value_delimiter = ',')]
    pub only: Vec<Workload>,
    /// Processes for each row and build.
    #[arg(long, value_name = "N", default_value = "9")]
    runs: NonZeroUsize,
    /// Small sizes, to see that everything works.
    #[arg(long)]
    quick: bool,
    /// Kill a process that takes longer than this many seconds.
    #[arg(long, value_name = "SECONDS", default_value_t = 120)]
    limit: u64,
    /// Write the report here, too.
    #[arg(long, value_name = "FILE")]
    pub markdown: Option<PathBuf>,
}

/// What every build does, a process each time.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Work {
    /// A workload of `run`.
    Workload(Workload),
    /// A row of `tcp`.
    Tcp(tcp::Row, Server),
}

/// A row of the report: one figure, as each build has shown it.
pub struct Shown {
    /// Of what it is a figure.
    pub work: Work,
    /// What the figure is.
    pub row: Row,
    /// The figures of a build, one a round.
    pub builds: Vec<Vec<f64>>,
}

/// What all the builds have shown.
#[derive(Default)]
pub struct Report {
    /// In the order in which it was measured.
    pub rows: Vec<Shown>,
    /// Why there is no more.
    pub notes: Vec<String>,
}

impl Extent {
    /// As a plan in which boucle has no peers.
    pub fn plan(&self) -> Plan {
        Plan {
            workloads: crate::chosen(&self.only),
            peers: vec![Name::Boucle],
            n_runs: self.runs.get(),
            quick: self.quick,
            limit: Duration::from_secs(self.limit),
            python: String::new(),
        }
    }
}

/// Measures all of `work` in all of `programs`. Says on stderr where it is.
///
/// Nobody is asked for what it does not know; who fails in one piece of work is still asked for the next.
///
/// # Errors
///
/// Says which program is none of ours.
pub fn measure(plan: &Plan, programs: &[PathBuf], work: &[Work]) -> Result<Report, String> {
    let known: Vec<_> = programs.iter().map(known).collect::<Result<_, _>>()?;
    let mut report = Report::default();
    let is_known = |work: &&Work| known.iter().all(|known| known.contains(&work.name()));
    for (program, known) in programs.iter().zip(&known) {
        let unknown = work.iter().filter(|work| !known.contains(&work.name()));
        let unknown: Vec<_> = unknown.map(Work::to_string).collect();
        if !unknown.is_empty() {
            let note = format!("{} does not know {}", program.display(), unknown.join(", "));
            report.notes.push(note);
        }
    }
    for work in work.iter().filter(is_known) {
        let builds = match in_turn(plan, programs, *work) {
            Ok(builds) => builds,
            Err(reason) => {
                report.notes.push(format!("{work}: {reason}"));
                continue;
            }
        };
        for (i, row) in work.rows().into_iter().enumerate() {
            let of = |rounds: &Vec<Vec<f64>>| rounds.iter().map(|figures| figures[i]).collect();
            report.rows.push(Shown { work: *work, row, builds: builds.iter().map(of).collect() });
        }
    }
    Ok(report)
}

/// Prints what `write` makes of the report, and the notes.
pub fn publish(
    plan: &Plan,
    measured: Result<Report, String>,
    markdown: Option<PathBuf>,
    write: impl FnOnce(&Report) -> String,
) -> ExitCode {
    match measured {
        Ok(measured) => {
            let mut report = format!("{} processes each, in turn\n\n", plan.n_runs);
            report.push_str(&write(&measured));
            if !measured.notes.is_empty() {
                report.push_str("\nNot measured:\n\n");
                measured.notes.iter().for_each(|note| line(&mut report, &format!("- {note}")));
            }
            crate::publish(&report, markdown)
        }
        Err(reason) => {
            eprintln!("{reason}");
            ExitCode::FAILURE
        }
    }
}

/// The figures of each process, by build and round.
fn in_turn(plan: &Plan, programs: &[PathBuf], work: Work) -> Result<Vec<Vec<Vec<f64>>>, String> {
    eprint!("{work}:");
    let mut builds = vec![Vec::new(); programs.len()];
    for round in 0..plan.n_runs {
        eprint!(" {}", round + 1);
        // Each time another one begins.
        for turn in 0..programs.len() {
            let place = (round + turn) % programs.len();
            let program = &programs[place];
            let figures = match work {
                Work::Workload(workload) => child::measure(program, plan, workload, Name::Boucle),
                Work::Tcp(row, server) => tcp::measure_once(program, plan, row, server),
            };
            let figures = figures.map_err(|error| {
                eprintln!();
                format!("{}: {error}", program.display())
            })?;
            builds[place].push(figures);
        }
    }
    eprintln!();
    Ok(builds)
}

/// What a build can do, by the names under which it lists it: an older one has fewer rows.
fn known(program: &PathBuf) -> Result<Vec<String>, String> {
    let output = Command::new(program).arg("list").output();
    let output = output.map_err(|error| format!("cannot start {}: {error}", program.display()))?;
    let text = String::from_utf8_lossy(&output.stdout);
    let mut known = Vec::new();
    let mut heading = "";
    for line in text.lines() {
        let name = line.strip_prefix("  ").and_then(|line| line.split(' ').next());
        match (name, heading) {
            (None, _) => heading = line,
            (Some(name), "workloads:") => known.push(name.to_owned()),
            (Some(name), "rows of tcp:") => known.push(format!("tcp {name}")),
            _ => {}
        }
    }
    if known.is_empty() {
        return Err(format!("{} lists no workloads: is it a build of bench?", program.display()));
    }
    Ok(known)
}

impl Work {
    /// The name under which a build lists it.
    fn name(self) -> String {
        match self {
            Work::Workload(workload) => workload.to_string(),
            Work::Tcp(row, _) => {
                let value = row.to_possible_value().expect("no row is hidden");
                format!("tcp {}", value.get_name())
            }
        }
    }

    /// Its figures, in the order in which a process reports them.
    fn rows(self) -> Vec<Row> {
        match self {
            Work::Workload(workload) => workload.rows(),
            Work::Tcp(row, _) => row.figures(),
        }
    }
}

impl fmt::Display for Work {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.name())?;
        match self {
            Work::Tcp(_, server) if !server.is_subject() => write!(f, " {server}"),
            _ => Ok(()),
        }
    }
}

impl Shown {
    /// What each build has shown, summed up.
    pub fn summaries(&self) -> Vec<Summary> {
        let sum_up = |figures: &Vec<f64>| Summary::of(figures.clone());
        self.builds.iter().map(|it| sum_up(it).expect("there is one round at least")).collect()
    }
}

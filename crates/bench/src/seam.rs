//! What it costs that a loop can be watched, where nobody watches: boucle beside a build of it in which nobody
//! can. The same build twice shows how far two equal ones are apart.

use std::num::NonZeroUsize;
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;

use clap::Args;

use crate::child;
use crate::peers::Name;
use crate::report::{self, Cells};
use crate::series::{Plan, Summary};
use crate::workload::Workload;

#[derive(Args)]
pub struct Run {
    /// This program, built with `--cfg boucle_unwatched`.
    without: PathBuf,
    /// Only these workloads.
    #[arg(long, value_name = "WORKLOAD", value_delimiter = ',')]
    only: Vec<Workload>,
    /// Processes for each workload and build.
    #[arg(long, value_name = "N", default_value = "9")]
    runs: NonZeroUsize,
    /// Small sizes, to see that everything works.
    #[arg(long)]
    quick: bool,
    /// Write the report here, too.
    #[arg(long, value_name = "FILE")]
    markdown: Option<PathBuf>,
}

/// Measures all of it, and prints the table.
pub fn measure(run: Run) -> ExitCode {
    let plan = Plan {
        workloads: crate::chosen(&run.only),
        peers: vec![Name::Boucle],
        n_runs: run.runs.get(),
        quick: run.quick,
        limit: Duration::from_secs(120),
        python: String::new(),
    };
    let rows = child::myself().and_then(|me| rows(&plan, &[me.clone(), me, run.without]));
    match rows {
        Ok(rows) => {
            let mut report = format!("{} processes each, in turn\n\n", plan.n_runs);
            report::table(&mut report, &rows);
            crate::publish(&report, run.markdown)
        }
        Err(reason) => {
            eprintln!("{reason}");
            ExitCode::FAILURE
        }
    }
}

fn rows(plan: &Plan, programs: &[PathBuf; 3]) -> Result<Vec<Cells>, String> {
    let head = ["workload", "boucle", "the same once more", "without the seam", "same", "without"];
    let mut rows = vec![head.map(str::to_owned).to_vec()];
    for workload in &plan.workloads {
        eprintln!("{workload}");
        let mut runs: [Vec<Vec<f64>>; 3] = Default::default();
        for round in 0..plan.n_runs {
            // Each time another one begins.
            for turn in 0..programs.len() {
                let place = (round + turn) % programs.len();
                let program = &programs[place];
                let figures = child::measure(program, plan, *workload, Name::Boucle)
                    .map_err(|error| format!("{}: {error}", program.display()))?;
                runs[place].push(figures);
            }
        }
        for (number, row) in workload.rows().iter().enumerate() {
            let of = |runs: &Vec<Vec<f64>>| {
                let figures = runs.iter().map(|it| it[number]).collect();
                Summary::of(figures).expect("there is one run at least")
            };
            let summaries = runs.each_ref().map(of);
            let mut cells = vec![row.title.to_owned()];
            cells.extend(summaries.iter().map(|it| report::spread(*it, row.unit)));
            let mine = summaries[0].median;
            cells.extend(summaries[1..].iter().map(|it| format!("{:.2}", it.median / mine)));
            rows.push(cells);
        }
    }
    Ok(rows)
}

//! TCP echo: each server in a process of its own on one CPU, the load generator in another process on
//! another CPU, which also measures.

use std::num::NonZeroUsize;
#[cfg(feature = "boucle")]
use std::path::Path;
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;

use clap::Args;

mod calls;
mod load;
mod process;
mod report;
mod row;
mod series;
mod servers;

pub use load::Load;
pub use row::Row;
pub use servers::Server;

use crate::{chosen, publish, usage};
use series::{Plan, Series};

/// What `tcp` is asked for.
#[derive(Args)]
pub struct Run {
    /// Three processes and few requests, to see that everything works.
    #[arg(long)]
    quick: bool,
    /// Only these rows.
    #[arg(long, value_name = "ROW", value_delimiter = ',')]
    only: Vec<Row>,
    /// Only these servers; tokio and raw-edge always run, as the yardsticks.
    #[arg(long, value_name = "SERVER", value_delimiter = ',')]
    peers: Vec<Server>,
    /// Processes for each row and server [default: 5, with --quick 3].
    #[arg(long, value_name = "N")]
    runs: Option<NonZeroUsize>,
    /// Write the report here, too.
    #[arg(long, value_name = "FILE")]
    markdown: Option<PathBuf>,
    /// Kill a process that takes longer than this many seconds.
    #[arg(long, value_name = "SECONDS", default_value_t = 60)]
    limit: u64,
    /// The interpreter for asyncio and uvloop.
    #[arg(long, value_name = "PATH", env = "BENCH_PYTHON", default_value = "python3")]
    python: String,
}

/// Which server a process is to be.
#[derive(Args)]
pub struct Serve {
    server: Server,
    /// How much it can read at once.
    #[arg(long)]
    buffer: usize,
    #[arg(long, default_value = "python3")]
    python: String,
}

/// Measures a server of `program`, which may be another build of this one, once.
///
/// # Errors
///
/// Says in words why there are no figures.
#[cfg(feature = "boucle")]
pub fn measure_once(
    program: &Path,
    plan: &crate::series::Plan,
    row: Row,
    server: Server,
) -> Result<Vec<f64>, String> {
    let plan = Plan {
        rows: vec![row],
        servers: vec![server],
        n_runs: 1,
        quick: plan.quick,
        limit: plan.limit,
        python: plan.python.clone(),
    };
    series::too_many(row).map_or_else(|| series::measure(program, &plan, row, server), Err)
}

/// Measures, and prints the tables.
pub fn measure(run: Run) -> ExitCode {
    let mut asked = run.peers;
    if !asked.is_empty() {
        asked.extend([Server::Tokio, Server::RawEdge]);
    }
    let plan = Plan {
        rows: chosen(&run.only),
        servers: chosen(&asked),
        n_runs: run.runs.map_or(if run.quick { 3 } else { 5 }, NonZeroUsize::get),
        quick: run.quick,
        limit: Duration::from_secs(run.limit),
        python: run.python,
    };
    let all: Vec<_> = plan.rows.iter().map(|row| Series::measure(&plan, *row)).collect();
    publish(&report::write(&plan, &all), run.markdown)
}

/// Is a server until somebody kills it.
pub fn serve(serve: &Serve) -> ExitCode {
    usage::pin(usage::cpus()[0]);
    usage::raise_descriptors();
    let Err(reason) = serve.server.serve(serve.buffer, &serve.python);
    println!("cannot={}", reason.lines().next().unwrap_or("no reason given"));
    ExitCode::SUCCESS
}

/// Loads a server, and prints the figures.
pub fn load(load: &Load) -> ExitCode {
    let cpus = usage::cpus();
    usage::pin(cpus[1.min(cpus.len() - 1)]);
    usage::raise_descriptors();
    match load.run() {
        Ok(figures) => {
            let figures: Vec<_> = figures.iter().map(f64::to_string).collect();
            println!("figures={}", figures.join(" "));
        }
        Err(error) => println!("cannot={error}"),
    }
    ExitCode::SUCCESS
}

//! boucle beside its peers: every workload in processes of its own, and a table of ratios to tokio.

use std::fs;
use std::num::NonZeroUsize;
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;

use clap::{Args, Parser, Subcommand, ValueEnum};

#[cfg(feature = "boucle")]
mod against;
mod alloc;
#[cfg(feature = "boucle")]
mod builds;
mod child;
mod machine;
mod peers;
mod report;
#[cfg(feature = "boucle")]
mod seam;
mod series;
mod tcp;
mod usage;
mod work;
mod workload;

use peers::Name;
use series::{Plan, Series};
use workload::Workload;

#[global_allocator]
static ALLOCATOR: alloc::Counting = alloc::Counting;

/// Measures boucle and its peers side by side.
#[derive(Parser)]
#[command(version)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Measure, and print the tables.
    Run(Run),
    /// Measure what it costs that a loop can be watched, where nobody watches: boucle beside a build of it
    /// without that.
    #[cfg(feature = "boucle")]
    Seam(seam::Run),
    /// Measure whether boucle is slower than it was: beside a build of another checkout, TCP included.
    #[cfg(feature = "boucle")]
    Against(against::Run),
    /// Measure TCP echo: servers against one load generator.
    Tcp(tcp::Run),
    /// List the workloads and the peers.
    List,
    /// Do one piece of work in this process (`run` calls this).
    #[command(hide = true)]
    Child(Child),
    /// Be a server (`tcp` calls this).
    #[command(hide = true)]
    Serve(tcp::Serve),
    /// Be the load generator (`tcp` calls this).
    #[command(hide = true)]
    Load(tcp::Load),
}

#[derive(Args)]
struct Run {
    /// Three processes and small sizes, to see that everything works.
    #[arg(long)]
    quick: bool,
    /// Only these workloads.
    #[arg(long, value_name = "WORKLOAD", value_delimiter = ',')]
    only: Vec<Workload>,
    /// Only these peers; tokio always runs, as the yardstick.
    #[arg(long, value_name = "PEER", value_delimiter = ',')]
    peers: Vec<Name>,
    /// Processes for each workload and peer [default: 5, with --quick 3].
    #[arg(long, value_name = "N")]
    runs: Option<NonZeroUsize>,
    /// Write the report here, too.
    #[arg(long, value_name = "FILE")]
    markdown: Option<PathBuf>,
    /// Kill a process that takes longer than this many seconds.
    #[arg(long, value_name = "SECONDS", default_value_t = 120)]
    limit: u64,
    /// The interpreter for asyncio and uvloop.
    #[arg(long, value_name = "PATH", env = "BENCH_PYTHON", default_value = "python3")]
    python: String,
}

#[derive(Args)]
struct Child {
    workload: Workload,
    peer: Name,
    #[arg(long)]
    quick: bool,
    #[arg(long, default_value = "python3")]
    python: String,
}

fn main() -> ExitCode {
    match Cli::parse().command {
        Command::Run(run) => measure(run),
        #[cfg(feature = "boucle")]
        Command::Seam(run) => seam::measure(run),
        #[cfg(feature = "boucle")]
        Command::Against(run) => against::measure(run),
        Command::Tcp(run) => tcp::measure(run),
        Command::List => list(),
        Command::Child(child) => work(&child),
        Command::Serve(serve) => tcp::serve(&serve),
        Command::Load(load) => tcp::load(&load),
    }
}

fn measure(run: Run) -> ExitCode {
    let mut peers = chosen(&run.peers);
    if !peers.contains(&Name::Tokio) {
        peers.push(Name::Tokio);
        // The columns keep their order.
        peers = chosen(&peers);
    }
    let plan = Plan {
        workloads: chosen(&run.only),
        peers,
        n_runs: run.runs.map_or(if run.quick { 3 } else { 5 }, NonZeroUsize::get),
        quick: run.quick,
        limit: Duration::from_secs(run.limit),
        python: run.python,
    };
    let series = Series::measure(&plan);
    publish(&report::write(&plan, &series), run.markdown)
}

/// Prints a report, and writes it to a file if one is given.
fn publish(report: &str, markdown: Option<PathBuf>) -> ExitCode {
    print!("{report}");
    if let Some(path) = markdown
        && let Err(error) = fs::write(&path, report)
    {
        eprintln!("cannot write {}: {error}", path.display());
        return ExitCode::FAILURE;
    }
    ExitCode::SUCCESS
}

/// All of them in their order, or those that were asked for, in that same order.
fn chosen<T: ValueEnum + PartialEq>(asked: &[T]) -> Vec<T> {
    let all = T::value_variants().iter().cloned();
    all.filter(|value| asked.is_empty() || asked.contains(value)).collect()
}

fn list() -> ExitCode {
    println!("workloads:");
    names::<Workload>();
    println!("peers:");
    names::<Name>();
    println!("rows of tcp:");
    names::<tcp::Row>();
    println!("servers of tcp:");
    names::<tcp::Server>();
    ExitCode::SUCCESS
}

fn names<T: ValueEnum>() {
    for value in T::value_variants().iter().filter_map(T::to_possible_value) {
        let help = value.get_help().map(ToString::to_string).unwrap_or_default();
        println!("  {:22}{help}", value.get_name());
    }
}

fn work(child: &Child) -> ExitCode {
    let size = child.workload.size(child.quick, child.peer.is_python());
    let Err(reason) = child.peer.measure(child.workload, size, &child.python);
    println!("cannot={}", reason.lines().next().unwrap_or("no reason given"));
    ExitCode::SUCCESS
}

//! One row for every server, again and again, the servers in turn.

use std::path::Path;
use std::time::Duration;

use super::calls::Tool;
use super::process::Running;
use super::row::Row;
use super::servers::Server;
use crate::child::myself;
use crate::series::Summary;
use crate::usage;

/// What was asked for.
pub struct Plan {
    pub rows: Vec<Row>,
    pub servers: Vec<Server>,
    /// Processes for each row and server.
    pub n_runs: usize,
    /// Few requests.
    pub quick: bool,
    /// How long one process may take.
    pub limit: Duration,
    /// The interpreter for the servers that need one.
    pub python: String,
}

/// What all servers have shown in one row.
pub struct Series {
    pub row: Row,
    pub servers: Vec<Shown>,
    /// What has counted the system calls.
    pub tool: Option<Tool>,
}

/// What one server has shown.
pub struct Shown {
    pub server: Server,
    /// The figures of each process that succeeded, as the load generator tells them.
    pub runs: Vec<Vec<f64>>,
    /// System calls a request.
    pub calls: Option<f64>,
    /// Why there is no more.
    pub failure: Option<String>,
}

impl Series {
    /// Measures a row. Says on stderr where it is.
    pub fn measure(plan: &Plan, row: Row) -> Series {
        eprint!("{}:", row.title());
        let new = |server| Shown { server, runs: Vec::new(), calls: None, failure: None };
        let mut servers: Vec<_> = plan.servers.iter().copied().map(new).collect();
        let tool = if row == Row::Idle { None } else { Tool::find() };
        if let Some(failure) = too_many(row) {
            for shown in &mut servers {
                shown.failure = Some(failure.clone());
            }
        }
        let n_servers = servers.len();
        for run in 0..plan.n_runs {
            eprint!(" {}", run + 1);
            // Each time another server begins: whoever runs after a heavy one should not always be the
            // same.
            for i in 0..n_servers {
                let shown = &mut servers[(run + i) % n_servers];
                if shown.failure.is_none() {
                    match myself().and_then(|me| measure(&me, plan, row, shown.server)) {
                        Ok(figures) => shown.runs.push(figures),
                        Err(reason) => shown.failure = Some(reason),
                    }
                }
            }
        }
        if let Some(tool) = tool {
            eprint!(" calls");
            for shown in servers.iter_mut().filter(|it| it.failure.is_none()) {
                match tool.count(plan, row, shown.server) {
                    Ok(calls) => shown.calls = Some(calls),
                    Err(reason) => shown.failure = Some(reason),
                }
            }
        }
        eprintln!();
        Series { row, servers, tool }
    }
}

impl Shown {
    /// Sums up the figures with the number `i`; none if there are none.
    pub fn summary(&self, i: usize) -> Option<Summary> {
        Summary::of(self.runs.iter().map(|figures| figures[i]).collect())
    }
}

/// Measures a server of `program` once; who loads it is this program.
pub fn measure(program: &Path, plan: &Plan, row: Row, server: Server) -> Result<Vec<f64>, String> {
    let mut running = Running::start(program, plan, row, server, &[])?;
    let figures = running.load(plan, row, row.n_requests(plan.quick, server.is_python()))?;
    running.end()?;
    Ok(figures)
}

/// Why a process cannot have that many connections.
pub fn too_many(row: Row) -> Option<String> {
    // Besides the connections: what the runtimes need for themselves.
    let needed = row.n_connections() as u64 + 100;
    let most = usage::max_descriptors();
    (most < needed).then(|| format!("a process may have {most} descriptors here: `ulimit -Hn`"))
}

//! A run: every workload for every peer, again and again, the peers in turn.

use crate::child;
use crate::peers::Name;
use crate::workload::Workload;

use std::time::Duration;

/// What was asked for.
pub struct Plan {
    /// In the order of the report's rows.
    pub workloads: Vec<Workload>,
    /// In the order of the report's columns.
    pub peers: Vec<Name>,
    /// Processes for each workload and peer.
    pub n_runs: usize,
    /// Small sizes.
    pub quick: bool,
    /// How long one process may take.
    pub limit: Duration,
    /// The interpreter for the peers that need one.
    pub python: String,
}

/// What one peer has shown in one workload.
pub struct Series {
    /// The work.
    pub workload: Workload,
    /// Who did it.
    pub peer: Name,
    /// The figures of each process that succeeded, one for each of the workload's rows.
    pub runs: Vec<Vec<f64>>,
    /// Why there are no more.
    pub failure: Option<String>,
}

/// The figures of several processes, summed up.
#[derive(Clone, Copy)]
pub struct Summary {
    /// Half are below, half are above.
    pub median: f64,
    /// The smallest.
    pub min: f64,
    /// The largest.
    pub max: f64,
}

impl Series {
    /// Measures all of the plan. Says on stderr where it is.
    pub fn measure(plan: &Plan) -> Vec<Series> {
        plan.workloads.iter().flat_map(|workload| Series::in_turn(plan, *workload)).collect()
    }

    /// One workload, all the peers: first each of them once, then each of them again.
    fn in_turn(plan: &Plan, workload: Workload) -> Vec<Series> {
        eprint!("{workload}:");
        let new = |peer| Series { workload, peer, runs: Vec::new(), failure: None };
        let mut all: Vec<_> = plan.peers.iter().copied().map(new).collect();
        for run in 0..plan.n_runs {
            eprint!(" {}", run + 1);
            // Each time another peer begins: whoever runs after a heavy one should not always be the same.
            let n_peers = all.len();
            for i in 0..n_peers {
                let series = &mut all[(run + i) % n_peers];
                // A peer that has failed would fail again, and may take its time to do so.
                if series.failure.is_none() {
                    match child::myself()
                        .and_then(|me| child::measure(&me, plan, workload, series.peer))
                    {
                        Ok(figures) => series.runs.push(figures),
                        Err(reason) => series.failure = Some(reason),
                    }
                }
            }
        }
        eprintln!();
        all
    }

    /// Sums up the figures of the workload's row `row`; none if there are none.
    pub fn summary(&self, row: usize) -> Option<Summary> {
        Summary::of(self.runs.iter().map(|figures| figures[row]).collect())
    }
}

impl Summary {
    /// Sums up figures; none if there are none.
    pub fn of(mut figures: Vec<f64>) -> Option<Summary> {
        figures.sort_by(f64::total_cmp);
        let (min, max) = (*figures.first()?, *figures.last()?);
        let middle = figures.len() / 2;
        let median = if figures.len() % 2 == 1 {
            figures[middle]
        } else {
            f64::midpoint(figures[middle - 1], figures[middle])
        };
        Some(Summary { median, min, max })
    }
}

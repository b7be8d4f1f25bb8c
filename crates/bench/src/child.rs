//! One measurement: starts this program again as a child, waits for it, no longer than it may take, and
//! reads what it has to say.

use std::env;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use crate::peers::Name;
use crate::series::Plan;
use crate::workload::Workload;

/// This program.
pub fn myself() -> Result<PathBuf, String> {
    env::current_exe().map_err(|error| format!("cannot find myself: {error}"))
}

/// Measures once, by `program`; an error says in words why there are no figures.
pub fn measure(
    program: &Path,
    plan: &Plan,
    workload: Workload,
    peer: Name,
) -> Result<Vec<f64>, String> {
    let mut child = Command::new(program)
        .args(["child", &workload.to_string(), &peer.to_string(), "--python", &plan.python])
        .args(plan.quick.then_some("--quick"))
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .map_err(|error| format!("cannot start a process: {error}"))?;
    // Both are read while the child runs: a full pipe would stop it.
    let stdout = reader(child.stdout.take().expect("it is piped"));
    let stderr = reader(child.stderr.take().expect("it is piped"));
    let status = wait(&mut child, plan.limit)?;
    let stdout = stdout.join().expect("a reader does not panic");
    let stderr = stderr.join().expect("a reader does not panic");
    if let Some(reason) = stdout.lines().find_map(|line| line.strip_prefix("cannot=")) {
        return Err(reason.to_owned());
    }
    let figures = stdout.lines().find_map(|line| line.strip_prefix("figures="));
    let figures: Option<Vec<f64>> =
        figures.and_then(|line| line.split(' ').map(|figure| figure.parse().ok()).collect());
    match figures {
        Some(figures) if figures.len() == workload.rows().len() => Ok(figures),
        _ => Err(last_words(status, &stderr)),
    }
}

/// Reads all that comes, on a thread of its own.
pub fn reader(mut pipe: impl Read + Send + 'static) -> JoinHandle<String> {
    thread::spawn(move || {
        let mut bytes = Vec::new();
        // What was read before an error is all there is to say.
        let _ = pipe.read_to_end(&mut bytes);
        String::from_utf8_lossy(&bytes).into_owned()
    })
}

/// Waits until the child ends, and kills it at the limit.
pub fn wait(child: &mut Child, limit: Duration) -> Result<ExitStatus, String> {
    let deadline = Instant::now() + limit;
    loop {
        let status = child.try_wait().map_err(|error| format!("cannot wait: {error}"))?;
        if let Some(status) = status {
            return Ok(status);
        }
        if Instant::now() >= deadline {
            // It may end by itself just now, and then there is nobody to kill.
            let _ = child.kill();
            let _ = child.wait();
            return Err(format!("killed after {} s", limit.as_secs()));
        }
        thread::sleep(Duration::from_millis(5));
    }
}

/// How the child ended, and what it said on the way: the message of a panic, or the last line.
pub fn last_words(status: ExitStatus, stderr: &str) -> String {
    let mut lines = stderr
        .lines()
        .filter(|line| !line.starts_with("note:"))
        .skip_while(|line| !line.contains("panicked at"));
    let words = lines.nth(1).or_else(|| stderr.lines().next_back()).unwrap_or("no message");
    format!("{status}: {}", words.trim())
}

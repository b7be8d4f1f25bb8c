//! The two processes of a measurement: the server, and the load generator. Neither outlives it.

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::mpsc;
use std::thread::{self, JoinHandle};
use std::time::Duration;

use nix::sys::signal::{self, Signal};
use nix::unistd::Pid;

use super::row::Row;
use super::series::Plan;
use super::servers::Server;
use crate::child::{last_words, myself, reader, wait};

/// A server that listens; dropping it ends its process.
pub struct Running {
    child: Child,
    stderr: Option<JoinHandle<String>>,
    /// Where it listens.
    port: u16,
    /// The server itself, which may be a child of `child`.
    pid: Pid,
    limit: Duration,
}

impl Running {
    /// Starts a server of `program`, as `tool` starts it if there is one, and waits until it listens; an
    /// error says in words why it does not.
    pub fn start(
        program: &Path,
        plan: &Plan,
        row: Row,
        server: Server,
        tool: &[&str],
    ) -> Result<Running, String> {
        let mut words = tool.iter().map(Into::into).chain([program.as_os_str().to_owned()]);
        let mut command = Command::new(words.next().expect("there is this program at least"));
        command.args(words);
        command.args(["serve", &server.to_string(), "--python", &plan.python]);
        command.args(["--buffer", &row.buffer().to_string()]);
        let mut child = spawn(&mut command)?;
        let stdout = child.stdout.take().expect("it is piped");
        let stderr = child.stderr.take().expect("it is piped");
        // Made first: from here on, whoever returns ends the process.
        let mut this = Running {
            pid: Pid::from_raw(child.id() as i32),
            child,
            stderr: Some(reader(stderr)),
            port: 0,
            limit: plan.limit,
        };
        let (sender, first_line) = mpsc::channel();
        thread::spawn(move || {
            let mut line = String::new();
            // What was read before an error is all there is to say; nobody may wait for it any more.
            let _ = BufReader::new(stdout).read_line(&mut line);
            let _ = sender.send(line);
        });
        let line = first_line.recv_timeout(plan.limit);
        let line = line.map_err(|_| format!("said nothing for {} s", plan.limit.as_secs()))?;
        if let Some(reason) = line.trim().strip_prefix("cannot=") {
            return Err(reason.to_owned());
        }
        let words = line.trim().strip_prefix("port=").and_then(|line| line.split_once(" pid="));
        let Some((Ok(port), Ok(pid))) = words.map(|(port, pid)| (port.parse(), pid.parse())) else {
            return Err(this.last_words());
        };
        (this.port, this.pid) = (port, Pid::from_raw(pid));
        Ok(this)
    }

    /// Loads it with so many requests, and returns the figures of the generator.
    pub fn load(&mut self, plan: &Plan, row: Row, n_requests: usize) -> Result<Vec<f64>, String> {
        let mut command = Command::new(myself()?);
        command.arg("load");
        let numbers = [
            ("--port", usize::from(self.port)),
            ("--pid", self.pid.as_raw() as usize),
            ("--connections", row.n_connections()),
            ("--message", row.message()),
            ("--requests", n_requests),
        ];
        command.args(numbers.map(|(name, number)| format!("{name}={number}")));
        command.args(row.span(plan.quick).map(|span| format!("--idle={}", span.as_millis())));
        let mut child = spawn(&mut command)?;
        let stdout = reader(child.stdout.take().expect("it is piped"));
        let stderr = reader(child.stderr.take().expect("it is piped"));
        let status = wait(&mut child, self.limit).map_err(|error| format!("load: {error}"))?;
        let stdout = stdout.join().expect("a reader does not panic");
        let stderr = stderr.join().expect("a reader does not panic");
        if let Some(figures) = stdout.lines().find_map(|line| line.strip_prefix("figures=")) {
            let figures = figures.split(' ').map(str::parse).collect::<Result<Vec<f64>, _>>();
            return figures.map_err(|error| error.to_string());
        }
        let reason = stdout.lines().find_map(|line| line.strip_prefix("cannot="));
        Err(reason.map_or_else(|| last_words(status, &stderr), |it| format!("load: {it}")))
    }

    /// Ends the server, and waits until the tool that started it has ended, too.
    pub fn end(mut self) -> Result<(), String> {
        self.kill();
        wait(&mut self.child, self.limit).map(drop)
    }

    fn kill(&self) {
        // It may have ended by itself: then there is nobody to kill.
        let _ = signal::kill(self.pid, Signal::SIGTERM);
    }

    fn last_words(&mut self) -> String {
        self.kill();
        let status = match wait(&mut self.child, self.limit) {
            Ok(status) => status,
            Err(error) => return error,
        };
        let stderr = self.stderr.take().map(|it| it.join().expect("a reader does not panic"));
        last_words(status, &stderr.unwrap_or_default())
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        // Waited for already: then its number may be somebody else's.
        if !matches!(self.child.try_wait(), Ok(Some(_))) {
            self.kill();
            // Killed at the limit, if it does not listen.
            let _ = wait(&mut self.child, self.limit);
        }
    }
}

fn spawn(command: &mut Command) -> Result<Child, String> {
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    command.spawn().map_err(|error| format!("cannot start a process: {error}"))
}

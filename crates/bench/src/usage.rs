//! What the kernel knows of this process: its CPU time, its memory, its CPUs.

use std::fs;
use std::time::Duration;

use nix::sched::{CpuSet, sched_getaffinity, sched_setaffinity};
use nix::sys::resource::{Resource, UsageWho, getrlimit, getrusage, setrlimit};
use nix::unistd::Pid;

/// User and system time of all the threads of this process.
pub fn cpu_time() -> Duration {
    let usage = getrusage(UsageWho::RUSAGE_SELF).expect("a process may ask about itself");
    [usage.user_time(), usage.system_time()]
        .iter()
        .map(|time| Duration::new(time.tv_sec() as u64, time.tv_usec() as u32 * 1000))
        .sum()
}

/// The resident set, in bytes.
pub fn resident() -> usize {
    status("self", "VmRSS:")
}

/// The resident set of another process, in bytes.
pub fn resident_of(pid: i32) -> usize {
    status(&pid.to_string(), "VmRSS:")
}

/// The largest resident set so far, in bytes.
pub fn peak_resident() -> usize {
    status("self", "VmHWM:")
}

/// The CPUs that this thread may use; one at least.
pub fn cpus() -> Vec<usize> {
    let allowed = sched_getaffinity(this_thread()).expect("a thread may ask about itself");
    (0..CpuSet::count()).filter(|cpu| allowed.is_set(*cpu).unwrap_or(false)).collect()
}

/// Keeps this thread on one of its CPUs.
pub fn pin(cpu: usize) {
    let mut only = CpuSet::new();
    only.set(cpu).expect("the CPU is one of the set's");
    sched_setaffinity(this_thread(), &only).expect("the CPU is allowed");
}

/// How many descriptors a process may have, once it has raised its limit.
pub fn max_descriptors() -> u64 {
    getrlimit(Resource::RLIMIT_NOFILE).expect("a process may ask about itself").1
}

/// Raises this process's limit as far as it may.
pub fn raise_descriptors() {
    let most = max_descriptors();
    setrlimit(Resource::RLIMIT_NOFILE, most, most).expect("a process may go to its hard limit");
}

fn this_thread() -> Pid {
    Pid::from_raw(0)
}

fn status(process: &str, field: &str) -> usize {
    let status = fs::read_to_string(format!("/proc/{process}/status"));
    let status = status.expect("Linux tells the status of a process that runs");
    let line = status.lines().find_map(|line| line.strip_prefix(field));
    let kib = line.and_then(|line| line.trim().strip_suffix(" kB"));
    kib.and_then(|kib| kib.parse::<usize>().ok()).expect("the field is a number of kB") * 1024
}

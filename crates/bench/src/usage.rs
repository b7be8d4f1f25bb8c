//! What the kernel knows of this process: its CPU time, its memory, its CPUs.

use std::fs;
use std::time::Duration;

use nix::sched::{CpuSet, sched_getaffinity, sched_setaffinity};
use nix::sys::resource::{UsageWho, getrusage};
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
    status("VmRSS:")
}

/// The largest resident set so far, in bytes.
pub fn peak_resident() -> usize {
    status("VmHWM:")
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

fn this_thread() -> Pid {
    Pid::from_raw(0)
}

fn status(field: &str) -> usize {
    let status = fs::read_to_string("/proc/self/status").expect("Linux has /proc/self/status");
    let line = status.lines().find_map(|line| line.strip_prefix(field));
    let kib = line.and_then(|line| line.trim().strip_suffix(" kB"));
    kib.and_then(|kib| kib.parse::<usize>().ok()).expect("the field is a number of kB") * 1024
}

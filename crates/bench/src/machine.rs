//! Where and with what a report was made: machine, kernel, compiler, versions, date.

use std::fs;
use std::thread;
use std::time::SystemTime;

use crate::peers::{self, Name};

/// What this program was built from; part of the binary.
const LOCK: &str = include_str!("../Cargo.lock");

/// The peers that have a server in `tcp`.
pub const TCP_PEERS: &[Name] = &[
    #[cfg(feature = "boucle")]
    Name::Boucle,
    Name::Tokio,
    Name::Smol,
    Name::Monoio,
    Name::Glommio,
    Name::Compio,
    Name::Asyncio,
    Name::Uvloop,
];

/// Lines about the machine and the peers, each a name and what there is to say.
pub fn describe(peers: &[Name], python: &str) -> Vec<(&'static str, String)> {
    let n_cpus = thread::available_parallelism().map_or(0, usize::from);
    let mut lines = vec![
        ("date", humantime::format_rfc3339_seconds(SystemTime::now()).to_string()),
        ("machine", format!("{}, {n_cpus} CPUs", cpu_model())),
        ("kernel", format!("Linux {}", read("/proc/sys/kernel/osrelease"))),
        ("compiler", format!("{}, release, fat LTO", env!("RUSTC_VERSION"))),
        ("peers", crates(peers)),
    ];
    if peers.iter().any(|peer| peer.is_python()) {
        lines.push(("Python", peers::versions(python)));
    }
    lines
}

fn crates(peers: &[Name]) -> String {
    let native: Vec<_> = peers
        .iter()
        .filter(|peer| !peer.is_python())
        .map(|peer| {
            let name = if *peer == Name::Futures {
                "futures-executor".to_owned()
            } else {
                peer.to_string()
            };
            format!("{name} {}", version(&name))
        })
        .collect();
    native.join(", ")
}

/// The version of a crate in the lock file; the first, which matters if there are several.
fn version(name: &str) -> &'static str {
    let entry = format!("name = \"{name}\"\nversion = \"");
    let rest = LOCK.split_once(&entry).map_or("?", |(_, rest)| rest);
    rest.split('"').next().unwrap_or("?")
}

fn cpu_model() -> String {
    let info = read("/proc/cpuinfo");
    let line = info.lines().find(|line| line.starts_with("model name"));
    let model = line.and_then(|line| line.split_once(": "));
    model.map_or("unknown CPU", |(_, model)| model).to_owned()
}

fn read(path: &str) -> String {
    fs::read_to_string(path).map_or("?".to_owned(), |text| text.trim().to_owned())
}

//! The servers, one file a runtime: each takes connections and echoes what they send, a task each.

use std::convert::Infallible;
use std::fmt;
use std::io;
use std::io::Write;
use std::net::{Ipv4Addr, SocketAddr};
use std::os::unix::process::CommandExt;
use std::process;
use std::process::Command;

use clap::ValueEnum;

#[cfg(feature = "boucle")]
mod boucle;
mod compio;
mod glommio;
mod monoio;
mod raw;
mod smol;
mod tokio;

/// asyncio's server; part of the binary, so that the binary can be run from anywhere.
const SCRIPT: &str = include_str!("../../python/echo.py");

/// Where all of them listen: whatever port is free.
const ADDRESS: SocketAddr = SocketAddr::new(std::net::IpAddr::V4(Ipv4Addr::LOCALHOST), 0);

/// The servers by name, in the order of the report's rows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Server {
    /// boucle, the subject, which asks Linux directly.
    #[cfg(feature = "boucle")]
    Boucle,
    /// boucle by the crate `polling`.
    #[cfg(feature = "boucle")]
    BouclePortable,
    /// tokio: current-thread runtime and `LocalSet`.
    Tokio,
    /// smol: `LocalExecutor` under `smol::block_on`.
    Smol,
    /// monoio on epoll.
    Monoio,
    /// monoio on io_uring.
    MonoioUring,
    /// glommio (io_uring).
    Glommio,
    /// compio on io_uring.
    Compio,
    /// CPython's asyncio: streams.
    Asyncio,
    /// asyncio's streams on uvloop.
    Uvloop,
    /// Written by hand on epoll, level-triggered.
    RawLevel,
    /// Written by hand on epoll, edge-triggered.
    RawEdge,
}

impl Server {
    /// Whether the work is done by a Python script.
    pub fn is_python(self) -> bool {
        matches!(self, Server::Asyncio | Server::Uvloop)
    }

    /// Whether it is the subject, whose goals are marked when they are missed.
    #[cfg(feature = "boucle")]
    pub fn is_subject(self) -> bool {
        self == Server::Boucle
    }

    /// Whether it is the subject, which is not there.
    #[cfg(not(feature = "boucle"))]
    pub fn is_subject(self) -> bool {
        false
    }

    /// Is this server until somebody kills it.
    ///
    /// # Errors
    ///
    /// Says why it cannot be.
    pub fn serve(self, buffer: usize, python: &str) -> Result<Infallible, String> {
        let served = match self {
            #[cfg(feature = "boucle")]
            Server::Boucle => boucle::serve(::boucle::Driver::Linux, buffer),
            #[cfg(feature = "boucle")]
            Server::BouclePortable => boucle::serve(::boucle::Driver::Portable, buffer),
            Server::Tokio => tokio::serve(buffer),
            Server::Smol => smol::serve(buffer),
            Server::Monoio => monoio::serve_by_epoll(buffer),
            Server::MonoioUring => monoio::serve_by_io_uring(buffer),
            Server::Glommio => glommio::serve(buffer),
            Server::Compio => compio::serve(buffer),
            Server::Asyncio | Server::Uvloop => {
                let mut script = Command::new(python);
                script.args(["-c", SCRIPT, &self.to_string(), &buffer.to_string()]);
                Err(script.exec())
            }
            Server::RawLevel => raw::serve(false, buffer),
            Server::RawEdge => raw::serve(true, buffer),
        };
        served.map_err(|error| error.to_string())
    }
}

impl fmt::Display for Server {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let value = self.to_possible_value().expect("no server is hidden");
        f.write_str(value.get_name())
    }
}

/// Tells the port, and the process, which may be a child of a tool that counts.
fn announce(address: SocketAddr) -> io::Result<()> {
    let mut stdout = io::stdout();
    writeln!(stdout, "port={} pid={}", address.port(), process::id())?;
    stdout.flush()
}

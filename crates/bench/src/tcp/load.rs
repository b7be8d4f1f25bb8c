//! The load generator: a plain loop on epoll. Each connection sends its next message when it has the
//! whole echo of the last one. It reads the server's CPU clock at the beginning and at the end.

use std::io::{self, Read, Write};
use std::net::{Ipv4Addr, TcpStream};
use std::thread;
use std::time::{Duration, Instant};

use clap::Args;
use nix::time::{ClockId, clock_getcpuclockid, clock_gettime};
use nix::unistd::Pid;
use rustix::buffer::spare_capacity;
use rustix::event::epoll::{self, CreateFlags, EventData, EventFlags};
use rustix::net::sockopt;

use crate::usage;

/// The load, and on whom.
#[derive(Args)]
pub struct Load {
    /// Where the server listens, on loopback.
    #[arg(long)]
    pub port: u16,
    /// The server's process.
    #[arg(long)]
    pub pid: i32,
    #[arg(long)]
    pub connections: usize,
    /// The length of a message.
    #[arg(long)]
    pub message: usize,
    /// How many are measured.
    #[arg(long)]
    pub requests: usize,
    /// Instead of requests: so many milliseconds in which nothing is sent.
    #[arg(long)]
    pub idle: Option<u64>,
}

/// One connection, which always waits for an echo. It blocks: it is read only when there is something
/// to be read, and the server takes whatever is written.
struct Connection {
    stream: TcpStream,
    /// When its message was sent.
    sent: Instant,
    /// How much of the echo has come.
    received: usize,
}

impl Load {
    /// Nanoseconds of the server's CPU a request, requests a second, and the nanoseconds in which half
    /// of the echoes came, and 99 of 100. If idle: the server's CPU time in all, and its bytes a
    /// connection.
    ///
    /// # Errors
    ///
    /// Says what broke.
    pub fn run(&self) -> io::Result<Vec<f64>> {
        let clock = clock_getcpuclockid(Pid::from_raw(self.pid))?;
        match self.idle {
            Some(span) => self.idle(clock, Duration::from_millis(span)),
            None => self.echo(clock),
        }
    }

    fn echo(&self, clock: ClockId) -> io::Result<Vec<f64>> {
        let mut connections = self.connect(self.connections)?;
        let epoll = epoll::create(CreateFlags::CLOEXEC)?;
        let message = vec![b'.'; self.message];
        for (i, connection) in connections.iter_mut().enumerate() {
            epoll::add(&epoll, &connection.stream, EventData::new_u64(i as u64), EventFlags::IN)?;
            connection.send(&message)?;
        }
        let n_before = self.requests / 10;
        let mut latencies = Vec::with_capacity(self.requests);
        let mut events = Vec::with_capacity(1024);
        let mut buffer = vec![0; self.message];
        let mut n_echoes = 0;
        let mut start = (cpu(clock)?, Instant::now());
        let mut figures = None;
        // At the end all get their echo, and send no more: the server has done all that was asked, when
        // somebody counts.
        let mut n_waiting = connections.len();
        while n_waiting > 0 {
            events.clear();
            epoll::wait(&epoll, spare_capacity(&mut events), None)?;
            for event in &events {
                let connection = &mut connections[event.data.u64() as usize];
                let n = connection.stream.read(&mut buffer[connection.received..])?;
                if n == 0 {
                    return Err(io::ErrorKind::UnexpectedEof.into());
                }
                connection.received += n;
                if connection.received < self.message {
                    continue;
                }
                if figures.is_some() {
                    n_waiting -= 1;
                    continue;
                }
                n_echoes += 1;
                if n_echoes == n_before {
                    start = (cpu(clock)?, Instant::now());
                } else if n_echoes > n_before {
                    latencies.push(connection.sent.elapsed());
                }
                if latencies.len() == self.requests {
                    figures = Some((cpu(clock)? - start.0, start.1.elapsed()));
                    n_waiting -= 1;
                } else {
                    connection.send(&message)?;
                }
            }
        }
        let (cpu, took) = figures.expect("who waits no more has them");
        let n = self.requests as f64;
        latencies.sort_unstable();
        let of = |share| latencies[(n * share) as usize].as_nanos() as f64;
        Ok(vec![cpu.as_nanos() as f64 / n, n / took.as_secs_f64(), of(0.5), of(0.99)])
    }

    fn idle(&self, clock: ClockId, span: Duration) -> io::Result<Vec<f64>> {
        // Whatever the first connection brings into memory is not a connection's.
        let first = self.connect(1)?;
        let before = usage::resident_of(self.pid);
        let connections = self.connect(self.connections)?;
        let resident = usage::resident_of(self.pid).saturating_sub(before);
        thread::sleep(span / 10);
        let start = cpu(clock)?;
        thread::sleep(span);
        let cpu = cpu(clock)? - start;
        drop((first, connections));
        Ok(vec![cpu.as_nanos() as f64, resident as f64 / self.connections as f64])
    }

    /// Connects one after the other; each has had one echo, so that the server has taken it.
    fn connect(&self, n: usize) -> io::Result<Vec<Connection>> {
        let message = vec![b'.'; self.message];
        let mut echo = message.clone();
        let connect = |_| {
            let stream = TcpStream::connect((Ipv4Addr::LOCALHOST, self.port))?;
            stream.set_nodelay(true)?;
            // Closing resets the connection: ten thousand would wait for a minute, and the next ten
            // thousand would find no port.
            sockopt::set_socket_linger(&stream, Some(Duration::ZERO))?;
            let mut connection = Connection { stream, sent: Instant::now(), received: 0 };
            connection.send(&message)?;
            connection.stream.read_exact(&mut echo)?;
            assert_eq!(echo, message, "the echo is what was sent");
            Ok(connection)
        };
        (0..n).map(connect).collect()
    }
}

impl Connection {
    fn send(&mut self, message: &[u8]) -> io::Result<()> {
        self.received = 0;
        self.sent = Instant::now();
        self.stream.write_all(message)
    }
}

/// User and system time of all the threads of the process that has the clock.
fn cpu(clock: ClockId) -> io::Result<Duration> {
    Ok(clock_gettime(clock)?.into())
}

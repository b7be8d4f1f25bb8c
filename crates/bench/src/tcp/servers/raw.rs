//! What no runtime can beat by much: loops written by hand on epoll, for an echo and nothing else. One
//! buffer serves all connections.

use std::convert::Infallible;
use std::io::{self, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::os::fd::{AsRawFd, OwnedFd};

use rustix::buffer::spare_capacity;
use rustix::event::epoll::{self, CreateFlags, EventData, EventFlags};

use super::{ADDRESS, announce};

struct Loop {
    epoll: OwnedFd,
    /// Whether each change is told once; else whatever is ready is told until it is no longer.
    is_edge: bool,
    /// By the number of the descriptor.
    connections: Vec<Option<Connection>>,
    buffer: Vec<u8>,
}

struct Connection {
    stream: TcpStream,
    /// What was read and could not be written yet. Nothing is read until it is.
    unsent: Vec<u8>,
}

pub fn serve(is_edge: bool, buffer: usize) -> io::Result<Infallible> {
    let listener = TcpListener::bind(ADDRESS)?;
    listener.set_nonblocking(true)?;
    announce(listener.local_addr()?)?;
    let epoll = epoll::create(CreateFlags::CLOEXEC)?;
    let door = listener.as_raw_fd() as usize;
    epoll::add(&epoll, &listener, EventData::new_u64(door as u64), EventFlags::IN)?;
    let mut this = Loop { epoll, is_edge, connections: Vec::new(), buffer: vec![0; buffer] };
    let mut events = Vec::with_capacity(1024);
    loop {
        events.clear();
        epoll::wait(&this.epoll, spare_capacity(&mut events), None)?;
        for event in &events {
            let (flags, number) = (event.flags, event.data.u64() as usize);
            if number == door {
                this.accept(&listener)?;
            } else if this.serve(number, flags).is_err() {
                this.connections[number] = None;
            }
        }
    }
}

impl Loop {
    fn accept(&mut self, listener: &TcpListener) -> io::Result<()> {
        while let Some((stream, _)) = unless_blocked(listener.accept())? {
            stream.set_nonblocking(true)?;
            stream.set_nodelay(true)?;
            let flags = if self.is_edge {
                EventFlags::IN | EventFlags::OUT | EventFlags::RDHUP | EventFlags::ET
            } else {
                EventFlags::IN
            };
            let number = stream.as_raw_fd() as usize;
            epoll::add(&self.epoll, &stream, EventData::new_u64(number as u64), flags)?;
            if self.connections.len() <= number {
                self.connections.resize_with(number + 1, || None);
            }
            self.connections[number] = Some(Connection { stream, unsent: Vec::new() });
        }
        Ok(())
    }

    /// Echoes what there is to echo; an error ends the connection.
    fn serve(&mut self, number: usize, flags: EventFlags) -> io::Result<()> {
        let Some(connection) = &mut self.connections[number] else { return Ok(()) };
        let was_behind = !connection.unsent.is_empty();
        if was_behind {
            let n = unless_blocked(connection.stream.write(&connection.unsent))?.unwrap_or(0);
            connection.unsent.drain(..n);
            if !connection.unsent.is_empty() {
                return Ok(());
            }
            if !self.is_edge {
                let data = EventData::new_u64(number as u64);
                return Ok(epoll::modify(&self.epoll, &connection.stream, data, EventFlags::IN)?);
            }
        }
        let has_ended = flags.intersects(EventFlags::RDHUP | EventFlags::HUP | EventFlags::ERR);
        if !(was_behind || has_ended || flags.contains(EventFlags::IN)) {
            return Ok(());
        }
        loop {
            let Some(n) = unless_blocked(connection.stream.read(&mut self.buffer))? else {
                return Ok(());
            };
            if n == 0 {
                return Err(io::ErrorKind::UnexpectedEof.into());
            }
            let sent = unless_blocked(connection.stream.write(&self.buffer[..n]))?.unwrap_or(0);
            if sent < n {
                connection.unsent.extend_from_slice(&self.buffer[sent..n]);
                if !self.is_edge {
                    let data = EventData::new_u64(number as u64);
                    epoll::modify(&self.epoll, &connection.stream, data, EventFlags::OUT)?;
                }
                return Ok(());
            }
            // What comes after this will be told.
            if !self.is_edge || n < self.buffer.len() && !has_ended {
                return Ok(());
            }
        }
    }
}

/// None where the call would block.
fn unless_blocked<T>(result: io::Result<T>) -> io::Result<Option<T>> {
    match result {
        Ok(value) => Ok(Some(value)),
        Err(error) if error.kind() == io::ErrorKind::WouldBlock => Ok(None),
        Err(error) => Err(error),
    }
}

//! Sockets and descriptors on the finished loop, a module a theme.
#![cfg(unix)]

mod async_fd;
mod udp;
mod unix;
mod watchdog;

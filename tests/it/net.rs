//! Sockets and descriptors on the finished loop, a module a theme.
#![cfg(unix)]

mod aio_socket;
mod async_fd;
mod processes;
mod udp;
mod unix;
mod watchdog;

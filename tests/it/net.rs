//! Sockets and descriptors on the finished loop, a module a theme.
#![cfg(unix)]

mod aio_socket;
mod async_fd;
mod every_call_fails;
mod fairness;
mod hard_times;
mod processes;
mod reactor;
mod soak;
mod udp;
mod unix;
mod watchdog;

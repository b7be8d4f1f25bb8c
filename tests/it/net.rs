//! Sockets and descriptors on the finished loop, a module a theme.
#![cfg(unix)]

mod udp;
mod unix;
mod watchdog;

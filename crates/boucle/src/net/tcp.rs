//! TCP: [`TcpListener`] takes connections, [`TcpStream`] is one.
//!
//! Road: stages 7 and 10.

mod halves;
mod listener;
mod opening;
mod options;
mod stream;

pub use self::halves::{ReuniteError, TcpReadHalf, TcpWriteHalf};
pub use self::listener::{ListenOptions, TcpListener};
pub use self::stream::TcpStream;

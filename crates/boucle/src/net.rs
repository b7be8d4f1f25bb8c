//! Sockets: TCP, UDP and Unix, and the slides' `AIOSocket`.
//!
//! All of them are `Send` and `Sync`; a loop watches them from the first time that one of its tasks
//! must wait for them. Each call is tried first, and the task waits only if it would block.
//!
//! Those that stream bytes have the traits of the crate `futures-io`, owned and by shared reference, so
//! that everything that is made for these works: `futures-lite`, `futures-rustls`, `async-tungstenite`.
//!
//! # Examples
//!
//! ```
//! use boucle::net::{TcpListener, TcpStream};
//! use boucle::spawn;
//!
//! let answer = boucle::run(async {
//!     let listener = TcpListener::bind("127.0.0.1", 0).await?;
//!     let port = listener.local_addr()?.port();
//!     let server = spawn(async move {
//!         let (stream, _) = listener.accept().await?;
//!         let mut line = [0; 64];
//!         let n = stream.read(&mut line).await?;
//!         stream.write_all(&line[..n]).await
//!     });
//!     let stream = TcpStream::connect("127.0.0.1", port).await?;
//!     stream.write_all(b"hello").await?;
//!     let mut answer = [0; 64];
//!     let n = stream.read(&mut answer).await?;
//!     server.await.expect("it does not panic")?;
//!     std::io::Result::Ok(answer[..n].to_vec())
//! });
//! assert_eq!(answer.unwrap(), b"hello");
//! ```

mod accept;
mod aio_socket;
mod connect;
mod resolve;
mod server;
mod stream;
mod tcp;
mod udp;
mod unix;

pub use socket2::{Domain, Protocol, Type};

pub use self::accept::Accept;
pub use self::aio_socket::{AIOSocket, aiosocket};
pub use self::connect::ConnectError;
pub use self::resolve::resolve;
pub use self::server::Server;
pub use self::tcp::{
    ListenOptions, ReuniteError, TcpListener, TcpReadHalf, TcpStream, TcpWriteHalf,
};
pub use self::udp::UdpSocket;
pub use self::unix::{UnixDatagram, UnixListener, UnixStream};

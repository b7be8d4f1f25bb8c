//! What [hyper](https://docs.rs/hyper) asks of a loop: bytes, tasks and time. Feature `hyper`.
//!
//! - [`TcpStream`](crate::net::TcpStream) has hyper's `Read` and `Write` itself: hand it over as it is.
//!   [`HyperIo`] gives them to whatever else streams bytes by the traits of `futures-io`, as TLS does.
//! - [`HyperExecutor`] spawns what hyper wants to have run, `Send` or not, on the current loop.
//! - [`HyperTimer`] is the loop's clock, so that hyper's time limits hold in virtual time as well; and
//!   [`Sleep`](crate::Sleep) is hyper's `Sleep`.
//!
//! # Examples
//!
//! A server that answers one request, and its client:
//!
//! ```
//! use std::convert::Infallible;
//! use boucle::hyper::HyperTimer;
//! use boucle::net::{TcpListener, TcpStream};
//! use boucle::spawn;
//! use hyper::service::service_fn;
//! use hyper::{Request, Response, client, server};
//!
//! let status = boucle::run(async {
//!     let listener = TcpListener::bind("127.0.0.1", 0).await.unwrap();
//!     let port = listener.local_addr().unwrap().port();
//!     spawn(async move {
//!         let (stream, _) = listener.accept().await.unwrap();
//!         let answer = service_fn(async |request: Request<_>| {
//!             let path = request.uri().path().to_owned();
//!             Ok::<_, Infallible>(Response::new(path))
//!         });
//!         let mut server = server::conn::http1::Builder::new();
//!         server.timer(HyperTimer::new()).serve_connection(stream, answer).await
//!     });
//!
//!     let stream = TcpStream::connect("127.0.0.1", port).await.unwrap();
//!     let (mut client, connection) = client::conn::http1::handshake(stream).await.unwrap();
//!     spawn(connection);
//!     let request = Request::get("/").header("host", "localhost").body(String::new());
//!     client.send_request(request.unwrap()).await.unwrap().status()
//! });
//! assert_eq!(status, 200);
//! ```

mod io;
mod tasks;

pub use self::io::HyperIo;
pub use self::tasks::{HyperExecutor, HyperTimer};

//! tokio: the current-thread runtime with a `LocalSet`, as in the other workloads.

use std::convert::Infallible;
use std::io;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::runtime;
use tokio::task::{self, LocalSet};

use super::{ADDRESS, announce};

pub fn serve(buffer: usize) -> io::Result<Infallible> {
    let runtime = runtime::Builder::new_current_thread().enable_io().build()?;
    LocalSet::new().block_on(&runtime, async move {
        let listener = TcpListener::bind(ADDRESS).await?;
        announce(listener.local_addr()?)?;
        loop {
            let (stream, _) = listener.accept().await?;
            stream.set_nodelay(true)?;
            drop(task::spawn_local(echo(stream, buffer)));
        }
    })
}

async fn echo(mut stream: TcpStream, buffer: usize) {
    let mut buffer = vec![0; buffer];
    while let Ok(n @ 1..) = stream.read(&mut buffer).await
        && stream.write_all(&buffer[..n]).await.is_ok()
    {}
}

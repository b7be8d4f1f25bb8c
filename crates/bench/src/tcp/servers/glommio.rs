//! glommio: its sockets on io_uring, with the traits of futures-io.

use std::convert::Infallible;
use std::io;

use glommio::net::{TcpListener, TcpStream};
use glommio::{LocalExecutorBuilder, Placement, spawn_local};
use smol::io::{AsyncReadExt, AsyncWriteExt};

use super::{ADDRESS, announce};

pub fn serve(buffer: usize) -> io::Result<Infallible> {
    let executor = LocalExecutorBuilder::new(Placement::Unbound).make()?;
    executor.run(async move {
        let listener = TcpListener::bind(ADDRESS)?;
        announce(listener.local_addr()?)?;
        loop {
            let stream = listener.accept().await?;
            stream.set_nodelay(true)?;
            spawn_local(echo(stream, buffer)).detach();
        }
    })
}

async fn echo(mut stream: TcpStream, buffer: usize) {
    let mut buffer = vec![0; buffer];
    while let Ok(n @ 1..) = stream.read(&mut buffer).await
        && stream.write_all(&buffer[..n]).await.is_ok()
    {}
}

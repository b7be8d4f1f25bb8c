//! monoio, by either driver. A buffer goes to the system and comes back.

use std::convert::Infallible;
use std::io;

use monoio::buf::IoBuf;
use monoio::io::{AsyncReadRent, AsyncWriteRentExt};
use monoio::net::{TcpListener, TcpStream};
use monoio::{IoUringDriver, LegacyDriver, RuntimeBuilder};

use super::{ADDRESS, announce};

pub fn serve_by_epoll(buffer: usize) -> io::Result<Infallible> {
    RuntimeBuilder::<LegacyDriver>::new().build()?.block_on(accept(buffer))
}

pub fn serve_by_io_uring(buffer: usize) -> io::Result<Infallible> {
    RuntimeBuilder::<IoUringDriver>::new().build()?.block_on(accept(buffer))
}

async fn accept(buffer: usize) -> io::Result<Infallible> {
    let listener = TcpListener::bind(ADDRESS)?;
    announce(listener.local_addr()?)?;
    loop {
        let (stream, _) = listener.accept().await?;
        stream.set_nodelay(true)?;
        drop(monoio::spawn(echo(stream, buffer)));
    }
}

async fn echo(mut stream: TcpStream, buffer: usize) {
    let mut buffer = vec![0; buffer];
    loop {
        let (read, filled) = stream.read(buffer).await;
        let Ok(n @ 1..) = read else { return };
        let (written, part) = stream.write_all(filled.slice(..n)).await;
        if written.is_err() {
            return;
        }
        buffer = part.into_inner();
    }
}

//! compio on io_uring. A buffer goes to the system and comes back.

use std::convert::Infallible;
use std::io;

use compio::BufResult;
use compio::buf::{IntoInner, IoBuf};
use compio::io::{AsyncRead, AsyncWriteExt};
use compio::net::{TcpListener, TcpStream};
use compio::runtime::Runtime;

use super::{ADDRESS, announce};

pub fn serve(buffer: usize) -> io::Result<Infallible> {
    Runtime::new()?.block_on(async move {
        let listener = TcpListener::bind(ADDRESS).await?;
        announce(listener.local_addr()?)?;
        loop {
            let (stream, _) = listener.accept().await?;
            stream.set_nodelay(true)?;
            compio::runtime::spawn(echo(stream, buffer)).detach();
        }
    })
}

async fn echo(mut stream: TcpStream, buffer: usize) {
    let mut buffer = vec![0; buffer];
    loop {
        let BufResult(read, filled) = stream.read(buffer).await;
        let Ok(n @ 1..) = read else { return };
        let BufResult(written, part) = stream.write_all(filled.slice(..n)).await;
        if written.is_err() {
            return;
        }
        buffer = part.into_inner();
    }
}

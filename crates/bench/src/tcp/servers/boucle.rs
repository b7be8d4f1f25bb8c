//! boucle, the subject, by either driver.

use std::convert::Infallible;
use std::io;

use boucle::net::{TcpListener, TcpStream};
use boucle::{Driver, Loop};

use super::{ADDRESS, announce};

pub fn serve(driver: Driver, buffer: usize) -> io::Result<Infallible> {
    let event_loop = Loop::builder().driver(driver).build();
    let served = event_loop.run_until_complete(async move {
        let listener = TcpListener::bind_to(ADDRESS)?;
        announce(listener.local_addr()?)?;
        loop {
            let (stream, _) = listener.accept().await?;
            stream.set_nodelay(true)?;
            drop(boucle::spawn(echo(stream, buffer)));
        }
    });
    served.map_err(io::Error::other)?
}

async fn echo(stream: TcpStream, buffer: usize) {
    let mut buffer = vec![0; buffer];
    while let Ok(n @ 1..) = stream.read(&mut buffer).await
        && stream.write_all(&buffer[..n]).await.is_ok()
    {}
}

//! A client that forgets a request as its connection breaks: no test sees it in which no read fails.

use std::io;
use std::io::ErrorKind;

use boucle::net::UnixStream;
use boucle::{SystemCall, spawn};
use boucle_explore::{Explore, Report};

/// A connection to a server that answers each request.
fn connect() -> UnixStream {
    let (here, there) = UnixStream::pair().expect("the system has sockets");
    drop(spawn(async move {
        let mut request = [0];
        while there.read(&mut request).await? > 0 {
            there.write_all(&request).await?;
        }
        io::Result::Ok(())
    }));
    here
}

async fn ask(stream: &UnixStream, request: u8) -> io::Result<u8> {
    stream.write_all(&[request]).await?;
    let mut answer = [0];
    match stream.read(&mut answer).await? {
        0 => Err(ErrorKind::UnexpectedEof.into()),
        _ => Ok(answer[0]),
    }
}

/// Has two requests answered, and gets a new connection once the old one is broken.
pub(crate) async fn program() {
    let (mut stream, mut n_answers) = (connect(), 0);
    for request in [1, 2] {
        match ask(&stream, request).await {
            Ok(_) => n_answers += 1,
            Err(_) => stream = connect(),
        }
    }
    assert!(n_answers == 2, "a request is lost");
}

pub(crate) fn report() -> Report {
    Explore::new().fails(1, SystemCall::Read, ErrorKind::ConnectionReset).run(program)
}

fn main() {
    print!("{}", report());
}

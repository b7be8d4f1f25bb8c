//! A server of four documents, slow on purpose: it stands in for the one that the course asks.

use std::convert::Infallible;
use std::pin::Pin;
use std::rc::Rc;

use boucle::net::{Server, TcpListener};
use futures_lite::stream;
use http_body_util::{Empty, StreamBody};
use hyper::body::{Body, Bytes, Frame};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::{Request, Response, StatusCode, header};

/// The names of the documents, and how many bytes each of their four lines has.
pub const DOCUMENTS: [(&str, usize); 4] =
    [("/f1040.pdf", 600), ("/f1040es.pdf", 1300), ("/f1040c.pdf", 325), ("/f1040esn.pdf", 775)];

/// How many lines each document has.
pub const N_LINES: usize = 4;

/// Any body; it need not be `Send`, as nothing here must.
type LocalBody = Pin<Box<dyn Body<Data = Bytes, Error = Infallible>>>;

/// The whole of a document whose lines have so many bytes.
pub fn document(length: usize) -> Bytes {
    line(length).repeat(N_LINES).into()
}

fn line(length: usize) -> Bytes {
    let mut line = vec![b'x'; length - 1];
    line.push(b'\n');
    line.into()
}

/// The addresses of the documents, as a server on this port has them.
pub fn urls(port: u16) -> Vec<String> {
    DOCUMENTS.iter().map(|(path, _)| format!("http://127.0.0.1:{port}{path}")).collect()
}

/// Serves the documents. `before(path, n)` is awaited before the answer, with `n` zero, and before each
/// further line.
pub fn serve(
    listener: TcpListener,
    before: impl AsyncFn(&str, usize) + 'static,
) -> Server<TcpListener> {
    let before = Rc::new(before);
    Server::start(listener, 100, async move |stream, _| {
        let answer = service_fn(|request: Request<_>| {
            answer(request.uri().path().to_owned(), Rc::clone(&before))
        });
        // How it ends is the client's business.
        drop(http1::Builder::new().serve_connection(stream, answer).await);
    })
}

/// Answers with a document, line by line, or that there is none.
async fn answer<F>(path: String, before: Rc<F>) -> Result<Response<LocalBody>, Infallible>
where
    F: AsyncFn(&str, usize) + 'static,
{
    let found = DOCUMENTS.iter().find(|(name, _)| *name == path);
    let Some((_, length)) = found else {
        let mut nothing = Response::new(Box::pin(Empty::new()) as LocalBody);
        *nothing.status_mut() = StatusCode::NOT_FOUND;
        return Ok(nothing);
    };
    before(&path, 0).await;
    let lines = stream::unfold(0, move |n| {
        let (path, before) = (path.clone(), Rc::clone(&before));
        async move {
            if n == N_LINES {
                return None;
            }
            if n > 0 {
                before(&path, n).await;
            }
            Some((Ok(Frame::data(line(*length))), n + 1))
        }
    });
    let mut response = Response::new(Box::pin(StreamBody::new(lines)) as LocalBody);
    let length = header::HeaderValue::from(length * N_LINES);
    response.headers_mut().insert(header::CONTENT_LENGTH, length);
    Ok(response)
}

//! An HTTP client: one request a connection, in clear or over TLS.

use std::error::Error;
use std::time::Duration;

use boucle::hyper::HyperIo;
use boucle::net::TcpStream;
use boucle::{spawn, timeout};
use futures_rustls::TlsConnector;
use futures_rustls::pki_types::ServerName;
use http_body_util::{BodyExt, Empty};
use hyper::body::{Bytes, Incoming};
use hyper::client::conn::http1;
use hyper::rt::{Read, Write};
use hyper::{Request, Response, Uri, header};

/// A server has so long for each step: to take the connection, to begin its answer, to go on with it.
const PATIENCE: Duration = Duration::from_secs(30);

/// Why a document did not come.
pub type Failure = Box<dyn Error>;

/// Says why a document did not come, down to the last reason, in one line.
pub fn describe(failure: &Failure) -> String {
    let mut reasons = vec![failure.to_string()];
    let mut below = failure.source();
    while let Some(reason) = below {
        reasons.push(reason.to_string());
        below = reason.source();
    }
    // Some errors only repeat what is below.
    reasons.dedup();
    reasons.join(": ")
}

/// The body of an answer, piece by piece.
pub struct Pieces {
    body: Incoming,
}

/// Asks for a document, and waits for the beginning of the answer.
///
/// # Errors
///
/// If nobody is there, if it is not who it should be, if it does not speak HTTP, or if its answer is
/// anything but the document.
///
/// # Cancel safety
///
/// Dropping the future closes the connection.
pub async fn get(url: &str, tls: &TlsConnector) -> Result<Pieces, Failure> {
    let uri: Uri = url.parse().map_err(|error| format!("not a URL: {error}"))?;
    let host = uri.host().ok_or("not a URL: it names no host")?;
    let is_secret = match uri.scheme_str() {
        Some("http") => false,
        Some("https") => true,
        _ => return Err("not a URL of http or https".into()),
    };
    let port = uri.port_u16().unwrap_or(if is_secret { 443 } else { 80 });
    // An address of IPv6 stands in brackets.
    let host = host.strip_prefix('[').and_then(|it| it.strip_suffix(']')).unwrap_or(host);

    let stream = within(TcpStream::connect(host, port), "nobody took the connection").await??;
    let response = if is_secret {
        let name = ServerName::try_from(host.to_owned())?;
        let stream = within(tls.connect(name, stream), "no secret was agreed on").await??;
        request(HyperIo::new(stream), &uri).await?
    } else {
        request(stream, &uri).await?
    };
    if !response.status().is_success() {
        return Err(response.status().to_string().into());
    }
    Ok(Pieces { body: response.into_body() })
}

/// Sends a request, and waits for the head of the answer.
async fn request(
    stream: impl Read + Write + Unpin + 'static,
    uri: &Uri,
) -> Result<Response<Incoming>, Failure> {
    let (mut sender, connection) = http1::handshake(stream).await?;
    // What becomes of the connection is heard from the request and from the body.
    drop(spawn(connection));
    let authority = uri.authority().map_or("", |it| it.as_str());
    let path = uri.path_and_query().map_or("/", |it| it.as_str());
    let request = Request::get(path)
        .header(header::HOST, authority)
        .header(header::USER_AGENT, "boucle")
        .body(Empty::<Bytes>::new())?;
    Ok(within(sender.send_request(request), "no answer came").await??)
}

impl Pieces {
    /// The next piece; `None` after the last.
    ///
    /// # Errors
    ///
    /// If the connection breaks before the end, or nothing comes any more.
    ///
    /// # Cancel safety
    ///
    /// Dropping the future loses no piece.
    pub async fn next(&mut self) -> Result<Option<Bytes>, Failure> {
        loop {
            let frame = within(self.body.frame(), "the answer stopped half-way").await?;
            match frame {
                // What is no data follows it, and is not asked for.
                Some(frame) => match frame?.into_data() {
                    Ok(piece) => return Ok(Some(piece)),
                    Err(_) => continue,
                },
                None => return Ok(None),
            }
        }
    }
}

/// Waits, but not for ever.
async fn within<T>(future: impl Future<Output = T>, otherwise: &str) -> Result<T, Failure> {
    let limited = timeout(PATIENCE, future).await;
    limited.map_err(|_| format!("{otherwise} in {} s", PATIENCE.as_secs()).into())
}

//! The body of a request: so large at the most, and here in time.

use std::time::Duration;

use boucle::timeout;
use http_body_util::BodyExt;
use hyper::StatusCode;
use hyper::body::{Body, Buf};

use super::refusal::Refusal;

/// A body is here after so long, or it is given up: on this machine the largest takes a second.
const PATIENCE: Duration = Duration::from_secs(30);

/// So much of what is too large is read, for nothing but that the answer can be read: a connection that
/// is closed while its other end writes takes the answer with it.
const MOST_DRAINED: usize = 1 << 28;

/// Reads a body of so many bytes at the most.
pub(super) async fn read<B: Body + Unpin>(body: B, most: usize) -> Result<Vec<u8>, Refusal> {
    let mut arrived = Arrived { most, bytes: Vec::new(), n: 0 };
    let ended = match body.size_hint().lower() > MOST_DRAINED as u64 {
        true => return Err(too_large()),
        false => timeout(PATIENCE, arrived.all_of(body)).await,
    };
    match ended {
        _ if arrived.n > most => Err(too_large()),
        Ok(true) => Ok(arrived.bytes),
        Ok(false) => Err(Refusal::new(StatusCode::BAD_REQUEST, "the request broke off")),
        Err(_) => {
            let why = "it did not arrive within 30 seconds: try again";
            Err(Refusal::new(StatusCode::REQUEST_TIMEOUT, why))
        }
    }
}

/// Reads a body that nobody wants, as long as that makes sense: so that the answer can be read.
pub(super) async fn drain<B: Body + Unpin>(body: B) {
    let _ = read(body, 0).await;
}

fn too_large() -> Refusal {
    Refusal::new(StatusCode::PAYLOAD_TOO_LARGE, "it is too large: 64 MiB are the most for a file")
}

/// What has arrived of a body.
struct Arrived {
    most: usize,
    /// All of it, while it is not too large.
    bytes: Vec<u8>,
    /// How much it was.
    n: usize,
}

impl Arrived {
    /// Reads to the end; whether there was one.
    async fn all_of<B: Body + Unpin>(&mut self, mut body: B) -> bool {
        while let Some(frame) = body.frame().await {
            let Ok(frame) = frame else { return false };
            let Ok(mut data) = frame.into_data() else { continue };
            self.n = self.n.saturating_add(data.remaining());
            if self.n > MOST_DRAINED {
                return false;
            }
            if self.n > self.most {
                self.bytes = Vec::new();
                continue;
            }
            while data.has_remaining() {
                let chunk = data.chunk();
                self.bytes.extend_from_slice(chunk);
                data.advance(chunk.len());
            }
        }
        true
    }
}

#[cfg(test)]
mod tests {
    use std::convert::Infallible;
    use std::pin::Pin;
    use std::task::{Context, Poll};
    use std::time::Duration;

    use boucle::{Loop, now};
    use hyper::body::{Body, Bytes, Frame, SizeHint};

    use super::{MOST_DRAINED, PATIENCE, read};

    /// Gives so many pieces of so many bytes; then it ends, or nothing more comes.
    struct Pieces {
        n: usize,
        piece: Bytes,
        ends: bool,
        announced: u64,
    }

    impl Body for Pieces {
        type Data = Bytes;
        type Error = Infallible;

        fn poll_frame(
            mut self: Pin<&mut Self>,
            _: &mut Context<'_>,
        ) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
            if self.n == 0 {
                return if self.ends { Poll::Ready(None) } else { Poll::Pending };
            }
            self.n -= 1;
            Poll::Ready(Some(Ok(Frame::data(self.piece.clone()))))
        }

        fn size_hint(&self) -> SizeHint {
            let mut hint = SizeHint::new();
            hint.set_lower(self.announced);
            hint
        }
    }

    /// Reads 10 bytes at the most: what came of it, and how long it took.
    fn reads(n: usize, size: usize, ends: bool, announced: u64) -> (Result<usize, u16>, Duration) {
        let event_loop = Loop::builder().virtual_time(true).build();
        let result = event_loop.run_until_complete(async move {
            let start = now();
            let piece = Bytes::from(vec![7; size]);
            let read = read(Pieces { n, piece, ends, announced }, 10).await;
            (read.map(|it| it.len()).map_err(|it| it.status.as_u16()), now() - start)
        });
        result.expect("it comes to an end")
    }

    #[test]
    fn a_body_is_read_up_to_a_size_and_for_a_time() {
        let at_once = Duration::ZERO;
        assert_eq!(reads(0, 0, true, 0), (Ok(0), at_once));
        assert_eq!(reads(5, 2, true, 10), (Ok(10), at_once));
        assert_eq!(reads(6, 2, true, 0), (Err(413), at_once));
        // Slow, or without an end.
        assert_eq!(reads(3, 2, false, 0), (Err(408), PATIENCE));
        assert_eq!(reads(6, 2, false, 0), (Err(413), PATIENCE));
    }

    #[test]
    fn of_what_is_much_too_large_not_all_is_read() {
        let announced = MOST_DRAINED as u64 + 1;
        assert_eq!(reads(1, 1, false, announced), (Err(413), Duration::ZERO));
        let mebibyte = 1 << 20;
        let endless = reads(usize::MAX, mebibyte, false, 0);
        assert_eq!(endless, (Err(413), Duration::ZERO));
    }
}

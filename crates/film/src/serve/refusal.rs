//! Why something is not answered: a status and words, for the page to show.

use hyper::StatusCode;

/// What is said to who asks for what cannot be had.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Refusal {
    pub(super) status: StatusCode,
    /// A sentence, without its end; empty for who must learn nothing.
    pub(super) why: &'static str,
}

impl Refusal {
    pub(super) fn new(status: StatusCode, why: &'static str) -> Refusal {
        Refusal { status, why }
    }

    /// For who does not know the address: nothing is here.
    pub(super) fn stranger() -> Refusal {
        Refusal::new(StatusCode::NOT_FOUND, "")
    }

    /// For who asked for what then panicked.
    pub(super) fn failed() -> Refusal {
        let why = "film has failed to do this: where it runs, it says why";
        Refusal::new(StatusCode::INTERNAL_SERVER_ERROR, why)
    }

    /// For one connection too many.
    pub(super) fn crowded() -> Refusal {
        let why = "too many connections are open: close some pages, and try again";
        Refusal::new(StatusCode::SERVICE_UNAVAILABLE, why)
    }
}

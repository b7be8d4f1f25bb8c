//! What the programs in `bin` share: an HTTP client, TLS, and a server of four documents.

pub mod client;
pub mod documents;
pub mod tls;

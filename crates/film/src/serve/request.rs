//! What a request says after the `?`, and whether it comes from our own page.

use std::borrow::Cow;

use hyper::header::{HOST, ORIGIN};
use hyper::{HeaderMap, Uri};

/// The names and values of a query.
pub(super) struct Query<'a>(Vec<(Cow<'a, str>, Cow<'a, str>)>);

impl<'a> Query<'a> {
    pub(super) fn of(uri: &'a Uri) -> Query<'a> {
        Query(form_urlencoded::parse(uri.query().unwrap_or("").as_bytes()).collect())
    }

    /// The value of this name; empty without one.
    pub(super) fn text(&self, name: &str) -> &str {
        self.0.iter().find(|(it, _)| it == name).map_or("", |(_, value)| value)
    }

    /// The number of this name; 0 without one.
    pub(super) fn number(&self, name: &str) -> usize {
        self.text(name).parse().unwrap_or(0)
    }
}

/// Whether a request was made by our page, or by somebody who typed our address.
///
/// Any page of the web can have a browser ask 127.0.0.1, also by a name of its own that leads there: then
/// the host or the origin is not ours.
pub(super) fn is_ours(headers: &HeaderMap, port: u16) -> bool {
    let ours = [format!("127.0.0.1:{port}"), format!("localhost:{port}")];
    let is_host = |it: &str| ours.iter().any(|ours| ours == it);
    let host = headers.get(HOST).and_then(|it| it.to_str().ok());
    let origin = headers.get(ORIGIN).map(|it| it.to_str().unwrap_or("?"));
    host.is_some_and(is_host)
        && origin.is_none_or(|it| it.strip_prefix("http://").is_some_and(is_host))
}

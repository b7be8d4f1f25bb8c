//! What a request says after the `?`.

use std::borrow::Cow;

use hyper::Uri;

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
}

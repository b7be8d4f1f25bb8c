//! Who is let in: who knows the address of the page, and asks from the page itself.

use std::io;

use hyper::header::{HOST, HeaderName, ORIGIN};
use hyper::http::request::Parts;
use hyper::{HeaderMap, Method, StatusCode};

use super::refusal::Refusal;

/// Where the browser says that a request comes from, and what it is for.
const SITE: HeaderName = HeaderName::from_static("sec-fetch-site");
const MODE: HeaderName = HeaderName::from_static("sec-fetch-mode");

/// What nobody can guess: 128 random bits, in letters.
pub(super) struct Token(String);

impl Token {
    /// A token of the system's own random bits.
    pub(super) fn new() -> io::Result<Token> {
        let mut bytes = [0_u8; 16];
        getrandom::fill(&mut bytes)?;
        Ok(Token(bytes.iter().map(|it| format!("{it:02x}")).collect()))
    }

    pub(super) fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether it is this. All letters are looked at: how long that takes tells nothing.
    fn is(&self, other: &str) -> bool {
        let pairs = self.0.bytes().zip(other.bytes());
        let differs = pairs.fold(0, |differs, (one, other)| differs | (one ^ other));
        self.0.len() == other.len() && differs == 0
    }
}

/// Who is let in.
pub(super) struct Gate {
    token: Token,
    port: u16,
}

impl Gate {
    pub(super) fn new(token: Token, port: u16) -> Gate {
        Gate { token, port }
    }

    /// What is asked for: the path after the token, without its first slash.
    ///
    /// Who does not know the token learns nothing. Who knows it, as a page of somebody else that was told
    /// the address, must not ask either: any page of the web can have a browser ask 127.0.0.1, also by a
    /// name of its own that leads there.
    pub(super) fn admit<'a>(&self, head: &'a Parts) -> Result<&'a str, Refusal> {
        let path = head.uri.path().strip_prefix('/').and_then(|it| it.split_once('/'));
        let Some((_, path)) = path.filter(|(token, _)| self.token.is(token)) else {
            return Err(Refusal::stranger());
        };
        match self.is_ours(head) {
            Some(true) => Ok(path),
            _ => Err(Refusal::new(StatusCode::FORBIDDEN, "this is for the page of film alone")),
        }
    }

    /// Whether a request was made by our page, or by who typed our address; nothing if it does not say
    /// who it is for, or says something twice.
    fn is_ours(&self, head: &Parts) -> Option<bool> {
        let host = only(&head.headers, &HOST)??;
        let names_us = |it: &str| self.is_host(it);
        // A proxy is asked with the whole address; we are none.
        let is_for_us =
            names_us(host) && head.uri.authority().is_none_or(|it| names_us(it.as_str()));
        let origin = only(&head.headers, &ORIGIN)?;
        let is_own = |it: &str| it.strip_prefix("http://").is_some_and(|it| it == host);
        let is_from_us = match only(&head.headers, &SITE)? {
            // Not a browser, or one that does not say.
            None | Some("same-origin") => true,
            // The address was typed, or chosen from the browser's own lists.
            Some("none") => {
                let mode = only(&head.headers, &MODE)?;
                head.method == Method::GET && mode.is_none_or(|it| it == "navigate")
            }
            Some(_) => false,
        };
        Some(is_for_us && is_from_us && origin.is_none_or(is_own))
    }

    /// Whether a host is this machine, at our port; a browser leaves out 80.
    fn is_host(&self, host: &str) -> bool {
        let (name, port) = host.rsplit_once(':').unwrap_or((host, "80"));
        let is_name = name == "127.0.0.1" || name.eq_ignore_ascii_case("localhost");
        is_name && port == self.port.to_string()
    }
}

/// The value of a header that may be there once, if it is; nothing if it is there twice, or is no text.
fn only<'a>(headers: &'a HeaderMap, name: &HeaderName) -> Option<Option<&'a str>> {
    let mut values = headers.get_all(name).iter();
    match (values.next(), values.next()) {
        (None, _) => Some(None),
        (Some(value), None) => value.to_str().ok().map(Some),
        (Some(_), Some(_)) => None,
    }
}

#[cfg(test)]
mod tests {
    use hyper::Request;

    use super::{Gate, Token};

    /// What becomes of a request to port 8080, for this path and with these headers.
    fn status(method: &str, uri: &str, headers: &[(&str, &str)]) -> u16 {
        let gate = Gate::new(Token("secret".to_owned()), 8080);
        let mut request = Request::builder().method(method).uri(uri);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let (head, ()) = request.body(()).expect("a request").into_parts();
        gate.admit(&head).map_or_else(|it| it.status.as_u16(), |_| 200)
    }

    const HOST: (&str, &str) = ("host", "127.0.0.1:8080");

    #[test]
    fn tokens_differ_and_are_long() {
        let [one, other] = [(), ()].map(|()| Token::new().expect("the system has some"));
        assert_ne!(one.as_str(), other.as_str());
        assert_eq!(one.as_str().len(), 32);
        assert!(one.is(one.as_str()));
        assert!(!one.is(other.as_str()) && !one.is("") && !one.is(&one.as_str()[1..]));
        assert!(!one.is(&format!("{}0", one.as_str())));
    }

    #[test]
    fn who_does_not_know_the_token_learns_nothing() {
        for path in ["/", "/secret", "/secre/", "/secrets/", "/Secret/", "//secret/", "/x/secret/"]
        {
            assert_eq!(status("GET", path, &[HOST]), 404, "{path}");
            assert_eq!(status("GET", path, &[("host", "evil.example")]), 404, "{path}");
        }
        assert_eq!(status("GET", "/secret/", &[HOST]), 200);
        assert_eq!(status("GET", "/secret/run?id=1", &[HOST]), 200);
    }

    #[test]
    fn a_host_is_this_machine_at_our_port_and_there_is_one() {
        for (host, expected) in [
            ("127.0.0.1:8080", 200),
            ("localhost:8080", 200),
            ("LocalHost:8080", 200),
            ("localhost", 403),
            ("localhost:80", 403),
            ("localhost:08080", 403),
            ("evil.example:8080", 403),
            ("127.0.0.1.evil.example:8080", 403),
            ("127.0.0.2:8080", 403),
            ("user@127.0.0.1:8080", 403),
            ("", 403),
        ] {
            assert_eq!(status("GET", "/secret/", &[("host", host)]), expected, "{host}");
        }
        assert_eq!(status("GET", "/secret/", &[]), 403);
        assert_eq!(status("GET", "/secret/", &[HOST, HOST]), 403);
        assert_eq!(status("GET", "http://evil.example/secret/", &[HOST]), 403);
        let gate = Gate::new(Token("secret".to_owned()), 80);
        assert!(gate.is_host("localhost") && gate.is_host("127.0.0.1:80"));
    }

    #[test]
    fn an_origin_is_ours_or_none() {
        for (origin, expected) in [
            ("http://127.0.0.1:8080", 200),
            ("http://localhost:8080", 403), // it is asked as 127.0.0.1
            ("https://127.0.0.1:8080", 403),
            ("http://127.0.0.1:8081", 403),
            ("http://evil.example", 403),
            ("null", 403),
            ("", 403),
        ] {
            let headers = [HOST, ("origin", origin)];
            assert_eq!(status("POST", "/secret/open", &headers), expected, "{origin}");
        }
    }

    #[test]
    fn a_browser_asks_from_the_page_or_because_the_address_was_typed() {
        for (site, mode, method, expected) in [
            ("same-origin", "cors", "POST", 200),
            ("same-origin", "no-cors", "GET", 200),
            ("none", "navigate", "GET", 200),
            ("none", "no-cors", "GET", 403),
            ("none", "navigate", "POST", 403),
            ("same-site", "navigate", "GET", 403),
            ("cross-site", "navigate", "GET", 403),
            ("cross-site", "no-cors", "GET", 403),
            ("?", "navigate", "GET", 403),
        ] {
            let headers = [HOST, ("sec-fetch-site", site), ("sec-fetch-mode", mode)];
            assert_eq!(status(method, "/secret/", &headers), expected, "{site} {mode} {method}");
        }
        let twice = [HOST, ("sec-fetch-site", "same-origin"), ("sec-fetch-site", "same-origin")];
        assert_eq!(status("GET", "/secret/", &twice), 403);
    }
}

//! What the server answers: the page itself, and what the page asks for.

use std::convert::Infallible;
use std::rc::Rc;

use boucle::spawn;
use boucle_trace::PLAYER;
use http_body_util::Full;
use hyper::body::{Bytes, Incoming};
use hyper::header::{
    CACHE_CONTROL, CONNECTION, CONTENT_DISPOSITION, CONTENT_SECURITY_POLICY, CONTENT_TYPE,
    HeaderName, HeaderValue, REFERRER_POLICY, X_CONTENT_TYPE_OPTIONS,
};
use hyper::{Method, Request, Response, StatusCode};
use serde_json::{Value, json};

use super::Site;
use super::body;
use super::refusal::Refusal;
use super::request::Query;
use super::shelf::{Kept, LARGEST};
use super::shown;
use crate::programs::PROGRAMS;
use crate::run::Run;

/// The page may load what is served here, and nothing else.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; \
    img-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/// What every answer says. Another page of the same browser learns from it neither what is in it, nor how
/// large it is, nor that it is there; and nothing of it is kept, nor told to whom a link leads.
const HEADERS: [(HeaderName, &str); 6] = [
    (CONTENT_SECURITY_POLICY, POLICY),
    (X_CONTENT_TYPE_OPTIONS, "nosniff"),
    (HeaderName::from_static("cross-origin-resource-policy"), "same-origin"),
    (HeaderName::from_static("cross-origin-opener-policy"), "same-origin"),
    (REFERRER_POLICY, "no-referrer"),
    (CACHE_CONTROL, "no-store"),
];

const HTML: &str = "text/html; charset=utf-8";
const CSS: &str = "text/css; charset=utf-8";
const SCRIPT: &str = "text/javascript; charset=utf-8";
const JSON: &str = "application/json";
const BYTES: &str = "application/octet-stream";

/// The files of the page: their paths, their types, their texts. The player is the same as in one file.
const FILES: &[(&str, &str, &str)] = &[
    ("", HTML, include_str!("../page/page.html")),
    ("page.css", CSS, include_str!("../page/page.css")),
    ("page.js", SCRIPT, include_str!("../page/page.js")),
    ("player.js", SCRIPT, PLAYER),
];

type Answer = Response<Full<Bytes>>;

/// Answers one request.
pub(super) async fn answer(
    request: Request<Incoming>,
    site: &Rc<Site>,
) -> Result<Answer, Infallible> {
    Ok(route(request, site).await.unwrap_or_else(|refusal| refused(&refusal)))
}

/// Answers a request of one connection too many.
pub(super) async fn crowded(_: Request<Incoming>) -> Result<Answer, Infallible> {
    Ok(refused(&Refusal::crowded()))
}

async fn route(request: Request<Incoming>, site: &Rc<Site>) -> Result<Answer, Refusal> {
    let (head, body) = request.into_parts();
    let path = site.gate.admit(&head)?;
    let query = Query::of(&head.uri);
    match (&head.method, path) {
        (&Method::GET, "programs") => Ok(said(&site.shelf.list())),
        (&Method::GET, "run") => {
            let kept = run(site, query.text("id")).await?;
            let bytes = kept.ask(&site.queue, &site.heavy, |it| it.page().bytes()).await?;
            Ok(answered(StatusCode::OK, BYTES, bytes))
        }
        (&Method::GET, "file") => file(site, &query).await,
        (&Method::POST, "open") => {
            let (name, lossy) = (query.text("name").to_owned(), query.text("lossy") == "yes");
            let site = Rc::clone(site);
            // A task of its own: it counts as being brought until it is, also if who brings it has gone.
            let opened = spawn(async move { open(&site, name, lossy, body).await });
            opened.await.unwrap_or_else(|_| Err(Refusal::failed()))
        }
        (&Method::GET, path) => match FILES.iter().find(|(it, ..)| *it == path) {
            Some((_, kind, text)) => Ok(answered(StatusCode::OK, kind, text.as_bytes())),
            None => Err(Refusal::new(StatusCode::NOT_FOUND, "there is no such page")),
        },
        _ => Err(Refusal::new(StatusCode::METHOD_NOT_ALLOWED, "this cannot be done")),
    }
}

/// The run of this name; a program is run if it has not been yet.
async fn run(site: &Site, id: &str) -> Result<Rc<Kept>, Refusal> {
    if let Some(kept) = site.shelf.find(id) {
        return Ok(kept);
    }
    let program = PROGRAMS.iter().find(|it| it.name == id);
    let program = program.ok_or(Refusal::new(StatusCode::NOT_FOUND, "there is no such run"))?;
    let _turn = site.records.acquire().await;
    // Somebody else may have asked for it meanwhile.
    if let Some(kept) = site.shelf.find(id) {
        return Ok(kept);
    }
    let recorded = site.queue.run(&site.heavy, move || Run::of(program)).await?;
    Ok(site.shelf.keep(program, recorded))
}

/// The run as one file, to keep or to hand on.
async fn file(site: &Site, query: &Query<'_>) -> Result<Answer, Refusal> {
    let kept = run(site, query.text("id")).await?;
    let kind = query.text("kind").to_owned();
    let file = kept.ask(&site.queue, &site.heavy, move |it| shown::file(it, &kind)).await?;
    let (kind, name, bytes) = file.ok_or(refusal("there is no such kind of file"))?;
    let disposition = format!("attachment; filename=\"{name}\"");
    let mut answer = answered(StatusCode::OK, kind, bytes);
    answer.headers_mut().insert(CONTENT_DISPOSITION, disposition.parse().expect("it is plain"));
    Ok(answer)
}

/// Reads a recording that the reader has opened; what is wrong with it is an answer in words.
async fn open(site: &Site, name: String, lossy: bool, body: Incoming) -> Result<Answer, Refusal> {
    let Some(_place) = site.uploads.try_acquire() else {
        body::drain(body).await;
        let why = "two other files are being opened: try again when they are here";
        return Err(Refusal::new(StatusCode::SERVICE_UNAVAILABLE, why));
    };
    let bytes = body::read(body, LARGEST).await?;
    let n_bytes = bytes.len();
    let read = move || Run::read(&name, &bytes[..], lossy);
    match site.queue.run(&site.heavy, read).await? {
        Ok(run) => {
            let kept = site.shelf.bring(run, n_bytes);
            Ok(said(&json!({ "id": kept.id, "name": kept.run.name, "warning": kept.run.warning })))
        }
        Err(error) => {
            let is_partly = error.is_partly();
            let says = error.to_string().lines().next().unwrap_or_default().to_owned();
            Ok(said(&json!({ "error": says, "is_partly": is_partly })))
        }
    }
}

/// What was asked makes no sense.
fn refusal(why: &'static str) -> Refusal {
    Refusal::new(StatusCode::BAD_REQUEST, why)
}

fn said(value: &Value) -> Answer {
    answered(StatusCode::OK, JSON, value.to_string())
}

/// What is told to who is refused: a line, or nothing.
fn refused(refusal: &Refusal) -> Answer {
    let end = if refusal.why.is_empty() { "" } else { "\n" };
    let text = format!("{}{end}", refusal.why);
    let mut answer = answered(refusal.status, "text/plain; charset=utf-8", text);
    if *refusal == Refusal::stranger() {
        // It takes no place from who is let in.
        answer.headers_mut().insert(CONNECTION, HeaderValue::from_static("close"));
    }
    answer
}

fn answered(status: StatusCode, kind: &str, body: impl Into<Bytes>) -> Answer {
    let mut builder = Response::builder().status(status).header(CONTENT_TYPE, kind);
    for (name, value) in HEADERS {
        builder = builder.header(name, value);
    }
    builder.body(Full::new(body.into())).expect("the headers are plain")
}

//! What the server answers: the page itself, and what the page asks for.

use std::convert::Infallible;
use std::rc::Rc;

use http_body_util::{BodyExt, Limited};
use hyper::body::Incoming;
use hyper::header::{
    CACHE_CONTROL, CONTENT_DISPOSITION, CONTENT_SECURITY_POLICY, CONTENT_TYPE,
    X_CONTENT_TYPE_OPTIONS,
};
use hyper::{Method, Request, Response, StatusCode};
use serde_json::{Value, json};

use super::request::{Query, is_ours};
use super::shelf::Shelf;
use crate::go::Go;
use crate::predict::Verdict;
use crate::run::Run;

/// No file that is brought is larger.
const LARGEST: usize = 64 << 20;

/// The page may load what is served here, and nothing else.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; \
    img-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

const HTML: &str = "text/html; charset=utf-8";
const CSS: &str = "text/css; charset=utf-8";
const SCRIPT: &str = "text/javascript; charset=utf-8";
const JSON: &str = "application/json";

/// The files of the page: their paths, their types, their texts.
const FILES: &[(&str, &str, &str)] = &[
    ("/", HTML, include_str!("../page/page.html")),
    ("/page.css", CSS, include_str!("../page/page.css")),
    ("/page.js", SCRIPT, include_str!("../page/page.js")),
    ("/player.js", SCRIPT, include_str!("../page/player.js")),
    ("/draw.js", SCRIPT, include_str!("../page/draw.js")),
    ("/guess.js", SCRIPT, include_str!("../page/guess.js")),
];

type Answer = Response<String>;

/// Answers one request.
pub(super) async fn answer(
    request: Request<Incoming>,
    shelf: Rc<Shelf>,
    port: u16,
) -> Result<Answer, Infallible> {
    if !is_ours(request.headers(), port) {
        return Ok(refused(StatusCode::FORBIDDEN, "this is for the page of film alone"));
    }
    let (head, body) = request.into_parts();
    let query = Query::of(&head.uri);
    let answer = match (&head.method, head.uri.path()) {
        (&Method::GET, "/programs") => said(&shelf.list()),
        (&Method::GET, "/run") => run(&shelf, query.text("id")).await,
        (&Method::GET, "/scene") => scene(&shelf, &query).await,
        (&Method::GET, "/file") => file(&shelf, &query).await,
        (&Method::POST, "/predict") => predict(&shelf, &query, body).await,
        (&Method::POST, "/open") => open(&shelf, &query, body).await,
        (&Method::GET, path) => match FILES.iter().find(|(it, ..)| *it == path) {
            Some((_, kind, text)) => answered(StatusCode::OK, kind, (*text).to_owned()),
            None => refused(StatusCode::NOT_FOUND, "there is no such page"),
        },
        _ => refused(StatusCode::METHOD_NOT_ALLOWED, "this cannot be done"),
    };
    Ok(answer)
}

async fn run(shelf: &Shelf, id: &str) -> Answer {
    match shelf.run(id).await {
        Some(shown) => said(&shown.facts(id)),
        None => no_run(),
    }
}

async fn scene(shelf: &Shelf, query: &Query<'_>) -> Answer {
    let Some(shown) = shelf.run(query.text("id")).await else { return no_run() };
    let go = match query.text("go") {
        "" => None,
        name => match Go::named(name, query.text("words")) {
            Some(go) => Some(go),
            None => return refused(StatusCode::BAD_REQUEST, "there is no such move"),
        },
    };
    said(&shown.scene(query.number("at"), go.as_ref()))
}

/// The run as one file, to keep or to hand on.
async fn file(shelf: &Shelf, query: &Query<'_>) -> Answer {
    let Some(shown) = shelf.run(query.text("id")).await else { return no_run() };
    let trace = &shown.run.trace;
    let (kind, ending, text) = match query.text("kind") {
        "html" => (HTML, "html", trace.html()),
        "svg" => ("image/svg+xml", "svg", trace.svg()),
        "json" => {
            let mut bytes = Vec::new();
            trace.write(&mut bytes).expect("memory takes all");
            (JSON, "trace", String::from_utf8(bytes).expect("JSON is text"))
        }
        _ => return refused(StatusCode::BAD_REQUEST, "there is no such kind of file"),
    };
    let plain = |it: char| if it.is_ascii_alphanumeric() || "-_.".contains(it) { it } else { '_' };
    let name: String = shown.run.name.chars().map(plain).collect();
    let disposition = format!("attachment; filename=\"{name}.{ending}\"");
    let mut answer = answered(StatusCode::OK, kind, text);
    answer.headers_mut().insert(CONTENT_DISPOSITION, disposition.parse().expect("it is plain"));
    answer
}

async fn predict(shelf: &Shelf, query: &Query<'_>, body: Incoming) -> Answer {
    let Some(shown) = shelf.run(query.text("id")).await else { return no_run() };
    let lines = brought(body).await.and_then(|it| serde_json::from_slice::<Vec<String>>(&it).ok());
    let Some(lines) = lines else {
        return refused(StatusCode::BAD_REQUEST, "this is no prediction");
    };
    let verdict = Verdict::on(&shown.run.trace, &lines);
    let says = verdict.lines();
    said(&json!({ "verdict": verdict, "says": says }))
}

/// Reads a recording that the reader has opened; what is wrong with it is an answer in words.
async fn open(shelf: &Shelf, query: &Query<'_>, body: Incoming) -> Answer {
    let Some(bytes) = brought(body).await else {
        return refused(
            StatusCode::PAYLOAD_TOO_LARGE,
            "the file is too large: 64 MiB are the most",
        );
    };
    match Run::read(query.text("name"), &bytes[..], query.text("lossy") == "yes") {
        Ok(run) => {
            let (id, shown) = shelf.bring(run);
            said(&shown.facts(&id))
        }
        Err(error) => {
            let is_partly = error.is_partly();
            let says = error.to_string().lines().next().unwrap_or_default().to_owned();
            said(&json!({ "error": says, "is_partly": is_partly }))
        }
    }
}

/// The body of a request; nothing if it is too large, or breaks off.
async fn brought(body: Incoming) -> Option<Vec<u8>> {
    let body = Limited::new(body, LARGEST).collect().await.ok()?;
    Some(body.to_bytes().to_vec())
}

fn no_run() -> Answer {
    refused(StatusCode::NOT_FOUND, "there is no such run")
}

fn said(value: &Value) -> Answer {
    answered(StatusCode::OK, JSON, value.to_string())
}

fn refused(status: StatusCode, why: &str) -> Answer {
    answered(status, "text/plain; charset=utf-8", format!("{why}\n"))
}

fn answered(status: StatusCode, kind: &str, text: String) -> Answer {
    Response::builder()
        .status(status)
        .header(CONTENT_TYPE, kind)
        .header(CONTENT_SECURITY_POLICY, POLICY)
        .header(X_CONTENT_TYPE_OPTIONS, "nosniff")
        .header(CACHE_CONTROL, "no-store")
        .body(text)
        .expect("the headers are plain")
}

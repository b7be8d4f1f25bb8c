//! Pictures and pages: whole, for themselves, safe, and as the book shows them.

use std::collections::BTreeMap;

use boucle_trace::{Clock, Event, Header, Trace, What, record, record_stage};
use proptest::prelude::*;
use serde_json::Value;

use super::random;
use crate::road;

#[path = "../../../crates/trace/examples/picture.rs"]
#[expect(dead_code, unreachable_pub, reason = "a program's main is not called here")]
pub(crate) mod example;

/// Whether each element of an XML text that is opened is closed, in order.
pub(super) fn is_well_formed(xml: &str) -> Result<(), String> {
    let mut open: Vec<&str> = Vec::new();
    let mut rest = xml;
    while let Some((text, after)) = rest.split_once('<') {
        if text.contains('>') && !open.contains(&"style") {
            return Err(format!("a stray > in {text:?}"));
        }
        let (tag, after) = after.split_once('>').ok_or("a tag has no end")?;
        rest = after;
        let name = tag.split([' ', '/', '\n']).find(|it| !it.is_empty()).unwrap_or_default();
        if let Some(name) = tag.strip_prefix('/') {
            if open.pop() != Some(name) {
                return Err(format!("</{name}> closes nothing"));
            }
        } else if !tag.ends_with('/') {
            open.push(name);
        }
        if tag.matches('"').count() % 2 == 1 {
            return Err(format!("a quote is open in {tag:?}"));
        }
    }
    if open.is_empty() { Ok(()) } else { Err(format!("{open:?} are open")) }
}

#[test]
fn what_the_book_shows_is_what_the_example_draws() {
    let trace = example::trace();
    for (file, text) in [("queue.svg", trace.svg()), ("queue.txt", trace.lanes())] {
        let shown = road::read(format!("docs/src/pictures/{file}"));
        let renew = "cargo run -p boucle-trace --example picture";
        // The place in the source is as the compiler was given it, here by way of this folder.
        let text = text.replace("tests/it/trace/../../../", "");
        assert!(shown == text, "docs/src/pictures/{file} is out of date: {renew}");
    }
}

#[test]
fn a_picture_is_well_formed_whatever_is_printed() {
    random::for_all(30, |trace| {
        let svg = trace.svg();
        prop_assert_eq!(is_well_formed(&svg), Ok(()));
        let is_escaped = !svg.contains("</script>") && !svg.contains('\u{1}');
        prop_assert!(is_escaped);
        Ok(())
    });
    for stage in 0..7 {
        let svg = record_stage(road::DEMOS[stage]).svg();
        assert_eq!(is_well_formed(&svg), Ok(()), "stage{stage}");
        // A stage that looks thousands of times is not as wide as that.
        assert!(svg.len() < 100_000, "stage{stage}: {}", svg.len());
    }
}

#[test]
fn a_picture_says_in_words_what_it_shows() {
    let svg = example::trace().svg();
    assert!(svg.contains("role=\"img\" aria-labelledby=\"title summary\""));
    assert!(svg.contains("<title id=\"title\">A run of three items</title>"));
    assert!(
        svg.contains("3 tasks: three_items 1, producer, consumer; at 0.300 s the run is complete.")
    );
    for shape in ["class=\"runs\"", "class=\"ready\"", "class=\"waits\"", "class=\"wake\""] {
        assert!(svg.contains(shape), "{shape}");
    }
}

#[test]
fn a_page_needs_nothing_beside_it() {
    let html = example::trace().html();
    for foreign in ["http:", "https:", "src=", "href=", "@import", "url(", "fetch(", "{{"] {
        assert!(!html.contains(foreign), "{foreign}");
    }
}

#[test]
fn a_page_keeps_what_is_printed_from_being_read_as_its_own() {
    random::for_all(20, |trace| {
        let html = trace.clone().named("</title><script>").html();
        prop_assert_eq!(html.matches("</script>").count(), html.matches("<script").count());
        prop_assert_eq!(html.matches("</title>").count(), 1);
        let data = html.split("<script type=\"text/plain\">").nth(1);
        let data = data.and_then(|it| it.split("</script>").next()).unwrap_or_default();
        prop_assert!(data.chars().all(|it| it.is_ascii_alphanumeric() || "+/=".contains(it)));
        let mut recording = Vec::new();
        trace.clone().named("</title><script>").write(&mut recording)?;
        prop_assert!(data.len() > recording.len() * 4 / 3);
        Ok(())
    });
}

#[test]
fn a_page_works_by_keyboard_and_by_ear() {
    let html = example::trace().html();
    for part in [
        "<html lang=\"en\">",
        "role=\"toolbar\"",
        "aria-live=\"polite\"",
        "tabindex=\"0\"",
        "name=\"color-scheme\" content=\"light dark\"",
        ":focus-visible",
        "\"ArrowRight\"",
        "\"Home\"",
        "\"End\"",
    ] {
        assert!(html.contains(part), "{part}");
    }
}

/// How bright a color `#rrggbb` is, as the accessibility guidelines count.
fn luminance(color: &str) -> f64 {
    let part = |at: usize| {
        let value = u8::from_str_radix(&color[at..at + 2], 16).expect("two digits");
        let value = f64::from(value) / 255.0;
        if value <= 0.03928 { value / 12.92 } else { ((value + 0.055) / 1.055).powf(2.4) }
    };
    0.2126 * part(1) + 0.7152 * part(3) + 0.0722 * part(5)
}

fn contrast(one: &str, two: &str) -> f64 {
    let (one, two) = (luminance(one), luminance(two));
    (one.max(two) + 0.05) / (one.min(two) + 0.05)
}

#[test]
fn the_colors_of_a_page_can_be_told_apart_in_light_and_dark() {
    let css = road::read("crates/trace/src/html/player.css");
    let pairs: Vec<_> = css.split("light-dark(").skip(1).collect();
    let names: Vec<_> = css.split(": light-dark(").map(|it| it.rsplit(' ').next()).collect();
    for shade in 0..2 {
        let color = |pair: &&str| {
            let pair = pair.split(')').next().expect("it ends");
            pair.split(", ").nth(shade).expect("light and dark").to_owned()
        };
        let colors: BTreeMap<_, _> =
            names.iter().flatten().zip(pairs.iter().map(color)).map(|(it, of)| (*it, of)).collect();
        let at_least = |one: &str, two: &str, least: f64| {
            let ratio = contrast(&colors[one], &colors[two]);
            assert!(ratio >= least, "{one} on {two}: {ratio:.2}");
        };
        for text in ["--text", "--soft"] {
            at_least(text, "--page", 4.5);
            at_least(text, "--panel", 4.5);
        }
        at_least("--said", "--running", 4.5);
        for shape in ["--running", "--ready", "--waiting", "--wake", "--cursor"] {
            at_least(shape, "--page", 3.0);
        }
    }
}

#[test]
fn perfetto_gets_a_slice_a_poll_and_both_ends_of_each_arrow() {
    random::for_all(30, |trace| {
        let json: Value = serde_json::from_str(&trace.chrome_json()).expect("it is JSON");
        let rows = json["traceEvents"].as_array().expect("a list");
        let n_polls = rows.iter().filter(|it| it["ph"] == "X" && it["name"] == "runs").count();
        let is_poll = |what: &What| matches!(what, What::PollBegins { .. });
        prop_assert_eq!(n_polls, trace.events().iter().filter(|it| is_poll(&it.what)).count());
        // An arrow that has begun ends, unless its task is never polled again.
        let mut under_way = std::collections::BTreeSet::new();
        for row in rows {
            let id = row["id"].as_u64();
            match row["ph"].as_str() {
                Some("s") => prop_assert!(under_way.insert(id)),
                Some("f") => prop_assert!(under_way.remove(&id)),
                _ => {}
            }
            prop_assert!(row["ph"] == "M" || row["ts"].as_f64().is_some());
        }
        Ok(())
    });
    let trace = record(boucle::interrupt);
    assert!(trace.chrome_json().starts_with("{\"displayTimeUnit\":\"ns\",\"traceEvents\":["));
}

/// Nanoseconds of a row, which has them as microseconds: no fraction of one may be left.
fn nanoseconds(row: &Value, name: &str) -> i64 {
    let micros = row[name].as_f64().unwrap_or_else(|| panic!("{row} has no {name}"));
    let nanos = (micros * 1000.0).round() as i64;
    assert!(nanos as f64 / 1000.0 == micros && nanos >= 0, "{row}");
    nanos
}

/// Reads rows as Perfetto does, one after another in the order of their times: slices of a lane nest,
/// and an arrow begins and ends in a slice that was told of before and has not ended. Says how many
/// arrows there are.
fn read_as_perfetto(json: &str) -> usize {
    let json: Value = serde_json::from_str(json).expect("it is JSON");
    let rows = json["traceEvents"].as_array().expect("a list");
    let (named, mut rows): (Vec<_>, Vec<_>) = rows.iter().partition(|it| it["ph"] == "M");
    let lanes: Vec<_> = named.iter().filter(|it| it["name"] == "thread_name").collect();
    rows.sort_by_key(|it| nanoseconds(it, "ts"));
    let mut open: BTreeMap<u64, Vec<i64>> = BTreeMap::new();
    let mut n_arrows = 0;
    for row in rows {
        assert!(lanes.iter().any(|it| it["tid"] == row["tid"] && it["pid"] == row["pid"]), "{row}");
        let at = nanoseconds(row, "ts");
        let lane = open.entry(row["tid"].as_u64().expect("a number")).or_default();
        while lane.last().is_some_and(|end| *end <= at) {
            lane.pop();
        }
        match row["ph"].as_str().expect("a letter") {
            "X" => {
                let end = at + nanoseconds(row, "dur");
                assert!(lane.last().is_none_or(|outer| end <= *outer), "{row} does not nest");
                lane.push(end);
            }
            "s" | "f" => {
                assert!(!lane.is_empty() && row["bp"] == "e", "{row} is in no slice");
                n_arrows += usize::from(row["ph"] == "f");
            }
            kind => assert_eq!(kind, "i", "{row}"),
        }
    }
    n_arrows
}

#[test]
fn perfetto_finds_each_arrow_in_a_slice_and_no_slices_that_cross() {
    random::for_all(30, |trace| {
        let n_arrows = read_as_perfetto(&trace.chrome_json());
        let wakes = |what: &What| matches!(what, What::Woken { .. });
        prop_assert_eq!(n_arrows > 0, trace.events().iter().any(|it| wakes(&it.what)));
        // In real time no event has a microsecond of its own.
        let events = trace.events().iter().enumerate();
        let events = events.map(|(n, it)| Event { at: 37 * n as u64 + 1, what: it.what.clone() });
        let real = Trace::new(Header::new("real", Clock::Real), events.collect());
        prop_assert_eq!(read_as_perfetto(&real.chrome_json()), n_arrows);
        Ok(())
    });
}

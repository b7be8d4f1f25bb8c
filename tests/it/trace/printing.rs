//! What a recording says in its own words is shown, and steers nothing.

use boucle_trace::{
    Clock, Event, Header, On, Place, Player, Printable, Reported, RunEnd, TaskNo, Text, Trace, What,
};

use super::pictures::is_well_formed;

/// Escapes, a title, bells; the other way round; ends of lines; what XML and HTML would read as theirs.
const HOSTILE: &str = "\u{1b}[31mRED\u{1b}]0;title\u{7}\u{1b}[2J\u{9b}31m\u{202e}abc\u{2028}\r\u{8}\0\
    </script><script>alert(1)</script>]]><!--<img src=x>&\"'{{data}}\t\u{85}\u{2066}\u{fffe}\u{ffff}";

/// A run that says `words` wherever a recording has words of its own.
fn saying(words: &str) -> Trace {
    let task = TaskNo::new(1).expect("it is one");
    let text = Text::from(words);
    let whats = [
        What::Added {
            task,
            by: None,
            place: Some(Place { file: text.clone(), line: 1 }),
            future: None,
        },
        What::Named { task, name: text.clone() },
        What::TimerSet { timer: 0, by: Some(task), after: 5 },
        What::PollBegins { task },
        What::Printed { by: Some(task), error: false, line: text.clone() },
        What::Printed { by: None, error: true, line: text.clone() },
        What::Waits { task, on: On::Sync(text.clone()), object: None, place: None, wait: None },
        What::PollEnds { task, how: boucle_trace::PollEnd::Pending },
        What::Woken { task, by: boucle_trace::By::Task(task) },
        What::Reported { task: Some(task), kind: Reported::Panic, message: text.clone() },
        What::RunEnds { how: RunEnd::Panicked(text) },
    ];
    let events = whats.into_iter().map(|what| Event { at: 0, what }).collect();
    Trace::new(Header::new(words, Clock::Virtual), events)
}

/// All that a player says of a run, a line each.
fn said(trace: &Trace) -> Vec<String> {
    let task = TaskNo::new(1).expect("it is one");
    let mut player = Player::new(trace.clone());
    let mut said = Vec::new();
    while player.step() {
        said.extend(player.told().map(|(who, what)| format!("{who} {what}")));
        said.extend(player.why());
        said.extend(player.waits(task));
    }
    said
}

#[test]
fn no_text_of_a_recording_steers_a_terminal() {
    let trace = saying(HOSTILE);
    for text in [trace.lines(), trace.lanes()] {
        assert_eq!(Printable::lines(text.as_str()), *text);
        assert!(text.contains("␛[31mRED␛]0;title␇␛[2J�31m�abc�␍␈␀"), "{text}");
    }
    // A line an event, whatever a name has in it.
    assert_eq!(saying("one\ntwo\n").lines().lines().count(), trace.len());
    for line in said(&trace) {
        assert_eq!(Printable::line(line.as_str()), *line);
    }
}

#[test]
fn pictures_and_pages_are_well_formed_whatever_a_recording_says() {
    let trace = saying(HOSTILE);
    let (svg, html) = (trace.svg(), trace.html());
    assert_eq!(is_well_formed(&svg), Ok(()));
    assert!(svg.contains("␛[31mRED"), "{svg}");
    for text in [&svg, &html] {
        assert_eq!(Printable::lines(text.as_str()), **text);
    }
    assert_eq!(html.matches("</script>").count(), html.matches("<script").count());
    assert!(!html.contains("<img") && !svg.contains("]]>"));
}

#[test]
fn a_name_of_any_length_is_cut_wherever_it_is_shown() {
    let trace = saying(&"n".repeat(70_000));
    for line in trace.lines().lines().chain(trace.lanes().lines()) {
        assert!(line.chars().count() < 5000, "{} letters", line.chars().count());
    }
    for line in said(&trace) {
        assert!(line.chars().count() < 5000, "{} letters", line.chars().count());
    }
    let title = format!("<title id=\"title\">A run of {}…</title>", "n".repeat(199));
    assert!(trace.svg().contains(&title));
    assert!(trace.svg().len() < 100_000);
}

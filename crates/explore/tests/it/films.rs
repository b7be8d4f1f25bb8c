//! Both orders as recordings.

use std::path::Path;
use std::process::Command;
use std::rc::Rc;
use std::{env, fs};

use boucle::shared::Cell;
use boucle::{interrupt, spawn};
use boucle_trace::{RunEnd, Trace};

use super::explore;

/// The main task looks too early, or not.
async fn early() {
    let n = Rc::new(Cell::new(0));
    let sets = Rc::clone(&n);
    drop(spawn(async move { sets.set(1) }));
    interrupt().await;
    assert!(n.get() == 1, "too early");
}

#[test]
fn the_film_of_a_failure_has_the_order_that_fails_and_one_that_passes() {
    let report = explore(early);
    let films: Vec<_> = report.films().collect();
    assert_eq!(films.len(), 1);
    let end = |trace: &Trace| trace.state_at(trace.len()).end;
    assert!(films[0].failure().contains("too early"));
    let passes = films[0].passes().expect("one passes");
    assert_eq!(end(passes), Some(RunEnd::Complete));
    assert_ne!(end(films[0].fails()), Some(RunEnd::Complete));
    assert_eq!(films[0].html().matches("<boucle-player keys>").count(), 2);
}

/// Run by the next test, with a place for the films in its environment.
#[test]
fn filmed() {
    println!("{}", explore(early));
}

/// What `filmed` prints, with films that go there.
fn filmed_into(into: &Path) -> (String, String) {
    let test = env::current_exe().expect("this is a program");
    let run = Command::new(test)
        .args(["--exact", "films::filmed", "--nocapture"])
        .env("BOUCLE_EXPLORE_FILM", into)
        .output()
        .expect("it runs");
    assert!(run.status.success());
    [run.stdout, run.stderr].map(|it| String::from_utf8(it).expect("it is text")).into()
}

#[test]
fn the_environment_asks_for_films_and_the_report_is_there_also_where_none_can_be_written() {
    let folder = env::temp_dir().join(format!("boucle-films-{}", std::process::id()));
    let (report, told) = filmed_into(&folder.join("deep"));
    assert!(report.contains("panicked: too early"), "{report}");
    assert!(told.contains("films-filmed.html"), "{told}");
    let of = |name: &str| Trace::load(folder.join("deep").join(name)).expect("it is a recording");
    let (fails, passes) = (of("films-filmed-fails.trace"), of("films-filmed-passes.trace"));
    assert!(fails.len() < passes.len());
    // The same again: recordings are replaced.
    let (again, told) = filmed_into(&folder.join("deep"));
    assert!(again.contains("panicked: too early") && !told.contains("not filmed"), "{told}");
    // What is none is not.
    let file = folder.join("deep").join("films-filmed-fails.trace");
    fs::write(&file, "mine").expect("it is there");
    let (again, told) = filmed_into(&folder.join("deep"));
    assert!(told.contains("it is there, and is no recording"), "{told}");
    assert!(told.contains("(the failure is not filmed)"), "{told}");
    assert!(again.contains("panicked: too early"), "{again}");
    // A file is no directory.
    let (again, told) = filmed_into(&file);
    assert!(told.contains("it is a file: name a directory"), "{told}");
    assert!(again.contains("panicked: too early"), "{again}");
    assert_eq!(fs::read_to_string(&file).expect("it is there"), "mine");
    fs::remove_dir_all(folder).expect("it is there");
}

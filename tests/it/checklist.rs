//! The checklist of the book: all rows are there, and what they refer to exists.

use crate::road;

/// How many rows there are.
const N_ROWS: usize = 227;

/// The rows: number, what it says, what it refers to.
fn rows() -> Vec<(usize, String, Vec<String>)> {
    let page = road::read("docs/src/checklist.md");
    let mut rows = Vec::new();
    for line in page.lines().filter_map(|line| line.strip_prefix("| ")) {
        let cells: Vec<_> = line.trim_end_matches(" |").split(" | ").collect();
        let Ok(number) = cells[0].parse() else { continue };
        let [_, what, references] = cells[..] else { panic!("a row has three cells: {line}") };
        let references = references.split(", ").map(|it| it.trim_matches('`').to_owned());
        rows.push((number, what.to_owned(), references.collect()));
    }
    rows
}

/// Whether there is a file of this path, or a test of this name in the file of its module.
fn exists(reference: &str) -> bool {
    let Some((module, test)) = reference.rsplit_once("::") else {
        return road::root().join(reference).is_file();
    };
    let file = format!("tests/it/{}.rs", module.replace("::", "/"));
    if !road::root().join(&file).is_file() {
        return false;
    }
    let text = road::read(&file);
    let lines: Vec<_> = text.lines().collect();
    let place = lines.iter().position(|line| line.starts_with(&format!("fn {test}(")));
    // Nothing but other attributes stands between the two, and no empty line.
    place.is_some_and(|place| {
        let before = lines[..place].iter().rev().take_while(|line| !line.is_empty());
        before.into_iter().any(|line| *line == "#[test]")
    })
}

/// Whether a test runs the example, or asks the compiler about the fixture.
fn is_tested(file: &str) -> bool {
    let name = file.rsplit('/').next().and_then(|it| it.strip_suffix(".rs")).expect("Rust");
    if file.starts_with("crates/boucle/examples/course/") {
        return road::read("tests/it/course/examples.rs").contains("examples/course/mod.rs");
    }
    if file.starts_with("crates/boucle/examples/") {
        let call = format!("examples::{name}::program");
        let texts = [road::read("tests/it/course.rs"), road::read("tests/it/course/ctrl_c.rs")];
        return texts.iter().any(|text| text.contains(&call));
    }
    if file.starts_with("tests/ui/") {
        return road::read("tests/it/course/refused.rs").contains(&format!("check(\"{name}\","));
    }
    file == "tests/src/lib.rs"
}

#[test]
fn the_checklist_has_all_rows_in_order() {
    let rows = rows();
    assert_eq!(rows.len(), N_ROWS);
    for (place, (number, what, references)) in (1..).zip(rows) {
        assert_eq!(number, place);
        assert!(what.len() >= 4, "row {number} says what it is about");
        assert!(!references.is_empty(), "row {number} refers to something");
    }
}

#[test]
fn what_a_row_of_the_checklist_refers_to_exists_and_is_tested() {
    let mut wrong = Vec::new();
    for (number, _, references) in rows() {
        for reference in references {
            let what = match exists(&reference) {
                false => "is not there",
                true if reference.ends_with(".rs") && !is_tested(&reference) => "is run by no test",
                true => continue,
            };
            wrong.push(format!("row {number}: {reference} {what}"));
        }
    }
    assert!(wrong.is_empty(), "{} to mend:\n{}", wrong.len(), wrong.join("\n"));
}

#[test]
fn each_example_and_each_fixture_is_in_the_checklist_or_no_part_of_the_course() {
    let rows = rows();
    let is_named = |path: &str| rows.iter().any(|(_, _, it)| it.iter().any(|it| it == path));
    let mut examples = road::files("crates/boucle/examples");
    // The course's programs are those that share its stopwatch or say nothing of the time.
    examples.retain(|path| road::read(path).contains("pub(crate) fn program("));
    assert!(examples.len() > 15, "{examples:?}");
    for path in examples.iter().chain(&road::files("tests/ui")) {
        let path = path.to_str().expect("a plain name");
        assert!(is_named(path), "{path} is in no row");
    }
}

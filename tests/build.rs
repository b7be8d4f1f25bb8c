//! Writes variants of the stages for the tests to compile: on plain `std`, and with mistakes.
//!
//! A variant is a module with the files of a stage, `lib.rs` as `library.rs` and `main.rs` as `demo.rs`,
//! after a textual replacement, and nothing else. The later stages' programs have one variant more,
//! on the finished loop.

use std::env;
use std::fmt::Write;
use std::fs;
use std::path::{Path, PathBuf};

include!("bite/mistakes.rs");

/// The stages whose programs run on the finished loop as they are: all that have a `Loop`, and no socket.
const ARRIVING: [usize; 8] = [4, 5, 6, 8, 9, 11, 12, 13];

/// Where the tests of sockets adopt one outside of any loop, and how they do so inside of one.
const ADOPTIONS: [(&str, &str); 3] = [
    (
        "AIOSocket::new(OwnedFd::from(file)).map(drop).expect_err",
        "run(async { AIOSocket::new(OwnedFd::from(file)).map(drop) }).expect_err",
    ),
    ("            let inside = AIOSocket::new(inside).expect(\"it can be watched\");\n", ""),
    (
        "run_task(program(inside))",
        "run_task(async { program(AIOSocket::new(inside).expect(\"it can be watched\")).await })",
    ),
];

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    println!("cargo::rerun-if-changed=bite/mistakes.rs");
    plain_std();
    mistakes();
    arrival();
    sockets();
    on_boucle();
    held();
}

/// Every stage with `std` in the place of `world`; `step` and `wait` alone are not `std`'s.
fn plain_std() {
    let mut modules = String::new();
    let mut sources = String::new();
    for stage in 0..N_STAGES {
        let plain = |text: String| {
            text.replace("use world::step;", "use crate::plain_std::step;")
                .replace("use world::{step, wait};", "use crate::plain_std::{step, wait};")
                .replace("world::", "std::")
        };
        let mut library = library(stage);
        for (file, text) in &mut library {
            *text = plain(text.clone());
            writeln!(sources, "    // stage{stage}, {file}\n    {text:?},")
                .expect("a string takes all");
        }
        modules += &variant(
            "plain_std",
            &format!("stage{stage}"),
            library,
            plain(source(stage, "main.rs")),
        );
    }
    writeln!(modules, "pub(crate) const SOURCES: &[&str] = &[\n{sources}];")
        .expect("a string takes all");
    write("plain_std.rs", &modules);
}

/// Every stage with one planted mistake, for each mistake that it can have.
fn mistakes() {
    let mut modules = String::new();
    let mut table = String::new();
    for mistake in MISTAKES {
        for &stage in mistake.stages {
            let mut library = library(stage);
            let found = library.iter().map(|(_, text)| text.matches(mistake.right).count());
            let n_places: usize = found.sum();
            assert!(
                n_places == 1,
                "bite/mistakes.rs, {}: what is to be replaced is found {n_places} times in stage{stage}, not once: {:?}",
                mistake.name,
                mistake.right,
            );
            let name = format!("stage{stage}_{}", mistake.name);
            for (_, text) in &mut library {
                *text = text.replace(mistake.right, mistake.wrong);
            }
            modules += &variant("mistakes", &name, library, source(stage, "main.rs"));
            writeln!(table, "    ({stage}, {:?}, {name}::demo::main),", mistake.name)
                .expect("a string takes all");
        }
    }
    writeln!(modules, "pub(crate) const PLANTED: &[(usize, &str, fn())] = &[\n{table}];")
        .expect("a string takes all");
    write("mistakes.rs", &modules);
}

/// The programs of the later stages on the finished loop: where they say `stageN`, it stands.
fn arrival() {
    let mut modules = String::new();
    for stage in ARRIVING {
        let demo = source(stage, "main.rs");
        let demo = demo.replace(&format!("use stage{stage}::"), "use crate::arrival::finished::");
        let name = format!("stage{stage}");
        let path = out("arrival", &name).with_extension("rs");
        fs::create_dir_all(out("arrival", "")).expect("the build folder can be written to");
        fs::write(&path, demo).expect("the build folder can be written to");
        // What the finished loop says more than a stage, say how a run has ended, may go unheard.
        modules += &format!(
            "#[allow(unreachable_pub, unused_must_use, reason = \"a program of a stage\")]\n#[path = {path:?}]\npub(crate) mod {name};\n"
        );
    }
    write("arrival.rs", &modules);
}

/// The tests of stage 7's sockets, for those of stage 10: what they do has not changed. But a socket is
/// adopted inside a loop there.
fn sockets() {
    let read = |tests: &str| {
        println!("cargo::rerun-if-changed={tests}");
        let text = fs::read_to_string(tests);
        let text = text.unwrap_or_else(|error| panic!("cannot read {tests}: {error}"));
        text.replace("stage7", "stage10")
    };
    let (mut alone, serving) = (read("it/sockets.rs"), read("it/sockets/serving.rs"));
    for (outside, inside) in ADOPTIONS {
        assert_eq!(alone.matches(outside).count(), 1, "it/sockets.rs: {outside}");
        alone = alone.replace(outside, inside);
    }
    let folder = out("sockets", "");
    fs::create_dir_all(&folder).expect("the build folder can be written to");
    for (file, text) in [("stage10.rs", alone), ("serving.rs", serving)] {
        fs::write(folder.join(file), text).expect("the build folder can be written to");
    }
    let path = folder.join("stage10.rs");
    write("sockets.rs", &format!("#[path = {path:?}]\nmod stage10;\n"));
}

/// The program of stage 7 with boucle's names; and a word on what is gathered, which may be anything here.
fn on_boucle() {
    let replacements = [
        (
            "use stage7::{Loop, aiosocket, gather, interrupt};",
            "use boucle::net::aiosocket;\nuse boucle::{Loop, gather, interrupt};",
        ),
        ("gather([", "gather::<[std::pin::Pin<Box<dyn Future<Output = ()>>>; 2], _>(["),
    ];
    let mut demo = source(7, "main.rs");
    for (theirs, ours) in replacements {
        assert!(demo.matches(theirs).count() == 1, "the program of stage 7 has no {theirs:?}");
        demo = demo.replace(theirs, ours);
    }
    let module = variant("on_boucle", "stage7", vec![("lib.rs".to_owned(), String::new())], demo);
    write("on_boucle.rs", &module);
}

/// Every stage that has a queue, with collections that note what they really hold after each change.
fn held() {
    let mut modules = String::new();
    for stage in 2..N_STAGES {
        let mut library = library(stage);
        for (file, text) in &mut library {
            *text = text.replace("world::collections::", "crate::truth::held::");
            if file == "lib.rs" && text.contains("struct TimeEvent") {
                *text += "\nimpl crate::truth::held::Timed for TimeEvent {\n    fn time(&self) -> Instant {\n        self.t\n    }\n}\n";
            }
        }
        modules += &variant("held", &format!("stage{stage}"), library, source(stage, "main.rs"));
    }
    write("held.rs", &modules);
}

/// Writes one variant, and returns the module that holds it.
fn variant(kind: &str, name: &str, library: Vec<(String, String)>, demo: String) -> String {
    let folder = out(kind, name);
    fs::create_dir_all(&folder).expect("the build folder can be written to");
    let stage = name.split('_').next().expect("a variant is named after its stage");
    let demo = demo.replace(&format!("use {stage}::"), "use super::library::");
    for (file, text) in library.into_iter().chain([("demo.rs".to_owned(), demo)]) {
        let file = if file == "lib.rs" { "library.rs" } else { &file };
        fs::write(folder.join(file), text).expect("the build folder can be written to");
    }
    let path = |file| folder.join(file);
    format!(
        "#[allow(warnings, clippy::all, reason = \"this text is made by a replacement\")]\npub(crate) mod {name} {{\n    #[path = {:?}]\n    pub(crate) mod library;\n    #[path = {:?}]\n    pub(crate) mod demo;\n}}\n",
        path("library.rs"),
        path("demo.rs"),
    )
}

/// The files of a stage but its program, by their names and with their texts.
fn library(stage: usize) -> Vec<(String, String)> {
    let folder = format!("../crates/stage{stage}/src");
    let files =
        fs::read_dir(&folder).unwrap_or_else(|error| panic!("cannot read {folder}: {error}"));
    let names = files.map(|it| it.expect("a stage can be read").file_name());
    let mut names: Vec<_> = names.map(|it| it.to_string_lossy().into_owned()).collect();
    names.retain(|name| name != "main.rs");
    names.sort();
    names.into_iter().map(|name| (name.clone(), source(stage, &name))).collect()
}

/// The text of one of a stage's files.
fn source(stage: usize, file: &str) -> String {
    let path = format!("../crates/stage{stage}/src/{file}");
    println!("cargo::rerun-if-changed={path}");
    fs::read_to_string(&path).unwrap_or_else(|error| panic!("cannot read {path}: {error}"))
}

/// Where a variant lies in the build folder.
fn out(kind: &str, name: &str) -> PathBuf {
    Path::new(&env::var_os("OUT_DIR").expect("cargo tells where to build")).join(kind).join(name)
}

/// Writes a list of modules, for a test module to include.
fn write(file: &str, text: &str) {
    fs::write(out("", file), text).expect("the build folder can be written to");
}

//! Writes variants of the stages for the tests to compile: on plain `std`, and with mistakes.
//!
//! A variant is a module with two files, `library.rs` and `demo.rs`: the stage's two sources after
//! a textual replacement, and nothing else.

use std::env;
use std::fmt::Write;
use std::fs;
use std::path::{Path, PathBuf};

include!("bite/mistakes.rs");

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    println!("cargo::rerun-if-changed=bite/mistakes.rs");
    plain_std();
    mistakes();
    on_boucle();
}

/// Every stage with `std` in the place of `world`; `step` alone is not `std`'s.
fn plain_std() {
    let mut modules = String::new();
    for stage in 0..N_STAGES {
        let plain = |text: String| {
            text.replace("use world::step;", "use crate::plain_std::step;")
                .replace("world::", "std::")
        };
        let name = format!("stage{stage}");
        modules +=
            &variant("plain_std", &name, plain(source(stage, "lib")), plain(source(stage, "main")));
        writeln!(
            modules,
            "pub(crate) const SOURCE{stage}: &str = include_str!({:?});",
            out("plain_std", &name).join("library.rs")
        )
        .expect("a string takes all");
    }
    write("plain_std.rs", &modules);
}

/// Every stage with one planted mistake, for each mistake that it can have.
fn mistakes() {
    let mut modules = String::new();
    let mut table = String::new();
    for mistake in MISTAKES {
        for &stage in mistake.stages {
            let library = source(stage, "lib");
            let n_places = library.matches(mistake.right).count();
            assert!(
                n_places == 1,
                "bite/mistakes.rs, {}: what is to be replaced is found {n_places} times in stage{stage}, not once: {:?}",
                mistake.name,
                mistake.right,
            );
            let name = format!("stage{stage}_{}", mistake.name);
            modules += &variant(
                "mistakes",
                &name,
                library.replace(mistake.right, mistake.wrong),
                source(stage, "main"),
            );
            writeln!(table, "    ({stage}, {:?}, {name}::demo::main),", mistake.name)
                .expect("a string takes all");
        }
    }
    writeln!(modules, "pub(crate) const PLANTED: &[(usize, &str, fn())] = &[\n{table}];")
        .expect("a string takes all");
    write("mistakes.rs", &modules);
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
    let mut demo = source(7, "main");
    for (theirs, ours) in replacements {
        assert!(demo.matches(theirs).count() == 1, "the program of stage 7 has no {theirs:?}");
        demo = demo.replace(theirs, ours);
    }
    let module = variant("on_boucle", "stage7", String::new(), demo);
    write("on_boucle.rs", &module);
}

/// Writes one variant, and returns the module that holds it.
fn variant(kind: &str, name: &str, library: String, demo: String) -> String {
    let folder = out(kind, name);
    fs::create_dir_all(&folder).expect("the build folder can be written to");
    let stage = name.split('_').next().expect("a variant is named after its stage");
    let demo = demo.replace(&format!("use {stage}::"), "use super::library::");
    for (file, text) in [("library.rs", library), ("demo.rs", demo)] {
        fs::write(folder.join(file), text).expect("the build folder can be written to");
    }
    let path = |file| folder.join(file);
    format!(
        "#[allow(warnings, clippy::all, reason = \"this text is made by a replacement\")]\npub(crate) mod {name} {{\n    #[path = {:?}]\n    pub(crate) mod library;\n    #[path = {:?}]\n    pub(crate) mod demo;\n}}\n",
        path("library.rs"),
        path("demo.rs"),
    )
}

/// The text of a stage's `lib.rs` or `main.rs`.
fn source(stage: usize, file: &str) -> String {
    let path = format!("../crates/stage{stage}/src/{file}.rs");
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

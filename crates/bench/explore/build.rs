//! Writes the programs of the known bugs for the two to run: as they are on boucle, and on shuttle, where nothing but
//! the crate in `use boucle::` is another. Those that need a clock, or boucle's own locks and queues, run on boucle
//! alone.

use std::env;
use std::fmt::Write;
use std::fs;
use std::path::Path;

/// Where they are.
const PROGRAMS: &str = "../../explore/tests/it/bugs";

/// What shuttle does not have.
const NOT_ON_SHUTTLE: [&str; 4] = ["sleep(", "timeout(", "call_later(", "use boucle::sync"];

/// Which programs wait until nothing else can run, which shuttle cannot say.
const QUIESCENT: [&str; 1] = ["tokio_3652"];

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    println!("cargo::rerun-if-changed={PROGRAMS}");
    let files = fs::read_dir(PROGRAMS).expect("the programs are there");
    let mut files: Vec<_> = files.map(|it| it.expect("it can be read").path()).collect();
    files.sort();
    let (mut boucle, mut shuttle, mut names) = (String::new(), String::new(), String::new());
    for file in &files {
        let text = fs::read_to_string(file).expect("it can be read");
        let module = stem(file);
        writeln!(boucle, "pub mod {module} {{\n{text}}}").expect("a string has room");
        if module == "parts" {
            let text = text.replace("use boucle::", "use crate::shim::");
            writeln!(shuttle, "pub mod {module} {{\n{text}}}").expect("a string has room");
            continue;
        }
        let is_portable =
            !QUIESCENT.contains(&module) && NOT_ON_SHUTTLE.iter().all(|it| !text.contains(it));
        let name = called(module);
        let on_shuttle = if is_portable {
            let text = text.replace("use boucle::", "use crate::shim::");
            writeln!(shuttle, "pub mod {module} {{\n{text}}}").expect("a string has room");
            format!("Some(|case| Box::pin(crate::on_shuttle::{module}::program(case)))")
        } else {
            "None".to_owned()
        };
        let on_boucle = format!("|case| Box::pin(crate::on_boucle::{module}::program(case))");
        writeln!(names, "Bug {{ name: {name:?}, boucle: {on_boucle}, shuttle: {on_shuttle} }},")
            .expect("a string has room");
    }
    let out = env::var("OUT_DIR").expect("cargo sets it");
    let put = |name: &str, text: &str| {
        fs::write(Path::new(&out).join(name), text).expect("it can be written");
    };
    put("on_boucle.rs", &boucle);
    put("on_shuttle.rs", &shuttle);
    put("all.rs", &format!("[\n{names}]"));
}

fn stem(file: &Path) -> &str {
    file.file_stem().and_then(|it| it.to_str()).expect("it has a name")
}

/// `redis_py_2624` is `redis-py 2624`.
fn called(module: &str) -> String {
    let (project, number) = module.rsplit_once('_').expect("it ends with a number");
    format!("{} {number}", project.replace('_', "-"))
}

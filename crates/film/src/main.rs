//! The program `film`: all of it is in the library, where the tests can reach it.

use std::process::ExitCode;

fn main() -> ExitCode {
    film::args::main()
}

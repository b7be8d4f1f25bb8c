//! The program `film`: reads the arguments, and says what went wrong.

use std::process::ExitCode;

use clap::Parser;
use film::args::Args;
use world::eprintln;

fn main() -> ExitCode {
    match Args::parse().run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("film: {error}");
            ExitCode::FAILURE
        }
    }
}

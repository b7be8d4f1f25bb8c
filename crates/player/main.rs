//! The player, as it is published.

use std::process::ExitCode;

fn main() -> ExitCode {
    boucle_film::args::main()
}

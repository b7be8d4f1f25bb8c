//! boucle-explore beside shuttle: how many executions it takes until known bugs are found, and how many each makes in a
//! second.

mod bugs;
mod rates;
mod reset;
mod shim;

mod on_boucle {
    include!(concat!(env!("OUT_DIR"), "/on_boucle.rs"));
}

#[expect(dead_code, reason = "they are the tests' own")]
mod on_shuttle {
    include!(concat!(env!("OUT_DIR"), "/on_shuttle.rs"));
}

use clap::{Parser, Subcommand};

/// Measures boucle-explore beside its peers.
#[derive(Parser)]
#[command(version)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// How many executions it takes until each of the known bugs is found.
    Bugs(bugs::Run),
    /// How many executions a second random walks make.
    Walk(rates::Run),
    /// How long it takes until a loop can be used anew, beside another one that is made.
    Reset(reset::Run),
    /// How many executions a second the search makes.
    Dpor(rates::Run),
}

fn main() {
    match Cli::parse().command {
        Command::Bugs(run) => bugs::measure(&run),
        Command::Reset(run) => reset::measure(&run),
        Command::Walk(run) => rates::measure(&run, rates::Way::Walk),
        Command::Dpor(run) => rates::measure(&run, rates::Way::Dpor),
    }
}

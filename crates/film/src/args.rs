//! The command line: what it says, and what is done about it.

#[cfg(unix)]
mod attach;
#[cfg(any(unix, feature = "programs"))]
mod command;
#[cfg(feature = "programs")]
mod orders;

use std::env;
use std::error::Error;
use std::io;
use std::io::IsTerminal;
use std::panic;
use std::path::PathBuf;
use std::process::ExitCode;

use boucle_trace::Printable;
use clap::{Parser, ValueEnum};
use world::println;

use crate::app::App;
use crate::predict::{Question, Verdict};
use crate::programs;
use crate::run::Run;
use crate::serve::{Shelf, serve};
use crate::{terminal, write};

/// Plays a run forwards and backwards: a stage, an example of boucle, or a recording.
#[derive(Clone, Debug, Parser)]
#[command(name = "film", after_help = after_help(), args_conflicts_with_subcommands = true)]
#[command(disable_help_subcommand = true)]
pub struct Args {
    /// What to do besides playing a run, if it is that
    #[cfg(any(unix, feature = "programs"))]
    #[command(subcommand)]
    command: Option<command::Command>,
    /// What to play: the name of a program, or the file of a recording
    run: Option<String>,
    /// Print the run as text: a lane a task, or a line an event
    #[arg(long, value_name = "HOW", num_args = 0..=1, require_equals = true, default_missing_value = "lanes")]
    text: Option<TextKind>,
    /// How many columns the text may take; else as many as the terminal has, or $COLUMNS says, or 80
    #[arg(long, value_name = "COLUMNS", value_parser = clap::value_parser!(u16).range(40..))]
    width: Option<u16>,
    /// Write the run as a picture
    #[arg(long, value_name = "FILE")]
    svg: Option<PathBuf>,
    /// Write the run as one page, which needs no server
    #[arg(long, value_name = "FILE")]
    html: Option<PathBuf>,
    /// Write the player as a script, and the run as an element that it shows, into a folder
    #[arg(long, value_name = "FOLDER")]
    element: Option<PathBuf>,
    /// Write the run as a recording, which can be played again
    #[arg(long, value_name = "FILE")]
    save: Option<PathBuf>,
    /// Write the same as lines of JSON, for people and for other programs
    #[arg(long, value_name = "FILE")]
    json: Option<PathBuf>,
    /// Write the run for Perfetto, as Chrome's trace events
    #[arg(long, value_name = "FILE")]
    perfetto: Option<PathBuf>,
    /// Replace files that are there already
    #[arg(long)]
    force: bool,
    /// Show what can be read of a recording that is damaged or too new
    #[arg(long)]
    lossy: bool,
    /// Serve the player as a page, to this machine alone
    #[arg(long, conflicts_with_all = ["text", "svg", "html", "element", "save", "json", "perfetto", "predict"])]
    serve: bool,
    /// Another run, which stands beside the first one on the page
    #[arg(long, value_name = "RUN", requires = "run", conflicts_with_all = ["text", "svg", "element", "save", "json", "perfetto", "predict"])]
    beside: Option<String>,
    /// The port of the page; 0 is one that is free
    #[arg(long, default_value_t = 0, requires = "serve")]
    port: u16,
    /// Ask for the order of the output first; without a terminal, read it from stdin, line by line
    #[arg(long)]
    predict: bool,
}

/// Which text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum TextKind {
    /// A lane a task
    Lanes,
    /// A line an event
    Lines,
}

fn after_help() -> String {
    format!("Programs:\n{}\nIn the player, ? shows the keys.", programs::list())
}

/// The program: reads the arguments of this process, and does what they say. What goes wrong is told
/// on stderr, a panic as well: no file name and no recording steers the terminal by it.
///
/// Returns 0; 1 if something could not be done, 2 if the arguments make no sense.
#[must_use]
pub fn main() -> ExitCode {
    panic::set_hook(Box::new(|it| write::stderr(&Printable::lines(format!("film: {it}\n")))));
    let args = match Args::try_parse() {
        Ok(args) => args,
        Err(error) => return say(&error),
    };
    match args.run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            write::stderr(&Printable::lines(format!("film: {error}\n")));
            ExitCode::FAILURE
        }
    }
}

/// Says what clap has to say: what is wrong with the arguments, or the help that they ask for.
fn say(error: &clap::Error) -> ExitCode {
    let text = Printable::lines(error.to_string());
    if error.use_stderr() {
        write::stderr(&text);
        return ExitCode::from(2);
    }
    if write::stdout(&text).is_ok() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

impl Args {
    /// Does what the arguments say.
    ///
    /// # Errors
    ///
    /// What could not be opened, written or shown, in words.
    pub fn run(&self) -> Result<(), Box<dyn Error>> {
        #[cfg(any(unix, feature = "programs"))]
        if let Some(command) = &self.command {
            return command.run();
        }
        let run = self.run.as_deref().map(|it| Run::open(it, self.lossy)).transpose()?;
        let beside = self.beside.as_deref().map(|it| Run::open(it, self.lossy)).transpose()?;
        if self.serve {
            return Ok(serve(self.port, Shelf::new(run, beside))?);
        }
        let Some(run) = run else {
            println!("What to play? These programs there are:");
            println!("{}", programs::list().trim_end());
            println!("Or a file: a recording. `film --help` tells more.");
            return Ok(());
        };
        let is_terminal = io::stdin().is_terminal() && io::stdout().is_terminal();
        if beside.is_some() && self.html.is_none() {
            return Err(
                "two runs stand beside each other on a page: say --serve, or --html FILE".into()
            );
        }
        let writes = self.write_files(&run, beside.as_ref())?;
        if self.text.is_none() && !writes && is_terminal {
            let mut app = App::new(run);
            if self.predict {
                app.ask();
            }
            return Ok(terminal::play(app)?);
        }
        if let Some(warning) = &run.warning {
            write::stderr(&Printable::lines(format!("film: {warning}\n")));
        }
        if self.predict {
            return Ok(predict(&run)?);
        }
        if self.text.is_some() || !writes {
            let text = match self.text {
                Some(TextKind::Lines) => run.trace.lines(),
                _ => run.trace.lanes_within(self.columns()),
            };
            write::stdout(&Printable::lines(text))?;
        }
        Ok(())
    }

    /// How many columns the text may take.
    fn columns(&self) -> usize {
        let of_terminal = || io::stdout().is_terminal().then(terminal::columns).flatten();
        let said = || env::var("COLUMNS").ok()?.parse().ok();
        usize::from(self.width.or_else(of_terminal).or_else(said).unwrap_or(80))
    }

    /// Writes the files that are asked for; whether there are any.
    fn write_files(&self, run: &Run, beside: Option<&Run>) -> Result<bool, Box<dyn Error>> {
        if let Some(path) = &self.save {
            run.trace.save(path, self.force)?;
        }
        if let Some(path) = &self.json {
            run.trace.save_lines(path, self.force)?;
        }
        if let Some(path) = &self.svg {
            write::file(path, run.trace.svg(), self.force)?;
        }
        if let Some(path) = &self.html {
            let page = run.page();
            let html = beside.map_or_else(|| page.html(), |it| page.html_beside(&it.page()));
            write::file(path, html, self.force)?;
        }
        if let Some(folder) = &self.element {
            write::element(folder, run, self.force)?;
        }
        if let Some(path) = &self.perfetto {
            write::file(path, run.trace.chrome_json(), self.force)?;
        }
        let files = [&self.save, &self.json, &self.svg, &self.html, &self.element, &self.perfetto];
        Ok(files.iter().any(|it| it.is_some()))
    }
}

/// Reads a prediction from stdin, and says what became of it.
fn predict(run: &Run) -> io::Result<()> {
    let Some(question) = Question::about(&run.trace) else {
        return write::stdout(&Printable::lines("there is no order to predict here\n"));
    };
    let lines = io::stdin().lines().collect::<Result<Vec<_>, _>>()?;
    let mut said = Verdict::on(&run.trace, &lines).lines().join("\n") + "\n";
    if lines.is_empty() {
        let choices: String = question.choices.iter().map(|it| format!("  {it}\n")).collect();
        let n = question.n_lines;
        said = format!(
            "Predict the first {n} lines, on stdin, one a line. They are among:\n{choices}"
        );
    }
    write::stdout(&Printable::lines(said))
}

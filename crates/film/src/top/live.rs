//! The table of `film top` in a terminal: asked for anew each second.

use std::io;
use std::time::{Duration, Instant};

use boucle_trace::attach::AttachError;
use ratatui::crossterm::event::{self, Event, KeyCode, KeyEventKind, KeyModifiers};
use ratatui::widgets::Paragraph;

use super::{By, Table};
use crate::attach::{LookError, Looked, say};

/// The table is asked for so often.
const BETWEEN: Duration = Duration::from_secs(1);

/// Shows the table until the reader has enough, or the program has gone.
pub(super) fn show(looked_at: &Looked, by: By) -> Result<(), LookError> {
    let mut terminal = ratatui::try_init()?;
    let result = show_on(&mut terminal, looked_at, by);
    ratatui::restore();
    if let End::RunOver = result? {
        say("the run is over");
    }
    Ok(())
}

/// Why the table is shown no longer.
enum End {
    /// The reader has enough.
    Quit,
    /// There is nothing left to ask: the run is over, with its program or before it.
    RunOver,
}

fn show_on(
    terminal: &mut ratatui::DefaultTerminal,
    looked_at: &Looked,
    mut by: By,
) -> Result<End, LookError> {
    let mut before: Option<Table> = None;
    loop {
        let (status, sums) = match looked_at.program.top(looked_at.number) {
            Err(AttachError::Gone(_) | AttachError::RunOver { .. }) if before.is_some() => {
                return Ok(End::RunOver);
            }
            answer => answer?,
        };
        let table = Table::new(status, sums, by, before.as_ref());
        let asked = Instant::now();
        loop {
            draw(terminal, &table)?;
            if !event::poll(BETWEEN.saturating_sub(asked.elapsed()))? {
                break;
            }
            let Event::Key(key) = event::read()? else { continue };
            let is_control = key.modifiers.contains(KeyModifiers::CONTROL);
            match key.code {
                _ if key.kind == KeyEventKind::Release => {}
                KeyCode::Char('q') => return Ok(End::Quit),
                KeyCode::Char('c') if is_control => return Ok(End::Quit),
                KeyCode::Char('b') => by = By::Busy,
                KeyCode::Char('p') => by = By::Polls,
                KeyCode::Char('P') => by = By::LongestPoll,
                KeyCode::Char('r') => by = By::Ready,
                KeyCode::Char('w') => by = By::LongestWait,
                _ => {}
            }
        }
        before = Some(table);
    }
}

fn draw(terminal: &mut ratatui::DefaultTerminal, table: &Table) -> io::Result<()> {
    terminal.draw(|frame| {
        let area = frame.area();
        let most = usize::from(area.height.saturating_sub(4));
        let keys =
            "first: b who ran longest, p polls, P longest poll, r ready, w longest wait; q quits";
        let text = format!("{}{keys}", &*table.lines(most));
        frame.render_widget(Paragraph::new(text), area);
    })?;
    Ok(())
}

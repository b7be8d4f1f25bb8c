//! The table of `film top` in a terminal: asked for anew each second.

use std::io;
use std::time::{Duration, Instant};

use ratatui::crossterm::event::{self, Event, KeyCode, KeyEventKind, KeyModifiers};
use ratatui::widgets::Paragraph;

use super::{By, Table};
use crate::attach::{LookError, Looked};

/// The table is asked for so often.
const BETWEEN: Duration = Duration::from_secs(1);

/// Shows the table until the reader has enough, or the program has gone.
pub(super) fn show(looked_at: &Looked, by: By) -> Result<(), LookError> {
    let mut terminal = ratatui::try_init()?;
    let result = show_on(&mut terminal, looked_at, by);
    ratatui::restore();
    result
}

fn show_on(
    terminal: &mut ratatui::DefaultTerminal,
    looked_at: &Looked,
    mut by: By,
) -> Result<(), LookError> {
    let mut before: Option<Table> = None;
    loop {
        let (status, sums) = looked_at.program.top(looked_at.number)?;
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
                KeyCode::Char('q') => return Ok(()),
                KeyCode::Char('c') if is_control => return Ok(()),
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

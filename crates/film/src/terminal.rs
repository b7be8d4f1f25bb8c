//! The terminal player: draws, waits for a key or for the time to play on, and draws again.

use std::io;
use std::time::{Duration, Instant};

use ratatui::DefaultTerminal;
use ratatui::crossterm::event::{self, DisableMouseCapture, EnableMouseCapture, Event};
use ratatui::crossterm::execute;
use ratatui::crossterm::terminal::size;

use crate::app::App;
use crate::screen::draw;

/// Plays until the reader has enough.
///
/// # Errors
///
/// If the terminal cannot be read or drawn on. It is put back as it was in any case.
pub(crate) fn play(mut app: App) -> io::Result<()> {
    let mut terminal = Terminal::open(&mut app)?;
    loop {
        terminal.draw(&app)?;
        let patience = app.patience();
        if !terminal.wait(&mut app, patience)? {
            return Ok(());
        }
    }
}

/// The terminal while a player has it: put back as it was when this is dropped.
pub(crate) struct Terminal {
    terminal: DefaultTerminal,
    /// When time passed for the player the last time.
    last_tick: Instant,
}

impl Terminal {
    pub(crate) fn open(app: &mut App) -> io::Result<Terminal> {
        let terminal = Terminal { terminal: ratatui::try_init()?, last_tick: Instant::now() };
        execute!(io::stdout(), EnableMouseCapture)?;
        // From here on a change of the window's size is an event, also before the first key is awaited.
        event::poll(Duration::ZERO)?;
        let size = terminal.terminal.size()?;
        app.resize(size.width, size.height);
        Ok(terminal)
    }

    pub(crate) fn draw(&mut self, app: &App) -> io::Result<()> {
        self.terminal.draw(|frame| draw(frame, app))?;
        Ok(())
    }

    /// Waits for what the reader does, for so long at the most: then time passes for the player. `false` if
    /// the reader has enough.
    pub(crate) fn wait(&mut self, app: &mut App, patience: Option<Duration>) -> io::Result<bool> {
        let is_there = match patience {
            Some(patience) => event::poll(patience.saturating_sub(self.last_tick.elapsed()))?,
            None => true,
        };
        if !is_there {
            self.last_tick = Instant::now();
            app.tick();
            return Ok(true);
        }
        let was_playing = app.is_playing();
        match event::read()? {
            Event::Key(key) if !app.key(key) => return Ok(false),
            Event::Mouse(mouse) => app.mouse(mouse),
            // A window of another size is drawn anew, as everything else.
            Event::Resize(columns, rows) => app.resize(columns, rows),
            _ => {}
        }
        if app.is_playing() && !was_playing {
            self.last_tick = Instant::now();
        }
        Ok(true)
    }
}

impl Drop for Terminal {
    fn drop(&mut self) {
        // A terminal that is gone hears nothing more.
        let _ = execute!(io::stdout(), DisableMouseCapture);
        ratatui::restore();
    }
}

/// How many columns the terminal has, if there is one.
pub(crate) fn columns() -> Option<u16> {
    size().ok().map(|(columns, _)| columns).filter(|it| *it > 0)
}

//! The terminal player: draws, waits for a key or for the time to play on, and draws again.

use std::io;
use std::time::{Duration, Instant};

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
    let mut terminal = ratatui::try_init()?;
    let mouse = Mouse::listen();
    let result = mouse.and_then(|_mouse| play_on(&mut terminal, &mut app));
    ratatui::restore();
    result
}

/// The terminal tells of the mouse, until this is dropped.
struct Mouse;

impl Mouse {
    fn listen() -> io::Result<Mouse> {
        execute!(io::stdout(), EnableMouseCapture)?;
        Ok(Mouse)
    }
}

impl Drop for Mouse {
    fn drop(&mut self) {
        // A terminal that is gone hears nothing more.
        let _ = execute!(io::stdout(), DisableMouseCapture);
    }
}

fn play_on(terminal: &mut ratatui::DefaultTerminal, app: &mut App) -> io::Result<()> {
    // From here on a change of the window's size is an event, also before the first key is awaited.
    event::poll(Duration::ZERO)?;
    let mut last_tick = Instant::now();
    let size = terminal.size()?;
    app.resize(size.width, size.height);
    loop {
        terminal.draw(|frame| draw(frame, app))?;
        let is_there = match app.patience() {
            Some(patience) => event::poll(patience.saturating_sub(last_tick.elapsed()))?,
            None => true,
        };
        if is_there {
            let was_playing = app.is_playing();
            match event::read()? {
                Event::Key(key) if !app.key(key) => return Ok(()),
                Event::Mouse(mouse) => app.mouse(mouse),
                // A window of another size is drawn anew, as everything else.
                Event::Resize(columns, rows) => app.resize(columns, rows),
                _ => {}
            }
            if app.is_playing() && !was_playing {
                last_tick = Instant::now();
            }
        } else {
            last_tick = Instant::now();
            app.tick();
        }
    }
}

/// How many columns the terminal has, if there is one.
pub(crate) fn columns() -> Option<u16> {
    size().ok().map(|(columns, _)| columns).filter(|it| *it > 0)
}

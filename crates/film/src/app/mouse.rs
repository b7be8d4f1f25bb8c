//! What the mouse does: a click leads where it points to, the wheel scrolls what is below it.

use ratatui::crossterm::event::{KeyModifiers, MouseButton, MouseEvent, MouseEventKind};

use super::{App, Mode, Pane, Scroll, Target, View};
use crate::go::Go;
use crate::screen::{Hit, hit, places};

/// The wheel scrolls so many rows.
const ROWS: isize = 3;

impl App {
    /// Whether the lanes are in sight.
    pub(super) fn shows_lanes(&self) -> bool {
        places(self).panes.iter().any(|(pane, _)| *pane == Pane::Lanes)
    }

    /// Does what the mouse is for.
    pub fn mouse(&mut self, mouse: MouseEvent) {
        if self.mode == Mode::Help && matches!(mouse.kind, MouseEventKind::Down(_)) {
            self.mode = Mode::Play;
            return;
        }
        if self.mode != Mode::Play || self.search.is_some() {
            return;
        }
        let Some(hit) = hit(self, mouse.column, mouse.row) else { return };
        let is_control = mouse.modifiers.contains(KeyModifiers::CONTROL);
        match (mouse.kind, hit.pane) {
            (MouseEventKind::Down(MouseButton::Left), _) => self.click(&hit),
            (MouseEventKind::Drag(MouseButton::Left), Some(Pane::Lanes)) => self.drag(&hit),
            (MouseEventKind::ScrollDown | MouseEventKind::ScrollUp, Some(Pane::Lanes))
                if is_control =>
            {
                let closer = mouse.kind == MouseEventKind::ScrollUp;
                let position = hit.position.unwrap_or(self.player.position());
                let at = self.overview.at(position, self.lens.axis);
                self.lens.zoom(at, closer);
            }
            (MouseEventKind::ScrollDown, Some(pane)) => self.scroll(pane, Scroll::Rows(ROWS)),
            (MouseEventKind::ScrollUp, Some(pane)) => self.scroll(pane, Scroll::Rows(-ROWS)),
            (MouseEventKind::ScrollRight, Some(Pane::Lanes)) => self.lens.pan(1),
            (MouseEventKind::ScrollLeft, Some(Pane::Lanes)) => self.lens.pan(-1),
            _ => {}
        }
    }

    /// Goes where a click points to.
    fn click(&mut self, hit: &Hit) {
        self.message = None;
        if hit.pane.is_some() {
            self.panes.focus = hit.pane;
        }
        if let Some(number) = hit.number.filter(|it| *it != self.loops.own) {
            self.play_loop(number);
        }
        if hit.task.is_some() {
            self.chosen = hit.task;
        }
        match (hit.pane, hit.target) {
            (_, Some(Target::Task(task))) => self.chosen = Some(task),
            (_, Some(Target::Position(position))) => {
                // What is clicked stays where it is.
                let tops = self.panes.tops.clone();
                let view = self.view;
                self.go(&Go::To(position));
                if view == View::Moment {
                    self.panes.tops = tops;
                }
                self.message = None;
            }
            _ => {}
        }
        if let Some(position) = hit.position {
            self.put(position);
        }
    }

    /// Selects from the cursor to where the mouse is.
    fn drag(&mut self, hit: &Hit) {
        let Some(position) = hit.position else { return };
        self.select(Some(self.player.position()), Some(position));
    }
}

//! A prediction in the terminal: the lines are chosen one after another, and compared.

use boucle_trace::{Printable, Trace};
use ratatui::crossterm::event::KeyCode;

use crate::predict::{Question, Verdict};

/// A prediction that is being made.
#[derive(Debug, PartialEq, Eq)]
pub struct Guess {
    /// What is asked.
    pub(crate) question: Question,
    /// Which of the choices the cursor is at.
    pub(crate) cursor: usize,
    /// What was chosen, in order.
    pub(crate) lines: Vec<Printable>,
    /// What became of it.
    pub(crate) verdict: Option<Verdict>,
}

/// What follows after a key.
pub(crate) enum Next {
    /// The prediction goes on.
    Stay,
    /// It is left.
    Leave,
    /// It is left, and the run is shown where it was wrong.
    Show(usize),
}

impl Guess {
    /// A prediction of the output of a run; nothing if there is none.
    #[must_use]
    pub fn about(trace: &Trace) -> Option<Guess> {
        let question = Question::about(trace)?;
        Some(Guess { question, cursor: 0, lines: Vec::new(), verdict: None })
    }

    /// Does what a key is for.
    pub(crate) fn key(&mut self, key: KeyCode, trace: &Trace) -> Next {
        let n_choices = self.question.choices.len();
        match (key, &self.verdict) {
            (KeyCode::Esc, _) => return Next::Leave,
            (KeyCode::Enter, Some(verdict)) => {
                return verdict.wrong.as_ref().map_or(Next::Leave, |it| Next::Show(it.position));
            }
            (KeyCode::Char('r'), Some(_)) => {
                self.verdict = None;
                self.lines.clear();
            }
            (KeyCode::Up, None) => {
                self.cursor = self.cursor.checked_sub(1).unwrap_or(n_choices - 1);
            }
            (KeyCode::Down, None) => self.cursor = (self.cursor + 1) % n_choices,
            (KeyCode::Backspace, None) => drop(self.lines.pop()),
            (KeyCode::Enter, None) => {
                self.lines.push(self.question.choices[self.cursor].clone());
                if self.lines.len() == self.question.n_lines {
                    let lines: Vec<_> = self.lines.iter().map(|it| it.to_string()).collect();
                    self.verdict = Some(Verdict::on(trace, &lines));
                }
            }
            _ => {}
        }
        Next::Stay
    }
}

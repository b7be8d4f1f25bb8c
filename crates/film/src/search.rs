//! A search through what happens, piece by piece: so that a reader need not wait for the end of it.

use boucle_trace::{Finding, Player, Printable};

use crate::go::Go;

/// So many events are looked at in one piece.
const PIECE: usize = 1 << 14;

/// A search that is under way.
#[derive(Clone, Debug)]
pub(crate) struct Search {
    /// What is looked for, as the reader wrote it.
    pub(crate) words: String,
    /// The same in small letters: small and large ones are the same.
    lowercase: String,
    forwards: bool,
    /// Where it began: if nothing is found, the player goes back there.
    from: usize,
    /// How far it has come.
    at: usize,
    /// After so many events there is a finding whose words have it in them; in order.
    findings: Vec<usize>,
}

impl Search {
    /// A search from where `player` is.
    pub(crate) fn new(player: &Player, words: &str, forwards: bool) -> Search {
        let from = player.position();
        // Backwards, the event that was played last is not looked at: there the player is.
        let at = if forwards { from } else { from.saturating_sub(1) };
        let (words, lowercase) = (words.to_owned(), words.to_lowercase());
        Search { words, lowercase, forwards, from, at, findings: Vec::new() }
    }

    /// The same, also among these findings, which are in the order of the events.
    pub(crate) fn among(mut self, findings: &[Finding]) -> Search {
        let is_it = |it: &&Finding| it.message.to_lowercase().contains(&self.lowercase);
        self.findings = findings.iter().filter(is_it).map(|it| it.event + 1).collect();
        self
    }

    /// Looks at one piece more: whether something was found, or nothing if there is more to look at.
    pub(crate) fn go_on(&mut self, player: &mut Player) -> Option<bool> {
        if self.forwards { self.forwards(player) } else { self.backwards(player) }
    }

    /// Gives up: the player is where it was.
    pub(crate) fn leave(&self, player: &mut Player) {
        player.seek(self.from);
    }

    /// What to say if nothing was found.
    pub(crate) fn nowhere(&self) -> Printable {
        let words = self.words.clone();
        if self.forwards { Go::Find(words).nowhere() } else { Go::FindBack(words).nowhere() }
    }

    fn forwards(&mut self, player: &mut Player) -> Option<bool> {
        player.seek(self.at);
        self.at += PIECE;
        while player.position() < self.at {
            if !player.step() {
                self.leave(player);
                return Some(false);
            }
            if self.is_it(player) {
                return Some(true);
            }
        }
        None
    }

    fn backwards(&mut self, player: &mut Player) -> Option<bool> {
        let end = self.at;
        self.at = end.saturating_sub(PIECE);
        // Forwards, since so states follow each other: the last one that is found is the nearest one.
        player.seek(self.at);
        let mut found = None;
        while player.position() < end && player.step() {
            if self.is_it(player) {
                found = Some(player.position());
            }
        }
        if let Some(found) = found {
            player.seek(found);
            return Some(true);
        }
        if self.at == 0 {
            self.leave(player);
            return Some(false);
        }
        None
    }

    /// Whether the words of the last event have it in them, or those of a finding about it.
    fn is_it(&self, player: &Player) -> bool {
        if self.findings.binary_search(&player.position()).is_ok() {
            return true;
        }
        let said = player.told().map(|(who, what)| format!("{who} {what}").to_lowercase());
        said.is_some_and(|it| it.contains(&self.lowercase))
    }
}

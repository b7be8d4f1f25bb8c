//! The player in a real terminal: tmux gives it one, presses its keys and reads its screen.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use crate::hostile;

/// A terminal with film in it; it is closed when dropped.
pub(crate) struct Tmux {
    /// The server of this test alone.
    socket: String,
}

impl Tmux {
    /// Starts film in a terminal of this size; nothing where there is no tmux.
    pub(crate) fn start(test: &str, args: &str, width: u16, height: u16) -> Option<Tmux> {
        Tmux::start_with("", test, args, width, height)
    }

    /// The same, when a key has been pressed.
    fn start_after_key(test: &str, args: &str, width: u16, height: u16) -> Option<Tmux> {
        Tmux::start_with("read key; ", test, args, width, height)
    }

    fn start_with(before: &str, test: &str, args: &str, width: u16, height: u16) -> Option<Tmux> {
        let is_here = Command::new("tmux").arg("-V").stdout(Stdio::null()).status().is_ok();
        if !is_here {
            std::eprintln!("skipped: tmux is not installed, and only it has a real terminal");
            return None;
        }
        let tmux = Tmux { socket: format!("film-{test}-{}", std::process::id()) };
        let (width, height) = (width.to_string(), height.to_string());
        let film = env!("CARGO_BIN_EXE_film-road");
        let film = format!("{before}'{film}' {args}; echo film has ended; cat");
        tmux.run(&["-f", "/dev/null", "new-session", "-d", "-x", &width, "-y", &height, &film]);
        Some(tmux)
    }

    fn run(&self, args: &[&str]) -> String {
        let output = Command::new("tmux")
            .args(["-L", &self.socket])
            .args(args)
            .output()
            .expect("tmux is here");
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).expect("tmux speaks UTF-8")
    }

    pub(crate) fn press(&self, keys: &[&str]) {
        self.run(&[&["send-keys"], keys].concat());
    }

    fn resize(&self, width: &str, height: &str) {
        self.run(&["resize-window", "-x", width, "-y", height]);
    }

    /// Waits until the screen has these words: a terminal has no virtual time.
    pub(crate) fn shows(&self, words: &str) {
        let patience = Instant::now();
        loop {
            let screen = self.run(&["capture-pane", "-p"]);
            if screen.contains(words) {
                return;
            }
            assert!(patience.elapsed() < Duration::from_secs(10), "no {words:?} in\n{screen}");
            thread::sleep(Duration::from_millis(10));
        }
    }
}

/// What a terminal is told by a program, byte for byte.
struct Told(PathBuf);

impl Told {
    /// Waits until these words have come; all that has come then.
    fn until(&self, words: &str) -> String {
        let patience = Instant::now();
        loop {
            let told = String::from_utf8_lossy(&fs::read(&self.0).unwrap_or_default()).into_owned();
            if told.contains(words) {
                return told;
            }
            assert!(patience.elapsed() < Duration::from_secs(10), "no {words:?} in\n{told:?}");
            thread::sleep(Duration::from_millis(10));
        }
    }
}

impl Drop for Tmux {
    fn drop(&mut self) {
        let _ = Command::new("tmux").args(["-L", &self.socket, "kill-server"]).status();
    }
}

#[test]
fn a_terminal_steps_goes_back_searches_plays_and_quits() {
    let Some(tmux) = Tmux::start("keys", "stage2", 90, 26) else { return };
    tmux.shows("event 0 of");
    tmux.press(&["Right", "Right", "Right", "Right", "Right"]);
    tmux.shows("event 5 of");
    tmux.shows("take: a task is taken out of the ready queue");
    tmux.press(&["Left"]);
    tmux.shows("event 4 of");
    tmux.press(&["o"]);
    tmux.shows("task 1 prints \"1\"");
    tmux.press(&["/", "f", "i", "n", "i", "s", "h", "e", "d", "Enter"]);
    tmux.shows("prints \"finished\"");
    tmux.press(&["Home"]);
    tmux.shows("event 0 of");
    tmux.press(&["+", "+", "+", "+", "+", "+", "+", "+", "Space"]);
    tmux.shows("over: the run has ended");
    tmux.press(&["?"]);
    tmux.shows("any key goes back");
    tmux.press(&["x", "q"]);
    // The terminal is as it was: what the shell writes is seen again.
    tmux.shows("film has ended");
    assert_eq!(tmux.run(&["display-message", "-p", "#{alternate_on}"]), "0\n");
}

#[test]
fn no_control_character_of_a_recording_reaches_a_terminal() {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR"));
    let file = hostile::file("terminal", hostile::WORDS);
    let plain = folder.join("terminal.trace");
    fs::rename(&file, &plain).expect("a file of this test");
    let raw = folder.join("terminal.raw");
    let _ = fs::remove_file(&raw);
    // It begins when enter is pressed: then all is kept that it tells the terminal.
    let Some(tmux) =
        Tmux::start_after_key("hostile", &format!("'{}' --lossy", plain.display()), 90, 26)
    else {
        return;
    };
    tmux.run(&["pipe-pane", "-O", &format!("cat > '{}'", raw.display())]);
    let told = Told(raw);
    tmux.press(&["Enter"]);
    told.until("variant");
    // The place, where each screen ends, says that it is drawn.
    for place in 1..=12 {
        tmux.press(&["Right"]);
        tmux.shows(&format!("event {place} of 12"));
    }
    tmux.press(&["g"]);
    tmux.shows("Which line comes next?");
    tmux.press(&["Down", "Enter", "Enter"]);
    tmux.shows("Line 1 is wrong");
    tmux.press(&["Enter", "/", "T", "I", "T", "L", "E", "Enter"]);
    tmux.shows("event 6 of 12");
    tmux.press(&["q"]);
    let told = told.until("film has ended");

    assert!(told.contains("␛]0;TITLE␇"), "{told:?}");
    for word in ["\u{1b}[31m", "\u{1b}]", "\u{7}", "\u{8}", "\0", "\u{7f}"] {
        assert!(!told.contains(word), "{word:?} in {told:?}");
    }
    let steers = |it: char| matches!(it, '\u{80}'..='\u{9f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    assert_eq!(told.chars().find(|it| steers(*it)), None);
    assert!(!tmux.run(&["display-message", "-p", "#{pane_title}"]).contains("TITLE"));
}

#[test]
fn a_terminal_that_is_too_small_says_so_and_recovers() {
    let Some(tmux) = Tmux::start("resize", "stage4", 40, 10) else { return };
    tmux.shows("too small");
    tmux.resize("100", "30");
    tmux.shows("lanes by time");
    tmux.resize("59", "30");
    tmux.shows("59 by 30");
    tmux.resize("130", "40");
    tmux.shows("event 0 of");
    tmux.press(&["C-c"]);
    tmux.shows("film has ended");
}

#[test]
fn a_terminal_hears_the_mouse_and_is_left_without_it() {
    let Some(tmux) = Tmux::start("mouse", "famine", 80, 24) else { return };
    tmux.shows("lanes by time");
    let mouse = || tmux.run(&["display-message", "-p", "#{mouse_any_flag}"]);
    assert_eq!(mouse(), "1\n");
    // A press and a release in column 53 of row 5: the lane of task 2, after 1.5 s.
    tmux.press(&["-l", "\u{1b}[<0;53;5M\u{1b}[<0;53;5m"]);
    tmux.shows("the whole run  1.500 s");
    // The wheel, above the first line of the output.
    tmux.press(&["-l", "\u{1b}[<65;50;9M"]);
    tmux.shows("0.500 0s + 500ms run1 milieu");
    tmux.press(&["q"]);
    tmux.shows("film has ended");
    assert_eq!(mouse(), "0\n");
}

#[test]
fn a_terminal_asks_for_a_prediction_first() {
    let Some(tmux) = Tmux::start("predict", "stage4 --predict", 80, 24) else { return };
    tmux.shows("Which line comes next? 3 are left.");
    tmux.press(&["Enter", "Enter", "Enter"]);
    tmux.shows("Line 1 is wrong: you said \"bar\", and \"foo\" comes.");
    tmux.press(&["Enter"]);
    tmux.shows("task 1 prints \"foo\"");
}

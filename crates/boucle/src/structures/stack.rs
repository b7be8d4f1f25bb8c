//! Stacks of polls, as their users read them. Which functions stand on a stack is asked for once: one that
//! was seen before is known by its addresses.
//!
//! It runs no code of a user.

mod names;
mod text;

use std::backtrace::Backtrace;
use std::collections::HashMap;
use std::env;
use std::path::PathBuf;
use std::rc::Rc;

use self::text::Line;

/// So many stacks are known at the most. Then all are forgotten, as a program that goes ever deeper has no
/// use for them.
const MANY: usize = 10_000;

/// A function on a stack.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub(crate) struct Frame {
    /// Its name, as people read it: `app::job`.
    pub(crate) what: Rc<str>,
    /// The file, as it lies on this machine, and the line; none without debug information.
    pub(crate) place: Option<(Rc<str>, u32)>,
}

/// The stacks that are known, by the addresses on them.
#[derive(Default)]
pub(crate) struct Stacks {
    known: HashMap<Box<[usize]>, Rc<[Frame]>>,
    /// What the program tells, as far as it was asked.
    tells: Tells,
}

/// What a program tells of its functions.
#[derive(Clone, Copy, Default, PartialEq, Eq, Debug)]
enum Tells {
    /// It was not asked, or tells all.
    #[default]
    All,
    /// Lines, and no names where the compiler has inlined: it was built with `line-tables-only`.
    Lines,
    /// Names without files and lines: it was built without debug information.
    Names,
    /// Nothing: it was stripped.
    Nothing,
}

/// A stack that somebody has, and nobody has looked at.
pub(crate) struct Stack {
    /// The addresses on it, the innermost first; none where the system does not tell.
    addresses: Box<[usize]>,
    /// What std knows of it; none if its addresses are known.
    backtrace: Option<Backtrace>,
}

impl Stacks {
    /// The stack of this thread. It is known by these addresses, if there are any.
    pub(crate) fn capture(&self, addresses: Box<[usize]>) -> Stack {
        let is_known = !addresses.is_empty() && self.known.contains_key(&addresses);
        let backtrace = (!is_known).then(Backtrace::force_capture);
        Stack { addresses, backtrace }
    }

    /// The functions of a user on this stack, the outermost first, from the poll of the task on.
    pub(crate) fn look(&mut self, stack: Stack) -> Rc<[Frame]> {
        let Stack { addresses, backtrace } = stack;
        if let Some(known) = self.known.get(&addresses).filter(|_| !addresses.is_empty()) {
            return Rc::clone(known);
        }
        let text = backtrace.map(|it| it.to_string()).unwrap_or_default();
        let (tells, frames) = frames(&text);
        self.tells = tells;
        let frames: Rc<[Frame]> = frames.into();
        if !addresses.is_empty() {
            if self.known.len() >= MANY {
                self.known.clear();
            }
            self.known.insert(addresses, Rc::clone(&frames));
        }
        frames
    }

    /// What is missing of the stacks, in words.
    pub(crate) fn missing(&self) -> Option<&'static str> {
        match self.tells {
            Tells::All => None,
            Tells::Lines => Some(
                "names of functions are not known: the program was built with line tables only; with \
                 `debug = 1` in its profile they are",
            ),
            Tells::Names => Some(
                "files and lines are not known, nor what was inlined: the program was built without debug \
                 information; with `debug = 1` in its profile they are",
            ),
            Tells::Nothing => Some(
                "functions are not known: the program was stripped of their names; with `strip = false` and \
                 `debug = 1` in its profile they are",
            ),
        }
    }
}

/// The functions of a user in the text of a backtrace, the outermost first; and what the program tells.
fn frames(text: &str) -> (Tells, Vec<Frame>) {
    let lines = text::lines(text);
    let Some(root) = lines.iter().position(names::is_root) else {
        // Nobody can say where the task's own functions begin.
        return (Tells::Nothing, Vec::new());
    };
    let tells = match lines[root].place {
        Some(_) if lines[root].is_short() => Tells::Lines,
        Some(_) => Tells::All,
        None => Tells::Names,
    };
    let home = names::home(&lines[root]);
    let users = lines[..root].iter().filter(|it| !names::is_hidden(it, home));
    (tells, users.map(frame).rev().collect())
}

/// A function of a user.
fn frame(line: &Line<'_>) -> Frame {
    let place = line.place.map(|(file, line)| {
        let file = match file.strip_prefix("./").or_else(|| file.strip_prefix(".\\")) {
            // As std writes what lies below the directory in which the program runs.
            Some(below) => env::current_dir().unwrap_or_default().join(below),
            None => PathBuf::from(file),
        };
        (file.to_string_lossy().into(), line)
    });
    Frame { what: names::readable(line.name).into(), place }
}

#[cfg(test)]
mod tests {
    use super::{Frame, Tells, frames};

    fn shown(frames: &[Frame]) -> Vec<String> {
        let shown = |it: &Frame| match &it.place {
            Some((file, line)) => format!("{} {file}:{line}", it.what),
            None => it.what.to_string(),
        };
        frames.iter().map(shown).collect()
    }

    #[test]
    fn the_functions_of_users_are_found_with_their_names_and_lines() {
        let text = "   0: boucle::cell::survey::note
             at /boucle/src/cell/survey.rs:78:19
   1: <boucle::context::wait::Waiting<W> as core::future::future::Future>::poll
             at /boucle/src/context/wait.rs:194:34
   2: app::next_job::{{closure}}
             at /app/src/main.rs:9:17
   3: <core::pin::Pin<P> as core::future::future::Future>::poll
             at /rustc/5980/library/core/src/future/future.rs:133:9
      app::worker::{{closure}}
             at /app/src/main.rs:7:76
   4: boucle::cell::survey::survey
             at /boucle/src/cell/survey.rs:155:26
   5: app::main::{{closure}}
             at /app/src/main.rs:40:1
";
        let (tells, frames) = frames(text);
        assert_eq!(tells, Tells::All);
        assert_eq!(
            shown(&frames),
            ["app::worker /app/src/main.rs:7", "app::next_job /app/src/main.rs:9"]
        );
    }

    #[test]
    fn with_line_tables_only_the_files_say_whose_functions_these_are() {
        let text = "   0: note
             at /boucle/src/cell/survey.rs:78:19
   1: poll<boucle::sync::queue::ways::Item<u32>>
             at /boucle/src/context/wait.rs:194:34
   2: {async_fn#0}
             at /app/src/main.rs:9:17
   3: {async_block#1}
             at /app/src/main.rs:8:1
   4: poll<app::Job>
             at /rust/lib/rustlib/src/rust/library/core/src/future/future.rs:133:9
   5: poll<app::Job>
             at /app/src/job.rs:3:9
   6: survey<boucle::core::Core>
             at /boucle/src/cell/survey.rs:155:26
   7: {async_fn#0}
             at /app/src/main.rs:40:1
";
        let (tells, frames) = frames(text);
        assert_eq!(tells, Tells::Lines);
        let expected = [
            "poll /app/src/job.rs:3",
            "async block /app/src/main.rs:8",
            "async fn /app/src/main.rs:9",
        ];
        assert_eq!(shown(&frames), expected);
    }

    #[test]
    fn without_debug_information_there_are_names_and_stripped_nothing() {
        let text = "   0: boucle::cell::survey::note
   1: app::next_job::{{closure}}
   2: boucle::cell::survey::survey
   3: app::main
";
        let (tells, found) = frames(text);
        assert_eq!((tells, shown(&found)), (Tells::Names, vec!["app::next_job".to_owned()]));
        for text in ["   0: <unknown>\n   1: <unknown>\n", "", "disabled backtrace"] {
            assert_eq!(frames(text), (Tells::Nothing, Vec::new()));
        }
    }
}

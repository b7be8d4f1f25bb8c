//! The runs that the page can show: programs once they have been asked for, files that were brought.

use std::cell::{Cell, RefCell};
use std::collections::VecDeque;
use std::rc::Rc;
use std::sync::Arc;

use boucle::sync::Semaphore;
use serde_json::{Value, json};

use super::apart::Queue;
use super::refusal::Refusal;
use crate::programs::{PROGRAMS, Program};
use crate::run::Run;

/// So many files are kept that were brought; the oldest goes first.
const N_FILES: usize = 8;
/// So many bytes they have together at the most.
const N_BYTES: usize = 128 << 20;
/// No file that is brought is larger. Two of them fit: the page shows two beside each other.
pub(super) const LARGEST: usize = N_BYTES / 2;

/// All runs.
#[derive(Default)]
pub(crate) struct Shelf {
    /// The oldest first.
    runs: RefCell<VecDeque<Rc<Kept>>>,
    /// How many files had a name from here.
    n_files: Cell<usize>,
    /// What the command line asked for.
    first: Option<String>,
    /// What it asked for beside that.
    second: Option<String>,
}

/// A run on the shelf.
pub(super) struct Kept {
    /// What the page calls it.
    pub(super) id: String,
    /// The run; what is done with more than its name, a thread does.
    pub(super) run: Arc<Run>,
    /// How large the file was, if it was brought; all others stay.
    n_bytes: Option<usize>,
}

impl Kept {
    /// Has a thread make something of the run, when it is its turn.
    pub(super) async fn ask<T: Send + 'static>(
        &self,
        queue: &Rc<Queue>,
        turns: &Rc<Semaphore>,
        makes: impl FnOnce(&Run) -> T + Send + 'static,
    ) -> Result<T, Refusal> {
        let run = Arc::clone(&self.run);
        queue.run(turns, move || makes(&run)).await
    }
}

impl Shelf {
    /// A shelf with the programs, and with the runs that the command line asked for.
    pub(crate) fn new(run: Option<Run>, beside: Option<Run>) -> Shelf {
        let mut shelf = Shelf::default();
        shelf.first = run.map(|it| shelf.asked_for(it));
        shelf.second = beside.map(|it| shelf.asked_for(it));
        shelf
    }

    /// Puts a run on it that the command line asked for.
    fn asked_for(&self, run: Run) -> String {
        let is_program = Program::named(&run.name).is_some();
        let id = if is_program { run.name.to_string() } else { self.next_file() };
        if self.find(&id).is_none() {
            self.put(id.clone(), run, None);
        }
        id
    }

    /// What there is to choose from.
    pub(super) fn list(&self) -> Value {
        let programs: Vec<_> = PROGRAMS
            .iter()
            .map(|it| json!({ "id": it.name, "name": it.name, "idea": it.idea() }))
            .collect();
        let runs = self.runs.borrow();
        let files: Vec<_> = runs
            .iter()
            .filter(|it| Program::named(&it.id).is_none())
            .map(|it| (&it.id, &it.run))
            .map(|(id, run)| json!({ "id": id, "name": run.name, "idea": run.idea }))
            .collect();
        json!({
            "programs": programs,
            "files": files,
            "first": self.first,
            "second": self.second,
            "most_bytes": LARGEST,
        })
    }

    /// The run of this name, if it is here.
    pub(super) fn find(&self, id: &str) -> Option<Rc<Kept>> {
        self.runs.borrow().iter().find(|it| it.id == id).cloned()
    }

    /// Keeps a program that was recorded.
    pub(super) fn keep(&self, program: &Program, run: Run) -> Rc<Kept> {
        self.put(program.name.to_owned(), run, None)
    }

    /// Keeps a file of so many bytes that was brought. If there is no room, the oldest of those go.
    pub(super) fn bring(&self, run: Run, n_bytes: usize) -> Rc<Kept> {
        let kept = self.put(self.next_file(), run, Some(n_bytes));
        let mut runs = self.runs.borrow_mut();
        loop {
            let brought = runs.iter().filter_map(|it| it.n_bytes);
            let (n_files, n_bytes) = brought.fold((0, 0), |(n, sum), it| (n + 1, sum + it));
            if n_files <= N_FILES && n_bytes <= N_BYTES {
                return kept;
            }
            let oldest = runs.iter().position(|it| it.n_bytes.is_some());
            runs.remove(oldest.expect("the last one alone has room"));
        }
    }

    fn next_file(&self) -> String {
        self.n_files.set(self.n_files.get() + 1);
        format!("file-{}", self.n_files.get())
    }

    fn put(&self, id: String, run: Run, n_bytes: Option<usize>) -> Rc<Kept> {
        let kept = Rc::new(Kept { id, run: Arc::new(run), n_bytes });
        self.runs.borrow_mut().push_back(Rc::clone(&kept));
        kept
    }
}

#[cfg(test)]
mod tests {
    use boucle_trace::{Clock, Header, Trace};

    use super::{LARGEST, N_FILES, Shelf};
    use crate::run::Run;

    fn run() -> Run {
        let trace = Trace::new(Header::new("empty", Clock::Real), Vec::new());
        Run { name: "a".into(), idea: "b".into(), trace, sources: Vec::new(), warning: None }
    }

    /// Which files are kept, after files of these sizes were brought.
    fn kept(shelf: &Shelf, sizes: &[usize]) -> Vec<usize> {
        for size in sizes {
            shelf.bring(run(), *size);
        }
        (1..=sizes.len() + 1).filter(|it| shelf.find(&format!("file-{it}")).is_some()).collect()
    }

    #[test]
    fn the_oldest_files_go_if_there_are_too_many_or_they_are_too_large() {
        assert_eq!(kept(&Shelf::default(), &[1; N_FILES]), [1, 2, 3, 4, 5, 6, 7, 8]);
        assert_eq!(kept(&Shelf::default(), &[1; N_FILES + 1]), [2, 3, 4, 5, 6, 7, 8, 9]);
        assert_eq!(kept(&Shelf::default(), &[LARGEST, LARGEST]), [1, 2]);
        assert_eq!(kept(&Shelf::default(), &[LARGEST, 1, LARGEST]), [2, 3]);
        assert_eq!(kept(&Shelf::default(), &[1, LARGEST, LARGEST, 1]), [3, 4]);
    }

    #[test]
    fn what_the_command_line_asked_for_stays() {
        assert_eq!(kept(&Shelf::new(Some(run()), None), &[LARGEST; 3]), [1, 3, 4]);
    }
}

//! Every order, one after another, whatever its steps do: for those who want to know whether a search misses one.

use crate::search::foot::Task;
use crate::search::{Difference, Diverged, Next};

/// A place in the execution that is under way.
struct Node {
    /// Where those begin in the list who were ready here; they end where the next place's begin.
    begin: usize,
    /// Which of them is taken.
    taken: usize,
}

/// All orders of one program, in the order in which the tasks are ready.
#[derive(Default)]
pub(crate) struct Enumeration {
    nodes: Vec<Node>,
    /// Who was ready at each place, one place behind another.
    ready: Vec<Task>,
    /// The place of the next step.
    at: usize,
    /// Something was not as it was before.
    diverged: Option<Diverged>,
    has_begun: bool,
    /// How many executions have ended.
    pub(crate) n_executions: u64,
}

impl Enumeration {
    /// An execution begins.
    pub(crate) fn begin(&mut self) {
        (self.at, self.diverged, self.has_begun) = (0, None, true);
    }

    /// Whose step is next, of those that are ready; there is one at the least.
    pub(crate) fn choose(&mut self, ready: &[Task]) -> Next {
        if self.at == self.nodes.len() {
            self.nodes.push(Node { begin: self.ready.len(), taken: 0 });
            self.ready.extend_from_slice(ready);
        } else if self.ready_at(self.at) != ready {
            let before = self.ready_at(self.at).to_vec();
            let how = Difference::Ready(before, ready.to_vec());
            self.diverged = Some(Diverged { step: self.at, how });
            return Next::GiveUp;
        }
        let taken = self.nodes[self.at].taken;
        self.at += 1;
        Next::Task(ready[taken])
    }

    /// Who was ready at a place.
    fn ready_at(&self, place: usize) -> &[Task] {
        let end = self.nodes.get(place + 1).map_or(self.ready.len(), |it| it.begin);
        &self.ready[self.nodes[place].begin..end]
    }

    /// The execution has ended: the next one differs at the last place where there is another choice.
    pub(crate) fn end(&mut self) -> Result<(), Diverged> {
        if let Some(diverged) = self.diverged.take() {
            return Err(diverged);
        }
        if self.at < self.nodes.len() {
            // It has ended before it did the last time.
            let missing = self.ready_at(self.at)[self.nodes[self.at].taken];
            return Err(Diverged { step: self.at, how: Difference::Missing(missing) });
        }
        self.n_executions += 1;
        while let Some(last) = self.nodes.last_mut() {
            if last.taken + 1 < self.ready.len() - last.begin {
                last.taken += 1;
                break;
            }
            self.ready.truncate(last.begin);
            self.nodes.pop();
        }
        Ok(())
    }

    /// Whether all were tried.
    pub(crate) fn is_over(&self) -> bool {
        self.nodes.is_empty() && self.has_begun
    }
}

#[cfg(test)]
mod tests {
    use super::{Enumeration, Next};
    use crate::search::{Difference, Diverged};

    #[test]
    fn each_order_comes_once_and_what_is_not_the_same_is_told() {
        let (mut all, mut said) = (Enumeration::default(), Vec::new());
        while !all.is_over() {
            all.begin();
            let mut left = vec![1, 1, 2];
            let mut order = String::new();
            while !left.is_empty() {
                let mut ready = left.clone();
                ready.dedup();
                let Next::Task(task) = all.choose(&ready) else { unreachable!("it is the same") };
                let place = left.iter().position(|it| *it == task).expect("it is ready");
                left.remove(place);
                order += &task.to_string();
            }
            all.end().expect("it is the same");
            said.push(order);
        }
        assert_eq!(said, ["112", "121", "211"]);
        assert_eq!(all.n_executions, 3);

        let mut all = Enumeration::default();
        let mut run = |ready: &[&[u16]]| {
            all.begin();
            ready.iter().all(|it| all.choose(it) != Next::GiveUp).then_some(())?;
            all.end().err()
        };
        assert_eq!(run(&[&[1, 2], &[2]]), None);
        assert_eq!(run(&[&[1, 3]]), None, "it is given up, and told at the end");
        assert_eq!(
            all.end(),
            Err(Diverged { step: 0, how: Difference::Ready(vec![1, 2], vec![1, 3]) })
        );
        all.begin();
        assert_eq!(all.end(), Err(Diverged { step: 0, how: Difference::Missing(2) }));
    }
}

//! What a step does to what tasks share: its footprint. Two steps of which neither cares whether it comes
//! before the other are independent, and only then one order stands for both.

use boucle::How;
use smallvec::SmallVec;

/// A task of the program, as the search counts them; the same path has the same number in each execution.
pub(crate) type Task = u16;

/// A part of something that tasks share, as the search counts them.
pub(crate) type Part = u32;

/// A step adds to what a task waits for, which is woken by the last one, for all who have added.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub(crate) struct Count {
    /// What it adds to.
    pub(crate) part: Part,
    /// Who waits.
    pub(crate) waiting: Task,
    /// Whether it is the last one.
    pub(crate) is_last: bool,
}

/// What a step has done.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Default)]
pub(crate) struct Foot {
    /// The parts that it has used.
    pub(crate) uses: SmallVec<[(Part, How); 4]>,
    /// The tasks that it has woken, spawned or cancelled, also in vain.
    pub(crate) wakes: SmallVec<[Task; 4]>,
    /// What it has added to, so that a task is woken when enough is added.
    pub(crate) counts: Vec<Count>,
    /// It can only be taken when nothing else can go on: time passes, say. Everything is before it or after.
    pub(crate) is_barrier: bool,
}

impl Foot {
    /// Notes how a part is used.
    pub(crate) fn uses(&mut self, part: Part, how: How) {
        let is_same = |it: &&mut (Part, How)| it.0 == part;
        match self.uses.iter_mut().find(is_same) {
            None => self.uses.push((part, how)),
            Some((_, before)) if *before != how => *before = How::Write,
            Some(_) => {}
        }
    }

    /// Notes that a task was woken.
    pub(crate) fn wakes(&mut self, task: Task) {
        if !self.wakes.contains(&task) {
            self.wakes.push(task);
        }
    }

    /// Whether the order of a step of `own` that does this, and one of `other` that does that, matters.
    pub(crate) fn depends(&self, own: Task, that: &Foot, other: Task) -> bool {
        own == other
            || self.is_barrier
            || that.is_barrier
            || self.wakes.contains(&other)
            || that.wakes.contains(&own)
            || self.counts.iter().any(|it| it.waiting == other)
            || that.counts.iter().any(|it| it.waiting == own)
            || self.uses.iter().any(|(part, how)| {
                that.uses.iter().any(|(it, other)| it == part && how.conflicts(*other))
            })
    }
}

#[cfg(test)]
mod tests {
    use boucle::How;

    use super::Foot;

    fn foot(uses: &[(u32, How)], wakes: &[u16]) -> Foot {
        let mut foot = Foot::default();
        uses.iter().for_each(|(part, how)| foot.uses(*part, *how));
        wakes.iter().for_each(|it| foot.wakes(*it));
        foot
    }

    #[test]
    fn two_steps_depend_if_they_conflict_on_a_part_or_one_wakes_the_others_task() {
        let (read, write) = (foot(&[(1, How::Read)], &[]), foot(&[(1, How::Write)], &[]));
        let add = foot(&[(1, How::Add)], &[]);
        let depends = |one: &Foot, other: &Foot| {
            assert_eq!(one.depends(0, other, 1), other.depends(1, one, 0));
            one.depends(0, other, 1)
        };
        assert!(!depends(&read, &read) && depends(&read, &write) && depends(&write, &write));
        assert!(!depends(&add, &add));
        assert!(depends(&add, &read) && depends(&add, &write));
        assert!(!depends(&write, &foot(&[(2, How::Write)], &[])));
        assert!(
            depends(&foot(&[], &[1]), &foot(&[], &[]))
                && depends(&foot(&[], &[]), &foot(&[], &[0]))
        );
        // Who wakes the same third one is not seen by the other.
        assert!(!depends(&foot(&[], &[2]), &foot(&[], &[2])));
        assert!(read.depends(3, &read, 3), "they are of one task");
        let barrier = Foot { is_barrier: true, ..Foot::default() };
        assert!(depends(&barrier, &read));
    }

    #[test]
    fn a_part_that_is_used_in_two_ways_is_written() {
        assert_eq!(foot(&[(1, How::Read), (1, How::Add)], &[]).uses[..], [(1, How::Write)]);
        assert_eq!(foot(&[(1, How::Add), (1, How::Add)], &[]).uses[..], [(1, How::Add)]);
        assert_eq!(foot(&[(1, How::Read), (1, How::Read)], &[]).uses[..], [(1, How::Read)]);
    }
}

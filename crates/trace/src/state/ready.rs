//! The ready queue: in order, and each task's place in it is known without looking at the others.

use std::collections::HashMap;
use std::fmt;
use std::vec;

use serde::de::Error;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::event::TaskNo;

/// No node.
const NONE: u32 = u32::MAX;

/// The tasks that can go on, next one first.
///
/// It is a tree in which each node counts those below it: who leaves from the middle, as a task does
/// that is cancelled, costs the logarithm of its length.
///
/// # Examples
///
/// ```
/// let trace = boucle_trace::record(|| async {
///     boucle::spawn(async {});
///     boucle::spawn(async {});
/// });
/// let state = trace.state_at(4);
/// let ready: Vec<_> = state.ready.iter().map(|it| it.get()).collect();
/// assert_eq!(ready, [2, 3]);
/// ```
#[derive(Clone)]
pub struct Ready {
    /// The nodes, in no order; some of them are free.
    nodes: Vec<Node>,
    /// The nodes that are free.
    free: Vec<u32>,
    /// The node on top.
    root: u32,
    /// Each task's node.
    places: HashMap<TaskNo, u32>,
    /// The last weight that was given.
    weight: u32,
}

/// A task in the queue: before it are those on its left.
#[derive(Clone)]
struct Node {
    task: TaskNo,
    parent: u32,
    left: u32,
    right: u32,
    /// How many tasks there are from here on down, this one included.
    n: u32,
    /// No node is heavier than its parent; the weights are mixed, and so the tree is balanced.
    weight: u32,
}

impl Default for Ready {
    fn default() -> Ready {
        let (nodes, free, places) = (Vec::new(), Vec::new(), HashMap::new());
        Ready { nodes, free, root: NONE, places, weight: 0x9e37_79b9 }
    }
}

impl Ready {
    /// How many tasks are ready.
    ///
    /// # Examples
    ///
    /// ```
    /// assert_eq!(boucle_trace::record(|| async {}).state_at(1).ready.len(), 1);
    /// ```
    #[must_use]
    pub fn len(&self) -> usize {
        self.places.len()
    }

    /// Whether none is.
    ///
    /// # Examples
    ///
    /// ```
    /// assert!(boucle_trace::record(|| async {}).base().ready.is_empty());
    /// ```
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.places.is_empty()
    }

    /// The place of a task, from 0; `None` if it is not ready.
    ///
    /// # Examples
    ///
    /// ```
    /// use boucle_trace::{TaskNo, record};
    ///
    /// let trace = record(|| async {});
    /// let first = TaskNo::new(1).unwrap();
    /// assert_eq!(trace.state_at(1).ready.place(first), Some(0));
    /// assert_eq!(trace.state_at(2).ready.place(first), None);
    /// ```
    #[must_use]
    pub fn place(&self, task: TaskNo) -> Option<usize> {
        let mut node = *self.places.get(&task)?;
        let mut before = self.n(self.node(node).left);
        while self.node(node).parent != NONE {
            let parent = self.node(node).parent;
            if self.node(parent).right == node {
                before += self.n(self.node(parent).left) + 1;
            }
            node = parent;
        }
        Some(before as usize)
    }

    /// The tasks, next one first.
    ///
    /// # Examples
    ///
    /// ```
    /// let state = boucle_trace::record(|| async {}).state_at(1);
    /// assert_eq!(state.ready.iter().count(), 1);
    /// ```
    pub fn iter(&self) -> impl Iterator<Item = &TaskNo> {
        let first = (self.root != NONE).then(|| self.leftmost(self.root));
        std::iter::successors(first, |node| self.after(*node)).map(|it| &self.node(it).task)
    }

    /// Puts a task behind all others, unless it is there.
    pub(super) fn push(&mut self, task: TaskNo) {
        self.insert(self.len(), task);
    }

    /// Puts a task at a place, or behind all others, unless it is there.
    pub(super) fn insert(&mut self, place: usize, task: TaskNo) {
        if self.places.contains_key(&task) {
            return;
        }
        let node = self.make(task);
        self.places.insert(task, node);
        let mut place = u32::try_from(place).unwrap_or(u32::MAX);
        let (mut parent, mut on) = (NONE, self.root);
        let mut is_left = false;
        while on != NONE {
            let before = self.n(self.node(on).left);
            self.nodes[on as usize].n += 1;
            parent = on;
            is_left = place <= before;
            on = if is_left {
                self.node(on).left
            } else {
                place -= before + 1;
                self.node(on).right
            };
        }
        self.nodes[node as usize].parent = parent;
        match parent {
            NONE => self.root = node,
            _ if is_left => self.nodes[parent as usize].left = node,
            _ => self.nodes[parent as usize].right = node,
        }
        while self.node(node).parent != NONE
            && self.node(node).weight > self.node(self.node(node).parent).weight
        {
            self.rotate_up(node);
        }
    }

    /// Takes a task out; its place.
    pub(super) fn remove(&mut self, task: TaskNo) -> Option<usize> {
        let place = self.place(task)?;
        let node = self.places.remove(&task)?;
        loop {
            let Node { left, right, .. } = *self.node(node);
            match (left, right) {
                (NONE, NONE) => break,
                (child, NONE) | (NONE, child) => self.rotate_up(child),
                _ if self.node(left).weight > self.node(right).weight => self.rotate_up(left),
                _ => self.rotate_up(right),
            }
        }
        let parent = self.node(node).parent;
        match parent {
            NONE => self.root = NONE,
            _ if self.node(parent).left == node => self.nodes[parent as usize].left = NONE,
            _ => self.nodes[parent as usize].right = NONE,
        }
        let mut on = parent;
        while on != NONE {
            self.nodes[on as usize].n -= 1;
            on = self.node(on).parent;
        }
        self.free.push(node);
        Some(place)
    }

    fn node(&self, node: u32) -> &Node {
        &self.nodes[node as usize]
    }

    /// How many tasks there are from a node on down.
    fn n(&self, node: u32) -> u32 {
        if node == NONE { 0 } else { self.node(node).n }
    }

    fn make(&mut self, task: TaskNo) -> u32 {
        // Xorshift: quick, and the same each time.
        self.weight ^= self.weight << 13;
        self.weight ^= self.weight >> 17;
        self.weight ^= self.weight << 5;
        let (parent, left, right) = (NONE, NONE, NONE);
        let made = Node { task, parent, left, right, n: 1, weight: self.weight };
        if let Some(node) = self.free.pop() {
            self.nodes[node as usize] = made;
            return node;
        }
        self.nodes.push(made);
        u32::try_from(self.nodes.len() - 1).expect("there are no more tasks than numbers")
    }

    /// Puts a node in the place of its parent, and that below it; the order stays.
    fn rotate_up(&mut self, node: u32) {
        let parent = self.node(node).parent;
        let above = self.node(parent).parent;
        let inner = if self.node(parent).left == node {
            let inner = std::mem::replace(&mut self.nodes[node as usize].right, parent);
            self.nodes[parent as usize].left = inner;
            inner
        } else {
            let inner = std::mem::replace(&mut self.nodes[node as usize].left, parent);
            self.nodes[parent as usize].right = inner;
            inner
        };
        if inner != NONE {
            self.nodes[inner as usize].parent = parent;
        }
        self.nodes[parent as usize].parent = node;
        self.nodes[node as usize].parent = above;
        match above {
            NONE => self.root = node,
            _ if self.node(above).left == parent => self.nodes[above as usize].left = node,
            _ => self.nodes[above as usize].right = node,
        }
        let below = self.node(parent);
        let n = self.n(below.left) + self.n(below.right) + 1;
        self.nodes[node as usize].n = self.node(parent).n;
        self.nodes[parent as usize].n = n;
    }

    fn leftmost(&self, mut node: u32) -> u32 {
        while self.node(node).left != NONE {
            node = self.node(node).left;
        }
        node
    }

    /// The node of the next task.
    fn after(&self, mut node: u32) -> Option<u32> {
        if self.node(node).right != NONE {
            return Some(self.leftmost(self.node(node).right));
        }
        loop {
            let parent = self.node(node).parent;
            if parent == NONE {
                return None;
            }
            if self.node(parent).left == node {
                return Some(parent);
            }
            node = parent;
        }
    }
}

impl IntoIterator for Ready {
    type Item = TaskNo;
    type IntoIter = vec::IntoIter<TaskNo>;

    fn into_iter(self) -> vec::IntoIter<TaskNo> {
        self.iter().copied().collect::<Vec<_>>().into_iter()
    }
}

impl PartialEq for Ready {
    fn eq(&self, other: &Ready) -> bool {
        self.len() == other.len() && self.iter().eq(other.iter())
    }
}

impl Eq for Ready {}

impl fmt::Debug for Ready {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.iter()).finish()
    }
}

impl Serialize for Ready {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.collect_seq(self.iter())
    }
}

impl<'de> Deserialize<'de> for Ready {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Ready, D::Error> {
        let tasks = Vec::<TaskNo>::deserialize(from)?;
        let mut ready = Ready::default();
        for task in &tasks {
            ready.push(*task);
        }
        match ready.len() == tasks.len() {
            true => Ok(ready),
            false => Err(D::Error::custom("a task is ready twice")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Ready;
    use crate::event::TaskNo;

    #[test]
    fn it_does_what_a_plain_list_does() {
        let (mut ready, mut plain) = (Ready::default(), Vec::new());
        let mut chance = 1_u64;
        for _ in 0..3000 {
            chance = chance.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            let number = u32::try_from(chance >> 33).expect("31 bits") % 200 + 1;
            let task = TaskNo::new(number).expect("it is not 0");
            let at = plain.iter().position(|it| *it == task);
            assert_eq!(ready.place(task), at);
            if let Some(at) = at {
                plain.remove(at);
                assert_eq!(ready.remove(task), Some(at));
            } else {
                let place = (chance >> 40) as usize % (plain.len() + 1);
                plain.insert(place, task);
                ready.insert(place, task);
            }
            assert!(ready.iter().eq(&plain) && ready.len() == plain.len());
        }
        assert!(ready.nodes.len() <= 200, "room is used again");
    }
}

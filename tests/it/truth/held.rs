//! `world::collections` once more: after each change it is noted what is really in them.

use std::any::Any;
use std::cell::RefCell;
use std::collections;
use std::collections::HashSet;
use std::hash::Hash;
use std::mem;
use std::ops::Deref;
use std::pin::Pin;
use std::rc::Rc;

use boucle_trace::Recorder;
use world::time::Instant;

/// No number is larger, and no task lies below.
const LARGEST: usize = 1 << 20;

type Coroutine = Pin<Box<dyn Future<Output = ()>>>;

/// A key that stands for a time. The stages' keys say which; the test's variant of a stage lets them.
pub(crate) trait Timed: Ord {
    fn time(&self) -> Instant;
}

/// What a loop's structures held after so many events.
#[derive(Clone, Debug, Default)]
pub(super) struct Held {
    pub(super) n_events: u64,
    /// The tasks in the queue, next one first.
    pub(super) ready: Vec<u32>,
    /// The times, in nanoseconds since the beginning, the first one first.
    pub(super) times: Vec<u64>,
    /// The tasks in the map, in order; none in a stage that has no map.
    pub(super) kept: Option<Vec<u32>>,
    /// Whether something is being dropped, one thing after another: what is left is not known.
    pub(super) is_going: bool,
}

/// Where it is noted.
struct Notes {
    recorder: Rc<Recorder>,
    /// The beginning of time; known once somebody asked for a time.
    beginning: Option<Instant>,
    /// The tasks, by where they lie or by their numbers.
    numbers: collections::HashMap<usize, u32>,
    n_tasks: u32,
    /// What was taken out of a queue, and is not back.
    out: Option<usize>,
    now: Held,
    all: Vec<Held>,
}

thread_local! {
    static NOTES: RefCell<Option<Notes>> = const { RefCell::new(None) };
}

/// Notes what the structures hold that `record` makes and changes.
pub(super) fn noted(recorder: &Rc<Recorder>, record: impl FnOnce()) -> Vec<Held> {
    let (beginning, numbers, n_tasks, out, now, all) = Default::default();
    let recorder = Rc::clone(recorder);
    NOTES.set(Some(Notes { recorder, beginning, numbers, n_tasks, out, now, all }));
    record();
    NOTES.take().expect("it was put there").all
}

/// Says that all times are counted from this moment.
pub(super) fn time_begins() {
    let now = Instant::now();
    change(|notes| notes.beginning = Some(now));
}

fn change<R>(change: impl FnOnce(&mut Notes) -> R) -> Option<R> {
    // A thread that ends has no notes.
    let changed = NOTES.try_with(|notes| notes.borrow_mut().as_mut().map(change));
    changed.ok().flatten()
}

/// Drops something with all that is in it, and notes that.
fn note_gone<T>(gone: T, what: impl FnOnce(&mut Notes)) {
    let before = change(|notes| notes.recorder.n_events());
    drop(gone);
    change(|notes| {
        // The last event of them is compared again.
        for n_events in before.unwrap_or(0) + 1..notes.recorder.n_events() {
            notes.all.push(Held { n_events, is_going: true, ..notes.now.clone() });
        }
    });
    note(what);
}

/// Notes a change, and all that is held since.
fn note(what: impl FnOnce(&mut Notes)) {
    change(|notes| {
        what(notes);
        notes.now.n_events = notes.recorder.n_events();
        notes.all.push(notes.now.clone());
    });
}

impl Notes {
    /// The number of the task that a recording would give to what lies there.
    fn number(&mut self, place: usize) -> u32 {
        *self.numbers.entry(place).or_insert_with(|| {
            self.n_tasks += 1;
            self.n_tasks
        })
    }

    /// What lies there was taken out of a queue: if it is not back when the next one is, it has ended, and
    /// another task may lie there.
    fn taken(&mut self, place: usize) {
        if let Some(ended) = self.out.replace(place).filter(|it| *it > LARGEST) {
            self.numbers.remove(&ended);
        }
    }

    fn ready<T: Any>(&mut self, queue: &collections::VecDeque<T>) {
        let places: Vec<_> = queue.iter().map(|it| place(it).expect("a task")).collect();
        self.now.ready = places.into_iter().map(|it| self.number(it)).collect();
    }
}

/// Where a task lies, or its number: that is small, and no place.
fn place<T: Any>(item: &T) -> Option<usize> {
    let item: &dyn Any = item;
    let lies = |it: &Coroutine| (&raw const **it).addr();
    item.downcast_ref::<usize>().copied().or_else(|| item.downcast_ref().map(lies))
}

pub(crate) struct VecDeque<T: 'static>(world::collections::VecDeque<T>);

impl<T> VecDeque<T> {
    pub(crate) fn push_back(&mut self, item: T) {
        let place = place(&item).expect("a task");
        self.0.push_back(item);
        note(|notes| {
            notes.out.take_if(|it| *it == place);
            notes.ready(&self.0);
        });
    }

    pub(crate) fn pop_front(&mut self) -> Option<T> {
        let item = self.0.pop_front();
        note(|notes| {
            item.iter().for_each(|it| notes.taken(place(it).expect("a task")));
            notes.ready(&self.0);
        });
        item
    }
}

impl<T> Drop for VecDeque<T> {
    fn drop(&mut self) {
        note_gone(mem::take(&mut self.0), |notes| notes.now.ready.clear());
    }
}

impl<T> Default for VecDeque<T> {
    fn default() -> VecDeque<T> {
        VecDeque(Default::default())
    }
}

impl<T, const N: usize> From<[T; N]> for VecDeque<T> {
    fn from(items: [T; N]) -> VecDeque<T> {
        let mut queue = VecDeque::default();
        items.into_iter().for_each(|it| queue.push_back(it));
        queue
    }
}

impl<T> Deref for VecDeque<T> {
    type Target = collections::VecDeque<T>;

    fn deref(&self) -> &collections::VecDeque<T> {
        &self.0
    }
}

pub(crate) struct HashMap<K: 'static, V: 'static> {
    map: world::collections::HashMap<K, V>,
    /// The numbers that were given here: another loop begins with them again.
    given: HashSet<usize>,
}

impl<K: Eq + Hash, V> HashMap<K, V> {
    pub(crate) fn insert(&mut self, key: K, value: V) -> Option<V> {
        let place = place(&key).expect("a number");
        if self.given.insert(place) {
            change(|notes| notes.numbers.remove(&place));
        }
        let before = self.map.insert(key, value);
        self.note();
        before
    }

    pub(crate) fn remove(&mut self, key: &K) -> Option<V> {
        let value = self.map.remove(key);
        self.note();
        value
    }
}

impl<K, V> HashMap<K, V> {
    fn note(&self) {
        note(|notes| {
            let places: Vec<_> = self.map.keys().map(|it| place(it).expect("a number")).collect();
            let mut kept: Vec<_> = places.into_iter().map(|it| notes.number(it)).collect();
            kept.sort_unstable();
            notes.now.kept = Some(kept);
        });
    }
}

impl<K, V> Drop for HashMap<K, V> {
    fn drop(&mut self) {
        note_gone(mem::take(&mut self.map), |notes| notes.now.kept = Some(Vec::new()));
    }
}

impl<K, V> Default for HashMap<K, V> {
    fn default() -> HashMap<K, V> {
        HashMap { map: Default::default(), given: HashSet::new() }
    }
}

impl<K, V> Deref for HashMap<K, V> {
    type Target = collections::HashMap<K, V>;

    fn deref(&self) -> &collections::HashMap<K, V> {
        &self.map
    }
}

pub(crate) struct BTreeMap<K: Timed, V>(world::collections::BTreeMap<K, V>);

impl<K: Timed, V> BTreeMap<K, V> {
    pub(crate) fn insert(&mut self, key: K, value: V) -> Option<V> {
        let before = self.0.insert(key, value);
        self.note();
        before
    }

    pub(crate) fn pop_first(&mut self) -> Option<(K, V)> {
        let first = self.0.pop_first();
        self.note();
        first
    }

    pub(crate) fn keys(&self) -> impl Iterator<Item = &K> {
        self.0.keys()
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    fn note(&self) {
        note(|notes| {
            let beginning = notes.beginning.expect("the program says when time begins");
            let since = |key: &K| key.time().duration_since(beginning).as_nanos();
            let since = self.0.keys().map(|it| u64::try_from(since(it)).expect("it is near"));
            notes.now.times = since.collect();
        });
    }
}

impl<K: Timed, V> Drop for BTreeMap<K, V> {
    fn drop(&mut self) {
        note_gone(mem::take(&mut self.0), |notes| notes.now.times.clear());
    }
}

impl<K: Timed, V> Default for BTreeMap<K, V> {
    fn default() -> BTreeMap<K, V> {
        BTreeMap(Default::default())
    }
}

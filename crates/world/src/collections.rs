//! `std::collections`, as far as the road's loops need it: a queue, a map of tasks, a map of times.
//!
//! Outside of a recording they are `std`'s. In a recording they tell what is put into them and taken out:
//! so what is shown of a loop is what its own structures hold. They know two kinds of tasks: a
//! `Pin<Box<dyn Future<Output = ()>>>` itself, and a number under which a map keeps one. Anything else
//! may be put into them as well, and is not told of.

mod map;
mod queue;
mod times;
mod told;

pub use self::map::HashMap;
pub use self::queue::VecDeque;
pub use self::times::BTreeMap;

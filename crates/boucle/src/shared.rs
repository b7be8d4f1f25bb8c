//! State that tasks share: `Cell` and `RefCell`, which are std's.
//!
//! With the feature `explore` they are the same, and those who explore orders are told how each step uses them:
//! so that two steps that use one of them are tried in both orders. Nothing else about a program has to change.
//!
//! ```
//! use std::rc::Rc;
//! use boucle::shared::RefCell;
//!
//! let words = Rc::new(RefCell::new(vec!["one"]));
//! words.borrow_mut().push("two");
//! assert_eq!(words.borrow().len(), 2);
//! ```

#[cfg(not(feature = "explore"))]
pub use std::cell::{Cell, Ref, RefCell, RefMut};

#[cfg(feature = "explore")]
pub use self::told::{Cell, RefCell};
#[cfg(feature = "explore")]
pub use std::cell::{Ref, RefMut};

/// Those that tell how they are used.
#[cfg(feature = "explore")]
mod told {
    use std::cell::{self, BorrowError, BorrowMutError, Ref, RefMut};
    use std::fmt;
    use std::mem;

    use crate::context::Identity;
    use crate::data::Kind;

    /// As [`std::cell::Cell`].
    ///
    /// # Examples
    ///
    /// ```
    /// let n = boucle::shared::Cell::new(1);
    /// n.set(n.get() + 1);
    /// assert_eq!(n.get(), 2);
    /// ```
    pub struct Cell<T> {
        value: cell::Cell<T>,
        identity: Identity,
    }

    impl<T> Cell<T> {
        /// As [`std::cell::Cell::new`].
        #[track_caller]
        #[must_use]
        pub fn new(value: T) -> Cell<T> {
            Cell { value: cell::Cell::new(value), identity: Identity::new(Kind::Cell) }
        }

        /// As [`std::cell::Cell::set`].
        #[track_caller]
        pub fn set(&self, value: T) {
            drop(self.replace(value));
        }

        /// As [`std::cell::Cell::replace`].
        #[track_caller]
        pub fn replace(&self, value: T) -> T {
            self.identity.writes();
            self.value.replace(value)
        }

        /// As [`std::cell::Cell::into_inner`].
        #[must_use]
        pub fn into_inner(self) -> T {
            self.value.into_inner()
        }

        /// As [`std::cell::Cell::get_mut`].
        pub fn get_mut(&mut self) -> &mut T {
            self.value.get_mut()
        }
    }

    impl<T: Copy> Cell<T> {
        /// As [`std::cell::Cell::get`].
        #[track_caller]
        #[must_use]
        pub fn get(&self) -> T {
            self.identity.reads();
            self.value.get()
        }
    }

    impl<T: Default> Cell<T> {
        /// As [`std::cell::Cell::take`].
        #[track_caller]
        #[must_use]
        pub fn take(&self) -> T {
            self.replace(T::default())
        }
    }

    impl<T: Default> Default for Cell<T> {
        #[track_caller]
        fn default() -> Cell<T> {
            Cell::new(T::default())
        }
    }

    impl<T: Copy + fmt::Debug> fmt::Debug for Cell<T> {
        fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.debug_struct("Cell").field("value", &self.get()).finish()
        }
    }

    /// As [`std::cell::RefCell`].
    ///
    /// # Examples
    ///
    /// ```
    /// let words = boucle::shared::RefCell::new(vec!["one"]);
    /// assert!(words.try_borrow_mut().is_ok());
    /// assert_eq!(words.into_inner(), ["one"]);
    /// ```
    pub struct RefCell<T> {
        value: cell::RefCell<T>,
        identity: Identity,
    }

    impl<T> RefCell<T> {
        /// As [`std::cell::RefCell::new`].
        #[track_caller]
        #[must_use]
        pub fn new(value: T) -> RefCell<T> {
            RefCell { value: cell::RefCell::new(value), identity: Identity::new(Kind::Cell) }
        }

        /// As [`std::cell::RefCell::borrow`].
        ///
        /// # Panics
        ///
        /// If it is borrowed mutably.
        #[track_caller]
        pub fn borrow(&self) -> Ref<'_, T> {
            self.identity.reads();
            self.value.borrow()
        }

        /// As [`std::cell::RefCell::borrow_mut`].
        ///
        /// # Panics
        ///
        /// If it is borrowed.
        #[track_caller]
        pub fn borrow_mut(&self) -> RefMut<'_, T> {
            self.identity.writes();
            self.value.borrow_mut()
        }

        /// As [`std::cell::RefCell::try_borrow`].
        ///
        /// # Errors
        ///
        /// If it is borrowed mutably.
        #[track_caller]
        pub fn try_borrow(&self) -> Result<Ref<'_, T>, BorrowError> {
            self.identity.reads();
            self.value.try_borrow()
        }

        /// As [`std::cell::RefCell::try_borrow_mut`].
        ///
        /// # Errors
        ///
        /// If it is borrowed.
        #[track_caller]
        pub fn try_borrow_mut(&self) -> Result<RefMut<'_, T>, BorrowMutError> {
            self.identity.writes();
            self.value.try_borrow_mut()
        }

        /// As [`std::cell::RefCell::replace`].
        ///
        /// # Panics
        ///
        /// If it is borrowed.
        #[track_caller]
        pub fn replace(&self, value: T) -> T {
            mem::replace(&mut *self.borrow_mut(), value)
        }

        /// As [`std::cell::RefCell::into_inner`].
        #[must_use]
        pub fn into_inner(self) -> T {
            self.value.into_inner()
        }

        /// As [`std::cell::RefCell::get_mut`].
        pub fn get_mut(&mut self) -> &mut T {
            self.value.get_mut()
        }
    }

    impl<T: Default> RefCell<T> {
        /// As [`std::cell::RefCell::take`].
        ///
        /// # Panics
        ///
        /// If it is borrowed.
        #[track_caller]
        #[must_use]
        pub fn take(&self) -> T {
            self.replace(T::default())
        }
    }

    impl<T: Default> Default for RefCell<T> {
        #[track_caller]
        fn default() -> RefCell<T> {
            RefCell::new(T::default())
        }
    }

    impl<T: fmt::Debug> fmt::Debug for RefCell<T> {
        fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            let mut debug = f.debug_struct("RefCell");
            match self.try_borrow() {
                Ok(value) => debug.field("value", &value),
                Err(_) => debug.field("value", &format_args!("<borrowed>")),
            };
            debug.finish()
        }
    }
}

//! The first of several futures.

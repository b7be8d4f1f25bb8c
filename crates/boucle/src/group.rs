//! A group of tasks that ends as one.

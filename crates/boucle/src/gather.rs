//! Several tasks together: `gather`, `as_completed`, `shield`.

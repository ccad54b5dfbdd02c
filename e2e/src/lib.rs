//! The real binaries together: see `tests/it`.

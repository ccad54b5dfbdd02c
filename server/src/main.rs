//! `heimdex-server`: parses, builds, runs, and ends with an exit code.

fn main() {}

//! What the programs of Heimdex are made of: how a wrong command line is told, and of those that go on running their clock
//! and how they end.

pub mod clock;
pub mod lifecycle;
pub mod usage;

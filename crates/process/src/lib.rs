//! What the processes of Heimdex that go on running are made of: their clock, and how they end.

pub mod clock;
pub mod lifecycle;

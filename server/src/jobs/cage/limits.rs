//! What a caged process may take.

use std::time::Duration;

/// Limits of one run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CageLimits {
    /// Time of the clock.
    pub wall: Duration,
    /// Time of a processor.
    pub cpu: Duration,
    /// Bytes of address space.
    pub memory: u64,
}

impl Default for CageLimits {
    fn default() -> Self {
        Self {
            wall: Duration::from_secs(20),
            cpu: Duration::from_secs(30),
            memory: 2 << 30,
        }
    }
}

impl CageLimits {
    /// As the inside reads them; the clock is watched from outside.
    pub(super) fn as_arguments(self) -> [String; 2] {
        [self.cpu.as_secs().to_string(), self.memory.to_string()]
    }

    /// Reads them back.
    pub(super) fn from_arguments(cpu: &str, memory: &str) -> Option<Self> {
        Some(Self {
            cpu: Duration::from_secs(cpu.parse().ok()?),
            memory: memory.parse().ok()?,
            ..Self::default()
        })
    }
}

//! What becomes of the parts in flight when a person stops a transfer.

use tokio_util::sync::CancellationToken;

/// What becomes of the parts in flight when a person stops a transfer. Either way it goes on another time, from what the
/// store has.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum InFlight {
    /// They are waited for, so that none of their bytes move twice.
    #[default]
    Awaited,
    /// They are dropped, and whatever else is under way has a moment to end: somebody looks on, and wants the line back.
    Dropped,
}

impl InFlight {
    /// What drops them, where `cancel` stops the transfer.
    pub(crate) fn dropped_by(self, cancel: &CancellationToken) -> CancellationToken {
        match self {
            // Nobody has another clone of it: it is never cancelled.
            Self::Awaited => CancellationToken::new(),
            Self::Dropped => cancel.clone(),
        }
    }
}

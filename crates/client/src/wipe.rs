//! May this card be wiped? Only if every file on it, read again now, is stored and verified on the server.
//!
//! `card` looks at what is there, `medium` reads it, `check` asks the server and gathers the facts; `verdict` alone
//! decides, purely, and says yes only where no fact speaks against it.

mod card;
mod check;
mod facts;
mod medium;
mod outcome;
mod prove;
mod receipt;
mod trace;
mod verdict;

pub(crate) use card::Seen;
pub use check::check;
pub use facts::{
    Copy, Facts, FileFacts, Litter, Obstacle, ObstacleKind, ReadBack, ReadHow, Reread, Stored,
    Terms, Trace,
};
pub use outcome::{Checked, Step, WipeError};
pub use prove::{Proof, Proven, prove};
pub use receipt::{Receipt, ReceiptFile, write_receipt};
pub use verdict::{Finding, Verdict, Why, judge};

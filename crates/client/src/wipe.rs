//! May this card be wiped? Only if every file on it, read again now, is stored and verified on the server.
//!
//! `card` looks at what is there, by the `rules` of its owner; `manifests` are what checksum files on it say; `medium`
//! reads it, `check` asks the server and gathers the facts; `verdict` alone decides, purely, and says yes only where no
//! fact speaks against it.

mod card;
mod check;
mod facts;
mod manifests;
mod medium;
mod outcome;
mod paper;
mod prove;
mod receipt;
mod rules;
mod spelling;
mod trace;
mod verdict;
mod words;

pub(crate) use card::Seen;
pub use check::{Card, Question, RulesNow};
pub use facts::{
    Copy, Excused, Facts, FileFacts, Litter, NotEqual, Obstacle, ObstacleKind, ReadBack, ReadHow,
    Reread, Stored, Terms, Trace,
};
pub use manifests::{ManifestFacts, Manifests};
pub use outcome::{Checked, Step, WipeError};
pub use paper::{Paper, PaperError};
pub use prove::{Proof, Proven, prove};
pub use receipt::{Receipt, ReceiptExcused, ReceiptFile, ReceiptManifest, mhl_of, write_receipt};
pub use rules::CardRules;
pub use verdict::{Disagreement, Finding, Verdict, Why, judge};

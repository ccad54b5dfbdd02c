//! Moving bytes: a pure core that decides, and thin drivers that read, hash, send and fetch.
//!
//! `plan`, `state`, `retry` and `pace` decide and never touch anything; `source`, `send`, `engine`, `upload` and
//! `download` act. A transfer has one owner and one queue.

mod answers;
mod buffers;
pub(crate) mod context;
mod download;
mod engine;
mod error;
pub mod event;
mod in_flight;
mod known;
mod many;
pub mod pace;
mod place;
pub mod plan;
mod progress;
pub mod retry;
mod send;
mod source;
pub mod state;
mod stop;
mod tree;
mod upload;

pub(crate) use context::patiently;
pub use context::{TransferContext, account_name, jitter};
pub use download::{DownloadOutcome, DownloadTarget, Existing, TreePlace, download, local_name};
pub use error::TransferError;
pub use in_flight::InFlight;
pub use many::{Ended, Many, Told, Way, upload_many};
pub use place::locate;
pub use progress::Progress;
pub use retry::{Failure, Patience};
pub use source::stamp_of;
pub use stop::Stop;
pub use tree::{Arranged, Arrangement, Restored, Tree, TreeFile, arrange};
pub use upload::{UploadJob, UploadOptions, UploadOutcome, upload};

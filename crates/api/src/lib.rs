//! What both ends of the Heimdex wire agree on: types, ids, limits, error codes and the part plan.
//!
//! Nothing here does I/O. Request types refuse unknown fields (see [`RequestBody`]); response types tolerate
//! them, so that an old client and a new server get on.

pub mod auth;
pub mod batch;
pub mod checksum;
mod codes;
pub mod error;
pub mod event;
pub mod failpoint;
pub mod fold;
pub mod hash;
pub mod id;
pub mod ingest;
pub mod limits;
pub mod names;
pub mod ops;
pub mod path;
pub mod plan;
mod request;
pub mod reread;
pub mod scope;
pub mod secret;
pub mod state;
pub mod tag;
pub mod time;
pub mod token;
pub mod upload;
pub mod video;

pub use checksum::{Checksum, PartChecksum};
pub use error::{ErrorCode, FieldError, Problem};
pub use hash::Blake3;
pub use id::{
    IngestId, JobId, LibraryId, ObjectId, RereadId, SessionId, TokenId, UploadId, UserId, VideoId,
};
pub use request::RequestBody;
pub use scope::{Scope, Scopes};
pub use secret::{PresignedUrl, Secret};
pub use state::{
    JobState, Open, RereadOutcome, RereadState, StoreStanding, VerifiedHow, VideoKind, VideoState,
};
pub use time::Timestamp;

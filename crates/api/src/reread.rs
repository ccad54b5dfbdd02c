//! `/videos/lookup/reread`: the store's bytes of some videos, read and hashed again.

use serde::{Deserialize, Serialize};

use crate::request::request;
use crate::{Open, RereadId, RereadOutcome, RereadState, Timestamp, VerifiedHow, VideoId};

request! {
    /// `POST /videos/lookup/reread`
    #[derive(Default)]
    pub struct RereadRequest {
        /// Up to 10,000.
        pub video_ids: Vec<VideoId>,
    }
}

/// The reply to the start of a run.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RereadStarted {
    /// To ask after it.
    pub id: RereadId,
}

/// `GET /videos/lookup/reread/{id}`
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct RereadResponse {
    /// Which.
    pub id: RereadId,
    /// Where it stands.
    pub state: Open<RereadState>,
    /// 0 to 1, by bytes.
    pub progress: f64,
    /// All that is to be read.
    pub bytes: u64,
    /// When it was asked for.
    pub created_at: Timestamp,
    /// One an id, in the order of the request.
    pub results: Vec<RereadResult>,
}

/// What reading one video's bytes again came to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RereadResult {
    /// Which.
    pub video_id: VideoId,
    /// What came of it.
    pub outcome: Open<RereadOutcome>,
    /// When they were found equal.
    pub verified_at: Option<Timestamp>,
    /// What was read then.
    pub verified_how: Option<Open<VerifiedHow>>,
}

//! Videos as they are read, changed and deleted: one file a route, and what they share.

mod delete;
mod download;
mod events;
mod list;
mod query;
mod reply;
mod restore;
mod show;
mod status;
mod update;

use heimdex_api::{ErrorCode, Scope, VideoId};

use crate::app::App;
use crate::auth::Caller;
use crate::catalog::Video;
use crate::web::ApiError;

pub use delete::delete;
pub use download::download;
pub use events::events;
pub use list::list;
pub use restore::restore;
pub use show::show;
pub use status::status;
pub use update::update;

/// Whether URLs may be told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Sight {
    /// All of it.
    Whole,
    /// What a script needs to know of what scripts sent.
    WithoutUrls,
}

/// The video, if the caller may see it, and how much of it.
///
/// Who may only upload sees what this account sent by a token, and learns nothing of what else there is.
async fn visible(app: &App, caller: &Caller, video: VideoId) -> Result<(Video, Sight), ApiError> {
    let found = app.catalog.video(caller.library_id, video).await?;
    if caller.scopes().permit(Scope::Read) {
        let video = found.ok_or_else(|| ApiError::not_found("video"))?;
        return Ok((video, Sight::Whole));
    }
    caller.require(Scope::Upload)?;
    let own = found
        .filter(|video| video.row.user_id == caller.user_id && video.row.access_token_id.is_some());
    match own {
        Some(video) => Ok((video, Sight::WithoutUrls)),
        None => Err(ApiError::new(
            ErrorCode::InsufficientScope,
            "This access token may see only what access tokens of its account sent.",
        )),
    }
}

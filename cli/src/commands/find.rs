//! From the digits that were typed to the video that was meant.

use heimdex_api::VideoId;
use heimdex_api::limits::ID_PREFIX_MIN;
use heimdex_api::video::{VideoListQuery, VideoResponse};
use heimdex_client::ApiClient;

use crate::error::CliError;
use crate::output::text::clean;

/// How many candidates are named.
const NAMED: usize = 5;

/// The video whose id is, or begins with, `given`, with all that is known of it.
pub(super) async fn video(client: &ApiClient, given: &str) -> Result<VideoResponse, CliError> {
    let id = id(client, given).await?;
    client
        .video(id)
        .await
        .map_err(|error| match error.status() {
            Some(404) => CliError::NoSuchVideo(given.to_owned()),
            _ => error.into(),
        })
}

async fn id(client: &ApiClient, given: &str) -> Result<VideoId, CliError> {
    if let Ok(id) = given.parse() {
        return Ok(id);
    }
    let digits = given.replace('-', "").to_lowercase();
    if !digits.bytes().all(|digit| digit.is_ascii_hexdigit()) || digits.len() > 32 {
        return Err(CliError::usage(
            format!("`{given}` is not an id"),
            "an id has the digits 0 to 9 and a to f; `heimdex list` shows them",
        ));
    }
    if digits.len() < ID_PREFIX_MIN {
        return Err(CliError::usage(
            format!("`{given}` is too short"),
            format!("type at least {ID_PREFIX_MIN} digits of the id"),
        ));
    }
    let query = VideoListQuery {
        id_prefix: Some(digits),
        limit: Some((NAMED + 1).to_string()),
        ..VideoListQuery::default()
    };
    let found = client.videos(&query).await?.videos;
    match found.as_slice() {
        [] => Err(CliError::NoSuchVideo(given.to_owned())),
        [video] => Ok(video.video_id),
        several => {
            let mut candidates: Vec<String> = several
                .iter()
                .take(NAMED)
                .map(|video| {
                    let name = video.title.as_deref().or(video.filename.as_deref());
                    let id = video.video_id.as_uuid().simple().to_string();
                    // Two digits more than were typed tell nearly always which is which.
                    let shown = id.get(..given.len().max(6) + 2).unwrap_or(&id);
                    format!("{shown} ({})", clean(name.unwrap_or("no title")))
                })
                .collect();
            if several.len() > NAMED {
                candidates.push("…".into());
            }
            Err(CliError::Ambiguous {
                given: given.to_owned(),
                candidates,
            })
        }
    }
}

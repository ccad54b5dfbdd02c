//! From the digits that were typed to the video, or the ingest, that was meant.

use heimdex_api::ingest::{IngestListQuery, IngestResponse};
use heimdex_api::limits::ID_PREFIX_MIN;
use heimdex_api::video::{VideoListQuery, VideoResponse};
use heimdex_api::{IngestId, VideoId, VideoState};
use heimdex_client::ApiClient;
use uuid::Uuid;

use crate::error::CliError;
use crate::output::text::clean;

/// How many candidates are named.
const NAMED: usize = 5;

/// Where a video is looked for by the first digits of its id.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Among {
    /// All but the trash.
    Kept,
    /// The trash, and then the others.
    TrashFirst,
}

/// The video whose id is, or begins with, `given`, with all that is known of it.
pub(super) async fn video(client: &ApiClient, given: &str) -> Result<VideoResponse, CliError> {
    match video_among(client, given, Among::Kept).await {
        Err(CliError::NoSuchVideo(given)) => Err(not_kept(client, given).await),
        found => found,
    }
}

/// Why a video is not among those that are kept.
async fn not_kept(client: &ApiClient, given: String) -> CliError {
    let query = digits(&given, "list").map(|digits| VideoListQuery {
        id_prefix: Some(digits),
        state: Some(VideoState::Deleted.to_string()),
        limit: Some("2".to_owned()),
        ..VideoListQuery::default()
    });
    let trashed = match query {
        Ok(query) => client.videos(&query).await.map(|page| page.videos),
        Err(error) => return error,
    };
    match trashed.as_deref() {
        Ok([video]) => CliError::InTrash {
            given,
            video: video.video_id,
        },
        _ => CliError::NoSuchVideo(given),
    }
}

/// The same, looked for in a certain place.
pub(super) async fn video_among(
    client: &ApiClient,
    given: &str,
    among: Among,
) -> Result<VideoResponse, CliError> {
    let id = match among {
        Among::Kept => id(client, given, None).await?,
        Among::TrashFirst => match id(client, given, Some(VideoState::Deleted)).await {
            Err(CliError::NoSuchVideo(_)) => id(client, given, None).await?,
            found => found?,
        },
    };
    client
        .video(id)
        .await
        .map_err(|error| match error.status() {
            Some(404) => CliError::NoSuchVideo(given.to_owned()),
            _ => error.into(),
        })
}

async fn id(
    client: &ApiClient,
    given: &str,
    state: Option<VideoState>,
) -> Result<VideoId, CliError> {
    if let Ok(id) = given.parse() {
        return Ok(id);
    }
    let digits = digits(given, "list")?;
    let query = VideoListQuery {
        id_prefix: Some(digits),
        state: state.map(|state| state.to_string()),
        limit: Some((NAMED + 1).to_string()),
        ..VideoListQuery::default()
    };
    let found = client.videos(&query).await?.videos;
    match found.as_slice() {
        [] => Err(CliError::NoSuchVideo(given.to_owned())),
        [video] => Ok(video.video_id),
        several => {
            let named = |video: &VideoResponse| {
                let name = video.title.as_deref().or(video.filename.as_deref());
                (
                    video.video_id.as_uuid(),
                    name.unwrap_or("no title").to_owned(),
                )
            };
            Err(ambiguous(given, several.iter().map(named)))
        }
    }
}

/// The ingest whose id is, or begins with, `given`.
pub(super) async fn ingest(client: &ApiClient, given: &str) -> Result<IngestResponse, CliError> {
    if let Ok(id) = given.parse::<IngestId>() {
        return client
            .ingest(id)
            .await
            .map_err(|error| match error.status() {
                Some(404) => CliError::NoSuchIngest(given.to_owned()),
                _ => error.into(),
            });
    }
    let query = IngestListQuery {
        id_prefix: Some(digits(given, "ingests")?),
        ..IngestListQuery::default()
    };
    let mut found = client.ingests(&query).await?.ingests;
    match found.len() {
        0 => Err(CliError::NoSuchIngest(given.to_owned())),
        1 => Ok(found.remove(0)),
        _ => {
            let named =
                |ingest: &IngestResponse| (ingest.ingest_id.as_uuid(), ingest.source.clone());
            Err(ambiguous(given, found.iter().map(named)))
        }
    }
}

/// The hexadecimal digits that stand for an id; `verb` shows ids.
pub(super) fn digits(given: &str, verb: &str) -> Result<String, CliError> {
    let digits = given.replace('-', "").to_lowercase();
    if !digits.bytes().all(|digit| digit.is_ascii_hexdigit()) || digits.len() > 32 {
        return Err(CliError::usage(
            format!("`{given}` is not an id"),
            format!("an id has the digits 0 to 9 and a to f; `heimdex {verb}` shows them"),
        ));
    }
    if digits.len() < ID_PREFIX_MIN {
        return Err(CliError::usage(
            format!("`{given}` is too short"),
            format!("type at least {ID_PREFIX_MIN} digits of the id"),
        ));
    }
    Ok(digits)
}

fn ambiguous(given: &str, found: impl ExactSizeIterator<Item = (Uuid, String)>) -> CliError {
    let is_cut = found.len() > NAMED;
    let mut candidates: Vec<String> = found
        .take(NAMED)
        .map(|(id, name)| {
            let id = id.simple().to_string();
            // Two digits more than were typed tell nearly always which is which.
            let shown = id.get(..given.len().max(6) + 2).unwrap_or(&id);
            format!("{shown} ({})", clean(&name))
        })
        .collect();
    if is_cut {
        candidates.push("…".into());
    }
    CliError::Ambiguous {
        given: given.to_owned(),
        candidates,
    }
}

//! `POST /videos/lookup`: which of a client's files the library has already, and whether the store has them now.

use std::collections::{BTreeSet, HashMap};

use axum::Json;
use axum::extract::State;
use futures::{StreamExt as _, TryStreamExt as _, stream};
use heimdex_api::limits::LOOKUP_MAX;
use heimdex_api::ops::NoQuery;
use heimdex_api::upload::{LookupRequest, LookupResponse, LookupResult};
use heimdex_api::{Blake3, Open, Scope, StoreStanding};

use crate::app::App;
use crate::auth::Caller;
use crate::catalog::KnownContentRow;
use crate::jobs::lost;
use crate::objects::ObjectsError;
use crate::objects::embedded::Wholeness;
use crate::web::{ApiError, Body, Query};

/// The store is asked about so many files at a time.
const AT_ONCE: usize = 16;
/// Of videos with the same bytes, as many are asked for in the store.
const COPIES_MAX: usize = 8;

/// Who is asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Check {
    Catalog,
    Store,
}

/// What a video's file is known by.
type Content = (u64, Blake3);

/// `POST /videos/lookup`
pub async fn lookup(
    State(app): State<App>,
    caller: Caller,
    Query(NoQuery {}): Query<NoQuery>,
    Body(request): Body<LookupRequest>,
) -> Result<Json<LookupResponse>, ApiError> {
    caller.require(Scope::Upload)?;
    let check = checked(&request)?;
    let contents: BTreeSet<Content> = request
        .files
        .iter()
        .filter_map(|file| Some((file.size_bytes, file.blake3?)))
        .collect();
    let sizes: BTreeSet<u64> = request
        .files
        .iter()
        .filter(|file| file.blake3.is_none())
        .map(|file| file.size_bytes)
        .collect();
    let library = caller.library_id;
    let contents: Vec<_> = contents.into_iter().collect();
    let sizes: Vec<_> = sizes.into_iter().collect();
    let known = app.catalog.known_contents(library, &contents).await?;
    let candidates = app.catalog.candidates_of_size(library, &sizes).await?;
    let known: HashMap<Content, LookupResult> = stream::iter(known)
        .map(async |(content, videos)| {
            let found = match check {
                Check::Catalog => videos.first().map(found),
                Check::Store => in_store(&app, &videos).await?,
            };
            Ok::<_, ApiError>((content, found))
        })
        .buffer_unordered(AT_ONCE)
        .try_filter_map(async |(content, found)| Ok(found.map(|found| (content, found))))
        .try_collect()
        .await?;
    let results = request
        .files
        .iter()
        .map(|file| match file.blake3 {
            Some(hash) => known.get(&(file.size_bytes, hash)).cloned(),
            None => Some(counted(&candidates, file.size_bytes)),
        })
        .collect();
    Ok(Json(LookupResponse { results }))
}

fn checked(request: &LookupRequest) -> Result<Check, ApiError> {
    if request.files.len() > LOOKUP_MAX {
        return Err(ApiError::field(
            "files",
            format!("At most {LOOKUP_MAX} at once."),
        ));
    }
    match request.check.as_deref() {
        None | Some("catalog") => Ok(Check::Catalog),
        Some("store") => Ok(Check::Store),
        Some(_) => Err(ApiError::field("check", "It must be `catalog` or `store`.")),
    }
}

/// The first of these videos that the store has now. Where it has none of them, what is wrong with the first, which then
/// is not told as verified: who does not look further must not lean on it.
async fn in_store(app: &App, videos: &[KnownContentRow]) -> Result<Option<LookupResult>, ApiError> {
    let mut worst = None;
    for video in videos.iter().take(COPIES_MAX) {
        let standing = standing(app, video).await?;
        if standing != Some(StoreStanding::Present) {
            // In a store that went away everything is missing, and nothing is lost.
            app.objects.still_there().await?;
        }
        let told = LookupResult {
            store: standing.map(Open::Known),
            ..found(video)
        };
        if standing == Some(StoreStanding::Present) {
            return Ok(Some(told));
        }
        worst.get_or_insert(LookupResult {
            verified_at: None,
            verified_how: None,
            ..told
        });
    }
    Ok(worst)
}

/// Asks for size and entity tag, for every file of the object where the store is ours, and for the first and the last
/// byte: a store may list what its disk has lost. `None` where it answers and yet does not give these bytes: that is
/// about this one video, and no reason to say nothing of the others.
async fn standing(
    app: &App,
    video: &KnownContentRow,
) -> Result<Option<StoreStanding>, ObjectsError> {
    let key = &video.object_key;
    let Some(head) = app.objects.head(key).await? else {
        return Ok(Some(StoreStanding::Missing));
    };
    if head.size != video.size_bytes || Some(&head.etag) != video.etag.as_ref() {
        return Ok(Some(StoreStanding::Differs));
    }
    match app.objects.wholeness(key).await {
        Ok(Wholeness::Whole) => {}
        Ok(Wholeness::Missing) => return Ok(Some(StoreStanding::Missing)),
        Ok(Wholeness::Short) => return Ok(Some(StoreStanding::Differs)),
        Err(error) if lost(&error).is_some() => return Ok(Some(StoreStanding::Missing)),
        Err(error) => return Err(error),
    }
    match ends(app, key, head.size).await {
        Ok(true) => Ok(Some(StoreStanding::Present)),
        Ok(false) | Err(ObjectsError::NotFound) => Ok(Some(StoreStanding::Missing)),
        Err(error) => {
            tracing::warn!(video.id = %video.video_id, %error, "the store does not give bytes that it lists");
            // Where it does not even answer this any more it is away.
            app.objects.head(key).await?;
            Ok(None)
        }
    }
}

/// Whether the first and the last byte can be had; what breaks on the way is tried once more.
async fn ends(app: &App, key: &str, size: u64) -> Result<bool, ObjectsError> {
    let ends: &[u64] = match size {
        0 => &[],
        1 => &[0],
        size => &[0, size - 1],
    };
    for offset in ends {
        let byte = match app.objects.get_range(key, *offset, 1).await {
            Err(ObjectsError::Unavailable(_)) => app.objects.get_range(key, *offset, 1).await?,
            byte => byte?,
        };
        if byte.len() != 1 {
            return Ok(false);
        }
    }
    Ok(true)
}

fn found(row: &KnownContentRow) -> LookupResult {
    LookupResult {
        video_id: Some(row.video_id),
        state: Some(Open::Known(row.state)),
        verified_at: row.verified_at,
        verified_how: row.verified_how.map(Open::Known),
        damaged: Some(row.damaged),
        ..LookupResult::default()
    }
}

fn counted(candidates: &HashMap<u64, u64>, size: u64) -> LookupResult {
    LookupResult {
        candidates: Some(candidates.get(&size).copied().unwrap_or(0)),
        ..LookupResult::default()
    }
}

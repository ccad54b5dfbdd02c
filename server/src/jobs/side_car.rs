//! The side-car: what the catalog knows of a video, as JSON beside its bytes, so that a lost database can be rebuilt.
//!
//! `docs/side-car.md` documents the format. Version policy: fields are added without a new version, one that changes
//! its meaning or goes away needs one; a reader refuses versions that it does not know.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use heimdex_api::{
    Blake3, IngestId, LibraryId, Timestamp, UserId, VerifiedHow, VideoId, VideoKind,
};
use serde::Serialize;

use crate::catalog::objects::Verified;
use crate::catalog::side_cars::{DescribedLocation, Description};
use crate::jobs::{JobContext, StageError};
use crate::objects::ObjectKey;

const FORMAT: &str = "heimdex-side-car";
const VERSION: u32 = 1;

#[derive(Debug, Serialize)]
struct SideCar<'a> {
    format: &'static str,
    version: u32,
    video_id: VideoId,
    library_id: LibraryId,
    user_id: UserId,
    kind: VideoKind,
    title: Option<&'a str>,
    description: Option<&'a str>,
    tags: &'a [String],
    filename: &'a str,
    mime_type: &'a str,
    object_key: &'a str,
    size_bytes: u64,
    blake3: Blake3,
    part_size: u64,
    subtrees: &'a [Blake3],
    verified_at: Option<Timestamp>,
    verified_how: Option<VerifiedHow>,
    damaged: bool,
    damage: Option<&'a str>,
    replaces: Option<VideoId>,
    captured_at: Option<Timestamp>,
    created_at: Timestamp,
    locations: Vec<Location<'a>>,
}

#[derive(Debug, Serialize)]
struct Location<'a> {
    ingest_id: IngestId,
    source: &'a str,
    path: &'a str,
    path_raw: Option<String>,
    mtime: Option<Timestamp>,
}

/// Writes the side-car of a video whose bytes are verified; the same again replaces it. Answers what it tells beside
/// that.
pub(super) async fn write(
    context: &JobContext,
    verified: &Verified,
    video: VideoId,
) -> Result<Description, StageError> {
    let description = context
        .catalog
        .describe(video)
        .await?
        .ok_or(StageError::Lost)?;
    let key = ObjectKey::SideCar {
        library: description.video.library_id,
        video,
    };
    let json = serde_json::to_vec_pretty(&side_car(&description, verified))
        .map_err(|error| StageError::Fault(Box::new(error)))?;
    context
        .objects
        .put(&key.to_string(), "application/json", Bytes::from(json))
        .await?;
    Ok(description)
}

fn side_car<'a>(description: &'a Description, verified: &'a Verified) -> SideCar<'a> {
    let video = &description.video;
    SideCar {
        format: FORMAT,
        version: VERSION,
        video_id: video.video_id,
        library_id: video.library_id,
        user_id: video.user_id,
        kind: verified.kind,
        title: video.title.as_deref(),
        description: video.description.as_deref(),
        tags: &description.tags,
        filename: &video.filename,
        mime_type: &video.mime_type,
        object_key: &video.object_key,
        size_bytes: video.size_bytes,
        blake3: verified.blake3,
        part_size: verified.part_size.get(),
        subtrees: &verified.subtrees,
        verified_at: verified.read.map(|read| read.at),
        verified_how: verified.read.map(|read| read.how),
        damaged: video.damaged_accepted && verified.damage.is_some(),
        damage: verified.damage.as_deref(),
        replaces: video.replaces,
        captured_at: video.captured_at,
        created_at: video.created_at,
        locations: description.locations.iter().map(location).collect(),
    }
}

fn location(found: &DescribedLocation) -> Location<'_> {
    Location {
        ingest_id: found.ingest_id,
        source: &found.source,
        path: &found.path,
        path_raw: found.path_raw.as_deref().map(|raw| STANDARD.encode(raw)),
        mtime: found.mtime,
    }
}

#[cfg(test)]
mod tests {
    use heimdex_api::plan::PartSize;
    use uuid::Uuid;

    use super::*;
    use crate::catalog::objects::ReadAt;
    use crate::catalog::side_cars::DescribedVideo;

    #[test]
    fn the_format_is_what_the_documentation_shows() {
        let id = |number| Uuid::from_u128(number);
        let at: Timestamp = "2026-11-23T09:30:00Z".parse().unwrap();
        let description = Description {
            video: DescribedVideo {
                video_id: VideoId::new(id(1)),
                library_id: LibraryId::new(id(2)),
                user_id: UserId::new(id(2)),
                title: Some("Harbour".to_owned()),
                description: None,
                filename: "A003C012.mp4".to_owned(),
                mime_type: "video/mp4".to_owned(),
                size_bytes: 3,
                replaces: None,
                captured_at: None,
                damaged_accepted: true,
                created_at: at,
                object_key: "videos/2/1.mp4".to_owned(),
            },
            tags: vec!["paris".to_owned()],
            locations: vec![DescribedLocation {
                ingest_id: IngestId::new(id(3)),
                source: "A cam".to_owned(),
                path: "CLIP/\\xff.mp4".to_owned(),
                path_raw: Some(b"CLIP/\xff.mp4".to_vec()),
                mtime: Some(at),
            }],
        };
        let verified = Verified {
            kind: VideoKind::Video,
            damage: Some("The file ends in the middle.".to_owned()),
            blake3: Blake3::new([7; 32]),
            part_size: PartSize::new(1024).unwrap(),
            subtrees: vec![Blake3::new([7; 32])],
            etag: "e".to_owned(),
            read: Some(ReadAt {
                at,
                how: VerifiedHow::Cached,
            }),
        };
        insta::assert_json_snapshot!(side_car(&description, &verified));
    }
}

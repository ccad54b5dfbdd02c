//! `heimdex-server pictures`: queues the making of pictures for videos that have none, whether a server runs or not.

use std::collections::BTreeMap;

use heimdex_api::{JobId, LibraryId, VideoId};
use heimdex_process::clock::Clock;

use super::catalog::{self, UnusableCatalog};
use super::{CommandError, talk};
use crate::args::PicturesArgs;
use crate::catalog::{Catalog, CatalogError};
use crate::config::Config;
use crate::random::Random;

/// Videos that are looked for, and queued, in one piece: a server that runs on the same database waits no longer than that.
const CHUNK: u64 = 200;

/// Why no pictures are queued.
#[derive(Debug, thiserror::Error)]
pub enum PicturesError {
    /// The server makes none.
    #[error("the server makes no pictures: `jobs.thumbnails` is off")]
    SwitchedOff,
    /// There is none, or it does not do it.
    #[error(transparent)]
    Catalog(#[from] UnusableCatalog),
}

impl PicturesError {
    pub(super) fn hint(&self) -> Option<String> {
        match self {
            Self::SwitchedOff => {
                Some("set `jobs.thumbnails = true` and restart the server".to_owned())
            }
            Self::Catalog(error) => error.hint(),
        }
    }
}

pub(super) fn run(config: &Config, args: &PicturesArgs) -> Result<(), CommandError> {
    if !config.jobs.thumbnails {
        return Err(PicturesError::SwitchedOff.into());
    }
    let queued = super::runtime()?.block_on(async {
        let catalog = catalog::open(config).await?;
        let queued = queue(&catalog, args).await;
        catalog.close().await;
        queued.map_err(|error| PicturesError::Catalog(error.into()))
    })?;
    talk(&sentence(queued, args.limit));
    Ok(())
}

fn sentence(queued: u64, limit: Option<u64>) -> String {
    match queued {
        0 => {
            "No video is without pictures that could be made, or they are on their way.".to_owned()
        }
        1 => "Pictures of 1 video are queued.".to_owned(),
        many if limit == Some(many) => {
            format!("Pictures of {many} videos are queued; the same command queues the next ones.")
        }
        many => format!("Pictures of {many} videos are queued."),
    }
}

/// Queues them, piece by piece; how many there are.
async fn queue(catalog: &Catalog, args: &PicturesArgs) -> Result<u64, CatalogError> {
    let limit = args.limit.unwrap_or(u64::MAX);
    let (mut queued, mut after) = (0, None);
    while queued < limit {
        let most = CHUNK.min(limit - queued);
        let videos = catalog
            .videos_without_pictures(after, args.failed, most)
            .await?;
        let Some(last) = videos.last() else { break };
        after = Some((last.created_at, last.video_id));
        let mut libraries: BTreeMap<LibraryId, Vec<(VideoId, JobId)>> = BTreeMap::new();
        for video in &videos {
            let job = JobId::new(Random.uuid());
            let of_library = libraries.entry(video.library_id).or_default();
            of_library.push((video.video_id, job));
        }
        for (library, jobs) in libraries {
            let now = Clock::System.now();
            queued += catalog.queue_pictures(library, &jobs, now).await?;
        }
    }
    Ok(queued)
}

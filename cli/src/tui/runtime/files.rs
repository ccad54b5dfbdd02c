//! Reads folders and looks into files, off the thread that draws. Bounded: in what a folder shows, in how much of a
//! file is read.

use std::path::{Path, PathBuf};

use heimdex_api::upload::{LookupFile, LookupRequest};
use heimdex_api::{Blake3, Open, VideoState};
use heimdex_client::journal::{Journal, UploadKey};
use heimdex_client::transfer::{TransferContext, locate, stamp_of};

use super::moving::from_home;
use super::session::Session;
use crate::commands::upload::shown;
use crate::error::CliError;
use crate::tui::model::{Before, Entry, Facts, Listing, Read, Reading, Trouble};

/// More of a folder than this is not shown.
const SHOWN: usize = 200_000;

/// Reads what is asked for.
pub(super) async fn read(session: &Session, reading: Reading) -> Read {
    match reading {
        Reading::Folder(generation, folder) => {
            Read::Folder(generation, folder_of(session, folder).await)
        }
        Reading::Facts(generation, paths) => Read::Facts(generation, facts(session, paths).await),
    }
}

async fn folder_of(session: &Session, folder: Option<PathBuf>) -> Result<Listing, Trouble> {
    let folder = from_home(session, folder.unwrap_or_else(|| ".".into()));
    let listing = tokio::task::spawn_blocking(move || list(&folder)).await;
    let listing = listing.map_err(|error| CliError::Runtime(error.into()))?;
    listing.map_err(Into::into)
}

fn list(folder: &Path) -> Result<Listing, CliError> {
    let fail = |source| CliError::Path {
        path: folder.to_owned(),
        source,
    };
    let folder = std::path::absolute(folder).map_err(fail)?;
    let (mut entries, mut more) = (Vec::new(), 0);
    for found in fs_err::read_dir(&folder).map_err(fail)? {
        if entries.len() >= SHOWN {
            more += 1;
            continue;
        }
        // What went meanwhile, or cannot be looked at, cannot be sent either.
        let Ok(found) = found else { continue };
        let path = found.path();
        let Ok(metadata) = fs_err::metadata(&path) else {
            continue;
        };
        if !metadata.is_dir() && !metadata.is_file() {
            continue;
        }
        let name = shown(Path::new(&found.file_name()));
        let modified = metadata.modified().ok();
        let modified = modified.and_then(|time| jiff::Timestamp::try_from(time).ok());
        entries.push(Entry {
            is_hidden: name.starts_with('.'),
            name,
            path,
            is_folder: metadata.is_dir(),
            size: metadata.len(),
            modified: modified.map(Into::into),
        });
    }
    entries.sort_by_cached_key(|entry| {
        let name = entry.name.to_lowercase();
        (!entry.is_folder, name, entry.name.clone())
    });
    Ok(Listing {
        folder,
        entries,
        more,
    })
}

/// What is found out of a file, and what the server can be asked about it.
struct Found {
    path: PathBuf,
    facts: Facts,
    asks: Option<LookupFile>,
}

async fn facts(session: &Session, paths: Vec<PathBuf>) -> Vec<(PathBuf, Facts)> {
    let transfers = session.transfers().await.ok();
    let known = transfers.map(|transfers| {
        let journal = transfers.journal().clone();
        (journal, transfers.profile().to_owned())
    });
    let looking = move || -> Vec<Found> {
        let known = known.as_ref();
        let files = paths.into_iter();
        files.map(|path| look_into(path, known)).collect()
    };
    let mut found = tokio::task::spawn_blocking(looking)
        .await
        .unwrap_or_default();
    if let Some(transfers) = transfers {
        ask_server(transfers, &mut found).await;
    }
    let facts = found.into_iter().map(|found| (found.path, found.facts));
    facts.collect()
}

fn look_into(path: PathBuf, known: Option<&(Journal, String)>) -> Found {
    let length_s = length_of(&path);
    let before = known.and_then(|(journal, profile)| look_back(&path, journal, profile));
    let (before, hash) = before.unwrap_or_default();
    let asks = hash.filter(|_| before == Before::Unknown);
    Found {
        path,
        facts: Facts { length_s, before },
        asks: asks.map(|(size_bytes, blake3)| LookupFile {
            size_bytes,
            blake3: Some(blake3),
        }),
    }
}

/// How long a file plays: by a few reads of what its container says.
fn length_of(path: &Path) -> Option<f64> {
    let file = fs_err::File::open(path).ok()?;
    let source = heimdex_media::FileSource::new(file.into_file()).ok()?;
    let report = heimdex_media::inspect(&source).ok()??;
    let milliseconds = report.probe.duration_ms?;
    Some(std::time::Duration::from_millis(milliseconds).as_secs_f64())
}

/// What the journal knows of a file as it is now, without a byte of it being read: whether it was sent, and its hash.
fn look_back(
    path: &Path,
    journal: &Journal,
    profile: &str,
) -> Option<(Before, Option<(u64, Blake3)>)> {
    let file = locate(path).ok()?;
    let stamp = stamp_of(path, None).ok()?;
    if let Some(blake3) = journal.file_hash(&file, &stamp).ok()? {
        let stored = journal.stored_video_of(profile, stamp.size, &blake3).ok()?;
        if stored.is_some() {
            return Some((Before::Sent, None));
        }
        return Some((Before::Unknown, Some((stamp.size, blake3))));
    }
    if journal.is_kept_as(profile, &file, &stamp).ok()? {
        return Some((Before::Sent, None));
    }
    let key = UploadKey {
        profile: profile.to_owned(),
        file,
    };
    let begun = journal.unfinished_upload(&key).ok()?;
    Some((begun.map_or(Before::Unknown, |_| Before::Begun), None))
}

/// Of files whose hash is known it is asked whether the server has them. One that cannot be asked says nothing.
async fn ask_server(transfers: &TransferContext, found: &mut [Found]) {
    let asked: Vec<usize> = (0..found.len())
        .filter(|at| found[*at].asks.is_some())
        .collect();
    if asked.is_empty() {
        return;
    }
    let request = LookupRequest {
        files: asked
            .iter()
            .filter_map(|at| found[*at].asks.clone())
            .collect(),
        check: None,
    };
    let Ok(reply) = transfers.api().lookup(&request).await else {
        return;
    };
    for (at, result) in asked.into_iter().zip(reply.results) {
        let state = result.and_then(|result| result.state);
        let is_there = matches!(
            state.as_ref().and_then(Open::known),
            Some(VideoState::Validating | VideoState::Processing | VideoState::Indexed)
        );
        if is_there {
            found[at].facts.before = Before::There;
        }
    }
}

//! Runs over folders: a folder is taken in as a whole, and the second time goes on with the same ingest.

mod announce;
mod same_card;

use std::collections::{BTreeMap, HashMap, HashSet};
use std::path::Path;

use heimdex_api::ingest::{CreateIngestRequest, IngestFilesQuery, IngestListQuery, IngestResponse};
use heimdex_api::limits::NAME_MAX;
use heimdex_api::ops::feature;
use heimdex_api::{IngestId, VideoId, VideoState, path};

use crate::ApiClient;
use crate::journal::{FileKey, IngestKey, Journal, JournalError};
use crate::platform;
use crate::transfer::{TransferContext, TransferError, locate};
use same_card::{Comparison, Times};

pub use announce::{announce, filename};
pub use same_card::Here;

/// Ends the place of files that were named one by one.
const NAMED: &[u8] = b"/*";
/// So many ingests of one label and folder name are compared with what is here.
const CANDIDATES_MAX: usize = 8;
/// Pages of an ingest's files that are looked through for failed ones, or for one that is here too.
const PAGES_MAX: usize = 40;

/// A folder whose files are one ingest.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Folder<'a> {
    /// As it was named.
    pub path: &'a Path,
    /// Whether all of it is meant, or files of it that are named one by one.
    pub is_whole: bool,
    /// The label of what is found in it.
    pub source: &'a str,
    /// Its own name.
    pub name: Option<&'a str>,
}

/// The run that the files of one folder belong to.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Ingest {
    /// None at a server that knows none.
    pub id: Option<IngestId>,
    /// The videos of earlier runs that are stored and failed, by path: look-ups do not count them.
    pub failed: HashMap<Vec<u8>, VideoId>,
    /// How many files more than came were expected of it, before this run.
    pub lacking: u64,
}

/// The ingest of a folder: the one that it had before, or a new one. `here` is what is in it, by path.
///
/// # Errors
/// Whatever keeps the folder from being found, the server from being asked, or the journal from being read.
pub async fn of_folder(
    transfers: &TransferContext,
    folder: &Folder<'_>,
    here: &BTreeMap<&[u8], Here>,
) -> Result<Ingest, TransferError> {
    taken_in(transfers, folder, here, Stay::WhileAlike).await
}

/// The same of a folder that is watched, of which `here` has whatever is sent now: its ingest does not end.
///
/// # Errors
/// As of [`of_folder`].
pub async fn of_watch(
    transfers: &TransferContext,
    folder: &Folder<'_>,
    here: &BTreeMap<&[u8], Here>,
) -> Result<Ingest, TransferError> {
    taken_in(transfers, folder, here, Stay::Always).await
}

/// How long a folder stays with the ingest that this machine had for it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Stay {
    Always,
    WhileAlike,
}

async fn taken_in(
    transfers: &TransferContext,
    folder: &Folder<'_>,
    here: &BTreeMap<&[u8], Here>,
    stay: Stay,
) -> Result<Ingest, TransferError> {
    let api = transfers.api();
    if !api.has(feature::INGESTS).await? {
        return Ok(Ingest::default());
    }
    let key = key(transfers.profile(), folder)?;
    let mut refused = None;
    let journaled = match stay {
        Stay::Always => transfers.journal().latest_ingest(&key)?,
        // A journal that fails costs a look at what the server has.
        Stay::WhileAlike => {
            let key = key.clone();
            let read = move |journal: &Journal| journal.latest_ingest(&key);
            transfers.journaled(read).await.flatten()
        }
    };
    if let Some(journaled) = journaled {
        match api.ingest(journaled.ingest_id).await {
            Ok(ingest) if stay == Stay::Always || goes_on(api, &ingest, folder, here).await? => {
                return known(api, ingest).await;
            }
            // Another card in the same place, under the same label.
            Ok(ingest) => refused = Some(ingest.ingest_id),
            // Not ours any more, as after the server was set up anew.
            Err(error) if error.status() == Some(404) => {}
            Err(error) => return Err(error.into()),
        }
    }
    let (name, host) = (short(folder.name.unwrap_or("/")), host());
    // Files that were named one by one have no name in common, and so are no folder's ingest.
    let root_name = if folder.is_whole {
        name
    } else {
        format!("{name}/*")
    };
    let ingest =
        if let Some(ingest) = latest(api, folder, here, (&root_name, &host), refused).await? {
            known(api, ingest).await?
        } else {
            let request = CreateIngestRequest {
                source: folder.source.to_owned(),
                root_name: Some(root_name),
                host: Some(host),
            };
            // What a watch sends first is no more than what was ready first: its turns must not make one each.
            let told_apart_by = match stay {
                Stay::Always => &BTreeMap::new(),
                Stay::WhileAlike => here,
            };
            let asked = creation_key(&key, refused, told_apart_by);
            let created = api.create_ingest(&request, &asked).await?;
            Ingest {
                id: Some(created.ingest_id),
                failed: HashMap::new(),
                lacking: 0,
            }
        };
    if let Some(id) = ingest.id {
        let now = transfers.now();
        let record = move |journal: &Journal| journal.record_ingest(&key, id, now);
        transfers.journaled(record).await;
    }
    Ok(ingest)
}

/// The same with what failed of it.
async fn known(api: &ApiClient, ingest: IngestResponse) -> Result<Ingest, TransferError> {
    let (id, mut failed) = (ingest.ingest_id, HashMap::new());
    let came = ingest.files.stored + ingest.files.failed;
    let lacking = ingest.files.expected.unwrap_or(0).saturating_sub(came);
    let mut query = IngestFilesQuery::default();
    // Trashed videos are counted with the failed: that many files are not looked through for them.
    let pages = if ingest.files.failed > 0 {
        PAGES_MAX
    } else {
        0
    };
    for _ in 0..pages {
        let page = api.ingest_files(id, &query).await?;
        for file in page.files {
            if file.state.known() == Some(VideoState::Failed)
                && let Ok(path) = path::exact(&file.path, file.path_raw.as_deref())
            {
                failed.insert(path, file.video_id);
            }
        }
        match page.next_cursor {
            Some(cursor) => query.cursor = Some(cursor),
            None => break,
        }
    }
    Ok(Ingest {
        id: Some(id),
        failed,
        lacking,
    })
}

/// Whether the folder goes on with the ingest that this machine had for it.
async fn goes_on(
    api: &ApiClient,
    ingest: &IngestResponse,
    folder: &Folder<'_>,
    here: &BTreeMap<&[u8], Here>,
) -> Result<bool, TransferError> {
    // What is empty takes nothing away.
    if here.is_empty() {
        return Ok(true);
    }
    let mut compared = Comparison::by(Times::Ours);
    compare(api, ingest.ingest_id, here, &mut compared).await?;
    // Files that were named one by one are about whatever is named of the folder.
    let is_unlike = folder.is_whole || !compared.is_silent();
    Ok(compared.is_unbegun() || compared.is_same_folder() || !is_unlike)
}

/// Compares what an ingest names with what is here: as many pages as it takes to find something in common.
async fn compare(
    api: &ApiClient,
    ingest: IngestId,
    here: &BTreeMap<&[u8], Here>,
    compared: &mut Comparison,
) -> Result<(), TransferError> {
    let mut query = IngestFilesQuery::default();
    for _ in 0..PAGES_MAX {
        let page = api.ingest_files(ingest, &query).await?;
        compared.take(&page.files, here);
        match page.next_cursor {
            Some(cursor) if compared.is_silent() => query.cursor = Some(cursor),
            _ => break,
        }
    }
    Ok(())
}

/// Without a journal, or with another card than it knows, the newest of the same label and folder name is gone on with, this machine's own before others',
/// if it is about the files that are here: what a folder is called says little, and what a card is called nothing.
async fn latest(
    api: &ApiClient,
    folder: &Folder<'_>,
    here: &BTreeMap<&[u8], Here>,
    (root_name, host): (&str, &str),
    refused: Option<IngestId>,
) -> Result<Option<IngestResponse>, TransferError> {
    let query = IngestListQuery {
        source: Some(folder.source.to_owned()),
        ..IngestListQuery::default()
    };
    let page = api.ingests(&query).await?;
    let named = page.ingests.into_iter();
    let named = named.filter(|ingest| {
        ingest.root_name.as_deref() == Some(root_name) && Some(ingest.ingest_id) != refused
    });
    let (own, others): (Vec<_>, Vec<_>) =
        named.partition(|ingest| ingest.host.as_deref() == Some(host));
    if !folder.is_whole {
        for ingest in own.into_iter().take(CANDIDATES_MAX) {
            if goes_on(api, &ingest, folder, here).await? {
                return Ok(Some(ingest));
            }
        }
        return Ok(None);
    }
    let own_ids: HashSet<IngestId> = own.iter().map(|ingest| ingest.ingest_id).collect();
    for ingest in own.into_iter().chain(others).take(CANDIDATES_MAX) {
        let id = ingest.ingest_id;
        // One page tells a card from another.
        let listed = api.ingest_files(id, &IngestFilesQuery::default()).await?;
        let mut compared = Comparison::by(Times::Anybodys);
        compared.take(&listed.files, here);
        let is_unbegun = compared.is_unbegun() && own_ids.contains(&id);
        if is_unbegun || compared.is_same_card() {
            return Ok(Some(ingest));
        }
    }
    Ok(None)
}

/// The label under which this machine last took in all of a folder, as far as its journal knows.
#[must_use]
pub fn label_of(journal: &Journal, profile: &str, path: &Path) -> Option<String> {
    let root = locate(path).ok()?;
    journal.latest_source(profile, &root).ok().flatten()
}

/// The path of a file in the folder of its ingest, as far as the journal knows both.
///
/// # Errors
/// The journal cannot be read.
pub fn path_within(
    journal: &Journal,
    ingest: IngestId,
    file: &FileKey,
) -> Result<Option<Vec<u8>>, JournalError> {
    let Some(root) = journal.ingest_root(ingest)? else {
        return Ok(None);
    };
    let folder = root.path.strip_suffix(NAMED).unwrap_or(&root.path);
    let below = file.path.strip_prefix(folder);
    let relative = below.and_then(|below| match folder {
        // The root of a file system.
        [.., b'/'] => Some(below),
        _ => below.strip_prefix(b"/"),
    });
    let is_there = root.fs_id == file.fs_id;
    Ok(relative.filter(|_| is_there).map(<[u8]>::to_vec))
}

fn key(profile: &str, folder: &Folder<'_>) -> Result<IngestKey, TransferError> {
    let mut root =
        locate(folder.path).map_err(|error| TransferError::of_opening(folder.path, &error))?;
    if !folder.is_whole {
        root.path.extend_from_slice(NAMED);
    }
    Ok(IngestKey {
        profile: profile.to_owned(),
        root,
        source: folder.source.to_owned(),
    })
}

/// What the creation of an ingest is asked for by: two runs that begin with one folder at once ask for the same, and so
/// does one whose answer was lost. Another folder, or other files in it, ask for another; a watched folder asks for the
/// same whatever of it is sent first.
fn creation_key(
    key: &IngestKey,
    refused: Option<IngestId>,
    here: &BTreeMap<&[u8], Here>,
) -> String {
    let mut hasher = blake3::Hasher::new();
    let mut tell = |bytes: &[u8]| {
        hasher.update(&(bytes.len() as u64).to_be_bytes());
        hasher.update(bytes);
    };
    tell(key.profile.as_bytes());
    tell(key.root.fs_id.as_bytes());
    tell(&key.root.path);
    tell(key.source.as_bytes());
    tell(
        refused
            .map(|id| id.to_string())
            .unwrap_or_default()
            .as_bytes(),
    );
    for (path, (size, mtime)) in here {
        tell(path);
        tell(&size.to_be_bytes());
        tell(
            &mtime
                .map_or(i64::MIN, heimdex_api::Timestamp::as_micros)
                .to_be_bytes(),
        );
    }
    format!("ingest {}", hasher.finalize().to_hex())
}

fn short(name: &str) -> String {
    name.chars().take(NAME_MAX - 2).collect()
}

/// The machine's own name.
fn host() -> String {
    short(&platform::host_name().unwrap_or_else(|| "localhost".to_owned()))
}

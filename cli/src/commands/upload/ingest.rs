//! The ingests of an upload: each folder is taken in as a whole, and the second time goes on with the same one.

use std::collections::{HashMap, HashSet};

use heimdex_api::ingest::{
    CreateIngestRequest, FinishIngestRequest, IngestFilesQuery, IngestListQuery, IngestResponse,
};
use heimdex_api::limits::NAME_MAX;
use heimdex_api::ops::feature;
use heimdex_api::{IngestId, VideoId, VideoState, path};
use heimdex_client::ApiClient;
use heimdex_client::journal::IngestKey;
use heimdex_client::transfer::{TransferContext, locate};
use uuid::Uuid;

use super::found::{Found, Root};
use super::same_card::{Here, is_same_card};
use crate::clock;
use crate::error::CliError;

/// So many ingests of one label and folder name are compared with what is here.
const CANDIDATES_MAX: usize = 8;
/// Pages of an ingest's files that are looked through for failed ones.
const PAGES_MAX: usize = 40;

/// The run that the files of one root belong to.
#[derive(Debug, Clone, Default)]
pub(super) struct Ingest {
    /// None at a server that knows none.
    pub(super) id: Option<IngestId>,
    /// The videos of earlier runs that are stored and failed, by path: look-ups do not count them.
    pub(super) failed: HashMap<Vec<u8>, VideoId>,
}

/// The ingest of each root, in order.
pub(super) async fn begin(
    transfers: &TransferContext,
    found: &Found,
) -> Result<Vec<Ingest>, CliError> {
    let api = transfers.api();
    if !api.has(feature::INGESTS).await? {
        return Ok(vec![Ingest::default(); found.roots.len()]);
    }
    let mut ingests = Vec::new();
    for index in 0..found.roots.len() {
        ingests.push(ingest_of(transfers, found, index).await?);
    }
    Ok(ingests)
}

/// The same with what failed of it.
async fn known(api: &ApiClient, ingest: IngestResponse) -> Result<Ingest, CliError> {
    let (id, mut failed) = (ingest.ingest_id, HashMap::new());
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
    })
}

async fn ingest_of(
    transfers: &TransferContext,
    found: &Found,
    index: usize,
) -> Result<Ingest, CliError> {
    let root = &found.roots[index];
    let (api, journal) = (transfers.api(), transfers.journal());
    let key = key(transfers.profile(), root)?;
    if let Some(journaled) = journal.latest_ingest(&key)? {
        match api.ingest(journaled.ingest_id).await {
            Ok(ingest) => return known(api, ingest).await,
            // Not ours any more, as after the server was set up anew.
            Err(error) if error.status() == Some(404) => {}
            Err(error) => return Err(error.into()),
        }
    }
    let (name, host) = (short(root.name.as_deref().unwrap_or("/")), host());
    // Files that were named one by one have no name in common, and so are no folder's ingest.
    let root_name = if root.is_whole {
        name
    } else {
        format!("{name}/*")
    };
    let ingest = if let Some(ingest) = latest(api, found, index, (&root_name, &host)).await? {
        known(api, ingest).await?
    } else {
        let request = CreateIngestRequest {
            source: root.source.clone(),
            root_name: Some(root_name),
            host: Some(host),
        };
        let created = api
            .create_ingest(&request, &Uuid::new_v4().to_string())
            .await?;
        Ingest {
            id: Some(created.ingest_id),
            failed: HashMap::new(),
        }
    };
    if let Some(id) = ingest.id {
        journal.record_ingest(&key, id, clock::now())?;
    }
    Ok(ingest)
}

/// Without a journal the newest of the same label and folder name is gone on with, this machine's own before others',
/// if it is about the files that are here: what a folder is called says little, and what a card is called nothing.
async fn latest(
    api: &ApiClient,
    found: &Found,
    index: usize,
    (root_name, host): (&str, &str),
) -> Result<Option<IngestResponse>, CliError> {
    let root = &found.roots[index];
    let query = IngestListQuery {
        source: Some(root.source.clone()),
        ..IngestListQuery::default()
    };
    let page = api.ingests(&query).await?;
    let named = page.ingests.into_iter();
    let named = named.filter(|ingest| ingest.root_name.as_deref() == Some(root_name));
    let (own, others): (Vec<_>, Vec<_>) =
        named.partition(|ingest| ingest.host.as_deref() == Some(host));
    if !root.is_whole {
        // It is about whatever was named of a folder of this machine.
        return Ok(own.into_iter().next());
    }
    let items = found.items.iter().filter(|item| item.root == index);
    let here: HashMap<&[u8], Here> = items
        .map(|item| (item.relative.as_slice(), (item.size, item.mtime)))
        .collect();
    let own_ids: HashSet<IngestId> = own.iter().map(|ingest| ingest.ingest_id).collect();
    for ingest in own.into_iter().chain(others).take(CANDIDATES_MAX) {
        let id = ingest.ingest_id;
        // One page tells a card from another.
        let listed = api
            .ingest_files(id, &IngestFilesQuery::default())
            .await?
            .files;
        let is_unbegun = listed.is_empty() && own_ids.contains(&id);
        if is_unbegun || is_same_card(&listed, &here) {
            return Ok(Some(ingest));
        }
    }
    Ok(None)
}

fn key(profile: &str, root: &Root) -> Result<IngestKey, CliError> {
    let fail = |source| CliError::Path {
        path: root.path.clone(),
        source,
    };
    let mut file = locate(&root.path).map_err(fail)?;
    if !root.is_whole {
        file.path.extend_from_slice(b"/*");
    }
    Ok(IngestKey {
        profile: profile.to_owned(),
        root: file,
        source: root.source.clone(),
    })
}

/// Tells how much each folder holds, what could not be read included.
pub(super) async fn finish(
    transfers: &TransferContext,
    found: &Found,
    ingests: &[Ingest],
) -> Result<(), CliError> {
    let api = transfers.api();
    for (index, ingest) in ingests.iter().enumerate() {
        let (Some(ingest), root) = (ingest.id, &found.roots[index]) else {
            continue;
        };
        let items = found.items.iter().filter(|item| item.root == index);
        let unusable = found
            .unusable
            .iter()
            .filter(|unusable| unusable.root == Some(index));
        let unusable = unusable.count() as u64;
        let mut request = FinishIngestRequest {
            files: items.clone().count() as u64 + unusable,
            bytes: items.map(|item| item.size).sum(),
        };
        // It also holds what was here, or was named, at other times; that must not stand in for what is missing now.
        let known = api.ingest(ingest).await?;
        let told = known.files.stored + known.files.failed;
        request.files = request.files.max(told + unusable);
        if !root.is_whole {
            request.bytes = request.bytes.max(known.bytes);
        }
        api.finish_ingest(ingest, &request).await?;
        transfers.journal().finish_ingest(ingest, clock::now())?;
    }
    Ok(())
}

fn short(name: &str) -> String {
    name.chars().take(NAME_MAX - 2).collect()
}

/// The machine's own name.
fn host() -> String {
    let names = rustix::system::uname();
    let name = names.nodename().to_string_lossy();
    short(if name.is_empty() { "localhost" } else { &name })
}

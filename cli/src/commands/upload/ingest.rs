//! The ingests of an upload: each folder is taken in as a whole, and the second time goes on with the same one.

use std::collections::{BTreeMap, HashSet};

use heimdex_api::ingest::{FinishIngestRequest, IngestFilesQuery};
use heimdex_api::{IngestId, path};
use heimdex_client::ApiClient;
use heimdex_client::ingest::{self, Folder, Here, Ingest};
use heimdex_client::journal::Journal;
use heimdex_client::transfer::TransferContext;

use super::found::{Found, Item, Root};
use crate::clock;
use crate::error::CliError;

/// The ingest of each root, in order.
pub(crate) async fn begin(
    transfers: &TransferContext,
    found: &Found,
) -> Result<Vec<Ingest>, CliError> {
    let mut ingests = Vec::new();
    for (index, root) in found.roots.iter().enumerate() {
        let items = found.items.iter().filter(|item| item.root == index);
        let here: BTreeMap<&[u8], Here> = items
            .map(|item| (item.relative.as_slice(), (item.size, item.mtime)))
            .collect();
        ingests.push(ingest::of_folder(transfers, &folder(root), &here).await?);
    }
    Ok(ingests)
}

fn folder(root: &Root) -> Folder<'_> {
    Folder {
        path: &root.path,
        is_whole: root.is_whole,
        source: &root.source,
        name: root.name.as_deref(),
    }
}

/// Tells how much each folder holds, what could not be read or did not come included. `all_came` where every file that
/// was found is stored.
pub(crate) async fn finish(
    transfers: &TransferContext,
    found: &Found,
    ingests: &[Ingest],
    all_came: bool,
) -> Result<(), CliError> {
    let api = transfers.api();
    for (index, ingest) in ingests.iter().enumerate() {
        let (Some(ingest), root) = (ingest.id, &found.roots[index]) else {
            continue;
        };
        let items = || found.items.iter().filter(move |item| item.root == index);
        let unusable = found
            .unusable
            .iter()
            .filter(|unusable| unusable.root == Some(index));
        let unusable = unusable.count() as u64;
        let mut request = FinishIngestRequest {
            files: items().count() as u64 + unusable,
            bytes: items().map(|item| item.size).sum(),
        };
        // It also holds what was here, or was named, at other times; that must not stand in for what is missing now.
        let known = api.ingest(ingest).await?;
        let told = known.files.stored + known.files.failed;
        request.files = request.files.max(told + unusable);
        if !root.is_whole {
            let absent = if all_came {
                0
            } else {
                absent(api, ingest, items()).await?
            };
            // Whatever was named of it earlier is still expected, too.
            let expected = known.files.expected.unwrap_or(0);
            request.files = expected.max(told + unusable + absent);
            request.bytes = request.bytes.max(known.bytes);
        }
        api.finish_ingest(ingest, &request).await?;
        let now = clock::now();
        let record = move |journal: &Journal| journal.finish_ingest(ingest, now);
        transfers.journaled(record).await;
    }
    Ok(())
}

/// How many of these files the ingest does not name.
async fn absent(
    api: &ApiClient,
    ingest: IngestId,
    items: impl Iterator<Item = &Item>,
) -> Result<u64, CliError> {
    let mut absent: HashSet<&[u8]> = items.map(|item| item.relative.as_slice()).collect();
    let mut query = IngestFilesQuery::default();
    while !absent.is_empty() {
        let page = api.ingest_files(ingest, &query).await?;
        for file in page.files {
            if let Ok(path) = path::exact(&file.path, file.path_raw.as_deref()) {
                absent.remove(path.as_slice());
            }
        }
        match page.next_cursor {
            Some(cursor) => query.cursor = Some(cursor),
            None => break,
        }
    }
    Ok(absent.len() as u64)
}

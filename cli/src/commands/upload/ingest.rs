//! The ingests of an upload: each folder is taken in as a whole, and the second time goes on with the same one.

use std::collections::{BTreeMap, BTreeSet};
use std::os::unix::ffi::OsStrExt as _;

use heimdex_api::ingest::{FinishIngestRequest, IngestFilesQuery};
use heimdex_api::{IngestId, path};
use heimdex_client::ApiClient;
use heimdex_client::ingest::{self, Folder, Here, Ingest};
use heimdex_client::journal::Journal;
use heimdex_client::transfer::TransferContext;

use super::found::{Found, Root};
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
        let Some(id) = ingest.id else { continue };
        let items = || found.items.iter().filter(move |item| item.root == index);
        let unusable = unusable(found, index);
        let mut request = FinishIngestRequest {
            files: items().count() as u64 + unusable.len() as u64,
            bytes: items().map(|item| item.size).sum(),
        };
        // It also holds what was here, or was named, at other times; that must not stand in for what is missing now.
        let known = api.ingest(id).await?;
        let told = known.files.stored + known.files.failed;
        if found.roots[index].is_whole {
            request.files = request.files.max(told + unusable.len() as u64);
        } else {
            let all_came = all_came && unusable.is_empty();
            let mut here = unusable;
            here.extend(items().map(|item| item.relative.clone()));
            let lacking = lacking(transfers, id, ingest.lacking, here, all_came).await?;
            // Whatever was named of it earlier is still expected, too.
            let expected = known.files.expected.unwrap_or(0);
            request.files = expected.max(told + lacking);
            request.bytes = request.bytes.max(known.bytes);
        }
        api.finish_ingest(id, &request).await?;
        let now = clock::now();
        let record = move |journal: &Journal| journal.finish_ingest(id, now);
        transfers.journaled(record).await;
    }
    Ok(())
}

/// What of a folder cannot be looked at or be sent, by path within it.
fn unusable(found: &Found, index: usize) -> BTreeSet<Vec<u8>> {
    let root = &found.roots[index].path;
    let unusable = found.unusable.iter();
    let unusable = unusable.filter(|unusable| unusable.root == Some(index));
    let relative = unusable.map(|unusable| {
        let path = unusable.path.strip_prefix(root).unwrap_or(&unusable.path);
        path.as_os_str().as_bytes().to_vec()
    });
    relative.collect()
}

/// How many files did not come of those that were ever named one by one: what is `here` now and is not named by the ingest,
/// what this machine remembers of earlier runs, and as many as the server knew of and this machine does not.
async fn lacking(
    transfers: &TransferContext,
    ingest: IngestId,
    before: u64,
    here: BTreeSet<Vec<u8>>,
    all_came: bool,
) -> Result<u64, CliError> {
    let read = move |journal: &Journal| journal.absent_files(ingest);
    let remembered = transfers.journaled(read).await.unwrap_or_default();
    let mut absent = BTreeSet::new();
    if !all_came || !remembered.is_empty() {
        absent = &remembered | &here;
        take_named(transfers.api(), ingest, &mut absent).await?;
    }
    // Those that came with another run are counted among what came already.
    let counted = remembered.iter();
    let counted = counted.filter(|path| here.contains(*path) || absent.contains(*path));
    let others = before.saturating_sub(counted.count() as u64);
    let lacking = absent.len() as u64 + others;
    if absent != remembered {
        let record = move |journal: &Journal| journal.record_absent_files(ingest, &absent);
        transfers.journaled(record).await;
    }
    Ok(lacking)
}

/// Takes out the files that the ingest names.
async fn take_named(
    api: &ApiClient,
    ingest: IngestId,
    absent: &mut BTreeSet<Vec<u8>>,
) -> Result<(), CliError> {
    let mut query = IngestFilesQuery::default();
    while !absent.is_empty() {
        let page = api.ingest_files(ingest, &query).await?;
        for file in page.files {
            if let Ok(path) = path::exact(&file.path, file.path_raw.as_deref()) {
                absent.remove(&path);
            }
        }
        match page.next_cursor {
            Some(cursor) => query.cursor = Some(cursor),
            None => break,
        }
    }
    Ok(())
}

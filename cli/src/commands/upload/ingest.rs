//! The ingests of an upload: each folder is taken in as a whole, and the second time goes on with the same one.

use std::collections::BTreeMap;

use heimdex_api::ingest::FinishIngestRequest;
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

/// Tells how much each folder holds, what could not be read included.
pub(crate) async fn finish(
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
        let now = clock::now();
        let record = move |journal: &Journal| journal.finish_ingest(ingest, now);
        transfers.journaled(record).await;
    }
    Ok(())
}

//! The ingests of an upload: each folder is taken in as a whole, and the second time goes on with the same one.

use heimdex_api::IngestId;
use heimdex_api::ingest::{CreateIngestRequest, FinishIngestRequest, IngestListQuery};
use heimdex_api::limits::NAME_MAX;
use heimdex_api::ops::feature;
use heimdex_client::ApiClient;
use heimdex_client::journal::IngestKey;
use heimdex_client::transfer::{TransferContext, locate};
use uuid::Uuid;

use super::collect::{Found, Root};
use crate::clock;
use crate::error::CliError;

/// The ingest of each root, in order; none at a server that knows none.
pub(super) async fn begin(
    transfers: &TransferContext,
    roots: &[Root],
) -> Result<Vec<Option<IngestId>>, CliError> {
    let api = transfers.api();
    if !api.has(feature::INGESTS).await? {
        return Ok(vec![None; roots.len()]);
    }
    let mut ingests = Vec::new();
    for root in roots {
        ingests.push(Some(ingest_of(transfers, root).await?));
    }
    Ok(ingests)
}

async fn ingest_of(transfers: &TransferContext, root: &Root) -> Result<IngestId, CliError> {
    let (api, journal) = (transfers.api(), transfers.journal());
    let key = key(transfers.profile(), root)?;
    if let Some(known) = journal.latest_ingest(&key)? {
        match api.ingest(known.ingest_id).await {
            Ok(_) => return Ok(known.ingest_id),
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
    let ingest = if let Some(ingest) = latest(api, root, &root_name, &host).await? {
        ingest
    } else {
        let request = CreateIngestRequest {
            source: root.source.clone(),
            root_name: Some(root_name),
            host: Some(host),
        };
        api.create_ingest(&request, &Uuid::new_v4().to_string())
            .await?
            .ingest_id
    };
    journal.record_ingest(&key, ingest, clock::now())?;
    Ok(ingest)
}

/// Without a journal the newest of the same label, folder name and machine is taken.
async fn latest(
    api: &ApiClient,
    root: &Root,
    root_name: &str,
    host: &str,
) -> Result<Option<IngestId>, CliError> {
    let query = IngestListQuery {
        source: Some(root.source.clone()),
        ..IngestListQuery::default()
    };
    let page = api.ingests(&query).await?;
    let same = page.ingests.into_iter().find(|ingest| {
        ingest.root_name.as_deref() == Some(root_name) && ingest.host.as_deref() == Some(host)
    });
    Ok(same.map(|ingest| ingest.ingest_id))
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
    ingests: &[Option<IngestId>],
) -> Result<(), CliError> {
    let api = transfers.api();
    for (index, ingest) in ingests.iter().enumerate() {
        let (Some(ingest), root) = (*ingest, &found.roots[index]) else {
            continue;
        };
        let items = found.items.iter().filter(|item| item.root == index);
        let unusable = found
            .unusable
            .iter()
            .filter(|unusable| unusable.root == Some(index));
        let mut request = FinishIngestRequest {
            files: (items.clone().count() + unusable.count()) as u64,
            bytes: items.map(|item| item.size).sum(),
        };
        if !root.is_whole {
            // It also holds what was named at other times.
            let known = api.ingest(ingest).await?;
            request.files = request.files.max(known.files.stored + known.files.failed);
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

//! What is to be uploaded, and downloads, by the engine that the verbs use too.

use std::path::{Path, PathBuf};

use heimdex_api::VideoId;
use heimdex_client::transfer::{DownloadOutcome, DownloadTarget, Existing, Progress, download};

use super::Incoming;
use super::batch::Batch;
use super::session::Session;
use crate::commands::transfer::is_interrupted;
use crate::commands::upload::{self as uploads, Found};
use crate::error::CliError;
use crate::tui::model::{Collected, Moved, Msg, Texts, Trouble};

/// Looks what there is at these paths, and makes it an upload. The server is asked when the first file of it is sent.
pub(super) async fn collect(
    session: &Session,
    number: u64,
    paths: Vec<PathBuf>,
    texts: Texts,
) -> Result<Collected, Trouble> {
    let paths: Vec<PathBuf> = paths
        .into_iter()
        .map(|path| from_home(session, path))
        .collect();
    let looking = tokio::task::spawn_blocking(move || uploads::look_at(paths));
    let found = looking
        .await
        .map_err(|error| CliError::Runtime(error.into()))??;
    let collected = told(&found);
    if collected.files.is_empty() {
        return Ok(collected);
    }
    let texts = Texts {
        // What is about one file cannot be said of many.
        title: texts.title.filter(|_| found.items.len() == 1),
        description: texts.description.filter(|_| found.items.len() == 1),
        tags: texts.tags,
    };
    session.keep(number, Batch::new(found, texts, session.whose()));
    Ok(collected)
}

/// `~` is the home directory, as in a shell.
pub(super) fn from_home(session: &Session, path: PathBuf) -> PathBuf {
    match (&session.home, path.strip_prefix("~")) {
        (Some(home), Ok(rest)) => home.join(rest),
        _ => path,
    }
}

fn told(found: &Found) -> Collected {
    let name = |path: &Path| {
        path.file_name().map_or_else(
            || uploads::shown(path),
            |name| uploads::shown(Path::new(name)),
        )
    };
    let files = found
        .items
        .iter()
        .map(|item| (name(&item.path), item.size, item.path.clone()));
    let unusable = found.unusable.iter().map(|unusable| {
        let path = uploads::shown(&unusable.path);
        match unusable.hint {
            Some(hint) => format!("`{path}`: {}; {hint}", unusable.error),
            None => format!("`{path}`: {}", unusable.error),
        }
    });
    Collected {
        files: files.collect(),
        left_out: found.left_out.len(),
        unusable: unusable.collect(),
    }
}

/// All files of an upload are stored.
pub(super) async fn finish(session: &Session, number: u64) -> Result<(), Trouble> {
    let Some(batch) = session.batch(number) else {
        return Ok(());
    };
    session.forget(number);
    let transfers = session.transfers().await?;
    let ingests = batch.ingests(session).await?;
    uploads::ingest::finish(transfers, &batch.found, &ingests, true).await?;
    Ok(())
}

/// Fetches a video into the working directory.
pub(super) async fn fetch(
    session: &Session,
    transfer: u64,
    video: VideoId,
) -> Result<Moved, Trouble> {
    let cancel = session.begin(transfer);
    let fetching = async {
        let transfers = session.transfers().await?;
        let path = std::path::absolute(".").unwrap_or_else(|_| PathBuf::from("."));
        let target = DownloadTarget::Directory {
            path,
            existing: Existing::Keep,
        };
        match download(transfers, video, target, teller(session, transfer), &cancel).await {
            Ok(DownloadOutcome::Fetched { path, .. }) => Ok(Moved::Fetched {
                path: path.unwrap_or_default(),
            }),
            Ok(DownloadOutcome::AlreadyThere { path, .. }) => Ok(Moved::Fetched { path }),
            Err(error) if is_interrupted(&error) => Ok(Moved::Stopped),
            Err(error) => Err(error.into()),
        }
    };
    let fetched = session.moving(fetching).await;
    session.ended(transfer);
    fetched
}

/// Tells steps on. Where the queue is full one is left out: the next says more.
pub(super) fn teller(
    session: &Session,
    transfer: u64,
) -> impl Fn(Progress) + Send + Sync + 'static {
    let queue = session.queue.clone();
    move |step| {
        let _ = queue.try_send(Incoming::Msg(Msg::Progress { transfer, step }));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::commands::upload::look_at;

    #[test]
    fn what_cannot_be_used_of_several_paths_is_named() {
        let found = look_at(vec!["/no/such/one.mkv".into(), "/no/such/two.mkv".into()]);
        let told = told(&found.unwrap());
        assert_eq!(told.unusable.len(), 2);
        for (sentence, name) in told.unusable.iter().zip(["one", "two"]) {
            let is_so = format!("`/no/such/{name}.mkv`: there is no such file or folder");
            assert!(sentence.starts_with(&is_so), "{sentence}");
        }
    }
}

//! `heimdex download --source LABEL | --ingest ID`: a card comes back with its folders, names and times.

use std::fmt::Write as _;
use std::path::Path;
use std::sync::Arc;

use futures::{StreamExt as _, stream};
use heimdex_api::ingest::{IngestFileResponse, IngestResponse};
use heimdex_api::path::{self, InvalidPath};
use heimdex_client::transfer::{
    Arranged, DownloadOutcome, Restored, TransferContext, TransferError, Tree, TreeFile, arrange,
};
use heimdex_client::{ApiClient, ErrorClass};
use serde_json::json;
use tokio_util::sync::CancellationToken;

use crate::args::DownloadArgs;
use crate::commands::ingests::{self, Lack, judge};
use crate::commands::transfer::{self, Tally, ends_the_run, is_interrupted};
use crate::commands::upload::shown;
use crate::commands::{Context, find};
use crate::error::CliError;
use crate::exit::ExitStatus;
use crate::interrupt::Interrupt;
use crate::output::events::{self, Events};
use crate::output::json::Selection;
use crate::output::progress::{Board, Direction};
use crate::output::size;
use crate::output::text::{clean, count, grouped};
use crate::printer::Stream;

/// Files at once: small ones keep the line busy together.
const FILES_AT_ONCE: usize = 4;

/// Brings back what was taken in under a label, or by one run.
pub(super) async fn run(
    context: &Context<'_>,
    args: &DownloadArgs,
    to: &Path,
) -> Result<ExitStatus, CliError> {
    let selection = Selection::of(&args.json.mode(), &events::FIELDS)?;
    let events = Events::new(context.printer, selection);
    let client = context.settings.client()?;
    let ingests = wanted(&client, args).await?;
    let card = Card::look(&client, ingests).await?;
    let transfers = transfer::context(context, client)?;
    let interrupt = Interrupt::listen(context.printer).map_err(CliError::Runtime)?;
    let run = Run {
        context,
        transfers: &transfers,
        tree: Tree::open(to).await?,
        events: &events,
        interrupt: &interrupt,
        over: CancellationToken::new(),
    };
    let mut ended = Ended {
        unnamed: card.unnamed,
        ..Ended::default()
    };
    let arrangement = arrange(card.files);
    for (file, lack) in &card.missing {
        run.missing(file, *lack)?;
        ended.tally.fail(ErrorClass::Failed);
    }
    let refused = arrangement.refused.iter();
    let refused = refused.map(|(file, error)| (path::escaped(&file.path), *error));
    for (path, error) in refused.chain(card.refused) {
        run.tell_failed(&path, &error.to_string(), None)?;
        ended.tally.fail(ErrorClass::Failed);
    }
    let files = arrangement.files;
    let all = files.len() as u64 + ended.tally.failed;
    let bytes = files.iter().filter_map(|arranged| arranged.file.size).sum();
    let board = Board::new(
        context.printer,
        &events,
        Direction::Down,
        files.len() as u64,
        bytes,
    );
    tokio::select! {
        result = run.all(&files, &board, &mut ended) => result?,
        () = interrupt.hard().cancelled() => {}
    }
    board.clear();
    run.summary(all, &ended)
}

async fn wanted(client: &ApiClient, args: &DownloadArgs) -> Result<Vec<IngestResponse>, CliError> {
    if let Some(given) = &args.ingest {
        return Ok(vec![find::ingest(client, given).await?]);
    }
    let source = args.source.as_deref().unwrap_or_default();
    let found = ingests::of_source(client, source).await?;
    if found.is_empty() {
        return Err(CliError::NoSuchSource(source.to_owned()));
    }
    Ok(found)
}

/// What the server has of a card: what can be fetched, and what cannot.
#[derive(Default)]
struct Card {
    /// Of the newest run first.
    files: Vec<TreeFile>,
    missing: Vec<(IngestFileResponse, Lack)>,
    /// Paths whose two spellings differ.
    refused: Vec<(String, InvalidPath)>,
    /// Files that were on the card and that the server was never told of.
    unnamed: u64,
}

impl Card {
    async fn look(client: &ApiClient, ingests: Vec<IngestResponse>) -> Result<Self, CliError> {
        let mut card = Self::default();
        for ingest in ingests {
            let files = ingests::files(client, ingest.ingest_id).await?;
            card.unnamed += judge(&ingest, &files).unnamed;
            for file in files {
                match ingests::lack_of(&file) {
                    Some(lack @ (Lack::Arriving | Lack::Deleted | Lack::Purged)) => {
                        card.missing.push((file, lack));
                    }
                    // What has failed may be stored all the same, as a damaged container is: the server says so.
                    Some(Lack::Failed | Lack::Unverified | Lack::Unknown) | None => card.add(file),
                }
            }
        }
        Ok(card)
    }

    fn add(&mut self, file: IngestFileResponse) {
        match path::exact(&file.path, file.path_raw.as_deref()) {
            Ok(path) => self.files.push(TreeFile {
                path,
                video_id: file.video_id,
                size: file.size_bytes,
                blake3: file.blake3,
                mtime: file.mtime,
            }),
            Err(error) => self.refused.push((file.path, error)),
        }
    }
}

/// How it ended.
#[derive(Default)]
struct Ended {
    tally: Tally,
    /// Files whose place was taken.
    moved: u64,
    unnamed: u64,
}

/// What became of one file.
type Came<'a> = (&'a Arranged, Option<Result<Restored, TransferError>>);

struct Run<'a> {
    context: &'a Context<'a>,
    transfers: &'a TransferContext,
    tree: Tree,
    events: &'a Events,
    interrupt: &'a Interrupt,
    /// Cancelled by a failure that every other file would meet as well.
    over: CancellationToken,
}

impl Run<'_> {
    async fn all(
        &self,
        files: &[Arranged],
        board: &Board,
        ended: &mut Ended,
    ) -> Result<(), CliError> {
        let mut coming = stream::iter(files)
            .map(|arranged| self.one(arranged, board))
            .buffer_unordered(FILES_AT_ONCE);
        while let Some((arranged, came)) = coming.next().await {
            match came {
                None => ended.tally.not_tried += 1,
                Some(Ok(restored)) => self.done(arranged, &restored, ended)?,
                Some(Err(error)) if is_interrupted(&error) => ended.tally.partly += 1,
                Some(Err(error)) => {
                    if ends_the_run(&error) {
                        self.over.cancel();
                    }
                    ended.tally.fail(error.class());
                    let hint = error.hint();
                    let text = error.to_string();
                    let path = path::escaped(&arranged.place);
                    self.context
                        .printer
                        .item_failure(&text, &error, hint.as_deref());
                    self.events.failed(&path, &text, hint.as_deref())?;
                }
            }
        }
        Ok(())
    }

    async fn one<'f>(&self, arranged: &'f Arranged, board: &Board) -> Came<'f> {
        if self.interrupt.soft().is_cancelled() || self.over.is_cancelled() {
            return (arranged, None);
        }
        let name = path::escaped(&arranged.place);
        let progress = Arc::new(board.file(&name, arranged.file.size.unwrap_or(0)));
        let told = Arc::clone(&progress);
        let tell = move |step| told.tell(step);
        let soft = self.interrupt.soft();
        let result = self
            .tree
            .restore(self.transfers, arranged, tell, soft)
            .await;
        progress.end(result.is_ok());
        (arranged, Some(result))
    }

    fn done(
        &self,
        arranged: &Arranged,
        restored: &Restored,
        ended: &mut Ended,
    ) -> Result<(), CliError> {
        let tally = &mut ended.tally;
        let (event, on_disk, blake3, is_verified) = match &restored.outcome {
            DownloadOutcome::Fetched {
                path,
                blake3,
                is_verified,
                size,
                resumed_bytes,
            } => {
                tally.done += 1;
                tally.moved += size.saturating_sub(*resumed_bytes);
                ("fetched", path.as_deref(), blake3, *is_verified)
            }
            DownloadOutcome::AlreadyThere { path, blake3, .. } => {
                tally.already += 1;
                ("already_there", Some(path.as_path()), blake3, true)
            }
        };
        let on_disk = on_disk.map(shown).unwrap_or_default();
        let own = path::escaped(&arranged.file.path);
        let is_moved = restored.place != arranged.file.path;
        let mut fields = json!({
            "video_id": arranged.file.video_id, "blake3": blake3,
            "size_bytes": arranged.file.size, "is_verified": is_verified,
        });
        let printer = self.context.printer;
        if is_moved {
            ended.moved += 1;
            fields["instead_of"] = own.as_str().into();
            let (own, there) = (clean(&own), path::escaped(&restored.place));
            printer.talk(&format!(
                "{own}: its place is taken by other bytes, so it is {}",
                clean(&there)
            ));
        }
        self.events.tell(event, Some(&on_disk), fields)?;
        if !self.events.is_on() && printer.stdout() == Stream::Pipe {
            let (id, path) = (arranged.file.video_id, clean(&on_disk));
            printer.data(&format!("{id}\t{event}\t{path}"))?;
        }
        Ok(())
    }

    fn missing(&self, file: &IngestFileResponse, lack: Lack) -> Result<(), CliError> {
        let id = file.video_id.short();
        let (error, hint) = match lack {
            Lack::Deleted => {
                let hint = format!("`heimdex rm --undo {id}` brings it back");
                ("it is in the trash", hint)
            }
            Lack::Purged => {
                let hint = "an upload of the card brings it again".to_owned();
                ("it was deleted for good", hint)
            }
            Lack::Arriving | Lack::Unverified | Lack::Failed | Lack::Unknown => {
                let hint = "the same upload again brings the rest".to_owned();
                ("not all of it has arrived at the server", hint)
            }
        };
        self.tell_failed(&file.path, error, Some(&hint))
    }

    fn tell_failed(&self, path: &str, error: &str, hint: Option<&str>) -> Result<(), CliError> {
        let text = format!("{}: {error}", clean(path));
        self.context.printer.item_error(&text, hint);
        self.events.failed(path, error, hint)
    }

    fn summary(&self, files: u64, ended: &Ended) -> Result<ExitStatus, CliError> {
        let (printer, tally) = (self.context.printer, &ended.tally);
        let is_interrupted = self.interrupt.soft().is_cancelled();
        let here = tally.done + tally.already;
        if is_interrupted {
            let (here, typed) = (count(here, "file", "files"), &self.context.typed);
            printer.warn_plain(&format!(
                "Stopped. {here} of {} here. `{typed}` goes on from here.",
                grouped(files)
            ));
        } else {
            let (here, all) = (grouped(here), count(files, "file", "files"));
            let mut text = format!("Fetched {}: {here} of {all} here", size::bytes(tally.moved));
            if tally.already > 0 {
                let _ = write!(text, ", {} of them before", grouped(tally.already));
            }
            if ended.moved > 0 {
                let _ = write!(text, ", {} under another name", grouped(ended.moved));
            }
            printer.talk(&format!("{text}, {} failed.", grouped(tally.failed)));
        }
        if ended.unnamed > 0 {
            let more = count(ended.unnamed, "file was", "files were");
            printer.warn(&format!(
                "{more} on the card and never came to the server: unreadable there, or not sent yet"
            ));
        }
        let summary = json!({
            "files": files, "fetched": tally.done, "already_there": tally.already,
            "failed": tally.failed, "not_tried": tally.not_tried, "bytes": tally.moved,
            "renamed": ended.moved, "unnamed": ended.unnamed, "interrupted": is_interrupted,
        });
        self.events.tell("summary", None, summary)?;
        Ok(match tally.status(is_interrupted) {
            // All came, and yet it is not the tree that the card was.
            ExitStatus::Done if ended.moved + ended.unnamed > 0 => ExitStatus::PartlyFailed,
            status => status,
        })
    }
}

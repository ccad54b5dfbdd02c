//! `heimdex download`: gets videos back, checked before they have their names.

mod tree;

use std::io::ErrorKind;
use std::os::fd::AsFd as _;
use std::path::Path;
use std::sync::Arc;

use fs_err as fs;
use heimdex_api::video::VideoResponse;
use heimdex_client::transfer::{
    DownloadOutcome, DownloadTarget, Existing, TransferContext, TransferError, download,
};
use serde_json::json;

use super::transfer::{self, Tally, ends_the_run, is_interrupted};
use super::upload::shown;
use super::{Context, find};
use crate::args::DownloadArgs;
use crate::error::CliError;
use crate::exit::ExitStatus;
use crate::interrupt::Interrupt;
use crate::output::events::{self, Events};
use crate::output::json::Selection;
use crate::output::progress::{Board, Direction};
use crate::output::size;
use crate::output::text::{clean, count, grouped};
use crate::printer::Stream;

pub(super) async fn run(context: &Context<'_>, args: DownloadArgs) -> Result<ExitStatus, CliError> {
    if let (Some(to), true) = (&args.to, args.source.is_some() || args.ingest.is_some()) {
        return tree::run(context, &args, to).await;
    }
    let selection = Selection::of(&args.json.mode(), &events::FIELDS)?;
    check(context, &args, selection.is_some())?;
    if let Some(folder) = &args.to {
        fs::create_dir_all(folder).map_err(|source| CliError::Path {
            path: folder.clone(),
            source,
        })?;
    }
    let events = Events::new(context.printer, selection);
    let client = context.settings.client()?;
    let mut videos: Vec<VideoResponse> = Vec::new();
    for given in &args.ids {
        let video = find::video(&client, given).await?;
        if videos.iter().all(|known| known.video_id != video.video_id) {
            videos.push(video);
        }
    }
    let transfers = transfer::context(context, client)?;
    let interrupt = Interrupt::listen(context.printer).map_err(CliError::Runtime)?;
    let mut tally = Tally::default();
    let bytes = videos.iter().filter_map(|video| video.size_bytes).sum();
    let files = videos.len() as u64;
    let board = Board::new(context.printer, &events, Direction::Down, files, bytes);
    let run = Run {
        context,
        args: &args,
        transfers: &transfers,
        events: &events,
        interrupt: &interrupt,
    };
    tokio::select! {
        result = run.all(&videos, &board, &mut tally) => result?,
        () = interrupt.hard().cancelled() => {}
    }
    board.clear();
    let is_interrupted = interrupt.soft().is_cancelled();
    run.summary(files, &tally, is_interrupted)?;
    Ok(tally.status(is_interrupted))
}

/// What cannot go together.
fn check(context: &Context<'_>, args: &DownloadArgs, is_json: bool) -> Result<(), CliError> {
    let Some(output) = &args.output else {
        return Ok(());
    };
    if args.ids.len() > 1 {
        return Err(CliError::usage(
            "-o is for one video",
            "name a folder with --to",
        ));
    }
    if output != Path::new("-") {
        return Ok(());
    }
    if is_json {
        return Err(CliError::usage(
            "-o - and --json both want standard output",
            "leave one out",
        ));
    }
    if let Stream::Terminal(_) = context.printer.stdout() {
        return Err(CliError::usage(
            "a video does not belong into a terminal",
            "send it on with a pipe, or name a file with -o",
        ));
    }
    Ok(())
}

/// One run of the command.
struct Run<'a> {
    context: &'a Context<'a>,
    args: &'a DownloadArgs,
    transfers: &'a TransferContext,
    events: &'a Events,
    interrupt: &'a Interrupt,
}

impl Run<'_> {
    /// One video after another: each has several parts under way.
    async fn all(
        &self,
        videos: &[VideoResponse],
        board: &Board,
        tally: &mut Tally,
    ) -> Result<(), CliError> {
        let mut is_over = false;
        for video in videos {
            if is_over || self.interrupt.soft().is_cancelled() {
                tally.not_tried += 1;
                continue;
            }
            let name = name(video);
            let progress = Arc::new(board.file(&name, video.size_bytes.unwrap_or(0)));
            let told = Arc::clone(&progress);
            let tell = move |step| told.tell(step);
            let soft = self.interrupt.soft();
            let result = download(self.transfers, video.video_id, self.target()?, tell, soft).await;
            progress.end(result.is_ok());
            match result {
                Ok(outcome) => self.done(video, &outcome, tally)?,
                Err(error) if is_interrupted(&error) => tally.partly += 1,
                // Who reads has read enough.
                Err(TransferError::Output(error)) if error.kind() == ErrorKind::BrokenPipe => {
                    tally.done += 1;
                }
                Err(error) => {
                    is_over = ends_the_run(&error);
                    tally.fail(error.class());
                    self.failed(&name, &error)?;
                }
            }
        }
        Ok(())
    }

    fn target(&self) -> Result<DownloadTarget, CliError> {
        let existing = if self.args.force {
            Existing::Replace
        } else {
            Existing::Keep
        };
        Ok(match (&self.args.output, &self.args.to) {
            (Some(path), _) if path == Path::new("-") => {
                DownloadTarget::Writer(Box::new(stdout()?))
            }
            (Some(path), _) => DownloadTarget::File {
                path: path.clone(),
                existing,
            },
            (None, Some(path)) => DownloadTarget::Directory {
                path: path.clone(),
                existing,
            },
            (None, None) => DownloadTarget::Directory {
                path: ".".into(),
                existing,
            },
        })
    }

    fn done(
        &self,
        video: &VideoResponse,
        outcome: &DownloadOutcome,
        tally: &mut Tally,
    ) -> Result<(), CliError> {
        let printer = self.context.printer;
        let (event, path, blake3, words) = match outcome {
            DownloadOutcome::Fetched {
                path,
                blake3,
                is_verified,
                size,
                resumed_bytes,
            } => {
                tally.done += 1;
                tally.moved += size.saturating_sub(*resumed_bytes);
                let how = if *is_verified {
                    "equal to what was stored"
                } else {
                    "nothing to compare with"
                };
                let words = format!("fetched, {}, {how}", size::bytes(*size));
                ("fetched", path.as_deref(), blake3, words)
            }
            DownloadOutcome::AlreadyThere { path, blake3, size } => {
                tally.already += 1;
                let words = format!("there already, {}", size::bytes(*size));
                ("already_there", Some(path.as_path()), blake3, words)
            }
        };
        let shown = path.map_or_else(|| name(video), shown);
        printer.talk(&format!("{}: {words}", clean(&shown)));
        let is_verified = !matches!(
            outcome,
            DownloadOutcome::Fetched {
                is_verified: false,
                ..
            }
        );
        let fields = json!({
            "video_id": video.video_id, "blake3": blake3, "size_bytes": video.size_bytes,
            "is_verified": is_verified,
        });
        self.events.tell(event, Some(&shown), fields)?;
        let is_listed = path.is_some() && !self.events.is_on();
        if is_listed && printer.stdout() == Stream::Pipe {
            printer.data(&format!("{}\t{event}\t{}", video.video_id, clean(&shown)))?;
        }
        Ok(())
    }

    fn failed(&self, name: &str, error: &TransferError) -> Result<(), CliError> {
        let hint = error.hint();
        let text = error.to_string();
        self.context
            .printer
            .item_failure(&text, error, hint.as_deref());
        self.events.failed(name, &text, hint.as_deref())
    }

    fn summary(&self, files: u64, tally: &Tally, is_interrupted: bool) -> Result<(), CliError> {
        let printer = self.context.printer;
        if is_interrupted {
            let done = count(tally.done + tally.already, "video", "videos");
            let typed = &self.context.typed;
            printer.warn_plain(&format!(
                "Stopped. {done} fetched. `{typed}` goes on from here."
            ));
        } else if files > 1 {
            let moved = size::bytes(tally.moved);
            let (done, failed) = (grouped(tally.done + tally.already), grouped(tally.failed));
            printer.talk(&format!(
                "Fetched {moved}: {done} of {} here, {failed} failed.",
                grouped(files)
            ));
        }
        let summary = json!({
            "files": files, "fetched": tally.done, "already_there": tally.already,
            "failed": tally.failed, "not_tried": tally.not_tried, "bytes": tally.moved,
            "interrupted": is_interrupted,
        });
        self.events.tell("summary", None, summary)
    }
}

fn name(video: &VideoResponse) -> String {
    let name = video.filename.as_deref().or(video.title.as_deref());
    clean(name.unwrap_or("video")).into_owned()
}

/// Standard output as a file of its own: what is written is not held back, and a closed pipe is noticed.
fn stdout() -> Result<tokio::fs::File, CliError> {
    let copy = std::io::stdout()
        .as_fd()
        .try_clone_to_owned()
        .map_err(CliError::Output)?;
    Ok(tokio::fs::File::from_std(copy.into()))
}

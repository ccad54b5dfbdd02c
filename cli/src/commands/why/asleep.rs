//! Why a file is where it is while the daemon does not run: rules of its watch, the queue, what is stored.

use std::path::{Path, PathBuf};

use heimdex_client::control::{Because, Reason, RuleOrigin, SkipKind, Why, WhyQuery};
use heimdex_client::journal::{Journal, KeptFile, QueuedFile, Watch};
use heimdex_client::platform;
use heimdex_client::watch::{DEFAULT_RULES, Left, Matcher, Verdict};

use crate::commands::journaled::{self, Pauses};
use crate::commands::{Context, control};
use crate::error::CliError;

/// What the journal and the file itself say.
pub(super) fn why(context: &Context<'_>, query: &WhyQuery) -> Result<Why, CliError> {
    let journal = control::journal(context)?;
    let queued = journal.queued(None)?;
    let kept = kept(&journal, query)?;
    let in_queue = queued.iter().position(|file| is_meant(file, query, &kept));
    let path = query
        .path
        .as_ref()
        .map(|path| path.as_path().to_owned())
        .or_else(|| in_queue.map(|at| queued[at].path.clone()))
        .or_else(|| kept.first().map(|kept| kept.shown_path.clone()));
    let Some(path) = path else {
        return Err(no_such(query));
    };
    let watch = covering(&journal, &path)?;
    let mut chain = Vec::new();
    if let Some(watch) = &watch {
        chain.push(Reason::Watched {
            watch: watch.id,
            root: watch.root.as_path().into(),
        });
    }
    let verdict = match in_queue {
        Some(at) => journaled::standing(&queued[at], at as u64, &Pauses::read(&journal)?),
        None => of_file(&path, watch.as_ref(), &kept, &mut chain)?,
    };
    let mut why = Why {
        path: path.as_path().into(),
        item: in_queue.map(|at| queued[at].id),
        watch: watch.map(|watch| watch.id),
        video_id: kept.first().map(|kept| kept.video_id),
        verdict: Because::from(verdict),
        chain: chain.into_iter().map(Because::from).collect(),
    };
    why.say(&context.moment);
    Ok(why)
}

fn kept(journal: &Journal, query: &WhyQuery) -> Result<Vec<KeptFile>, CliError> {
    Ok(match (&query.path, query.video_id) {
        (Some(path), _) => journal.kept_at(path.as_path())?,
        (None, Some(video)) => journal.kept_of(video)?,
        (None, None) => Vec::new(),
    })
}

fn is_meant(file: &QueuedFile, query: &WhyQuery, kept: &[KeptFile]) -> bool {
    let of_path = query
        .path
        .as_ref()
        .is_some_and(|path| path.as_path() == file.path);
    let of_video = query.video_id.is_some() && kept.iter().any(|kept| kept.shown_path == file.path);
    of_path || of_video || query.item == Some(file.id)
}

fn no_such(query: &WhyQuery) -> CliError {
    match (query.item, query.video_id) {
        (Some(item), _) => CliError::NoSuchUpload(item.to_string()),
        (None, Some(video)) => CliError::usage(
            format!(
                "this machine knows of no file of the video {}",
                video.short()
            ),
            "`heimdex show` tells what the server knows of it",
        ),
        (None, None) => CliError::usage("no file was named", "`heimdex why FILE`"),
    }
}

/// The innermost watch that the file lies in.
fn covering(journal: &Journal, path: &Path) -> Result<Option<Watch>, CliError> {
    let watches = journal.watches()?;
    let covering = watches
        .into_iter()
        .filter(|watch| path.starts_with(&watch.root));
    Ok(covering.max_by_key(|watch| watch.root.components().count()))
}

fn of_file(
    path: &Path,
    watch: Option<&Watch>,
    kept: &[KeptFile],
    chain: &mut Vec<Reason>,
) -> Result<Reason, CliError> {
    let Ok(found) = fs_err::symlink_metadata(path) else {
        return Ok(gone(kept.first(), chain));
    };
    if !found.is_file() {
        let kind = if found.is_symlink() {
            SkipKind::Link
        } else {
            SkipKind::Special
        };
        return Ok(Reason::NotAFile { kind });
    }
    if let Some(kept) = kept.first() {
        let facts = platform::facts(&found);
        let stamp = kept.stamp;
        if (stamp.size, stamp.mtime, stamp.inode) == (found.len(), facts.mtime, facts.inode) {
            return Ok(Reason::Stored {
                video_id: kept.video_id,
                at: kept.stored_at,
            });
        }
        chain.push(Reason::ChangedSince {
            video_id: kept.video_id,
        });
    }
    let Some(watch) = watch else {
        return Ok(Reason::NotWatched);
    };
    let relative = path.strip_prefix(&watch.root).unwrap_or(path);
    Ok(left_out(watch, relative, found.len())?.unwrap_or(Reason::NotLookedAt))
}

/// Of a file that is not there.
fn gone(kept: Option<&KeptFile>, chain: &mut Vec<Reason>) -> Reason {
    let Some(kept) = kept else {
        return Reason::Missing;
    };
    let (video_id, at) = (kept.video_id, kept.stored_at);
    chain.push(Reason::Stored { video_id, at });
    match kept.trashed_at {
        Some(at) => Reason::Trashed { video_id, at },
        None => Reason::Missing,
    }
}

/// What the rules of the watch itself leave out; those in folders are the daemon's to read.
fn left_out(watch: &Watch, relative: &Path, size: u64) -> Result<Option<Reason>, CliError> {
    let matcher = Matcher::new(&watch.rules)?;
    let mut folder = PathBuf::new();
    let mut verdict = Verdict::Take;
    for part in relative.parent().into_iter().flat_map(Path::components) {
        folder.push(part);
        if verdict == Verdict::Take {
            verdict = matcher.folder(platform::bytes_of(folder.as_os_str()), &[]);
        }
    }
    if verdict == Verdict::Take {
        verdict = matcher.file(platform::bytes_of(relative.as_os_str()), size, &[]);
    }
    let Verdict::Leave(left) = verdict else {
        return Ok(None);
    };
    Ok(Some(match left {
        Left::Ignored(rule) => {
            let is_usual = DEFAULT_RULES.lines().any(|line| line.trim() == rule);
            let origin = if is_usual {
                RuleOrigin::Default
            } else {
                RuleOrigin::Watch
            };
            Reason::Excluded { rule, origin }
        }
        Left::Excluded(rule) | Left::InTree { line: rule, .. } => Reason::Excluded {
            rule,
            origin: RuleOrigin::Watch,
        },
        Left::NotIncluded => Reason::NotIncluded,
        Left::TooSmall => Reason::TooSmall {
            size_bytes: size,
            min_bytes: watch.rules.min_size,
        },
        Left::Link => Reason::NotAFile {
            kind: SkipKind::Link,
        },
        Left::Special => Reason::NotAFile {
            kind: SkipKind::Special,
        },
        Left::OtherWatch => Reason::NotAFile {
            kind: SkipKind::OtherWatch,
        },
        Left::Unsendable => Reason::NotAFile {
            kind: SkipKind::Unsendable,
        },
    }))
}

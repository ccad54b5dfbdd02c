//! `heimdex safe-to-wipe`: the answer that people came for, and what speaks against it.

mod about;
pub(crate) mod aside;
mod beside;
mod fields;
mod tell;
mod wait;
mod watch;
mod way;
mod words;

use std::path::Path;

use fs_err as fs;
use heimdex_client::ingest::label_of;
use heimdex_client::journal::{Journal, JournalError, Watch as WatchRow};
use heimdex_client::manifest::Kind;
use heimdex_client::watch::declared;
use heimdex_client::wipe::{
    Card, CardRules, Manifests, Question, Receipt, Terms, WipeError, mhl_of, write_receipt,
};

use self::about::About;
use super::{Context, transfer};
use crate::args::SafeToWipeArgs;
use crate::clock;
use crate::error::CliError;
use crate::exit::ExitStatus;
use crate::interrupt::Interrupt;
use crate::output::json::Selection;
use crate::output::time;

pub(super) use watch::Watch;
pub(super) use words::{laid_out, name, why};

pub(super) async fn run(
    context: &Context<'_>,
    args: &SafeToWipeArgs,
) -> Result<ExitStatus, CliError> {
    let selection = Selection::of(&args.json.mode(), &fields::FIELDS)?;
    let limit = match &args.length {
        Some(text) => Some(time::length(text).ok_or_else(|| {
            CliError::usage(
                format!("`{text}` is no length of time"),
                "write it as `30m`, `2h` or `1d`",
            )
        })?),
        None => None,
    };
    if let Some(receipt) = &args.receipt {
        check_receipt(receipt, &args.folder)?;
    }
    let client = context.settings.client()?;
    let transfers = transfer::context(context, client)?;
    let question = question(context, args, transfers.journal())?;
    let terms = question.terms;
    let interrupt = Interrupt::listen(context.printer).map_err(CliError::Runtime)?;
    let watch = Watch::new(context.printer);
    let told = watch.clone();
    let answering = async {
        let tell = move |step| told.tell(step);
        let mut card = Card::open(&transfers, question, tell, interrupt.soft()).await?;
        if args.wait {
            let waiting = Box::pin(wait::until_known(context, &mut card, limit));
            let answered = interrupt.soft().run_until_cancelled(waiting).await;
            answered.unwrap_or(Err(heimdex_client::wipe::WipeError::Interrupted.into()))
        } else {
            wait::at_once(context, &mut card).await
        }
    };
    let answer = tokio::select! {
        answer = answering => answer,
        () = interrupt.hard().cancelled() => return Ok(ExitStatus::Interrupted),
    };
    watch.clear();
    let answer = answer?;
    let checked = &answer.checked;
    let is_safe = checked.verdict.is_safe();
    // Before the yes is said: who waits for the receipt does not take the one without the other.
    let receipt = args.receipt.as_deref().filter(|_| is_safe);
    if let Some(path) = receipt {
        write_receipt(path, &Receipt::of(checked, terms)).map_err(|source| CliError::Path {
            path: path.to_owned(),
            source,
        })?;
    }
    let label = label_of(transfers.journal(), transfers.profile(), &args.folder);
    let about = About {
        checked,
        label: label.as_deref(),
        receipt,
        ways: &answer.ways,
        moment: &clock::moment(),
    };
    tell::verdict(context, args, &about, selection.as_ref())?;
    Ok(if is_safe {
        ExitStatus::Done
    } else {
        ExitStatus::PartlyFailed
    })
}

/// What is asked, with the rules of the watches of this profile.
fn question(
    context: &Context<'_>,
    args: &SafeToWipeArgs,
    journal: &Journal,
) -> Result<Question, CliError> {
    let folder = transfer::absolute(&args.folder)?;
    let (journal, profile) = (journal.clone(), context.settings.profile_name.clone());
    let rules = move || {
        let watches =
            ruling(&journal, &profile).map_err(|error| WipeError::Rules(error.to_string()))?;
        CardRules::of(&folder, &watches).map_err(|error| WipeError::Rules(error.to_string()))
    };
    // What is wrong with them is told before anything is read.
    rules()?;
    Ok(Question {
        folder: args.folder.clone(),
        terms: Terms {
            accept_cached: args.accept_cached,
            reread: args.reread,
        },
        rules: Box::new(rules),
        manifests: if args.without_manifests {
            Manifests::Ignore
        } else {
            Manifests::Check
        },
        kinds: args.receipt.iter().map(|_| Kind::Xxh128).collect(),
    })
}

/// The watches whose rules count now. Of those that a file declares only what it still says counts, though the journal, and
/// so the daemon, may not know yet that it says something else.
fn ruling(journal: &Journal, profile: &str) -> Result<Vec<WatchRow>, JournalError> {
    let mut watches = journal.watches()?;
    watches.retain(|watch| watch.profile == profile && is_as_declared(watch, profile));
    Ok(watches)
}

fn is_as_declared(watch: &WatchRow, profile: &str) -> bool {
    let Some(file) = &watch.declared_in else {
        return true;
    };
    let declared = declared::load(file, profile).unwrap_or_default();
    declared.iter().any(|declared| {
        (&declared.profile, &declared.root, &declared.rules)
            == (&watch.profile, &watch.root, &watch.rules)
    })
}

/// A receipt that would be wiped with the card, or in place of an earlier one, is refused before anything is read.
fn check_receipt(receipt: &Path, folder: &Path) -> Result<(), CliError> {
    let Some(list) = mhl_of(receipt) else {
        return Err(CliError::usage(
            format!(
                "`{}` is what the ASC MHL file beside the receipt would be called",
                receipt.display()
            ),
            "name the receipt `card-a.json`: `card-a.mhl` is written beside it",
        ));
    };
    for path in [receipt, &list] {
        if fs::symlink_metadata(path).is_ok() {
            return Err(CliError::usage(
                format!(
                    "`{}` exists, and a receipt is never replaced",
                    path.display()
                ),
                "name another file",
            ));
        }
    }
    let parent = receipt
        .parent()
        .filter(|parent| !parent.as_os_str().is_empty())
        .unwrap_or(Path::new("."));
    let fail = |path: &Path, source| CliError::Path {
        path: path.to_owned(),
        source,
    };
    let parent = fs::canonicalize(parent).map_err(|source| fail(parent, source))?;
    let card = fs::canonicalize(folder).map_err(|source| fail(folder, source))?;
    if parent.starts_with(&card) {
        return Err(CliError::usage(
            format!(
                "`{}` lies on the card, and would be wiped with it",
                receipt.display()
            ),
            "name a file elsewhere",
        ));
    }
    Ok(())
}

//! `heimdex safe-to-wipe`: the answer that people came for, and what speaks against it.

mod tell;
mod watch;

use std::path::Path;

use fs_err as fs;
use heimdex_client::ingest::label_of;
use heimdex_client::wipe::{Receipt, Terms, check, write_receipt};

use super::{Context, transfer};
use crate::args::SafeToWipeArgs;
use crate::error::CliError;
use crate::exit::ExitStatus;
use crate::interrupt::Interrupt;
use crate::output::json::Selection;
use watch::Watch;

pub(super) async fn run(
    context: &Context<'_>,
    args: &SafeToWipeArgs,
) -> Result<ExitStatus, CliError> {
    let selection = Selection::of(&args.json.mode(), &tell::FIELDS)?;
    if let Some(receipt) = &args.receipt {
        check_receipt(receipt, &args.folder)?;
    }
    let terms = Terms {
        accept_cached: args.accept_cached,
        reread: args.reread,
    };
    let client = context.settings.client()?;
    let transfers = transfer::context(context, client)?;
    let interrupt = Interrupt::listen(context.printer).map_err(CliError::Runtime)?;
    let watch = Watch::new(context.printer);
    let told = watch.clone();
    let tell = move |step| told.tell(step);
    let checking = check(&transfers, &args.folder, terms, tell, interrupt.soft());
    let checked = tokio::select! {
        checked = checking => checked,
        () = interrupt.hard().cancelled() => return Ok(ExitStatus::Interrupted),
    };
    watch.clear();
    let checked = checked?;
    let is_safe = checked.verdict.is_safe();
    // Before the yes is said: who waits for the receipt does not take the one without the other.
    let receipt = args.receipt.as_deref().filter(|_| is_safe);
    if let Some(path) = receipt {
        write_receipt(path, &Receipt::of(&checked, terms)).map_err(|source| CliError::Path {
            path: path.to_owned(),
            source,
        })?;
    }
    let label = label_of(transfers.journal(), transfers.profile(), &args.folder);
    let about = tell::About {
        checked: &checked,
        label: label.as_deref(),
        receipt,
    };
    tell::verdict(context, args, &about, selection.as_ref())?;
    Ok(if is_safe {
        ExitStatus::Done
    } else {
        ExitStatus::PartlyFailed
    })
}

/// A receipt that would be wiped with the card, or in place of an earlier one, is refused before anything is read.
fn check_receipt(receipt: &Path, folder: &Path) -> Result<(), CliError> {
    if fs::symlink_metadata(receipt).is_ok() {
        return Err(CliError::usage(
            format!(
                "`{}` exists, and a receipt is never replaced",
                receipt.display()
            ),
            "name another file",
        ));
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

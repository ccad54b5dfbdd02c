//! The same question, asked by a program that shows the answer itself: one look at the card, and the sentences of it.

use std::path::PathBuf;

use heimdex_client::ingest::label_of;
use heimdex_client::transfer::TransferContext;
use heimdex_client::wipe::{Card, Step};
use tokio_util::sync::CancellationToken;

use super::about::About;
use super::tell::{hint, rest, rows, sentence, word};
use super::{question, wait};
use crate::args::{JsonArgs, SafeToWipeArgs};
use crate::clock;
use crate::commands::Context;
use crate::error::CliError;

/// The answer, in the words of the command.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Answer {
    /// Whether it may be wiped.
    pub(crate) is_safe: bool,
    /// The verdict, and what it is about.
    pub(crate) headline: String,
    /// What speaks against a yes: of which file, and why.
    pub(crate) findings: Vec<(String, String)>,
    /// What else there is to say.
    pub(crate) rest: Vec<String>,
    /// What to do.
    pub(crate) hint: Option<String>,
}

/// Reads the card and asks the server, once. Cancelled it ends without an answer, which is no yes.
pub(crate) async fn ask(
    context: &Context<'_>,
    transfers: &TransferContext,
    folder: PathBuf,
    tell: impl Fn(Step) + Send + Sync + 'static,
    cancel: &CancellationToken,
) -> Result<Answer, CliError> {
    let args = SafeToWipeArgs {
        folder,
        wait: false,
        length: None,
        reread: false,
        accept_cached: false,
        without_manifests: false,
        receipt: None,
        json: JsonArgs::default(),
    };
    let question = question(context, &args, transfers.journal())?;
    let mut card = Card::open(transfers, question, tell, cancel).await?;
    let answer = wait::at_once(context, &mut card).await?;
    let checked = &answer.checked;
    let label = label_of(transfers.journal(), transfers.profile(), &args.folder);
    let about = About {
        checked,
        label: label.as_deref(),
        receipt: None,
        ways: &answer.ways,
        moment: &clock::moment(),
    };
    Ok(Answer {
        is_safe: checked.verdict.is_safe(),
        headline: format!("{} {}", word(checked), sentence(checked)),
        findings: rows(&about),
        rest: rest(&about),
        hint: hint(&args, &about),
    })
}

//! The person's editor: opened on a file that nobody else can read.

use std::io::{self, Write as _};
use std::path::PathBuf;

use heimdex_api::video::VideoResponse;
use tempfile::NamedTempFile;
use tokio::process::Command;
use tokio::signal::unix::{SignalKind, signal};

use super::change::Change;
use super::text;
use crate::commands::{Context, ask};
use crate::error::CliError;

/// What every Unix has, where nothing else was asked for.
const LAST_RESORT: &str = "vi";

/// What a person wrote; gone when it is dropped, unless it is kept.
#[derive(Debug)]
pub(super) struct Draft(NamedTempFile);

impl Draft {
    /// Leaves it on the disk, and says where.
    pub(super) fn keep(self) -> Option<PathBuf> {
        self.0.into_temp_path().keep().ok()
    }
}

/// What the person changed in the editor, and the draft; nothing where nothing was changed.
pub(super) async fn edited(
    context: &Context<'_>,
    video: &VideoResponse,
) -> Result<Option<(Change, Draft)>, CliError> {
    let editor = context.editor.as_deref().unwrap_or(LAST_RESORT);
    let draft = draft(video).map_err(CliError::Draft)?;
    loop {
        open(editor, &draft).await?;
        // By its path: many editors put a new file in its place.
        let edited = fs_err::read_to_string(draft.0.path()).map_err(CliError::Draft)?;
        let mistake = match text::change(video, &edited) {
            Ok(change) => return Ok(change.map(|change| (change, draft))),
            Err(mistake) => mistake,
        };
        let sentence = format!("the text cannot be read: {mistake}");
        context.printer.item_error(&sentence, None);
        if let Err(no) = ask::confirm(context, "Open it again?", "--title and its kin") {
            if let Some(kept) = draft.keep() {
                let kept = kept.display();
                context
                    .printer
                    .warn(&format!("what you wrote is kept in `{kept}`"));
            }
            return Err(no);
        }
    }
}

fn draft(video: &VideoResponse) -> io::Result<Draft> {
    let mut builder = tempfile::Builder::new();
    // Made with mode 0600; the ending tells editors how to colour it.
    let mut file = builder.prefix("heimdex-edit-").suffix(".md").tempfile()?;
    file.write_all(text::text(video).as_bytes())?;
    file.flush()?;
    Ok(Draft(file))
}

/// Opens the draft and waits for the end.
async fn open(editor: &str, draft: &Draft) -> Result<(), CliError> {
    let fail = |source| CliError::Editor {
        editor: editor.to_owned(),
        source,
    };
    // The editor has the terminal: a Ctrl-C there is for it.
    let _for_the_editor = signal(SignalKind::interrupt()).map_err(fail)?;
    // Through a shell, as others do it: it may have arguments, as `code --wait`.
    let status = Command::new("sh")
        .arg("-c")
        .arg(format!("{editor} \"$@\""))
        .arg(editor)
        .arg(draft.0.path())
        .status()
        .await
        .map_err(fail)?;
    if status.success() {
        Ok(())
    } else {
        Err(fail(io::Error::other(format!("it ended with {status}"))))
    }
}

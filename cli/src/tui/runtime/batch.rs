//! The files of one upload, and the ingests that they become: begun with the first file that is sent, so that an upload
//! which is asked for while the server is away waits as any other transfer does.

use std::sync::Arc;

use heimdex_client::ErrorClass;
use heimdex_client::ingest::Ingest;
use tokio::sync::OnceCell;

use super::session::Session;
use crate::commands::upload::{self as uploads, Found};
use crate::tui::model::{Texts, Trouble};

/// An account at a server.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Whose {
    /// The server.
    pub(super) server: String,
    /// The account, where it is known.
    pub(super) email: Option<String>,
    /// The profile.
    pub(super) profile: String,
}

/// The files of one upload.
#[derive(Debug)]
pub(super) struct Batch {
    /// What was found.
    pub(super) found: Found,
    /// What the server is to be told of it.
    pub(super) texts: Texts,
    whose: Whose,
    ingests: OnceCell<Arc<[Ingest]>>,
}

impl Batch {
    /// What was found, to be sent to that account.
    pub(super) fn new(found: Found, texts: Texts, whose: Whose) -> Self {
        Self {
            found,
            texts,
            whose,
            ingests: OnceCell::new(),
        }
    }

    /// The run that each root is; the server is asked once.
    ///
    /// # Errors
    /// The server refuses, does not answer, or is not the one that these files are for.
    pub(super) async fn ingests(&self, session: &Session) -> Result<Arc<[Ingest]>, Trouble> {
        if session.whose() != self.whose {
            return Err(self.of_others());
        }
        let begin = || async {
            let transfers = session.transfers().await?;
            let ingests = uploads::ingest::begin(transfers, &self.found).await?;
            Ok::<_, crate::error::CliError>(ingests.into())
        };
        let ingests = self.ingests.get_or_try_init(begin).await?;
        Ok(Arc::clone(ingests))
    }

    /// Somebody else is logged in by now.
    fn of_others(&self) -> Trouble {
        let Whose {
            server,
            email,
            profile,
        } = &self.whose;
        let account = email.as_deref().unwrap_or(profile);
        Trouble {
            text: format!(
                "this upload is for {account} at {server}, who is not logged in here now"
            ),
            hint: Some("log in as that account and try it again, or cancel it".into()),
            class: ErrorClass::Failed,
        }
    }
}

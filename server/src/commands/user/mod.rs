//! `heimdex-server user …`: accounts, on the database itself, whether a server runs on it or not.

mod add;
mod disable;
mod enable;
mod list;
mod passwd;
mod password;
mod quota;

use crate::args::UserVerb;
use crate::auth::email;
use crate::catalog::{AccountRow, Catalog, CatalogError};
use crate::config::Config;
use crate::web::ApiError;

use super::catalog::{self, UnusableCatalog};
use super::{CommandError, ExitStatus};

/// Why an account is not as it was wanted.
#[derive(Debug, thiserror::Error)]
pub enum UserError {
    /// There is none, or it does not do it.
    #[error(transparent)]
    Catalog(#[from] UnusableCatalog),
    /// The data directory cannot be made.
    #[error("cannot use the data directory")]
    DataDir(#[source] std::io::Error),
    /// Nobody has this address.
    #[error("there is no account `{email}`")]
    NoAccount {
        /// Folded.
        email: String,
    },
    /// Somebody has it.
    #[error("there is an account `{email}` already")]
    EmailTaken {
        /// Folded.
        email: String,
    },
    /// An address, a name or a password that no account can have.
    #[error("{sentence}")]
    Refused {
        /// What is wrong.
        sentence: String,
    },
    /// The password cannot be read.
    #[error("cannot read the password")]
    Password(#[source] std::io::Error),
    /// The two passwords are not the same.
    #[error("the two passwords differ")]
    PasswordsDiffer,
    /// Nobody can be asked.
    #[error("cannot ask for the password: standard input is not a terminal")]
    NoTerminal,
}

impl UserError {
    /// The exit code.
    pub(super) const fn status(&self) -> ExitStatus {
        match self {
            Self::Refused { .. } | Self::PasswordsDiffer | Self::NoTerminal => ExitStatus::Usage,
            Self::Catalog(_)
            | Self::DataDir(_)
            | Self::NoAccount { .. }
            | Self::EmailTaken { .. }
            | Self::Password(_) => ExitStatus::Failed,
        }
    }

    pub(super) fn hint(&self) -> Option<String> {
        let hint = match self {
            Self::Catalog(error) => return error.hint(),
            Self::NoAccount { .. } => "`heimdex-server user list` names the accounts",
            Self::EmailTaken { .. } => "`heimdex-server user passwd` gives it a new password",
            Self::NoTerminal => {
                "give it as the first line of standard input with `--password-stdin`"
            }
            Self::PasswordsDiffer => "run it again",
            Self::DataDir(_) | Self::Refused { .. } | Self::Password(_) => return None,
        };
        Some(hint.to_owned())
    }
}

impl From<CatalogError> for UserError {
    fn from(error: CatalogError) -> Self {
        Self::Catalog(error.into())
    }
}

impl From<ApiError> for UserError {
    /// The checks are those of the API, and so are their words.
    fn from(error: ApiError) -> Self {
        let detail = error.detail().trim_end_matches('.').to_owned();
        Self::Refused { sentence: detail }
    }
}

pub(super) fn run(config: &Config, verb: &UserVerb) -> Result<(), CommandError> {
    let runtime = super::runtime()?;
    runtime.block_on(async {
        let catalog = open(config, verb).await?;
        let done = match verb {
            UserVerb::Add(args) => add::run(&catalog, args).await,
            UserVerb::Passwd(args) => passwd::run(&catalog, args).await,
            UserVerb::Disable(args) => disable::run(&catalog, args).await,
            UserVerb::Enable(args) => enable::run(&catalog, args).await,
            UserVerb::List(args) => list::run(&catalog, args).await,
            UserVerb::Quota(args) => quota::run(&catalog, args).await,
        };
        catalog.close().await;
        done
    })
}

/// Opens the catalog beside a server that may be running on it. Only the first account may be made before there is one.
async fn open(config: &Config, verb: &UserVerb) -> Result<Catalog, UserError> {
    if matches!(verb, UserVerb::Add(_)) && catalog::missing(config).is_some() {
        crate::auth::keys::private_directory(&config.server.data_dir)
            .map_err(UserError::DataDir)?;
        let opened = Catalog::open_beside(&config.catalog()).await;
        let catalog = opened.map_err(UnusableCatalog::from)?;
        // Said aloud: an account in another catalog than the server's is of no use to anybody.
        super::talk(&format!(
            "Made a new catalog in {}.",
            config.server.data_dir.display()
        ));
        return Ok(catalog);
    }
    Ok(catalog::open(config).await?)
}

/// The account of an address, however it is typed.
async fn account(catalog: &Catalog, address: &str) -> Result<AccountRow, UserError> {
    let email = email::fold(address)?;
    let account = catalog.account_by_email(&email).await?;
    account.ok_or(UserError::NoAccount { email })
}

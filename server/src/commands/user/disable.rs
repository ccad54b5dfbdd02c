//! `heimdex-server user disable`: an account that may do nothing any more.

use heimdex_process::clock::Clock;

use super::{UserError, account};
use crate::args::UserNameArgs;
use crate::catalog::Catalog;
use crate::commands::{CommandError, talk};

pub(super) async fn run(catalog: &Catalog, args: &UserNameArgs) -> Result<(), CommandError> {
    let account = account(catalog, &args.email).await?;
    catalog
        .disable_account(account.user_id, Clock::System.now())
        .await
        .map_err(UserError::from)?;
    talk(&format!(
        "{} is disabled; its logins and access tokens have ended. Its videos are kept.",
        account.email
    ));
    Ok(())
}

//! `heimdex-server user passwd`: a new password for somebody who has none any more.

use heimdex_process::clock::Clock;

use super::add::hashed;
use super::{UserError, account, password};
use crate::args::UserPasswdArgs;
use crate::catalog::Catalog;
use crate::commands::{CommandError, talk};

pub(super) async fn run(catalog: &Catalog, args: &UserPasswdArgs) -> Result<(), CommandError> {
    let account = account(catalog, &args.email).await?;
    let hash = hashed(password::read(args.password_stdin)?).await?;
    let now = Clock::System.now();
    catalog
        .update_password(account.user_id, &hash, None, now)
        .await
        .map_err(UserError::from)?;
    talk(&format!(
        "{} has a new password; all of its logins have ended. Its access tokens hold on.",
        account.email
    ));
    Ok(())
}

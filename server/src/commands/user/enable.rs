//! `heimdex-server user enable`: an account that was disabled may log in again.

use super::{UserError, account};
use crate::args::UserNameArgs;
use crate::catalog::Catalog;
use crate::commands::{CommandError, talk};

pub(super) async fn run(catalog: &Catalog, args: &UserNameArgs) -> Result<(), CommandError> {
    let account = account(catalog, &args.email).await?;
    catalog
        .enable_account(account.user_id)
        .await
        .map_err(UserError::from)?;
    talk(&format!(
        "{} may log in again. Access tokens that it had are to be made anew.",
        account.email
    ));
    Ok(())
}

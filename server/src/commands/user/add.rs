//! `heimdex-server user add`: an account, where nobody registers by himself.

use heimdex_api::limits::NAME_MAX;
use heimdex_api::{Secret, UserId};
use heimdex_process::clock::Clock;

use super::{UserError, password};
use crate::args::UserAddArgs;
use crate::auth::email;
use crate::auth::password::Hasher;
use crate::catalog::operators::AddOutcome;
use crate::catalog::{Catalog, NewAccount};
use crate::commands::{CommandError, talk};
use crate::random::Random;

pub(super) async fn run(catalog: &Catalog, args: &UserAddArgs) -> Result<(), CommandError> {
    let email = email::fold(&args.email).map_err(UserError::from)?;
    // Before a password is typed in vain.
    let known = catalog
        .account_by_email(&email)
        .await
        .map_err(UserError::from)?;
    if known.is_some() {
        return Err(UserError::EmailTaken { email }.into());
    }
    let new = NewAccount {
        user_id: UserId::new(Random.uuid()),
        display_name: display_name(args.name.as_deref())?,
        password_hash: Some(hashed(password::read(args.password_stdin)?).await?),
        email: email.clone(),
    };
    let added = catalog.add_account(&new, Clock::System.now()).await;
    if added.map_err(UserError::from)? == AddOutcome::EmailTaken {
        return Err(UserError::EmailTaken { email }.into());
    }
    if let Some(quota) = args.quota {
        let set = catalog.set_quota(new.user_id, Some(quota.get())).await;
        set.map_err(UserError::from)?;
    }
    talk(&format!(
        "Added {email}. Log in with `heimdex login {email}`."
    ));
    Ok(())
}

fn display_name(given: Option<&str>) -> Result<Option<String>, UserError> {
    let name = given.map(str::trim).filter(|name| !name.is_empty());
    if name.is_some_and(|name| name.chars().count() > NAME_MAX) {
        let sentence = format!("the name may have at most {NAME_MAX} characters");
        return Err(UserError::Refused { sentence });
    }
    Ok(name.map(str::to_owned))
}

/// A password as the catalog keeps it.
pub(super) async fn hashed(password: Secret) -> Result<Secret, UserError> {
    let hasher = Hasher::new(1, Random).map_err(|error| UserError::Refused {
        sentence: format!("cannot set up password hashing: {error}"),
    })?;
    Ok(Secret::new(hasher.hash(password).await?))
}

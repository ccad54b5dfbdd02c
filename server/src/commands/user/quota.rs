//! `heimdex-server user quota`: how much an account may hold.

use super::{UserError, account};
use crate::args::{Quota, UserQuotaArgs};
use crate::catalog::Catalog;
use crate::commands::{CommandError, out, talk};
use crate::config::ByteCount;

pub(super) async fn run(catalog: &Catalog, args: &UserQuotaArgs) -> Result<(), CommandError> {
    let account = account(catalog, &args.email).await?;
    let Some(wanted) = args.quota else {
        let quota = catalog.quota(account.library_id).await;
        return out(&match quota.map_err(UserError::from)? {
            Some(bytes) => ByteCount(bytes).to_string(),
            None => "none".to_owned(),
        });
    };
    let bytes = match wanted {
        Quota::None => None,
        Quota::Bytes(bytes) => Some(bytes.get()),
    };
    catalog
        .set_quota(account.user_id, bytes)
        .await
        .map_err(UserError::from)?;
    talk(&match wanted {
        Quota::None => format!("{} may hold as much as there is room for.", account.email),
        Quota::Bytes(bytes) => format!("{} may hold {bytes}, its trash included.", account.email),
    });
    Ok(())
}

//! `heimdex whoami`: who is logged in where, and what is stored.

use heimdex_api::auth::UserResponse;
use heimdex_api::ops::{UsageResponse, feature};
use serde::Serialize;

use super::Context;
use crate::args::WhoamiArgs;
use crate::error::CliError;
use crate::exit::ExitStatus;
use crate::output::fields::{self, Field};
use crate::output::json::{self, Selection};
use crate::output::{size, text};

const FIELDS: [&str; 5] = ["user", "usage", "server", "profile", "login"];

/// What `--json` prints.
#[derive(Debug, Serialize)]
struct Who<'a> {
    user: &'a UserResponse,
    usage: Option<UsageResponse>,
    server: &'a str,
    profile: &'a str,
    login: &'static str,
}

pub(super) async fn run(context: &Context<'_>, args: &WhoamiArgs) -> Result<ExitStatus, CliError> {
    let selection = Selection::of(&args.json.mode(), &FIELDS)?;
    let client = context.settings.client()?;
    let user = client.me().await?;
    let usage = if client.has(feature::USAGE).await? {
        Some(client.usage().await?)
    } else {
        None
    };
    let server = client.server().to_string();
    let token = context.settings.uses_token();
    if let Some(selection) = selection {
        let who = Who {
            user: &user,
            usage,
            server: &server,
            profile: &context.settings.profile_name,
            login: if token { "token" } else { "session" },
        };
        json::print(context.printer, &selection.pick(&who))?;
        return Ok(ExitStatus::Done);
    }
    let mut list = vec![
        Field::text("Email", &user.email),
        Field::text("Server", &server),
        if token {
            Field::new("Login", "a token, from HEIMDEX_TOKEN", "token")
        } else {
            let profile = text::clean(&context.settings.profile_name);
            Field::new("Login", format!("profile `{profile}`"), "session")
        },
    ];
    if let Some(usage) = usage {
        list.extend(usage_fields(&usage));
    }
    let heading = user.display_name.unwrap_or(user.email);
    fields::print(context.printer, &text::clean(&heading), &list)?;
    Ok(ExitStatus::Done)
}

fn usage_fields(usage: &UsageResponse) -> [Field; 5] {
    let quota = usage
        .quota_bytes
        .map_or_else(|| "none".to_owned(), size::bytes);
    [
        Field::new(
            "Videos",
            text::grouped(usage.videos),
            usage.videos.to_string(),
        ),
        Field::new("Stored", size::bytes(usage.bytes), usage.bytes.to_string()),
        Field::new(
            "Trash",
            size::bytes(usage.bytes_deleted),
            usage.bytes_deleted.to_string(),
        ),
        Field::new(
            "Under way",
            size::bytes(usage.bytes_uploading),
            usage.bytes_uploading.to_string(),
        ),
        Field::new(
            "Quota",
            quota,
            usage
                .quota_bytes
                .map(|bytes| bytes.to_string())
                .unwrap_or_default(),
        ),
    ]
}

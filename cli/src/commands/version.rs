//! `heimdex version`: which version this is, and which the server is, where it answers.

use std::time::Duration;

use heimdex_client::ErrorClass;
use serde::Serialize;

use super::Context;
use crate::args::VersionArgs;
use crate::error::CliError;
use crate::exit::ExitStatus;
use crate::output::fields::{self, Field};
use crate::output::json::{self, Selection};

/// How long the server has to answer a question that is not pressing.
const LIMIT: Duration = Duration::from_secs(3);
const VERSION: &str = env!("CARGO_PKG_VERSION");
const FIELDS: [&str; 4] = ["version", "server", "server_version", "server_features"];

/// What `--json` prints.
#[derive(Debug, Serialize)]
struct Versions {
    version: &'static str,
    server: Option<String>,
    server_version: Option<String>,
    server_features: Option<Vec<String>>,
}

pub(super) async fn run(context: &Context<'_>, args: &VersionArgs) -> Result<ExitStatus, CliError> {
    let selection = Selection::of(&args.json.mode(), &FIELDS)?;
    let server = match context.settings.server() {
        Ok(server) => Some(server.to_string()),
        // Nothing of a server is known or usable; which version this is can be said all the same.
        Err(_) => None,
    };
    let asked = match &server {
        Some(_) => Some(ask(context).await),
        None => None,
    };
    if let Some(selection) = selection {
        let health = asked.and_then(Result::ok);
        let (server_version, server_features) = health.unzip();
        json::print(
            context.printer,
            &selection.pick(&Versions {
                version: VERSION,
                server,
                server_version,
                server_features,
            }),
        )?;
        return Ok(ExitStatus::Done);
    }
    let mut list = vec![Field::for_programs("Version", VERSION)];
    if let (Some(server), Some(asked)) = (&server, asked) {
        list.push(Field::text("Server", server));
        list.push(match asked {
            Ok((version, _)) => Field::text("Server version", &version),
            Err(why) => Field::new("Server version", format!("unknown: {why}"), ""),
        });
    }
    fields::print(context.printer, &format!("heimdex {VERSION}"), &list)?;
    Ok(ExitStatus::Done)
}

/// The server's version and its extensions, or why they are not known.
async fn ask(context: &Context<'_>) -> Result<(String, Vec<String>), String> {
    let client = context
        .settings
        .anonymous_client()
        .map_err(|e| e.to_string())?;
    let health = match tokio::time::timeout(LIMIT, client.health()).await {
        Ok(Ok(health)) => health,
        Ok(Err(error)) if error.class() == ErrorClass::Unreachable => {
            return Err("it cannot be reached".into());
        }
        Ok(Err(error)) => return Err(error.to_string()),
        Err(_) => return Err("it does not answer".into()),
    };
    Ok((health.version.clone(), health.features.clone()))
}

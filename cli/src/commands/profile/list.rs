//! `heimdex profile list`: what the configuration remembers.

use heimdex_client::credentials::Store;
use heimdex_client::http::ProxyUrl;
use heimdex_client::profile::Profile;
use serde::Serialize;

use crate::args::ProfileListArgs;
use crate::commands::Context;
use crate::error::CliError;
use crate::exit::ExitStatus;
use crate::output::json::{self, Selection};
use crate::output::table::{self, Cell, Column, Side};
use crate::output::text::Colour;

const FIELDS: [&str; 8] = [
    "name", "server", "email", "store", "in_use", "insecure", "ca_file", "proxy",
];

/// A profile as `--json` prints it.
#[derive(Debug, Serialize)]
struct Listed<'a> {
    name: &'a str,
    server: Option<&'a str>,
    email: Option<&'a str>,
    store: Store,
    in_use: bool,
    insecure: bool,
    ca_file: Option<String>,
    proxy: Option<String>,
}

const COLUMNS: [Column; 5] = [
    column("NAME", 0, Some(6)),
    column("SERVER", 0, Some(12)),
    column("ACCOUNT", 2, Some(12)),
    column("LOGIN IN", 3, None),
    column("IN USE", 1, None),
];

const fn column(name: &'static str, rank: u8, least: Option<usize>) -> Column {
    Column {
        name,
        side: Side::Left,
        rank,
        least,
    }
}

pub(super) fn run(context: &Context<'_>, args: &ProfileListArgs) -> Result<ExitStatus, CliError> {
    let selection = Selection::of(&args.json.mode(), &FIELDS)?;
    let settings = &context.settings;
    let profiles = settings.config.profiles.iter();
    let listed: Vec<Listed<'_>> = profiles
        .map(|(name, profile)| listed(name, profile, *name == settings.profile_name))
        .collect();
    if let Some(selection) = selection {
        let mut list = json::List::begin(context.printer, "profiles")?;
        for profile in &listed {
            list.push(&selection.pick(profile))?;
        }
        list.end(&[])?;
        return Ok(ExitStatus::Done);
    }
    if listed.is_empty() {
        context
            .printer
            .talk("There is no profile yet. `heimdex login you@example.org` makes one.");
    }
    let rows: Vec<Vec<Cell>> = listed.iter().map(row).collect();
    table::print(context.printer, &COLUMNS, &rows)?;
    Ok(ExitStatus::Done)
}

fn listed<'a>(name: &'a str, profile: &'a Profile, in_use: bool) -> Listed<'a> {
    let proxy = profile.proxy.as_deref();
    Listed {
        name,
        server: profile.server.as_deref(),
        email: profile.email.as_deref(),
        store: profile.store.unwrap_or_default(),
        in_use,
        insecure: profile.insecure,
        ca_file: profile
            .ca_file
            .as_ref()
            .map(|path| path.display().to_string()),
        // Whoever wrote one by hand may have written a password with it.
        proxy: proxy.map(|text| match ProxyUrl::parse(text) {
            Ok(proxy) => proxy.to_string(),
            Err(error) => error.to_string(),
        }),
    }
}

fn row(profile: &Listed<'_>) -> Vec<Cell> {
    let text = |text: Option<&str>| text.map_or_else(Cell::none, Cell::text);
    vec![
        Cell::text(profile.name),
        text(profile.server),
        text(profile.email),
        Cell::text(profile.store.word()),
        if profile.in_use {
            Cell::text("yes").coloured(Colour::Green)
        } else {
            Cell::text("no")
        },
    ]
}

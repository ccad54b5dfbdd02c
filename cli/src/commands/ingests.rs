//! `heimdex ingests`: what was taken in, and whether it arrived whole.

mod list;
mod show;
mod whole;

use heimdex_api::IngestId;
use heimdex_api::ingest::{
    IngestFileResponse, IngestFilesQuery, IngestListQuery, IngestListResponse, IngestResponse,
};
use heimdex_client::ApiClient;

use super::Context;
use crate::args::IngestsArgs;
use crate::error::CliError;
use crate::exit::ExitStatus;

pub(super) use whole::{Lack, judge, lack_of};

pub(super) async fn run(context: &Context<'_>, args: &IngestsArgs) -> Result<ExitStatus, CliError> {
    match &args.id {
        Some(id) => show::run(context, args, id).await,
        None => list::run(context, args).await,
    }
}

/// The pages of a list of ingests, the newest first.
struct Pages<'a> {
    client: &'a ApiClient,
    /// Where the next one begins; nothing behind the last.
    next: Option<IngestListQuery>,
}

impl<'a> Pages<'a> {
    fn new(client: &'a ApiClient, source: Option<String>) -> Self {
        let first = IngestListQuery {
            source,
            ..IngestListQuery::default()
        };
        let next = Some(first);
        Self { client, next }
    }

    async fn next(&mut self) -> Result<Option<Vec<IngestResponse>>, CliError> {
        let Some(mut query) = self.next.take() else {
            return Ok(None);
        };
        let IngestListResponse {
            ingests,
            next_cursor,
        } = self.client.ingests(&query).await?;
        if next_cursor.is_some() {
            query.cursor = next_cursor;
            self.next = Some(query);
        }
        Ok(Some(ingests))
    }
}

/// All ingests of a label, the newest first.
pub(super) async fn of_source(
    client: &ApiClient,
    source: &str,
) -> Result<Vec<IngestResponse>, CliError> {
    let mut pages = Pages::new(client, Some(source.to_owned()));
    let mut all = Vec::new();
    while let Some(page) = pages.next().await? {
        all.extend(page);
    }
    Ok(all)
}

/// All files of an ingest, by path.
pub(super) async fn files(
    client: &ApiClient,
    ingest: IngestId,
) -> Result<Vec<IngestFileResponse>, CliError> {
    let mut query = IngestFilesQuery::default();
    let mut files = Vec::new();
    loop {
        let page = client.ingest_files(ingest, &query).await?;
        files.extend(page.files);
        match page.next_cursor {
            Some(cursor) => query.cursor = Some(cursor),
            None => return Ok(files),
        }
    }
}

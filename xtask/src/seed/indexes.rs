//! The indexes of the tables that are filled: sorting all rows once is quicker than finding each row's place. Which there
//! are, and how they are made, the database itself says.

use std::process::Command;

use anyhow::{Context, Result, ensure};

use super::dialect::Dialect;

/// An index that no constraint owns.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Index {
    pub(super) name: String,
    /// The statement that makes it, on one line.
    pub(super) definition: String,
}

/// Asks for all of them; `client` is the database's own program, set to the database.
pub(super) fn of(mut client: Command, dialect: Dialect) -> Result<Vec<Index>> {
    client.arg(match dialect {
        Dialect::Sqlite => {
            "SELECT name || '|' || replace(sql, char(10), ' ') FROM sqlite_schema WHERE type = 'index' AND sql IS NOT NULL \
             AND tbl_name IN ('videos', 'objects', 'uploads', 'locations', 'jobs', 'video_tags', 'events') ORDER BY name"
        }
        Dialect::Postgres => {
            "--command=SELECT c.relname || '|' || pg_get_indexdef(i.indexrelid) FROM pg_index i \
             JOIN pg_class c ON c.oid = i.indexrelid JOIN pg_class t ON t.oid = i.indrelid \
             WHERE t.relnamespace = current_schema()::regnamespace \
             AND t.relname IN ('videos', 'objects', 'uploads', 'locations', 'jobs', 'video_tags', 'events') \
             AND NOT EXISTS (SELECT FROM pg_constraint k WHERE k.conindid = i.indexrelid) ORDER BY c.relname"
        }
    });
    let output = client.output().context("cannot ask the database")?;
    ensure!(
        output.status.success(),
        "cannot list the indexes: {}",
        String::from_utf8_lossy(&output.stderr).trim()
    );
    let text = String::from_utf8(output.stdout).context("the names of the indexes")?;
    text.lines().map(read).collect()
}

fn read(line: &str) -> Result<Index> {
    let (name, definition) = line.split_once('|').context("an index and its statement")?;
    Ok(Index {
        name: name.to_owned(),
        definition: definition.to_owned(),
    })
}

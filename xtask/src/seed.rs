//! `cargo xtask seed-catalog`: fills a catalog with a believable library, for whoever wants to see or measure a large one.
//!
//! The account is made by `heimdex-server user add`, so the tables are made by the server too; the rows come by SQL. The
//! bytes of its videos are in no store.

mod dialect;
mod film;
mod indexes;
mod random;
mod sql;
mod tables;

use std::ffi::OsString;
use std::io::{BufWriter, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode, Stdio};

use anyhow::{Context, Result, bail, ensure};
use serde_json::Value;

use crate::workspace::Workspace;
use crate::{build, packages, say, steps};

use dialect::Dialect;
pub(crate) use random::Random;

/// Who owns the library.
pub(crate) const EMAIL: &str = "seed@example.org";
/// And logs in with this.
pub(crate) const PASSWORD: &str = "seeded for measurements";
/// The same library every time.
const SEED: u64 = 20_261_101;

/// What is to be filled.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct SeedArguments {
    /// How many videos.
    pub(crate) videos: u64,
    /// The server's data directory, for SQLite in it.
    pub(crate) data_dir: Option<PathBuf>,
    /// A PostgreSQL database.
    pub(crate) database_url: Option<String>,
}

/// A catalog that the server is set to.
#[derive(Debug, Clone)]
pub(crate) enum Place {
    /// SQLite in this data directory.
    Sqlite(PathBuf),
    /// This PostgreSQL database; the data directory holds the rest.
    Postgres(PathBuf, String),
}

impl Place {
    /// The server's command line for it, as far as both have it.
    pub(crate) fn server(&self, binary: &Path, verb: &[&str]) -> Command {
        let mut command = Command::new(binary);
        command.args(verb).arg("--data-dir");
        match self {
            Self::Sqlite(data_dir) => command.arg(data_dir),
            Self::Postgres(data_dir, url) => command
                .arg(data_dir)
                .env("HEIMDEX_SERVER_DATABASE_URL", url),
        };
        command
    }
}

pub(crate) fn run(workspace: &Workspace, arguments: &SeedArguments) -> Result<ExitCode> {
    let mut places = Vec::new();
    let data_dir = |name: &str| -> Result<PathBuf> {
        match &arguments.data_dir {
            Some(directory) => Ok(std::path::absolute(directory)?),
            None => Ok(std::env::current_dir()?.join(name)),
        }
    };
    if let Some(url) = &arguments.database_url {
        packages::ensure(&[packages::POSTGRES])?;
        places.push(Place::Postgres(data_dir("seeded-data")?, url.clone()));
    }
    if arguments.data_dir.is_some() || places.is_empty() {
        packages::ensure(&[packages::SQLITE])?;
        places.push(Place::Sqlite(data_dir("seeded-data")?));
    }
    build::binaries(workspace)?;
    let binary = workspace.binaries().join("heimdex-server");
    for place in &places {
        fill(&binary, place, arguments.videos)?;
    }
    say::talk(&format!(
        "Log in as {EMAIL} with the password `{PASSWORD}`."
    ));
    Ok(ExitCode::SUCCESS)
}

/// Makes the account and fills its library.
pub(crate) fn fill(binary: &Path, place: &Place, videos: u64) -> Result<()> {
    add_account(binary, place)?;
    let owner = owner(binary, place)?;
    let (dialect, mut loader) = client(place);
    let indexes = indexes::of(client(place).1, dialect)?;
    say::command(&format!("{} < {videos} videos", steps::typed(&loader)));
    let mut child = loader
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .spawn()
        .with_context(|| format!("cannot start {}", loader.get_program().display()))?;
    let stdin = child.stdin.take().context("no way to the database")?;
    let out = BufWriter::new(stdin);
    let written = sql::write(out, dialect, &owner, &indexes, (videos, SEED));
    let status = child.wait()?;
    ensure!(
        status.success(),
        "the database refused the library ({status})"
    );
    written.context("cannot write to the database")
}

/// The database's own program, set to the database.
fn client(place: &Place) -> (Dialect, Command) {
    match place {
        Place::Sqlite(data_dir) => {
            let mut sqlite = Command::new("sqlite3");
            sqlite
                .args(["-bail", "-batch"])
                .arg(data_dir.join("catalog.db"));
            (Dialect::Sqlite, sqlite)
        }
        Place::Postgres(_, url) => {
            let mut psql = Command::new("psql");
            psql.args(["--no-psqlrc", "--quiet", "--tuples-only", "--no-align"])
                .args(["--set", "ON_ERROR_STOP=1", "--dbname", url.as_str()]);
            (Dialect::Postgres, psql)
        }
    }
}

fn add_account(binary: &Path, place: &Place) -> Result<()> {
    let mut command = place.server(binary, &["user", "add", EMAIL, "--password-stdin"]);
    say::command(&steps::typed(&command));
    let mut child = command
        .stdin(Stdio::piped())
        .spawn()
        .context("cannot start heimdex-server")?;
    let mut stdin = child.stdin.take().context("no way to the server")?;
    writeln!(stdin, "{PASSWORD}")?;
    drop(stdin);
    let status = child.wait()?;
    ensure!(
        status.success(),
        "there is no new account ({status}): is the catalog an empty one?"
    );
    Ok(())
}

/// The id of the account, in hexadecimal digits.
fn owner(binary: &Path, place: &Place) -> Result<String> {
    let output = place.server(binary, &["user", "list", "--json"]).output()?;
    ensure!(output.status.success(), "cannot list the accounts");
    let list: Value = serde_json::from_slice(&output.stdout)?;
    let users = list["users"].as_array().context("a list of users")?;
    let Some(user) = users.iter().find(|user| user["email"] == EMAIL) else {
        bail!("the new account is not there");
    };
    let id = user["id"].as_str().context("the account's id")?;
    Ok(id.replace('-', ""))
}

/// Reads `--videos N [--data-dir DIR] [--database-url URL]`; answers the word that means nothing.
pub(crate) fn parse(words: Vec<OsString>) -> Result<SeedArguments, OsString> {
    let mut arguments = SeedArguments {
        videos: 10_000,
        ..SeedArguments::default()
    };
    let mut words = words.into_iter();
    while let Some(word) = words.next() {
        let (Some(flag), Some(value)) = (word.to_str(), words.next()) else {
            return Err(word);
        };
        match flag {
            "--videos" => {
                let count = value.to_str().and_then(|count| count.parse().ok());
                arguments.videos = count.ok_or(value)?;
            }
            "--data-dir" => arguments.data_dir = Some(value.into()),
            "--database-url" => {
                arguments.database_url = Some(value.into_string()?);
            }
            _ => return Err(word),
        }
    }
    Ok(arguments)
}

//! The beginning of a library's list as it was last seen: shown before the server answers, and while it is away.
//!
//! It is one account's at one server, has a bound, and holds nothing that grants access.

use std::path::{Path, PathBuf};
use std::time::Duration;

use heimdex_api::video::VideoResponse;
use heimdex_api::{Secret, Timestamp};
use rusqlite::{Connection, OpenFlags, OptionalExtension as _, Row, params};

use super::open::MIGRATIONS;
use super::{Journal, JournalError, column, time, unreadable, unsigned};

/// Videos that are kept.
const VIDEOS: usize = 200;
/// Bytes of them, as JSON; what is beyond is left out.
const BYTES: usize = 1 << 20;
/// Accounts that are kept: those that were seen last.
const ACCOUNTS: i64 = 8;
/// Nothing is drawn meanwhile, so a database that another process holds is not waited for.
const PATIENCE: Duration = Duration::from_millis(15);

/// The beginning of a library's list.
#[derive(Debug, Clone, PartialEq)]
pub struct SeenLibrary {
    /// When it was seen.
    pub seen_at: Timestamp,
    /// How many videos there were in all.
    pub total: u64,
    /// Or more.
    pub is_lower_bound: bool,
    /// The newest ones. Their links are not kept.
    pub videos: Vec<VideoResponse>,
}

/// Where the library of one account at one server is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SeenPlace {
    journal: PathBuf,
    server: String,
    account: String,
}

impl SeenPlace {
    /// In this journal, of whoever has this e-mail address at this server.
    #[must_use]
    pub fn of_login(journal: PathBuf, server: String, email: &str) -> Self {
        Self {
            journal,
            server,
            account: email.to_lowercase(),
        }
    }

    /// In this journal, of whomever this token stands for.
    #[must_use]
    pub fn of_token(journal: PathBuf, server: String, token: &Secret) -> Self {
        // What is written down opens nothing: it only tells one token from another.
        let hash = blake3::hash(token.expose().as_bytes()).to_hex();
        Self {
            journal,
            server,
            account: format!("token:{hash}"),
        }
    }

    /// As it was kept, without waiting for anybody; `None` where there is nothing that can be read.
    #[must_use]
    pub fn recall(&self) -> Option<SeenLibrary> {
        SeenLibrary::recall(&self.journal, &self.server, &self.account)
    }

    /// Keeps it in place of how it was before.
    ///
    /// # Errors
    /// The journal cannot be written.
    pub fn keep(&self, seen: &SeenLibrary) -> Result<(), JournalError> {
        Journal::open(&self.journal)?.keep_seen(&self.server, &self.account, seen)
    }

    /// Forgets it.
    ///
    /// # Errors
    /// There is a journal, and it cannot be written.
    pub fn forget(&self) -> Result<(), JournalError> {
        if !self.journal.exists() {
            return Ok(());
        }
        Journal::open(&self.journal)?.forget_seen(&self.server, &self.account)
    }
}

impl SeenLibrary {
    fn recall(journal: &Path, server: &str, account: &str) -> Option<Self> {
        let recall = || -> Result<Option<Self>, JournalError> {
            let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
            let connection = Connection::open_with_flags(journal, flags)?;
            connection.busy_timeout(PATIENCE)?;
            let version: i64 =
                connection.pragma_query_value(None, "user_version", |row| row.get(0))?;
            if usize::try_from(version) != Ok(MIGRATIONS.len()) {
                return Ok(None);
            }
            read(&connection, server, account)
        };
        recall().unwrap_or_else(|error| {
            tracing::debug!(
                error = &error as &dyn std::error::Error,
                "what was last seen of the library cannot be read"
            );
            None
        })
    }

    /// As many of the videos as are kept, as JSON.
    fn json(&self) -> serde_json::Result<String> {
        let mut json = String::from("[");
        for video in self.videos.iter().take(VIDEOS) {
            let video = serde_json::to_string(&plain(video.clone()))?;
            if json.len() + video.len() >= BYTES {
                break;
            }
            if json.len() > 1 {
                json.push(',');
            }
            json.push_str(&video);
        }
        json.push(']');
        Ok(json)
    }
}

/// Without links, and without what only one video's own reply has.
fn plain(video: VideoResponse) -> VideoResponse {
    VideoResponse {
        thumbnail_url: None,
        contact_sheet_url: None,
        locations: None,
        media: None,
        ..video
    }
}

impl Journal {
    /// Keeps how an account's library looks, in place of how it looked before.
    fn keep_seen(
        &self,
        server: &str,
        account: &str,
        seen: &SeenLibrary,
    ) -> Result<(), JournalError> {
        let json = seen
            .json()
            .map_err(|error| rusqlite::Error::ToSqlConversionFailure(Box::new(error)))?;
        let connection = self.connection();
        connection.execute(
            "INSERT OR REPLACE INTO seen_libraries (server, account, seen_at, total, is_lower_bound, videos)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
            params![
                server,
                account,
                seen.seen_at.as_micros(),
                column(seen.total),
                seen.is_lower_bound,
                json
            ],
        )?;
        connection.execute(
            "DELETE FROM seen_libraries WHERE (server, account) NOT IN
             (SELECT server, account FROM seen_libraries ORDER BY seen_at DESC LIMIT ?1)",
            [ACCOUNTS],
        )?;
        Ok(())
    }

    /// Forgets how an account's library looked.
    fn forget_seen(&self, server: &str, account: &str) -> Result<(), JournalError> {
        let sql = "DELETE FROM seen_libraries WHERE server = ?1 AND account = ?2";
        self.connection().execute(sql, params![server, account])?;
        Ok(())
    }
}

fn read(
    connection: &Connection,
    server: &str,
    account: &str,
) -> Result<Option<SeenLibrary>, JournalError> {
    let sql = "SELECT * FROM seen_libraries WHERE server = ?1 AND account = ?2";
    let row = connection.query_row(sql, params![server, account], seen);
    Ok(row.optional()?)
}

fn seen(row: &Row<'_>) -> rusqlite::Result<SeenLibrary> {
    let videos: String = row.get("videos")?;
    let videos = serde_json::from_str(&videos);
    Ok(SeenLibrary {
        seen_at: time(row, "seen_at")?,
        total: unsigned(row, "total")?,
        is_lower_bound: row.get("is_lower_bound")?,
        videos: videos.map_err(|_| unreadable("videos", "no videos"))?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn video(number: u64, title: &str) -> VideoResponse {
        let json = serde_json::json!({
            "video_id": format!("7f3a91a2-0000-4000-8000-{number:012x}"),
            "user_id": "7f3a91a2-0000-4000-8000-000000000002",
            "title": title, "description": null, "mime_type": null, "size_bytes": number, "duration_s": null,
            "state": "indexed", "error_text": null, "thumbnail_url": "https://store.example.org/p?signature=secret",
            "created_at": "2026-11-23T14:30:00Z", "indexed_at": null,
        });
        serde_json::from_value(json).unwrap()
    }

    fn seen(at: i64, videos: Vec<VideoResponse>) -> SeenLibrary {
        SeenLibrary {
            seen_at: Timestamp::from_micros(at).unwrap(),
            total: 4000,
            is_lower_bound: true,
            videos,
        }
    }

    #[test]
    fn it_comes_back_to_whose_it_is_alone_and_without_links() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("journal.db");
        assert_eq!(SeenLibrary::recall(&path, "https://a", "ana"), None);
        let journal = Journal::open(&path).unwrap();
        let library = seen(7, vec![video(1, "Night market")]);
        journal.keep_seen("https://a", "ana", &library).unwrap();
        let found = SeenLibrary::recall(&path, "https://a", "ana").unwrap();
        assert_eq!(found, seen(7, vec![plain(video(1, "Night market"))]));
        assert_eq!(SeenLibrary::recall(&path, "https://a", "ben"), None);
        assert_eq!(SeenLibrary::recall(&path, "https://b", "ana"), None);
        let bytes: Vec<u8> = fs_err::read_dir(directory.path())
            .unwrap()
            .filter_map(|entry| fs_err::read(entry.ok()?.path()).ok())
            .flatten()
            .collect();
        let is_there = |text: &[u8]| bytes.windows(text.len()).any(|window| window == text);
        assert!(is_there(b"Night market"));
        assert!(!is_there(b"signature"));
        journal.forget_seen("https://a", "ana").unwrap();
        assert_eq!(SeenLibrary::recall(&path, "https://a", "ana"), None);
    }

    #[test]
    fn it_has_a_bound() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("journal.db");
        let journal = Journal::open(&path).unwrap();
        let short = seen(1, (0..500).map(|number| video(number, "short")).collect());
        journal.keep_seen("https://a", "short", &short).unwrap();
        let found = SeenLibrary::recall(&path, "https://a", "short").unwrap();
        assert_eq!((found.videos.len(), found.total), (VIDEOS, 4000));
        let long = "x".repeat(10_000);
        let long = seen(2, (0..500).map(|number| video(number, &long)).collect());
        journal.keep_seen("https://a", "long", &long).unwrap();
        let found = SeenLibrary::recall(&path, "https://a", "long").unwrap();
        assert!((90..=110).contains(&found.videos.len()));
        for at in 3..3 + ACCOUNTS {
            let library = seen(at, Vec::new());
            journal
                .keep_seen("https://a", &at.to_string(), &library)
                .unwrap();
        }
        assert_eq!(SeenLibrary::recall(&path, "https://a", "short"), None);
        assert_eq!(SeenLibrary::recall(&path, "https://a", "long"), None);
        assert!(SeenLibrary::recall(&path, "https://a", "3").is_some());
    }

    #[test]
    fn a_token_is_not_written_down() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("journal.db");
        let place = |token: &str| {
            SeenPlace::of_token(path.clone(), "https://a".into(), &Secret::new(token))
        };
        place("hdx_one").forget().unwrap();
        assert!(!path.exists(), "nothing is made to forget something");
        place("hdx_one").keep(&seen(1, Vec::new())).unwrap();
        assert!(place("hdx_one").recall().is_some());
        assert_eq!(place("hdx_two").recall(), None);
        assert!(!format!("{:?}", place("hdx_one")).contains("hdx_one"));
        place("hdx_one").forget().unwrap();
        assert_eq!(place("hdx_one").recall(), None);
    }

    #[test]
    fn nobody_is_waited_for() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("journal.db");
        let journal = Journal::open(&path).unwrap();
        journal
            .keep_seen("https://a", "ana", &seen(1, Vec::new()))
            .unwrap();
        let other = Connection::open(&path).unwrap();
        other.execute_batch("BEGIN IMMEDIATE").unwrap();
        assert!(SeenLibrary::recall(&path, "https://a", "ana").is_some());
    }

    #[test]
    fn what_another_version_wrote_is_left_alone() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("journal.db");
        let journal = Journal::open(&path).unwrap();
        journal
            .keep_seen("https://a", "ana", &seen(1, Vec::new()))
            .unwrap();
        let next = i64::try_from(MIGRATIONS.len()).unwrap() + 1;
        journal
            .connection()
            .pragma_update(None, "user_version", next)
            .unwrap();
        assert_eq!(SeenLibrary::recall(&path, "https://a", "ana"), None);
        fs_err::write(&path, "no database").unwrap();
        assert_eq!(SeenLibrary::recall(&path, "https://a", "ana"), None);
    }
}

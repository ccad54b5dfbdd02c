//! Files under watch that a person handed over and that are not finished: what was said of them, until they are queued.

use std::path::{Path, PathBuf};

use rusqlite::{Transaction, params};

use super::{Journal, JournalError, unreadable};
use crate::control::SendTexts;
use crate::platform;

/// A file that a person wants sent as soon as it is finished.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WantedFile {
    /// Where it is: absolute.
    pub path: PathBuf,
    /// What was said of it.
    pub texts: SendTexts,
}

impl Journal {
    /// Every file that is wanted and not in the queue yet.
    pub fn wanted(&self) -> Result<Vec<WantedFile>, JournalError> {
        let connection = self.connection();
        let mut statement = connection.prepare("SELECT path, texts FROM wanted ORDER BY path")?;
        let rows = statement.query_map([], |row| {
            let (path, texts): (Vec<u8>, String) = (row.get("path")?, row.get("texts")?);
            Ok(WantedFile {
                path: platform::name_from_bytes(&path).into(),
                texts: serde_json::from_str(&texts).map_err(|_| unreadable("texts", "no texts"))?,
            })
        })?;
        rows.collect::<Result<_, _>>().map_err(Into::into)
    }
}

pub(super) fn put(transaction: &Transaction<'_>, file: &WantedFile) -> Result<(), JournalError> {
    let texts = serde_json::to_string(&file.texts).map_err(|_| JournalError::Unreadable {
        column: "texts".to_owned(),
        what: "texts that cannot be written",
    })?;
    let sql = "INSERT OR REPLACE INTO wanted (path, texts) VALUES (?1, ?2)";
    let path = platform::bytes_of(file.path.as_os_str());
    transaction
        .prepare_cached(sql)?
        .execute(params![path, texts])?;
    Ok(())
}

pub(super) fn remove(transaction: &Transaction<'_>, path: &Path) -> Result<(), JournalError> {
    let sql = "DELETE FROM wanted WHERE path = ?1";
    let path = platform::bytes_of(path.as_os_str());
    transaction.prepare_cached(sql)?.execute([path])?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::journal::QueueWrite;

    #[test]
    fn what_was_said_of_a_file_is_found_by_the_next_process_until_it_is_taken_out() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("journal.db");
        // No name is too odd.
        let file = WantedFile {
            path: platform::name_from_bytes(b"/card/caf\xe9.mp4").into(),
            texts: SendTexts {
                title: Some("The harbour".into()),
                description: None,
                tags: vec!["paris".into()],
            },
        };
        let wants = |file: &WantedFile| [QueueWrite::Want(Box::new(file.clone()))];
        Journal::open(&path)
            .unwrap()
            .write_queue(&wants(&file))
            .unwrap();
        let journal = Journal::open(&path).unwrap();
        assert_eq!(journal.wanted().unwrap(), std::slice::from_ref(&file));
        // Said again, it is one row.
        let later = WantedFile {
            texts: SendTexts::default(),
            ..file.clone()
        };
        journal.write_queue(&wants(&later)).unwrap();
        assert_eq!(journal.wanted().unwrap(), [later]);
        journal
            .write_queue(&[QueueWrite::NotWanted(file.path)])
            .unwrap();
        assert_eq!(journal.wanted().unwrap(), []);
    }
}

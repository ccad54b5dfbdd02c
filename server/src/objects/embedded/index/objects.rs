//! Finished objects in the index: look up, list, put in place, rename, take away.

use std::path::PathBuf;
use std::sync::Arc;

use serde::Serialize;

use super::super::error::StoreError;
use super::super::layout::Layout;
use super::super::manifest::Manifest;
use super::super::rebuild::{self, Rebuilt};
use super::{Index, PartRow, Tx, discard, json};

/// One object as the index knows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in super::super) struct ObjectRow {
    pub(in super::super) key: String,
    pub(in super::super) seq: i64,
    pub(in super::super) manifest: String,
    pub(in super::super) data: String,
    pub(in super::super) size: i64,
    pub(in super::super) etag: String,
    pub(in super::super) content_type: Option<String>,
    pub(in super::super) upload_id: Option<String>,
    pub(in super::super) modified_us: i64,
}
from_row!(ObjectRow {
    key,
    seq,
    manifest,
    data,
    size,
    etag,
    content_type,
    upload_id,
    modified_us
});

/// An object whose data and manifest are durable and that is to be made visible.
#[derive(Debug)]
pub(in super::super) struct NewObject<'a> {
    /// The name of the manifest.
    pub(in super::super) name: &'a str,
    pub(in super::super) manifest: &'a Manifest,
    /// The manifest of the object of this key when the new manifest's `seq` was chosen.
    pub(in super::super) seen: Option<&'a str>,
}

/// How making an object visible ended.
#[derive(Debug)]
pub(in super::super) enum Commit {
    /// It is visible; these paths are no longer named by anything.
    Done { discarded: Vec<PathBuf> },
    /// Another writer was quicker: look again.
    Changed,
}

const COLUMNS: &str = "SELECT key, seq, manifest, data, size, etag, content_type, upload_id, modified_us FROM objects";

#[derive(Serialize)]
struct PartValues<'a> {
    number: u16,
    file: &'a str,
    start: i64,
    size: i64,
    crc32c: u32,
    etag: &'a str,
    modified_us: i64,
}

impl Index {
    pub(in super::super) async fn object(
        &self,
        key: &str,
    ) -> Result<Option<ObjectRow>, StoreError> {
        Ok(
            sqlx::query_as(sqlx::AssertSqlSafe(format!("{COLUMNS} WHERE key = $1")))
                .bind(key)
                .fetch_optional(&self.reader)
                .await?,
        )
    }

    /// The object and those of its parts that hold the bytes from `start` up to `end`.
    pub(in super::super) async fn parts_between(
        &self,
        data: &str,
        start: i64,
        end: i64,
    ) -> Result<Vec<PartRow>, StoreError> {
        // The part that holds `start` begins at or before it, and no part between begins later.
        Ok(sqlx::query_as(
            "SELECT number, file, start, size, crc32c, etag, modified_us FROM parts \
             WHERE data = $1 AND start < $3 AND start >= \
               COALESCE((SELECT MAX(start) FROM parts WHERE data = $1 AND start <= $2), 0) \
             ORDER BY start, number",
        )
        .bind(data)
        .bind(start)
        .bind(end)
        .fetch_all(&self.reader)
        .await?)
    }

    /// Objects with the prefix and a key behind `after`, in the order of their bytes.
    pub(in super::super) async fn list(
        &self,
        prefix: &str,
        after: &str,
        limit: i64,
    ) -> Result<Vec<ObjectRow>, StoreError> {
        // A bound on both sides keeps the search inside the index; only a prefix without an end is filtered.
        let (within, bound) = match prefix_end(prefix) {
            Some(end) => ("key < $4", end),
            None => ("substr(key, 1, length($4)) = $4", prefix.to_owned()),
        };
        let sql =
            format!("{COLUMNS} WHERE key >= $1 AND key > $2 AND {within} ORDER BY key LIMIT $3");
        Ok(sqlx::query_as(sqlx::AssertSqlSafe(sql))
            .bind(prefix)
            .bind(after)
            .bind(limit)
            .bind(bound)
            .fetch_all(&self.reader)
            .await?)
    }

    /// Makes a whole object visible, in the place of the one of its key.
    pub(in super::super) async fn commit_object(
        &self,
        new: NewObject<'_>,
    ) -> Result<Commit, StoreError> {
        let mut tx = self.write().await?;
        let old = current(&mut tx, &new.manifest.key).await?;
        if old.as_ref().map(|row| row.manifest.as_str()) != new.seen {
            return Ok(Commit::Changed);
        }
        let discarded = replace(&mut tx, &new, old.as_ref()).await?;
        insert_parts(&mut tx, new.manifest).await?;
        tx.commit().await?;
        Ok(Commit::Done { discarded })
    }

    /// Makes an upload's object visible and ends the upload. Parts that changed since the manifest was written, or an
    /// upload that is gone, are [`Commit::Changed`].
    pub(in super::super) async fn commit_upload(
        &self,
        upload_id: &str,
        new: NewObject<'_>,
    ) -> Result<Commit, StoreError> {
        let mut tx = self.write().await?;
        let old = current(&mut tx, &new.manifest.key).await?;
        if old.as_ref().map(|row| row.manifest.as_str()) != new.seen {
            return Ok(Commit::Changed);
        }
        let ended = sqlx::query("DELETE FROM uploads WHERE upload_id = $1")
            .bind(upload_id)
            .execute(&mut *tx)
            .await?;
        if ended.rows_affected() == 0 {
            return Ok(Commit::Changed);
        }
        let files: Vec<String> =
            sqlx::query_scalar("SELECT file FROM parts WHERE data = $1 ORDER BY number")
                .bind(&new.manifest.data)
                .fetch_all(&mut *tx)
                .await?;
        let Some(unnamed) = left_out(new.manifest, &files) else {
            return Ok(Commit::Changed);
        };
        let mut discarded = replace(&mut tx, &new, old.as_ref()).await?;
        insert_parts(&mut tx, new.manifest).await?;
        discard(&mut tx, &unnamed, new.manifest.modified_us).await?;
        discarded.extend(unnamed);
        tx.commit().await?;
        Ok(Commit::Done { discarded })
    }

    /// Makes the object `from` visible under the key of the new manifest, and no longer under its own.
    pub(in super::super) async fn commit_move(
        &self,
        from: &ObjectRow,
        new: NewObject<'_>,
    ) -> Result<Commit, StoreError> {
        let mut tx = self.write().await?;
        let old = current(&mut tx, &new.manifest.key).await?;
        if old.as_ref().map(|row| row.manifest.as_str()) != new.seen {
            return Ok(Commit::Changed);
        }
        let taken = sqlx::query("DELETE FROM objects WHERE key = $1 AND manifest = $2")
            .bind(&from.key)
            .bind(&from.manifest)
            .execute(&mut *tx)
            .await?;
        if taken.rows_affected() == 0 {
            return Ok(Commit::Changed);
        }
        let mut discarded = replace(&mut tx, &new, old.as_ref()).await?;
        let manifest = vec![Layout::manifest_file(&from.manifest)];
        discard(&mut tx, &manifest, new.manifest.modified_us).await?;
        discarded.extend(manifest);
        tx.commit().await?;
        Ok(Commit::Done { discarded })
    }

    /// Takes an object away whose manifest is gone. `None`: another writer has replaced it meanwhile.
    pub(in super::super) async fn remove_object(
        &self,
        object: &ObjectRow,
        now_us: i64,
    ) -> Result<Option<Vec<PathBuf>>, StoreError> {
        let mut tx = self.write().await?;
        let taken = sqlx::query("DELETE FROM objects WHERE key = $1 AND manifest = $2")
            .bind(&object.key)
            .bind(&object.manifest)
            .execute(&mut *tx)
            .await?;
        if taken.rows_affected() == 0 {
            return Ok(None);
        }
        delete_parts(&mut tx, &object.data).await?;
        let discarded = vec![Layout::data_dir(&object.data)];
        discard(&mut tx, &discarded, now_us).await?;
        tx.commit().await?;
        Ok(Some(discarded))
    }

    /// Forgets everything and reads the manifests again.
    pub(in super::super) async fn rebuild(
        &self,
        layout: &Arc<Layout>,
    ) -> Result<Rebuilt, StoreError> {
        let mut tx = self.write().await?;
        let rebuilt = restore(&mut tx, layout).await?;
        tx.commit().await?;
        Ok(rebuilt)
    }
}

/// Makes the rows anew from the manifests. The transaction keeps writers of all processes out meanwhile.
pub(super) async fn restore(tx: &mut Tx, layout: &Arc<Layout>) -> Result<Rebuilt, StoreError> {
    let layout = Arc::clone(layout);
    let (objects, rebuilt) = tokio::task::spawn_blocking(move || rebuild::scan(&layout)).await??;
    sqlx::raw_sql(
        "DELETE FROM objects; DELETE FROM parts; DELETE FROM uploads; DELETE FROM trash;",
    )
    .execute(&mut **tx)
    .await?;
    for (name, manifest) in &objects {
        let new = NewObject {
            name,
            manifest,
            seen: None,
        };
        replace(tx, &new, None).await?;
        insert_parts(tx, manifest).await?;
    }
    Ok(rebuilt)
}

async fn current(tx: &mut Tx, key: &str) -> Result<Option<ObjectRow>, StoreError> {
    Ok(
        sqlx::query_as(sqlx::AssertSqlSafe(format!("{COLUMNS} WHERE key = $1")))
            .bind(key)
            .fetch_optional(&mut **tx)
            .await?,
    )
}

/// Writes the row of `new` in the place of `old`, and what only `old` named into the trash.
async fn replace(
    tx: &mut Tx,
    new: &NewObject<'_>,
    old: Option<&ObjectRow>,
) -> Result<Vec<PathBuf>, StoreError> {
    let mut discarded = Vec::new();
    if let Some(old) = old {
        discarded.push(Layout::manifest_file(&old.manifest));
        // A rebuild may have read this very object's manifest before its row was committed.
        if old.data != new.manifest.data {
            delete_parts(tx, &old.data).await?;
            discarded.push(Layout::data_dir(&old.data));
        }
        discard(tx, &discarded, new.manifest.modified_us).await?;
    }
    let manifest = new.manifest;
    sqlx::query(
        "INSERT OR REPLACE INTO objects (key, seq, manifest, data, size, etag, content_type, upload_id, modified_us) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
    )
    .bind(&manifest.key)
    .bind(manifest.seq)
    .bind(new.name)
    .bind(&manifest.data)
    .bind(manifest.size)
    .bind(&manifest.etag)
    .bind(&manifest.content_type)
    .bind(&manifest.upload_id)
    .bind(manifest.modified_us)
    .execute(&mut **tx)
    .await?;
    Ok(discarded)
}

/// The stored files that the manifest leaves out; `None` where it names one that is not stored any more.
fn left_out(manifest: &Manifest, stored: &[String]) -> Option<Vec<PathBuf>> {
    let mut named = manifest
        .parts
        .iter()
        .map(|part| part.file.as_str())
        .peekable();
    let mut unnamed = Vec::new();
    for file in stored {
        if named.next_if(|name| name == file).is_none() {
            unnamed.push(Layout::part_file(&manifest.data, file));
        }
    }
    named.next().is_none().then_some(unnamed)
}

async fn delete_parts(tx: &mut Tx, data: &str) -> Result<(), StoreError> {
    sqlx::query("DELETE FROM parts WHERE data = $1")
        .bind(data)
        .execute(&mut **tx)
        .await?;
    Ok(())
}

/// Replaces the part rows of the object's data by those of its manifest, with their places.
async fn insert_parts(tx: &mut Tx, manifest: &Manifest) -> Result<(), StoreError> {
    delete_parts(tx, &manifest.data).await?;
    let mut start = 0;
    let mut values = Vec::with_capacity(manifest.parts.len());
    for part in &manifest.parts {
        values.push(PartValues {
            number: part.number,
            file: &part.file,
            start,
            size: part.size,
            crc32c: part.crc32c,
            etag: &part.etag,
            modified_us: part.modified_us,
        });
        start += part.size;
    }
    sqlx::query(
        "INSERT INTO parts (data, number, file, start, size, crc32c, etag, modified_us) \
         SELECT $2, value ->> 'number', value ->> 'file', value ->> 'start', value ->> 'size', \
                value ->> 'crc32c', value ->> 'etag', value ->> 'modified_us' \
         FROM json_each($1)",
    )
    .bind(json(&values))
    .bind(&manifest.data)
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// The first key behind all those with the prefix, as bytes compare; none where every later key has it.
fn prefix_end(prefix: &str) -> Option<String> {
    let mut chars: Vec<char> = prefix.chars().collect();
    while let Some(last) = chars.pop() {
        let next = (u32::from(last) + 1..=u32::from(char::MAX)).find_map(char::from_u32);
        if let Some(next) = next {
            chars.push(next);
            return Some(chars.into_iter().collect());
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::prefix_end;

    #[test]
    fn the_end_of_a_prefix_is_behind_every_key_with_it() {
        assert_eq!(prefix_end("videos/"), Some("videos0".to_owned()));
        assert_eq!(prefix_end("a\u{10ffff}"), Some("b".to_owned()));
        assert_eq!(prefix_end("\u{d7ff}"), Some("\u{e000}".to_owned()));
        assert_eq!(prefix_end("\u{10ffff}"), None);
        assert_eq!(prefix_end(""), None);
    }
}

//! Looks at the object store through the server's own handle: access, write, read, range, parts, checksums, copies.
//!
//! Everything it writes has the key of an upload that nobody waits for: what a crash leaves, the janitor cleans up.

use bytes::Bytes;
use futures::TryStreamExt as _;
use heimdex_api::{PartChecksum, VideoId};

use super::report::{Report, Trouble};
use super::words::of_objects;
use crate::objects::{ChecksumUse, CompletedPart, ObjectKey, ObjectStore, part_checksum};
use crate::random::Random;

const TEXT: &[u8] = b"written by heimdex-server doctor";

/// Looks at access, and only where there is some at the rest. Answers which checksum parts carry; `None` where there is no
/// point in looking on.
pub(super) async fn look(
    report: &mut Report,
    store: &ObjectStore,
    wanted: Option<PartChecksum>,
    random: Random,
) -> Option<PartChecksum> {
    let new_key = || ObjectKey::Incoming(VideoId::new(random.uuid())).to_string();
    let (key, moved) = (new_key(), new_key());
    if !report.note("access", access(store, &key).await) {
        return None;
    }
    if report.note("write", write(store, &key).await) {
        report.note("read", read(store, &key).await);
        report.note("range", range(store, &key).await);
        report.note("copy", copy(store, &key, &moved).await);
    }
    let checksums = checksums(store, wanted, &new_key()).await;
    let algorithm = checksums.as_ref().ok().copied();
    let checked = checksums.map(|found| checked(found).to_owned());
    report.note("checksums", checked);
    let algorithm = algorithm.or(wanted).unwrap_or(PartChecksum::Crc32c);
    let parts = new_key();
    report.note("parts", in_parts(store, algorithm, &parts).await);
    report.note("delete", delete(store, &[key, moved, parts]).await);
    Some(algorithm)
}

async fn access(store: &ObjectStore, key: &str) -> Result<String, Trouble> {
    let listed = store.list(key, None).await;
    listed.map_err(|error| of_objects("a list", &error))?;
    match store.head(key).await {
        Ok(None) => Ok("The store knows our key, and the bucket is there.".to_owned()),
        Ok(Some(_)) => Err(Trouble::new(
            "The store says that an object is there which is not.",
            "Look at what stands between: a cache or a proxy may answer in the store's place.",
        )),
        Err(error) => Err(of_objects("asking for an object that is not there", &error)),
    }
}

async fn write(store: &ObjectStore, key: &str) -> Result<String, Trouble> {
    let written = store.put(key, "text/plain", Bytes::from_static(TEXT)).await;
    written.map_err(|error| of_objects("a write", &error))?;
    Ok("An object was written.".to_owned())
}

async fn read(store: &ObjectStore, key: &str) -> Result<String, Trouble> {
    let failed = |error| of_objects("a read", &error);
    let frames = store.get_stream(key).await.map_err(failed)?;
    let bytes: Vec<Bytes> = frames.try_collect().await.map_err(failed)?;
    same(&bytes.concat(), TEXT, "What was written was read back.")
}

async fn range(store: &ObjectStore, key: &str) -> Result<String, Trouble> {
    let bytes = store.get_range(key, 8, 2).await;
    let bytes = bytes.map_err(|error| of_objects("a read of two bytes", &error))?;
    same(
        &bytes,
        &TEXT[8..10],
        "A part of it was read, and nothing more.",
    )
}

async fn copy(store: &ObjectStore, key: &str, moved: &str) -> Result<String, Trouble> {
    let failed = |error| of_objects("a copy", &error);
    store.move_object(key, moved).await.map_err(failed)?;
    let gone = store.head(key).await.map_err(failed)?.is_none();
    let there = store.head(moved).await.map_err(failed)?;
    if gone && there.is_some_and(|head| head.size == TEXT.len() as u64) {
        return Ok("It was given another key.".to_owned());
    }
    Err(Trouble::new(
        "The store said that it copied and deleted an object, and did not.",
        "Look for its entry in docs/stores.md, or use another store.",
    ))
}

fn same(found: &[u8], wanted: &[u8], sentence: &str) -> Result<String, Trouble> {
    if found == wanted {
        return Ok(sentence.to_owned());
    }
    Err(Trouble::new(
        format!(
            "The store gave {} bytes that differ from the {} that it was given.",
            found.len(),
            wanted.len()
        ),
        "Do not keep footage on it. Look for a proxy that changes bodies or ignores ranges.",
    ))
}

fn checked(algorithm: PartChecksum) -> &'static str {
    match algorithm {
        PartChecksum::Crc32c => "A part with a wrong CRC-32C is refused.",
        PartChecksum::Md5 => "A part with a wrong MD5 is refused.",
    }
}

/// Which checksum parts will carry, where the store checks that.
async fn checksums(
    store: &ObjectStore,
    wanted: Option<PartChecksum>,
    key: &str,
) -> Result<PartChecksum, Trouble> {
    let failed = |error| of_objects("a part with a checksum", &error);
    let Some(wanted) = wanted else {
        return store.checked_checksum(key).await.map_err(failed)?.ok_or_else(|| {
            Trouble::new(
                "The store ignores the checksums of parts, CRC-32C and MD5: it takes parts that were damaged on the way.",
                "Use a store that checks them; with this one damage is found only when a whole file is read back.",
            )
        });
    };
    match store.use_of(wanted, key).await.map_err(failed)? {
        ChecksumUse::Checked => Ok(wanted),
        ChecksumUse::Ignored => Err(Trouble::new(
            format!(
                "The store ignores the checksum that `s3.part_checksum` names ({}).",
                wanted.as_str()
            ),
            "Set `s3.part_checksum` to `auto`.",
        )),
        ChecksumUse::Unknown => Err(Trouble::new(
            format!(
                "The store does not know the checksum that `s3.part_checksum` names ({}).",
                wanted.as_str()
            ),
            "Set `s3.part_checksum` to `auto`.",
        )),
    }
}

async fn in_parts(
    store: &ObjectStore,
    algorithm: PartChecksum,
    key: &str,
) -> Result<String, Trouble> {
    let failed = |doing: &str| {
        let doing = doing.to_owned();
        move |error| of_objects(&doing, &error)
    };
    let id = store
        .create_multipart_with(key, Some("text/plain"), algorithm)
        .await
        .map_err(failed("the beginning of an upload in parts"))?;
    let sum = part_checksum(algorithm, TEXT);
    let etag = match store
        .put_part(key, &id, 1, Bytes::from_static(TEXT), &sum)
        .await
    {
        Ok(etag) => etag,
        Err(error) => {
            // What is said of the part counts; the janitor ends what this leaves.
            let _ = store.abort_multipart(key, &id).await;
            return Err(of_objects("a part", &error));
        }
    };
    let listed = store
        .list_parts(key, &id, None, 10)
        .await
        .map_err(failed("a list of parts"))?;
    let listed: Vec<&str> = listed.items.iter().map(|part| part.etag.as_str()).collect();
    if listed != [etag.as_str()] {
        let _ = store.abort_multipart(key, &id).await;
        return Err(Trouble::new(
            "The store does not list a part that it took.",
            "Use another store: uploads could not be resumed on this one.",
        ));
    }
    let part = CompletedPart {
        number: 1,
        etag,
        checksum: Some(sum),
    };
    store
        .complete_multipart(key, &id, &[part])
        .await
        .map_err(failed("the completion of an upload in parts"))?;
    read(store, key).await?;
    Ok("An object was put together from parts.".to_owned())
}

async fn delete(store: &ObjectStore, keys: &[String]) -> Result<String, Trouble> {
    let failed = |error| of_objects("a deletion", &error);
    store.delete_many(keys).await.map_err(failed)?;
    for key in keys {
        if store.head(key).await.map_err(failed)?.is_some() {
            return Err(Trouble::new(
                "The store said that it deleted an object, and did not.",
                "Allow the key to delete; look whether the bucket keeps versions or locks objects.",
            ));
        }
    }
    Ok("What was written is gone again.".to_owned())
}

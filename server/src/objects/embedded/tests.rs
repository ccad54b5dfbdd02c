//! What only the server itself can ask of the store: copies, options that are refused, very many parts.

use aws_sdk_s3::Client;
use aws_sdk_s3::types::{MetadataDirective, StorageClass};
use bytes::Bytes;
use heimdex_api::Checksum;
use tempfile::TempDir;

use super::index::PartRow;
use super::*;
use crate::objects::{CompletedPart, ObjectStore};

async fn open(parent: &std::path::Path) -> (TempDir, EmbeddedStore, ObjectStore) {
    let dir = tempfile::tempdir_in(parent).unwrap();
    let settings = EmbeddedSettings {
        objects_dir: dir.path().join("objects"),
        index_path: dir.path().join("index.db"),
        bucket: "uploads".to_owned(),
        region: "local".to_owned(),
        access_key: "heimdex".to_owned(),
        secret_key: Secret::new("0123456789abcdef"),
        previous_keys: Vec::new(),
    };
    let embedded = EmbeddedStore::open(settings).await.unwrap();
    let store = ObjectStore::embedded(&embedded);
    (dir, embedded, store)
}

async fn filled() -> (TempDir, EmbeddedStore, ObjectStore, Client) {
    let (dir, embedded, store) = open(&std::env::temp_dir()).await;
    store
        .put("a b/ä", "video/mp4", Bytes::from_static(b"bytes"))
        .await
        .unwrap();
    let client = store.client.clone();
    (dir, embedded, store, client)
}

#[tokio::test]
async fn a_copy_outlives_its_source() {
    let (_dir, _embedded, store, client) = filled().await;
    let copy = |to: &'static str, from: &'static str| {
        client
            .copy_object()
            .bucket("uploads")
            .key(to)
            .copy_source(from)
    };
    copy("copy", "uploads/a%20b/%C3%A4").send().await.unwrap();
    let typed = copy("typed", "/uploads/copy").content_type("text/plain");
    typed
        .metadata_directive(MetadataDirective::Replace)
        .send()
        .await
        .unwrap();
    let source = store.head("a b/ä").await.unwrap();
    assert_eq!(store.head("copy").await.unwrap(), source);
    store.delete("a b/ä").await.unwrap();
    assert_eq!(store.get_range("copy", 0, 9).await.unwrap(), "bytes");
    assert_eq!(store.get_range("typed", 0, 9).await.unwrap(), "bytes");
    for (key, content_type) in [("copy", "video/mp4"), ("typed", "text/plain")] {
        let head = client
            .head_object()
            .bucket("uploads")
            .key(key)
            .send()
            .await
            .unwrap();
        assert_eq!(head.content_type(), Some(content_type));
    }
    for from in ["uploads/none", "other/copy"] {
        assert!(copy("again", from).send().await.is_err(), "{from}");
    }
}

#[tokio::test]
async fn conditions_of_a_put_are_kept() {
    let (_dir, _embedded, store, client) = filled().await;
    let etag = store.head("a b/ä").await.unwrap().unwrap().etag;
    let put = || {
        client
            .put_object()
            .bucket("uploads")
            .key("a b/ä")
            .body(Bytes::from_static(b"new").into())
    };
    for refused in [put().if_none_match("*"), put().if_match("\"other\"")] {
        let error = ObjectsError::from(refused.send().await.unwrap_err());
        assert!(
            matches!(error, ObjectsError::PreconditionFailed),
            "{error:?}"
        );
    }
    assert_eq!(store.get_range("a b/ä", 0, 9).await.unwrap(), "bytes");
    put().if_match(format!("\"{etag}\"")).send().await.unwrap();
    assert_eq!(store.get_range("a b/ä", 0, 9).await.unwrap(), "new");
    client
        .put_object()
        .bucket("uploads")
        .key("fresh")
        .if_none_match("*")
        .send()
        .await
        .unwrap();
}

#[tokio::test]
async fn what_the_store_cannot_do_is_refused_and_not_ignored() {
    let (_dir, _embedded, store, client) = filled().await;
    let put = || {
        client
            .put_object()
            .bucket("uploads")
            .key("refused")
            .body(Bytes::from_static(b"x").into())
    };
    assert!(
        put()
            .storage_class(StorageClass::Glacier)
            .send()
            .await
            .is_err()
    );
    assert!(put().metadata("a", "b").send().await.is_err());
    assert!(put().bucket("other").send().await.is_err());
    assert!(put().key("a\u{7}b").send().await.is_err());
    assert!(put().key("k".repeat(1025)).send().await.is_err());
    assert_eq!(store.head("refused").await.unwrap(), None);
    assert!(
        client
            .list_objects_v2()
            .bucket("uploads")
            .delimiter("/")
            .send()
            .await
            .is_err()
    );
    assert!(
        client
            .list_objects_v2()
            .bucket("uploads")
            .continuation_token("no token")
            .send()
            .await
            .is_err()
    );
    assert!(
        client
            .get_object()
            .bucket("uploads")
            .key("a b/ä")
            .version_id("1")
            .send()
            .await
            .is_err()
    );
}

#[tokio::test]
async fn what_the_page_cache_forgot_is_read_from_the_medium() {
    let (dir, _embedded, store, _client) = filled().await;
    let bytes = Bytes::from(vec![5; 10 << 20]);
    store
        .put("large", "video/mp4", bytes.clone())
        .await
        .unwrap();
    let how = store.before_read_back("large").await.unwrap();
    // Only of this file system is it certain that it can say; one in memory has no medium to ask.
    if rustix::fs::statfs(dir.path()).unwrap().f_type == 0xef53 {
        assert_eq!(how, VerifiedHow::Medium);
    }
    assert_eq!(store.get_range("large", 0, u64::MAX).await.unwrap(), bytes);
    assert!(matches!(
        store.before_read_back("none").await,
        Err(ObjectsError::NotFound)
    ));
    if std::path::Path::new("/dev/shm").is_dir() {
        let (_dir, _embedded, store) = open(std::path::Path::new("/dev/shm")).await;
        store
            .put("k", "video/mp4", Bytes::from_static(b"bytes"))
            .await
            .unwrap();
        assert_eq!(
            store.before_read_back("k").await.unwrap(),
            VerifiedHow::Cached
        );
    }
}

#[tokio::test]
async fn what_the_disk_lost_is_told_before_the_first_byte_and_an_absent_disk_has_lost_nothing() {
    let (dir, embedded, store, _client) = filled().await;
    let bytes = Bytes::from(vec![5; 1000]);
    store.put("k", "video/mp4", bytes).await.unwrap();
    assert_eq!(store.wholeness("k").await.unwrap(), Wholeness::Whole);
    let object = embedded.store.index.object("k").await.unwrap().unwrap();
    let data = embedded
        .store
        .layout
        .absolute(&Layout::data_dir(&object.data));
    let file = fs_err::read_dir(&data)
        .unwrap()
        .next()
        .unwrap()
        .unwrap()
        .path();
    fs_err::write(data.join("shorter"), [5; 999]).unwrap();
    fs_err::rename(data.join("shorter"), &file).unwrap();
    assert_eq!(store.wholeness("k").await.unwrap(), Wholeness::Short);
    let damaged = store.get_stream("k").await.err();
    assert!(
        matches!(damaged, Some(ObjectsError::Damaged)),
        "{damaged:?}"
    );
    assert_eq!(store.get_range("k", 0, 999).await.unwrap(), vec![5; 999]);
    fs_err::remove_file(&file).unwrap();
    assert_eq!(store.wholeness("k").await.unwrap(), Wholeness::Missing);
    let damaged = store.get_range("k", 0, 1).await;
    assert!(matches!(damaged, Err(ObjectsError::Damaged)), "{damaged:?}");
    let objects = embedded.settings().objects_dir.clone();
    fs_err::rename(&objects, dir.path().join("away")).unwrap();
    let away = store.get_range("k", 0, 1).await;
    assert!(
        matches!(away, Err(ObjectsError::Unavailable(_))),
        "{away:?}"
    );
}

#[tokio::test]
async fn thousands_of_parts_make_one_object() {
    // In memory where there is such a place: this is about the index, not about the disk.
    let memory = std::path::Path::new("/dev/shm");
    let (_dir, embedded, store) = open(
        if memory.is_dir() {
            memory.to_owned()
        } else {
            std::env::temp_dir()
        }
        .as_path(),
    )
    .await;
    let id = store
        .create_multipart("videos/v", "video/mp4")
        .await
        .unwrap();
    let upload = embedded.store.index.upload("videos/v", &id).await.unwrap();
    let mut parts = Vec::new();
    for number in 1..=6400u16 {
        let file = layout::part_name(number, &layout::random_name());
        let etag = format!("{}-1", layout::random_name());
        fs_err::write(
            embedded
                .store
                .layout
                .absolute(&Layout::part_file(&upload.data, &file)),
            [number.to_le_bytes()[0]],
        )
        .unwrap();
        let row = PartRow {
            number,
            file,
            start: None,
            size: 1,
            crc32c: 7,
            etag: etag.clone(),
            modified_us: 0,
        };
        embedded
            .store
            .index
            .record_part(&upload, &row)
            .await
            .unwrap();
        parts.push(CompletedPart {
            number,
            etag,
            checksum: Some(Checksum::from_crc32c(7)),
        });
    }
    store
        .complete_multipart("videos/v", &id, &parts)
        .await
        .unwrap();
    assert_eq!(store.head("videos/v").await.unwrap().unwrap().size, 6400);
    assert_eq!(
        store.get_range("videos/v", 6399, 9).await.unwrap().as_ref(),
        [6400u16.to_le_bytes()[0]]
    );
    store.move_object("videos/v", "videos/w").await.unwrap();
    let whole = store.get_range("videos/w", 0, 10_000).await.unwrap();
    assert!(
        (1..=6400u16)
            .zip(&whole)
            .all(|(number, byte)| number.to_le_bytes()[0] == *byte)
    );
}

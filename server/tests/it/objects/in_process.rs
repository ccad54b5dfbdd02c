//! Objects through the client, without a socket.

use bytes::Bytes;
use futures::{StreamExt, TryStreamExt, stream};
use heimdex_server::objects::embedded::{EmbeddedStore, OpenError};
use heimdex_server::objects::{ObjectStore, ObjectsError};

use super::{Fixture, settings};

#[tokio::test]
async fn what_is_put_comes_back() {
    let fixture = Fixture::new().await;
    let store = &fixture.store;
    let etag = store
        .put(
            "videos/a.json",
            "application/json",
            Bytes::from_static(b"hello"),
        )
        .await
        .unwrap();
    assert!(etag.ends_with("-1"), "no tool must take {etag} for an MD5");
    let head = store.head("videos/a.json").await.unwrap().unwrap();
    assert_eq!((head.size, head.etag), (5, etag));
    let all: Vec<Bytes> = store
        .get_stream("videos/a.json")
        .await
        .unwrap()
        .try_collect()
        .await
        .unwrap();
    assert_eq!(all.concat(), b"hello");
    assert_eq!(store.head("videos/b").await.unwrap(), None);
    assert!(matches!(
        store.get_range("videos/b", 0, 1).await,
        Err(ObjectsError::NotFound)
    ));
}

#[tokio::test]
async fn ranges_end_with_the_object() {
    let fixture = Fixture::new().await;
    let store = &fixture.store;
    store
        .put("k", "text/plain", Bytes::from_static(b"0123456789"))
        .await
        .unwrap();
    store
        .put("empty", "text/plain", Bytes::new())
        .await
        .unwrap();
    for (offset, len, expected) in [
        (0, 10, "0123456789"),
        (0, 1, "0"),
        (9, 1, "9"),
        (8, 100, "89"),
        (3, 4, "3456"),
        (4, 0, ""),
        (0, u64::MAX, "0123456789"),
    ] {
        assert_eq!(
            store.get_range("k", offset, len).await.unwrap(),
            expected,
            "{offset} {len}"
        );
    }
    for (key, offset) in [("k", 10), ("k", u64::MAX / 2), ("empty", 0)] {
        assert!(
            matches!(
                store.get_range(key, offset, 1).await,
                Err(ObjectsError::PreconditionFailed)
            ),
            "{key} {offset}"
        );
    }
    let all: Vec<Bytes> = store
        .get_stream("empty")
        .await
        .unwrap()
        .try_collect()
        .await
        .unwrap();
    assert!(all.is_empty());
}

#[tokio::test]
async fn overwriting_leaves_one_object_and_its_files() {
    let fixture = Fixture::new().await;
    for text in ["first", "second", "third"] {
        fixture
            .store
            .put("k", "text/plain", Bytes::from_static(text.as_bytes()))
            .await
            .unwrap();
    }
    assert_eq!(fixture.store.get_range("k", 0, 100).await.unwrap(), "third");
    assert_eq!(fixture.files().len(), 2, "{:?}", fixture.files());
    fixture.store.delete("k").await.unwrap();
    fixture.store.delete("k").await.unwrap();
    assert_eq!(fixture.files(), Vec::<String>::new());
}

#[tokio::test]
async fn lists_come_in_pages_and_in_order() {
    let fixture = Fixture::new().await;
    let mut keys: Vec<String> = (0..1203).map(|n| format!("videos/{n:04}")).collect();
    let puts = keys
        .iter()
        .map(|key| fixture.store.put(key, "text/plain", Bytes::new()));
    stream::iter(puts)
        .buffer_unordered(32)
        .try_collect::<Vec<_>>()
        .await
        .unwrap();
    for other in ["video", "videos0", "videosä", "a"] {
        fixture
            .store
            .put(other, "text/plain", Bytes::new())
            .await
            .unwrap();
    }
    let mut found = Vec::new();
    let mut token = None;
    let mut pages = 0;
    loop {
        let page = fixture.store.list("videos/", token).await.unwrap();
        found.extend(page.items.into_iter().map(|object| object.key));
        pages += 1;
        token = page.next;
        if token.is_none() {
            break;
        }
    }
    assert_eq!((found, pages), (keys.clone(), 2));
    fixture.store.delete_many(&keys).await.unwrap();
    keys.push("never there".to_owned());
    fixture.store.delete_many(&keys).await.unwrap();
    let rest = fixture.store.list("", None).await.unwrap();
    let rest: Vec<&str> = rest
        .items
        .iter()
        .map(|object| object.key.as_str())
        .collect();
    assert_eq!(rest, ["a", "video", "videos0", "videosä"]);
}

#[tokio::test]
async fn a_move_is_a_rename_and_can_be_repeated() {
    let fixture = Fixture::new().await;
    let store = &fixture.store;
    let etag = store
        .put("incoming/1", "video/mp4", Bytes::from_static(b"bytes"))
        .await
        .unwrap();
    store
        .put("videos/1", "video/mp4", Bytes::from_static(b"older"))
        .await
        .unwrap();
    let before = fixture.files().len();
    store.move_object("incoming/1", "videos/1").await.unwrap();
    store.move_object("incoming/1", "videos/1").await.unwrap();
    assert_eq!(store.get_range("videos/1", 0, 10).await.unwrap(), "bytes");
    assert_eq!(store.head("videos/1").await.unwrap().unwrap().etag, etag);
    assert_eq!(store.head("incoming/1").await.unwrap(), None);
    assert_eq!(
        fixture.files().len(),
        before - 2,
        "the older object's files are gone"
    );
    assert!(matches!(
        store.move_object("incoming/2", "videos/2").await,
        Err(ObjectsError::NotFound)
    ));
}

#[tokio::test]
async fn another_process_sees_the_same_store() {
    let fixture = Fixture::new().await;
    let embedded = fixture.another().await;
    let other = ObjectStore::embedded(&embedded);
    assert_eq!(embedded.identity(), fixture.embedded.identity());
    fixture
        .store
        .put("k", "text/plain", Bytes::from_static(b"one"))
        .await
        .unwrap();
    assert_eq!(other.get_range("k", 0, 3).await.unwrap(), "one");
    other
        .put("k", "text/plain", Bytes::from_static(b"two"))
        .await
        .unwrap();
    assert_eq!(fixture.store.get_range("k", 0, 3).await.unwrap(), "two");
    other.delete("k").await.unwrap();
    assert_eq!(fixture.store.head("k").await.unwrap(), None);
}

#[tokio::test]
async fn writers_of_one_key_leave_one_whole_object() {
    let fixture = Fixture::new().await;
    let other = ObjectStore::embedded(&fixture.another().await);
    let puts = (0..24u8).map(|n| {
        let store = if n % 2 == 0 {
            fixture.store.clone()
        } else {
            other.clone()
        };
        async move {
            store
                .put("k", "text/plain", Bytes::from(vec![n; 1000]))
                .await
        }
    });
    futures::future::try_join_all(puts).await.unwrap();
    let bytes = fixture.store.get_range("k", 0, 2000).await.unwrap();
    assert_eq!(bytes.len(), 1000);
    assert!(bytes.iter().all(|byte| *byte == bytes[0]));
    assert_eq!(fixture.files().len(), 2, "{:?}", fixture.files());
}

#[tokio::test]
async fn a_store_opened_again_is_the_same_one() {
    let fixture = Fixture::new().await;
    fixture
        .store
        .put("k", "text/plain", Bytes::from_static(b"kept"))
        .await
        .unwrap();
    let identity = fixture.embedded.identity();
    fixture.embedded.close().await;
    let again = fixture.another().await;
    assert_eq!(again.identity(), identity);
    assert_eq!(
        ObjectStore::embedded(&again)
            .get_range("k", 0, 9)
            .await
            .unwrap(),
        "kept"
    );
}

#[tokio::test]
async fn an_index_of_another_store_is_refused() {
    let fixture = Fixture::new().await;
    let mut settings = settings(fixture.dir.path());
    settings.objects_dir = fixture.dir.path().join("elsewhere");
    let error = EmbeddedStore::open(settings).await.unwrap_err();
    assert!(matches!(error, OpenError::ForeignIndex { .. }), "{error}");
}

#[tokio::test]
async fn a_newer_store_is_refused() {
    let fixture = Fixture::new().await;
    let file = fixture.dir.path().join("objects/store.json");
    let text = fs_err::read_to_string(&file)
        .unwrap()
        .replace("\"format\": 1", "\"format\": 2");
    fs_err::write(&file, text).unwrap();
    let error = EmbeddedStore::open(settings(fixture.dir.path()))
        .await
        .unwrap_err();
    assert!(
        matches!(error, OpenError::Newer { found: 2, .. }),
        "{error}"
    );
}

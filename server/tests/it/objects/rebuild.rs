//! The index can be lost: everything that was finished comes back from the manifests.

use bytes::Bytes;
use heimdex_server::objects::ObjectStore;
use heimdex_server::objects::embedded::Rebuilt;

use super::{Fixture, Listener};

async fn everything(store: &ObjectStore) -> Vec<(String, String, Bytes)> {
    let mut all = Vec::new();
    for object in store.list("", None).await.unwrap().items {
        let bytes = store.get_range(&object.key, 0, object.size).await.unwrap();
        all.push((object.key, object.etag, bytes));
    }
    all
}

async fn filled() -> Fixture {
    let fixture = Fixture::new().await;
    let store = &fixture.store;
    let listener = Listener::new(&fixture.embedded).await;
    let parts = [Bytes::from(vec![1; 300_000]), Bytes::from(vec![2; 200_000])];
    let (upload, completed) = fixture.sent(&listener, "videos/parts", &parts).await;
    store
        .complete_multipart("videos/parts", &upload, &completed)
        .await
        .unwrap();
    store
        .put("videos/over", "text/plain", Bytes::from_static(b"old"))
        .await
        .unwrap();
    store
        .put("videos/over", "text/plain", Bytes::from_static(b"new"))
        .await
        .unwrap();
    store
        .put("incoming/1", "text/plain", Bytes::from_static(b"moved"))
        .await
        .unwrap();
    store
        .move_object("incoming/1", "videos/moved")
        .await
        .unwrap();
    store
        .put("videos/gone", "text/plain", Bytes::from_static(b"gone"))
        .await
        .unwrap();
    store.delete("videos/gone").await.unwrap();
    fixture
}

#[tokio::test]
async fn a_lost_index_is_made_anew() {
    let fixture = filled().await;
    let before = everything(&fixture.store).await;
    assert_eq!(before.len(), 3);
    fixture.embedded.close().await;
    for end in ["", "-wal", "-shm"] {
        let _ = fs_err::remove_file(fixture.dir.path().join(format!("index.db{end}")));
    }
    let again = fixture.another().await;
    let store = ObjectStore::embedded(&again);
    assert_eq!(everything(&store).await, before);
    // And it is a store like any other.
    store
        .put("videos/over", "text/plain", Bytes::from_static(b"newer"))
        .await
        .unwrap();
    assert_eq!(store.get_range("videos/over", 0, 9).await.unwrap(), "newer");
    assert_eq!(
        again.rebuild_index().await.unwrap(),
        Rebuilt {
            objects: 3,
            superseded: 0,
            damaged: 0
        }
    );
}

#[tokio::test]
async fn an_object_whose_bytes_are_missing_is_not_brought_back() {
    let fixture = filled().await;
    let file = fixture
        .files()
        .into_iter()
        .find(|file| file.contains("/00002-"))
        .unwrap();
    fs_err::remove_file(fixture.dir.path().join("objects").join(file)).unwrap();
    let manifest = fixture
        .files()
        .into_iter()
        .find(|file| file.starts_with("manifests/"))
        .unwrap();
    let manifest = fixture.dir.path().join("objects").join(manifest);
    let shelf = manifest.parent().unwrap().to_owned();
    fs_err::write(shelf.join("0000.json"), "half a mani").unwrap();
    let rebuilt = fixture.embedded.rebuild_index().await.unwrap();
    assert_eq!(
        rebuilt,
        Rebuilt {
            objects: 2,
            superseded: 0,
            damaged: 2
        }
    );
    assert_eq!(fixture.store.head("videos/parts").await.unwrap(), None);
}

#[tokio::test]
async fn of_two_manifests_for_one_key_the_later_holds() {
    let fixture = Fixture::new().await;
    let objects = fixture.dir.path().join("objects");
    fixture
        .store
        .put("k", "text/plain", Bytes::from_static(b"first"))
        .await
        .unwrap();
    // What a crash right after the second row was committed leaves: the first object is still there.
    let first: Vec<(String, Vec<u8>)> = fixture
        .files()
        .into_iter()
        .map(|file| (file.clone(), fs_err::read(objects.join(&file)).unwrap()))
        .collect();
    fixture
        .store
        .put("k", "text/plain", Bytes::from_static(b"second"))
        .await
        .unwrap();
    for (file, bytes) in first {
        fs_err::create_dir_all(objects.join(&file).parent().unwrap()).unwrap();
        fs_err::write(objects.join(&file), bytes).unwrap();
    }
    let rebuilt = fixture.embedded.rebuild_index().await.unwrap();
    assert_eq!(
        rebuilt,
        Rebuilt {
            objects: 1,
            superseded: 1,
            damaged: 0
        }
    );
    assert_eq!(fixture.store.get_range("k", 0, 9).await.unwrap(), "second");
}

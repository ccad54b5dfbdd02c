//! Multipart uploads: what is listed, what completes, what is refused.

use bytes::Bytes;
use futures::TryStreamExt;
use heimdex_server::objects::{CompletedPart, ObjectStore, ObjectsError};

use super::{Fixture, Listener, crc32c, etag};

fn parts(sizes: &[usize]) -> Vec<Bytes> {
    let mut byte = 0u8;
    sizes
        .iter()
        .map(|size| {
            byte = byte.wrapping_add(1);
            (0..*size)
                .map(|at| {
                    byte.wrapping_mul(31)
                        .wrapping_add(u8::try_from(at % 251).unwrap())
                })
                .collect::<Vec<_>>()
                .into()
        })
        .collect()
}

async fn read(store: &ObjectStore, key: &str) -> Vec<u8> {
    let frames: Vec<Bytes> = store
        .get_stream(key)
        .await
        .unwrap()
        .try_collect()
        .await
        .unwrap();
    frames.concat()
}

#[tokio::test]
async fn parts_become_one_object() {
    let fixture = Fixture::new().await;
    let listener = Listener::new(&fixture.embedded).await;
    let sent = parts(&[700_000, 1, 300_000]);
    let (upload, completed) = fixture.sent(&listener, "videos/v.mp4", &sent).await;
    let listed = fixture
        .store
        .list_parts("videos/v.mp4", &upload, None, 1000)
        .await
        .unwrap();
    let listed: Vec<_> = listed
        .items
        .iter()
        .map(|part| {
            (
                part.number,
                part.size,
                part.etag.clone(),
                part.checksum.clone(),
            )
        })
        .collect();
    let expected: Vec<_> = completed
        .iter()
        .zip(&sent)
        .map(|(part, bytes)| {
            (
                part.number,
                bytes.len() as u64,
                part.etag.clone(),
                part.checksum.clone(),
            )
        })
        .collect();
    assert_eq!(listed, expected);
    assert_eq!(
        fixture.store.head("videos/v.mp4").await.unwrap(),
        None,
        "not before it is completed"
    );
    let tag = fixture
        .store
        .complete_multipart("videos/v.mp4", &upload, &completed)
        .await
        .unwrap();
    assert!(tag.ends_with("-3"), "{tag}");
    let whole = sent.concat();
    assert_eq!(read(&fixture.store, "videos/v.mp4").await, whole);
    for (offset, len) in [
        (0, 1),
        (699_999, 1),
        (699_999, 2),
        (699_999, 3),
        (700_000, 1),
        (700_001, 5),
        (400_000, 600_001),
    ] {
        let range = fixture
            .store
            .get_range("videos/v.mp4", offset as u64, len as u64)
            .await
            .unwrap();
        assert_eq!(
            range,
            whole[offset..(offset + len).min(whole.len())],
            "{offset} {len}"
        );
    }
    // After a lost reply.
    let again = fixture
        .store
        .complete_multipart("videos/v.mp4", &upload, &completed)
        .await
        .unwrap();
    assert_eq!(again, tag);
}

#[tokio::test]
async fn a_part_sent_again_replaces_the_first() {
    let fixture = Fixture::new().await;
    let listener = Listener::new(&fixture.embedded).await;
    let (upload, first) = fixture.sent(&listener, "videos/v", &parts(&[10, 20])).await;
    let other = Bytes::from_static(b"other bytes");
    let response = listener
        .put(
            &fixture.part(&listener, "videos/v", &upload, 1, &other),
            other.clone(),
        )
        .await;
    let replaced = CompletedPart {
        number: 1,
        etag: etag(&response),
        checksum: Some(crc32c(&other)),
    };
    assert_eq!(fixture.files().len(), 2, "{:?}", fixture.files());
    let stale = fixture
        .store
        .complete_multipart("videos/v", &upload, &first)
        .await;
    assert!(matches!(stale, Err(ObjectsError::InvalidPart)));
    fixture
        .store
        .complete_multipart("videos/v", &upload, &[replaced, first[1].clone()])
        .await
        .unwrap();
    assert_eq!(
        read(&fixture.store, "videos/v").await,
        [other.to_vec(), parts(&[10, 20])[1].to_vec()].concat()
    );
}

#[tokio::test]
async fn what_is_named_wrongly_does_not_complete() {
    let fixture = Fixture::new().await;
    let listener = Listener::new(&fixture.embedded).await;
    let (upload, right) = fixture.sent(&listener, "k", &parts(&[5, 6, 7])).await;
    let mut other_etag = right.clone();
    other_etag[1].etag = right[0].etag.clone();
    let mut other_checksum = right.clone();
    other_checksum[1].checksum = right[0].checksum.clone();
    let mut missing = right.clone();
    missing.push(CompletedPart {
        number: 4,
        ..right[0].clone()
    });
    let backwards: Vec<_> = right.iter().rev().cloned().collect();
    let twice = vec![right[0].clone(), right[0].clone()];
    for wrong in [
        other_etag,
        other_checksum,
        missing,
        backwards,
        twice,
        vec![],
    ] {
        let refused = fixture.store.complete_multipart("k", &upload, &wrong).await;
        assert!(refused.is_err(), "{wrong:?}");
    }
    assert_eq!(fixture.store.head("k").await.unwrap(), None);
    let some = [right[0].clone(), right[2].clone()];
    fixture
        .store
        .complete_multipart("k", &upload, &some)
        .await
        .unwrap();
    assert_eq!(fixture.store.head("k").await.unwrap().unwrap().size, 12);
    assert_eq!(
        fixture.files().len(),
        3,
        "the part that was left out is gone: {:?}",
        fixture.files()
    );
}

#[tokio::test]
async fn an_aborted_upload_is_gone_with_its_bytes() {
    let fixture = Fixture::new().await;
    let listener = Listener::new(&fixture.embedded).await;
    let bytes = Bytes::from_static(b"bytes");
    let (upload, completed) = fixture
        .sent(&listener, "k", std::slice::from_ref(&bytes))
        .await;
    let url = fixture.part(&listener, "k", &upload, 2, &bytes);
    fixture.store.abort_multipart("k", &upload).await.unwrap();
    fixture.store.abort_multipart("k", &upload).await.unwrap();
    assert_eq!(fixture.files(), Vec::<String>::new());
    assert_eq!(listener.put(&url, bytes).await.status(), 404);
    let complete = fixture
        .store
        .complete_multipart("k", &upload, &completed)
        .await;
    assert!(matches!(complete, Err(ObjectsError::NoSuchUpload)));
    let list = fixture.store.list_parts("k", &upload, None, 10).await;
    assert!(matches!(list, Err(ObjectsError::NoSuchUpload)));
}

#[tokio::test]
async fn a_part_url_dies_with_its_completed_upload() {
    let fixture = Fixture::new().await;
    let listener = Listener::new(&fixture.embedded).await;
    let bytes = Bytes::from_static(b"bytes");
    let (upload, completed) = fixture
        .sent(&listener, "k", std::slice::from_ref(&bytes))
        .await;
    let url = fixture.part(&listener, "k", &upload, 1, &bytes);
    fixture
        .store
        .complete_multipart("k", &upload, &completed)
        .await
        .unwrap();
    let response = listener.put(&url, bytes).await;
    assert_eq!(response.status(), 404);
    assert!(response.text().await.unwrap().contains("NoSuchUpload"));
}

#[tokio::test]
async fn parts_and_uploads_are_listed_in_pages() {
    let fixture = Fixture::new().await;
    let listener = Listener::new(&fixture.embedded).await;
    let (upload, _) = fixture.sent(&listener, "k", &parts(&[1; 7])).await;
    let mut after = None;
    let mut numbers = Vec::new();
    loop {
        let page = fixture
            .store
            .list_parts("k", &upload, after, 3)
            .await
            .unwrap();
        assert!(page.items.len() <= 3);
        numbers.extend(page.items.iter().map(|part| part.number));
        after = page.next;
        if after.is_none() {
            break;
        }
    }
    assert_eq!(numbers, [1, 2, 3, 4, 5, 6, 7]);
    let mut expected = vec![("k".to_owned(), upload)];
    for _ in 0..3 {
        expected.push((
            "j".to_owned(),
            fixture
                .store
                .create_multipart("j", "video/mp4")
                .await
                .unwrap(),
        ));
    }
    expected.sort();
    let found = fixture.store.list_uploads(None).await.unwrap();
    let found: Vec<_> = found
        .items
        .into_iter()
        .map(|upload| (upload.key, upload.upload_id))
        .collect();
    assert_eq!(found, expected);
}

//! Files of all sizes go up and come back equal; the same bytes go up once.

use heimdex_api::Blake3;
use heimdex_api::ingest::CreateIngestRequest;
use heimdex_client::transfer::{Progress, UploadOutcome, upload};
use tokio_util::sync::CancellationToken;

use crate::support::{MIB, Told, World, job, noise, resumed_and_sent, send};

#[tokio::test(flavor = "multi_thread")]
async fn files_of_all_sizes_are_stored_with_their_hash() {
    let world = World::new().await;
    let context = world.context_here();
    for (n, size) in [0, 1, 70_000, 16 * MIB, 16 * MIB + 1, 40 * MIB]
        .into_iter()
        .enumerate()
    {
        let path = world.file(&format!("{n}.bin"), size, n as u64);
        let outcome = send(&context, &path).await.unwrap();
        let UploadOutcome::Stored {
            video_id,
            blake3,
            size: stored,
            ..
        } = outcome
        else {
            panic!("{outcome:?}");
        };
        assert_eq!(
            blake3,
            Blake3::from(blake3::hash(&noise(size, n as u64))),
            "{size} bytes"
        );
        assert_eq!(
            (stored, resumed_and_sent(&outcome)),
            (size as u64, (0, size as u64))
        );
        world.wait_until_indexed(video_id).await;
        let video = world.api().video(video_id).await.unwrap();
        assert_eq!(
            (video.blake3, video.size_bytes),
            (Some(blake3), Some(size as u64))
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_same_bytes_are_sent_once_and_found_twice() {
    let world = World::new().await;
    let context = world.context_here();
    let path = world.file("a/clip.bin", 20 * MIB, 1);
    let copy = world.file("b/copy.bin", 20 * MIB, 1);
    let other = world.file("c/clip.bin", 20 * MIB, 2);
    let video = send(&context, &path).await.unwrap().video_id();

    let told = Told::default();
    let cancel = CancellationToken::new();
    let again = upload(&context, &job(&path), told.listener(), &cancel)
        .await
        .unwrap();
    assert!(matches!(again, UploadOutcome::AlreadyStored { video_id, .. } if video_id == video));
    // The hash was remembered: the second time is free.
    assert!(
        !told
            .all()
            .iter()
            .any(|told| matches!(told, Progress::Hashing { .. }))
    );

    let ingest = CreateIngestRequest {
        source: "B cam".into(),
        root_name: None,
        host: None,
    };
    let ingest = world
        .api()
        .create_ingest(&ingest, "key")
        .await
        .unwrap()
        .ingest_id;
    let mut located = job(&copy);
    located.init.ingest_id = Some(ingest);
    located.init.path = Some("b/copy.bin".into());
    let found = upload(&context, &located, |_| {}, &cancel).await.unwrap();
    assert!(matches!(found, UploadOutcome::AlreadyStored { video_id, .. } if video_id == video));
    let locations = world.api().video(video).await.unwrap().locations.unwrap();
    assert!(
        locations
            .iter()
            .any(|location| location.path == "b/copy.bin"),
        "{locations:?}"
    );

    let different = send(&context, &other).await.unwrap();
    assert_eq!(resumed_and_sent(&different), (0, 20 * MIB as u64));
    let mut duplicate = job(&copy);
    duplicate.options.allow_duplicate = true;
    let second = upload(&context, &duplicate, |_| {}, &cancel).await.unwrap();
    assert_ne!(second.video_id(), video);
    assert_eq!(world.videos().await, 3);
}

#[tokio::test(flavor = "multi_thread")]
async fn equal_files_that_go_up_together_make_one_video() {
    let world = World::new().await;
    let context = world.context_here();
    let mut tasks = tokio::task::JoinSet::new();
    for n in 0..3 {
        let path = world.file(&format!("{n}/clip.bin"), 3 * MIB, 5);
        let context = context.clone();
        tasks.spawn(async move { send(&context, &path).await.unwrap().video_id() });
    }
    let videos: std::collections::BTreeSet<_> = tasks.join_all().await.into_iter().collect();
    assert_eq!((videos.len(), world.videos().await), (1, 1));
}

#[tokio::test(flavor = "multi_thread")]
async fn progress_counts_what_the_store_acknowledged() {
    let world = World::new().await;
    let path = world.file("clip.bin", 40 * MIB, 3);
    let told = Told::default();
    let cancel = CancellationToken::new();
    upload(&world.context(), &job(&path), told.listener(), &cancel)
        .await
        .unwrap();
    let told = told.all();
    let size = 40 * MIB as u64;
    assert!(
        told.contains(&Progress::Planned {
            total: size,
            already: 0
        }),
        "{told:?}"
    );
    let acknowledged: Vec<u64> = told
        .iter()
        .filter_map(|told| match told {
            Progress::Acknowledged { bytes } => Some(*bytes),
            _ => None,
        })
        .collect();
    assert!(
        acknowledged.is_sorted() && acknowledged.last() == Some(&size),
        "{acknowledged:?}"
    );
    assert_eq!(acknowledged.len(), 3);
    assert_eq!(
        told.iter()
            .filter(|told| **told == Progress::Completing)
            .count(),
        1
    );
}

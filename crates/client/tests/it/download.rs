//! Stored videos come back equal, go on where they were left, and replace nothing that is something else.

use std::path::Path;

use heimdex_api::VideoId;
use heimdex_client::journal::Journal;
use heimdex_client::transfer::{
    DownloadOutcome, DownloadTarget, Existing, Progress, Stop, TransferError, download,
};
use heimdex_testkit::ChaosProxy;
use tokio_util::sync::CancellationToken;

use crate::support::{MIB, Told, World, noise, send};

const SIZE: usize = 40 * MIB;

async fn stored(world: &World, name: &str, size: usize, seed: u64) -> VideoId {
    let path = world.file(name, size, seed);
    let video = send(&world.context(), &path).await.unwrap().video_id();
    world.wait_until_indexed(video).await;
    video
}

fn to(path: &Path) -> DownloadTarget {
    DownloadTarget::File {
        path: path.to_owned(),
        existing: Existing::Keep,
    }
}

async fn fetch(
    world: &World,
    video: VideoId,
    target: DownloadTarget,
) -> Result<DownloadOutcome, TransferError> {
    download(
        &world.context(),
        video,
        target,
        |_| {},
        &CancellationToken::new(),
    )
    .await
}

#[tokio::test(flavor = "multi_thread")]
async fn what_comes_back_is_what_went_up() {
    let world = World::new().await;
    for (n, size) in [0, 1, 16 * MIB, SIZE + 7].into_iter().enumerate() {
        let video = stored(&world, &format!("sent/{n}.bin"), size, n as u64).await;
        let into = world.directory.path().join("back");
        fs_err::create_dir_all(&into).unwrap();
        let target = DownloadTarget::Directory {
            path: into.clone(),
            existing: Existing::Keep,
        };
        let outcome = fetch(&world, video, target).await.unwrap();
        assert!(
            matches!(
                outcome,
                DownloadOutcome::Fetched {
                    is_verified: true,
                    ..
                }
            ),
            "{outcome:?}"
        );
        let back = into.join(format!("{n}.bin"));
        assert!(
            fs_err::read(&back).unwrap() == noise(size, n as u64),
            "{size} bytes"
        );
        let again = fetch(&world, video, to(&back)).await.unwrap();
        assert!(
            matches!(again, DownloadOutcome::AlreadyThere { .. }),
            "{again:?}"
        );
    }
    let left = fs_err::read_dir(world.directory.path().join("back"))
        .unwrap()
        .count();
    assert_eq!(left, 4, "nothing else is left there");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_interrupted_download_goes_on_with_what_is_right() {
    let world = World::new().await;
    let video = stored(&world, "sent/clip.bin", SIZE, 1).await;
    let path = world.directory.path().join("clip.bin");
    let cancel = CancellationToken::new();
    let at = cancel.clone();
    let progress = move |progress| {
        if matches!(progress, Progress::UnderWay { bytes } if bytes > 0) {
            at.cancel();
        }
    };
    let first = download(&world.context(), video, to(&path), progress, &cancel).await;
    // It may have been quicker than the interruption.
    if first.is_ok() {
        fs_err::remove_file(&path).unwrap();
    } else {
        assert!(matches!(
            first,
            Err(TransferError::Stopped {
                stop: Stop::Interrupted,
                ..
            })
        ));
    }
    let mut left = noise(SIZE, 1);
    left[20 * MIB] ^= 1;
    left.truncate(SIZE - 100);
    fs_err::write(world.directory.path().join("clip.bin.heimdex-part"), left).unwrap();
    let outcome = fetch(&world, video, to(&path)).await.unwrap();
    let DownloadOutcome::Fetched { resumed_bytes, .. } = outcome else {
        panic!("{outcome:?}");
    };
    // The second part has a wrong byte, the third is cut short.
    assert_eq!(resumed_bytes, 16 * MIB as u64);
    assert!(fs_err::read(&path).unwrap() == noise(SIZE, 1));
}

#[tokio::test(flavor = "multi_thread")]
async fn something_else_at_the_target_stays_unless_it_is_to_be_replaced() {
    let world = World::new().await;
    let video = stored(&world, "sent/clip.bin", MIB, 1).await;
    let path = world.directory.path().join("clip.bin");
    fs_err::write(&path, noise(MIB, 2)).unwrap();
    let refused = fetch(&world, video, to(&path)).await.unwrap_err();
    assert!(
        matches!(refused, TransferError::TargetExists { .. }),
        "{refused}"
    );
    assert!(fs_err::read(&path).unwrap() == noise(MIB, 2));
    let target = DownloadTarget::File {
        path: path.clone(),
        existing: Existing::Replace,
    };
    fetch(&world, video, target).await.unwrap();
    assert!(fs_err::read(&path).unwrap() == noise(MIB, 1));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stream_gets_the_bytes_in_order() {
    let world = World::new().await;
    let video = stored(&world, "sent/clip.bin", SIZE, 1).await;
    let (writer, mut reader) = tokio::io::duplex(MIB);
    let mut reading = tokio::task::JoinSet::new();
    reading.spawn(async move {
        let mut bytes = Vec::new();
        tokio::io::AsyncReadExt::read_to_end(&mut reader, &mut bytes)
            .await
            .unwrap();
        bytes
    });
    fetch(&world, video, DownloadTarget::Writer(Box::new(writer)))
        .await
        .unwrap();
    assert!(reading.join_all().await.pop().unwrap() == noise(SIZE, 1));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_line_that_breaks_is_taken_up_again() {
    let world = World::new().await;
    let video = stored(&world, "sent/clip.bin", SIZE, 1).await;
    let proxy = ChaosProxy::start(world.server.url());
    let api = world.api_at(&proxy.url());
    let context = World::context_with(api, Journal::open_in_memory().unwrap());
    let path = world.directory.path().join("clip.bin");
    let told = Told::default();
    let (begun, mut wait) = tokio::sync::mpsc::channel(64);
    let listen = told.listener();
    let progress = move |progress| {
        let _ = begun.try_send(());
        listen(progress);
    };
    let mut task = tokio::task::JoinSet::new();
    let target = to(&path);
    task.spawn(async move {
        download(&context, video, target, progress, &CancellationToken::new()).await
    });
    wait.recv().await.unwrap();
    proxy.refuse();
    proxy.restore();
    task.join_all().await.pop().unwrap().unwrap();
    assert!(fs_err::read(&path).unwrap() == noise(SIZE, 1));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_unknown_video_is_not_found() {
    let world = World::new().await;
    let path = world.directory.path().join("clip.bin");
    let video = VideoId::new(uuid::Uuid::new_v4());
    let error = fetch(&world, video, to(&path)).await.unwrap_err();
    assert!(
        matches!(&error, TransferError::Api(error) if error.status() == Some(404)),
        "{error}"
    );
    assert!(!path.exists());
}

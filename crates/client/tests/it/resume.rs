//! Interrupted uploads go on: with the journal, without it, from another machine; and never with another file's parts.

use heimdex_client::ErrorClass;
use heimdex_client::transfer::{Progress, Stop, TransferError, upload};
use tokio_util::sync::CancellationToken;

use crate::support::{MIB, Told, World, job, noise, resumed_and_sent, send, send_until};

const SIZE: usize = 72 * MIB;
const PART: u64 = 16 << 20;

fn is_interrupted(result: &Result<impl Sized, TransferError>) -> bool {
    matches!(
        result,
        Err(TransferError::Stopped {
            stop: Stop::Interrupted,
            ..
        })
    )
}

#[tokio::test(flavor = "multi_thread")]
async fn the_same_call_goes_on_with_what_the_store_has() {
    let world = World::new().await;
    let path = world.file("clip.bin", SIZE, 1);
    let first = send_until(&world.context_here(), &path, PART).await;
    assert!(is_interrupted(&first), "{first:?}");
    assert_eq!(first.unwrap_err().class(), ErrorClass::Interrupted);
    // Another process: nothing but the journal's file is left.
    let told = Told::default();
    let cancel = CancellationToken::new();
    let outcome = upload(&world.context_here(), &job(&path), told.listener(), &cancel)
        .await
        .unwrap();
    let (resumed, sent) = resumed_and_sent(&outcome);
    assert!(
        resumed >= PART && resumed + sent == SIZE as u64,
        "{outcome:?}"
    );
    let planned = Progress::Planned {
        total: SIZE as u64,
        already: resumed,
    };
    assert!(told.all().contains(&planned), "{:?}", told.all());
    world.wait_until_indexed(outcome.video_id()).await;
    assert_eq!(world.videos().await, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn without_the_journal_the_servers_list_is_gone_on_with() {
    let world = World::new().await;
    let path = world.file("clip.bin", SIZE, 1);
    assert!(is_interrupted(
        &send_until(&world.context(), &path, 2 * PART).await
    ));
    let outcome = send(&world.context(), &path).await.unwrap();
    let (resumed, sent) = resumed_and_sent(&outcome);
    assert!(
        resumed >= 2 * PART && resumed + sent == SIZE as u64,
        "{outcome:?}"
    );
    world.wait_until_indexed(outcome.video_id()).await;
    assert_eq!(world.videos().await, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn another_file_of_that_name_and_size_begins_its_own_upload() {
    let world = World::new().await;
    let path = world.file("card1/C0001.MP4", SIZE, 1);
    assert!(is_interrupted(
        &send_until(&world.context(), &path, PART).await
    ));
    let other = world.file("card2/C0001.MP4", SIZE, 2);
    let outcome = send(&world.context(), &other).await.unwrap();
    assert_eq!(resumed_and_sent(&outcome), (0, SIZE as u64));
    // The first one is not disturbed.
    let outcome = send(&world.context(), &path).await.unwrap();
    assert!(resumed_and_sent(&outcome).0 >= PART, "{outcome:?}");
    assert_eq!(world.videos().await, 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_touched_file_is_hashed_again_and_not_sent_again() {
    let world = World::new().await;
    let path = world.file("clip.bin", SIZE, 1);
    assert!(is_interrupted(
        &send_until(&world.context_here(), &path, PART).await
    ));
    let file = fs_err::OpenOptions::new().write(true).open(&path).unwrap();
    file.into_file()
        .set_modified(std::time::SystemTime::UNIX_EPOCH)
        .unwrap();
    let outcome = send(&world.context_here(), &path).await.unwrap();
    assert!(resumed_and_sent(&outcome).0 >= PART, "{outcome:?}");
    assert_eq!(world.videos().await, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_with_other_bytes_by_now_begins_anew() {
    let world = World::new().await;
    let path = world.file("clip.bin", SIZE, 1);
    assert!(is_interrupted(
        &send_until(&world.context_here(), &path, PART).await
    ));
    fs_err::write(&path, noise(SIZE, 2)).unwrap();
    let outcome = send(&world.context_here(), &path).await.unwrap();
    assert_eq!(resumed_and_sent(&outcome), (0, SIZE as u64));
    world.wait_until_indexed(outcome.video_id()).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_upload_that_was_cancelled_on_the_server_begins_anew() {
    let world = World::new().await;
    let context = world.context_here();
    let path = world.file("clip.bin", SIZE, 1);
    assert!(is_interrupted(&send_until(&context, &path, PART).await));
    let unfinished = context.journal().unfinished_uploads("default").unwrap();
    let video = unfinished[0].answered.as_ref().unwrap().video_id;
    world.api().abort_upload(video).await.unwrap();
    let outcome = send(&context, &path).await.unwrap();
    assert_ne!(outcome.video_id(), video);
    assert_eq!(resumed_and_sent(&outcome), (0, SIZE as u64));
    assert_eq!(
        context
            .journal()
            .unfinished_uploads("default")
            .unwrap()
            .len(),
        0
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_second_process_is_told_and_another_machine_takes_over() {
    let world = World::new().await;
    let path = world.file("clip.bin", SIZE, 1);
    let (begun, mut wait) = tokio::sync::mpsc::channel(1);
    let (release, released) = std::sync::mpsc::channel::<()>();
    let released = std::sync::Mutex::new(released);
    let progress = move |progress| {
        if matches!(progress, Progress::Acknowledged { bytes } if bytes == PART) {
            // Holds the first one up until the others have been there.
            begun.try_send(()).unwrap();
            let _ = released.lock().unwrap().recv();
        }
    };
    let context = world.context_here();
    let mut one_by_one = job(&path);
    one_by_one.options.parallel_parts = 1;
    let mut first = tokio::task::JoinSet::new();
    first.spawn(
        async move { upload(&context, &one_by_one, progress, &CancellationToken::new()).await },
    );
    wait.recv().await.unwrap();
    let second = send(&world.context_here(), &path).await.unwrap_err();
    assert!(matches!(second, TransferError::Busy { .. }), "{second}");
    assert_eq!(second.class(), ErrorClass::Busy);
    let elsewhere = send(&world.context(), &path).await.unwrap();
    assert!(resumed_and_sent(&elsewhere).0 >= PART, "{elsewhere:?}");
    drop(release);
    let first = first.join_all().await.pop().unwrap();
    // It finds out with its next request: taken over, or stored by the other one meanwhile.
    match first {
        Err(TransferError::Stopped {
            stop: Stop::TakenOver,
            ..
        }) => {}
        Ok(outcome) => assert_eq!(outcome.video_id(), elsewhere.video_id()),
        Err(error) => panic!("{error}"),
    }
    assert_eq!(world.videos().await, 1);
}

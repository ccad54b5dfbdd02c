//! Transfers of a program that somebody looks at: stopped, they drop what is in flight, and go on another time.
//!
//! The line stands still meanwhile: whoever waited for what is in flight would wait for a minute.

use std::path::PathBuf;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use futures::future::join;
use heimdex_client::bwlimit::Throttle;
use heimdex_client::journal::Journal;
use heimdex_client::transfer::{
    DownloadTarget, Ended, Existing, InFlight, Many, Progress, Stop, Told, TransferContext,
    TransferError, UploadJob, Way, download, upload, upload_many,
};
use heimdex_testkit::{ChaosProxy, wait_until_async};
use tokio_util::sync::CancellationToken;

use crate::support::{LIMIT, MIB, World, job, noise, resumed_and_sent, send};

const SIZE: usize = 72 * MIB;
const PART: u64 = 16 << 20;
/// For a machine that is busy; nothing but a moment is waited for.
const SOON: Duration = Duration::from_secs(20);

/// Transfers by way of this proxy.
fn through(world: &World, proxy: &ChaosProxy) -> TransferContext {
    let journal = Journal::open(&world.directory.path().join("state/journal.db")).unwrap();
    let context = World::context_with(world.api_at(&proxy.url()), journal);
    // Slow enough to be stopped on the way.
    let limit = Throttle::new("16M".parse().unwrap(), context.clock());
    let context = context.with_throttle(limit);
    context.with_in_flight(InFlight::Dropped)
}

/// The line stands still once so much has passed.
async fn stalled_after(proxy: &ChaosProxy, bytes: u64) {
    wait_until_async("bytes to be on their way", LIMIT, async || {
        let up = proxy.bytes_up();
        if up > bytes { Ok(()) } else { Err(up) }
    })
    .await;
    proxy.stall();
}

#[track_caller]
fn is_interrupted(error: &TransferError) {
    let is_so = matches!(
        error,
        TransferError::Stopped {
            stop: Stop::Interrupted,
            ..
        }
    );
    assert!(is_so, "{error}");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_upload_drops_its_parts_and_goes_on_with_those_that_arrived() {
    let world = World::new().await;
    let proxy = ChaosProxy::start(world.server.url());
    let path = world.file("clip.bin", SIZE, 1);
    let (context, cancel) = (through(&world, &proxy), CancellationToken::new());
    let mut one_by_one = job(&path);
    one_by_one.options.parallel_parts = 1;
    let sending = upload(&context, &one_by_one, |_| {}, &cancel);
    let stopping = async {
        stalled_after(&proxy, PART + (1 << 20)).await;
        cancel.cancel();
        Instant::now()
    };
    let (sent, stopped) = join(sending, stopping).await;
    is_interrupted(&sent.unwrap_err());
    assert!(stopped.elapsed() < SOON, "{:?}", stopped.elapsed());
    let outcome = send(&world.context_here(), &path).await.unwrap();
    let (resumed, sent) = resumed_and_sent(&outcome);
    assert!(resumed >= PART, "{outcome:?}");
    assert_eq!(resumed + sent, SIZE as u64);
    world.wait_until_indexed(outcome.video_id()).await;
    assert_eq!(world.videos().await, 1);
}

/// Small files that are sent together, each with what stops it.
struct Card {
    files: Vec<PathBuf>,
    stops: Vec<CancellationToken>,
    ended: Mutex<Vec<(usize, Ended)>>,
}

impl Many for Card {
    fn sizes(&self) -> Vec<u64> {
        let length = |path: &PathBuf| fs_err::metadata(path).unwrap().len();
        self.files.iter().map(length).collect()
    }

    fn job(&self, file: usize) -> UploadJob {
        job(&self.files[file])
    }

    fn begin(&self, _: usize, way: Way) -> Told {
        assert_eq!(way, Way::Together);
        Box::new(|_| {})
    }

    fn stop(&self, file: usize) -> Option<CancellationToken> {
        Some(self.stops[file].clone())
    }

    fn end(&self, file: usize, ended: Ended) {
        self.ended.lock().unwrap().push((file, ended));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_small_file_is_dropped_by_itself_and_the_others_of_its_group_arrive() {
    let world = World::new().await;
    let proxy = ChaosProxy::start(world.server.url());
    let run = CancellationToken::new();
    let files: Vec<PathBuf> = (0..3)
        .map(|number| world.file(&format!("card/{number}.bin"), 6 * MIB, number))
        .collect();
    let card = Card {
        stops: files.iter().map(|_| run.child_token()).collect(),
        files,
        ended: Mutex::default(),
    };
    let context = through(&world, &proxy);
    let sending = upload_many(&context, &card, &run);
    let stopping = async {
        stalled_after(&proxy, 1 << 20).await;
        card.stops[0].cancel();
        wait_until_async("the file to be dropped", SOON, async || {
            let ended = card.ended.lock().unwrap();
            match ended[..] {
                [(0, Ended::NotTried)] => Ok(()),
                _ => Err(format!("{ended:?}")),
            }
        })
        .await;
        proxy.restore();
    };
    join(sending, stopping).await;
    let ended = card.ended.into_inner().unwrap();
    assert_eq!(ended.len(), 3, "{ended:?}");
    for (file, ended) in &ended[1..] {
        assert!(matches!(ended, Ended::Stored(_)), "{file}: {ended:?}");
    }
    let outcome = send(&world.context_here(), &card.files[0]).await.unwrap();
    world.wait_until_indexed(outcome.video_id()).await;
    assert_eq!(world.videos().await, 3);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_download_drops_its_parts_and_goes_on_at_once() {
    let world = World::new().await;
    let stored = send(&world.context(), &world.file("sent.bin", SIZE, 1)).await;
    let video = stored.unwrap().video_id();
    world.wait_until_indexed(video).await;
    let proxy = Arc::new(ChaosProxy::start(world.server.url()));
    let context = through(&world, &proxy);
    let path = world.directory.path().join("clip.bin");
    let target = || DownloadTarget::File {
        path: path.clone(),
        existing: Existing::Keep,
    };
    let cancel = CancellationToken::new();
    let line = Arc::clone(&proxy);
    // Just before the parts are asked for.
    let told = move |step| {
        if matches!(step, Progress::Planned { .. }) {
            line.stall();
        }
    };
    let before = proxy.connections();
    let fetching = download(&context, video, target(), told, &cancel);
    let stopping = async {
        wait_until_async("parts to be asked for", LIMIT, async || {
            let connections = proxy.connections();
            // One of them is for all else.
            if connections > before + 2 {
                Ok(())
            } else {
                Err(connections)
            }
        })
        .await;
        cancel.cancel();
        Instant::now()
    };
    let (fetched, stopped) = join(fetching, stopping).await;
    is_interrupted(&fetched.unwrap_err());
    assert!(stopped.elapsed() < SOON, "{:?}", stopped.elapsed());
    proxy.restore();
    let go_on = CancellationToken::new();
    download(&context, video, target(), |_| {}, &go_on)
        .await
        .unwrap();
    assert!(fs_err::read(&path).unwrap() == noise(SIZE, 1));
}

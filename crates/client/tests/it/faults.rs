//! Lines that break and servers that die: the upload goes on by itself.

use heimdex_client::ErrorClass;
use heimdex_client::journal::Journal;
use heimdex_client::transfer::{Patience, Progress, upload};
use heimdex_testkit::ChaosProxy;
use tokio_util::sync::CancellationToken;

use crate::support::{MIB, Told, World, job, resumed_and_sent, send};

const SIZE: usize = 72 * MIB;

#[tokio::test(flavor = "multi_thread")]
async fn a_line_that_breaks_costs_only_the_parts_in_flight() {
    let world = World::new().await;
    let proxy = ChaosProxy::start(world.server.url());
    let api = world.api_at(&proxy.url());
    let context = World::context_with(api, Journal::open_in_memory().unwrap());
    let path = world.file("clip.bin", SIZE, 1);
    proxy.cut_after(40 * MIB as u64);
    let told = Told::default();
    let cancel = CancellationToken::new();
    let outcome = upload(&context, &job(&path), told.listener(), &cancel)
        .await
        .unwrap();
    assert_eq!(resumed_and_sent(&outcome), (0, SIZE as u64));
    let retried = |told: &Progress| matches!(told, Progress::Retrying { .. });
    assert!(told.all().iter().any(retried), "{:?}", told.all());
    world.wait_until_indexed(outcome.video_id()).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_is_killed_and_comes_back_has_the_acknowledged_parts() {
    let mut world = World::new().await;
    let context = world.context_here();
    let path = world.file("clip.bin", SIZE, 1);
    let (begun, mut wait) = tokio::sync::mpsc::channel(16);
    let progress = move |progress| {
        if matches!(progress, Progress::Acknowledged { .. }) {
            let _ = begun.try_send(());
        }
    };
    let mut one_by_one = job(&path);
    one_by_one.options.parallel_parts = 1;
    let mut task = tokio::task::JoinSet::new();
    task.spawn(
        async move { upload(&context, &one_by_one, progress, &CancellationToken::new()).await },
    );
    wait.recv().await.unwrap();
    world.server.kill9();
    world.server.restart();
    let outcome = task.join_all().await.pop().unwrap().unwrap();
    assert_eq!(resumed_and_sent(&outcome), (0, SIZE as u64));
    world.wait_until_indexed(outcome.video_id()).await;
    assert_eq!(world.videos().await, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_stays_away_is_unreachable_in_a_sentence() {
    let world = World::new().await;
    let proxy = ChaosProxy::start(world.server.url());
    let api = world.api_at(&proxy.url());
    api.health().await.unwrap();
    let patience = Patience {
        rounds: 2,
        outage: std::time::Duration::ZERO,
        ..Patience::default()
    };
    let patience = Patience {
        base: std::time::Duration::from_millis(1),
        ..patience
    };
    let journal = Journal::open_in_memory().unwrap();
    let context = World::context_with(api, journal).with_patience(patience);
    let path = world.file("clip.bin", SIZE, 1);
    proxy.refuse();
    let error = send(&context, &path).await.unwrap_err();
    assert_eq!(error.class(), ErrorClass::Unreachable);
    assert!(
        error.to_string().starts_with("cannot reach http://"),
        "{error}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_that_changes_on_the_way_is_never_stored_as_something_else() {
    let world = World::new().await;
    let context = world.context_here();
    let path = world.file("clip.bin", SIZE, 1);
    let touched = path.clone();
    let progress = move |progress| {
        if matches!(progress, Progress::Acknowledged { .. }) {
            let file = fs_err::OpenOptions::new()
                .append(true)
                .open(&touched)
                .unwrap();
            std::io::Write::write_all(&mut file.into_file(), b"more").unwrap();
        }
    };
    let mut one_by_one = job(&path);
    one_by_one.options.parallel_parts = 1;
    let error = upload(&context, &one_by_one, progress, &CancellationToken::new())
        .await
        .unwrap_err();
    assert!(
        error
            .to_string()
            .ends_with("changed while it was being sent"),
        "{error}"
    );
    assert!(error.hint().is_some());
}

//! Many small files in one run: each can be stopped by itself, and the others go on.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Mutex;

use heimdex_client::transfer::{Ended, Many, Told, TransferError, UploadJob, Way, upload_many};
use tokio_util::sync::CancellationToken;

use crate::support::{World, job};

/// Files of a run. One is stopped before it, and another one once a third one is on its way.
struct Card {
    files: Vec<PathBuf>,
    stops: Vec<CancellationToken>,
    ended: Mutex<BTreeMap<usize, Vec<Ended>>>,
}

/// Stopped before the run.
const BEFORE: usize = 1;
/// Stopped as soon as anything is sent.
const MEANWHILE: usize = 39;

impl Many for Card {
    fn sizes(&self) -> Vec<u64> {
        let length = |path: &PathBuf| fs_err::metadata(path).unwrap().len();
        self.files.iter().map(length).collect()
    }

    fn job(&self, file: usize) -> UploadJob {
        job(&self.files[file])
    }

    fn begin(&self, file: usize, way: Way) -> Told {
        assert!(way == Way::Together || self.files.len() < 3, "{file}");
        let stop = self.stops[MEANWHILE].clone();
        Box::new(move |_| {
            if file != MEANWHILE {
                stop.cancel();
            }
        })
    }

    fn stop(&self, file: usize) -> Option<CancellationToken> {
        Some(self.stops[file].clone())
    }

    fn end(&self, file: usize, ended: Ended) {
        let mut all = self.ended.lock().unwrap();
        all.entry(file).or_default().push(ended);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_of_a_group_is_stopped_by_itself_and_goes_on_another_time() {
    let world = World::new().await;
    let context = world.context_here();
    let run = CancellationToken::new();
    let files: Vec<PathBuf> = (0..40)
        .map(|number| world.file(&format!("card/{number}.bin"), 10_000, number))
        .collect();
    let card = |files: Vec<PathBuf>| Card {
        stops: files.iter().map(|_| run.child_token()).collect(),
        files,
        ended: Mutex::default(),
    };
    let first = card(files.clone());
    first.stops[BEFORE].cancel();
    upload_many(&context, &first, &run).await;
    let ended = first.ended.into_inner().unwrap();
    assert_eq!(ended.len(), files.len());
    for (file, ends) in &ended {
        let is_stored = matches!(ends[..], [Ended::Stored(_)]);
        let is_stopped = matches!(
            ends[..],
            [Ended::NotTried | Ended::Failed(TransferError::Stopped { .. })]
        );
        match *file {
            BEFORE => assert!(is_stopped, "{ends:?}"),
            // Its turn may have come by then.
            MEANWHILE => assert!(is_stopped || is_stored, "{ends:?}"),
            _ => assert!(is_stored, "{file}: {ends:?}"),
        }
    }
    let second = Card {
        files: vec![files[BEFORE].clone(), files[MEANWHILE].clone()],
        ..card(files.clone())
    };
    // Whoever stopped these lets them go on.
    upload_many(&context, &second, &run).await;
    let ended = second.ended.into_inner().unwrap();
    assert!(
        ended
            .values()
            .flatten()
            .all(|end| matches!(end, Ended::Stored(_))),
        "{ended:?}"
    );
    assert_eq!(world.videos().await, 40);
}

//! The queue is found again by the next process.

use heimdex_api::{Blake3, VideoId};
use uuid::Uuid;

use super::*;
use crate::journal::{FileKey, NewWatch};
use crate::watch::Rules;

fn at(seconds: i64) -> Timestamp {
    Timestamp::from_micros(seconds * 1_000_000).unwrap()
}

fn queued(id: i64, name: &str) -> QueuedFile {
    QueuedFile {
        id: ItemId(id),
        watch: None,
        profile: "default".into(),
        path: platform::name_from_bytes(format!("/card/{name}").as_bytes()).into(),
        relative: name.into(),
        lane: Lane::Bulk,
        stamp: FileStamp {
            size: 5,
            mtime: 1,
            ctime: 2,
            inode: u64::MAX,
        },
        options: QueueOptions {
            tags: vec!["paris".into()],
            ..QueueOptions::default()
        },
        place: -3,
        attempts: 2,
        run_at: at(9),
        trouble: Some(Trouble {
            text: "no".into(),
            hint: Some("wait".into()),
        }),
        standing: Standing::Failed,
        added_at: at(1),
    }
}

fn kept(file: &QueuedFile) -> KeptFile {
    KeptFile {
        profile: "default@http://127.0.0.1:1".into(),
        key: FileKey {
            fs_id: "uuid:1".into(),
            path: [b"/card/", &file.relative[..]].concat(),
        },
        shown_path: file.path.clone(),
        watch: file.watch,
        stamp: file.stamp,
        blake3: Blake3::of_nothing(),
        video_id: VideoId::new(Uuid::from_u128(7)),
        stored_at: at(20),
        is_for_trash: true,
        trashed_at: None,
    }
}

#[test]
fn a_queue_is_found_again_by_the_next_process_and_leaves_with_what_is_stored() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("journal.db");
    let (a, b) = (queued(1, "a"), queued(2, "b"));
    {
        let journal = Journal::open(&path).unwrap();
        let puts = [&a, &b].map(|file| QueueWrite::Put(Box::new(file.clone())));
        journal.write_queue(&puts).unwrap();
    }
    let journal = Journal::open(&path).unwrap();
    assert_eq!(journal.queued(None).unwrap(), [a.clone(), b.clone()]);
    assert_eq!(journal.queued(Some("work")).unwrap(), []);
    let stored = kept(&a);
    let writes = [
        QueueWrite::Keep(Box::new(stored.clone())),
        QueueWrite::Remove(a.id),
    ];
    journal.write_queue(&writes).unwrap();
    assert_eq!(journal.queued(Some("default")).unwrap(), [b]);
    let (account, key) = (stored.profile.as_str(), &stored.key);
    assert!(journal.is_kept_as(account, key, &stored.stamp).unwrap());
    let touched = FileStamp {
        mtime: 5,
        ..stored.stamp
    };
    assert!(!journal.is_kept_as(account, key, &touched).unwrap());
    assert_eq!(
        journal.kept_at(&a.path).unwrap(),
        std::slice::from_ref(&stored)
    );
    assert_eq!(
        journal.kept_of(stored.video_id).unwrap(),
        std::slice::from_ref(&stored)
    );
    assert_eq!(
        journal.kept_for_trash().unwrap(),
        std::slice::from_ref(&stored)
    );
    let trashed = KeptFile {
        is_for_trash: false,
        trashed_at: Some(at(30)),
        ..stored
    };
    journal.settle_kept(&trashed).unwrap();
    assert_eq!(journal.kept_for_trash().unwrap(), []);
    assert_eq!(journal.kept_at(&a.path).unwrap(), [trashed]);
}

#[test]
fn what_lies_in_a_folder_is_told_from_what_lies_beside_it() {
    let journal = Journal::open_in_memory().unwrap();
    let names = ["a/1", "a/2", "ab/3", "a"];
    let writes = names.map(|name| QueueWrite::Keep(Box::new(kept(&queued(0, name)))));
    journal.write_queue(&writes).unwrap();
    let folder = FileKey {
        fs_id: "uuid:1".into(),
        path: b"/card/a".to_vec(),
    };
    let mut found = Vec::new();
    let account = "default@http://127.0.0.1:1";
    journal
        .kept_below(account, &folder, |path, _| found.push(path.to_vec()))
        .unwrap();
    assert_eq!(found, [b"/card/a/1".to_vec(), b"/card/a/2".to_vec()]);
}

#[test]
fn a_pause_is_remembered_and_what_a_watch_stored_is_counted() {
    let journal = Journal::open_in_memory().unwrap();
    assert_eq!(journal.paused_all().unwrap(), None);
    for pause in [Some(Pause::Until(at(99))), Some(Pause::UntilResumed), None] {
        journal.pause_all(pause).unwrap();
        assert_eq!(journal.paused_all().unwrap(), pause);
    }
    let new = NewWatch {
        profile: "default".into(),
        root: "/card".into(),
        source: "card".into(),
        rules: Rules::new(),
    };
    let watch = journal.add_watch(&new, at(1)).unwrap();
    let mut file = queued(1, "a");
    file.watch = Some(watch);
    journal
        .write_queue(&[QueueWrite::Keep(Box::new(kept(&file)))])
        .unwrap();
    assert_eq!(journal.kept_counts().unwrap(), [(watch, 1, 5)]);
}

//! Watches in the journal: what is written is found again, and what a file declares is left to it.

use rusqlite::params;

use super::super::{Done, DoneHow, FileKey, FileStamp};
use super::*;

fn at(seconds: i64) -> Timestamp {
    Timestamp::from_micros(seconds * 1_000_000).unwrap()
}

fn new(root: &str) -> NewWatch {
    NewWatch {
        profile: "default".into(),
        root: root.into(),
        source: NewWatch::source_of(Path::new(root)),
        rules: Rules::new(),
    }
}

fn roots(journal: &Journal) -> Vec<(String, bool)> {
    let watches = journal.watches().unwrap().into_iter();
    watches
        .map(|watch| {
            (
                watch.root.display().to_string(),
                watch.declared_in.is_some(),
            )
        })
        .collect()
}

#[test]
fn a_watch_is_found_again_by_the_next_process() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("journal.db");
    let odd = PathBuf::from(platform::name_from_bytes(b"/media/card\xff"));
    let id = {
        let journal = Journal::open(&path).unwrap();
        let id = journal
            .add_watch(
                &NewWatch {
                    root: odd.clone(),
                    ..new("/x")
                },
                at(1),
            )
            .unwrap();
        journal.pause_watch(id, Some(Pause::Until(at(9)))).unwrap();
        id
    };
    let journal = Journal::open(&path).unwrap();
    let watch = journal.watch(id).unwrap().unwrap();
    assert_eq!(
        (&watch.root, watch.pause),
        (&odd, Some(Pause::Until(at(9))))
    );
    assert_eq!((watch.source.as_str(), watch.created_at), ("x", at(1)));
    assert_eq!(watch.rules, Rules::new());
    journal.pause_watch(id, Some(Pause::UntilResumed)).unwrap();
    let pause = journal.watch(id).unwrap().unwrap().pause;
    assert_eq!(pause, Some(Pause::UntilResumed));
    journal.pause_watch(id, None).unwrap();
    assert_eq!(journal.watch(id).unwrap().unwrap().pause, None);
}

#[test]
fn a_folder_is_watched_once_a_profile() {
    let journal = Journal::open_in_memory().unwrap();
    let id = journal.add_watch(&new("/a"), at(1)).unwrap();
    let again = journal.add_watch(&new("/a"), at(2)).unwrap_err();
    assert!(matches!(again, JournalError::WatchExists { id: found, .. } if found == id));
    let other = NewWatch {
        profile: "work".into(),
        ..new("/a")
    };
    journal.add_watch(&other, at(3)).unwrap();
    assert!(journal.remove_watch(id, at(4)).unwrap());
    assert!(!journal.remove_watch(id, at(5)).unwrap());
    journal.add_watch(&new("/a"), at(6)).unwrap();
    assert_eq!(journal.watches().unwrap().len(), 2);
}

#[test]
fn another_label_is_another_ingest() {
    let journal = Journal::open_in_memory().unwrap();
    let id = journal.add_watch(&new("/a"), at(1)).unwrap();
    let ingest: IngestId = uuid::Uuid::from_u128(7).into();
    journal.watch_ingest(id, Some(ingest)).unwrap();
    let mut edit = WatchEdit {
        source: "a".into(),
        rules: Rules::new(),
    };
    edit.rules.min_size = 5;
    assert!(journal.edit_watch(id, &edit).unwrap());
    let watch = journal.watch(id).unwrap().unwrap();
    assert_eq!((watch.ingest_id, watch.rules.min_size), (Some(ingest), 5));
    edit.source = "b".into();
    journal.edit_watch(id, &edit).unwrap();
    assert_eq!(journal.watch(id).unwrap().unwrap().ingest_id, None);
    assert!(!journal.edit_watch(WatchId(99), &edit).unwrap());
}

#[test]
fn what_a_file_declares_is_the_files_alone() {
    let journal = Journal::open_in_memory().unwrap();
    let file = Path::new("/etc/watches.toml");
    let own = journal.add_watch(&new("/own"), at(1)).unwrap();
    let both = journal.add_watch(&new("/both"), at(1)).unwrap();
    journal
        .declare_watches(file, &[new("/both"), new("/file")], at(2))
        .unwrap();
    let expected = [("/own", false), ("/both", true), ("/file", true)];
    let expected = expected.map(|(root, declared)| (root.to_owned(), declared));
    assert_eq!(roots(&journal), expected);
    let refused = journal.remove_watch(both, at(3)).unwrap_err();
    assert!(matches!(refused, JournalError::WatchDeclared { .. }));
    assert!(refused.hint().unwrap().contains("/etc/watches.toml"));
    assert!(
        journal
            .pause_watch(both, Some(Pause::UntilResumed))
            .unwrap()
    );
    journal
        .declare_watches(file, &[new("/file")], at(4))
        .unwrap();
    assert_eq!(roots(&journal).len(), 2);
    assert!(journal.watch(own).unwrap().is_some());
}

#[test]
fn what_was_there_before_is_remembered_in_its_state() {
    let journal = Journal::open_in_memory().unwrap();
    let id = journal.add_watch(&new("/a"), at(1)).unwrap();
    let key = FileKey {
        fs_id: "uuid:1".into(),
        path: b"/a/\xff.mp4".to_vec(),
    };
    let stamp = FileStamp {
        size: 1,
        mtime: 2,
        ctime: 3,
        inode: u64::MAX,
    };
    journal
        .pass_over(id, "uuid:1", &[(key.path.clone(), stamp)])
        .unwrap();
    journal.first_scan(id, "uuid:1", at(2)).unwrap();
    let root = FileKey {
        fs_id: "uuid:1".into(),
        path: b"/a".to_vec(),
    };
    let found = |account: Option<&str>| {
        let mut found = Vec::new();
        let tell = |done: Done<'_>| found.push((done.path.to_vec(), done.stamp, done.how));
        journal.done_files(id, account, &root, tell).unwrap();
        found
    };
    let left = (key.path.clone(), stamp, DoneHow::PassedOver);
    assert_eq!(found(None), [left]);
    assert!(journal.is_passed_over(id, &key, &stamp).unwrap());
    let changed = FileStamp { mtime: 9, ..stamp };
    assert!(!journal.is_passed_over(id, &key, &changed).unwrap());
    journal.forget_passed_over(id, "uuid:1", &key.path).unwrap();
    assert_eq!(found(None), []);
    for (path, fs_id, owner) in [
        ("/a/in", "uuid:1", None),
        ("/a0", "uuid:1", None),
        ("/ab/out", "uuid:1", None),
        ("/card/in", "uuid:2", Some(id.0)),
    ] {
        let sql = "INSERT INTO kept (profile, fs_id, path, shown_path, watch, size, mtime, ctime, inode, blake3,
            video_id, stored_at) VALUES ('default', ?1, ?2, x'', ?3, 1, 2, 3, -1, zeroblob(32), zeroblob(16), 0)";
        journal
            .connection()
            .execute(sql, params![fs_id, path.as_bytes(), owner])
            .unwrap();
    }
    let paths: Vec<_> = found(Some("default"))
        .into_iter()
        .map(|(path, ..)| path)
        .collect();
    assert_eq!(paths, [b"/a/in".to_vec(), b"/card/in".to_vec()]);
    assert_eq!(found(Some("other")), []);
    let watch = journal.watch(id).unwrap().unwrap();
    assert_eq!(
        (watch.fs_id.as_deref(), watch.first_scan_at),
        (Some("uuid:1"), Some(at(2)))
    );
    journal.remove_watch(id, at(3)).unwrap();
}

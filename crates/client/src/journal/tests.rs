//! The journal in real files: what is written is found again, by this process and the next.

use heimdex_api::plan::{PartNumber, PartSize};
use heimdex_api::{Blake3, Checksum, PartChecksum, UploadId, VideoId};
use uuid::Uuid;

use super::*;
use crate::transfer::plan::HashedPart;

fn at(seconds: i64) -> Timestamp {
    Timestamp::from_micros(seconds * 1_000_000).unwrap()
}

fn key(path: &str) -> UploadKey {
    let file = FileKey {
        fs_id: "uuid:1234".into(),
        path: path.into(),
    };
    UploadKey {
        profile: "default".into(),
        file,
    }
}

fn stamp() -> FileStamp {
    FileStamp {
        size: 100,
        mtime: 1,
        ctime: 2,
        inode: u64::MAX,
    }
}

fn new<'a>(key: &'a UploadKey, stamp: &'a FileStamp) -> NewUpload<'a> {
    NewUpload {
        key,
        stamp,
        shown_path: std::path::Path::new("/media/a"),
        ingest_id: None,
    }
}

fn answered() -> AnsweredUpload {
    AnsweredUpload {
        video_id: VideoId::new(Uuid::from_u128(7)),
        upload_id: UploadId::new(Uuid::from_u128(8)),
        epoch: 1,
        part_size: PartSize::new(1024).unwrap(),
        part_checksum: PartChecksum::Crc32c,
    }
}

fn hashed(n: u32) -> HashedPart {
    HashedPart {
        crc32c: n,
        checksum: Checksum::from_crc32c(n),
        subtree: Blake3::new([n.to_le_bytes()[0]; 32]),
    }
}

#[test]
fn an_upload_is_found_again_by_the_next_process() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("state/journal.db");
    let part = PartNumber::new(3).unwrap();
    {
        let journal = Journal::open(&path).unwrap();
        let row = journal
            .ask_upload(new(&key("/a"), &stamp()), "key-1", at(1))
            .unwrap();
        let asked = journal.unfinished_upload(&key("/a")).unwrap().unwrap();
        assert_eq!((asked.state, asked.answered), (UploadState::Asked, None));
        journal.answer_upload(row, &answered(), at(2)).unwrap();
        journal
            .record_part(row, part, &hashed(5), "etag", at(3))
            .unwrap();
        journal
            .record_part(row, part, &hashed(6), "etag", at(4))
            .unwrap();
    }
    let journal = Journal::open(&path).unwrap();
    let found = journal.unfinished_upload(&key("/a")).unwrap().unwrap();
    assert_eq!(found.idempotency_key.as_deref(), Some("key-1"));
    assert_eq!(found.answered, Some(answered()));
    assert_eq!(
        (found.state, found.parts, found.stamp),
        (UploadState::Open, 1, stamp())
    );
    let parts = journal.upload_parts(found.row).unwrap();
    assert_eq!(parts.into_iter().collect::<Vec<_>>(), [(part, hashed(6))]);
    assert_eq!(journal.unfinished_upload(&key("/b")).unwrap(), None);
    assert_eq!(journal.unfinished_uploads("default").unwrap().len(), 1);
    assert_eq!(journal.unfinished_uploads("other").unwrap().len(), 0);
}

#[test]
fn a_finished_upload_is_not_gone_on_with() {
    let journal = Journal::open_in_memory().unwrap();
    let row = journal
        .ask_upload(new(&key("/a"), &stamp()), "key-1", at(1))
        .unwrap();
    journal.answer_upload(row, &answered(), at(2)).unwrap();
    let blake3 = Blake3::new([1; 32]);
    journal.completing_upload(row, &blake3, at(3)).unwrap();
    let found = journal.unfinished_upload(&key("/a")).unwrap().unwrap();
    assert_eq!(
        (found.state, found.blake3),
        (UploadState::Completing, Some(blake3))
    );
    assert!(
        journal
            .unfinished_upload_of("default", answered().video_id)
            .unwrap()
            .is_some()
    );
    journal.stored_upload(row, at(4)).unwrap();
    assert_eq!(journal.unfinished_upload(&key("/a")).unwrap(), None);
    assert_eq!(
        journal
            .unfinished_upload_of("default", answered().video_id)
            .unwrap(),
        None
    );
}

#[test]
fn a_new_upload_takes_the_place_of_an_unfinished_one() {
    let journal = Journal::open_in_memory().unwrap();
    journal
        .ask_upload(new(&key("/a"), &stamp()), "key-1", at(1))
        .unwrap();
    let adopted = journal
        .adopt_upload(new(&key("/a"), &stamp()), &answered(), at(2))
        .unwrap();
    let found = journal.unfinished_uploads("default").unwrap();
    assert_eq!(found.len(), 1);
    assert_eq!(
        (found[0].row, found[0].idempotency_key.as_deref()),
        (adopted, None)
    );
}

#[test]
fn finished_uploads_are_forgotten_after_a_while_and_unfinished_ones_never() {
    let journal = Journal::open_in_memory().unwrap();
    let ask = |path: &str, seconds| {
        journal
            .ask_upload(new(&key(path), &stamp()), path, at(seconds))
            .unwrap()
    };
    let row = ask("/old", 1);
    journal.answer_upload(row, &answered(), at(1)).unwrap();
    journal.stored_upload(row, at(1)).unwrap();
    ask("/waiting", 1);
    ask("/new", 100 * 24 * 3600);
    let count: i64 = journal
        .connection()
        .query_row("SELECT count(*) FROM uploads", [], |row| row.get(0))
        .unwrap();
    assert_eq!(count, 2);
    assert_eq!(journal.unfinished_uploads("default").unwrap().len(), 2);
}

#[test]
fn a_touched_file_has_no_known_parts() {
    let journal = Journal::open_in_memory().unwrap();
    let row = journal
        .adopt_upload(new(&key("/a"), &stamp()), &answered(), at(1))
        .unwrap();
    let part = PartNumber::new(1).unwrap();
    journal
        .record_part(row, part, &hashed(5), "etag", at(2))
        .unwrap();
    let touched = FileStamp {
        ctime: 99,
        ..stamp()
    };
    journal.restamp_upload(row, &touched, at(3)).unwrap();
    let found = journal.unfinished_upload(&key("/a")).unwrap().unwrap();
    assert_eq!((found.stamp, found.parts), (touched, 0));
}

#[test]
fn a_hash_holds_for_one_state_of_a_file_only() {
    let journal = Journal::open_in_memory().unwrap();
    let (file, blake3) = (key("/a").file, Blake3::new([9; 32]));
    journal
        .record_file(&file, &stamp(), &blake3, at(1))
        .unwrap();
    assert_eq!(journal.file_hash(&file, &stamp()).unwrap(), Some(blake3));
    for other in [
        FileStamp {
            size: 101,
            ..stamp()
        },
        FileStamp {
            mtime: 9,
            ..stamp()
        },
        FileStamp {
            ctime: 9,
            ..stamp()
        },
        FileStamp {
            inode: 9,
            ..stamp()
        },
    ] {
        assert_eq!(journal.file_hash(&file, &other).unwrap(), None, "{other:?}");
    }
    let changed = FileStamp {
        mtime: 9,
        ..stamp()
    };
    journal
        .record_file(&file, &changed, &blake3, at(2))
        .unwrap();
    assert_eq!(journal.file_hash(&file, &stamp()).unwrap(), None);
}

#[test]
fn the_latest_ingest_of_a_folder_and_label_is_gone_on_with() {
    let journal = Journal::open_in_memory().unwrap();
    let ingest = |root: &str, source: &str| IngestKey {
        profile: "default".into(),
        root: key(root).file,
        source: source.into(),
    };
    let id = |n| heimdex_api::IngestId::new(Uuid::from_u128(n));
    journal
        .record_ingest(&ingest("/card", "A"), id(1), at(1))
        .unwrap();
    journal
        .record_ingest(&ingest("/card", "A"), id(2), at(2))
        .unwrap();
    journal
        .record_ingest(&ingest("/card", "B"), id(3), at(3))
        .unwrap();
    journal.finish_ingest(id(2), at(9)).unwrap();
    let found = journal
        .latest_ingest(&ingest("/card", "A"))
        .unwrap()
        .unwrap();
    assert_eq!((found.ingest_id, found.finished_at), (id(2), Some(at(9))));
    assert_eq!(journal.latest_ingest(&ingest("/other", "A")).unwrap(), None);
}

#[test]
fn what_did_not_come_of_an_ingest_is_replaced_by_what_did_not_come_last() {
    let journal = Journal::open_in_memory().unwrap();
    let id = |n| heimdex_api::IngestId::new(Uuid::from_u128(n));
    let paths = |names: &[&[u8]]| names.iter().map(|name| name.to_vec()).collect();
    let (first, second) = (paths(&[b"A/a.mp4", b"\xff"]), paths(&[b"\xff"]));
    journal.record_absent_files(id(1), &first).unwrap();
    journal.record_absent_files(id(2), &first).unwrap();
    journal.record_absent_files(id(1), &second).unwrap();
    assert_eq!(journal.absent_files(id(1)).unwrap(), second);
    assert_eq!(journal.absent_files(id(2)).unwrap(), first);
    assert!(journal.absent_files(id(3)).unwrap().is_empty());
}

#[test]
fn rates_are_replaced() {
    let journal = Journal::open_in_memory().unwrap();
    journal.record_rate("http://a", 1, at(1)).unwrap();
    journal.record_rate("http://a", u64::MAX, at(2)).unwrap();
    assert!(journal.rate("http://a").unwrap().unwrap() > 1);
    assert_eq!(journal.rate("http://b").unwrap(), None);
}

#[test]
fn a_newer_journal_is_refused_with_a_sentence() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("journal.db");
    drop(Journal::open(&path).unwrap());
    let connection = Connection::open(&path).unwrap();
    let known = super::open::MIGRATIONS.len();
    let newer = i64::try_from(known).unwrap() + 1;
    connection
        .pragma_update(None, "user_version", newer)
        .unwrap();
    let error = Journal::open(&path).unwrap_err();
    let text = error.to_string().replace(&*path.to_string_lossy(), "PATH");
    assert_eq!(
        text,
        format!(
            "the journal `PATH` is of a newer version of Heimdex ({newer}, this one knows {known})"
        )
    );
    assert!(error.hint().is_some());
}

#[test]
fn what_is_no_database_is_refused_and_not_touched() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("journal.db");
    let text =
        "my diary, which is long enough to be taken for the header of a database file, and more";
    fs_err::write(&path, text.repeat(20)).unwrap();
    assert!(Journal::open(&path).is_err());
    assert_eq!(fs_err::read_to_string(&path).unwrap(), text.repeat(20));
}

#[test]
fn a_file_is_worked_on_by_one_at_a_time() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("journal.db");
    let (one, other) = (Journal::open(&path).unwrap(), Journal::open(&path).unwrap());
    let held = one.lock(&key("/a")).unwrap().unwrap();
    assert!(other.lock(&key("/a")).unwrap().is_none());
    assert!(other.lock(&key("/b")).unwrap().is_some());
    drop(held);
    assert!(other.lock(&key("/a")).unwrap().is_some());
    assert_eq!(
        fs_err::read_dir(directory.path().join("locks"))
            .unwrap()
            .count(),
        0
    );
    let memory = Journal::open_in_memory().unwrap();
    assert!(!memory.is_kept());
    assert!(memory.lock(&key("/a")).unwrap().is_some());
}

#[test]
fn writers_of_two_processes_wait_for_each_other() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("journal.db");
    let threads: Vec<_> = (0..4)
        .map(|thread| {
            let journal = Journal::open(&path).unwrap();
            std::thread::spawn(move || {
                for n in 0..20 {
                    let name = format!("/{thread}/{n}");
                    let key = key(&name);
                    journal
                        .ask_upload(new(&key, &stamp()), &name, at(1))
                        .unwrap();
                }
            })
        })
        .collect();
    for thread in threads {
        thread.join().unwrap();
    }
    let journal = Journal::open(&path).unwrap();
    assert_eq!(journal.unfinished_uploads("default").unwrap().len(), 80);
}

#[test]
fn many_uploads_go_their_way_together_and_are_found_by_their_bytes() {
    let journal = Journal::open_in_memory().unwrap();
    let keys: Vec<UploadKey> = (0..3).map(|number| key(&format!("/{number}"))).collect();
    let names = ["k-0", "k-1", "k-2"];
    let stamp = stamp();
    let asked: Vec<_> = keys
        .iter()
        .zip(names)
        .map(|(key, name)| (new(key, &stamp), name))
        .collect();
    let rows = journal.ask_uploads(&asked, at(1)).unwrap();
    let answers: Vec<_> = rows.iter().map(|row| (*row, answered())).collect();
    journal.answer_uploads(&answers[..2], at(2)).unwrap();
    let hash = hashed(5).subtree;
    journal
        .completing_uploads(&[(rows[0], hash)], at(3))
        .unwrap();
    let state = |key| journal.unfinished_upload(key).unwrap().map(|row| row.state);
    assert_eq!(state(&keys[0]), Some(UploadState::Completing));
    assert_eq!(state(&keys[1]), Some(UploadState::Open));
    assert_eq!(state(&keys[2]), Some(UploadState::Asked));
    // Stored is what was seen to be stored, not what is on its way there.
    assert_eq!(
        journal.stored_video_of("default", 100, &hash).unwrap(),
        None
    );
    journal.stored_uploads(&rows[..1], at(4)).unwrap();
    assert_eq!(state(&keys[0]), None);
    let stored = |profile, size, hash| journal.stored_video_of(profile, size, hash).unwrap();
    assert_eq!(stored("default", 100, &hash), Some(answered().video_id));
    assert_eq!(stored("default", 99, &hash), None);
    assert_eq!(stored("another", 100, &hash), None);
    assert_eq!(stored("default", 100, &hashed(6).subtree), None);
}

#[test]
fn a_file_under_a_new_name_keeps_its_hash_and_one_that_changed_does_not() {
    let journal = Journal::open_in_memory().unwrap();
    let (old, new) = (key("/old").file, key("/new").file);
    let hash = Blake3::new([3; 32]);
    journal.record_file(&old, &stamp(), &hash, at(1)).unwrap();
    // A rename changes the time of the file's entry, and nothing else of it.
    let moved = FileStamp {
        ctime: 9,
        ..stamp()
    };
    assert!(journal.adopt_hash(&new, &moved, at(2)).unwrap());
    assert_eq!(journal.file_hash(&new, &moved).unwrap(), Some(hash));
    for other in [
        FileStamp { mtime: 5, ..moved },
        FileStamp { size: 5, ..moved },
        FileStamp { inode: 5, ..moved },
    ] {
        let third = key("/third").file;
        assert!(!journal.adopt_hash(&third, &other, at(3)).unwrap());
        assert_eq!(journal.file_hash(&third, &other).unwrap(), None);
    }
}

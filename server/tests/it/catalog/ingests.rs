//! Ingests and their locations: which bytes were found where, and whether a card arrived whole.

use heimdex_api::{IngestId, Timestamp, VideoId, VideoState};
use heimdex_media::Probe;
use heimdex_server::catalog::{
    CreateIngestOutcome, FoundFile, Idempotency, IngestFileRow, IngestFilter, IngestRow, NewIngest,
    PutFilesOutcome, Recorded,
};
use uuid::Uuid;

use super::at;
use super::library::{Library, hash};
use crate::backends::both_backends;

fn new_ingest(library: &Library<'_>, source: &str) -> NewIngest {
    NewIngest {
        ingest_id: IngestId::new(Uuid::new_v4()),
        library_id: library.account.library_id,
        user_id: library.account.user_id,
        source: source.to_owned(),
        root_name: None,
        host: None,
    }
}

fn found(path: &str, video_id: VideoId) -> FoundFile {
    FoundFile {
        location_id: Uuid::new_v4(),
        path: path.to_owned(),
        path_raw: None,
        filename: path.rsplit('/').next().unwrap().to_owned(),
        mtime: Some(at(-9)),
        video_id,
    }
}

async fn begun(library: &Library<'_>, source: &str, now: Timestamp) -> IngestId {
    let new = new_ingest(library, source);
    library
        .catalog
        .create_ingest(&new, None, now)
        .await
        .unwrap();
    new.ingest_id
}

async fn put(
    library: &Library<'_>,
    ingest: IngestId,
    files: &[FoundFile],
    now: Timestamp,
) -> PutFilesOutcome {
    let id = library.account.library_id;
    library
        .catalog
        .put_ingest_files(id, ingest, files, &[], now)
        .await
        .unwrap()
}

fn recorded(added: u64, unchanged: u64, superseded: u64) -> PutFilesOutcome {
    PutFilesOutcome::Recorded(Recorded {
        added,
        unchanged,
        superseded,
    })
}

both_backends! {
    fn an_ingest_is_read_back_and_its_repetition_is_the_same(database) {
        let catalog = database.open().await;
        let library = Library::new(&catalog, "ada@example.org").await;
        let id = library.account.library_id;
        let mut new = new_ingest(&library, "A cam");
        (new.root_name, new.host) = (Some("CARD_A".to_owned()), Some("cart".to_owned()));
        let key = Idempotency { key: "k".to_owned(), route: "POST /ingests", body_hash: [1; 32] };
        let made = catalog.create_ingest(&new, Some(&key), at(1)).await.unwrap();
        assert_eq!(made, CreateIngestOutcome::Created(new.ingest_id));
        let again = new_ingest(&library, "A cam");
        let repeated = catalog.create_ingest(&again, Some(&key), at(2)).await.unwrap();
        assert_eq!(repeated, made);
        let other = Idempotency { body_hash: [2; 32], ..key };
        let conflict = catalog.create_ingest(&again, Some(&other), at(2)).await.unwrap();
        assert_eq!(conflict, CreateIngestOutcome::IdempotencyConflict);
        let expected = IngestRow {
            ingest_id: new.ingest_id,
            source: "A cam".to_owned(),
            root_name: Some("CARD_A".to_owned()),
            host: Some("cart".to_owned()),
            started_at: at(1),
            finished_at: None,
            expected_files: None,
            expected_bytes: None,
            stored: 0,
            verified: 0,
            failed: 0,
            named_bytes: 0,
        };
        assert_eq!(catalog.ingest(id, new.ingest_id).await.unwrap(), Some(expected));
        assert_eq!(catalog.ingest(id, IngestId::new(Uuid::new_v4())).await.unwrap(), None);
        let bob = Library::new(&catalog, "bob@example.org").await;
        assert_eq!(catalog.ingest(bob.account.library_id, new.ingest_id).await.unwrap(), None);
        catalog.close().await;
    }

    fn other_bytes_at_a_path_supersede_and_the_same_change_nothing(database) {
        let catalog = database.open().await;
        let library = Library::new(&catalog, "ada@example.org").await;
        let ingest = begun(&library, "A cam", at(0)).await;
        let one = library.open(library.plain("a.mp4", 1, at(1)), at(1)).await;
        let two = library.open(library.plain("b.mp4", 2, at(1)), at(1)).await;
        let files = [found("CLIP/a.mp4", one), found("CLIP/b.mp4", two), found("copy/a.mp4", one)];
        assert_eq!(put(&library, ingest, &files, at(2)).await, recorded(3, 0, 0));
        assert_eq!(put(&library, ingest, &files, at(3)).await, recorded(0, 3, 0));
        let changed = [found("CLIP/a.mp4", two), found("CLIP/b.mp4", two)];
        assert_eq!(put(&library, ingest, &changed, at(4)).await, recorded(0, 1, 1));
        let of_one = catalog.locations_of_video(one).await.unwrap();
        let kept: Vec<_> =
            of_one.iter().map(|place| (place.path.as_str(), place.superseded_at)).collect();
        assert_eq!(kept.len(), 2);
        assert!(kept.contains(&("CLIP/a.mp4", Some(at(4)))));
        assert!(kept.contains(&("copy/a.mp4", None)));
        let back = [found("CLIP/a.mp4", one)];
        assert_eq!(put(&library, ingest, &back, at(5)).await, recorded(0, 0, 1));
        let mut touched = back.clone();
        touched[0].mtime = None;
        assert_eq!(put(&library, ingest, &touched, at(6)).await, recorded(0, 1, 0));
        let files = catalog.ingest_files(ingest, None, 10).await.unwrap();
        assert_eq!(files[0].mtime, None, "the file's own time follows");
        catalog.close().await;
    }

    fn one_request_may_name_a_path_twice_and_the_last_word_counts(database) {
        let catalog = database.open().await;
        let library = Library::new(&catalog, "ada@example.org").await;
        let ingest = begun(&library, "A cam", at(0)).await;
        let one = library.open(library.plain("a.mp4", 1, at(1)), at(1)).await;
        let two = library.open(library.plain("b.mp4", 2, at(1)), at(1)).await;
        let files = [found("a", one), found("a", one), found("a", two)];
        assert_eq!(put(&library, ingest, &files, at(2)).await, recorded(1, 1, 1));
        let current = catalog.ingest_files(ingest, None, 10).await.unwrap();
        assert_eq!(current.iter().map(|file| file.video_id).collect::<Vec<_>>(), [two]);
        catalog.close().await;
    }

    fn names_that_differ_in_bytes_alone_are_two_paths(database) {
        let catalog = database.open().await;
        let library = Library::new(&catalog, "ada@example.org").await;
        let ingest = begun(&library, "A cam", at(0)).await;
        let one = library.open(library.plain("a.mp4", 1, at(1)), at(1)).await;
        let spelled = found("\\xff", one);
        let raw = FoundFile { path_raw: Some(vec![0xff]), ..found("\\xff", one) };
        assert_eq!(put(&library, ingest, &[spelled, raw], at(2)).await, recorded(2, 0, 0));
        let long = "d/".repeat(2_047) + "f";
        assert_eq!(put(&library, ingest, &[found(&long, one)], at(3)).await, recorded(1, 0, 0));
        let files = catalog.ingest_files(ingest, None, 10).await.unwrap();
        let mut raws: Vec<_> = files.iter().map(|file| file.path_raw.clone()).collect();
        raws.sort();
        assert_eq!(raws, [None, None, Some(vec![0xff])]);
        assert!(files.iter().any(|file| file.path == long));
        catalog.close().await;
    }

    fn what_no_location_may_name_is_refused_whole(database) {
        let catalog = database.open().await;
        let library = Library::new(&catalog, "ada@example.org").await;
        let bob = Library::new(&catalog, "bob@example.org").await;
        let ingest = begun(&library, "A cam", at(0)).await;
        let good = library.open(library.plain("a.mp4", 1, at(1)), at(1)).await;
        let trashed = library.open(library.plain("b.mp4", 1, at(1)), at(1)).await;
        catalog.delete_video(library.account.library_id, trashed, at(1)).await.unwrap();
        let his = bob.open(bob.plain("c.mp4", 1, at(1)), at(1)).await;
        let files = [found("a", good), found("b", trashed), found("c", his)];
        let outcome = put(&library, ingest, &files, at(2)).await;
        assert_eq!(outcome, PutFilesOutcome::NoSuchVideos(vec![1, 2]));
        assert!(catalog.ingest_files(ingest, None, 10).await.unwrap().is_empty());
        let outcome = put(&bob, ingest, &[found("c", his)], at(2)).await;
        assert_eq!(outcome, PutFilesOutcome::NoSuchIngest);
        catalog.close().await;
    }

    fn a_card_is_counted_by_what_became_of_its_files(database) {
        let catalog = database.open().await;
        let library = Library::new(&catalog, "ada@example.org").await;
        let id = library.account.library_id;
        let ingest = begun(&library, "A cam", at(0)).await;
        let verified = library.indexed(library.plain("a", 10, at(1)), 1, &Probe::default(), at(1)).await;
        let stored = library.open(library.plain("b", 20, at(1)), at(1)).await;
        library.complete(stored, 20, 2, at(1)).await;
        let under_way = library.open(library.plain("c", 40, at(1)), at(1)).await;
        let gone = library.open(library.plain("d", 80, at(1)), at(1)).await;
        let files = [
            found("a", verified),
            found("a again", verified),
            found("b", stored),
            found("c", under_way),
            found("d", gone),
        ];
        put(&library, ingest, &files, at(2)).await;
        catalog.delete_video(id, gone, at(3)).await.unwrap();
        let row = catalog.ingest(id, ingest).await.unwrap().unwrap();
        assert_eq!((row.stored, row.verified, row.failed, row.named_bytes), (3, 2, 1, 160));
        assert!(catalog.finish_ingest(id, ingest, 6, 170, at(4)).await.unwrap());
        assert!(catalog.finish_ingest(id, ingest, 7, 180, at(5)).await.unwrap(), "and again");
        let row = catalog.ingest(id, ingest).await.unwrap().unwrap();
        assert_eq!((row.expected_files, row.expected_bytes), (Some(7), Some(180)));
        assert_eq!(row.finished_at, Some(at(5)));
        let nobodys = IngestId::new(Uuid::new_v4());
        assert!(!catalog.finish_ingest(id, nobodys, 1, 1, at(6)).await.unwrap());
        let file = catalog.ingest_files(ingest, None, 1).await.unwrap().remove(0);
        let expected = IngestFileRow {
            location_id: file.location_id,
            path_sort: "a".to_owned(),
            path: "a".to_owned(),
            path_raw: None,
            filename: "a".to_owned(),
            mtime: Some(at(-9)),
            video_id: verified,
            size_bytes: Some(10),
            blake3: Some(hash(1)),
            state: VideoState::Indexed,
            verified_at: Some(at(1)),
            purged_at: None,
        };
        assert_eq!(file, expected);
        catalog.close().await;
    }

    fn what_was_deleted_for_good_is_still_named_until_its_path_has_bytes_again(database) {
        let catalog = database.open().await;
        let library = Library::new(&catalog, "ada@example.org").await;
        let id = library.account.library_id;
        let ingest = begun(&library, "A cam", at(0)).await;
        let mut gone = Vec::new();
        for (path, size, seed) in [("a", 10, 1), ("b", 20, 2), ("c", 40, 3)] {
            let new = library.plain(path, size, at(1));
            let video = library.indexed(new, seed, &Probe::default(), at(1)).await;
            put(&library, ingest, &[found(path, video)], at(2)).await;
            gone.push(video);
        }
        let kept = gone.remove(0);
        for video in &gone {
            catalog.delete_video(id, *video, at(3)).await.unwrap();
        }
        let trashed = catalog.trashed_before(at(3), 10).await.unwrap();
        assert_eq!(trashed.len(), 2);
        for video in &trashed {
            assert!(catalog.claim_video_purge(video, at(3), at(4)).await.unwrap());
        }
        let claimed = catalog.ingest_files(ingest, None, 10).await.unwrap();
        assert_eq!(claimed[2].purged_at, Some(at(4)), "nobody may lean on it any more");
        for video in &trashed {
            catalog.finish_video_purge(video, at(5)).await.unwrap();
            catalog.finish_video_purge(video, at(6)).await.unwrap();
        }
        let named = async || {
            let mut seen: Vec<IngestFileRow> = Vec::new();
            loop {
                let after = seen.last().map(|file| (file.path_sort.as_str(), file.location_id));
                let page = catalog.ingest_files(ingest, after, 1).await.unwrap();
                let Some(row) = page.into_iter().next() else { break seen };
                seen.push(row);
            }
        };
        let files = named().await;
        let paths: Vec<_> = files.iter().map(|file| (file.path.as_str(), file.purged_at)).collect();
        assert_eq!(paths, [("a", None), ("b", Some(at(5))), ("c", Some(at(5)))]);
        assert_eq!((files[1].video_id, files[1].state), (gone[0], VideoState::Deleted));
        assert_eq!((files[1].size_bytes, files[1].blake3), (Some(20), Some(hash(2))));
        let row = catalog.ingest(id, ingest).await.unwrap().unwrap();
        assert_eq!((row.stored, row.failed, row.named_bytes), (1, 2, 70));

        assert_eq!(put(&library, ingest, &[found("b", kept)], at(7)).await, recorded(1, 0, 0));
        let paths: Vec<_> =
            named().await.into_iter().map(|file| (file.path, file.purged_at)).collect();
        let expected = [("a", None), ("b", None), ("c", Some(at(5)))];
        assert_eq!(paths, expected.map(|(path, at)| (path.to_owned(), at)));
        let row = catalog.ingest(id, ingest).await.unwrap().unwrap();
        assert_eq!((row.stored, row.failed), (2, 1));
        catalog.close().await;
    }

    fn lists_go_on_from_page_to_page(database) {
        let catalog = database.open().await;
        let library = Library::new(&catalog, "ada@example.org").await;
        let id = library.account.library_id;
        let mut ingests = Vec::new();
        for second in 0..5 {
            let source = if second % 2 == 0 { "even" } else { "odd" };
            ingests.push(begun(&library, source, at(second / 2)).await);
        }
        let mut seen = Vec::new();
        let mut filter = IngestFilter::default();
        loop {
            let page = catalog.ingests(id, &filter, 2).await.unwrap();
            let Some(last) = page.last() else { break };
            filter.before = Some((last.started_at.as_micros(), last.ingest_id.as_uuid()));
            seen.extend(page.iter().map(|row| row.ingest_id));
        }
        assert_eq!(seen.len(), 5);
        assert_eq!(seen[0], ingests[4]);
        let odd = IngestFilter { source: Some("odd".to_owned()), ..IngestFilter::default() };
        assert_eq!(catalog.ingests(id, &odd, 10).await.unwrap().len(), 2);
        let exactly = ingests[3].as_uuid();
        let one = IngestFilter { ids: Some((exactly, exactly)), ..IngestFilter::default() };
        assert_eq!(catalog.ingests(id, &one, 10).await.unwrap()[0].ingest_id, ingests[3]);

        let video = library.open(library.plain("a.mp4", 1, at(1)), at(1)).await;
        let mut paths: Vec<String> =
            ["b", "a", "\u{e9}", "Z", "a/b", "\u{1f3ac}"].map(str::to_owned).to_vec();
        let files: Vec<_> = paths.iter().map(|path| found(path, video)).collect();
        put(&library, ingests[0], &files, at(2)).await;
        let mut seen: Vec<IngestFileRow> = Vec::new();
        loop {
            let after = seen.last().map(|file| (file.path_sort.as_str(), file.location_id));
            let page = catalog.ingest_files(ingests[0], after, 2).await.unwrap();
            if page.is_empty() {
                break;
            }
            seen.extend(page);
        }
        paths.sort();
        let seen: Vec<_> = seen.into_iter().map(|file| file.path).collect();
        assert_eq!(seen, paths, "by the bytes of their names on both engines");
        catalog.close().await;
    }
}

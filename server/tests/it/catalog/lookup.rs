//! Look-ups: only bytes that somebody may lean on are found.

use heimdex_api::{JobId, RereadId, Timestamp, VerifiedHow};
use heimdex_media::Probe;
use heimdex_server::catalog::jobs::Held;
use heimdex_server::catalog::rereads::{NewReread, RereadFinding};
use uuid::Uuid;

use super::at;
use super::library::{Library, hash};
use crate::backends::both_backends;

both_backends! {
    fn stored_bytes_are_found_by_size_and_hash_together(database) {
        let catalog = database.open().await;
        let library = Library::new(&catalog, "ada@example.org").await;
        let id = library.account.library_id;
        let first = library.indexed(library.plain("a.mp4", 10, at(1)), 1, &Probe::default(), at(1)).await;
        library.indexed(library.plain("copy.mp4", 10, at(2)), 1, &Probe::default(), at(2)).await;
        let asked = [(10, hash(1)), (11, hash(1)), (10, hash(2)), (10, hash(1))];
        let known = catalog.known_contents(id, &asked).await.unwrap();
        assert_eq!(known.len(), 1);
        let found = &known[&(10, hash(1))];
        assert_eq!(found.len(), 2);
        assert_eq!((found[0].video_id, found[0].verified_at), (first, Some(at(1))), "the older of two");
        assert_eq!(found[0].object_key, format!("videos/{id}/{first}.mp4"));
        assert_eq!(found[0].etag.as_deref(), Some("\"e-2\""));
        let bob = Library::new(&catalog, "bob@example.org").await;
        let his = catalog.known_contents(bob.account.library_id, &asked).await.unwrap();
        assert!(his.is_empty());
        assert!(catalog.known_contents(id, &[]).await.unwrap().is_empty());
        catalog.close().await;
    }

    fn what_is_under_way_or_trashed_is_no_ones_copy(database) {
        let catalog = database.open().await;
        let library = Library::new(&catalog, "ada@example.org").await;
        let id = library.account.library_id;
        let mut new = library.plain("a.mp4", 10, at(1));
        new.blake3 = Some(hash(1));
        let video = library.open(new, at(1)).await;
        let found = async || catalog.known_contents(id, &[(10, hash(1))]).await.unwrap().len();
        let candidates = async || {
            let counted = catalog.candidates_of_size(id, &[10, 11]).await.unwrap();
            counted.get(&10).copied()
        };
        assert_eq!((found().await, candidates().await), (0, Some(1)), "on its way");
        library.complete(video, 10, 1, at(2)).await;
        assert_eq!((found().await, candidates().await), (1, Some(1)), "stored");
        catalog.delete_video(id, video, at(3)).await.unwrap();
        assert_eq!((found().await, candidates().await), (0, None), "trashed");
        catalog.restore_video(id, video, at(4)).await.unwrap();
        assert_eq!((found().await, candidates().await), (1, Some(1)));
        library.validate(1, Some("it ends in the middle"), at(5)).await;
        assert_eq!((found().await, candidates().await), (0, None), "failed");
        assert!(catalog.candidates_of_size(id, &[]).await.unwrap().is_empty());
        catalog.close().await;
    }

    fn what_memory_answered_takes_nothing_from_what_was_read_past_it(database) {
        let catalog = database.open().await;
        let library = Library::new(&catalog, "ada@example.org").await;
        let id = library.account.library_id;
        let video = library.indexed(library.plain("a.mp4", 10, at(1)), 1, &Probe::default(), at(1)).await;
        let reread = async |etag: &str, how: VerifiedHow, now: Timestamp| {
            let new = NewReread {
                reread_id: RereadId::new(Uuid::new_v4()),
                library: id,
                user: library.account.user_id,
                videos: &[(video, JobId::new(Uuid::new_v4()))],
                budget: 1_000,
                since: at(0),
                idempotency: None,
            };
            catalog.start_reread(&new, now).await.unwrap();
            let job = library.claim(now).await;
            let finding =
                RereadFinding::Equal { etag: etag.to_owned(), verified_at: now, how };
            assert_eq!(catalog.finish_reread(&job, &finding, now).await.unwrap(), Held::Yes);
            let (_, came) = catalog.reread(id, new.reread_id).await.unwrap().unwrap();
            assert_eq!(came[0].verified_how, Some(how), "the run says what it read");
            let known = catalog.known_contents(id, &[(10, hash(1))]).await.unwrap();
            let found = &known[&(10, hash(1))][0];
            (found.verified_at, found.verified_how)
        };
        let (cached, medium) = (VerifiedHow::Cached, VerifiedHow::Medium);
        assert_eq!(reread("\"e-2\"", cached, at(2)).await, (Some(at(2)), Some(cached)));
        assert_eq!(reread("\"e-2\"", medium, at(3)).await, (Some(at(3)), Some(medium)));
        assert_eq!(reread("\"e-2\"", cached, at(4)).await, (Some(at(3)), Some(medium)));
        assert_eq!(reread("\"e-2\"", medium, at(5)).await, (Some(at(5)), Some(medium)));
        let other = reread("\"other\"", cached, at(6)).await;
        assert_eq!(other, (Some(at(6)), Some(cached)), "of another object nothing was read before");
        catalog.close().await;
    }

    fn a_thousand_files_are_looked_up_at_once(database) {
        let catalog = database.open().await;
        let library = Library::new(&catalog, "ada@example.org").await;
        let id = library.account.library_id;
        library.indexed(library.plain("a.mp4", 500, at(1)), 500, &Probe::default(), at(1)).await;
        let asked: Vec<_> = (0..1_000).map(|number| (number, hash(number))).collect();
        assert_eq!(catalog.known_contents(id, &asked).await.unwrap().len(), 1);
        let sizes: Vec<u64> = (0..1_000).chain([u64::MAX]).collect();
        assert_eq!(catalog.candidates_of_size(id, &sizes).await.unwrap().len(), 1);
        catalog.close().await;
    }
}

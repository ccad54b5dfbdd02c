//! Edits: what changes, what stays, who was first.

use heimdex_api::{JobId, LibraryId, VideoId, VideoState};
use heimdex_media::Probe;
use heimdex_server::catalog::edits::{EditOutcome, VideoEdit};
use heimdex_server::catalog::{Catalog, NewTag};
use heimdex_server::domain::edit::{Edit, Impossible};
use heimdex_server::domain::job::Stage;
use uuid::Uuid;

use super::at;
use super::library::{Library, hash};
use crate::backends::both_backends;

fn titled(title: &str) -> Edit {
    Edit {
        title: Some(title.to_owned()),
        ..Edit::default()
    }
}

fn tagged(tags: &[&str]) -> Edit {
    Edit {
        tags: Some(tags.iter().map(|&tag| tag.to_owned()).collect()),
        ..Edit::default()
    }
}

async fn edit(
    catalog: &Catalog,
    library: LibraryId,
    video: VideoId,
    wanted: &Edit,
    if_match: Option<&[u64]>,
) -> EditOutcome {
    let names = wanted.tags.iter().flatten();
    let tags: Vec<NewTag> = names
        .map(|name| NewTag {
            tag_id: Uuid::new_v4(),
            name: name.clone(),
        })
        .collect();
    let edit = VideoEdit {
        library,
        video,
        wanted,
        tags: &tags,
        if_match,
        probe_job: JobId::new(Uuid::new_v4()),
        side_car_job: JobId::new(Uuid::new_v4()),
    };
    catalog.edit_video(&edit, at(50)).await.unwrap()
}

both_backends! {
    fn an_edit_changes_what_it_names_and_nothing_else(database) {
        let catalog = database.open().await;
        let library = Library::new(&catalog, "ada@example.org").await;
        let id = library.account.library_id;
        let mut new = library.plain("A003.mp4", 5, at(1));
        new.title = Some("A003".to_owned());
        new.description = Some("old".to_owned());
        let video = library.indexed(new, 7, &Probe::default(), at(1)).await;
        let before = library.video(video).await.unwrap();
        assert_eq!(edit(&catalog, id, video, &titled("\u{c5}re Harbour"), None).await, EditOutcome::Edited);
        let mut expected = before.clone();
        expected.row.title = Some("\u{c5}re Harbour".to_owned());
        "\u{e5}re harbour".clone_into(&mut expected.row.title_fold);
        expected.row.version = 2;
        expected.row.updated_at = at(50);
        assert_eq!(library.video(video).await.unwrap(), expected);
        assert_eq!(edit(&catalog, id, video, &titled(" \u{c5}re Harbour"), None).await, EditOutcome::Unchanged);
        assert_eq!(library.video(video).await.unwrap(), expected, "nothing moved");
        let wiped = Edit { description: Some(String::new()), ..titled("") };
        assert_eq!(edit(&catalog, id, video, &wiped, None).await, EditOutcome::Edited);
        let row = library.video(video).await.unwrap().row;
        assert_eq!((row.title.as_deref(), row.description, row.version), (Some("A003"), None, 3));
        let job = library.claim(at(60)).await;
        assert_eq!(job.stage, Stage::SideCar, "one job for all edits");
        catalog.close().await;
    }

    fn tags_are_replaced_and_those_that_nobody_has_are_forgotten(database) {
        let catalog = database.open().await;
        let library = Library::new(&catalog, "ada@example.org").await;
        let id = library.account.library_id;
        let one = library.open(library.plain("1.mp4", 5, at(1)), at(1)).await;
        let two = library.open(library.plain("2.mp4", 5, at(1)), at(1)).await;
        let tags = async |video| library.video(video).await.unwrap().tags;
        assert_eq!(edit(&catalog, id, one, &tagged(&["Paris", "B cam"]), None).await, EditOutcome::Edited);
        assert_eq!(edit(&catalog, id, two, &tagged(&["PARIS"]), None).await, EditOutcome::Edited);
        assert_eq!((tags(one).await, tags(two).await), (vec!["B cam".to_owned(), "Paris".to_owned()], vec!["Paris".to_owned()]));
        assert_eq!(edit(&catalog, id, one, &tagged(&["b CAM", "paris"]), None).await, EditOutcome::Unchanged);
        assert_eq!(edit(&catalog, id, one, &tagged(&["b cam"]), None).await, EditOutcome::Edited);
        assert_eq!(tags(one).await, ["B cam"], "spelled as it was first");
        assert_eq!(tags(two).await, ["Paris"], "another video keeps it");
        assert_eq!(edit(&catalog, id, one, &tagged(&[]), None).await, EditOutcome::Edited);
        assert_eq!(edit(&catalog, id, one, &tagged(&["b cam"]), None).await, EditOutcome::Edited);
        assert_eq!(tags(one).await, ["b cam"], "the old spelling was forgotten with the last video");
        catalog.close().await;
    }

    fn a_stale_version_tells_what_changed_since(database) {
        let catalog = database.open().await;
        let library = Library::new(&catalog, "ada@example.org").await;
        let id = library.account.library_id;
        let video = library.open(library.plain("1.mp4", 5, at(1)), at(1)).await;
        assert_eq!(edit(&catalog, id, video, &titled("one"), Some(&[1])).await, EditOutcome::Edited);
        assert_eq!(edit(&catalog, id, video, &tagged(&["x"]), Some(&[2])).await, EditOutcome::Edited);
        let stale = |version, fields: &[&str]| EditOutcome::Stale {
            version,
            changed: Some(fields.iter().map(|&field| field.to_owned()).collect()),
        };
        assert_eq!(edit(&catalog, id, video, &titled("two"), Some(&[1])).await, stale(3, &["tags", "title"]));
        assert_eq!(edit(&catalog, id, video, &titled("two"), Some(&[1, 2])).await, stale(3, &["tags"]));
        assert_eq!(edit(&catalog, id, video, &titled("one"), Some(&[1])).await, EditOutcome::Unchanged);
        for unknown in [&[][..], &[9][..]] {
            let outcome = edit(&catalog, id, video, &titled("two"), Some(unknown)).await;
            assert_eq!(outcome, EditOutcome::Stale { version: 3, changed: None });
        }
        catalog.delete_video(id, video, at(51)).await.unwrap();
        assert_eq!(edit(&catalog, id, video, &titled("two"), None).await, EditOutcome::InTrash);
        catalog.restore_video(id, video, at(52)).await.unwrap();
        assert_eq!(edit(&catalog, id, video, &titled("two"), Some(&[3])).await, stale(5, &["deleted_at"]));
        assert_eq!(edit(&catalog, id, video, &titled("two"), Some(&[3, 5])).await, EditOutcome::Edited);
        catalog.close().await;
    }

    fn damage_is_accepted_before_and_after_the_checks(database) {
        let catalog = database.open().await;
        let library = Library::new(&catalog, "ada@example.org").await;
        let id = library.account.library_id;
        let damaged = Edit { damaged: Some(true), ..Edit::default() };
        let sound = Edit { damaged: Some(false), ..Edit::default() };
        let early = library.open(library.plain("1.mp4", 5, at(1)), at(1)).await;
        assert_eq!(edit(&catalog, id, early, &damaged, None).await, EditOutcome::Edited);
        assert_eq!(edit(&catalog, id, early, &damaged, None).await, EditOutcome::Unchanged);
        assert_eq!(edit(&catalog, id, early, &sound, None).await, EditOutcome::Impossible(Impossible::AcceptedForGood));
        library.complete(early, 5, 1, at(2)).await;
        library.validate(1, Some("No index."), at(3)).await;
        assert_eq!(library.video(early).await.unwrap().row.state, VideoState::Processing);
        library.probe(&Probe::default(), at(4)).await;

        let late = library.open(library.plain("2.mp4", 5, at(5)), at(5)).await;
        library.complete(late, 5, 2, at(6)).await;
        library.validate(2, Some("No index."), at(7)).await;
        assert_eq!(library.video(late).await.unwrap().row.state, VideoState::Failed);
        assert_eq!(edit(&catalog, id, late, &damaged, None).await, EditOutcome::Edited);
        let row = library.video(late).await.unwrap().row;
        assert_eq!((row.state, row.damaged, row.version), (VideoState::Processing, true, 2));
        assert_eq!(row.error_text.as_deref(), Some("No index."));
        library.probe(&Probe::default(), at(60)).await;
        assert_eq!(library.claim(at(60)).await.stage, Stage::SideCar);
        assert_eq!(edit(&catalog, id, late, &damaged, None).await, EditOutcome::Unchanged);

        let whole = library.open(library.plain("3.mp4", 5, at(8)), at(8)).await;
        assert_eq!(edit(&catalog, id, whole, &sound, None).await, EditOutcome::Unchanged);
        library.complete(whole, 5, 3, at(61)).await;
        library.validate(3, None, at(62)).await;
        assert_eq!(edit(&catalog, id, whole, &damaged, None).await, EditOutcome::Impossible(Impossible::NotDamaged));
        catalog.close().await;
    }

    fn a_side_car_that_was_overtaken_is_written_again(database) {
        let catalog = database.open().await;
        let library = Library::new(&catalog, "ada@example.org").await;
        let id = library.account.library_id;
        let video = library.indexed(library.plain("1.mp4", 5, at(1)), 7, &Probe::default(), at(1)).await;
        assert_eq!(edit(&catalog, id, video, &titled("one"), None).await, EditOutcome::Edited);
        let job = library.claim(at(60)).await;
        let written = catalog.describe(video).await.unwrap().unwrap();
        assert_eq!(written.video.title.as_deref(), Some("one"));
        assert_eq!(edit(&catalog, id, video, &titled("two"), None).await, EditOutcome::Edited);
        let finished = catalog.finish_side_car(&job, &written, at(61)).await.unwrap();
        assert_eq!(finished, heimdex_server::catalog::jobs::Held::Yes);
        let again = library.claim(at(62)).await;
        assert_eq!((again.job_id, again.attempt), (job.job_id, 1));
        let written = catalog.describe(video).await.unwrap().unwrap();
        assert_eq!(written.video.title.as_deref(), Some("two"));
        let found = catalog.verified_content(video).await.unwrap().unwrap();
        assert_eq!((found.blake3, found.damage, found.subtrees.len()), (hash(7), None, 2));
        let finished = catalog.finish_side_car(&again, &written, at(63)).await.unwrap();
        assert_eq!(finished, heimdex_server::catalog::jobs::Held::Yes);
        let later = at(1_000);
        assert_eq!(catalog.claim_job("w", Stage::ALL, at(2_000), later).await.unwrap(), None);
        catalog.close().await;
    }

    fn another_librarys_video_is_not_edited(database) {
        let catalog = database.open().await;
        let ada = Library::new(&catalog, "ada@example.org").await;
        let eve = Library::new(&catalog, "eve@example.org").await;
        let video = ada.open(ada.plain("1.mp4", 5, at(1)), at(1)).await;
        let outcome = edit(&catalog, eve.account.library_id, video, &titled("mine"), None).await;
        assert_eq!(outcome, EditOutcome::NoSuchVideo);
        assert_eq!(ada.video(video).await.unwrap().row.version, 1);
        catalog.close().await;
    }
}

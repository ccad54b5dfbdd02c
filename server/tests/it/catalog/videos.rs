//! Videos: what was written by each step is read back, nothing more and nothing less.

#![expect(
    clippy::too_many_lines,
    reason = "a row of many columns is written out once, whole"
)]

use heimdex_api::{IngestId, Timestamp, VerifiedHow, VideoId, VideoKind, VideoState};
use heimdex_media::Probe;
use heimdex_server::catalog::{
    CreateTokenOutcome, FoundFile, LocationRow, NewIngest, NewTag, NewToken, StoredObjectRow,
    Video, VideoRow,
};
use uuid::Uuid;

use super::at;
use super::library::{Library, hash};
use crate::backends::both_backends;

fn tag(name: &str) -> NewTag {
    NewTag {
        tag_id: Uuid::new_v4(),
        name: name.to_owned(),
    }
}

both_backends! {
    fn a_video_of_which_nothing_is_known_reads_back_with_nulls(database) {
        let catalog = database.open().await;
        let library = Library::new(&catalog, "ada@example.org").await;
        let mut new = library.plain("Take.MP4", 0, at(1));
        new.size_bytes = None;
        new.kind = VideoKind::File;
        let expires_at = new.expires_at;
        let video_id = library.open(new, at(1)).await;
        let expected = VideoRow {
            video_id,
            library_id: library.account.library_id,
            user_id: library.account.user_id,
            access_token_id: None,
            kind: VideoKind::File,
            title: None,
            title_fold: "take.mp4".to_owned(),
            description: None,
            filename: "Take.MP4".to_owned(),
            mime_type: "video/mp4".to_owned(),
            size_bytes: None,
            blake3: None,
            duration_ms: None,
            width: None,
            height: None,
            rotation: None,
            frame_rate: None,
            video_codec: None,
            audio_codec: None,
            camera: None,
            captured_at: None,
            media: None,
            state: VideoState::Uploading,
            state_before: None,
            error_text: None,
            damaged: false,
            quarantined_at: None,
            replaces: None,
            version: 1,
            created_at: at(1),
            updated_at: at(1),
            indexed_at: None,
            deleted_at: None,
            sort_captured: -i64::MAX,
            sort_size: -1,
            sort_duration: -1,
            poster_bytes: None,
            contact_sheet_bytes: None,
            verified_at: None,
            verified_how: None,
            path: None,
            path_raw: None,
            source: None,
            bytes_received: Some(0),
            expires_at: Some(expires_at),
            tag_list: None,
        };
        assert_eq!(library.video(video_id).await, Some(Video { row: expected, tags: vec![] }));
        assert_eq!(catalog.stored_object(video_id).await.unwrap(), None);
        assert!(catalog.locations_of_video(video_id).await.unwrap().is_empty());
        catalog.close().await;
    }

    fn a_video_of_which_everything_is_known_reads_back_whole(database) {
        let catalog = database.open().await;
        let library = Library::new(&catalog, "ada@example.org").await;
        let (library_id, user_id) = (library.account.library_id, library.account.user_id);
        let token = NewToken {
            token_id: heimdex_api::TokenId::new(Uuid::new_v4()),
            user_id,
            token_hash: [1; 32],
            name: "t".to_owned(),
            scopes: heimdex_api::Scopes::ALL,
            expires_at: None,
        };
        let made = catalog.create_token(&token, None, at(0)).await.unwrap();
        assert!(matches!(made, CreateTokenOutcome::Created(_)));
        let ingest_id = IngestId::new(Uuid::new_v4());
        let ingest = NewIngest {
            ingest_id,
            library_id,
            user_id,
            source: "A cam, day 3".to_owned(),
            root_name: Some("CARD_A".to_owned()),
            host: Some("cart".to_owned()),
        };
        catalog.create_ingest(&ingest, None, at(0)).await.unwrap();
        let old = library.open(library.plain("old.mp4", 1, at(0)), at(0)).await;
        let mut new = library.plain("C\u{e9}line \\xff.mp4", 1 << 40, at(1));
        new.title = Some("Interview OKONKWO \u{1f3ac}".to_owned());
        new.description = Some("Line one\nline two".to_owned());
        new.tags = vec![tag("Paris"), tag("\u{c5}re")];
        new.access_token_id = Some(token.token_id);
        new.replaces = Some(old);
        new.damaged_accepted = true;
        new.location = Some((ingest_id, FoundFile {
            location_id: Uuid::new_v4(),
            path: "CLIP/\\xff.mp4".to_owned(),
            path_raw: Some(b"CLIP/\xff.mp4".to_vec()),
            filename: "\\xff.mp4".to_owned(),
            mtime: Some(at(-5)),
            video_id: new.video_id,
        }));
        let video_id = library.open(new, at(1)).await;
        library.complete(video_id, 1 << 40, 7, at(2)).await;
        library.validate(7, Some("its index is missing"), at(3)).await;
        let row = library.video(video_id).await.unwrap().row;
        assert_eq!((row.state, row.damaged), (VideoState::Processing, true), "{row:?}");
        let probe = Probe {
            duration_ms: Some(u64::from(u32::MAX)),
            width: Some(3840),
            height: Some(2160),
            rotation: Some(90),
            frame_rate: Some(29.97),
            video_codec: Some("hevc".to_owned()),
            audio_codec: Some("aac".to_owned()),
            camera: Some("Canon EOS R5".to_owned()),
            captured_at: Some(at(-1_000_000_000).to_jiff()),
            ..Probe::default()
        };
        library.probe(&probe, at(4)).await;
        let expected = VideoRow {
            video_id,
            library_id,
            user_id,
            access_token_id: Some(token.token_id),
            kind: VideoKind::Video,
            title: Some("Interview OKONKWO \u{1f3ac}".to_owned()),
            title_fold: "interview okonkwo \u{1f3ac}".to_owned(),
            description: Some("Line one\nline two".to_owned()),
            filename: "C\u{e9}line \\xff.mp4".to_owned(),
            mime_type: "video/mp4".to_owned(),
            size_bytes: Some(1 << 40),
            blake3: Some(hash(7)),
            duration_ms: Some(u64::from(u32::MAX)),
            width: Some(2160),
            height: Some(3840),
            rotation: Some(90),
            frame_rate: Some(29.97),
            video_codec: Some("hevc".to_owned()),
            audio_codec: Some("aac".to_owned()),
            camera: Some("Canon EOS R5".to_owned()),
            captured_at: Some(at(-1_000_000_000)),
            media: Some("{}".to_owned()),
            state: VideoState::Indexed,
            state_before: None,
            error_text: Some("its index is missing".to_owned()),
            damaged: true,
            quarantined_at: None,
            replaces: Some(old),
            version: 1,
            created_at: at(1),
            updated_at: at(4),
            indexed_at: Some(at(4)),
            deleted_at: None,
            sort_captured: at(-1_000_000_000).as_micros(),
            sort_size: 1 << 40,
            sort_duration: i64::from(u32::MAX),
            poster_bytes: None,
            contact_sheet_bytes: None,
            verified_at: Some(at(3)),
            verified_how: Some(VerifiedHow::Cached),
            path: Some("CLIP/\\xff.mp4".to_owned()),
            path_raw: Some(b"CLIP/\xff.mp4".to_vec()),
            source: Some("A cam, day 3".to_owned()),
            bytes_received: None,
            expires_at: None,
            tag_list: None,
        };
        let tags = vec!["Paris".to_owned(), "\u{c5}re".to_owned()];
        assert_eq!(library.video(video_id).await, Some(Video { row: expected, tags }));
        let location = LocationRow {
            ingest_id,
            source: "A cam, day 3".to_owned(),
            path: "CLIP/\\xff.mp4".to_owned(),
            path_raw: Some(b"CLIP/\xff.mp4".to_vec()),
            mtime: Some(at(-5)),
            superseded_at: None,
        };
        assert_eq!(catalog.locations_of_video(video_id).await.unwrap(), [location]);
        let object = StoredObjectRow {
            object_key: format!("videos/{library_id}/{video_id}.mp4"),
            size_bytes: 1 << 40,
            part_size: Some(8 << 20),
            subtrees: Some(vec![hash(7), hash(8)]),
            mtime: Some(at(-5)),
        };
        assert_eq!(catalog.stored_object(video_id).await.unwrap(), Some(object));
        catalog.close().await;
    }

    fn another_librarys_video_is_none(database) {
        let catalog = database.open().await;
        let ada = Library::new(&catalog, "ada@example.org").await;
        let bob = Library::new(&catalog, "bob@example.org").await;
        let video = ada.open(ada.plain("a.mp4", 1, at(1)), at(1)).await;
        assert!(ada.video(video).await.is_some());
        assert_eq!(bob.video(video).await, None);
        assert_eq!(ada.video(VideoId::new(Uuid::new_v4())).await, None);
        catalog.close().await;
    }

    fn counters_follow_a_video_through_its_states(database) {
        let catalog = database.open().await;
        let library = Library::new(&catalog, "ada@example.org").await;
        assert!(library.counts().await.is_empty());
        let video = library.open(library.plain("a.mp4", 10, at(1)), at(1)).await;
        assert_eq!(library.counts().await, ["uploading 1 10"]);
        library.complete(video, 10, 1, at(2)).await;
        assert_eq!(library.counts().await, ["validating 1 10"]);
        library.validate(1, None, at(3)).await;
        assert_eq!(library.counts().await, ["processing 1 10"]);
        library.probe(&Probe::default(), at(4)).await;
        assert_eq!(library.counts().await, ["indexed 1 10"]);
        assert_eq!(catalog.quota(library.account.library_id).await.unwrap(), None);
        catalog.close().await;
    }

    fn times_at_the_ends_of_the_calendar_are_kept(database) {
        let catalog = database.open().await;
        let library = Library::new(&catalog, "ada@example.org").await;
        let ends: [Timestamp; 2] = [jiff::Timestamp::MIN.into(), jiff::Timestamp::MAX.into()];
        for end in ends {
            let mut new = library.plain("a.mp4", 1, at(1));
            new.captured_at = Some(end);
            let video = library.open(new, at(1)).await;
            assert_eq!(library.video(video).await.unwrap().row.captured_at, Some(end));
        }
        catalog.close().await;
    }
}

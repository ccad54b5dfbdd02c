//! The main job: an account, a video that goes up in parts, is checked and probed, is listed and comes back.

use heimdex_testkit::TestServer;

use crate::support::{
    blake3_of, large_video, on_both_stores, on_every_setup, small_video, summary, the_video, videos,
};

on_every_setup! {
    fn a_video_goes_up_is_indexed_and_comes_back(start) {
        let served = start(TestServer::builder())?;
        let home = served.registered("ana@example.org");
        let path = large_video(&home, "A003C012.mp4", (40 << 20) + 12_345);

        let upload = home
            .heimdex(["upload", "A003C012.mp4", "--title", "Harbour", "--tag", "paris", "--source", "A cam", "--wait", "--json"])
            .ok();
        let summary = summary(&upload.ndjson());
        assert_eq!(summary["failed"], 0, "{upload}");

        let video = the_video(&home);
        assert_eq!(video["state"], "indexed");
        assert_eq!(video["kind"], "video");
        assert_eq!(video["title"], "Harbour");
        assert_eq!(video["tags"], serde_json::json!(["paris"]));
        assert_eq!(video["source"], "A cam");
        assert_eq!(video["size_bytes"], (40 << 20) + 12_345);
        assert_eq!(video["width"], 320);
        assert_eq!(video["height"], 180);
        assert_eq!(video["video_codec"], "h264");
        let duration = video["duration_s"].as_f64().unwrap();
        assert!((duration - 2.0).abs() < 0.1, "{duration}");
        assert_eq!(video["blake3"], blake3_of(&path));
        // What can be proven on the embedded store depends on the file system that the test runs on.
        let proven = if served.bucket.is_some() { &["store"][..] } else { &["cached", "medium"] };
        let how = video["verified_how"].as_str().unwrap();
        assert!(proven.contains(&how), "{how}");

        let id = video["video_id"].as_str().unwrap();
        home.heimdex(["download", &id[..6], "--to", "back"]).ok();
        assert_eq!(blake3_of(&home.path("back/A003C012.mp4")), blake3_of(&path));
    }
}

on_every_setup! {
    fn the_same_file_twice_is_one_video(start) {
        let served = start(TestServer::builder())?;
        let home = served.registered("ana@example.org");
        small_video(&home, "clip.mp4");
        home.heimdex(["upload", "clip.mp4", "--wait"]).ok();
        small_video(&home, "other/name.mp4");

        let again = home.heimdex(["upload", "other/name.mp4"]).ok();
        assert!(again.stderr().contains("already stored"), "{again}");
        assert_eq!(videos(&home).len(), 1);

        home.heimdex(["upload", "other/name.mp4", "--allow-duplicate", "--wait"]).ok();
        assert_eq!(videos(&home).len(), 2);
    }
}

on_both_stores! {
    fn a_folder_is_one_ingest_and_the_second_run_sends_nothing(start) {
        let served = start(TestServer::builder())?;
        let home = served.registered("ana@example.org");
        small_video(&home, "card/CLIP/A.mp4");
        home.write("card/CLIP/A.xml", "<clip/>");
        home.write("card/.hidden", "x");
        home.write("card/.DS_Store", "x");
        home.write("card/notes.txt", "take 3");

        let first = home
            .heimdex([
                "upload",
                "card",
                "--source",
                "card 7",
                "--wait-for",
                "verified",
            ])
            .ok();
        assert!(
            first.stderr().contains(".DS_Store"),
            "what is left out is named: {first}"
        );
        let listed = videos(&home);
        assert_eq!(listed.len(), 3, "{listed:#?}");
        assert!(
            listed.iter().all(|video| video["source"] == "card 7"),
            "{listed:#?}"
        );
        let kinds = |kind: &str| listed.iter().filter(|video| video["kind"] == kind).count();
        assert_eq!((kinds("video"), kinds("file")), (1, 2));

        let second = home
            .heimdex(["upload", "card", "--source", "card 7", "--json"])
            .ok();
        let summary = summary(&second.ndjson());
        assert_eq!(summary["sent_bytes"], 0, "{second}");
        assert_eq!(videos(&home).len(), 3);
    }
}

on_both_stores! {
    fn deleting_hides_a_video_and_keeps_it_in_the_trash(start) {
        let served = start(TestServer::builder())?;
        let home = served.registered("ana@example.org");
        small_video(&home, "clip.mp4");
        home.heimdex(["upload", "clip.mp4", "--wait"]).ok();
        let id = the_video(&home)["video_id"].as_str().unwrap().to_owned();

        // Nothing is asked where nobody can answer.
        home.heimdex(["rm", &id]).run().exits(2);
        home.heimdex(["rm", &id, "--yes"]).ok();
        assert!(videos(&home).is_empty());
        let trashed = home
            .heimdex(["list", "--state", "deleted", "--json"])
            .ok()
            .json();
        assert_eq!(trashed["videos"][0]["video_id"], id.as_str());
    }
}

on_both_stores! {
    fn another_account_sees_nothing_of_it(start) {
        let served = start(TestServer::builder())?;
        let ana = served.registered("ana@example.org");
        small_video(&ana, "clip.mp4");
        ana.heimdex(["upload", "clip.mp4", "--wait"]).ok();
        let id = the_video(&ana)["video_id"].as_str().unwrap().to_owned();

        let bela = served.registered("bela@example.org");
        assert!(videos(&bela).is_empty());
        for verb in ["show", "download"] {
            let denied = bela.heimdex([verb, &id]).run().exits(1);
            assert!(denied.stderr().contains("no video"), "{denied}");
        }
        bela.heimdex(["rm", &id, "--yes"]).run().exits(1);
        assert_eq!(the_video(&ana)["state"], "indexed");
    }
}

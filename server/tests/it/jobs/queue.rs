//! The queue: claims, leases, attempts.

use std::time::Duration;

use heimdex_api::{JobId, JobState, Timestamp, VideoState};
use heimdex_server::catalog::jobs::{ClaimedJob, Held};
use heimdex_server::catalog::objects::Validation;
use heimdex_server::domain::job::{AfterFault, Stage};

use crate::backends::both_backends;
use crate::uploads::server::Server;
use crate::uploads::uploaded;

const MINUTE: Duration = Duration::from_mins(1);

async fn claim(server: &Server, worker: &str, now: Timestamp) -> Option<ClaimedJob> {
    server
        .app
        .catalog
        .claim_job(worker, Stage::ALL, now.saturating_add(MINUTE), now)
        .await
        .unwrap()
}

fn refused() -> Validation {
    Validation::Refused {
        sentence: "No.".to_owned(),
    }
}

fn fresh() -> [JobId; 2] {
    [uuid::Uuid::new_v4(), uuid::Uuid::new_v4()].map(JobId::new)
}

both_backends! {
    fn each_job_goes_to_one_worker_the_oldest_first(database) {
        let server = Server::start(database).await;
        let first = uploaded(&server, "a", b"1").await;
        let second = uploaded(&server, "b", b"2").await;
        let now = server.app.clock.now();
        let (a, b, c) = tokio::join!(claim(&server, "a", now), claim(&server, "b", now), claim(&server, "c", now));
        let mut claimed: Vec<String> = [a, b, c].into_iter().flatten().map(|job| job.video_id.to_string()).collect();
        claimed.sort();
        let mut expected = [first, second];
        expected.sort();
        assert_eq!(claimed, expected);
        assert_eq!(claim(&server, "d", now).await, None);
    }

    fn a_worker_that_falls_silent_loses_its_job_and_its_voice(database) {
        let server = Server::start(database).await;
        let video = uploaded(&server, "a", b"1").await;
        let now = server.app.clock.now();
        let catalog = &server.app.catalog;
        let dead = claim(&server, "dead", now).await.unwrap();
        assert_eq!((dead.stage, dead.attempt), (Stage::UploadValidate, 1));
        let later = now.saturating_add(MINUTE);
        let beaten = catalog.beat(&dead, 0.5, later.saturating_add(MINUTE), later).await.unwrap();
        assert_eq!(beaten, Held::Yes);
        assert_eq!(claim(&server, "next", later).await, None, "it was heard of");
        let next = claim(&server, "next", later.saturating_add(MINUTE)).await.unwrap();
        assert_eq!(next.attempt, 2);
        assert_eq!(catalog.beat(&dead, 0.9, later, later).await.unwrap(), Held::No);
        assert_eq!(catalog.finish_validation(&dead, &refused(), fresh(), later).await.unwrap(), Held::No);
        assert_eq!(catalog.release_job(&dead, later, later).await.unwrap(), Held::No);
        assert_eq!(server.row(&video).await.state, VideoState::Validating);
        assert_eq!(catalog.finish_validation(&next, &refused(), fresh(), later).await.unwrap(), Held::Yes);
        assert_eq!(catalog.finish_validation(&next, &refused(), fresh(), later).await.unwrap(), Held::No);
        assert_eq!(server.row(&video).await.state, VideoState::Failed);
    }

    fn a_library_with_many_jobs_does_not_hold_up_one_with_few(database) {
        let mut server = Server::start(database).await;
        for name in 0..4 {
            uploaded(&server, &format!("{name}"), b"many").await;
        }
        let ada = server.library;
        let bob = server.register("bob@example.org").await;
        server.authorised(bob);
        uploaded(&server, "one", b"few").await;
        let now = server.app.clock.now();
        let mut order = Vec::new();
        for _ in 0..5 {
            order.push(claim(&server, "w", now).await.unwrap().library_id == ada);
        }
        assert_eq!(order, [true, false, true, true, true], "hers, his, and then the rest of hers");
        assert_eq!(claim(&server, "w", now).await, None);
        let only = [Stage::Thumbnail];
        let later = now.saturating_add(MINUTE);
        let other = server.app.catalog.claim_job("w", &only, later.saturating_add(MINUTE), later).await.unwrap();
        assert_eq!(other, None, "those of other stages are left to others");
    }

    fn an_outage_uses_no_attempt_up_and_faults_do(database) {
        let server = Server::start(database).await;
        let video = uploaded(&server, "a", b"1").await;
        let now = server.app.clock.now();
        let catalog = &server.app.catalog;
        for _ in 0..20 {
            let job = claim(&server, "w", now).await.unwrap();
            assert_eq!(job.attempt, 1);
            assert_eq!(catalog.release_job(&job, now, now).await.unwrap(), Held::Yes);
        }
        let job = claim(&server, "w", now).await.unwrap();
        let soon = now.saturating_add(MINUTE);
        assert_eq!(catalog.job_faulted(&job, AfterFault::Again(soon), now).await.unwrap(), Held::Yes);
        assert!(server.jobs(&video).await[0].error_text.is_some());
        assert_eq!(claim(&server, "w", now).await, None, "not before its time");
        let job = claim(&server, "w", soon).await.unwrap();
        assert_eq!(job.attempt, 2);
        assert_eq!(catalog.job_faulted(&job, AfterFault::GivenUp, soon).await.unwrap(), Held::Yes);
        let row = server.row(&video).await;
        assert_eq!(row.state, VideoState::Failed);
        assert!(row.error_text.unwrap().contains("`upload_validate` failed 2 times"));
        assert_eq!(server.jobs(&video).await[0].state, JobState::Failed);
    }

    fn an_error_text_does_not_outlive_success(database) {
        let server = Server::start(database).await;
        let video = uploaded(&server, "a", b"1").await;
        let now = server.app.clock.now();
        let job = claim(&server, "w", now).await.unwrap();
        let again = AfterFault::Again(now);
        assert_eq!(server.app.catalog.job_faulted(&job, again, now).await.unwrap(), Held::Yes);
        server.work();
        assert_eq!(server.settled(&video).await.state, VideoState::Indexed);
        let job = server.jobs(&video).await.remove(0);
        assert_eq!((job.state, job.error_text), (JobState::Completed, None));
        server.stop().await;
    }
}

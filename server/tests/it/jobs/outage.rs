//! A store that goes away between an upload and its checks: no fault of the video's.

use std::time::Duration;

use heimdex_api::{JobState, VideoState};
use heimdex_process::clock::Clock;
use heimdex_testkit::{ChaosProxy, fresh_bucket, wait_until_async};

use crate::backends::both_backends;
use crate::uploads::server::Server;
use crate::uploads::{noise, uploaded};

const LIMIT: Duration = Duration::from_mins(1);

both_backends! {
    fn an_outage_of_the_store_fails_no_video(database) {
        let Some(bucket) = fresh_bucket() else {
            return;
        };
        let proxy = ChaosProxy::start(bucket.authority());
        let settings = [
            ("HEIMDEX_SERVER_S3_ENDPOINT", proxy.url()),
            ("HEIMDEX_SERVER_S3_PUBLIC_ENDPOINT", bucket.endpoint()),
            ("HEIMDEX_SERVER_S3_BUCKET", bucket.name().to_owned()),
            ("HEIMDEX_SERVER_S3_ACCESS_KEY", bucket.access_key().to_owned()),
            ("HEIMDEX_SERVER_S3_SECRET_KEY", bucket.secret_key().to_owned()),
            // An attempt that an outage costs would be the last.
            ("HEIMDEX_SERVER_JOBS_MAX_ATTEMPTS", "1".to_owned()),
        ];
        let settings: Vec<(&str, &str)> =
            settings.iter().map(|(name, value)| (*name, value.as_str())).collect();
        let server = Server::with(database, &settings, Clock::System).await;
        let video = uploaded(&server, "a.bin", &noise(5)).await;

        proxy.refuse();
        server.work();
        // It was tried and put back: pending again, and not for now.
        wait_until_async("the job is put back", LIMIT, async || {
            let jobs = server.jobs(&video).await;
            let put_back = jobs.iter().any(|job| job.state == JobState::Pending && job.started_at.is_some());
            if put_back { Ok(()) } else { Err(format!("{jobs:?}")) }
        })
        .await;
        proxy.restore();
        let row = server.settled(&video).await;
        assert_eq!(row.state, VideoState::Indexed, "{:?}", row.error_text);
        server.stop().await;
    }
}

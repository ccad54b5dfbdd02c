//! Several server processes on one catalog: what one writes, the readers of the other hear of.

use std::time::{Duration, Instant};

use super::reader::Reader;
use super::rename;
use crate::backends::both_backends;
use crate::uploads::opened;
use crate::uploads::server::Server;

both_backends! {
    fn what_one_server_writes_the_readers_of_another_see(database) {
        let one = Server::start(database).await;
        let other = one.beside(database).await;
        let (video, _) = opened(&one, "a.bin", 10).await;
        let mut reader = Reader::open(&other, None).await;
        let began = Instant::now();
        let rounds = if one.app.config.database.url.is_some() { 6 } else { 1 };
        for round in 0..rounds {
            let title = round.to_string();
            rename(&one, &video, &title).await;
            assert_eq!(reader.next().await.unwrap().data["video"]["title"], title);
        }
        // PostgreSQL tells; by looking alone each of the rounds would wait for the next look.
        assert!(began.elapsed() < Duration::from_secs(6), "{:?}", began.elapsed());
        other.stop().await;
        one.stop().await;
    }
}

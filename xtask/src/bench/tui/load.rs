//! A library in which things change: titles of the newest videos, so many a second, by the server's own API.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, anyhow};
use serde_json::{Value, json};

use crate::bench::catalog::client::Client;
use crate::seed::{EMAIL, PASSWORD};

/// Connections that change things.
const HANDS: u32 = 4;

/// Changes for as long as it lives.
pub(super) struct Load {
    is_over: Arc<AtomicBool>,
    changes: Arc<AtomicU64>,
    hands: Vec<JoinHandle<Result<()>>>,
}

impl Load {
    /// Begins to change so many things a second.
    pub(super) fn start(url: &str, per_second: u32) -> Result<Self> {
        let (is_over, changes) = (Arc::<AtomicBool>::default(), Arc::<AtomicU64>::default());
        let mut hands = Vec::new();
        for hand in 0..HANDS {
            let mut client = Client::connect(url)?;
            client.login(EMAIL, PASSWORD)?;
            let page: Value = serde_json::from_slice(&client.get("/videos?limit=50")?)?;
            let videos = page["videos"].as_array().context("videos")?;
            let ids = videos.iter().filter_map(|video| video["video_id"].as_str());
            let ids: Vec<String> = ids.map(str::to_owned).collect();
            let (is_over, changes) = (Arc::clone(&is_over), Arc::clone(&changes));
            let pause = Duration::from_secs(1) * HANDS / per_second;
            hands.push(std::thread::spawn(move || {
                let (mut next, mut number) = (Instant::now(), hand);
                for id in ids.iter().cycle() {
                    if is_over.load(Ordering::Relaxed) {
                        break;
                    }
                    number += HANDS;
                    let title = json!({"title": format!("take {number}")});
                    client.patch(&format!("/videos/{id}"), &title)?;
                    changes.fetch_add(1, Ordering::Relaxed);
                    next += pause;
                    std::thread::sleep(next.saturating_duration_since(Instant::now()));
                }
                Ok(())
            }));
        }
        Ok(Self {
            is_over,
            changes,
            hands,
        })
    }

    /// Ends, and says how much was changed.
    pub(super) fn end(self) -> Result<u64> {
        self.is_over.store(true, Ordering::Relaxed);
        for hand in self.hands {
            hand.join().map_err(|_| anyhow!("a thread panicked"))??;
        }
        Ok(self.changes.load(Ordering::Relaxed))
    }
}

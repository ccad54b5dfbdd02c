//! The machine does not go to sleep while bytes move, where logind answers. Nothing is guessed of batteries or lines.

use std::os::fd::OwnedFd;
use std::time::Duration;

use heimdex_process::lifecycle::Lifecycle;
use tokio::sync::watch;

/// How long logind may take to answer.
const LIMIT: Duration = Duration::from_secs(5);

/// Whether the machine is kept awake. Clones are the same wish.
#[derive(Debug, Clone)]
pub struct Awake {
    wanted: watch::Sender<bool>,
}

impl Awake {
    /// Nothing is wanted yet.
    #[must_use]
    pub fn start(lifecycle: &Lifecycle) -> Self {
        let (wanted, wishes) = watch::channel(false);
        drop(lifecycle.spawn("keep awake", follow(wishes)));
        Self { wanted }
    }

    /// Keeps it awake, or lets it sleep.
    pub fn keep(&self, is_wanted: bool) {
        self.wanted.send_replace(is_wanted);
    }
}

async fn follow(mut wishes: watch::Receiver<bool>) {
    // The lock is held for as long as this is open.
    let mut held: Option<OwnedFd> = None;
    let mut is_known_not_to_answer = false;
    while wishes.changed().await.is_ok() {
        if !*wishes.borrow_and_update() {
            held = None;
            continue;
        }
        if held.is_some() || is_known_not_to_answer {
            continue;
        }
        match tokio::time::timeout(LIMIT, inhibit()).await {
            Ok(Ok(lock)) => held = Some(lock),
            Ok(Err(error)) => {
                tracing::info!(%error, "the machine may go to sleep while files are sent: logind does not take the wish");
                is_known_not_to_answer = true;
            }
            Err(_) => is_known_not_to_answer = true,
        }
    }
    drop(held);
}

/// Takes logind's lock against sleeping.
async fn inhibit() -> zbus::Result<OwnedFd> {
    let connection = zbus::Connection::system().await?;
    let reply = connection
        .call_method(
            Some("org.freedesktop.login1"),
            "/org/freedesktop/login1",
            Some("org.freedesktop.login1.Manager"),
            "Inhibit",
            &("sleep", "Heimdex", "Videos are being sent", "block"),
        )
        .await?;
    let lock: zbus::zvariant::OwnedFd = reply.body().deserialize()?;
    Ok(lock.into())
}

//! Listens to the daemon for as long as the program runs: what happens there, and that it came or went.

use std::time::Duration;

use heimdex_client::control::{ControlClient, ControlError, Event, Events, SocketPlace};
use tokio::sync::mpsc;
use tokio::task::JoinSet;
use tokio::time::{Instant, timeout, timeout_at};

use super::Incoming;
use crate::tui::model::{Msg, News};

/// Between two looks for a daemon that is not there.
const LOOK_EVERY: Duration = Duration::from_secs(2);
/// What happens thick and fast is told together.
const TOGETHER: Duration = Duration::from_millis(250);
/// Told at least so often: a net below the events, and words such as `in 20 s` grow old.
const MOST: Duration = Duration::from_secs(5);

/// Listens for as long as it lives.
pub(super) struct Follower {
    _tasks: JoinSet<()>,
}

/// Begins to listen.
pub(super) fn follow(place: Option<SocketPlace>, queue: mpsc::Sender<Incoming>) -> Follower {
    let mut tasks = JoinSet::new();
    if let Some(place) = place {
        tasks.spawn(async move {
            // It ends when nobody takes what it tells.
            let _over = listen(&place, &Teller(queue)).await;
        });
    }
    Follower { _tasks: tasks }
}

/// Nobody takes what is told any more.
struct Over;

struct Teller(mpsc::Sender<Incoming>);

impl Teller {
    async fn tell(&self, news: News) -> Result<(), Over> {
        let told = Incoming::Msg(Msg::Daemon(news));
        self.0.send(told).await.map_err(|_| Over)
    }
}

async fn listen(place: &SocketPlace, teller: &Teller) -> Result<(), Over> {
    let mut before = None;
    loop {
        match connect(place).await {
            Ok(events) => {
                teller.tell(News::Changed).await?;
                listen_to(events, teller).await?;
                teller.tell(News::Changed).await?;
                before = None;
            }
            Err(error) => {
                let now = Some(error.to_string());
                if before != now {
                    teller.tell(News::Changed).await?;
                }
                before = now;
            }
        }
        tokio::time::sleep(LOOK_EVERY).await;
    }
}

async fn connect(place: &SocketPlace) -> Result<Events, ControlError> {
    ControlClient::connect(place).await?.events().await
}

/// Tells what happens until the daemon ends.
async fn listen_to(mut events: Events, teller: &Teller) -> Result<(), Over> {
    loop {
        match timeout(MOST, events.next()).await {
            Err(_) => teller.tell(News::Changed).await?,
            Ok(event) => {
                let is_there = heard(event, teller).await?;
                let until = Instant::now() + TOGETHER;
                if !(is_there && all_until(until, &mut events, teller).await?) {
                    return Ok(());
                }
                teller.tell(News::Changed).await?;
            }
        }
    }
}

/// Hears what happens until then; whether the daemon still runs.
async fn all_until(until: Instant, events: &mut Events, teller: &Teller) -> Result<bool, Over> {
    while let Ok(event) = timeout_at(until, events.next()).await {
        if !heard(event, teller).await? {
            return Ok(false);
        }
    }
    Ok(true)
}

/// What left the queue is told as it is; of the rest, that it happened. Whether the daemon still runs.
async fn heard(event: Result<Option<Event>, ControlError>, teller: &Teller) -> Result<bool, Over> {
    match event {
        Ok(Some(Event::Left {
            item,
            path,
            because,
        })) => {
            let left = News::Left {
                item,
                path,
                because,
            };
            teller.tell(left).await?;
            Ok(true)
        }
        Ok(None | Some(Event::Stopping)) | Err(_) => Ok(false),
        Ok(Some(_)) => Ok(true),
    }
}

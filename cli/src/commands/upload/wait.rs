//! Waiting until the server is done with videos. It tells of each as it happens; where it does not, or something may have
//! been missed, a thousand of them are asked for by one request, and one alone only where that leaves something open.

mod changes;
mod waiting;

use std::time::Duration;

use futures::channel::mpsc;
use futures::{FutureExt as _, StreamExt as _, stream};
use heimdex_api::limits::LOOKUP_MAX;
use heimdex_api::ops::feature;
use heimdex_api::upload::{LookupFile, LookupRequest, LookupResult};
use heimdex_api::video::VideoResponse;
use heimdex_api::{Blake3, Open, Timestamp, VerifiedHow, VideoId, VideoState};
use heimdex_client::{ApiClient, HttpError};
use tokio::time::Instant;

use crate::args::WaitFor;
use crate::error::CliError;
use changes::{Change, Changes};
use waiting::Waiting;

const POLL_FIRST: Duration = Duration::from_millis(100);
/// With more than this many a look takes longer than it tells anything new.
const SOME: usize = 10;
const POLL_FIRST_OF_SOME: Duration = Duration::from_millis(400);
const POLL_FIRST_OF_MANY: Duration = Duration::from_secs(1);
const POLL_MOST: Duration = Duration::from_secs(2);
/// With more than so many videos nobody looks at each: a rarer look is as good.
const MANY: usize = 100;
const POLL_MOST_OF_MANY: Duration = Duration::from_secs(10);
/// Videos that are asked for one by one, at once.
const ALONE_AT_ONCE: usize = 8;
/// As long as the server tells what happens, looking is only the net below it.
const NET: Duration = Duration::from_secs(30);
/// What has just come is given so long to be told of.
const NEW: Duration = Duration::from_secs(1);
/// How long a server may be away meanwhile.
const PATIENCE: Duration = Duration::from_mins(5);

/// What is known of a video that was waited for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Seen {
    pub(super) video_id: VideoId,
    pub(super) blake3: Blake3,
    pub(super) state: Open<VideoState>,
    pub(super) verified_at: Option<Timestamp>,
    pub(super) verified_how: Option<Open<VerifiedHow>>,
    pub(super) damaged: bool,
    pub(super) error_text: Option<String>,
}

impl Seen {
    /// What a video says of itself; `promised` is what its bytes were to be.
    pub(super) fn of(video: VideoResponse, promised: Blake3) -> Self {
        Self {
            video_id: video.video_id,
            blake3: video.blake3.unwrap_or(promised),
            state: video.state,
            verified_at: video.verified_at,
            verified_how: video.verified_how,
            damaged: video.damaged,
            error_text: video.error_text,
        }
    }
}

/// How waiting ended.
#[derive(Debug)]
pub(super) enum Waited {
    /// It came so far.
    There(Seen),
    /// It will not: failed, or deleted meanwhile.
    Failed(Seen),
}

/// A video to wait for, and the bytes that it has.
#[derive(Debug, Clone, Copy)]
pub(super) struct Awaited {
    pub(super) video_id: VideoId,
    pub(super) blake3: Blake3,
    pub(super) size: u64,
}

/// Takes in what comes, and tells of each when it came so far, or will not: by what the server tells as it happens, and by
/// looking, which is rare as long as it tells.
pub(super) async fn all<T>(
    client: &ApiClient,
    stage: WaitFor,
    mut coming: mpsc::Receiver<(T, Awaited)>,
    mut tell: impl FnMut(T, Result<Waited, &HttpError>) -> Result<(), CliError>,
) -> Result<(), CliError> {
    let mut waiting = Waiting::default();
    let mut listening_to = None;
    let (mut answered, mut looked) = (Instant::now(), Instant::now());
    loop {
        if waiting.is_empty() {
            let Some(one) = coming.next().await else {
                return Ok(());
            };
            waiting.push(one);
            (answered, looked) = (Instant::now(), Instant::now());
        }
        while let Some(Some(one)) = coming.next().now_or_never() {
            waiting.push(one);
        }
        // Before the first look, so that nothing falls between; and not at all where nothing is waited for.
        let changes = match &mut listening_to {
            Some(changes) => changes,
            none => none.insert(Changes::open(client).await),
        };
        let asked = waiting.take(LOOKUP_MAX);
        let asked_for = asked.len();
        let videos: Vec<Awaited> = asked.iter().map(|(_, awaited)| *awaited).collect();
        let looks = look(client, &videos).await;
        if looks
            .as_ref()
            .is_ok_and(|looks| looks.iter().any(Result::is_ok))
        {
            answered = Instant::now();
        }
        let is_patient = answered.elapsed() < PATIENCE;
        let left = sort_out(asked, looks, (stage, is_patient), &mut tell)?;
        let (ended, is_over) = (asked_for - left.len(), left.is_empty());
        waiting.put_back(left);
        if !is_over {
            let pause = pause(looked.elapsed(), ended, waiting.len());
            let mut listening = Listening {
                waiting: &mut waiting,
                coming: &mut coming,
                stage,
                pause,
            };
            listening.until_a_look(changes, &mut tell).await?;
        }
        looked = Instant::now();
    }
}

/// What happens between two looks.
struct Listening<'a, T> {
    waiting: &'a mut Waiting<T>,
    coming: &'a mut mpsc::Receiver<(T, Awaited)>,
    stage: WaitFor,
    /// How long there is between two looks where nobody tells anything.
    pause: Duration,
}

impl<T> Listening<'_, T> {
    /// Tells what the server tells, until it is time for a look, or nothing is waited for.
    async fn until_a_look(
        &mut self,
        changes: &mut Changes,
        tell: &mut impl FnMut(T, Result<Waited, &HttpError>) -> Result<(), CliError>,
    ) -> Result<(), CliError> {
        let mut at = Instant::now() + changes.pause(self.pause);
        let mut is_closed = false;
        while !self.waiting.is_empty() {
            tokio::select! {
                () = tokio::time::sleep_until(at) => return Ok(()),
                one = self.coming.next(), if !is_closed => match one {
                    Some(one) => {
                        self.waiting.push(one);
                        // What happened to it before is told no more.
                        at = at.min(Instant::now() + least(self.waiting.len()).max(NEW));
                    }
                    None => is_closed = true,
                },
                change = changes.next() => match change {
                    Change::Seen(video) => self.seen(&video, tell)?,
                    Change::Missed => return Ok(()),
                    Change::Away => at = at.min(Instant::now() + self.pause),
                },
            }
        }
        Ok(())
    }

    fn seen(
        &mut self,
        video: &VideoResponse,
        tell: &mut impl FnMut(T, Result<Waited, &HttpError>) -> Result<(), CliError>,
    ) -> Result<(), CliError> {
        let came = reached(video.state.known(), video.verified_at);
        if came.is_some_and(|there| there < self.stage) {
            return Ok(());
        }
        for (item, awaited) in self.waiting.remove(video.video_id) {
            let seen = Seen::of(video.clone(), awaited.blake3);
            let waited = match came {
                Some(_) => Waited::There(seen),
                None => Waited::Failed(seen),
            };
            tell(item, Ok(waited))?;
        }
        Ok(())
    }
}

/// Tells of those that came so far, or will not; the others come back.
fn sort_out<T>(
    asked: Vec<(T, Awaited)>,
    looks: Result<Vec<Result<Seen, HttpError>>, HttpError>,
    (stage, is_patient): (WaitFor, bool),
    tell: &mut impl FnMut(T, Result<Waited, &HttpError>) -> Result<(), CliError>,
) -> Result<Vec<(T, Awaited)>, CliError> {
    let passes = |error: &HttpError| {
        let passes = error.is_temporary() && is_patient;
        if passes {
            tracing::debug!(%error, "the server is away; it is waited for");
        }
        passes
    };
    let looks = match looks {
        Ok(looks) => looks,
        Err(error) if passes(&error) => return Ok(asked),
        Err(error) => {
            for (item, _) in asked {
                tell(item, Err(&error))?;
            }
            return Ok(Vec::new());
        }
    };
    let mut left = Vec::new();
    for ((item, awaited), look) in asked.into_iter().zip(looks) {
        match look {
            Ok(seen) => match reached(seen.state.known(), seen.verified_at) {
                None => tell(item, Ok(Waited::Failed(seen)))?,
                Some(there) if there >= stage => tell(item, Ok(Waited::There(seen)))?,
                Some(_) => left.push((item, awaited)),
            },
            Err(error) if passes(&error) => left.push((item, awaited)),
            Err(error) => tell(item, Err(&error))?,
        }
    }
    Ok(left)
}

/// How long to wait before the next look, where in the time since the last one so many ended and so many are left:
/// about half of what the rest takes at this pace.
fn pause(since: Duration, ended: usize, left: usize) -> Duration {
    let least = least(left);
    let most = if left <= MANY {
        POLL_MOST
    } else {
        POLL_MOST_OF_MANY
    };
    let number = |count: usize| u32::try_from(count).unwrap_or(u32::MAX);
    let wanted = if ended == 0 {
        since.saturating_mul(2)
    } else {
        since.saturating_mul(number(left)) / number(ended).saturating_mul(2)
    };
    wanted.clamp(least, most)
}

/// How long to wait at least.
fn least(left: usize) -> Duration {
    if left <= SOME {
        POLL_FIRST
    } else if left <= MANY {
        POLL_FIRST_OF_SOME
    } else {
        POLL_FIRST_OF_MANY
    }
}

/// Where each of these videos stands.
async fn look(
    client: &ApiClient,
    videos: &[Awaited],
) -> Result<Vec<Result<Seen, HttpError>>, HttpError> {
    let found = if client.has(feature::LOOKUP).await? {
        look_up(client, videos).await?
    } else {
        Vec::new()
    };
    let mut found = found.into_iter();
    let found: Vec<_> = videos
        .iter()
        .map(|awaited| (*awaited, found.next().flatten()))
        .collect();
    let looks = stream::iter(found).map(|(awaited, found)| async move {
        match found {
            // Of one that was kept though it is damaged the sentence is wanted, too.
            Some(seen) if seen.video_id == awaited.video_id && !seen.damaged => Ok(seen),
            found => look_at(client, awaited, found).await,
        }
    });
    Ok(looks.buffered(ALONE_AT_ONCE).collect().await)
}

/// Asks for their bytes. What failed or was deleted never counts there, and of several with the same bytes one does.
async fn look_up(client: &ApiClient, videos: &[Awaited]) -> Result<Vec<Option<Seen>>, HttpError> {
    let file = |awaited: &Awaited| LookupFile {
        size_bytes: awaited.size,
        blake3: Some(awaited.blake3),
    };
    let request = LookupRequest {
        files: videos.iter().map(file).collect(),
        check: None,
    };
    let results = client.lookup(&request).await?.results.into_iter();
    let seen = results.zip(videos).map(|(found, awaited)| {
        let LookupResult {
            video_id,
            state,
            verified_at,
            verified_how,
            damaged,
            ..
        } = found?;
        Some(Seen {
            video_id: video_id?,
            blake3: awaited.blake3,
            state: state?,
            verified_at,
            verified_how,
            damaged: damaged.unwrap_or(false),
            error_text: None,
        })
    });
    Ok(seen.collect())
}

/// Asks for one; `found` is what is known of its bytes.
async fn look_at(
    client: &ApiClient,
    awaited: Awaited,
    found: Option<Seen>,
) -> Result<Seen, HttpError> {
    match client.video(awaited.video_id).await {
        Ok(video) => Ok(Seen::of(video, awaited.blake3)),
        // A token that may only send sees what it sent; of other videos it may ask for the bytes alone, and where these
        // do not count, the video failed or was deleted.
        Err(error) if error.status() == Some(403) => Ok(found.unwrap_or(Seen {
            video_id: awaited.video_id,
            blake3: awaited.blake3,
            state: Open::Known(VideoState::Failed),
            verified_at: None,
            verified_how: None,
            damaged: false,
            error_text: None,
        })),
        Err(error) => Err(error),
    }
}

/// How far it came; `None` where it will come no farther.
fn reached(state: Option<VideoState>, verified_at: Option<Timestamp>) -> Option<WaitFor> {
    match state {
        Some(VideoState::Processing) if verified_at.is_some() => Some(WaitFor::Verified),
        Some(VideoState::Indexed) => Some(WaitFor::Ready),
        Some(VideoState::Failed | VideoState::Deleted) => None,
        // It was stored when the waiting began. A newer server's word too: only the known ones end it.
        Some(VideoState::Uploading | VideoState::Validating | VideoState::Processing) | None => {
            Some(WaitFor::Stored)
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn a_pause_is_neither_none_nor_long(
            since in 0u64..100_000, ended in 0usize..2_000, left in 1usize..200_000,
        ) {
            let pause = pause(Duration::from_millis(since), ended, left);
            prop_assert!(pause >= POLL_FIRST);
            let most = if left > MANY { POLL_MOST_OF_MANY } else { POLL_MOST };
            prop_assert!(pause <= most);
        }
    }

    /// Looks until as many as these are done, at so many a second.
    fn looks(videos: u64, a_second: u64) -> u64 {
        let (mut now, mut last, mut done, mut looks) = (0, 0, 0, 0);
        while done < videos {
            looks += 1;
            let ended = (now * a_second / 1_000).min(videos).min(done + 1_000) - done;
            done += ended;
            let since = Duration::from_millis(now - last);
            last = now;
            if ended < 1_000 {
                let counts = [ended, videos - done].map(|count| usize::try_from(count).unwrap());
                let pause = pause(since, counts[0], counts[1]);
                now += u64::try_from(pause.as_millis()).unwrap();
            }
        }
        looks
    }

    #[test]
    fn thousands_cost_few_looks_whatever_the_pace() {
        for (videos, a_second, most) in [
            (1, 2, 5),
            (2_000, 50, 20),
            (2_000, 400, 16),
            (100_000, 50, 260),
        ] {
            let looks = looks(videos, a_second);
            assert!(looks <= most, "{videos} at {a_second}: {looks} looks");
        }
    }
}

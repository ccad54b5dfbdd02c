//! What the server says of a card's files, and what its store says of them now.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use heimdex_api::limits::{LOOKUP_MAX, REREAD_MAX};
use heimdex_api::reread::{RereadRequest, RereadResponse};
use heimdex_api::upload::{LookupFile, LookupRequest, LookupResult};
use heimdex_api::{Blake3, Open, RereadOutcome, RereadState, StoreStanding, VideoId};
use uuid::Uuid;

use super::Asker;
use crate::HttpError;
use crate::transfer::patiently;
use crate::wipe::facts::{Copy, FileFacts, NotEqual, ReadBack, Reread, Stored, Trace};
use crate::wipe::outcome::{Step, WipeError};
use crate::wipe::trace::{Lost, trace};

/// How often a run of reading again is asked after: soon at first, then seldom.
const POLL_FIRST: Duration = Duration::from_millis(100);
const POLL_LAST: Duration = Duration::from_secs(2);
/// What the store is asked by.
const CHECK: &str = "store";

impl<T: Fn(Step) + Send + Sync + 'static> Asker<'_, T> {
    /// Fails before anything is read where nobody is logged in, the server cannot answer, or may not be asked.
    pub(in crate::wipe) async fn can_be_asked(&self) -> Result<(), WipeError> {
        let api = self.context.api();
        api.lookup(&lookup(Vec::new())).await?;
        if self.terms.reread {
            // No video at all is refused as such, after everything else that may be refused.
            let (nothing, key) = (RereadRequest::default(), Uuid::new_v4().to_string());
            match api.start_reread(&nothing, &key).await {
                Err(error) if error.status() != Some(422) => return Err(error.into()),
                Ok(_) | Err(_) => {}
            }
        }
        Ok(())
    }

    /// Asks the server, and through it the store, for what was read.
    pub(in crate::wipe) async fn ask(&self, files: &mut [FileFacts]) -> Result<(), WipeError> {
        let contents: BTreeSet<(u64, Blake3)> = files.iter().filter_map(content).collect();
        let contents: Vec<_> = contents.into_iter().collect();
        let mut answers = BTreeMap::new();
        for some in contents.chunks(LOOKUP_MAX) {
            let wanted = some.iter().map(|(size_bytes, blake3)| LookupFile {
                size_bytes: *size_bytes,
                blake3: Some(*blake3),
            });
            let request = lookup(wanted.collect());
            let api = self.context.api();
            let asking = async { patiently!(self.context, api.lookup(&request)) };
            let reply = self.unless_cancelled(asking).await??;
            // An answer that is short answers nothing for the rest.
            answers.extend(some.iter().copied().zip(reply.results));
        }
        for file in files {
            if let Some(content) = content(file) {
                file.stored = match answers.get(&content) {
                    Some(answer) => stored(answer.as_ref()),
                    None => Stored::NotAsked,
                };
            }
        }
        Ok(())
    }

    /// Finds out why what is not stored is not.
    pub(in crate::wipe) async fn trace(&self, files: &mut [FileFacts]) {
        let lost: Vec<Lost> = files
            .iter()
            .enumerate()
            .filter(|(_, file)| matches!(file.stored, Stored::Nothing(_)))
            .filter_map(|(index, file)| {
                let (size, blake3) = content(file)?;
                let path = file.path.clone();
                Some(Lost {
                    index,
                    path,
                    size,
                    blake3,
                })
            })
            .collect();
        let traces = self.unless_cancelled(trace(self.context, &lost)).await;
        for (index, trace) in traces.unwrap_or_default() {
            files[index].stored = Stored::Nothing(trace);
        }
    }

    /// Has the store's bytes read again.
    ///
    /// `known` has what this asker had read again before; it grows by what is found equal.
    pub(in crate::wipe) async fn reread(
        &self,
        files: &mut [FileFacts],
        known: &mut BTreeMap<VideoId, Reread>,
    ) -> Result<(), WipeError> {
        let videos: BTreeSet<VideoId> = files.iter().filter_map(video).collect();
        let videos: Vec<_> = videos
            .into_iter()
            .filter(|video| !known.contains_key(video))
            .collect();
        let mut came = BTreeMap::new();
        let mut done = 0;
        for some in videos.chunks(REREAD_MAX) {
            let progress = |part: f64| {
                #[expect(clippy::cast_precision_loss, reason = "a share that people see")]
                let share = (done as f64 + part * some.len() as f64) / videos.len() as f64;
                (self.tell)(Step::Rereading { progress: share });
            };
            let response = self.reread_run(some.to_vec(), progress).await?;
            came.extend(
                response
                    .results
                    .into_iter()
                    .map(|result| (result.video_id, result)),
            );
            done += some.len();
        }
        for file in files {
            let Some(video) = video(file) else { continue };
            if let Some(equal) = known.get(&video) {
                file.reread = equal.clone();
                continue;
            }
            file.reread = match came.get(&video) {
                Some(result) if result.outcome.known() == Some(RereadOutcome::Equal) => {
                    let equal = Reread::Equal {
                        how: result.verified_how.clone(),
                        at: result.verified_at,
                    };
                    known.insert(video, equal.clone());
                    equal
                }
                Some(result) => Reread::Bad(not_equal(result.outcome.known())),
                None => Reread::Bad(NotEqual::NotRead),
            };
        }
        Ok(())
    }

    async fn reread_run(
        &self,
        video_ids: Vec<VideoId>,
        progress: impl Fn(f64),
    ) -> Result<RereadResponse, WipeError> {
        let api = self.context.api();
        let request = RereadRequest { video_ids };
        let running = async {
            // Not patiently: who has had enough read again today would wait until tomorrow.
            let key = Uuid::new_v4().to_string();
            let id = api.start_reread(&request, &key).await?.id;
            let mut pause = POLL_FIRST;
            loop {
                let response = patiently!(self.context, api.reread(id))?;
                progress(response.progress);
                if response.state.known() == Some(RereadState::Done) {
                    return Ok::<_, HttpError>(response);
                }
                tokio::time::sleep(pause).await;
                pause = (pause * 2).min(POLL_LAST);
            }
        };
        Ok(self.unless_cancelled(running).await??)
    }
}

/// Asks for these files, by the store.
pub(super) fn lookup(files: Vec<LookupFile>) -> LookupRequest {
    LookupRequest {
        files,
        check: Some(CHECK.to_owned()),
    }
}

fn content(file: &FileFacts) -> Option<(u64, Blake3)> {
    match file.read {
        ReadBack::Whole { blake3, .. } => Some((file.size, blake3)),
        ReadBack::Changed | ReadBack::Vanished | ReadBack::Appeared | ReadBack::Unreadable(_) => {
            None
        }
    }
}

/// The video that can be read again for a file.
fn video(file: &FileFacts) -> Option<VideoId> {
    match &file.stored {
        Stored::Copy(copy) => {
            let store = copy.store.as_ref().and_then(Open::known);
            (store == Some(StoreStanding::Present)).then_some(copy.video_id)
        }
        Stored::NotAsked | Stored::Nothing(_) => None,
    }
}

fn stored(answer: Option<&LookupResult>) -> Stored {
    let copy = answer.and_then(|result| {
        Some(Copy {
            video_id: result.video_id?,
            state: result.state.clone(),
            store: result.store.clone(),
            verified_at: result.verified_at,
            verified_how: result.verified_how.clone(),
        })
    });
    copy.map_or(Stored::Nothing(Trace::Unknown), Stored::Copy)
}

/// What an outcome means that is not known to be equal.
fn not_equal(outcome: Option<RereadOutcome>) -> NotEqual {
    match outcome {
        Some(RereadOutcome::Differs) => NotEqual::Differs,
        Some(RereadOutcome::Missing) => NotEqual::Missing,
        Some(RereadOutcome::Unreadable) => NotEqual::Unreadable,
        Some(RereadOutcome::NotCounted) => NotEqual::NotCounted,
        Some(RereadOutcome::Equal | RereadOutcome::Pending) | None => NotEqual::NotRead,
    }
}

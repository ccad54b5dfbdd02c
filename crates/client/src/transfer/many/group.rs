//! One group of small files, from the first look to the last answer.

use std::sync::Arc;

use futures::{StreamExt as _, stream};
use heimdex_api::Blake3;
use heimdex_api::ops::feature;
use tokio_util::sync::CancellationToken;

use super::elsewhere::Elsewhere;
use super::member::{Member, Prepared, Preparing};
use super::plan::Standing;
use super::{Ended, Round};
use crate::journal::Journal;
use crate::transfer::upload::UploadJob;

/// Threads that open and hash the files of a group.
const PREPARING_AT_ONCE: usize = 4;

/// What a group leaves to others.
#[derive(Default)]
pub(super) struct Rest {
    /// To go their own way.
    pub(super) alone: Vec<usize>,
    /// On their way by somebody else's hand.
    pub(super) busy: Vec<usize>,
}

impl Round<'_> {
    /// Brings a group of small files.
    pub(super) async fn group(&self, files: Vec<usize>, elsewhere: &Arc<Elsewhere>) -> Rest {
        let mut rest = Rest::default();
        if self.is_stopped() {
            self.not_tried(&files);
            return rest;
        }
        let files = self.not_stopped(files);
        let members = self.prepare(files, elsewhere, &mut rest).await;
        let members = self.without_stored(members, &mut rest).await;
        if self.is_stopped() {
            let files: Vec<usize> = members.iter().map(|member| member.file).collect();
            self.not_tried(&files);
            return rest;
        }
        let opening = self.open(members).await;
        rest.alone.extend(opening.alone);
        let sending = self.send(opening.opened).await;
        rest.alone.extend(sending.alone);
        // Also after an interruption: it makes stored what has arrived, and is one request.
        rest.alone.extend(self.complete(sending.arrived).await);
        rest
    }

    async fn prepare(
        &self,
        files: Vec<usize>,
        elsewhere: &Arc<Elsewhere>,
        rest: &mut Rest,
    ) -> Vec<Member> {
        let preparing = Preparing {
            context: self.context.clone(),
            elsewhere: Arc::clone(elsewhere),
            algorithm: self.algorithm(),
        };
        let share = files.len().div_ceil(PREPARING_AT_ONCE).max(1);
        let jobs = |files: &[usize]| -> Vec<(usize, UploadJob, CancellationToken)> {
            let job = |file: &usize| (*file, self.many.job(*file), self.stop_of(*file));
            files.iter().map(job).collect()
        };
        let shares: Vec<_> = files.chunks(share).map(jobs).collect();
        let mut prepared = stream::iter(shares)
            .map(|jobs| {
                let preparing = preparing.clone();
                let files: Vec<usize> = jobs.iter().map(|(file, ..)| *file).collect();
                async move {
                    let all = tokio::task::spawn_blocking(move || preparing.all(jobs)).await;
                    // Blocking work that broke says nothing itself: the files go alone, and tell.
                    let alone = |file| (file, Prepared::Alone);
                    all.unwrap_or_else(|_| files.into_iter().map(alone).collect())
                }
            })
            .buffered(PREPARING_AT_ONCE);
        let mut members = Vec::with_capacity(files.len());
        while let Some(some) = prepared.next().await {
            for (file, prepared) in some {
                match prepared {
                    Prepared::Member(member) => members.push(*member),
                    Prepared::Alone => rest.alone.push(file),
                    Prepared::Busy => rest.busy.push(file),
                    Prepared::Failed(error) => self.failed(file, error),
                    Prepared::NotTried => self.many.end(file, Ended::NotTried),
                }
            }
        }
        members
    }

    /// Ends what the server has. What is open there already is not looked up: it goes on.
    async fn without_stored(&self, members: Vec<Member>, rest: &mut Rest) -> Vec<Member> {
        let asks = |member: &Member| {
            let is_new = matches!(member.standing, Standing::Fresh | Standing::Asked);
            is_new && !member.job.options.allow_duplicate
        };
        let (unknown, mut members): (Vec<_>, Vec<_>) = members.into_iter().partition(asks);
        if unknown.is_empty() || !self.context.api.has(feature::LOOKUP).await.unwrap_or(false) {
            members.extend(unknown);
            return members;
        }
        match self.members_not_stored(unknown).await {
            Ok(missing) => members.extend(self.never_stored(missing, rest).await),
            Err((files, error)) => rest.alone.extend(self.broke(&files, error)),
        }
        members
    }

    /// What was stored before, and is not found now, has failed or was deleted since: the way of one file looks closer.
    async fn never_stored(&self, members: Vec<Member>, rest: &mut Rest) -> Vec<Member> {
        let wanted: Vec<_> = members.iter().map(|one| (one.size(), one.root)).collect();
        let profile = self.context.profile.clone();
        let look = move |journal: &Journal| {
            let stored = |(size, root): &(u64, Blake3)| {
                let video = journal.stored_video_of(&profile, *size, root)?;
                Ok(video.is_some())
            };
            wanted.iter().map(stored).collect::<Result<Vec<bool>, _>>()
        };
        let before = self.context.journaled(look).await.unwrap_or_default();
        let mut before = before.into_iter();
        let mut never = Vec::with_capacity(members.len());
        for member in members {
            let is_known = before.next().unwrap_or(false) || member.job.failed_before.is_some();
            if is_known {
                rest.alone.push(member.file);
            } else {
                never.push(member);
            }
        }
        never
    }
}

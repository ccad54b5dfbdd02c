//! What the server has already: asked for by the thousand, and its places told by the thousand.

use std::collections::BTreeMap;

use heimdex_api::ingest::{IngestFile, PutIngestFilesRequest};
use heimdex_api::limits::{INGEST_FILES_MAX, LOOKUP_MAX};
use heimdex_api::ops::feature;
use heimdex_api::upload::{LookupFile, LookupRequest};
use heimdex_api::{Blake3, IngestId, VideoId};

use super::member::Member;
use super::{Ended, Round};
use crate::HttpError;
use crate::journal::{Journal, UploadKey};
use crate::transfer::answers::{check, stored_in};
use crate::transfer::context::patiently;
use crate::transfer::place::Locator;
use crate::transfer::source::stamp_of;
use crate::transfer::upload::{UploadJob, UploadOptions, UploadOutcome, place_of};

/// A file whose hash is known.
struct Hashed {
    file: usize,
    job: UploadJob,
    size: u64,
    blake3: Blake3,
}

impl Round<'_> {
    /// Ends those files that are unchanged since they were hashed and that the server has; the others come back.
    pub(super) async fn not_stored(&self, files: Vec<usize>) -> Vec<usize> {
        // Who cannot be asked is asked again on the way of one file, which tells what is wrong.
        if files.len() < 2 || !self.context.api.has(feature::LOOKUP).await.unwrap_or(false) {
            return files;
        }
        let mut left = Vec::with_capacity(files.len());
        for chunk in files.chunks(LOOKUP_MAX) {
            if self.is_stopped() {
                self.not_tried(chunk);
                continue;
            }
            let (remembered, others) = self.remembered(chunk).await;
            left.extend(others);
            let numbers: Vec<usize> = remembered.iter().map(|hashed| hashed.file).collect();
            match self.found(remembered).await {
                Ok(missing) => left.extend(missing.iter().map(|hashed| hashed.file)),
                Err(error) => left.extend(self.broke(&numbers, error)),
            }
        }
        left.sort_unstable();
        left
    }

    /// The files whose hash is remembered of their present state, and the others.
    async fn remembered(&self, files: &[usize]) -> (Vec<Hashed>, Vec<usize>) {
        let jobs: Vec<(usize, UploadJob)> = files
            .iter()
            .map(|file| (*file, self.many.job(*file)))
            .collect();
        let profile = self.context.profile.clone();
        let look = move |journal: &Journal| {
            let mut locator = Locator::new();
            let (mut remembered, mut others) = (Vec::new(), Vec::new());
            for (file, job) in jobs {
                match remembered_hash(journal, &profile, &job, &mut locator) {
                    Some((size, blake3)) => remembered.push(Hashed {
                        file,
                        job,
                        size,
                        blake3,
                    }),
                    None => others.push(file),
                }
            }
            Ok((remembered, others))
        };
        let looked = self.context.journaled(look).await;
        looked.unwrap_or_else(|| (Vec::new(), files.to_vec()))
    }

    /// Looks the hashes up, ends what is stored, and hands back what is not.
    async fn found(&self, files: Vec<Hashed>) -> Result<Vec<Hashed>, HttpError> {
        if files.is_empty() {
            return Ok(files);
        }
        let wanted: Vec<(u64, Blake3)> = files.iter().map(|one| (one.size, one.blake3)).collect();
        // All files of a run are brought in one way.
        let options = files.first().map(|hashed| hashed.job.options);
        let videos = self.videos_of(&wanted, options.unwrap_or_default()).await?;
        let (mut stored, mut missing) = (Vec::new(), Vec::new());
        for (hashed, video) in files.into_iter().zip(videos) {
            match video {
                Some(video) => stored.push((hashed, video)),
                None => missing.push(hashed),
            }
        }
        self.tell_places(stored.iter().map(|(hashed, video)| (&hashed.job, *video)))
            .await?;
        for (hashed, video_id) in stored {
            let outcome = UploadOutcome::AlreadyStored {
                video_id,
                blake3: hashed.blake3,
                size: hashed.size,
            };
            self.many.end(hashed.file, Ended::Stored(outcome));
        }
        Ok(missing)
    }

    /// Ends those members that the server has; the others come back.
    pub(super) async fn members_not_stored(
        &self,
        members: Vec<Member>,
    ) -> Result<Vec<Member>, (Vec<usize>, HttpError)> {
        let wanted: Vec<(u64, Blake3)> = members.iter().map(|one| (one.size(), one.root)).collect();
        let numbers = || members.iter().map(|member| member.file).collect();
        // All files of a run are brought in one way.
        let options = members.first().map(|member| member.job.options);
        let videos = match self.videos_of(&wanted, options.unwrap_or_default()).await {
            Ok(videos) => videos,
            Err(error) => return Err((numbers(), error)),
        };
        let stored = members.iter().zip(&videos);
        let places = stored.filter_map(|(member, video)| Some((&member.job, (*video)?)));
        if let Err(error) = self.tell_places(places).await {
            return Err((numbers(), error));
        }
        let mut missing = Vec::with_capacity(members.len());
        for (member, video) in members.into_iter().zip(videos) {
            let Some(video_id) = video else {
                missing.push(member);
                continue;
            };
            let outcome = UploadOutcome::AlreadyStored {
                video_id,
                blake3: member.root,
                size: member.size(),
            };
            self.many.end(member.file, Ended::Stored(outcome));
        }
        Ok(missing)
    }

    /// The stored videos with these bytes.
    async fn videos_of(
        &self,
        wanted: &[(u64, Blake3)],
        options: UploadOptions,
    ) -> Result<Vec<Option<VideoId>>, HttpError> {
        let mut videos = Vec::with_capacity(wanted.len());
        for chunk in wanted.chunks(LOOKUP_MAX) {
            let file = |(size_bytes, blake3): &(u64, Blake3)| LookupFile {
                size_bytes: *size_bytes,
                blake3: Some(*blake3),
            };
            let request = LookupRequest {
                files: chunk.iter().map(file).collect(),
                check: check(&options),
            };
            let reply = patiently!(self.context, self.context.api.lookup(&request))?;
            let mut results = reply.results.into_iter();
            videos.extend(chunk.iter().map(|_| {
                let result = results.next().flatten()?;
                stored_in(&result, &options)
            }));
        }
        Ok(videos)
    }

    /// Tells the ingests where these bytes were found.
    async fn tell_places<'a>(
        &self,
        found: impl Iterator<Item = (&'a UploadJob, VideoId)>,
    ) -> Result<(), HttpError> {
        let mut places: BTreeMap<IngestId, Vec<IngestFile>> = BTreeMap::new();
        for (ingest, place) in found.filter_map(|(job, video)| place_of(job, video)) {
            places.entry(ingest).or_default().push(place);
        }
        for (ingest, files) in places {
            for chunk in files.chunks(INGEST_FILES_MAX) {
                let request = PutIngestFilesRequest {
                    files: chunk.to_vec(),
                };
                let api = &self.context.api;
                patiently!(self.context, api.put_ingest_files(ingest, &request))?;
            }
        }
        Ok(())
    }
}

/// Size and hash of a file that is as it was when it was hashed, and of which no upload is open.
fn remembered_hash(
    journal: &Journal,
    profile: &str,
    job: &UploadJob,
    locator: &mut Locator,
) -> Option<(u64, Blake3)> {
    if job.options.allow_duplicate {
        return None;
    }
    let stamp = stamp_of(&job.path, job.below.as_deref()).ok()?;
    let key = UploadKey {
        profile: profile.to_owned(),
        file: locator.locate(&job.path).ok()?,
    };
    let blake3 = journal.file_hash(&key.file, &stamp).ok()??;
    let is_open = journal.unfinished_upload(&key).ok()?.is_some();
    (!is_open).then_some((stamp.size, blake3))
}

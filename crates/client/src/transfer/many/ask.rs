//! Announcing a group: the keys of all its files are on this disk before the first is sent, and so are the answers
//! before the first byte.

use std::path::PathBuf;
use std::sync::atomic::Ordering;

use heimdex_api::limits::{BATCH_MAX, BODY_MAX_PARTS};
use heimdex_api::plan::{PartNumber, PartPlan};
use heimdex_api::upload::{InitUploadRequest, InitUploadResponse, PartToSign, SignedPart};
use heimdex_api::{ErrorCode, IngestId, VideoId, failpoint};
use uuid::Uuid;

use super::Round;
use super::member::Member;
use super::plan::{Standing, runs};
use crate::HttpError;
use crate::http::InitReply;
use crate::journal::{AnsweredUpload, FileStamp, Journal, NewUpload, UploadKey, UploadRow};
use crate::transfer::context::patiently;
use crate::transfer::upload::{is_closed, names_parts};

/// The larger half of what a request may hold: names may need more room as JSON than was reckoned.
const HEAVIEST: usize = BODY_MAX_PARTS / 2;
/// What a body holds beside its texts.
const BODY_WEIGHT: usize = 700;

/// A member that the server was, or is about to be, asked for.
struct Asked {
    member: Member,
    row: Option<UploadRow>,
    idempotency_key: String,
}

/// A member whose upload is open on the server.
pub(super) struct Opened {
    pub(super) member: Member,
    pub(super) row: Option<UploadRow>,
    pub(super) video_id: VideoId,
    pub(super) epoch: u32,
    /// Where its bytes go.
    pub(super) route: Route,
}

/// Where the bytes of an upload go.
pub(super) enum Route {
    /// There.
    Put(SignedPart),
    /// There are none, or the store has them.
    Nowhere,
}

/// What became of announcing.
#[derive(Default)]
pub(super) struct Opening {
    pub(super) opened: Vec<Opened>,
    pub(super) alone: Vec<usize>,
}

/// The answer to one body, with what it was asked for.
type Answer = (Asked, Result<InitReply, HttpError>);

impl Round<'_> {
    /// Announces what is new, and again what was announced before.
    pub(super) async fn open(&self, members: Vec<Member>) -> Opening {
        let mut opening = Opening::default();
        let (arrived, members): (Vec<_>, Vec<_>) = members
            .into_iter()
            .partition(|member| member.standing == Standing::Arrived);
        for member in arrived {
            let file = member.file;
            match arrived_before(member) {
                Some(one) => opening.opened.push(one),
                None => opening.alone.push(file),
            }
        }
        let mut answers = Vec::with_capacity(members.len());
        let mut asked = self.write_down(members).await;
        let weights: Vec<usize> = asked.iter().map(weight).collect();
        for length in runs(&weights, BATCH_MAX, HEAVIEST) {
            let rest = asked.split_off(length.min(asked.len()));
            match self.ask(asked).await {
                Ok(some) => answers.extend(some),
                Err((files, error)) => {
                    let alone = self.broke(&files, error);
                    opening.alone.extend(alone);
                }
            }
            asked = rest;
        }
        self.take_answers(answers, &mut opening).await;
        opening
    }

    /// Gives each new member a key, all in one transaction.
    async fn write_down(&self, members: Vec<Member>) -> Vec<Asked> {
        let news: Vec<New> = members
            .iter()
            .filter(|member| member.standing == Standing::Fresh)
            .map(New::of)
            .collect();
        let keys: Vec<String> = news.iter().map(|new| new.idempotency_key.clone()).collect();
        let now = self.context.now();
        let write = move |journal: &Journal| {
            let asked: Vec<_> = news.iter().map(New::row).collect();
            journal.ask_uploads(&asked, now)
        };
        // Without a journal the transfer goes on; see `TransferContext::journaled`.
        let rows = self.context.journaled(write).await.unwrap_or_default();
        failpoint!("client.batch.asked");
        let (mut rows, mut keys) = (rows.into_iter(), keys.into_iter());
        let asked = members.into_iter().map(|member| {
            let known = member
                .journaled
                .as_ref()
                .and_then(|journaled| Some((journaled.row, journaled.idempotency_key.clone()?)));
            let (row, idempotency_key) = match known {
                Some((row, key)) => (Some(row), key),
                None => (rows.next(), keys.next().unwrap_or_default()),
            };
            Asked {
                member,
                row,
                idempotency_key,
            }
        });
        asked.collect()
    }

    /// One request.
    async fn ask(&self, asked: Vec<Asked>) -> Result<Vec<Answer>, (Vec<usize>, HttpError)> {
        let bodies: Vec<InitUploadRequest> =
            asked.iter().map(|asked| request(&asked.member)).collect();
        let keyed = || {
            let keys = asked.iter().map(|asked| asked.idempotency_key.as_str());
            bodies.iter().zip(keys)
        };
        let replies = patiently!(self.context, self.context.api.init_uploads(keyed()));
        failpoint!("client.batch.answered");
        match replies {
            Ok(replies) => Ok(asked.into_iter().zip(replies).collect()),
            Err(error) => {
                let files = asked.iter().map(|asked| asked.member.file).collect();
                Err((files, error))
            }
        }
    }

    /// Writes down what the server said, in one transaction, and sorts out what goes alone.
    async fn take_answers(&self, answers: Vec<Answer>, opening: &mut Opening) {
        let (mut written, mut ended, mut opened) = (Vec::new(), Vec::new(), Vec::new());
        for (asked, reply) in answers {
            let file = asked.member.file;
            match reply {
                // A single PUT where parts were asked for makes no sense; the way of one file says so.
                Ok(InitReply::SinglePut(_)) => opening.alone.push(file),
                Ok(InitReply::Multipart(reply)) => {
                    written.extend(asked.row.map(|row| (row, answered(&reply))));
                    match open(asked, reply) {
                        Some(one) => opened.push(one),
                        None => opening.alone.push(file),
                    }
                }
                Err(error) => match refusal(&error) {
                    Refusal::GoesOnAlone => opening.alone.push(file),
                    Refusal::BeginsAlone => {
                        if names_parts(&error) {
                            self.verifies_md5.store(true, Ordering::Relaxed);
                        }
                        ended.extend(asked.row);
                        opening.alone.push(file);
                    }
                    Refusal::Fails => {
                        ended.extend(asked.row);
                        self.failed(file, error.into());
                    }
                },
            }
        }
        let now = self.context.now();
        let write = move |journal: &Journal| {
            for row in ended {
                journal.end_upload(row, now)?;
            }
            journal.answer_uploads(&written, now)
        };
        self.context.journaled(write).await;
        failpoint!("client.batch.opened");
        opening.opened.extend(opened);
    }
}

/// What the journal says of a new upload.
struct New {
    key: UploadKey,
    stamp: FileStamp,
    shown_path: PathBuf,
    ingest_id: Option<IngestId>,
    idempotency_key: String,
}

impl New {
    fn of(member: &Member) -> Self {
        let path = &member.job.path;
        Self {
            key: member.key.clone(),
            stamp: member.identity.stamp,
            shown_path: std::path::absolute(path).unwrap_or_else(|_| path.clone()),
            ingest_id: member.job.init.ingest_id,
            idempotency_key: Uuid::new_v4().to_string(),
        }
    }

    fn row(&self) -> (NewUpload<'_>, &str) {
        let new = NewUpload {
            key: &self.key,
            stamp: &self.stamp,
            shown_path: &self.shown_path,
            ingest_id: self.ingest_id,
        };
        (new, &self.idempotency_key)
    }
}

fn request(member: &Member) -> InitUploadRequest {
    let only = member.hashed.as_ref().zip(PartNumber::new(1));
    let part = only.map(|(hashed, part_number)| PartToSign {
        part_number,
        size_bytes: member.size(),
        checksum: hashed.checksum.clone(),
    });
    InitUploadRequest {
        size_bytes: Some(member.size()),
        multipart: Some(true),
        blake3: Some(member.root),
        parts: part.map(|part| vec![part]),
        ..member.job.init.clone()
    }
}

/// About how many bytes the body of a member takes.
fn weight(asked: &Asked) -> usize {
    let init = &asked.member.job.init;
    let texts = [&init.title, &init.description, &init.path, &init.path_raw];
    let texts: usize = texts.into_iter().flatten().map(String::len).sum();
    let tags: usize = init.tags.iter().flatten().map(|tag| tag.len() + 4).sum();
    BODY_WEIGHT + init.filename.len() + texts + tags
}

fn answered(reply: &InitUploadResponse) -> AnsweredUpload {
    AnsweredUpload {
        video_id: reply.video_id,
        upload_id: reply.upload_id,
        epoch: reply.epoch,
        part_size: reply.part_size,
        part_checksum: reply.part_checksum,
    }
}

/// What is open now; nothing where the answer is not what a small file needs.
fn open(asked: Asked, reply: InitUploadResponse) -> Option<Opened> {
    let plan = PartPlan::new(asked.member.size(), reply.part_size)?;
    if reply.part_count != Some(plan.count()) || plan.count() > 1 || reply.epoch != 1 {
        return None;
    }
    let route = if plan.count() == 0 {
        Route::Nowhere
    } else {
        Route::Put(reply.parts?.into_iter().next()?)
    };
    Some(Opened {
        member: asked.member,
        row: asked.row,
        video_id: reply.video_id,
        epoch: reply.epoch,
        route,
    })
}

/// A member whose bytes the store has, as the journal says.
fn arrived_before(member: Member) -> Option<Opened> {
    let journaled = member.journaled.as_ref()?;
    let answered = journaled.answered.as_ref()?;
    Some(Opened {
        row: Some(journaled.row),
        video_id: answered.video_id,
        epoch: answered.epoch,
        route: Route::Nowhere,
        member,
    })
}

/// What a refusal means for one file.
#[derive(Debug, PartialEq, Eq)]
enum Refusal {
    /// The way of one file takes it up where it is.
    GoesOnAlone,
    /// It cannot be gone on with; the way of one file begins it anew.
    BeginsAlone,
    /// No other way would help.
    Fails,
}

fn refusal(error: &HttpError) -> Refusal {
    if error.is_temporary() || is_closed(error) {
        Refusal::GoesOnAlone
    } else if names_parts(error) || error.code() == Some(ErrorCode::IdempotencyConflict) {
        Refusal::BeginsAlone
    } else {
        Refusal::Fails
    }
}

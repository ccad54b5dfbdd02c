//! One PUT of one part to a presigned URL, exactly as it was signed.
//!
//! There is no limit on the whole request, only on standing still: a slow line is no failure, a dead one is.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;

use heimdex_api::plan::PartPlan;
use heimdex_api::upload::SignedPart;
use reqwest::header::{CONTENT_LENGTH, ETAG, HeaderMap, HeaderName, HeaderValue, RETRY_AFTER};

use super::context::Outlet;
use super::plan::HashedPart;
use super::retry::Failure;
use super::source::{Passage, Source};
use super::stop::Stop;

#[cfg(test)]
mod tests;

/// No byte was taken for this long: the line is dead.
const STALLED: Duration = Duration::from_mins(1);
/// All bytes are on their way, what the system buffers included; the store makes them durable before it answers.
const NO_REPLY: Duration = Duration::from_mins(5);
/// What is read of an error's body.
const ERROR_BODY_MAX: usize = 8 * 1024;

/// Sends one part and returns its ETag.
pub(crate) async fn send(
    outlet: &Outlet,
    source: Arc<Source>,
    plan: &PartPlan,
    signed: &SignedPart,
    hashed: &HashedPart,
    moved: Arc<AtomicU64>,
) -> Result<String, Failure> {
    let range = plan
        .range(signed.part_number)
        .ok_or_else(|| Failure::Unreachable("a part was signed that does not exist".to_owned()))?;
    let length = range.end - range.start;
    let headers = headers(signed, length)?;
    let passage = Passage {
        moved: Arc::clone(&moved),
        throttles: outlet.throttles.clone(),
        ..Passage::default()
    };
    let (broken, held) = (Arc::clone(&passage.broken), Arc::clone(&passage.held));
    let body = reqwest::Body::wrap_stream(source.stream(range, hashed.crc32c, passage));
    let request = outlet
        .client
        .put(signed.url.expose())
        .headers(headers)
        .body(body)
        .send();
    let response = tokio::select! {
        response = request => response,
        () = stalled(&moved, &held, length) => {
            return Err(Failure::Unreachable("the store stopped answering".to_owned()));
        }
    };
    if let Some(stop) = broken.get() {
        return Err(Failure::Final(stop.clone()));
    }
    let response = response.map_err(|error| Failure::Unreachable(words(&error)))?;
    if !response.status().is_success() {
        return Err(refused(response).await);
    }
    if moved.load(Ordering::Relaxed) != length {
        // An answer to a request that was not read: nothing that could be believed.
        return Err(Failure::Unreachable(
            "the store answered before it had all bytes".to_owned(),
        ));
    }
    let etag = response
        .headers()
        .get(ETAG)
        .and_then(|etag| etag.to_str().ok());
    etag.map(str::to_owned)
        .ok_or_else(|| Failure::Unreachable("the store's answer lacks an ETag".to_owned()))
}

/// The signed headers, and the length where it is not one of them.
fn headers(signed: &SignedPart, length: u64) -> Result<HeaderMap, Failure> {
    let senseless = |what: &str| {
        Failure::Final(Stop::Api {
            code: None,
            class: crate::ErrorClass::Failed,
            message: format!("the server's reply makes no sense: {what}"),
            hint: None,
        })
    };
    let mut headers = HeaderMap::new();
    for (name, value) in &signed.headers {
        let name = HeaderName::try_from(name).map_err(|_| senseless("a header has no name"))?;
        let value = HeaderValue::try_from(value).map_err(|_| senseless("a header has no text"))?;
        // The host is the URL's; the HTTP library writes it.
        if name != reqwest::header::HOST {
            headers.insert(name, value);
        }
    }
    let ours = HeaderValue::from(length);
    match headers.insert(CONTENT_LENGTH, ours.clone()) {
        Some(theirs) if theirs != ours => Err(senseless("a part was signed with another length")),
        _ => Ok(headers),
    }
}

/// Ends when nothing has moved for too long, but for what this machine holds back itself.
async fn stalled(moved: &AtomicU64, held: &AtomicBool, length: u64) {
    let mut seen = 0;
    loop {
        tokio::time::sleep(if seen < length { STALLED } else { NO_REPLY }).await;
        let now = moved.load(Ordering::Relaxed);
        if now == seen && !held.load(Ordering::Relaxed) {
            return;
        }
        seen = now;
    }
}

/// What went wrong on the way, in words that hold no URL.
pub(crate) fn words(error: &reqwest::Error) -> String {
    if error.is_connect() {
        "no connection to the object store".to_owned()
    } else if error.is_timeout() {
        "the object store did not answer in time".to_owned()
    } else {
        "the connection to the object store broke".to_owned()
    }
}

/// What an answer means that is no success.
pub(crate) async fn refused(mut response: reqwest::Response) -> Failure {
    let status = response.status().as_u16();
    let retry_after = response
        .headers()
        .get(RETRY_AFTER)
        .and_then(|value| value.to_str().ok()?.trim().parse().ok())
        .map(Duration::from_secs);
    let mut body = Vec::new();
    while let Ok(Some(chunk)) = response.chunk().await {
        body.extend_from_slice(&chunk);
        if body.len() > ERROR_BODY_MAX {
            break;
        }
    }
    classify(status, code(&body).as_deref(), retry_after)
}

/// The text of `<Code>` in an S3 error.
fn code(body: &[u8]) -> Option<String> {
    let text = String::from_utf8_lossy(body);
    let (_, rest) = text.split_once("<Code>")?;
    let (code, _) = rest.split_once("</Code>")?;
    Some(code.trim().to_owned())
}

fn classify(status: u16, code: Option<&str>, retry_after: Option<Duration>) -> Failure {
    match (status, code) {
        (
            _,
            Some("BadDigest" | "InvalidDigest" | "XAmzContentChecksumMismatch" | "IncompleteBody"),
        ) => Failure::Corrupted,
        (_, Some("NoSuchUpload")) | (404, _) => Failure::UploadUnknown,
        (_, Some("SlowDown" | "ServiceUnavailable" | "OperationAborted")) | (429 | 503, _) => {
            Failure::Busy { retry_after }
        }
        (_, Some("RequestTimeout")) | (408, _) => {
            Failure::Unreachable("the object store gave up waiting".to_owned())
        }
        (507, _) => Failure::Final(Stop::StorageFull),
        (400 | 401 | 403, _) => Failure::UrlRefused { status },
        (500..=599, _) => Failure::Fault { status },
        _ => Failure::Final(Stop::StoreRefused { status }),
    }
}

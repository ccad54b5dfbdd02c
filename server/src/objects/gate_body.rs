//! The body of a request that may be refused while it is still being sent.
//!
//! A connection that is closed under a client in mid-body looks like a broken network to it, and the answer (the URL
//! has expired, the upload is gone) may never be read. So what is left of a refused body is read and thrown away,
//! within limits, before the answer is sent.

use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll};
use std::time::Duration;

use axum::body::Body;
use bytes::Bytes;
use http::HeaderMap;
use http::header::EXPECT;
use http_body::{Frame, SizeHint};
use http_body_util::BodyExt;

/// Enough for the parts of ordinary uploads; whoever sends more finds the connection closed.
const LONGEST: u64 = 64 << 20;
const PATIENCE: Duration = Duration::from_secs(30);

/// A handle to a body; the S3 service reads through one, what it leaves is drained through another.
#[derive(Clone)]
pub(super) struct RequestBody {
    shared: Arc<Mutex<Shared>>,
}

struct Shared {
    body: Body,
    /// The client sends nothing before it is told to, and reading is what tells it.
    waits: bool,
}

impl RequestBody {
    pub(super) fn new(body: Body, headers: &HeaderMap) -> Self {
        let waits = headers.contains_key(EXPECT);
        Self {
            shared: Arc::new(Mutex::new(Shared { body, waits })),
        }
    }

    fn with<T>(&self, work: impl FnOnce(&mut Shared) -> T) -> T {
        work(&mut self.shared.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Reads what is left and throws it away.
    pub(super) async fn drain(mut self) {
        if self.with(|shared| shared.waits) {
            return;
        }
        let drained = async {
            let mut length = 0;
            while length <= LONGEST {
                let Some(Ok(frame)) = self.frame().await else {
                    return;
                };
                length += frame.data_ref().map_or(0, Bytes::len) as u64;
            }
        };
        // A client that is slower than this is told by the closed connection.
        let _ = tokio::time::timeout(PATIENCE, drained).await;
    }
}

impl http_body::Body for RequestBody {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        self.with(|shared| {
            shared.waits = false;
            Pin::new(&mut shared.body).poll_frame(cx)
        })
    }

    fn is_end_stream(&self) -> bool {
        self.with(|shared| shared.body.is_end_stream())
    }

    fn size_hint(&self) -> SizeHint {
        self.with(|shared| shared.body.size_hint())
    }
}

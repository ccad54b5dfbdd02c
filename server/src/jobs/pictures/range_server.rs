//! Serves one object to one ffmpeg, piece by piece, and counts: HTTP/1.1 with ranges, behind a path that nobody else is
//! told, and with an end to how much is read.

use std::collections::VecDeque;
use std::convert::Infallible;
use std::io;
use std::net::TcpListener;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use bytes::Bytes;
use futures::stream;
use http::{HeaderMap, HeaderValue, Method, Request, Response, StatusCode, header};
use http_body_util::combinators::UnsyncBoxBody;
use http_body_util::{BodyExt as _, Empty, StreamBody};
use hyper::body::{Frame, Incoming};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use tokio::task::JoinSet;

use crate::objects::{ObjectStore, ObjectsError};

/// What is asked of the store at once.
const BLOCK: u64 = 256 << 10;
/// Blocks that are kept: an index is read again for every moment.
const KEPT: usize = 32;
/// All that is read of one object: a dozen moments of the largest key frames, and indexes.
const BUDGET: u64 = 512 << 20;
/// What waits in a socket was read for nothing when ffmpeg goes elsewhere.
const SEND_BUFFER: usize = 128 << 10;

type Body = UnsyncBoxBody<Bytes, io::Error>;

/// An object that is read in blocks, and what that came to. Clones count together.
#[derive(Debug, Clone)]
pub(super) struct Counted(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    objects: ObjectStore,
    key: String,
    size: u64,
    read: AtomicU64,
    kept: Mutex<VecDeque<(u64, Bytes)>>,
    failed: Mutex<Option<ObjectsError>>,
}

impl Counted {
    pub(super) fn new(objects: ObjectStore, key: String, size: u64) -> Self {
        Self(Arc::new(Inner {
            objects,
            key,
            size,
            read: AtomicU64::new(0),
            kept: Mutex::default(),
            failed: Mutex::default(),
        }))
    }

    /// What the store was asked for.
    pub(super) fn bytes_read(&self) -> u64 {
        self.0.read.load(Ordering::Relaxed)
    }

    /// Whether nothing more is given.
    pub(super) fn is_spent(&self) -> bool {
        self.bytes_read() >= BUDGET
    }

    /// What the store said last, where it could not be read.
    pub(super) fn store_error(&self) -> Option<ObjectsError> {
        lock(&self.0.failed).take()
    }

    async fn block(&self, index: u64) -> io::Result<Bytes> {
        if let Some(kept) = self.kept(index) {
            return Ok(kept);
        }
        let offset = index * BLOCK;
        let length = BLOCK.min(self.0.size - offset);
        if self.0.read.fetch_add(length, Ordering::Relaxed) + length > BUDGET {
            return Err(io::ErrorKind::QuotaExceeded.into());
        }
        match self.0.objects.get_range(&self.0.key, offset, length).await {
            Ok(bytes) if bytes.len() as u64 == length => {
                let mut kept = lock(&self.0.kept);
                if kept.len() == KEPT {
                    kept.pop_front();
                }
                kept.push_back((index, bytes.clone()));
                Ok(bytes)
            }
            Ok(_) => Err(io::ErrorKind::UnexpectedEof.into()),
            Err(error) => {
                let told = io::Error::other(error.to_string());
                *lock(&self.0.failed) = Some(error);
                Err(told)
            }
        }
    }

    fn kept(&self, index: u64) -> Option<Bytes> {
        let mut kept = lock(&self.0.kept);
        let at = kept.iter().position(|(known, _)| *known == index)?;
        let block = kept.remove(at)?;
        let bytes = block.1.clone();
        kept.push_back(block);
        Some(bytes)
    }

    /// The bytes from here to the end of a range, as they are taken.
    fn bytes(self, from: u64, to: u64) -> Body {
        let blocks = stream::try_unfold((self, from), move |(counted, at)| async move {
            if at >= to {
                return Ok(None);
            }
            let index = at / BLOCK;
            let block = counted.block(index).await?;
            let start = usize::try_from(at - index * BLOCK).unwrap_or(usize::MAX);
            let end = usize::try_from((to - index * BLOCK).min(BLOCK)).unwrap_or(usize::MAX);
            let end = end.min(block.len());
            if start >= end {
                return Err(io::ErrorKind::UnexpectedEof.into());
            }
            let piece = block.slice(start..end);
            let next = at + piece.len() as u64;
            Ok(Some((Frame::data(piece), (counted, next))))
        });
        StreamBody::new(blocks).boxed_unsync()
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Serves until it is ended, or dropped.
pub(super) struct RangeServer(JoinSet<()>);

impl RangeServer {
    pub(super) fn start(listener: TcpListener, path: &str, counted: Counted) -> io::Result<Self> {
        listener.set_nonblocking(true)?;
        let listener = tokio::net::TcpListener::from_std(listener)?;
        let mut serving = JoinSet::new();
        serving.spawn(serve(listener, Arc::from(format!("/{path}")), counted));
        Ok(Self(serving))
    }

    /// Ends it and everything that it is at.
    pub(super) async fn end(mut self) {
        self.0.shutdown().await;
    }
}

async fn serve(listener: tokio::net::TcpListener, path: Arc<str>, counted: Counted) {
    let mut connections = JoinSet::new();
    loop {
        let Ok((stream, _)) = listener.accept().await else {
            // The listener's network is gone, and with it whoever was to be served.
            return;
        };
        // Less is only better.
        let _ = rustix::net::sockopt::set_socket_send_buffer_size(&stream, SEND_BUFFER);
        let (path, counted) = (Arc::clone(&path), counted.clone());
        connections.spawn(async move {
            let service = service_fn(move |request: Request<Incoming>| {
                let answer = answer(&request, &path, &counted);
                async move { Ok::<_, Infallible>(answer) }
            });
            // ffmpeg goes elsewhere in the middle of an answer all the time.
            let _ = http1::Builder::new()
                .serve_connection(TokioIo::new(stream), service)
                .await;
        });
        while connections.try_join_next().is_some() {}
    }
}

fn answer(request: &Request<Incoming>, path: &str, counted: &Counted) -> Response<Body> {
    let is_asked_for = request.uri().path() == path
        && (request.method() == Method::GET || request.method() == Method::HEAD);
    if !is_asked_for {
        return plain(StatusCode::NOT_FOUND);
    }
    let size = counted.0.size;
    let (from, to, status) = match range(request.headers(), size) {
        Asked::All => (0, size, StatusCode::OK),
        Asked::Part(from, to) => (from, to, StatusCode::PARTIAL_CONTENT),
        Asked::Beyond => return plain(StatusCode::RANGE_NOT_SATISFIABLE),
    };
    let body = if request.method() == Method::HEAD {
        nothing()
    } else {
        counted.clone().bytes(from, to)
    };
    let mut response = Response::new(body);
    *response.status_mut() = status;
    let headers = response.headers_mut();
    headers.insert(header::ACCEPT_RANGES, HeaderValue::from_static("bytes"));
    headers.insert(header::CONTENT_LENGTH, HeaderValue::from(to - from));
    if status == StatusCode::PARTIAL_CONTENT
        && let Ok(value) = HeaderValue::try_from(format!("bytes {from}-{}/{size}", to - 1))
    {
        headers.insert(header::CONTENT_RANGE, value);
    }
    response
}

fn plain(status: StatusCode) -> Response<Body> {
    let mut response = Response::new(nothing());
    *response.status_mut() = status;
    response
}

fn nothing() -> Body {
    Empty::new().map_err(|never| match never {}).boxed_unsync()
}

/// What a request asks for: from here up to there.
#[derive(Debug, PartialEq, Eq)]
enum Asked {
    All,
    Part(u64, u64),
    Beyond,
}

/// One range from a place on, which is all that ffmpeg asks for.
fn range(headers: &HeaderMap, size: u64) -> Asked {
    let text = headers
        .get(header::RANGE)
        .and_then(|value| value.to_str().ok());
    let asked = text
        .and_then(|text| text.strip_prefix("bytes="))
        .and_then(|text| text.split_once('-'));
    let Some((from, to)) = asked else {
        return Asked::All;
    };
    let Ok(from) = from.parse::<u64>() else {
        return Asked::All;
    };
    let to = match to.parse::<u64>() {
        Ok(last) => last.saturating_add(1).min(size),
        Err(_) => size,
    };
    if from < to {
        Asked::Part(from, to)
    } else {
        Asked::Beyond
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_are_read_as_ffmpeg_asks_for_them() {
        for (text, expected) in [
            ("bytes=0-", Asked::Part(0, 100)),
            ("bytes=10-19", Asked::Part(10, 20)),
            ("bytes=90-999", Asked::Part(90, 100)),
            ("bytes=100-", Asked::Beyond),
            ("bytes=20-10", Asked::Beyond),
            ("bytes=-5", Asked::All),
            ("pages=1-2", Asked::All),
        ] {
            let mut headers = HeaderMap::new();
            headers.insert(header::RANGE, text.parse().unwrap());
            assert_eq!(range(&headers, 100), expected, "{text}");
        }
        assert_eq!(range(&HeaderMap::new(), 100), Asked::All);
    }
}

//! What of the embedded store is reachable on the listener: presigned GET, PUT of an object under `incoming/` and PUT
//! of a part, in our one bucket. Everything else is refused here, before the S3 service sees it.
//!
//! HEAD is refused as well: a URL is signed for its method, and none is ever signed for HEAD.

use std::fmt;
use std::net::SocketAddr;
use std::sync::Arc;

use axum::Router;
use axum::body::Body;
use axum::extract::{ConnectInfo, Request, State};
use axum::response::Response;
use axum::routing::any;
use futures::future::BoxFuture;
use heimdex_api::VideoId;
use http::header::{
    AUTHORIZATION, CONTENT_LENGTH, CONTENT_SECURITY_POLICY, HOST, RANGE, TRANSFER_ENCODING,
    X_CONTENT_TYPE_OPTIONS,
};
use http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, Uri, request};
use s3s::service::S3Service;
use s3s::{S3Error, S3ErrorCode};
use tower_http::cors::{AllowOrigin, CorsLayer};

use super::embedded::EmbeddedStore;
use super::gate_body::RequestBody;
use super::key::INCOMING;
use super::origin::OriginPolicy;
use super::range::single_range;
use super::store::ObjectStore;

/// How the gate is set up.
#[derive(Debug, Clone, Default)]
pub struct GateSettings {
    /// The address that URLs were signed for.
    pub origin: OriginPolicy,
    /// Web origins whose pages may use the URLs; none by default.
    pub cors_origins: Vec<HeaderValue>,
    /// Who knows whether an object is still waited for; without, a URL is good until it expires.
    pub waiting: Option<Arc<dyn Waiting>>,
}

/// Knows which objects are waited for. A URL outlives its upload by minutes, and what came through it then would lie there
/// uncounted.
pub trait Waiting: fmt::Debug + Send + Sync {
    /// Whether the whole of this video's bytes may still come. Where that cannot be told, they may.
    fn is_waited_for(&self, video: VideoId) -> BoxFuture<'_, bool>;
}

/// The parameters that a presigned URL has, each exactly once.
const SIGNATURE: [&str; 6] = [
    "X-Amz-Algorithm",
    "X-Amz-Credential",
    "X-Amz-Date",
    "X-Amz-Expires",
    "X-Amz-SignedHeaders",
    "X-Amz-Signature",
];
const PART: [&str; 2] = ["partNumber", "uploadId"];
const DOWNLOAD: [&str; 3] = [
    "response-content-disposition",
    "response-content-type",
    "response-cache-control",
];

#[derive(Debug)]
struct Gate {
    bucket: String,
    origin: OriginPolicy,
    waiting: Option<Arc<dyn Waiting>>,
    s3: S3Service,
}

impl ObjectStore {
    /// The routes of the bucket, where it lies behind the API's own listener; else none.
    pub fn routes(&self, settings: GateSettings) -> Router {
        match self.as_embedded() {
            Some(store) => store.service(settings),
            None => Router::new(),
        }
    }
}

impl EmbeddedStore {
    /// The routes of the bucket, to be merged into the listener's router at its root.
    ///
    /// Layers that limit bodies or time must not be put around them: a part may be large and a line slow.
    pub fn service(&self, settings: GateSettings) -> Router {
        let bucket = self.settings().bucket.clone();
        let gate = Arc::new(Gate {
            bucket: bucket.clone(),
            origin: settings.origin,
            waiting: settings.waiting,
            s3: self.s3(),
        });
        let cors = CorsLayer::new()
            .allow_origin(AllowOrigin::list(settings.cors_origins))
            .allow_methods([Method::GET, Method::PUT])
            .allow_headers(tower_http::cors::Any)
            .expose_headers([
                http::header::ETAG,
                http::header::CONTENT_RANGE,
                http::header::CONTENT_LENGTH,
            ]);
        Router::new()
            .route(&format!("/{bucket}"), any(serve))
            .route(&format!("/{bucket}/"), any(serve))
            .route(&format!("/{bucket}/{{*key}}"), any(serve))
            .with_state(gate)
            .layer(cors)
    }
}

async fn serve(State(gate): State<Arc<Gate>>, request: Request) -> Response {
    let (mut parts, body) = request.into_parts();
    let body = RequestBody::new(body, &parts.headers);
    let admitted = match gate.admit(&mut parts) {
        Ok(Admitted::AsItIs) => Ok(()),
        Ok(Admitted::Incoming(key)) => gate.check_waiting(&key).await,
        Err(error) => Err(error),
    };
    let mut response = match admitted {
        Ok(()) => {
            let forwarded = s3s::Body::http_body_unsync(body.clone());
            match gate
                .s3
                .call(http::Request::from_parts(parts, forwarded))
                .await
            {
                // A signature of another kind, or none at all: not what this server lacks.
                Ok(response) if response.status() == StatusCode::NOT_IMPLEMENTED => {
                    refusal(denied("the signature of the URL cannot be read"))
                }
                Ok(response) => response.map(Body::new),
                Err(error) => {
                    tracing::error!(error = ?error, "object request failed");
                    refusal(S3Error::new(S3ErrorCode::InternalError))
                }
            }
        }
        Err(error) => refusal(error),
    };
    if !response.status().is_success() {
        body.drain().await;
    }
    let headers = response.headers_mut();
    headers.insert(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    headers.insert(CONTENT_SECURITY_POLICY, HeaderValue::from_static("sandbox"));
    response
}

fn refusal(error: S3Error) -> Response {
    if let Ok(response) = error.to_http_response() {
        return response.map(Body::new);
    }
    let mut response = Response::new(Body::empty());
    *response.status_mut() = StatusCode::INTERNAL_SERVER_ERROR;
    response
}

fn denied(reason: &'static str) -> S3Error {
    S3Error::with_message(S3ErrorCode::AccessDenied, reason)
}

impl Gate {
    /// Lets a request through that has the shape of a presigned one, addressed as it was signed.
    fn admit(&self, parts: &mut request::Parts) -> Result<Admitted, S3Error> {
        let key = self.key(&parts.uri)?;
        let mut admitted = Admitted::AsItIs;
        let query = Query::parse(&parts.uri)?;
        check_headers(&parts.headers, query.signed_headers())?;
        match parts.method {
            Method::GET => {
                query.allow(&DOWNLOAD)?;
                put_range(&mut parts.headers, query.signed_headers());
            }
            Method::PUT => {
                if query.has(PART[0]) && query.has(PART[1]) {
                    query.allow(&PART)?;
                } else if let Some(video) = key.strip_prefix(INCOMING) {
                    query.allow(&[])?;
                    admitted = Admitted::Incoming(video.to_owned());
                } else {
                    return Err(denied("an object can only be put under incoming/"));
                }
                check_length(&parts.headers, query.signed_headers())?;
            }
            _ => return Err(denied("only presigned GET and PUT are served here")),
        }
        self.address(parts)?;
        Ok(admitted)
    }

    /// Refuses a whole object that came too late: its upload is completed, cancelled or expired.
    async fn check_waiting(&self, video: &str) -> Result<(), S3Error> {
        let (Some(waiting), Ok(video)) = (&self.waiting, video.parse()) else {
            return Ok(());
        };
        if waiting.is_waited_for(video).await {
            return Ok(());
        }
        Err(denied("the upload that this URL belongs to is over"))
    }

    fn key(&self, uri: &Uri) -> Result<String, S3Error> {
        let key = uri
            .path()
            .strip_prefix('/')
            .and_then(|path| path.strip_prefix(self.bucket.as_str()))
            .and_then(|path| path.strip_prefix('/'))
            .filter(|key| !key.is_empty())
            .ok_or_else(|| denied("only objects of the bucket are served here"))?;
        decode(key, Plus::Kept)
    }

    /// Puts the host that the URL was signed for in the place of what a proxy may have made of it.
    fn address(&self, parts: &mut request::Parts) -> Result<(), S3Error> {
        let peer = parts
            .extensions
            .get::<ConnectInfo<SocketAddr>>()
            .map(|info| info.0.ip());
        let origin = self
            .origin
            .origin(peer, &parts.headers, &parts.uri)
            .map_err(|_| denied("the request names no valid host"))?;
        let host = HeaderValue::from_str(origin.authority())
            .map_err(|_| denied("the request names no valid host"))?;
        parts.headers.insert(HOST, host);
        Ok(())
    }
}

/// What a request with the right shape may do.
enum Admitted {
    /// What its URL says.
    AsItIs,
    /// Put a whole object, if the upload of this video still waits for it.
    Incoming(String),
}

/// The query of a presigned URL, decoded.
struct Query {
    pairs: Vec<(String, String)>,
    signed_headers: Vec<String>,
}

impl Query {
    fn parse(uri: &Uri) -> Result<Self, S3Error> {
        let mut pairs: Vec<(String, String)> = Vec::new();
        for pair in uri
            .query()
            .unwrap_or_default()
            .split('&')
            .filter(|pair| !pair.is_empty())
        {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            let (name, value) = (decode(name, Plus::Space)?, decode(value, Plus::Space)?);
            if pairs.iter().any(|(known, _)| *known == name) {
                return Err(denied("a query parameter is given twice"));
            }
            pairs.push((name, value));
        }
        let mut query = Self {
            pairs,
            signed_headers: Vec::new(),
        };
        if !SIGNATURE.iter().all(|name| query.has(name)) {
            return Err(denied("only presigned requests are served here"));
        }
        query.signed_headers = query
            .get("X-Amz-SignedHeaders")
            .unwrap_or_default()
            .split(';')
            .map(str::to_ascii_lowercase)
            .collect();
        Ok(query)
    }

    fn get(&self, name: &str) -> Option<&str> {
        self.pairs
            .iter()
            .find(|(known, _)| known == name)
            .map(|(_, value)| value.as_str())
    }

    fn has(&self, name: &str) -> bool {
        self.get(name).is_some()
    }

    fn signed_headers(&self) -> &[String] {
        &self.signed_headers
    }

    /// Refuses parameters that are neither the signature's nor one of these.
    fn allow(&self, allowed: &[&str]) -> Result<(), S3Error> {
        let known = |name: &str| SIGNATURE.contains(&name) || allowed.contains(&name);
        if self.pairs.iter().all(|(name, _)| known(name)) {
            Ok(())
        } else {
            Err(denied("this operation is not served here"))
        }
    }
}

/// `Authorization` and whatever speaks to the store without being part of the signature is refused: a copy source would
/// read any object.
fn check_headers(headers: &HeaderMap, signed: &[String]) -> Result<(), S3Error> {
    if headers.contains_key(AUTHORIZATION) {
        return Err(denied(
            "a presigned request carries no authorization of its own",
        ));
    }
    for name in headers.keys() {
        if name.as_str().starts_with("x-amz-") && !is_signed(signed, name) {
            return Err(denied(
                "a header of the request is not part of its signature",
            ));
        }
        if headers.get_all(name).iter().count() > 1 && is_signed(signed, name) {
            return Err(denied("a signed header is given twice"));
        }
    }
    let present = |name: &String| name == "host" || headers.contains_key(name.as_str());
    if signed.iter().all(present) {
        Ok(())
    } else if signed
        .iter()
        .any(|name| name == "content-length" && !headers.contains_key(CONTENT_LENGTH))
    {
        Err(S3Error::new(S3ErrorCode::MissingContentLength))
    } else {
        Err(denied("a signed header is missing"))
    }
}

fn is_signed(signed: &[String], name: &HeaderName) -> bool {
    signed.iter().any(|signed| signed == name.as_str())
}

/// Asks for the range as the store reads it, or for the whole. What is signed stays as it is.
fn put_range(headers: &mut HeaderMap, signed: &[String]) {
    if is_signed(signed, &RANGE) {
        return;
    }
    let mut given = headers.get_all(RANGE).iter();
    let range = match (given.next(), given.next()) {
        (Some(value), None) => value.to_str().ok().and_then(single_range),
        _ => None,
    };
    match range.and_then(|range| HeaderValue::try_from(range).ok()) {
        Some(range) => drop(headers.insert(RANGE, range)),
        None => drop(headers.remove(RANGE)),
    }
}

/// A body has the length that was signed, said in advance.
fn check_length(headers: &HeaderMap, signed: &[String]) -> Result<(), S3Error> {
    if headers.contains_key(TRANSFER_ENCODING) || !headers.contains_key(CONTENT_LENGTH) {
        return Err(S3Error::new(S3ErrorCode::MissingContentLength));
    }
    if is_signed(signed, &CONTENT_LENGTH) {
        Ok(())
    } else {
        Err(denied(
            "the length of the body is not part of the signature",
        ))
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Plus {
    Kept,
    Space,
}

fn decode(text: &str, plus: Plus) -> Result<String, S3Error> {
    let invalid = || S3Error::new(S3ErrorCode::InvalidURI);
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let [first, tail @ ..] = rest {
        rest = tail;
        match first {
            b'%' => {
                let (digits, tail) = rest.split_at_checked(2).ok_or_else(invalid)?;
                // Digits alone: numbers as Rust reads them may have a sign.
                let byte = digits.iter().try_fold(0, |byte, digit| {
                    let digit = char::from(*digit).to_digit(16)?;
                    Some(byte << 4 | digit)
                });
                let byte = byte.and_then(|byte| u8::try_from(byte).ok());
                bytes.push(byte.ok_or_else(invalid)?);
                rest = tail;
            }
            b'+' if plus == Plus::Space => bytes.push(b' '),
            other => bytes.push(*other),
        }
    }
    String::from_utf8(bytes).map_err(|_| invalid())
}

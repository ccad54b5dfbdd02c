//! Asks as a client of somebody else's machine would: plain HTTP, no keys, no redirects, no proxy of ours.

use std::net::SocketAddr;
use std::time::Duration;

use bytes::Bytes;
use heimdex_api::Timestamp;
use heimdex_process::clock::Clock;
use http::{HeaderMap, Method};

use super::clock;
use super::words::causes;
use crate::objects::Origin;

const TIMEOUT: Duration = Duration::from_secs(20);
/// More than any answer that is looked at here has.
const BODY_MAX: usize = 64 * 1024;

/// The way to one origin.
#[derive(Debug, Clone)]
pub(super) struct Way {
    http: reqwest::Client,
    /// What stands for scheme, host and port of a URL, where its name leads nowhere from here.
    instead: Option<Origin>,
    clock: Clock,
}

/// An answer.
#[derive(Debug)]
pub(super) struct Answer {
    pub(super) status: u16,
    pub(super) body: Bytes,
    /// What the clock of whoever answered says.
    pub(super) date: Option<Timestamp>,
    pub(super) asked: Timestamp,
    pub(super) came: Timestamp,
}

impl Answer {
    /// The text of `<Code>` in an S3 error; `None` where the body is none.
    pub(super) fn code(&self) -> Option<String> {
        let text = String::from_utf8_lossy(&self.body);
        let (_, rest) = text.split_once("<Code>")?;
        let (code, _) = rest.split_once("</Code>")?;
        Some(code.to_owned())
    }

    pub(super) const fn is_success(&self) -> bool {
        self.status >= 200 && self.status < 300
    }
}

/// What is sent.
pub(super) struct Request<'a> {
    pub(super) method: Method,
    pub(super) url: &'a str,
    pub(super) headers: &'a [(String, String)],
    pub(super) body: Option<Bytes>,
}

impl<'a> Request<'a> {
    pub(super) const fn get(url: &'a str) -> Self {
        Self {
            method: Method::GET,
            url,
            headers: &[],
            body: None,
        }
    }
}

impl Way {
    /// The way that a name leads; `at` is an address that stands for what the name resolves to.
    pub(super) fn new(
        origin: &Origin,
        at: Option<SocketAddr>,
        clock: Clock,
    ) -> Result<Self, String> {
        let mut builder = reqwest::Client::builder()
            .no_proxy()
            .redirect(reqwest::redirect::Policy::none())
            .timeout(TIMEOUT);
        if let Some(at) = at {
            builder = builder.resolve(origin.host(), at);
        }
        let http = builder.build().map_err(|error| causes(&error))?;
        Ok(Self {
            http,
            instead: None,
            clock,
        })
    }

    /// The same URLs, sent to another origin under their own name.
    pub(super) fn by(self, instead: &Origin) -> Self {
        Self {
            instead: Some(instead.clone()),
            ..self
        }
    }

    /// Asks, and reads the answer.
    ///
    /// # Errors
    /// Why there was none, in words without the URL, which may be a secret.
    pub(super) async fn ask(&self, request: Request<'_>) -> Result<Answer, String> {
        let asked = self.clock.now();
        let (url, host) = self.addressed(request.url)?;
        let mut builder = self.http.request(request.method, url);
        for (name, value) in request.headers {
            builder = builder.header(name, value);
        }
        if let Some(host) = host {
            builder = builder.header(http::header::HOST, host);
        }
        if let Some(body) = request.body {
            builder = builder.body(body);
        }
        let failed = |error: reqwest::Error| causes(&error.without_url());
        let mut response = builder.send().await.map_err(failed)?;
        let came = self.clock.now();
        let (status, date) = (response.status().as_u16(), date(response.headers()));
        let mut body = Vec::new();
        while let Some(chunk) = response.chunk().await.map_err(failed)? {
            body.extend_from_slice(&chunk);
            if body.len() > BODY_MAX {
                break;
            }
        }
        Ok(Answer {
            status,
            body: body.into(),
            date,
            asked,
            came,
        })
    }

    /// Where a URL is sent, and which `Host` it then has to carry.
    fn addressed(&self, url: &str) -> Result<(String, Option<String>), String> {
        let Some(instead) = &self.instead else {
            return Ok((url.to_owned(), None));
        };
        let rest = url.split_once("://").map(|(_, rest)| rest);
        let rest = rest.ok_or("the URL has no scheme")?;
        let (authority, path) = rest.split_once('/').unwrap_or((rest, ""));
        Ok((format!("{instead}/{path}"), Some(authority.to_owned())))
    }
}

fn date(headers: &HeaderMap) -> Option<Timestamp> {
    clock::of_date(headers.get(http::header::DATE)?.to_str().ok()?)
}

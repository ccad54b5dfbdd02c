//! One request and its answer: what is sent, what is tolerated, what becomes an error.

use std::time::Duration;

use heimdex_api::{Problem, Secret};
use reqwest::header::{
    ACCEPT, AUTHORIZATION, CONTENT_TYPE, HeaderMap, IF_MATCH, LOCATION, RETRY_AFTER,
};
use reqwest::{Method, Response, StatusCode};
use serde::Serialize;
use serde::de::DeserializeOwned;
use url::Url;

use super::{ApiClient, HttpError, LoggedOut};

/// Long enough for a loaded server, short enough for a person.
const LIMIT: Duration = Duration::from_secs(30);
/// More than the largest honest answer (10,000 subtrees, a page of 500 videos), less than memory.
const REPLY_MAX: usize = 32 << 20;

/// How often a login may be renewed for one request: another process's token may have ended meanwhile too.
const RENEWALS: usize = 2;

/// A request that may be sent again after the login was renewed.
#[derive(Debug, Clone)]
pub(super) struct Call {
    method: Method,
    path: String,
    query: Vec<(String, String)>,
    body: Option<serde_json::Value>,
    idempotency_key: Option<String>,
    if_match: Option<u64>,
    accept: &'static str,
    header: Option<(&'static str, String)>,
    limit: Duration,
}

impl Call {
    pub(super) fn new(method: Method, path: impl Into<String>) -> Self {
        Self {
            method,
            path: path.into(),
            query: Vec::new(),
            body: None,
            idempotency_key: None,
            if_match: None,
            accept: "application/json",
            header: None,
            limit: LIMIT,
        }
    }

    pub(super) fn get(path: impl Into<String>) -> Self {
        Self::new(Method::GET, path)
    }

    pub(super) fn post(path: impl Into<String>) -> Self {
        Self::new(Method::POST, path)
    }

    pub(super) fn delete(path: impl Into<String>) -> Self {
        Self::new(Method::DELETE, path)
    }

    pub(super) fn body<T: Serialize>(mut self, body: &T) -> Result<Self, HttpError> {
        let value = serde_json::to_value(body).map_err(|e| HttpError::Request(e.to_string()))?;
        self.body = Some(value);
        Ok(self)
    }

    /// Takes the set fields of a query type as parameters.
    pub(super) fn query<T: Serialize>(mut self, query: &T) -> Result<Self, HttpError> {
        let value = serde_json::to_value(query).map_err(|e| HttpError::Request(e.to_string()))?;
        for (name, value) in value.as_object().into_iter().flatten() {
            match value {
                serde_json::Value::Null => {}
                serde_json::Value::String(text) => self.query.push((name.clone(), text.clone())),
                other => self.query.push((name.clone(), other.to_string())),
            }
        }
        Ok(self)
    }

    pub(super) fn idempotency_key(mut self, key: Option<&str>) -> Self {
        self.idempotency_key = key.map(str::to_owned);
        self
    }

    /// Only if it is still of this version.
    pub(super) fn if_match(mut self, version: Option<u64>) -> Self {
        self.if_match = version;
        self
    }

    /// For what is no JSON.
    pub(super) fn accept(mut self, kind: &'static str) -> Self {
        self.accept = kind;
        self
    }

    /// One more header, where there is something to say in it.
    pub(super) fn header(mut self, name: &'static str, value: Option<&str>) -> Self {
        self.header = value.map(|value| (name, value.to_owned()));
        self
    }

    /// For what takes a store longer than a database.
    pub(super) fn limit(mut self, limit: Duration) -> Self {
        self.limit = limit;
        self
    }
}

impl ApiClient {
    /// Sends a request as whoever is logged in, and reads the answer as JSON.
    pub(super) async fn send<T: DeserializeOwned>(&self, call: Call) -> Result<T, HttpError> {
        let body = self.exchange(&call).await?;
        self.parse(&body)
    }

    /// Sends a request whose answer says nothing more.
    pub(super) async fn send_for_nothing(&self, call: Call) -> Result<(), HttpError> {
        self.exchange(&call).await.map(drop)
    }

    /// Sends a request without `Authorization`.
    pub(super) async fn send_anonymously<T: DeserializeOwned>(
        &self,
        call: Call,
    ) -> Result<T, HttpError> {
        let body = self.attempt(&call, None).await?;
        self.parse(&body)
    }

    /// Sends a request as whoever is logged in, and leaves its answer to be read as it comes: only the beginning of it has
    /// to come in time.
    pub(super) async fn open(&self, call: &Call) -> Result<Response, HttpError> {
        let opened = tokio::time::timeout(call.limit, self.authorised(call, None)).await;
        let response = opened.map_err(|_| self.silent())??;
        if response.status().is_success() {
            return Ok(response);
        }
        let reading = tokio::time::timeout(call.limit, self.whole(response)).await;
        reading.map_err(|_| self.silent())??;
        Err(self.invalid("it is neither an answer nor an error".to_owned()))
    }

    async fn exchange(&self, call: &Call) -> Result<Vec<u8>, HttpError> {
        let response = self.authorised(call, Some(call.limit)).await?;
        self.whole(response).await
    }

    /// Tries as whoever is logged in; a login that was refused is renewed, and it is tried again.
    async fn authorised(
        &self,
        call: &Call,
        limit: Option<Duration>,
    ) -> Result<Response, HttpError> {
        let bearer = self.inner.authority.bearer().await?;
        let mut bearer = bearer.ok_or_else(|| self.logged_out(LoggedOut::Never))?;
        for _ in 0..RENEWALS {
            let response = self.sent(call, Some(&bearer), limit).await?;
            if response.status() != StatusCode::UNAUTHORIZED {
                return Ok(response);
            }
            bearer = match self.inner.authority.renewed(self, &bearer).await? {
                Ok(renewed) => renewed,
                Err(why) => return Err(self.logged_out(why)),
            };
        }
        let response = self.sent(call, Some(&bearer), limit).await?;
        if response.status() == StatusCode::UNAUTHORIZED {
            return Err(self.logged_out(LoggedOut::SessionEnded));
        }
        Ok(response)
    }

    fn parse<T: DeserializeOwned>(&self, body: &[u8]) -> Result<T, HttpError> {
        serde_json::from_slice(body).map_err(|error| {
            // Line, column and kind, never the value: answers hold tokens and signed URLs.
            let what = match error.classify() {
                serde_json::error::Category::Data => "its JSON has another shape",
                _ => "it is no JSON",
            };
            let (line, column) = (error.line(), error.column());
            self.invalid(format!("{what} (line {line}, column {column})"))
        })
    }

    pub(super) fn logged_out(&self, why: LoggedOut) -> HttpError {
        let server = self.inner.server.to_string();
        HttpError::NotLoggedIn { server, why }
    }

    pub(super) fn invalid(&self, what: String) -> HttpError {
        let server = self.inner.server.to_string();
        HttpError::InvalidReply { server, what }
    }

    /// Nothing came in time.
    pub(super) fn silent(&self) -> HttpError {
        let server = self.inner.server.to_string();
        HttpError::Timeout { server }
    }

    pub(super) fn broken(&self, error: reqwest::Error) -> HttpError {
        let server = self.inner.server.to_string();
        if error.is_timeout() && !error.is_connect() {
            HttpError::Timeout { server }
        } else if error.is_builder() {
            HttpError::Request(error.without_url().to_string())
        } else {
            HttpError::Unreachable {
                server,
                source: error.without_url(),
            }
        }
    }

    async fn attempt(&self, call: &Call, bearer: Option<&Secret>) -> Result<Vec<u8>, HttpError> {
        let response = self.sent(call, bearer, Some(call.limit)).await?;
        self.whole(response).await
    }

    async fn sent(
        &self,
        call: &Call,
        bearer: Option<&Secret>,
        limit: Option<Duration>,
    ) -> Result<Response, HttpError> {
        let mut url = self.inner.server.route(&call.path);
        if !call.query.is_empty() {
            url.query_pairs_mut().extend_pairs(&call.query);
        }
        let mut request = self
            .inner
            .api
            .request(call.method.clone(), url)
            .header(ACCEPT, call.accept);
        if let Some(limit) = limit {
            request = request.timeout(limit);
        }
        if let Some(bearer) = bearer {
            let mut value =
                reqwest::header::HeaderValue::try_from(format!("Bearer {}", bearer.expose()))
                    .map_err(|_| {
                        HttpError::Request("the token has characters that no token has".into())
                    })?;
            value.set_sensitive(true);
            request = request.header(AUTHORIZATION, value);
        }
        if let Some(key) = &call.idempotency_key {
            request = request.header("idempotency-key", key);
        }
        if let Some(version) = call.if_match {
            request = request.header(IF_MATCH, format!("\"{version}\""));
        }
        if let Some((name, value)) = &call.header {
            request = request.header(*name, value);
        }
        if let Some(body) = &call.body {
            request = request.json(body);
        }
        let response = request.send().await.map_err(|error| self.broken(error))?;
        tracing::debug!(
            request.id = text(response.headers(), "x-request-id"),
            method = %call.method,
            path = call.path,
            status = response.status().as_u16(),
            "the server answered"
        );
        Ok(response)
    }

    async fn whole(&self, response: Response) -> Result<Vec<u8>, HttpError> {
        let (status, headers) = (response.status(), response.headers().clone());
        if status.is_redirection() {
            return Err(self.redirected(&headers));
        }
        let body = self.read(response).await?;
        if status.is_success() {
            Ok(body)
        } else {
            Err(self.refusal(status, &headers, &body))
        }
    }

    async fn read(&self, mut response: Response) -> Result<Vec<u8>, HttpError> {
        let mut body = Vec::new();
        while let Some(chunk) = response.chunk().await.map_err(|error| self.broken(error))? {
            if body.len() + chunk.len() > REPLY_MAX {
                return Err(self.invalid("it does not end".into()));
            }
            body.extend_from_slice(&chunk);
        }
        Ok(body)
    }

    fn redirected(&self, headers: &HeaderMap) -> HttpError {
        let target = text(headers, LOCATION.as_str())
            .and_then(|location| self.inner.server.route("/").join(location).ok());
        HttpError::Redirected {
            server: self.inner.server.to_string(),
            location: target.as_ref().map_or_else(|| "nowhere".into(), origin),
        }
    }

    fn refusal(&self, status: StatusCode, headers: &HeaderMap, body: &[u8]) -> HttpError {
        let is_json =
            text(headers, CONTENT_TYPE.as_str()).is_some_and(|kind| kind.contains("json"));
        let problem = serde_json::from_slice::<Problem>(body)
            .ok()
            .filter(|_| is_json);
        let mut problem = problem.unwrap_or_else(|| self.wordless(status.as_u16()));
        if problem.request_id.is_empty() {
            text(headers, "x-request-id")
                .unwrap_or_default()
                .clone_into(&mut problem.request_id);
        }
        HttpError::Api {
            status: status.as_u16(),
            problem: Box::new(problem),
            retry_after: text(headers, RETRY_AFTER.as_str())
                .and_then(|seconds| seconds.trim().parse().ok())
                .map(Duration::from_secs),
        }
    }
}

impl ApiClient {
    /// What a status says by itself.
    pub(super) fn wordless(&self, status: u16) -> Problem {
        let words =
            StatusCode::from_u16(status).map_or_else(|_| status.to_string(), |s| s.to_string());
        Problem {
            kind: String::new(),
            title: String::new(),
            status,
            detail: format!("{} answered with status {words}", self.inner.server),
            code: String::new(),
            request_id: String::new(),
            errors: Vec::new(),
            missing: Vec::new(),
        }
    }
}

fn origin(url: &Url) -> String {
    url.origin().ascii_serialization()
}

fn text<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    headers.get(name)?.to_str().ok()
}

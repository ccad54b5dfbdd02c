//! A client of the daemon: typed calls over its Unix socket.

use std::path::PathBuf;
use std::time::Duration;

use futures::StreamExt as _;
use futures::stream::BoxStream;
use reqwest::redirect::Policy;
use reqwest::{Method, Response};
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::{
    Behind, CancelRequest, Changed, ControlError, DaemonFacts, Event, MoveRequest, PROTOCOL,
    PROTOCOL_HEADER, PauseRequest, Problem, QueueList, QueueQuery, Refusal, RefusalCode,
    RescanRequest, ResumeRequest, RetryRequest, SendRequest, SocketPlace, Status, StopRequest,
    TEXTS, VERSION_HEADER, Why, WhyQuery,
};

/// An answer comes at once; a daemon that thinks for so long hangs.
const ANSWER_LIMIT: Duration = Duration::from_secs(30);
/// Lines of events are short; one that is longer than this is none.
const EVENT_MAX: usize = 1 << 20;
const VERSION: &str = env!("CARGO_PKG_VERSION");

/// Whether the daemon is of the same release as this program; both understand each other either way.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Compared {
    /// It is.
    Same,
    /// It is not: a restart would start the installed one.
    Other {
        /// The daemon's version.
        daemon: String,
    },
}

/// A daemon that answered. Clones speak to the same one.
#[derive(Debug, Clone)]
pub struct ControlClient {
    http: reqwest::Client,
    socket: PathBuf,
    facts: DaemonFacts,
}

impl ControlClient {
    /// Finds the daemon, and makes sure that both understand each other.
    pub async fn connect(place: &SocketPlace) -> Result<Self, ControlError> {
        let socket = place.path().to_owned();
        if !is_somebody_there(&socket) {
            return Err(ControlError::NotRunning);
        }
        // Before anything is said to it.
        place.check()?;
        let http = build(&socket).map_err(|error| ControlError::Garbled(error.into()))?;
        let get = http.get(url("/v1/version"));
        let response = send(get, &socket).await?;
        let facts = read(response).await?;
        Ok(Self {
            http,
            socket,
            facts,
        })
    }

    /// What it says of itself.
    #[must_use]
    pub fn facts(&self) -> &DaemonFacts {
        &self.facts
    }

    /// Whether it is of this release.
    #[must_use]
    pub fn compared(&self) -> Compared {
        if self.facts.version == VERSION {
            Compared::Same
        } else {
            Compared::Other {
                daemon: self.facts.version.clone(),
            }
        }
    }

    /// All that it does.
    pub async fn status(&self) -> Result<Status, ControlError> {
        self.get("/v1/status", &()).await
    }

    /// The queue, as it goes.
    pub async fn queue(&self, query: &QueueQuery) -> Result<QueueList, ControlError> {
        self.get("/v1/queue", query).await
    }

    /// Why a file is where it is.
    pub async fn why(&self, query: &WhyQuery) -> Result<Why, ControlError> {
        self.get("/v1/why", query).await
    }

    /// Sends files before all others.
    pub async fn send_now(&self, request: &SendRequest) -> Result<Changed, ControlError> {
        let is_known = self.facts.features.iter().any(|feature| feature == TEXTS);
        if !request.texts.is_empty() && !is_known {
            return Err(ControlError::Unable {
                daemon: self.facts.version.clone(),
                what: "titles, descriptions and tags of files",
            });
        }
        self.post("/v1/queue/send", request).await
    }

    /// Tries failed files again at once.
    pub async fn retry(&self, request: &RetryRequest) -> Result<Changed, ControlError> {
        self.post("/v1/queue/retry", request).await
    }

    /// Takes files out of the queue.
    pub async fn cancel(&self, request: &CancelRequest) -> Result<Changed, ControlError> {
        self.post("/v1/queue/cancel", request).await
    }

    /// Gives a file another place in the queue.
    pub async fn move_item(&self, request: &MoveRequest) -> Result<Changed, ControlError> {
        self.post("/v1/queue/move", request).await
    }

    /// Pauses.
    pub async fn pause(&self, request: &PauseRequest) -> Result<Changed, ControlError> {
        self.post("/v1/pause", request).await
    }

    /// Ends a pause.
    pub async fn resume(&self, request: &ResumeRequest) -> Result<Changed, ControlError> {
        self.post("/v1/resume", request).await
    }

    /// Looks through folders at once.
    pub async fn rescan(&self, request: &RescanRequest) -> Result<Changed, ControlError> {
        self.post("/v1/rescan", request).await
    }

    /// Tells it that watches, profiles or logins were changed.
    pub async fn reload(&self) -> Result<Changed, ControlError> {
        self.post("/v1/reload", &()).await
    }

    /// Ends it.
    pub async fn stop(&self, request: &StopRequest) -> Result<Changed, ControlError> {
        self.post("/v1/stop", request).await
    }

    /// What happens from now on.
    pub async fn events(&self) -> Result<Events, ControlError> {
        let request = self.http.get(url("/v1/events"));
        let response = check(send_unlimited(request, &self.socket).await?).await?;
        Ok(Events {
            bytes: response.bytes_stream().boxed(),
            socket: self.socket.clone(),
            lines: Vec::new(),
        })
    }

    async fn get<A: DeserializeOwned>(
        &self,
        path: &str,
        query: &impl Serialize,
    ) -> Result<A, ControlError> {
        let request = self.http.get(url(path)).query(query);
        read(send(request, &self.socket).await?).await
    }

    async fn post<A: DeserializeOwned>(
        &self,
        path: &str,
        body: &impl Serialize,
    ) -> Result<A, ControlError> {
        let request = self.http.request(Method::POST, url(path)).json(body);
        read(send(request, &self.socket).await?).await
    }
}

/// The host is a formality: the socket is where it goes.
fn url(path: &str) -> String {
    format!("http://heimdexd{path}")
}

#[cfg(unix)]
fn is_somebody_there(socket: &std::path::Path) -> bool {
    std::os::unix::net::UnixStream::connect(socket).is_ok()
}

/// There is no daemon for other systems yet.
#[cfg(not(unix))]
fn is_somebody_there(_socket: &std::path::Path) -> bool {
    false
}

fn build(socket: &std::path::Path) -> Result<reqwest::Client, reqwest::Error> {
    let mut headers = reqwest::header::HeaderMap::new();
    headers.insert(PROTOCOL_HEADER, PROTOCOL.into());
    let builder = reqwest::Client::builder()
        .user_agent(concat!("heimdex/", env!("CARGO_PKG_VERSION")))
        .default_headers(headers)
        .redirect(Policy::none())
        .no_proxy()
        // Nothing is encrypted on the way to oneself, and a bare machine has no certificates to look for.
        .tls_certs_only([])
        .referer(false);
    #[cfg(unix)]
    let builder = builder.unix_socket(socket);
    #[cfg(not(unix))]
    let _ = socket;
    builder.build()
}

async fn send(
    request: reqwest::RequestBuilder,
    socket: &std::path::Path,
) -> Result<Response, ControlError> {
    send_unlimited(request.timeout(ANSWER_LIMIT), socket).await
}

async fn send_unlimited(
    request: reqwest::RequestBuilder,
    socket: &std::path::Path,
) -> Result<Response, ControlError> {
    request
        .send()
        .await
        .map_err(|source| silent(socket, source))
}

fn silent(socket: &std::path::Path, source: reqwest::Error) -> ControlError {
    ControlError::Silent {
        socket: socket.to_owned(),
        source,
    }
}

async fn read<A: DeserializeOwned>(response: Response) -> Result<A, ControlError> {
    let response = check(response).await?;
    let bytes = response
        .bytes()
        .await
        .map_err(|error| ControlError::Garbled(error.into()))?;
    serde_json::from_slice(&bytes).map_err(|error| ControlError::Garbled(error.into()))
}

/// Turns a refusal into an error, that of another version into one that says so.
async fn check(response: Response) -> Result<Response, ControlError> {
    let version = response.headers().get(VERSION_HEADER);
    let Some(version) = version.and_then(|value| value.to_str().ok()) else {
        let what = "whoever answers on its socket does not say which version it is";
        return Err(ControlError::Garbled(what.into()));
    };
    if response.status().is_success() {
        return Ok(response);
    }
    let daemon = version.to_owned();
    let bytes = response
        .bytes()
        .await
        .map_err(|error| ControlError::Garbled(error.into()))?;
    let problem: Problem =
        serde_json::from_slice(&bytes).map_err(|error| ControlError::Garbled(error.into()))?;
    let other = |behind| ControlError::OtherVersion {
        daemon,
        client: VERSION.into(),
        behind,
    };
    Err(match RefusalCode::from_code(&problem.code) {
        Some(RefusalCode::ClientOlder) => other(Behind::Client),
        Some(RefusalCode::ClientNewer) => other(Behind::Daemon),
        known => ControlError::Refused(Refusal {
            code: known.unwrap_or(RefusalCode::Internal),
            detail: problem.detail,
            hint: problem.hint,
        }),
    })
}

/// What happens, as it happens.
pub struct Events {
    bytes: BoxStream<'static, reqwest::Result<bytes::Bytes>>,
    socket: PathBuf,
    /// What came and was not read yet.
    lines: Vec<u8>,
}

impl std::fmt::Debug for Events {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Events").finish_non_exhaustive()
    }
}

impl Events {
    /// The next event; `None` when the daemon ended.
    pub async fn next(&mut self) -> Result<Option<Event>, ControlError> {
        loop {
            while let Some(end) = self.lines.iter().position(|&byte| byte == b'\n') {
                let line: Vec<u8> = self.lines.drain(..=end).collect();
                if let Some(event) = parse(&line)? {
                    return Ok(Some(event));
                }
            }
            if self.lines.len() > EVENT_MAX {
                return Err(ControlError::Garbled("an event without an end".into()));
            }
            match self.bytes.next().await {
                None => return Ok(None),
                Some(Ok(bytes)) => self.lines.extend_from_slice(&bytes),
                // The end of a daemon that was killed is an end, too.
                Some(Err(_)) if !is_somebody_there(&self.socket) => return Ok(None),
                Some(Err(error)) => return Err(silent(&self.socket, error)),
            }
        }
    }
}

/// The event of a line: each of ours is one `data:` line; names, comments and empty lines say nothing more.
fn parse(line: &[u8]) -> Result<Option<Event>, ControlError> {
    let Some(json) = line.strip_prefix(b"data:") else {
        return Ok(None);
    };
    let event = serde_json::from_slice(json.trim_ascii());
    event
        .map(Some)
        .map_err(|error| ControlError::Garbled(error.into()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::control::SendTexts;

    #[tokio::test]
    async fn a_daemon_of_an_earlier_release_is_not_asked_for_what_it_does_not_know() {
        let json = serde_json::json!({
            "pid": 7, "version": "0.0.9", "protocol": 1, "oldest_protocol": 1, "started_at": "2026-11-26T12:00:00Z",
        });
        let socket = PathBuf::from("/nowhere/heimdexd.sock");
        let client = ControlClient {
            http: build(&socket).unwrap(),
            socket,
            facts: serde_json::from_value(json).unwrap(),
        };
        let mut request = SendRequest {
            texts: SendTexts {
                title: Some("The harbour".into()),
                ..SendTexts::default()
            },
            ..SendRequest::default()
        };
        let refused = client.send_now(&request).await.unwrap_err();
        insta::assert_snapshot!(
            refused,
            @"the daemon that runs is heimdexd 0.0.9, which does not take titles, descriptions and tags of files"
        );
        assert!(refused.hint().unwrap().contains("heimdex daemon restart"));
        // What it has always taken is asked for, and has no field that it would refuse.
        request.texts = SendTexts::default();
        let json = serde_json::to_value(&request).unwrap();
        assert_eq!(json.get("texts"), None);
        let silent = client.send_now(&request).await.unwrap_err();
        assert!(matches!(silent, ControlError::Silent { .. }), "{silent}");
    }

    #[test]
    fn an_event_is_its_data_line() {
        assert_eq!(parse(b": still here\n").unwrap(), None);
        assert_eq!(parse(b"event: pauses\n").unwrap(), None);
        let event = parse(b"data: {\"event\":\"pauses\"}\r\n").unwrap();
        assert_eq!(event, Some(Event::Pauses));
        let newer = parse(b"data: {\"event\":\"of_tomorrow\",\"x\":1}\n").unwrap();
        assert_eq!(newer, Some(Event::Unknown));
        assert!(parse(b"data: {\n").is_err());
    }
}

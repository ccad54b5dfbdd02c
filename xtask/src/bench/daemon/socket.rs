//! Asks the daemon over its socket, in HTTP as plain as `curl` speaks it.

use std::io::{Read as _, Write as _};
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, ensure};
use serde_json::Value;

/// Where the daemon answers.
#[derive(Debug)]
pub(super) struct Socket(PathBuf);

impl Socket {
    pub(super) fn new(path: PathBuf) -> Self {
        Self(path)
    }

    pub(super) fn get(&self, path: &str) -> Result<Value> {
        self.ask(&format!(
            "GET {path} HTTP/1.1\r\nHost: heimdexd\r\nConnection: close\r\n\r\n"
        ))
    }

    pub(super) fn post(&self, path: &str, body: &str) -> Result<Value> {
        let length = body.len();
        self.ask(&format!(
            "POST {path} HTTP/1.1\r\nHost: heimdexd\r\nConnection: close\r\nContent-Type: application/json\r\n\
             Content-Length: {length}\r\n\r\n{body}"
        ))
    }

    /// The words of the reasons that a file is where it is.
    pub(super) fn why(&self, path: &Path) -> Result<Vec<String>> {
        let path = path.to_str().context("a path of letters")?;
        let why = self.get(&format!("/v1/why?path={path}"))?;
        let mut words = Vec::new();
        collect(&why, &mut words);
        Ok(words)
    }

    fn ask(&self, request: &str) -> Result<Value> {
        let mut stream = UnixStream::connect(&self.0)?;
        stream.write_all(request.as_bytes())?;
        let mut answer = String::new();
        stream.read_to_string(&mut answer)?;
        let (head, body) = answer.split_once("\r\n\r\n").context("an answer of HTTP")?;
        let status = head.split(' ').nth(1).unwrap_or_default();
        ensure!(
            status.starts_with('2'),
            "the daemon answered {status}: {body}"
        );
        Ok(serde_json::from_str(body).unwrap_or(Value::Null))
    }
}

/// Every `reason` in it.
fn collect(value: &Value, words: &mut Vec<String>) {
    match value {
        Value::Object(fields) => {
            words.extend(
                fields
                    .get("reason")
                    .and_then(Value::as_str)
                    .map(str::to_owned),
            );
            fields.values().for_each(|value| collect(value, words));
        }
        Value::Array(values) => values.iter().for_each(|value| collect(value, words)),
        _ => {}
    }
}

//! As much of HTTP as measuring needs: one connection that is kept, requests one after another.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;
use std::time::Duration;

use anyhow::{Context, Result, bail};
use serde_json::Value;

const LIMIT: Duration = Duration::from_secs(30);

/// A connection to the server, as one account.
#[derive(Debug)]
pub(in crate::bench) struct Client {
    authority: String,
    stream: BufReader<TcpStream>,
    token: Option<String>,
}

impl Client {
    /// Connects to `http://host:port`.
    pub(in crate::bench) fn connect(url: &str) -> Result<Self> {
        let authority = url.strip_prefix("http://").context("an http URL")?;
        let authority = authority.trim_end_matches('/').to_owned();
        let stream = TcpStream::connect(&authority).context("cannot reach the server")?;
        stream.set_nodelay(true)?;
        stream.set_read_timeout(Some(LIMIT))?;
        Ok(Self {
            authority,
            stream: BufReader::new(stream),
            token: None,
        })
    }

    /// Logs in.
    pub(in crate::bench) fn login(&mut self, email: &str, password: &str) -> Result<()> {
        let body = serde_json::json!({ "email": email, "password": password }).to_string();
        let reply = self.exchange("POST", "/auth/login", &body)?;
        let reply: Value = serde_json::from_slice(&reply)?;
        let token = reply["access_token"].as_str().context("an access token")?;
        self.token = Some(token.to_owned());
        Ok(())
    }

    /// The body of a page, read to its end.
    pub(in crate::bench) fn get(&mut self, path: &str) -> Result<Vec<u8>> {
        self.exchange("GET", path, "")
    }

    /// Changes something.
    pub(in crate::bench) fn patch(&mut self, path: &str, body: &Value) -> Result<Vec<u8>> {
        self.exchange("PATCH", path, &body.to_string())
    }

    fn exchange(&mut self, method: &str, path: &str, body: &str) -> Result<Vec<u8>> {
        let mut request = format!("{method} {path} HTTP/1.1\r\nhost: {}\r\n", self.authority);
        if let Some(token) = &self.token {
            request.push_str("authorization: Bearer ");
            request.push_str(token);
            request.push_str("\r\n");
        }
        if !body.is_empty() {
            request.push_str("content-type: application/json\r\ncontent-length: ");
            request.push_str(&body.len().to_string());
            request.push_str("\r\n");
        }
        request.push_str("\r\n");
        request.push_str(body);
        self.stream.get_mut().write_all(request.as_bytes())?;
        let mut line = String::new();
        self.stream.read_line(&mut line)?;
        let is_success = line
            .split(' ')
            .nth(1)
            .is_some_and(|status| status.starts_with('2'));
        let status = line.trim_end().to_owned();
        let mut length = None;
        loop {
            line.clear();
            self.stream.read_line(&mut line)?;
            let header = line.trim_end().to_ascii_lowercase();
            if header.is_empty() {
                break;
            }
            if let Some(value) = header.strip_prefix("content-length:") {
                length = Some(value.trim().parse()?);
            }
        }
        let mut reply = vec![0; length.context("a reply without its length")?];
        self.stream.read_exact(&mut reply)?;
        if !is_success {
            bail!(
                "{method} {path}: {status}: {}",
                String::from_utf8_lossy(&reply)
            );
        }
        Ok(reply)
    }
}

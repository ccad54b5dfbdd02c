//! A reader of the event stream, as plain as one can be: a socket, and what comes out of it.

use std::time::Duration;

use serde_json::Value;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpSocket, TcpStream};
use tokio::time::timeout;

use crate::uploads::server::Server;

/// Longest that a test waits for anything.
const LIMIT: Duration = Duration::from_secs(20);

/// One event.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Event {
    pub(super) id: String,
    pub(super) kind: String,
    pub(super) data: Value,
}

impl Event {
    /// Its number. Nobody but these tests may know what an id is made of.
    pub(super) fn number(&self) -> u64 {
        number(&self.id)
    }

    /// `video processing`, `job probe running`: what happened, in short.
    pub(super) fn words(&self) -> String {
        let word = |field: &str| self.data[field].as_str().map(str::to_owned);
        [
            Some(self.kind.clone()),
            word("stage"),
            word("state"),
            word("reason"),
        ]
        .into_iter()
        .flatten()
        .collect::<Vec<_>>()
        .join(" ")
    }
}

pub(super) fn number(id: &str) -> u64 {
    id.split('-').nth(1).unwrap().parse().unwrap()
}

/// An open stream.
pub(super) struct Reader {
    stream: TcpStream,
    /// The reply's head.
    pub(super) head: String,
    /// What came and is not taken apart yet.
    text: String,
    /// The last id that came, with an event or without.
    pub(super) last_id: String,
    /// Comments that came.
    pub(super) heartbeats: usize,
    /// Bytes that came.
    pub(super) bytes: usize,
}

impl Reader {
    /// Opens a stream as whoever the server's requests come from.
    pub(super) async fn open(server: &Server, last: Option<&str>) -> Self {
        Self::as_token(server, server.token(), last).await
    }

    /// The same with this token; whatever the answer is.
    pub(super) async fn as_token(server: &Server, token: &str, last: Option<&str>) -> Self {
        let socket = TcpSocket::new_v4().unwrap();
        socket.set_recv_buffer_size(16 << 10).unwrap();
        let mut stream = socket
            .connect(server.authority().parse().unwrap())
            .await
            .unwrap();
        let last = last.map_or_else(String::new, |id| format!("last-event-id: {id}\r\n"));
        // HTTP/1.0: the body comes as it is, without chunks.
        let request = format!(
            "GET /videos/events HTTP/1.0\r\nhost: {}\r\nauthorization: Bearer {token}\r\n{last}\r\n",
            server.authority()
        );
        stream.write_all(request.as_bytes()).await.unwrap();
        let mut reader = Self {
            stream,
            head: String::new(),
            text: String::new(),
            last_id: String::new(),
            heartbeats: 0,
            bytes: 0,
        };
        while !reader.text.contains("\r\n\r\n") {
            assert!(reader.more().await, "no whole head: {}", reader.text);
        }
        let (head, rest) = reader.text.split_once("\r\n\r\n").unwrap();
        let (head, rest) = (head.to_owned(), rest.to_owned());
        (reader.head, reader.text) = (head, rest);
        if reader.head.starts_with("HTTP/1.0 200") {
            // Where to go on from, or a reset, comes at once.
            while !reader.text.contains("\n\n") {
                assert!(reader.more().await, "no greeting");
            }
            let (greeting, rest) = reader.text.split_once("\n\n").unwrap();
            let rest = rest.to_owned();
            if let Some((_, id)) = greeting.split_once("\nid: ") {
                reader.last_id = id.to_owned();
            }
            reader.text = rest;
        }
        reader
    }

    pub(super) fn status(&self) -> &str {
        &self.head[9..12]
    }

    /// The next event; `None` at the stream's end.
    pub(super) async fn next(&mut self) -> Option<Event> {
        loop {
            while let Some((block, rest)) = self.text.split_once("\n\n") {
                let (block, rest) = (block.to_owned(), rest.to_owned());
                self.text = rest;
                if block.starts_with(':') {
                    self.heartbeats += 1;
                    continue;
                }
                let event = event(&block);
                self.last_id.clone_from(&event.id);
                return Some(event);
            }
            if !self.more().await {
                assert_eq!(self.text, "", "the stream ended in the middle of an event");
                return None;
            }
        }
    }

    /// Events until one of these words, that one with them.
    pub(super) async fn until(&mut self, words: &str) -> Vec<Event> {
        let mut events = Vec::new();
        loop {
            let event = self.next().await;
            let event = event.unwrap_or_else(|| panic!("the stream ended: {events:#?}"));
            let is_last = event.words() == words;
            events.push(event);
            if is_last {
                return events;
            }
        }
    }

    /// Waits until the server ends the stream.
    pub(super) async fn end(&mut self) -> Vec<Event> {
        let mut events = Vec::new();
        while let Some(event) = self.next().await {
            events.push(event);
        }
        events
    }

    /// Reads until so many heartbeats came, and no event.
    pub(super) async fn beats(&mut self, count: usize) {
        while self.heartbeats < count {
            assert!(self.more().await, "the stream ended");
            while self.text.starts_with(":\n\n") {
                self.text.drain(..3);
                self.heartbeats += 1;
            }
            assert_eq!(self.text, "");
        }
    }

    async fn more(&mut self) -> bool {
        let mut buffer = vec![0; 64 << 10];
        let read = timeout(LIMIT, self.stream.read(&mut buffer));
        let count = read.await.expect("something to read").unwrap();
        self.bytes += count;
        self.text
            .push_str(std::str::from_utf8(&buffer[..count]).unwrap());
        count > 0
    }
}

fn event(block: &str) -> Event {
    let mut event = Event {
        id: String::new(),
        kind: String::new(),
        data: Value::Null,
    };
    for line in block.lines() {
        match line.split_once(": ").unwrap() {
            ("id", id) => id.clone_into(&mut event.id),
            ("event", kind) => kind.clone_into(&mut event.kind),
            ("data", data) => event.data = serde_json::from_str(data).unwrap(),
            other => panic!("an unexpected line: {other:?}"),
        }
    }
    event
}

//! Accepts connections of the person whom the daemon works for, and of nobody else.

use std::collections::VecDeque;
use std::io;
use std::time::Duration;

use axum::serve::Listener;
use heimdex_client::control::{PROTOCOL, PROTOCOL_HEADER, Refusal, RefusalCode, VERSION_HEADER};
use tokio::io::AsyncWriteExt as _;
use tokio::net::UnixListener;
use tokio::net::UnixStream;
use tokio::net::unix::SocketAddr;

/// When no connection can be accepted, as when descriptors run out, the next try waits.
const ACCEPT_PAUSE: Duration = Duration::from_millis(100);
/// Connections of somebody else that stay open on this side after the answer.
const KEPT: usize = 16;

/// The socket. Its mode keeps others out, and what the kernel says of a peer those that a mode does not keep out.
#[derive(Debug)]
pub struct OwnListener {
    inner: UnixListener,
    user: u32,
    /// The last ones that were refused: whoever is closed off before they have asked takes it that nobody listens, and
    /// does not read the answer.
    refused: VecDeque<UnixStream>,
}

impl OwnListener {
    /// Accepts only processes of `user`.
    ///
    /// # Errors
    /// The runtime refuses the socket.
    pub fn new(listener: std::os::unix::net::UnixListener, user: u32) -> io::Result<Self> {
        Ok(Self {
            inner: UnixListener::from_std(listener)?,
            user,
            refused: VecDeque::new(),
        })
    }
}

impl Listener for OwnListener {
    type Io = UnixStream;
    type Addr = SocketAddr;

    async fn accept(&mut self) -> (UnixStream, SocketAddr) {
        loop {
            match self.inner.accept().await {
                Ok((stream, address)) => match stream.peer_cred() {
                    Ok(peer) if peer.uid() == self.user => return (stream, address),
                    Ok(peer) => {
                        tracing::warn!(peer.uid = peer.uid(), "somebody else was refused");
                        self.refuse(stream).await;
                    }
                    Err(error) => tracing::debug!(error = %error, "a peer went away"),
                },
                Err(error) => {
                    tracing::error!(error = %error, "cannot accept connections");
                    tokio::time::sleep(ACCEPT_PAUSE).await;
                }
            }
        }
    }

    fn local_addr(&self) -> io::Result<SocketAddr> {
        self.inner.local_addr()
    }
}

impl OwnListener {
    /// Says why, in one go: nothing is read from somebody else, and nobody is waited for.
    async fn refuse(&mut self, mut stream: UnixStream) {
        if let Some(reply) = refusal() {
            let _ = stream.try_write(reply.as_bytes());
        }
        // The answer ends here; on a local socket that takes no time.
        let _ = stream.shutdown().await;
        self.refused.truncate(KEPT - 1);
        self.refused.push_front(stream);
    }
}

fn refusal() -> Option<String> {
    let refusal = Refusal::new(
        RefusalCode::Forbidden,
        "this daemon works for another user of this machine",
    );
    let body = serde_json::to_string(&refusal.to_problem()).ok()?;
    Some(format!(
        "HTTP/1.1 403 Forbidden\r\nContent-Type: application/problem+json\r\nContent-Length: {}\r\n\
         {PROTOCOL_HEADER}: {PROTOCOL}\r\n{VERSION_HEADER}: {}\r\nConnection: close\r\n\r\n{body}",
        body.len(),
        env!("CARGO_PKG_VERSION"),
    ))
}

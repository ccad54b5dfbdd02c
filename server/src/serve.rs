//! Accepts connections and speaks HTTP/1.1 on them, until the lifecycle says stop.
//!
//! A function of its listener, its routes and its lifecycle. HTTP/2 without TLS is not offered: a preface that never
//! comes could not be limited in time, and a proxy that speaks HTTP/2 to the world speaks HTTP/1.1 to us.

use std::io;
use std::net::SocketAddr;
use std::pin::pin;
use std::time::Duration;

use axum::Router;
use axum::extract::ConnectInfo;
use heimdex_process::lifecycle::Lifecycle;
use hyper::server::conn::http1;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::service::TowerToHyperService;
use tokio::net::{TcpListener, TcpStream};
use tokio_util::sync::CancellationToken;
use tower::ServiceExt;

use crate::config::{Config, HttpSettings};
use crate::web::io::PatientStream;
use crate::web::places::{Place, Places, Share};

/// Enough for any client of ours and for proxies.
const MAX_HEADERS: usize = 100;
/// Most bytes of a request's head.
const MAX_HEAD: usize = 64 * 1024;
/// When no connection can be accepted, as when descriptors run out, the next try waits.
const ACCEPT_PAUSE: Duration = Duration::from_millis(100);

/// Serves `router` on `listener` until the soft stop; connections then finish the request that they are at.
pub async fn serve(router: Router, listener: TcpListener, config: Config, lifecycle: Lifecycle) {
    let settings = config.http;
    let places = Places::new(&settings, &config.server.trusted_proxies);
    let soft = lifecycle.soft().clone();
    let accepting = async {
        loop {
            // Who finds no place waits in the listener's queue.
            let Some(place) = places.any().await else {
                break;
            };
            let (stream, peer) = accept(&listener).await;
            let Some(share) = places.of(peer.ip()) else {
                tracing::debug!(client = %peer.ip(), "an address has all the connections that it may have");
                continue;
            };
            let connection = Connection {
                router: router.clone(),
                settings: settings.clone(),
                soft: soft.clone(),
                stream,
                peer,
                _place: (place, share),
            };
            drop(lifecycle.spawn("connection", connection.serve()));
        }
    };
    soft.run_until_cancelled(accepting).await;
}

async fn accept(listener: &TcpListener) -> (TcpStream, SocketAddr) {
    loop {
        match listener.accept().await {
            Ok(accepted) => return accepted,
            Err(error) if is_of_the_client(&error) => {}
            Err(error) => {
                tracing::error!(error = %error, "cannot accept connections");
                tokio::time::sleep(ACCEPT_PAUSE).await;
            }
        }
    }
}

fn is_of_the_client(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        io::ErrorKind::ConnectionAborted
            | io::ErrorKind::ConnectionReset
            | io::ErrorKind::ConnectionRefused
    )
}

struct Connection {
    router: Router,
    settings: HttpSettings,
    soft: CancellationToken,
    stream: TcpStream,
    peer: SocketAddr,
    _place: (Place, Share),
}

impl Connection {
    async fn serve(self) {
        // Replies are small or large, never dribbling: waiting for more to send only delays them.
        if let Err(error) = self.stream.set_nodelay(true) {
            tracing::debug!(error = %error, "cannot set TCP_NODELAY");
        }
        let peer = ConnectInfo(self.peer);
        let service = self
            .router
            .map_request(move |mut request: hyper::Request<_>| {
                request.extensions_mut().insert(peer);
                request
            });
        let stream = PatientStream::new(self.stream, self.settings.idle_timeout.get());
        let connection = http1::Builder::new()
            .timer(TokioTimer::new())
            .header_read_timeout(self.settings.header_timeout.get())
            .max_headers(MAX_HEADERS)
            .max_header_size(MAX_HEAD)
            .serve_connection(TokioIo::new(stream), TowerToHyperService::new(service));
        let mut connection = pin!(connection);
        let ended = tokio::select! {
            ended = connection.as_mut() => ended,
            () = self.soft.cancelled() => {
                connection.as_mut().graceful_shutdown();
                connection.await
            }
        };
        if let Err(error) = ended {
            tracing::debug!(error = %error, "a connection ended early");
        }
    }
}

#[cfg(test)]
mod tests {
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};

    use super::*;
    use crate::config::Sources;

    async fn answer(stream: &mut TcpStream) -> std::io::Result<String> {
        stream
            .write_all(b"GET / HTTP/1.1\r\nhost: a\r\n\r\n")
            .await?;
        let mut reply = vec![0; 512];
        let read = stream.read(&mut reply).await?;
        Ok(String::from_utf8_lossy(&reply[..read]).into_owned())
    }

    #[tokio::test]
    async fn one_address_cannot_take_every_connection() {
        let share = "HEIMDEX_SERVER_HTTP_MAX_CONNECTIONS_PER_ADDRESS";
        let sources = Sources {
            default_data_dir: Some("/nowhere".into()),
            environment: vec![(share.into(), "2".into())],
            ..Sources::default()
        };
        let (config, _) = Config::resolve(sources).unwrap();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let lifecycle = Lifecycle::new();
        let router = Router::new().fallback(|| async { "here" });
        let serving = serve(router, listener, config, lifecycle.clone());
        drop(lifecycle.spawn("listener", serving));
        let mut kept = Vec::new();
        for _ in 0..2 {
            let mut stream = TcpStream::connect(address).await.unwrap();
            assert!(answer(&mut stream).await.unwrap().ends_with("here"));
            kept.push(stream);
        }
        let mut one_too_many = TcpStream::connect(address).await.unwrap();
        assert!(
            !answer(&mut one_too_many)
                .await
                .is_ok_and(|reply| !reply.is_empty())
        );
        let mut ended = kept.pop().unwrap();
        ended.shutdown().await.unwrap();
        ended.read_to_end(&mut Vec::new()).await.unwrap();
        // Its end is seen here before its place is free there.
        loop {
            let mut next = TcpStream::connect(address).await.unwrap();
            if answer(&mut next)
                .await
                .is_ok_and(|reply| reply.ends_with("here"))
            {
                break;
            }
        }
        lifecycle.soft().cancel();
    }
}

//! A TCP proxy on the loopback interface that breaks when told to: refuses, stalls, cuts in mid-stream.
//!
//! It runs on a thread and runtime of its own, so that tests with and without a runtime can use it.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread::JoinHandle;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::tcp::{ReadHalf, WriteHalf};
use tokio::net::{TcpListener, TcpSocket, TcpStream};
use tokio::sync::watch;
use tokio::task::JoinSet;

/// No budget: nothing is cut.
const UNLIMITED: u64 = u64::MAX;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Mode {
    Pass,
    Stall,
    Refuse,
    End,
}

#[derive(Debug, Clone, Copy)]
struct State {
    mode: Mode,
    /// Connections opened before the latest cut are gone.
    cuts: u64,
}

#[derive(Debug)]
struct Counters {
    up: AtomicU64,
    down: AtomicU64,
    connections: AtomicU64,
    /// What may still go up before the next cut.
    budget: AtomicU64,
}

/// A proxy in front of one address.
#[derive(Debug)]
pub struct ChaosProxy {
    address: SocketAddr,
    state: watch::Sender<State>,
    counters: Arc<Counters>,
    thread: Option<JoinHandle<()>>,
}

impl ChaosProxy {
    /// Starts a proxy in front of `target` (`host:port`, or a URL with nothing behind the port).
    pub fn start(target: &str) -> Self {
        let target = target
            .split_once("://")
            .map_or(target, |(_, authority)| authority);
        let target: SocketAddr = target
            .trim_end_matches('/')
            .parse()
            .unwrap_or_else(|error| panic!("`{target}` is no address: {error}"));
        let counters = Arc::new(Counters {
            up: AtomicU64::new(0),
            down: AtomicU64::new(0),
            connections: AtomicU64::new(0),
            budget: AtomicU64::new(UNLIMITED),
        });
        let (state, changes) = watch::channel(State {
            mode: Mode::Pass,
            cuts: 0,
        });
        let (ready, listening) = std::sync::mpsc::sync_channel(1);
        let proxy = Proxy {
            target,
            changes,
            counters: Arc::clone(&counters),
            state: state.clone(),
        };
        let thread = std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread()
                .enable_all()
                .build();
            runtime.expect("a runtime").block_on(async move {
                let listener = listen(SocketAddr::from(([127, 0, 0, 1], 0)));
                let address = listener
                    .local_addr()
                    .expect("a bound socket has an address");
                ready.send(address).expect("the test waits for the address");
                proxy.run(listener, address).await;
            });
        });
        let address = listening.recv().expect("the proxy listens");
        Self {
            address,
            state,
            counters,
            thread: Some(thread),
        }
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Where it listens, as a URL.
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Refuses connections, as a machine whose server is down, and cuts those that are open.
    pub fn refuse(&self) {
        self.set(Mode::Refuse);
        self.cut();
    }

    /// Moves no byte any more in either direction, and keeps connections open, as a network that swallows packets.
    pub fn stall(&self) {
        self.set(Mode::Stall);
    }

    /// Passes everything again, and forgets a cut that was still to come.
    pub fn restore(&self) {
        self.counters.budget.store(UNLIMITED, Ordering::SeqCst);
        self.set(Mode::Pass);
    }

    /// Resets every open connection now.
    pub fn cut(&self) {
        self.state.send_modify(|state| state.cuts += 1);
    }

    /// Resets every connection once, after so many more bytes went to the target; then passes again.
    pub fn cut_after(&self, bytes: u64) {
        self.counters.budget.store(bytes, Ordering::SeqCst);
    }

    /// Bytes that went to the target.
    pub fn bytes_up(&self) -> u64 {
        self.counters.up.load(Ordering::SeqCst)
    }

    /// Bytes that came from the target.
    pub fn bytes_down(&self) -> u64 {
        self.counters.down.load(Ordering::SeqCst)
    }

    /// Connections that were accepted.
    pub fn connections(&self) -> u64 {
        self.counters.connections.load(Ordering::SeqCst)
    }

    fn set(&self, mode: Mode) {
        self.state.send_modify(|state| state.mode = mode);
    }
}

impl Drop for ChaosProxy {
    fn drop(&mut self) {
        self.set(Mode::End);
        if let Some(thread) = self.thread.take() {
            let joined = thread.join();
            assert!(
                joined.is_ok() || std::thread::panicking(),
                "the proxy panicked"
            );
        }
    }
}

fn listen(address: SocketAddr) -> TcpListener {
    let socket = TcpSocket::new_v4().expect("a socket");
    // The port is given back and taken again by `refuse` and `restore`.
    socket.set_reuseaddr(true).expect("a socket option");
    socket.bind(address).expect("the port is ours");
    socket.listen(1024).expect("the port is ours")
}

struct Proxy {
    target: SocketAddr,
    changes: watch::Receiver<State>,
    state: watch::Sender<State>,
    counters: Arc<Counters>,
}

impl Proxy {
    async fn run(mut self, listener: TcpListener, address: SocketAddr) {
        let mut listener = Some(listener);
        let mut connections = JoinSet::new();
        loop {
            let mode = self.changes.borrow_and_update().mode;
            match (mode, &listener) {
                (Mode::End, _) => return,
                (Mode::Refuse, _) => listener = None,
                (Mode::Pass | Mode::Stall, None) => listener = Some(listen(address)),
                (Mode::Pass | Mode::Stall, Some(_)) => {}
            }
            tokio::select! {
                // Its sender is dropped only after `End`.
                _ = self.changes.changed() => {}
                accepted = accept(listener.as_ref()) => {
                    if let Ok(stream) = accepted {
                        connections.spawn(self.connection().carry(stream));
                    }
                }
                Some(_) = connections.join_next() => {}
            }
        }
    }

    fn connection(&self) -> Connection {
        self.counters.connections.fetch_add(1, Ordering::SeqCst);
        Connection {
            target: self.target,
            changes: self.changes.clone(),
            state: self.state.clone(),
            counters: Arc::clone(&self.counters),
        }
    }
}

async fn accept(listener: Option<&TcpListener>) -> std::io::Result<TcpStream> {
    match listener {
        Some(listener) => listener.accept().await.map(|(stream, _)| stream),
        None => std::future::pending().await,
    }
}

struct Connection {
    target: SocketAddr,
    changes: watch::Receiver<State>,
    state: watch::Sender<State>,
    counters: Arc<Counters>,
}

impl Connection {
    async fn carry(self, mut client: TcpStream) {
        let mut changes = self.changes.clone();
        let cuts = changes.borrow_and_update().cuts;
        // A target that is down looks to the client as it would without a proxy: the connection ends at once.
        let Ok(mut target) = TcpStream::connect(self.target).await else {
            let _ = client.set_zero_linger();
            return;
        };
        for stream in [&client, &target] {
            let _ = stream.set_nodelay(true);
        }
        let (from_client, to_client) = client.split();
        let (from_target, to_target) = target.split();
        let up = self.pump(from_client, to_target, Direction::Up);
        let down = self.pump(from_target, to_client, Direction::Down);
        let both = async { tokio::try_join!(up, down) };
        let cut = tokio::select! {
            ended = both => ended.is_err(),
            _ = changes.wait_for(|state| state.cuts != cuts) => true,
        };
        if cut {
            // Dropping them resets both connections, as a machine that went away does.
            let _ = client.set_zero_linger();
            let _ = target.set_zero_linger();
        }
    }

    async fn pump(
        &self,
        mut from: ReadHalf<'_>,
        mut to: WriteHalf<'_>,
        direction: Direction,
    ) -> std::io::Result<()> {
        let mut buffer = vec![0; 64 * 1024];
        let mut changes = self.changes.clone();
        loop {
            let read = from.read(&mut buffer).await?;
            let going = changes
                .wait_for(|state| state.mode != Mode::Stall)
                .await
                .is_ok();
            if read == 0 || !going {
                return to.shutdown().await;
            }
            let allowed = self.allowed(read, direction);
            to.write_all(&buffer[..allowed]).await?;
            let counter = match direction {
                Direction::Up => &self.counters.up,
                Direction::Down => &self.counters.down,
            };
            counter.fetch_add(allowed as u64, Ordering::SeqCst);
            if allowed < read {
                self.state.send_modify(|state| state.cuts += 1);
                return std::future::pending().await;
            }
        }
    }

    /// How much of what was read may go on; less than all of it means that the cut is due.
    fn allowed(&self, read: usize, direction: Direction) -> usize {
        if direction == Direction::Down {
            return read;
        }
        let budget = self.counters.budget.load(Ordering::SeqCst);
        if budget == UNLIMITED {
            return read;
        }
        if let Some(left) = budget.checked_sub(read as u64) {
            self.counters.budget.store(left, Ordering::SeqCst);
            read
        } else {
            self.counters.budget.store(UNLIMITED, Ordering::SeqCst);
            usize::try_from(budget).unwrap_or(read)
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Direction {
    Up,
    Down,
}

#[cfg(test)]
mod tests;

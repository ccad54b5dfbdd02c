//! The proxy in front of a server that sends back what it gets.

use std::io::{ErrorKind, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::time::Duration;

use super::ChaosProxy;
use crate::wait_until;

const LIMIT: Duration = Duration::from_secs(10);

fn echo_server() -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let mut stream = stream.unwrap();
            std::thread::spawn(move || {
                let mut reader = stream.try_clone().unwrap();
                std::io::copy(&mut reader, &mut stream)
            });
        }
    });
    address
}

fn proxy() -> ChaosProxy {
    ChaosProxy::start(&format!("http://{}/", echo_server()))
}

fn connect(proxy: &ChaosProxy) -> TcpStream {
    let stream = TcpStream::connect(proxy.address()).unwrap();
    stream.set_read_timeout(Some(LIMIT)).unwrap();
    stream
}

fn echo(stream: &mut TcpStream, bytes: &[u8]) -> std::io::Result<Vec<u8>> {
    stream.write_all(bytes)?;
    let mut answer = vec![0; bytes.len()];
    stream.read_exact(&mut answer)?;
    Ok(answer)
}

#[test]
fn bytes_pass_in_both_directions_and_are_counted() {
    let proxy = proxy();
    let sent = vec![7; 300_000];
    let mut stream = connect(&proxy);
    let mut writer = stream.try_clone().unwrap();
    let bytes = sent.clone();
    let writing = std::thread::spawn(move || writer.write_all(&bytes));
    let mut received = vec![0; sent.len()];
    stream.read_exact(&mut received).unwrap();
    writing.join().unwrap().unwrap();
    assert_eq!(received, sent);
    wait_until("the counters", LIMIT, || {
        let seen = (proxy.bytes_up(), proxy.bytes_down(), proxy.connections());
        if seen == (300_000, 300_000, 1) {
            Ok(())
        } else {
            Err(seen)
        }
    });
}

#[test]
fn the_end_of_one_side_reaches_the_other() {
    let proxy = proxy();
    let mut stream = connect(&proxy);
    stream.write_all(b"last words").unwrap();
    stream.shutdown(std::net::Shutdown::Write).unwrap();
    let mut received = Vec::new();
    stream.read_to_end(&mut received).unwrap();
    assert_eq!(received, b"last words");
}

#[test]
fn refusing_cuts_what_is_open_and_takes_nothing_new_until_restored() {
    let proxy = proxy();
    let mut open = connect(&proxy);
    echo(&mut open, b"before").unwrap();
    proxy.refuse();
    assert!(echo(&mut open, b"after").is_err());
    wait_until("a refused connection", LIMIT, || {
        match TcpStream::connect(proxy.address()) {
            Err(error) if error.kind() == ErrorKind::ConnectionRefused => Ok(()),
            other => Err(other),
        }
    });
    proxy.restore();
    wait_until("a connection after restoring", LIMIT, || {
        echo(&mut TcpStream::connect(proxy.address())?, b"again")
    });
}

#[test]
fn a_stalled_connection_goes_on_when_restored() {
    let proxy = proxy();
    let mut stream = connect(&proxy);
    echo(&mut stream, b"before").unwrap();
    proxy.stall();
    let up = proxy.bytes_up();
    stream.write_all(b"later").unwrap();
    let short = Some(Duration::from_millis(50));
    stream.set_read_timeout(short).unwrap();
    let mut answer = [0; 5];
    assert!(
        stream.read(&mut answer).is_err(),
        "nothing comes back while it is stalled"
    );
    assert_eq!(proxy.bytes_up(), up);
    proxy.restore();
    stream.set_read_timeout(Some(LIMIT)).unwrap();
    stream.read_exact(&mut answer).unwrap();
    assert_eq!(&answer, b"later");
}

#[test]
fn a_cut_comes_after_exactly_so_many_bytes_and_only_once() {
    let proxy = proxy();
    proxy.cut_after(1_000);
    let mut stream = connect(&proxy);
    assert!(echo(&mut stream, &[1; 5_000]).is_err());
    assert_eq!(proxy.bytes_up(), 1_000);
    assert_eq!(echo(&mut connect(&proxy), &[2; 5_000]).unwrap(), [2; 5_000]);
}

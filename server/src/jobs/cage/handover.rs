//! How a listener comes out of a cage: the inside makes it in its own network and passes it out over a socket pair. Where
//! the system permits no such network, the outside makes one that everybody on this machine could reach, behind a path
//! that nobody knows.

use std::io::{self, IoSlice, IoSliceMut, Read as _, Write as _};
use std::mem::MaybeUninit;
use std::net::{Ipv4Addr, TcpListener};
use std::os::fd::{AsFd as _, OwnedFd};
use std::os::unix::net::UnixStream;
use std::time::Duration;

use rustix::net::{
    RecvAncillaryBuffer, RecvAncillaryMessage, RecvFlags, SendAncillaryBuffer,
    SendAncillaryMessage, SendFlags, recvmsg, sendmsg,
};

/// Said with a listener.
const OURS: u8 = b'l';
/// Said where there is none.
const NONE: u8 = b'n';
/// Said when ffmpeg may run.
const GO: u8 = b'g';

/// From inside: here is the listener, or there is none.
pub(super) fn send(socket: &UnixStream, listener: Option<&TcpListener>) -> io::Result<()> {
    let mut space = [MaybeUninit::uninit(); rustix::cmsg_space!(ScmRights(1))];
    let mut control = SendAncillaryBuffer::new(&mut space);
    let descriptors = listener.map(|listener| [listener.as_fd()]);
    let said = match &descriptors {
        Some(descriptors) => {
            if !control.push(SendAncillaryMessage::ScmRights(descriptors)) {
                return Err(io::ErrorKind::OutOfMemory.into());
            }
            [OURS]
        }
        None => [NONE],
    };
    sendmsg(
        socket,
        &[IoSlice::new(&said)],
        &mut control,
        SendFlags::empty(),
    )?;
    Ok(())
}

/// From outside: the listener, and the socket to say [`go`] on.
pub(super) fn receive(
    socket: &UnixStream,
    limit: Duration,
) -> io::Result<(TcpListener, UnixStream)> {
    socket.set_read_timeout(Some(limit))?;
    let mut said = [0];
    let mut space = [MaybeUninit::uninit(); rustix::cmsg_space!(ScmRights(1))];
    let mut control = RecvAncillaryBuffer::new(&mut space);
    let received = recvmsg(
        socket,
        &mut [IoSliceMut::new(&mut said)],
        &mut control,
        RecvFlags::CMSG_CLOEXEC,
    )?;
    if received.bytes == 0 {
        return Err(io::ErrorKind::UnexpectedEof.into());
    }
    let passed: Option<OwnedFd> = control.drain().find_map(|message| match message {
        RecvAncillaryMessage::ScmRights(mut descriptors) => descriptors.next(),
        _ => None,
    });
    let listener = match (said, passed) {
        ([OURS], Some(descriptor)) => TcpListener::from(descriptor),
        ([NONE], None) => {
            tracing::debug!("no network namespaces here; ffmpeg gets a listener on loopback");
            TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?
        }
        _ => return Err(io::ErrorKind::InvalidData.into()),
    };
    Ok((listener, socket.try_clone()?))
}

/// From outside: ffmpeg may run.
pub(super) fn go(mut socket: &UnixStream) -> io::Result<()> {
    socket.write_all(&[GO])
}

/// From inside: waits until it may.
pub(super) fn wait(mut socket: &UnixStream) -> io::Result<()> {
    let mut said = [0];
    socket.read_exact(&mut said)?;
    if said == [GO] {
        Ok(())
    } else {
        Err(io::ErrorKind::InvalidData.into())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_listener_passes_and_is_the_same() {
        let (outside, inside) = UnixStream::pair().unwrap();
        let made = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        send(&inside, Some(&made)).unwrap();
        let (passed, socket) = receive(&outside, Duration::from_secs(5)).unwrap();
        assert_eq!(passed.local_addr().unwrap(), made.local_addr().unwrap());
        go(&socket).unwrap();
        wait(&inside).unwrap();
        send(&inside, None).unwrap();
        let (other, _) = receive(&outside, Duration::from_secs(5)).unwrap();
        assert_ne!(other.local_addr().unwrap(), made.local_addr().unwrap());
        drop(inside);
        assert!(receive(&outside, Duration::from_secs(5)).is_err());
    }
}

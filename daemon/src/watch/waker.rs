//! Wakes a thread that waits for the kernel: a descriptor that becomes readable.

use std::io;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::sync::atomic::{AtomicBool, Ordering};

use rustix::event::{EventfdFlags, PollFd, PollFlags, Timespec, eventfd, poll};

use super::settle::Moment;

/// Both ends of it.
#[derive(Debug)]
pub(super) struct Waker {
    fd: OwnedFd,
    is_stopped: AtomicBool,
}

impl Waker {
    pub(super) fn new() -> io::Result<Self> {
        let flags = EventfdFlags::CLOEXEC | EventfdFlags::NONBLOCK;
        Ok(Self {
            fd: eventfd(0, flags)?,
            is_stopped: AtomicBool::new(false),
        })
    }

    /// Has whoever waits end, and whoever looks through a large folder look no further.
    pub(super) fn stop(&self) {
        self.is_stopped.store(true, Ordering::Relaxed);
        self.wake();
    }

    /// Whether it is to end.
    pub(super) fn is_stopped(&self) -> bool {
        self.is_stopped.load(Ordering::Relaxed)
    }

    /// Has whoever waits look again. Never blocks.
    pub(super) fn wake(&self) {
        // A counter that is full wakes just as well.
        let _full = rustix::io::write(&self.fd, &1_u64.to_ne_bytes());
    }

    fn clear(&self) {
        let mut count = [0; 8];
        let _empty = rustix::io::read(&self.fd, &mut count);
    }

    /// Waits until it is woken, one of the others has something, or the time has come. Which of the others have.
    pub(super) fn wait(
        &self,
        others: &[(BorrowedFd<'_>, PollFlags)],
        now: Moment,
        until: Option<Moment>,
    ) -> io::Result<Vec<bool>> {
        let mut fds = vec![PollFd::from_borrowed_fd(self.fd.as_fd(), PollFlags::IN)];
        let others = others.iter();
        fds.extend(others.map(|(fd, flags)| PollFd::from_borrowed_fd(*fd, *flags)));
        let timeout = until.map(|until| timespec(until.since(now)));
        match poll(&mut fds, timeout.as_ref()) {
            Ok(_) | Err(rustix::io::Errno::INTR) => {}
            Err(errno) => return Err(errno.into()),
        }
        if !fds[0].revents().is_empty() {
            self.clear();
        }
        Ok(fds[1..].iter().map(|fd| !fd.revents().is_empty()).collect())
    }
}

/// A little late rather than a little early, which would be a wake-up for nothing.
fn timespec(duration: std::time::Duration) -> Timespec {
    let duration = duration.saturating_add(std::time::Duration::from_millis(1));
    Timespec {
        tv_sec: i64::try_from(duration.as_secs()).unwrap_or(i64::MAX),
        tv_nsec: i64::from(duration.subsec_nanos()),
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn a_waker_wakes_once_whenever_it_was_woken() {
        let waker = Waker::new().unwrap();
        let now = Moment(Duration::ZERO);
        waker.wake();
        waker.wake();
        // Would wait for good otherwise.
        assert!(waker.wait(&[], now, None).unwrap().is_empty());
        let soon = Some(now.after(Duration::from_millis(1)));
        assert!(waker.wait(&[], now, soon).unwrap().is_empty());
    }
}

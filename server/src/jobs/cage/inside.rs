//! The inside of the cage: gives up what ffmpeg must not have, then becomes ffmpeg.
//!
//! Runs before anything else of this program, in a process of its own with one thread.

use std::ffi::{OsStr, OsString};
use std::io::{self, Write as _};
use std::net::{Ipv4Addr, TcpListener};
use std::os::fd::AsFd as _;
use std::os::unix::ffi::OsStrExt as _;
use std::os::unix::net::UnixStream;
use std::os::unix::process::CommandExt as _;
use std::path::Path;
use std::process::{Command, ExitCode, Stdio};

use fs_err as fs;
use fs_err::os::unix::fs::OpenOptionsExt as _;
use rustix::process::{Resource, Rlimit, setrlimit};

use super::{CageLimits, INSIDE, handover};

/// The file that tells ffmpeg's arguments, each ended by a zero byte: nothing of them is on the command line that
/// everybody sees before ffmpeg runs.
pub(super) const ARGUMENTS: &str = "arguments";
/// Files that may be open at once.
const FILES: u64 = 64;

/// Becomes the inside of a cage, where the arguments of this process say so; otherwise `None`, and nothing happened.
#[must_use]
pub fn enter() -> Option<ExitCode> {
    let mut arguments = std::env::args_os().skip(1);
    if arguments.next()? != INSIDE {
        return None;
    }
    let error = match become_ffmpeg(&arguments.collect::<Vec<_>>()) {
        Ok(never) => match never {},
        Err(error) => error,
    };
    // The worker reads this as it reads what ffmpeg says.
    let _ = writeln!(io::stderr(), "the cage: {error}");
    Some(ExitCode::FAILURE)
}

/// What is written for [`enter`].
pub(super) fn write_arguments(file: &Path, arguments: &[String]) -> io::Result<()> {
    let mut options = fs::OpenOptions::new();
    options.write(true).create(true).truncate(true).mode(0o600);
    let mut file = options.open(file)?;
    for argument in arguments {
        file.write_all(argument.as_bytes())?;
        file.write_all(&[0])?;
    }
    Ok(())
}

fn become_ffmpeg(arguments: &[OsString]) -> io::Result<std::convert::Infallible> {
    let [mode, program, cpu, memory, file] = arguments else {
        return Err(io::ErrorKind::InvalidInput.into());
    };
    let text = |argument: &OsString| argument.to_string_lossy().into_owned();
    let limits =
        CageLimits::from_arguments(&text(cpu), &text(memory)).ok_or(io::ErrorKind::InvalidInput)?;
    let is_alone = alone()?;
    let is_listening = mode == "listen";
    if is_listening {
        let socket = UnixStream::from(io::stdin().as_fd().try_clone_to_owned()?);
        let listener = if is_alone {
            Some(TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?)
        } else {
            None
        };
        handover::send(&socket, listener.as_ref())?;
        handover::wait(&socket)?;
    }
    let told = fs::read(Path::new(file))?;
    fs::remove_file(Path::new(file))?;
    let told = told.strip_suffix(&[0]).unwrap_or(&told);
    let mut command = Command::new(program);
    command
        .args(told.split(|byte| *byte == 0).map(OsStr::from_bytes))
        .env_clear();
    if is_listening {
        command.stdin(Stdio::null());
    }
    restrict(limits)?;
    Err(command.exec())
}

/// Nothing of what follows can be undone by what this process becomes.
fn restrict(limits: CageLimits) -> io::Result<()> {
    let exactly = |most: u64| Rlimit {
        current: Some(most),
        maximum: Some(most),
    };
    setrlimit(Resource::Core, exactly(0))?;
    // It writes to pipes only.
    setrlimit(Resource::Fsize, exactly(0))?;
    setrlimit(Resource::Nofile, exactly(FILES))?;
    setrlimit(Resource::As, exactly(limits.memory))?;
    setrlimit(Resource::Cpu, exactly(limits.cpu.as_secs().max(1)))?;
    // Ends with the server, whatever ends that.
    #[cfg(target_os = "linux")]
    rustix::process::set_parent_process_death_signal(Some(rustix::process::Signal::KILL))?;
    Ok(())
}

/// Leaves the network, where the system permits that; whether it did.
#[cfg(target_os = "linux")]
fn alone() -> io::Result<bool> {
    let (uid, gid) = (rustix::process::geteuid(), rustix::process::getegid());
    // SAFETY: the only thread of this process moves itself; no file descriptors are unshared.
    #[expect(
        unsafe_code,
        reason = "namespaces are left by the system's own call; this process has one thread"
    )]
    let left = unsafe { libc::unshare(libc::CLONE_NEWUSER | libc::CLONE_NEWNET) } == 0;
    if !left {
        return Ok(false);
    }
    // Without a user of its own it could not raise its loopback, and files would be nobody's.
    fs::write("/proc/self/setgroups", "deny")?;
    fs::write("/proc/self/uid_map", format!("{0} {0} 1", uid.as_raw()))?;
    fs::write("/proc/self/gid_map", format!("{0} {0} 1", gid.as_raw()))?;
    raise_loopback()?;
    Ok(true)
}

#[cfg(not(target_os = "linux"))]
#[expect(clippy::unnecessary_wraps, reason = "as on Linux")]
fn alone() -> io::Result<bool> {
    Ok(false)
}

/// A new network has a loopback that is down: one message of rtnetlink (its manual, `rtnetlink(7)`) raises it.
#[cfg(target_os = "linux")]
fn raise_loopback() -> io::Result<()> {
    use rustix::net::{AddressFamily, RecvFlags, SendFlags, SocketType, recv, send, socket};

    const RTM_NEWLINK: u16 = 16;
    const REQUEST_WITH_ANSWER: u16 = 1 | 4;
    const LOOPBACK: i32 = 1;
    const UP: u32 = 1;
    let socket = socket(AddressFamily::NETLINK, SocketType::RAW, None)?;
    let mut message = Vec::with_capacity(32);
    message.extend_from_slice(&32_u32.to_ne_bytes());
    message.extend_from_slice(&RTM_NEWLINK.to_ne_bytes());
    message.extend_from_slice(&REQUEST_WITH_ANSWER.to_ne_bytes());
    // Its number, and the sender, which the system fills in.
    message.extend_from_slice(&1_u32.to_ne_bytes());
    message.extend_from_slice(&0_u32.to_ne_bytes());
    // Any family, any kind, this interface, these flags, and of the flags only this one.
    message.extend_from_slice(&[0; 4]);
    message.extend_from_slice(&LOOPBACK.to_ne_bytes());
    message.extend_from_slice(&UP.to_ne_bytes());
    message.extend_from_slice(&UP.to_ne_bytes());
    send(&socket, &message, SendFlags::empty())?;
    let mut answer = [0; 64];
    let (_, length) = recv(&socket, &mut answer, RecvFlags::empty())?;
    // A header of 16 bytes, then 0, or the number of the error with a minus before it.
    let error = answer[..length]
        .get(16..20)
        .and_then(|bytes| bytes.try_into().ok())
        .map_or(-1, i32::from_ne_bytes);
    if error == 0 {
        Ok(())
    } else {
        Err(io::Error::from_raw_os_error(-error))
    }
}

//! Notices that a login was made, or the configuration changed: the queue goes on at once, and nothing polls.

use std::ffi::OsStr;
use std::io;
use std::mem::MaybeUninit;
use std::os::fd::OwnedFd;
use std::os::unix::ffi::OsStrExt as _;
use std::path::{Path, PathBuf};

use rustix::fs::inotify::{self, CreateFlags, WatchFlags};
use tokio::sync::mpsc;

use crate::engine::Event;

/// Bytes of events that are read at once.
const EVENTS: usize = 4096;

/// Tells the engine whenever one of these files is written, from a thread that waits for that alone and ends with the
/// process. They lie in one folder.
pub fn follow(files: [PathBuf; 3], events: mpsc::Sender<Event>) {
    let following = listen(&files).and_then(|fd| {
        let thread = std::thread::Builder::new().name("logins".to_owned());
        thread.spawn(move || tell(&fd, &files, &events))
    });
    if let Err(error) = following {
        // `heimdex login` tells the daemon itself; this only hears what other programs do.
        tracing::info!(
            error = &error as &dyn std::error::Error,
            "changes of the configuration are not noticed by themselves"
        );
    }
}

fn listen(files: &[PathBuf; 3]) -> io::Result<OwnedFd> {
    let folder = files[0].parent().unwrap_or(Path::new("/"));
    fs_err::create_dir_all(folder)?;
    let fd = inotify::init(CreateFlags::CLOEXEC)?;
    // Files there are replaced as a whole, or written in place by an editor.
    let what = WatchFlags::MOVED_TO | WatchFlags::CLOSE_WRITE | WatchFlags::DELETE;
    inotify::add_watch(&fd, folder, what)?;
    Ok(fd)
}

fn tell(fd: &OwnedFd, files: &[PathBuf; 3], events: &mpsc::Sender<Event>) {
    let names: Vec<&OsStr> = files.iter().filter_map(|file| file.file_name()).collect();
    let mut buffer = [MaybeUninit::uninit(); EVENTS];
    let mut reader = inotify::Reader::new(fd, &mut buffer);
    loop {
        match reader.next() {
            Ok(event) => {
                let name = event
                    .file_name()
                    .map(|name| OsStr::from_bytes(name.to_bytes()));
                let is_ours = name.is_some_and(|name| names.contains(&name));
                if is_ours && events.blocking_send(Event::LoginChanged).is_err() {
                    return;
                }
            }
            Err(rustix::io::Errno::INTR) => {}
            Err(error) => {
                return tracing::info!(%error, "the configuration is not looked at any more");
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[tokio::test]
    async fn a_login_is_noticed_and_other_files_are_not() {
        let home = tempfile::tempdir().unwrap();
        let folder = home.path().join("heimdex");
        let files =
            ["config.toml", "credentials.toml", "watches.toml"].map(|name| folder.join(name));
        let (tell, mut told) = mpsc::channel(8);
        follow(files.clone(), tell);
        fs_err::write(folder.join("other"), "x").unwrap();
        fs_err::write(folder.join(".new"), "x").unwrap();
        fs_err::rename(folder.join(".new"), &files[1]).unwrap();
        let heard = tokio::time::timeout(Duration::from_secs(10), told.recv()).await;
        assert!(matches!(heard, Ok(Some(Event::LoginChanged))), "{heard:?}");
        // What came before it was told before it, if at all.
        assert!(told.try_recv().is_err());
    }
}

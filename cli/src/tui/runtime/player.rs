//! Opens videos in a player. A link grants access by itself: it lies in a private file, never in arguments, which
//! everybody on the machine can read.

use std::ffi::OsStr;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::process::{ExitStatus, Stdio};
use std::time::{Duration, Instant};

use heimdex_api::VideoId;

use super::Incoming;
use super::session::Session;
use crate::error::CliError;
use crate::output::text::clean;
use crate::tui::model::{Answer, Msg, Trouble};

/// The players that are looked for, the best first.
const PLAYERS: [&str; 3] = ["mpv", "vlc", "xdg-open"];

/// How long links hold: the longest that servers give.
pub(super) const LINK: Duration = Duration::from_hours(12);

/// A player that fails so soon has shown nothing.
const AT_ONCE: Duration = Duration::from_secs(10);

/// Opens videos one after another; what they are opened in. A player that fails at once is told of when it has.
pub(super) async fn play(
    session: &Session,
    videos: &[VideoId],
    what: &str,
) -> Result<String, Trouble> {
    let (player, arguments) = player(session).ok_or_else(|| {
        CliError::usage(
            format!("there is no player: none of {}", PLAYERS.join(", ")),
            "install one, or set VIDEO_PLAYER",
        )
    })?;
    let list = list(session, videos).await?;
    let playlist = session.playlists().keep(&list).map_err(CliError::Draft)?;
    let mut command = tokio::process::Command::new(&player);
    command.args(arguments).arg(playlist);
    command
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null());
    // A player of its own group stays when this program is stopped or interrupted.
    #[cfg(unix)]
    command.process_group(0);
    let began = Instant::now();
    let mut child = command.spawn().map_err(|source| CliError::Path {
        path: player.clone(),
        source,
    })?;
    let name = player.file_name().map(OsStr::to_string_lossy);
    let name = name.map_or_else(|| "a player".to_owned(), |name| clean(&name).into_owned());
    let (queue, what, called) = (session.queue.clone(), what.to_owned(), name.clone());
    session.watch(async move {
        // So that nothing is left of it in the table of processes.
        let ended = child.wait().await;
        if let Ok(status) = ended
            && let Some(trouble) = failed(&called, status, began.elapsed())
        {
            let answer = Answer::Played(what, Err(trouble));
            let _ = queue.send(Incoming::Msg(Msg::Answer(answer))).await;
        }
    });
    Ok(name)
}

/// That a player failed at once, where it did: one that is closed later is not told of.
fn failed(player: &str, status: ExitStatus, lived: Duration) -> Option<Trouble> {
    if status.success() || lived > AT_ONCE {
        return None;
    }
    let error = CliError::usage(
        format!("`{player}` failed at once, with {status}"),
        "VIDEO_PLAYER names another player",
    );
    Some(error.into())
}

/// A playlist of these videos.
async fn list(session: &Session, videos: &[VideoId]) -> Result<String, Trouble> {
    let client = session.client().await?;
    let mut list = "#EXTM3U\n".to_owned();
    for video in videos {
        let link = client.download(*video, Some(LINK)).await?;
        let (name, url) = (clean(&link.filename), link.url.expose());
        let _ = writeln!(list, "#EXTINF:-1,{name}\n{url}");
    }
    Ok(list)
}

/// The program, and its own arguments.
fn player(session: &Session) -> Option<(PathBuf, Vec<String>)> {
    if let Some(named) = &session.player {
        let mut words = named.split_whitespace().map(str::to_owned);
        let program = words.next()?;
        return Some((
            found(session, &program).unwrap_or_else(|| program.into()),
            words.collect(),
        ));
    }
    let found = PLAYERS.iter().find_map(|name| found(session, name));
    found.map(|program| (program, Vec::new()))
}

fn found(session: &Session, name: &str) -> Option<PathBuf> {
    if name.contains('/') {
        return Some(name.into());
    }
    let programs = session
        .search_path()
        .iter()
        .map(|directory| directory.join(name));
    programs.into_iter().find(|program| is_program(program))
}

fn is_program(path: &Path) -> bool {
    fs_err::metadata(path).is_ok_and(|metadata| metadata.is_file())
}

#[cfg(all(test, unix))]
mod tests {
    use std::os::unix::process::ExitStatusExt as _;

    use super::*;

    #[test]
    fn a_player_that_fails_at_once_is_told_of() {
        let (soon, late) = (Duration::from_secs(1), Duration::from_mins(5));
        let failure = ExitStatus::from_raw(3 << 8);
        let told = failed("mpv", failure, soon).unwrap();
        assert_eq!(
            told.sentence(),
            "`mpv` failed at once, with exit status: 3; VIDEO_PLAYER names another player"
        );
        assert_eq!(failed("mpv", failure, late), None);
        assert_eq!(failed("mpv", ExitStatus::from_raw(0), soon), None);
    }
}

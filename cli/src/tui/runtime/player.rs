//! Opens a video in a player. The link grants access by itself: it lies in a private file, never in arguments, which
//! everybody on the machine can read.

use std::ffi::OsStr;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;

use heimdex_api::VideoId;

use super::session::Session;
use crate::error::CliError;
use crate::output::text::clean;
use crate::tui::model::Trouble;

/// The players that are looked for, the best first.
const PLAYERS: [&str; 3] = ["mpv", "vlc", "xdg-open"];

/// How long links hold: the longest that servers give.
pub(super) const LINK: Duration = Duration::from_hours(12);

/// Opens a video; what it is opened in.
pub(super) async fn play(session: &Session, video: VideoId) -> Result<String, Trouble> {
    let (player, arguments) = player(session).ok_or_else(|| {
        CliError::usage(
            format!("there is no player: none of {}", PLAYERS.join(", ")),
            "install one, or set VIDEO_PLAYER",
        )
    })?;
    let link = session.client().await?.download(video, Some(LINK)).await?;
    let list = format!(
        "#EXTM3U\n#EXTINF:-1,{}\n{}\n",
        clean(&link.filename),
        link.url.expose()
    );
    let playlist = playlist(&list).map_err(CliError::Draft)?;
    let mut command = tokio::process::Command::new(&player);
    command.args(arguments).arg(playlist.path());
    command
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null());
    // A player of its own group stays when this program is stopped or interrupted.
    #[cfg(unix)]
    command.process_group(0);
    let mut child = command.spawn().map_err(|source| CliError::Path {
        path: player.clone(),
        source,
    })?;
    session.keep_playlist(playlist);
    session.watch(async move {
        // So that nothing is left of it in the table of processes.
        let _ = child.wait().await;
    });
    let name = player.file_name().map(OsStr::to_string_lossy);
    Ok(name.map_or_else(|| "a player".to_owned(), |name| clean(&name).into_owned()))
}

/// A file that only its owner can read.
fn playlist(text: &str) -> std::io::Result<tempfile::NamedTempFile> {
    let mut file = tempfile::Builder::new()
        .prefix("heimdex-")
        .suffix(".m3u")
        .tempfile()?;
    file.write_all(text.as_bytes())?;
    file.flush()?;
    Ok(file)
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

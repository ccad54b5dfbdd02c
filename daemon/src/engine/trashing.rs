//! `--after-verified trash`: a stored file goes to the trash only after the same proof that a card needs to be wiped.

use std::path::Path;

use heimdex_api::Timestamp;
use heimdex_client::journal::{KeptFile, Trouble};
use heimdex_client::shown::Moment;
use heimdex_client::transfer::stamp_of;
use heimdex_client::trash;
use heimdex_client::wipe::{Proof, Terms, Why, prove};
use jiff::tz::TimeZone;
use tokio_util::sync::CancellationToken;

use super::event::Trashing;
use crate::accounts::Accounts;

/// Where files are stored, and where the trash is.
pub(super) struct Place<'a> {
    pub(super) accounts: &'a Accounts,
    /// The profile of the account that has the file.
    pub(super) profile: Option<&'a str>,
    pub(super) data_home: Option<&'a Path>,
    /// The folder of the watch that it came by.
    pub(super) below: Option<&'a Path>,
}

/// Puts a file in the trash, if it is proven now that it may.
pub(super) async fn trash(
    place: &Place<'_>,
    kept: &KeptFile,
    accept_cached: bool,
    cancel: &CancellationToken,
) -> Trashing {
    let context = place
        .profile
        .and_then(|profile| place.accounts.context(profile).ok());
    let Some(context) = context else {
        return Trashing::NotYet {
            lacks: Some("nobody is logged in to its account".to_owned()),
        };
    };
    let terms = Terms {
        accept_cached,
        reread: false,
    };
    let path = &kept.shown_path;
    if trash::holds(path, place.data_home) {
        return Trashing::NotWanted;
    }
    if !is_below(place.below, kept).await {
        return Trashing::Changed;
    }
    let proven = match prove(&context, path, &kept.stamp, terms, cancel).await {
        Ok(Proof::Proven(proven)) => proven,
        Ok(Proof::Not(whys)) => return not_proven(path, &whys, context.now()),
        Err(error) => {
            tracing::debug!(%error, "whether a file may go in the trash is not known yet");
            return Trashing::NotYet {
                lacks: Some(error.to_string()),
            };
        }
    };
    // Taken back while it was read.
    if cancel.is_cancelled() {
        return Trashing::NotYet { lacks: None };
    }
    let (path, data_home) = (path.clone(), place.data_home.map(Path::to_owned));
    let now = context.now();
    let moving =
        tokio::task::spawn_blocking(move || trash::put(&proven, &path, data_home.as_deref(), now));
    match moving.await {
        Ok(Ok(())) => {
            tracing::info!(path = %kept.shown_path.display(), video.id = %kept.video_id, "stored, proven equal, and moved to the trash");
            Trashing::Done
        }
        Ok(Err(trash::TrashError::Changed { .. })) => Trashing::Changed,
        Ok(Err(error)) => Trashing::Failed(Trouble {
            text: error.to_string(),
            hint: error.hint().map(str::to_owned),
        }),
        Err(_) => Trashing::NotYet { lacks: None },
    }
}

/// Whether the file still lies in its watch, with no link on the way: what is behind one is none of the watch's.
async fn is_below(below: Option<&Path>, kept: &KeptFile) -> bool {
    let Some(below) = below.map(Path::to_owned) else {
        return true;
    };
    let (path, stamp) = (kept.shown_path.clone(), kept.stamp);
    let look = move || stamp_of(&path, Some(&below)).is_ok_and(|there| there == stamp);
    tokio::task::spawn_blocking(look).await.unwrap_or(false)
}

/// What a missing proof means: most are only a matter of time, or of a person.
fn not_proven(path: &Path, whys: &[Why], now: Timestamp) -> Trashing {
    use heimdex_client::wipe::ReadBack;
    // Without a file there is nothing to prove: it was taken away, or is another state of it by now.
    let is_other = whys.iter().all(|why| {
        matches!(
            why,
            Why::NoFiles | Why::NotRead(ReadBack::Changed | ReadBack::Vanished) | Why::Obstacle(_)
        )
    });
    if is_other {
        return Trashing::Changed;
    }
    let moment = Moment {
        now,
        zone: TimeZone::system(),
    };
    let lacks = whys.first().map(|why| why.sentence(&moment));
    tracing::debug!(path = %path.display(), why = lacks, "not proven yet");
    Trashing::NotYet { lacks }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_changed_is_left_alone_and_what_lacks_proof_is_asked_again() {
        let path = Path::new("/card/a.mp4");
        let now = Timestamp::from_micros(0).unwrap();
        let not_proven = |whys: &[Why]| not_proven(path, whys, now);
        assert_eq!(not_proven(&[]), Trashing::Changed);
        assert_eq!(not_proven(&[Why::NoFiles]), Trashing::Changed);
        let lacks = |text: &str| Trashing::NotYet {
            lacks: Some(text.to_owned()),
        };
        assert_eq!(
            not_proven(&[Why::NotAsked]),
            lacks("the server gave no answer for it")
        );
        let video_id = heimdex_api::VideoId::new(uuid::Uuid::nil());
        assert_eq!(
            not_proven(&[Why::NotVerified { video_id }]),
            lacks("stored, and not verified")
        );
    }
}

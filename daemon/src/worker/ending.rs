//! What a failure of a transfer means: the file's own, or the server's that every file would meet. Pure.

use std::time::Duration;

use heimdex_api::ErrorCode;
use heimdex_client::http::LoggedOut;
use heimdex_client::journal::Trouble;
use heimdex_client::transfer::{Stop, TransferError};
use heimdex_client::{ErrorClass, HttpError};

use crate::engine::Ending;
use crate::queue::{Away, Kind};

/// What a failed transfer means.
pub(super) fn of_error(error: &TransferError) -> Ending {
    let trouble = || Trouble {
        text: error.to_string(),
        hint: error.hint(),
    };
    let refused = |video| Ending::Refused {
        trouble: trouble(),
        video,
    };
    let away = |kind| {
        Ending::Away(Away {
            kind,
            why: error.to_string(),
            hint: error.hint(),
            retry_after: None,
        })
    };
    match error {
        TransferError::NotFound { .. } => Ending::Vanished,
        TransferError::NotAFile { .. } => refused(None),
        TransferError::StoredButFailed { video, .. } => refused(Some(*video)),
        TransferError::Busy { .. } => Ending::Busy,
        TransferError::Api(error) => of_http(error, trouble()),
        TransferError::Stopped { stop, .. } => match stop {
            Stop::Unreachable(_) => away(Kind::Offline),
            Stop::StorageFull => away(Kind::StorageFull),
            Stop::TakenOver => Ending::TakenOver {
                silent_for: Duration::ZERO,
            },
            Stop::Api { code, class, .. } => match (code.and_then(kind_of), class) {
                (Some(kind), _) => away(kind),
                (None, ErrorClass::NotLoggedIn) => away(Kind::LoggedOut),
                (None, ErrorClass::Unreachable) => away(Kind::Offline),
                (None, _) if code.is_some() => refused(None),
                (None, _) => Ending::Failed(trouble()),
            },
            Stop::FileVanished => Ending::Vanished,
            Stop::Interrupted => Ending::NotDone,
            Stop::FileChanged
            | Stop::PromisedOtherwise
            | Stop::Expired
            | Stop::UploadGone
            | Stop::StoreRefused { .. }
            | Stop::Corrupted
            | Stop::FileUnreadable(_) => Ending::Failed(trouble()),
        },
        TransferError::Unreadable { .. }
        | TransferError::Journal(_)
        | TransferError::TargetExists { .. }
        | TransferError::Unwritable { .. }
        | TransferError::Damaged { .. }
        | TransferError::Output(_) => Ending::Failed(trouble()),
    }
}

/// What a refusal of the API means for a file.
fn of_http(error: &HttpError, trouble: Trouble) -> Ending {
    if let Some(away) = away_by(error) {
        return Ending::Away(away);
    }
    match error.code() {
        Some(ErrorCode::UploadTakenOver) => Ending::TakenOver {
            silent_for: Duration::ZERO,
        },
        // What the file, or what is said of it, is: saying it again changes nothing.
        Some(
            ErrorCode::ValidationFailed
            | ErrorCode::FileTooLarge
            | ErrorCode::BodyTooLarge
            | ErrorCode::UnsupportedMimeType,
        ) => Ending::Refused {
            trouble,
            video: None,
        },
        _ => Ending::Failed(trouble),
    }
}

/// Why a server is to be left alone, if this failure says so.
#[must_use]
pub fn away_by(error: &HttpError) -> Option<Away> {
    let kind = match error.code().and_then(kind_of) {
        Some(kind) => kind,
        None => match error {
            HttpError::NotLoggedIn {
                why: LoggedOut::Never | LoggedOut::SessionEnded | LoggedOut::TokenRefused,
                ..
            }
            | HttpError::Credentials(_)
            | HttpError::Api { status: 401, .. } => Kind::LoggedOut,
            HttpError::Unreachable { .. }
            | HttpError::Timeout { .. }
            | HttpError::Redirected { .. }
            | HttpError::InvalidReply { .. }
            // Nothing of this server's goes where it says, until it says otherwise.
            | HttpError::PlainStore { .. }
            | HttpError::Api {
                status: 429 | 500..=599,
                ..
            } => Kind::Offline,
            HttpError::Api { .. }
            | HttpError::Unsupported { .. }
            | HttpError::Poster { .. }
            | HttpError::Request(_) => {
                return None;
            }
        },
    };
    Some(Away {
        kind,
        why: error.to_string(),
        hint: error.hint(),
        retry_after: error.retry_after(),
    })
}

/// What a code says of the whole server.
fn kind_of(code: ErrorCode) -> Option<Kind> {
    match code {
        ErrorCode::QuotaExceeded => Some(Kind::Quota),
        ErrorCode::StorageFull => Some(Kind::StorageFull),
        ErrorCode::Maintenance | ErrorCode::RateLimited => Some(Kind::Maintenance),
        ErrorCode::Unavailable => Some(Kind::Offline),
        ErrorCode::NotAuthenticated
        | ErrorCode::InvalidCredentials
        | ErrorCode::TokenExpired
        | ErrorCode::TokenInvalid
        | ErrorCode::InsufficientScope
        | ErrorCode::ReauthenticationRequired => Some(Kind::LoggedOut),
        ErrorCode::AccountDisabled => Some(Kind::Refused),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn stopped(stop: Stop) -> TransferError {
        TransferError::Stopped {
            path: "/card/a.mp4".into(),
            stop,
        }
    }

    fn api(code: Option<ErrorCode>, class: ErrorClass) -> Stop {
        Stop::Api {
            code,
            class,
            message: "no".into(),
            hint: None,
        }
    }

    fn kind(stop: Stop) -> Option<Kind> {
        match of_error(&stopped(stop)) {
            Ending::Away(away) => Some(away.kind),
            _ => None,
        }
    }

    #[test]
    fn what_every_file_would_meet_is_the_servers() {
        for (stop, expected) in [
            (Stop::Unreachable("x".into()), Some(Kind::Offline)),
            (Stop::StorageFull, Some(Kind::StorageFull)),
            (
                api(Some(ErrorCode::QuotaExceeded), ErrorClass::Failed),
                Some(Kind::Quota),
            ),
            (api(None, ErrorClass::NotLoggedIn), Some(Kind::LoggedOut)),
            (
                api(Some(ErrorCode::Maintenance), ErrorClass::Unreachable),
                Some(Kind::Maintenance),
            ),
            (Stop::Corrupted, None),
            (Stop::FileUnreadable("x".into()), None),
        ] {
            assert_eq!(kind(stop.clone()), expected, "{stop:?}");
        }
    }

    #[test]
    fn what_is_the_files_is_told_apart() {
        assert_eq!(of_error(&stopped(Stop::FileVanished)), Ending::Vanished);
        assert_eq!(of_error(&stopped(Stop::Interrupted)), Ending::NotDone);
        let path = "/card/a.mp4".into();
        assert_eq!(
            of_error(&TransferError::NotFound { path }),
            Ending::Vanished
        );
        let invalid = stopped(api(Some(ErrorCode::ValidationFailed), ErrorClass::Failed));
        assert!(matches!(of_error(&invalid), Ending::Refused { .. }));
        assert!(matches!(
            of_error(&stopped(Stop::Corrupted)),
            Ending::Failed(_)
        ));
    }
}

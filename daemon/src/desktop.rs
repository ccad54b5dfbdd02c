//! Tells the desktop what needs a person: a login that expired, a card that can be wiped, a file that cannot be sent.
//!
//! By default only where there is a graphical session. A desktop that does not answer costs nothing but a line in the log.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use heimdex_client::control::{Notice, Status, words};
use tokio::sync::watch;
use zbus::Connection;
use zbus::names::BusName;
use zbus::zvariant::Value;

use crate::args::Notify;
use crate::environment::Environment;

const SERVICE: &str = "org.freedesktop.Notifications";
const PATH: &str = "/org/freedesktop/Notifications";

/// A desktop that did not show a message is told it again after so long.
const AGAIN: Duration = Duration::from_secs(30);
/// So long a desktop may take.
const PATIENCE: Duration = Duration::from_secs(10);
/// So many files are told one by one.
const SINGLY: usize = 3;

/// Whether anything is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Desktop {
    /// Everything that needs a person.
    Told,
    /// Where somebody shows notifications already.
    WhereShown,
    /// Nothing.
    Silent,
}

impl Desktop {
    /// As was asked for, and as the environment suggests.
    pub(crate) fn new(notify: Notify, environment: &Environment) -> Self {
        match notify {
            Notify::Never => Self::Silent,
            Notify::Always => Self::Told,
            Notify::Auto if environment.is_graphical() => Self::Told,
            // The daemon may have been started before the session was.
            Notify::Auto => Self::WhereShown,
        }
    }
}

/// Tells each notice once, for as long as it lasts.
pub(crate) async fn tell(desktop: Desktop, mut status: watch::Receiver<Arc<Status>>) {
    if desktop == Desktop::Silent {
        return;
    }
    let mut told = Told::default();
    loop {
        let notices = status.borrow_and_update().notices.clone();
        if !told.tell(desktop, notices).await {
            // Whatever changes meanwhile, it is left in peace.
            tokio::time::sleep(AGAIN).await;
        } else if status.changed().await.is_err() {
            return;
        }
    }
}

/// What was told and still holds.
#[derive(Debug, Default)]
struct Told(Vec<Notice>);

impl Told {
    /// Tells what was not told yet; whether all of it was. A desktop that is not there yet hears it later.
    async fn tell(&mut self, desktop: Desktop, notices: Vec<Notice>) -> bool {
        for message in messages(self.new_among(notices)) {
            let shown = tokio::time::timeout(PATIENCE, show(desktop, &message)).await;
            match shown {
                Ok(Ok(true)) => self.0.extend(message.about),
                Ok(Ok(false)) => return false,
                Ok(Err(error)) => {
                    tracing::debug!(error = %error, "the desktop was not told");
                    return false;
                }
                Err(_) => {
                    tracing::debug!("the desktop does not answer");
                    return false;
                }
            }
        }
        true
    }

    /// Those that were not told yet; those that hold no more are forgotten.
    fn new_among(&mut self, mut notices: Vec<Notice>) -> Vec<Notice> {
        self.0.retain(|told| notices.contains(told));
        notices.retain(|notice| !self.0.contains(notice));
        notices
    }
}

/// What is shown as one.
#[derive(Debug, PartialEq, Eq)]
struct Message {
    head: String,
    body: String,
    urgency: u8,
    about: Vec<Notice>,
}

/// Each notice by itself, but many files as one: nobody reads twenty of them.
fn messages(notices: Vec<Notice>) -> Vec<Message> {
    let is_of_file = |notice: &Notice| {
        matches!(
            notice,
            Notice::CannotSend { .. } | Notice::LooksCutOff { .. }
        )
    };
    let (files, mut alone): (Vec<_>, Vec<_>) = notices.into_iter().partition(is_of_file);
    let mut messages = Vec::new();
    if files.len() > SINGLY {
        messages.push(Message {
            head: format!("{} files wait for you", files.len()),
            body: "They cannot be sent, or look cut off. `heimdex status` says which and why."
                .into(),
            urgency: files.iter().map(urgency).max().unwrap_or(1),
            about: files,
        });
    } else {
        alone.extend(files);
    }
    messages.extend(alone.into_iter().map(|notice| {
        let (head, body) = words::notice(&notice);
        Message {
            head,
            body,
            urgency: urgency(&notice),
            about: vec![notice],
        }
    }));
    messages
}

/// Shows a message; whether somebody is there to show it.
async fn show(desktop: Desktop, message: &Message) -> zbus::Result<bool> {
    let bus = Connection::session().await?;
    if desktop == Desktop::WhereShown {
        let is_shown = zbus::fdo::DBusProxy::new(&bus)
            .await?
            .name_has_owner(BusName::try_from(SERVICE)?)
            .await?;
        if !is_shown {
            return Ok(false);
        }
    }
    let hints: HashMap<&str, Value<'_>> = HashMap::from([
        ("urgency", Value::U8(message.urgency)),
        ("category", Value::from("transfer")),
        ("desktop-entry", Value::from("heimdex")),
    ]);
    let actions: [&str; 0] = [];
    let body = escaped(&message.body);
    let arguments = (
        "Heimdex",
        0_u32,
        "heimdex",
        message.head.as_str(),
        body.as_str(),
        &actions[..],
        hints,
        -1_i32,
    );
    bus.call_method(Some(SERVICE), PATH, Some(SERVICE), "Notify", &arguments)
        .await?;
    Ok(true)
}

/// 1 is normal, 2 stays until it is seen.
fn urgency(notice: &Notice) -> u8 {
    match notice {
        Notice::LoginExpired { .. } | Notice::CannotSend { .. } | Notice::Full { .. } => 2,
        Notice::CardDone { .. } | Notice::LooksCutOff { .. } | Notice::Unknown => 1,
    }
}

/// The body of a notification is markup; names of files are not.
fn escaped(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_notice_is_told_once_and_again_when_it_comes_back() {
        let notice = || {
            vec![Notice::Full {
                profile: "default".into(),
            }]
        };
        let mut told = Told::default();
        assert_eq!(told.new_among(notice()), notice());
        assert_eq!(told.new_among(notice()), notice(), "nobody was told");
        told.0.extend(notice());
        assert_eq!(told.new_among(notice()), []);
        assert_eq!(told.new_among(Vec::new()), []);
        assert_eq!(told.new_among(notice()), notice());
    }

    #[test]
    fn many_files_are_told_as_one() {
        let failed = |number: u32| Notice::CannotSend {
            item: None,
            path: std::path::Path::new(&format!("/card/{number}/A.MP4")).into(),
            error: "it is too large".into(),
        };
        let full = Notice::Full {
            profile: "default".into(),
        };
        let few = messages((0..3).map(failed).collect());
        assert_eq!(few.len(), 3);
        assert_ne!(few[0].body, few[1].body, "files of one name are told apart");
        let mut notices: Vec<Notice> = (0..20).map(failed).collect();
        notices.push(full.clone());
        let many = messages(notices);
        let heads: Vec<_> = many.iter().map(|message| message.head.as_str()).collect();
        assert_eq!(
            heads,
            ["20 files wait for you", "The quota or the store is full"]
        );
        assert_eq!((many[0].about.len(), &many[1].about), (20, &vec![full]));
    }

    #[test]
    fn names_of_files_are_no_markup() {
        assert_eq!(escaped("a <b> & c"), "a &lt;b&gt; &amp; c");
    }
}

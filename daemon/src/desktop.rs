//! Tells the desktop what needs a person: a login that expired, a card that can be wiped, a file that cannot be sent.
//!
//! By default only where there is a graphical session. A desktop that does not answer costs nothing but a line in the log.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

use heimdex_client::control::{Notice, Status, words};
use tokio::sync::watch;
use zbus::Connection;
use zbus::names::BusName;
use zbus::zvariant::Value;

use crate::args::Notify;
use crate::environment::Environment;

const SERVICE: &str = "org.freedesktop.Notifications";
const PATH: &str = "/org/freedesktop/Notifications";

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
        for notice in told.new_among(notices) {
            if let Err(error) = show(desktop, &notice).await {
                tracing::debug!(error = %error, "the desktop was not told");
            }
        }
        if status.changed().await.is_err() {
            return;
        }
    }
}

/// What was told and still holds, by its words: the same words twice are the same notice.
#[derive(Debug, Default)]
struct Told(BTreeSet<(String, String)>);

impl Told {
    /// Those that were not told yet; those that hold no more are forgotten.
    fn new_among(&mut self, notices: Vec<Notice>) -> Vec<Notice> {
        let present: BTreeMap<_, _> = notices
            .into_iter()
            .map(|notice| (words::notice(&notice), notice))
            .collect();
        self.0.retain(|words| present.contains_key(words));
        let mut new = Vec::new();
        for (words, notice) in present {
            if self.0.insert(words) {
                new.push(notice);
            }
        }
        new
    }
}

async fn show(desktop: Desktop, notice: &Notice) -> zbus::Result<()> {
    let bus = Connection::session().await?;
    if desktop == Desktop::WhereShown {
        let is_shown = zbus::fdo::DBusProxy::new(&bus)
            .await?
            .name_has_owner(BusName::try_from(SERVICE)?)
            .await?;
        if !is_shown {
            return Ok(());
        }
    }
    let (head, body) = words::notice(notice);
    let hints: HashMap<&str, Value<'_>> = HashMap::from([
        ("urgency", Value::U8(urgency(notice))),
        ("category", Value::from("transfer")),
        ("desktop-entry", Value::from("heimdex")),
    ]);
    let actions: [&str; 0] = [];
    let body = escaped(&body);
    let arguments = (
        "Heimdex",
        0_u32,
        "heimdex",
        head.as_str(),
        body.as_str(),
        &actions[..],
        hints,
        -1_i32,
    );
    bus.call_method(Some(SERVICE), PATH, Some(SERVICE), "Notify", &arguments)
        .await?;
    Ok(())
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
        assert_eq!(told.new_among(notice()), []);
        assert_eq!(told.new_among(Vec::new()), []);
        assert_eq!(told.new_among(notice()), notice());
    }

    #[test]
    fn names_of_files_are_no_markup() {
        assert_eq!(escaped("a <b> & c"), "a &lt;b&gt; &amp; c");
    }
}

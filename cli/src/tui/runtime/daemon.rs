//! Asks the daemon, or writes down for it what it finds when it starts.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::{Mutex, PoisonError};

use heimdex_client::control::{
    CancelRequest, ControlClient, ControlError, LocalPath, MoveRequest, PauseRequest, QueueQuery,
    RescanRequest, ResumeRequest, RetryRequest, SendRequest, SendTexts, WatchId,
};
use heimdex_client::journal::{Journal, WatchEdit};
use heimdex_client::watch::Rules;
use heimdex_client::wipe::{Step, WipeError};

use super::Incoming;
use super::moving::from_home;
use super::session::Session;
use crate::clock;
use crate::commands::safe_to_wipe::aside;
use crate::commands::{control, watch};
use crate::error::CliError;
use crate::tui::model::{Asking, Asleep, Looked, Msg, News, Order, Part, Told, Trouble, WipeStep};

/// How far a folder is read, in so many steps.
const STEPS: u64 = 500;

/// Asks, and says what came of it; nothing where nobody waits for that.
pub(super) async fn ask(session: &Session, asking: Asking) -> Option<Told> {
    Some(match asking {
        Asking::Look(part) => Told::Looked(look(session, part).await),
        Asking::Order(order, name) => {
            Told::Done(obey(session, order, &name).await.map_err(Into::into))
        }
        Asking::Watch(folder) => Told::Watching(add(session, folder).await.map_err(Into::into)),
        Asking::Unwatch(id) => Told::Done(remove(session, id).await.map_err(Into::into)),
        Asking::LimitWatch(id, limit) => {
            Told::Done(limited(session, id, limit).await.map_err(Into::into))
        }
        Asking::Wipe {
            number,
            folder,
            profile,
        } => Told::Wiped(number, wipe(session, number, folder, &profile).await),
        Asking::StopWiping(number) => {
            session.stop(number);
            return None;
        }
    })
}

async fn connect(session: &Session) -> Result<ControlClient, CliError> {
    let place = session.settings.socket().ok_or(CliError::NoHome)?;
    Ok(ControlClient::connect(&place).await?)
}

async fn look(session: &Session, part: Option<Part>) -> Looked {
    let asked = async {
        let client = connect(session).await?;
        let status = client.status().await?;
        let Some(part) = part else {
            return Ok((status, None));
        };
        let query = QueueQuery {
            offset: Some(part.offset as u64),
            limit: Some(part.limit as u64),
            ..QueueQuery::default()
        };
        let list = client.queue(&query).await?;
        Ok((status, Some((part.offset, list))))
    };
    match asked.await {
        Ok((status, queue)) => Looked::Here {
            status: Box::new(status),
            queue,
        },
        Err(CliError::Control(ControlError::NotRunning)) => match asleep(session).await {
            Ok(watches) => Looked::Absent(watches),
            Err(error) => Looked::Trouble(error.into()),
        },
        Err(error) => Looked::Trouble(error.into()),
    }
}

/// What of the daemon is written down.
async fn journal<T: Send + 'static>(
    session: &Session,
    work: impl FnOnce(&Journal) -> Result<T, CliError> + Send + 'static,
) -> Result<T, CliError> {
    let paths = session.settings.paths.as_ref().ok_or(CliError::NoHome)?;
    let path = paths.journal();
    let working = move || work(&Journal::open(&path)?);
    let done = tokio::task::spawn_blocking(working).await;
    done.map_err(|error| CliError::Runtime(error.into()))?
}

/// The folders that wait for a daemon.
async fn asleep(session: &Session) -> Result<Vec<Asleep>, CliError> {
    let paths = session.settings.paths.as_ref();
    // What was never made is not made to be looked at.
    if !paths.is_some_and(|paths| paths.journal().is_file()) {
        return Ok(Vec::new());
    }
    journal(session, |journal| {
        let watches = journal.watches()?.into_iter();
        let asleep = watches.map(|watch| Asleep {
            id: watch.id,
            folder: watch.root,
            profile: watch.profile,
            is_paused: watch.pause.is_some(),
            bwlimit: watch.rules.bwlimit,
        });
        Ok(asleep.collect())
    })
    .await
}

/// Does what a person said, to what people call so; what it came to.
async fn obey(session: &Session, order: Order, name: &str) -> Result<String, CliError> {
    let client = connect(session).await?;
    let sentence = match &order {
        Order::Pause(None) => "the daemon sends nothing until it is told to go on".to_owned(),
        Order::Pause(Some(_)) => format!("{name} is paused"),
        Order::Resume(None) => "the daemon goes on".to_owned(),
        Order::Resume(Some(_)) => format!("{name} goes on"),
        Order::Retry(_) => format!("`{name}` is tried again"),
        Order::Cancel {
            is_begun: false, ..
        } => format!("`{name}` is out of the queue"),
        Order::Cancel { is_begun: true, .. } => {
            format!("`{name}` leaves the queue once what is in flight is over")
        }
        Order::Move(..) => format!("`{name}` has another place now"),
        Order::Rescan(_) => format!("{name} is looked through"),
    };
    match order {
        Order::Pause(watch) => client.pause(&PauseRequest { watch, until: None }).await,
        Order::Resume(watch) => client.resume(&ResumeRequest { watch }).await,
        Order::Retry(item) => client.retry(&RetryRequest { items: vec![item] }).await,
        Order::Cancel { item, .. } => client.cancel(&CancelRequest { items: vec![item] }).await,
        Order::Move(item, to) => client.move_item(&MoveRequest { item, to }).await,
        Order::Rescan(watch) => client.rescan(&RescanRequest { watch: Some(watch) }).await,
    }?;
    Ok(sentence)
}

/// Tells a running daemon that the journal was changed; whether one runs.
async fn reload(session: &Session) -> Result<bool, CliError> {
    control::reload(&session.context(session.settings.clone())).await
}

/// Watches a folder, as `heimdex watch add` does with nothing else said; what that says.
async fn add(session: &Session, folder: PathBuf) -> Result<Vec<String>, CliError> {
    let folder = from_home(session, folder);
    let profile = session.settings.profile_name.clone();
    let added = journal(session, move |journal| {
        let new = watch::add::meant(&folder, &profile, None, Rules::new())?;
        let id = journal.add_watch(&new, clock::now())?;
        Ok((id, new))
    });
    let (id, new) = added.await?;
    let mut lines = vec![watch::add::headline(id, &new), watch::add::about_rules(id)];
    lines.extend(watch::add::rule_lines(&new.rules));
    if !reload(session).await? {
        lines.push("The daemon is not running, so nothing is sent yet.".into());
        lines.push("`heimdex daemon install` starts it now and whenever you log in.".into());
    }
    Ok(lines)
}

async fn remove(session: &Session, id: WatchId) -> Result<String, CliError> {
    let removed = journal(session, move |journal| {
        let known = journal.watch(id)?;
        let known = known.ok_or_else(|| CliError::NoSuchWatch(id.to_string()))?;
        journal.remove_watch(id, clock::now())?;
        Ok(known.root)
    });
    let root = removed.await?;
    reload(session).await?;
    Ok(watch::rm::done(&root).trim_end_matches('.').to_owned())
}

async fn limited(
    session: &Session,
    id: WatchId,
    limit: Option<String>,
) -> Result<String, CliError> {
    let words = limit
        .clone()
        .unwrap_or_else(|| "what the line gives".into());
    let edited = journal(session, move |journal| {
        let no_such = || CliError::NoSuchWatch(id.to_string());
        let known = journal.watch(id)?.ok_or_else(no_such)?;
        let edit = WatchEdit {
            source: known.source,
            rules: Rules {
                bwlimit: limit,
                ..known.rules
            },
        };
        let is_there = journal.edit_watch(id, &edit)?;
        if is_there {
            Ok(known.root)
        } else {
            Err(no_such())
        }
    });
    let root = edited.await?;
    reload(session).await?;
    Ok(format!(
        "{} takes at most {words}",
        crate::commands::upload::shown(&root)
    ))
}

/// Gives files to the daemon, which sends them before all others, with what was said of each upload.
pub(super) async fn hand_over(
    session: &Session,
    files: Vec<(u64, PathBuf)>,
) -> Result<usize, CliError> {
    let mut uploads: BTreeMap<u64, Vec<LocalPath>> = BTreeMap::new();
    for (batch, path) in files {
        uploads.entry(batch).or_default().push(path.into());
    }
    let client = connect(session).await?;
    let mut taken = 0;
    for (batch, paths) in uploads {
        let batch = session.batch(batch);
        let texts = batch.map(|batch| batch.texts.clone()).unwrap_or_default();
        let request = SendRequest {
            paths,
            profile: Some(session.settings.profile_name.clone()),
            texts: SendTexts {
                title: texts.title,
                description: texts.description,
                tags: texts.tags,
            },
            ..SendRequest::default()
        };
        taken += client.send_now(&request).await?.items.len();
    }
    Ok(taken)
}

/// Reads a folder again and asks the server, as `heimdex safe-to-wipe` does; no answer where a person ended it.
async fn wipe(
    session: &Session,
    number: u64,
    folder: PathBuf,
    profile: &str,
) -> Result<Option<aside::Answer>, Trouble> {
    let cancel = session.begin(number);
    let answering = async {
        let own = session.with(session.settings.only_profile(profile));
        own.settings.has_profile()?;
        let context = own.context(own.settings.clone());
        let transfers = own.transfers().await?;
        let tell = teller(session, number);
        aside::ask(&context, transfers, folder, tell, &cancel).await
    };
    let answer = answering.await;
    let is_stopped = cancel.is_cancelled();
    session.ended(number);
    match answer {
        Err(CliError::Wipe(WipeError::Interrupted)) => Ok(None),
        // An answer that came beside the stop is an answer.
        Err(_) if is_stopped => Ok(None),
        Ok(answer) => Ok(Some(answer)),
        Err(error) => Err(error.into()),
    }
}

/// Tells how far it is. Where the queue is full a step is left out: the next says more.
fn teller(session: &Session, number: u64) -> impl Fn(Step) + Send + Sync + 'static {
    let queue = session.queue.clone();
    let state = Mutex::new((WipeStep::default(), 0));
    move |step| {
        let mut state = state.lock().unwrap_or_else(PoisonError::into_inner);
        let (now, told) = &mut *state;
        let is_turn = match step {
            Step::Found { files, bytes } => {
                (now.files, now.bytes) = (files, bytes);
                true
            }
            Step::Reading { path, .. } => {
                now.name = heimdex_api::path::escaped(&path);
                false
            }
            Step::Read { bytes } => {
                now.read_bytes = now.read_bytes.saturating_add(bytes);
                false
            }
            Step::Ended { .. } => {
                now.read_files += 1;
                false
            }
            Step::Asking => {
                now.is_asking = true;
                true
            }
            Step::Rereading { .. } => false,
        };
        let reached = now.read_bytes / (now.bytes / STEPS).max(1);
        if is_turn || reached > *told {
            *told = reached;
            let news = News::Wiping(number, now.clone());
            let _ = queue.try_send(Incoming::Msg(Msg::Daemon(news)));
        }
    }
}

//! Performs effects: each asks somebody and hands back what came of it.

use std::sync::Arc;

use heimdex_api::auth::LoginRequest;
use heimdex_api::ops::feature;
use heimdex_api::video::{UpdateVideoRequest, VideoListResponse, VideoResponse};
use heimdex_api::{ErrorCode, Secret, VideoId, failpoint};
use heimdex_client::ApiClient;
use heimdex_client::http::HttpError;
use heimdex_client::journal::SeenLibrary;
use heimdex_client::profile::Config;
use heimdex_client::transfer::TransferError;

use super::player::{self, LINK};
use super::session::Session;
use super::{Incoming, complete, daemon, files, moving, pictures, sending};
use crate::args::ConnectionArgs;
use crate::clock;
use crate::commands::{account, logout};
use crate::completing;
use crate::error::CliError;
use crate::tui::model::{Answer, Effect, Msg, TagChange, Trouble, Unchanged, Who, Whole};

impl From<CliError> for Trouble {
    fn from(error: CliError) -> Self {
        Self {
            text: error.to_string(),
            hint: error.hint(),
            class: error.class(),
        }
    }
}

impl From<HttpError> for Trouble {
    fn from(error: HttpError) -> Self {
        CliError::from(error).into()
    }
}

impl From<TransferError> for Trouble {
    fn from(error: TransferError) -> Self {
        CliError::from(error).into()
    }
}

/// Performs an effect and answers it.
pub(super) async fn perform(session: &Arc<Session>, effect: Effect) {
    failpoint!("tui.effect");
    let answer = match effect {
        Effect::Daemon(asking) => match daemon::ask(session, asking).await {
            Some(told) => Answer::Daemon(told),
            None => return,
        },
        Effect::Files(reading) => Answer::Files(files::read(session, reading).await),
        Effect::Complete(text) => {
            let found = complete::complete(session, &text).await;
            Answer::Completed(text, found)
        }
        Effect::List(ask) => {
            let reply = list(session, &ask.query).await;
            Answer::Listed(ask, reply)
        }
        Effect::Show(video) => Answer::Shown(video, show(session, video).await),
        Effect::Picture {
            video,
            size,
            canvas,
            is_fresh,
        } => {
            let picture = pictures::picture(session, video, (size, canvas), is_fresh);
            Answer::Pictured(video, size, picture.await)
        }
        Effect::Follow(videos) => Answer::Followed(follow(session, &videos).await),
        Effect::Delete(videos) => {
            let (done, trouble) = each(session, &videos, Deed::Delete).await;
            Answer::Deleted(done, trouble)
        }
        Effect::Restore(videos) => {
            let (done, trouble) = each(session, &videos, Deed::Restore).await;
            Answer::Restored(done, trouble)
        }
        Effect::Edit {
            video,
            version,
            change,
        } => {
            let changed = edit(session, video, version, &change).await;
            Answer::Edited(video, changed.map(Box::new))
        }
        Effect::Tag(videos, change) => {
            let (done, trouble) = tag(session, &videos, &change).await;
            Answer::Tagged(done, trouble)
        }
        Effect::Play(videos, what) => {
            let played = player::play(session, &videos, &what).await;
            Answer::Played(what, played)
        }
        Effect::Copy { text, what } => {
            let copy = Incoming::Copy(Secret::new(text), what);
            let _ = session.queue.send(copy).await;
            return;
        }
        Effect::CopyUrls(videos) => match links(session, &videos).await {
            Ok((urls, what)) => {
                let _ = session.queue.send(Incoming::Copy(urls, what)).await;
                return;
            }
            Err(trouble) => Answer::Copied(Err(trouble)),
        },
        Effect::Collect {
            batch,
            paths,
            texts,
        } => Answer::Collected(batch, moving::collect(session, batch, paths, texts).await),
        Effect::Finish(batch) => Answer::Finished(moving::finish(session, batch).await),
        Effect::Send(files) => return sending::send(session, files).await,
        Effect::Fetch { transfer, video } => {
            Answer::Moved(transfer, moving::fetch(session, transfer, video).await)
        }
        Effect::HandOver(paths) => {
            let handed_over = daemon::hand_over(session, paths).await;
            Answer::HandedOver(handed_over.map_err(Into::into))
        }
        Effect::Names => Answer::Named(names(session).await),
        Effect::Who => Answer::Who(who(session).await.map(Box::new)),
        Effect::Login {
            server,
            email,
            password,
        } => {
            return enter(session, login(session, server, email, password).await).await;
        }
        Effect::Logout => return enter(session, log_out(session).await).await,
        Effect::UseProfile(name) => return enter(session, other_profile(session, &name)).await,
        Effect::Stop(transfer) => return session.stop(transfer),
        Effect::Limit(timetable) => return session.limit(timetable),
        Effect::Keep(seen) => return keep(session, *seen).await,
        Effect::ForgetPosters(videos) => return pictures::forget(session, videos).await,
        // The owner of the terminal does these itself.
        Effect::After(..) | Effect::Listen(_) | Effect::Suspend | Effect::Redraw | Effect::Quit => {
            return;
        }
    };
    let _ = session.queue.send(Incoming::Msg(Msg::Answer(answer))).await;
}

/// Hands over another session, or says why there is none.
async fn enter(session: &Session, entered: Result<Session, Trouble>) {
    let incoming = match entered {
        Ok(entered) => Incoming::Session(Arc::new(entered)),
        Err(trouble) => Incoming::Msg(Msg::Answer(Answer::Entered(Err(trouble)))),
    };
    let _ = session.queue.send(incoming).await;
}

async fn list(
    session: &Session,
    query: &heimdex_api::video::VideoListQuery,
) -> Result<VideoListResponse, Trouble> {
    Ok(session.client().await?.videos(query).await?)
}

async fn show(session: &Session, video: VideoId) -> Result<Box<Whole>, Trouble> {
    let client = session.client().await?;
    let (video, status) = futures::try_join!(client.video(video), client.status(video))?;
    Ok(Box::new(Whole { video, status }))
}

/// How some videos stand; those that are gone are left out.
async fn follow(session: &Session, videos: &[VideoId]) -> Result<Vec<VideoResponse>, Trouble> {
    let client = session.client().await?;
    let mut found = Vec::new();
    for video in videos {
        match client.video(*video).await {
            Ok(video) => found.push(video),
            Err(error) if error.status() == Some(404) => {}
            Err(error) => return Err(error.into()),
        }
    }
    Ok(found)
}

/// What is done to each of some videos.
#[derive(Clone, Copy)]
enum Deed {
    Delete,
    Restore,
}

/// Does the same to each; what was done before it failed stays done.
async fn each(
    session: &Session,
    videos: &[VideoId],
    deed: Deed,
) -> (Vec<VideoResponse>, Option<Trouble>) {
    let client = match session.client().await {
        Ok(client) => client,
        Err(error) => return (Vec::new(), Some(error.into())),
    };
    let mut done = Vec::new();
    for video in videos {
        let result = match deed {
            Deed::Delete => client.delete_video(*video).await,
            Deed::Restore => client.restore_video(*video).await,
        };
        match result {
            Ok(video) => done.push(video),
            Err(error) => return (done, Some(error.into())),
        }
    }
    (done, None)
}

/// Changes a video that is of this version; where it is not, what it is now comes back.
async fn edit(
    session: &Session,
    video: VideoId,
    version: Option<u64>,
    change: &UpdateVideoRequest,
) -> Result<VideoResponse, Unchanged> {
    let as_it_was = |trouble| Unchanged { trouble, now: None };
    let client = session
        .client()
        .await
        .map_err(|error| as_it_was(error.into()))?;
    let error = match client.update_video(video, change, version).await {
        Ok(video) => return Ok(video),
        Err(error) => error,
    };
    let is_another = error.code() == Some(ErrorCode::PreconditionFailed);
    let mut unchanged = as_it_was(error.into());
    if is_another && let Ok(now) = client.video(video).await {
        unchanged.now = Some(Box::new(now));
    }
    Err(unchanged)
}

/// Gives each other tags, by those that it has now; what was done before it failed stays done.
async fn tag(
    session: &Session,
    videos: &[VideoId],
    change: &TagChange,
) -> (Vec<VideoResponse>, Option<Trouble>) {
    let mut done = Vec::new();
    for video in videos {
        match tag_one(session, *video, change).await {
            Ok(video) => done.push(video),
            Err(error) => return (done, Some(error.into())),
        }
    }
    (done, None)
}

async fn tag_one(
    session: &Session,
    video: VideoId,
    change: &TagChange,
) -> Result<VideoResponse, CliError> {
    let client = session.client().await?;
    let now = client.video(video).await?;
    let Some(tags) = change.after(&now.tags) else {
        return Ok(now);
    };
    let request = UpdateVideoRequest {
        tags: Some(tags),
        ..UpdateVideoRequest::default()
    };
    Ok(client.update_video(video, &request, now.version).await?)
}

/// Links to the bytes of videos, one a line, that hold for as long as links can; and what they are, in words.
async fn links(session: &Session, videos: &[VideoId]) -> Result<(Secret, String), Trouble> {
    let client = session.client().await?;
    let mut links = Vec::new();
    for video in videos {
        let reply = client.download(*video, Some(LINK)).await?;
        links.push(reply.url.expose().to_owned());
    }
    let what = match links.len() {
        1 => "a link that holds for 12 hours".to_owned(),
        several => format!("{several} links that hold for 12 hours"),
    };
    Ok((Secret::new(links.join("\n")), what))
}

/// Keeps how the library looks. Where it cannot be kept, it is only not shown another time.
async fn keep(session: &Session, seen: SeenLibrary) {
    let Some(place) = session.settings.seen_place() else {
        return;
    };
    let kept = tokio::task::spawn_blocking(move || place.keep(&seen)).await;
    if let Ok(Err(error)) = kept {
        tracing::debug!(
            error = &error as &dyn std::error::Error,
            "how the library looks cannot be kept"
        );
    }
}

/// The tags and cards that there are, as they are offered to shells.
async fn names(session: &Session) -> Result<(Vec<String>, Vec<String>), Trouble> {
    let names = completing::ask(session.client().await?, clock::now()).await?;
    Ok((names.tags, names.sources))
}

async fn who(session: &Session) -> Result<Who, Trouble> {
    let client = session.client().await?;
    let user = client.me().await?;
    let usage = if client.has(feature::USAGE).await? {
        Some(client.usage().await?)
    } else {
        None
    };
    // Who may not see them sees none.
    let tokens = client.tokens().await.map_or_else(
        |_| Vec::new(),
        |reply| reply.tokens.into_iter().map(|token| token.name).collect(),
    );
    Ok(Who {
        user,
        usage,
        tokens,
    })
}

async fn login(
    session: &Session,
    server: String,
    email: String,
    password: Secret,
) -> Result<Session, Trouble> {
    let connection = ConnectionArgs {
        server: Some(server),
        insecure: false,
        ca_file: None,
        proxy: None,
        store: None,
    };
    let settings = session.settings.clone().with_connection(&connection)?;
    let context = session.context(settings);
    let keeping = account::prepare(&context).await?;
    let client: ApiClient = context.settings.anonymous_client()?;
    let reply = client.login(&LoginRequest { email, password }).await?;
    account::keep(&context, &client, &reply, keeping).await?;
    Ok(reloaded(session, &session.settings.profile_name)?)
}

async fn log_out(session: &Session) -> Result<Session, Trouble> {
    let settings = &session.settings;
    if settings.uses_token() {
        let error = CliError::usage(
            "HEIMDEX_TOKEN is set: there is no login to end",
            "unset it, or use another profile",
        );
        return Err(error.into());
    }
    let credentials = settings.credentials().ok_or(CliError::NoHome)?;
    let ended = logout::end(settings, &credentials).await?;
    logout::tell(session.context(settings.clone()).printer, settings, ended)?;
    Ok(reloaded(session, &settings.profile_name)?)
}

fn other_profile(session: &Session, name: &str) -> Result<Session, Trouble> {
    let entered = reloaded(session, name)?;
    if entered.settings.config.profiles.contains_key(name) {
        return Ok(entered);
    }
    let profiles = entered.settings.config.profiles.keys().map(String::as_str);
    let nearest = heimdex_api::names::nearest(name, profiles).map(str::to_owned);
    Err(CliError::NoSuchProfile {
        name: name.to_owned(),
        nearest,
    }
    .into())
}

/// The same with what the configuration says now, of this profile.
fn reloaded(session: &Session, profile: &str) -> Result<Session, CliError> {
    let mut settings = session.settings.clone();
    if let Some(path) = settings.config_file() {
        settings.config = Config::load(path)?;
    }
    Ok(session.with(settings.only_profile(profile)))
}

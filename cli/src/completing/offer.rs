//! What may stand at the cursor: from the configuration, from the cache, or from the server within 0.3 s.
//!
//! Nothing is said and nothing is asked here: what cannot be known in time is not offered.

use std::collections::BTreeSet;
use std::time::Duration;

use heimdex_api::Timestamp;
use heimdex_api::upload::OpenUploadsQuery;
use heimdex_api::video::{VideoListQuery, VideoResponse};
use heimdex_client::ApiClient;
use heimdex_client::credentials::Unlock;
use heimdex_client::http::HttpError;
use heimdex_client::names_cache::{Named, Names, NamesCache};

use super::Kind;
use crate::args::GlobalArgs;
use crate::clock;
use crate::output::text::clean;
use crate::settings::{Environment, Settings};

/// How long a person waits for a key.
const LIMIT: Duration = Duration::from_millis(300);
/// How long names are offered without being asked for again.
const FRESH: Duration = Duration::from_mins(1);
/// How long they are offered where the server does not answer in time.
const STALE: Duration = Duration::from_hours(24);
/// How many of the newest videos are known by name.
const VIDEOS: usize = 200;
/// How many digits of an id are typed: as many as lists show, or more where they would be another's too.
const DIGITS: usize = 6;

/// A value, and what it stands for.
type Offer = (String, Option<String>);

/// Who is asked: as the words on the command line and the environment say.
pub(super) struct Asker {
    environment: Environment,
}

impl Asker {
    pub(super) fn new(environment: Environment) -> Self {
        Self { environment }
    }

    /// What begins with what was typed.
    pub(super) fn offers(&self, kind: Kind, typed: &str) -> Vec<Offer> {
        let global = GlobalArgs::with_profile(self.environment.option("--profile"));
        let Ok(settings) = Settings::resolve(&global, &self.environment, Unlock::Never) else {
            return Vec::new();
        };
        if kind == Kind::Profile {
            return profiles(&settings, typed);
        }
        let Some(cache) = settings.names_cache() else {
            return Vec::new();
        };
        let names = fresh(&settings, &cache, clock::now());
        names.map_or_else(Vec::new, |names| matching(kind, &names, typed))
    }
}

fn profiles(settings: &Settings, typed: &str) -> Vec<Offer> {
    let known = settings.config.profiles.iter();
    known
        .filter(|(name, _)| name.starts_with(typed))
        .map(|(name, profile)| (name.clone(), profile.server.clone()))
        .collect()
}

/// The names as they are now, or were a while ago.
fn fresh(settings: &Settings, cache: &NamesCache, now: Timestamp) -> Option<Names> {
    let kept = cache.load();
    let age = |names: &Names| now.since(names.seen_at);
    if let Some(names) = kept.as_ref().filter(|names| age(names) < FRESH) {
        return Some(names.clone());
    }
    let Some(names) = ask_in_time(settings, now) else {
        return kept.filter(|names| age(names) < STALE);
    };
    // Where it cannot be kept it is asked for again the next time.
    let _ = cache.store(&names);
    Some(names)
}

fn ask_in_time(settings: &Settings, now: Timestamp) -> Option<Names> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .ok()?;
    let asked = runtime.block_on(async {
        // Made here: it is at home in this runtime.
        let client = settings.client().ok()?;
        let asked = tokio::time::timeout(LIMIT, ask(&client, now)).await;
        asked.ok()?.ok()
    });
    // A look-up of a name may still block a thread: the key does not wait for it.
    runtime.shutdown_background();
    asked
}

/// The names as the server has them now.
///
/// # Errors
/// The list of videos cannot be had.
pub(crate) async fn ask(client: &ApiClient, now: Timestamp) -> Result<Names, HttpError> {
    let videos = VideoListQuery {
        limit: Some(VIDEOS.to_string()),
        ..VideoListQuery::default()
    };
    let uploads = OpenUploadsQuery::default();
    // Side by side: there is no time for one after the other.
    let (videos, uploads, tags) = futures::join!(
        client.videos(&videos),
        client.open_uploads(&uploads),
        client.tags()
    );
    let videos = videos?.videos;
    let uploads = uploads.map_or_else(|_: HttpError| Vec::new(), |list| list.uploads);
    let set = |texts: &mut dyn Iterator<Item = &String>| -> Vec<String> {
        let set: BTreeSet<&String> = texts.collect();
        set.into_iter().cloned().collect()
    };
    Ok(Names {
        seen_at: now,
        tags: match tags {
            Ok(known) => known.tags.into_iter().map(|tag| tag.name).collect(),
            // An older server knows no list of them.
            Err(_) => set(&mut videos.iter().flat_map(|video| &video.tags)),
        },
        sources: set(&mut videos.iter().filter_map(|video| video.source.as_ref())),
        uploads: uploads
            .into_iter()
            .map(|upload| Named {
                id: upload.video_id.as_uuid().simple().to_string(),
                name: upload.filename,
            })
            .collect(),
        videos: videos.iter().map(named).collect(),
    })
}

fn named(video: &VideoResponse) -> Named {
    let name = video.title.as_deref().or(video.filename.as_deref());
    Named {
        id: video.video_id.as_uuid().simple().to_string(),
        name: name.unwrap_or_default().to_owned(),
    }
}

fn matching(kind: Kind, names: &Names, typed: &str) -> Vec<Offer> {
    match kind {
        Kind::Video => ids(&names.videos, typed),
        Kind::Upload => ids(&names.uploads, typed),
        Kind::Tag => texts(&names.tags, typed),
        Kind::Source => texts(&names.sources, typed),
        Kind::Profile => Vec::new(),
    }
}

fn texts(known: &[String], typed: &str) -> Vec<Offer> {
    let typed = typed.to_lowercase();
    let begins = known
        .iter()
        .filter(|text| text.to_lowercase().starts_with(&typed));
    // What a terminal would obey is offered by nobody.
    let plain = begins.filter(|text| clean(text) == text.as_str());
    plain.map(|text| (text.clone(), None)).collect()
}

fn ids(known: &[Named], typed: &str) -> Vec<Offer> {
    let digits = typed.replace('-', "").to_lowercase();
    let begins = known.iter().filter(|named| named.id.starts_with(&digits));
    begins
        .map(|named| {
            let mut long = DIGITS.max(digits.len());
            let is_taken = |long: usize| {
                let same = |other: &&Named| other.id.get(..long) == named.id.get(..long);
                known.iter().filter(same).nth(1).is_some()
            };
            while long < named.id.len() && is_taken(long) {
                long += 1;
            }
            let shown = named.id.get(..long).unwrap_or(&named.id);
            (shown.to_owned(), Some(clean(&named.name).into_owned()))
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names() -> Names {
        let named = |id: &str, name: &str| Named {
            id: id.into(),
            name: name.into(),
        };
        Names {
            seen_at: Timestamp::from_micros(0).unwrap(),
            videos: vec![
                named("7f3a91c05d", "A003C012"),
                named("7f3a91c1ff", "A003C013"),
                named("1c09e2ffff", "Interview\u{1b}[2J"),
            ],
            uploads: vec![named("9b77d00000", "A003C020.mp4")],
            tags: vec!["Paris".into(), "rome".into(), "bad\u{7}".into()],
            sources: vec!["A cam, day 3".into()],
        }
    }

    fn values(kind: Kind, typed: &str) -> Vec<String> {
        matching(kind, &names(), typed)
            .into_iter()
            .map(|(value, _)| value)
            .collect()
    }

    #[test]
    fn an_id_is_as_long_as_it_must_be() {
        assert_eq!(values(Kind::Video, ""), ["7f3a91c0", "7f3a91c1", "1c09e2"]);
        assert_eq!(values(Kind::Video, "1C"), ["1c09e2"]);
        assert_eq!(values(Kind::Upload, "9b77"), ["9b77d0"]);
        assert!(values(Kind::Video, "x").is_empty());
    }

    #[test]
    fn what_a_terminal_would_obey_is_not_offered() {
        assert_eq!(values(Kind::Tag, ""), ["Paris", "rome"]);
        assert_eq!(values(Kind::Tag, "p"), ["Paris"]);
        let offers = matching(Kind::Video, &names(), "1c");
        assert_eq!(offers[0].1.as_deref(), Some("Interview\\u{1b}[2J"));
    }
}

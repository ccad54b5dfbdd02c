//! `heimdex show`: one video, what is known of it, and what to do where something is wrong.

use heimdex_api::video::{JobResponse, LocationResponse, VideoResponse, VideoStatusResponse};
use heimdex_api::{JobState, VerifiedHow, VideoKind, VideoState};

use super::list::VIDEO_FIELDS;
use super::{Context, find};
use crate::args::ShowArgs;
use crate::clock::Moment;
use crate::error::CliError;
use crate::exit::ExitStatus;
use crate::output::fields::{self, Field};
use crate::output::json::{self, Selection};
use crate::output::text::clean;
use crate::output::{size, state, time};

pub(super) async fn run(context: &Context<'_>, args: &ShowArgs) -> Result<ExitStatus, CliError> {
    let selection = Selection::of(&args.json.mode(), &VIDEO_FIELDS)?;
    let client = context.settings.client()?;
    let video = find::video(&client, &args.id).await?;
    if let Some(selection) = selection {
        json::print(context.printer, &selection.pick(&video))?;
        return Ok(ExitStatus::Done);
    }
    let is_busy = matches!(
        video.state.known(),
        Some(VideoState::Validating | VideoState::Processing)
    );
    let status = if is_busy {
        Some(client.status(video.video_id).await?)
    } else {
        None
    };
    let (word, colour) = state::of(&video);
    let name = video
        .filename
        .as_deref()
        .or(video.title.as_deref())
        .unwrap_or("(no name)");
    let mut heading = format!("{}: {}", clean(name), context.printer.paint(&word, colour));
    for sentence in sentences(&video) {
        heading.push_str("\n  ");
        heading.push_str(&sentence);
    }
    fields::print(
        context.printer,
        &heading,
        &list(&video, status.as_ref(), &context.moment),
    )?;
    Ok(ExitStatus::Done)
}

/// What a person should know before all details.
pub(crate) fn sentences(video: &VideoResponse) -> Vec<String> {
    let mut sentences = Vec::new();
    let failed = video.state.known() == Some(VideoState::Failed);
    if let Some(text) = &video.error_text {
        sentences.push(ended(&clean(text)));
    }
    match (&video.verified_at, &video.blake3) {
        (Some(_), Some(hash)) if failed => {
            let digits: String = hash.to_string().chars().take(4).collect();
            let id = video.video_id.short();
            sentences.push(format!(
                "The bytes are stored and equal to yours (BLAKE3 {digits}…). \
                 `heimdex download {id}` gets them; to keep it as it is: `heimdex edit {id} --damaged`."
            ));
        }
        (None, _) if failed && video.bytes_received.is_none() => {
            sentences.push("Its bytes are not verified: do not delete the original.".into());
        }
        _ => {}
    }
    if video.quarantined_at.is_some() {
        sentences.push("It was set aside by the operator of the server.".into());
    }
    sentences
}

fn ended(sentence: &str) -> String {
    let sentence = sentence.trim();
    let mut letters = sentence.chars();
    let first = letters
        .next()
        .map(|c| c.to_uppercase().to_string())
        .unwrap_or_default();
    let end = if sentence.ends_with(['.', '!', '?']) {
        ""
    } else {
        "."
    };
    format!("{first}{}{end}", letters.as_str())
}

/// All that is known of it, field by field.
pub(crate) fn list(
    video: &VideoResponse,
    status: Option<&VideoStatusResponse>,
    moment: &Moment,
) -> Vec<Field> {
    let id = video.video_id.to_string();
    let mut list = vec![
        Field::text("Id", &id),
        Field::for_programs("State", &video.state.to_string()),
    ];
    if let Some(text) = &video.error_text {
        list.push(Field::for_programs("Error", text));
    }
    let mut text = |name, value: Option<&str>| {
        list.extend(
            value
                .filter(|value| !value.is_empty())
                .map(|value| Field::text(name, value)),
        );
    };
    text("Title", video.title.as_deref());
    text("Description", video.description.as_deref());
    text("Tags", Some(&video.tags.join(", ")));
    text("File", video.filename.as_deref());
    if let Some(bytes) = video.size_bytes {
        let exact = crate::output::text::grouped(bytes);
        let shown = format!("{} ({exact} bytes)", size::bytes(bytes));
        list.push(Field::new("Size", shown, bytes.to_string()));
    }
    if video.kind.as_ref().and_then(heimdex_api::Open::known) == Some(VideoKind::File) {
        list.push(Field::new(
            "Kind",
            "a file that is no video we know",
            "file",
        ));
    }
    list.extend(media(video));
    list.extend(times(video, moment));
    list.extend(
        status
            .into_iter()
            .flat_map(|status| &status.jobs)
            .filter_map(job),
    );
    if let Some(hash) = &video.blake3 {
        list.push(Field::text("BLAKE3", &hash.to_string()));
    }
    list.extend(video.locations.iter().flatten().map(location));
    list
}

fn media(video: &VideoResponse) -> Vec<Field> {
    let mut list = Vec::new();
    if let Some(seconds) = video.duration_s {
        list.push(Field::new(
            "Length",
            size::length(seconds),
            seconds.to_string(),
        ));
    }
    let mut picture = Vec::new();
    if let (Some(width), Some(height)) = (video.width, video.height) {
        picture.push(format!("{width}×{height}"));
    }
    if let Some(rate) = video.frame_rate {
        let rate = format!("{rate:.3}");
        picture.push(format!(
            "{} fps",
            rate.trim_end_matches('0').trim_end_matches('.')
        ));
    }
    picture.extend(
        video
            .video_codec
            .as_deref()
            .map(|codec| clean(codec).into_owned()),
    );
    if !picture.is_empty() {
        let picture = picture.join(", ");
        list.push(Field::new("Picture", picture.clone(), picture));
    }
    list.extend(
        video
            .audio_codec
            .as_deref()
            .map(|codec| Field::text("Sound", codec)),
    );
    list.extend(
        video
            .camera
            .as_deref()
            .map(|camera| Field::text("Camera", camera)),
    );
    list
}

fn times(video: &VideoResponse, moment: &Moment) -> Vec<Field> {
    let mut list = Vec::new();
    if let Some(at) = video.captured_at {
        list.push(Field::new(
            "Captured",
            time::calendar(at, moment),
            at.to_string(),
        ));
    }
    let at = video.created_at;
    list.push(Field::new(
        "Arrived",
        time::relative(at, moment),
        at.to_string(),
    ));
    match video.verified_at {
        Some(at) => {
            let how = match video
                .verified_how
                .as_ref()
                .and_then(heimdex_api::Open::known)
            {
                Some(VerifiedHow::Medium) => ", read back from the medium",
                Some(VerifiedHow::Cached) => ", read back, perhaps from the server's memory only",
                Some(VerifiedHow::Store) => ", read back from the store",
                None => "",
            };
            let shown = format!("{}{how}", time::relative(at, moment));
            list.push(Field::new("Verified", shown, at.to_string()));
        }
        None => list.push(Field::new("Verified", "not yet", "")),
    }
    if let Some(at) = video.expires_at {
        let shown = format!("{} unless the upload goes on", time::until(at, moment));
        list.push(Field::new("Expires", shown, at.to_string()));
    }
    if let Some(at) = video.deleted_at {
        let shown = format!("{}, kept for 30 days", time::relative(at, moment));
        list.push(Field::new("Deleted", shown, at.to_string()));
    }
    list
}

/// Work that is not done, with its progress.
fn job(job: &JobResponse) -> Option<Field> {
    let progress = match job.state.known()? {
        JobState::Pending => "waiting".to_owned(),
        JobState::Running => format!("{:.0}%", (job.progress * 100.0).clamp(0.0, 100.0)),
        JobState::Failed => "failed".to_owned(),
        JobState::Completed | JobState::Cancelled => return None,
    };
    let stage = clean(&job.stage).into_owned();
    Some(Field::new(
        "At work",
        format!("{stage}: {progress}"),
        format!("{stage} {}", job.progress),
    ))
}

fn location(location: &LocationResponse) -> Field {
    let place = format!("{}: {}", clean(&location.source), clean(&location.path));
    let since = if location.superseded_at.is_some() {
        " (another file since)"
    } else {
        ""
    };
    Field::new("Found on", format!("{place}{since}"), place)
}

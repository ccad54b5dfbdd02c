//! `PATCH /videos/{id}`: what people call a video and say of it, its tags, and that its damage is accepted.

use axum::extract::State;
use axum::response::Response;
use heimdex_api::limits::{DESCRIPTION_MAX, NAME_MAX};
use heimdex_api::ops::NoQuery;
use heimdex_api::video::UpdateVideoRequest;
use heimdex_api::{ErrorCode, FieldError, JobId, Scope, VideoId, failpoint};

use super::reply;
use crate::app::App;
use crate::auth::Caller;
use crate::catalog::edits::{EditOutcome, VideoEdit};
use crate::catalog::{NewTag, Video};
use crate::domain::edit::{Edit, Impossible};
use crate::routes::texts::{check_tags, check_text, distinct};
use crate::web::{ApiError, Body, ClientOrigin, IfMatch, PathId, Query};

/// `PATCH /videos/{id}`
pub async fn update(
    State(app): State<App>,
    caller: Caller,
    ClientOrigin(origin): ClientOrigin,
    PathId(id): PathId<VideoId>,
    Query(NoQuery {}): Query<NoQuery>,
    IfMatch(if_match): IfMatch,
    Body(request): Body<UpdateVideoRequest>,
) -> Result<Response, ApiError> {
    caller.require(Scope::Write)?;
    let wanted = checked(request)?;
    let library = caller.library_id;
    let names = wanted.tags.iter().flatten();
    let tags: Vec<NewTag> = names
        .map(|name| NewTag {
            tag_id: app.random.uuid(),
            name: name.clone(),
        })
        .collect();
    let edit = VideoEdit {
        library,
        video: id,
        wanted: &wanted,
        tags: &tags,
        if_match: if_match.as_deref(),
        probe_job: JobId::new(app.random.uuid()),
        side_car_job: JobId::new(app.random.uuid()),
    };
    let outcome = app.catalog.edit_video(&edit, app.clock.now()).await?;
    let gone = || ApiError::not_found("video");
    let video = app.catalog.video(library, id).await?.ok_or_else(gone)?;
    match outcome {
        EditOutcome::Edited => {
            failpoint!("video.edited");
            app.wake.wake();
        }
        EditOutcome::Unchanged => {}
        EditOutcome::Stale { version, changed } => return Err(stale(version, changed, &video)),
        EditOutcome::Impossible(impossible) => return Err(refused(impossible, &video)),
        EditOutcome::InTrash => {
            return Err(ApiError::new(
                ErrorCode::InvalidState,
                "The video is in the trash; restore it first.",
            ));
        }
        EditOutcome::NoSuchVideo => return Err(gone()),
    }
    Ok(reply::changed(&app, &origin, video))
}

fn checked(request: UpdateVideoRequest) -> Result<Edit, ApiError> {
    let mut wrong = Vec::new();
    let title = request.title.as_deref().unwrap_or_default();
    check_text("title", title, 0..=NAME_MAX, &mut wrong);
    let description = request.description.as_deref().unwrap_or_default();
    check_text("description", description, 0..=DESCRIPTION_MAX, &mut wrong);
    check_tags(request.tags.as_deref().unwrap_or_default(), &mut wrong);
    if !wrong.is_empty() {
        return Err(ApiError::fields(wrong));
    }
    Ok(Edit {
        title: request.title,
        description: request.description,
        tags: request.tags.map(distinct),
        damaged: request.damaged,
    })
}

/// Says what the other one changed, with the values that hold by now.
fn stale(version: u64, changed: Option<Vec<String>>, video: &Video) -> ApiError {
    let row = &video.row;
    let now = |value: String| format!("It is {value} now.");
    let errors = changed.into_iter().flatten().map(|field| {
        let message = match field.as_str() {
            "title" => now(quoted(row.title.as_deref())),
            "description" => now(quoted(row.description.as_deref())),
            "tags" if video.tags.is_empty() => now("nothing".to_owned()),
            "tags" => now(quoted(Some(&video.tags.join(", ")))),
            "damaged" => "It was accepted that the container is damaged.".to_owned(),
            _ => "It was put into the trash or taken out of it.".to_owned(),
        };
        FieldError { field, message }
    });
    ApiError::new(
        ErrorCode::PreconditionFailed,
        format!("Somebody else changed the video: it is at version {version} by now."),
    )
    .with_errors(errors.collect())
}

/// A text between quotes, cut where it is long.
fn quoted(text: Option<&str>) -> String {
    const MOST: usize = 100;
    match text {
        None => "nothing".to_owned(),
        Some(text) if text.chars().count() > MOST => {
            let start: String = text.chars().take(MOST).collect();
            format!("“{start}…”")
        }
        Some(text) => format!("“{text}”"),
    }
}

fn refused(impossible: Impossible, video: &Video) -> ApiError {
    let words = match impossible {
        Impossible::AcceptedForGood => {
            "That the container is damaged was accepted; this cannot be taken back.".to_owned()
        }
        Impossible::NotDamaged => match &video.row.error_text {
            Some(sentence) => format!(
                "Only a damaged container can be accepted, and here something else is wrong: {sentence}"
            ),
            None => "The video's container is not damaged.".to_owned(),
        },
    };
    ApiError::new(ErrorCode::InvalidState, words)
}

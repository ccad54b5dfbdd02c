//! `PUT /ingests/{id}/files`: which bytes were found where. The same again changes nothing.

use axum::Json;
use axum::extract::State;
use heimdex_api::ingest::{IngestFile, PutIngestFilesRequest, PutIngestFilesResponse};
use heimdex_api::limits::INGEST_FILES_MAX;
use heimdex_api::ops::NoQuery;
use heimdex_api::{FieldError, IngestId, JobId, Scope, path};

use crate::app::App;
use crate::auth::Caller;
use crate::catalog::{FoundFile, PutFilesOutcome};
use crate::random::Random;
use crate::web::{ApiError, Body, PathId, Query};

/// `PUT /ingests/{id}/files`
pub async fn put_files(
    State(app): State<App>,
    caller: Caller,
    PathId(id): PathId<IngestId>,
    Query(NoQuery {}): Query<NoQuery>,
    Body(request): Body<PutIngestFilesRequest>,
) -> Result<Json<PutIngestFilesResponse>, ApiError> {
    caller.require(Scope::Upload)?;
    let files = checked(request.files, app.random)?;
    let jobs: Vec<JobId> = files
        .iter()
        .map(|_| JobId::new(app.random.uuid()))
        .collect();
    let now = app.clock.now();
    match app
        .catalog
        .put_ingest_files(caller.library_id, id, &files, &jobs, now)
        .await?
    {
        PutFilesOutcome::Recorded(recorded) => {
            if recorded.added + recorded.superseded > 0 {
                app.wake.wake();
            }
            Ok(Json(PutIngestFilesResponse {
                added: recorded.added,
                unchanged: recorded.unchanged,
                superseded: recorded.superseded,
            }))
        }
        PutFilesOutcome::NoSuchIngest => Err(ApiError::not_found("ingest")),
        PutFilesOutcome::NoSuchVideos(places) => Err(ApiError::fields(
            places
                .into_iter()
                .map(|index| FieldError {
                    field: format!("files[{index}].video_id"),
                    message: "There is no such video, or it has failed or was deleted.".to_owned(),
                })
                .collect(),
        )),
    }
}

fn checked(files: Vec<IngestFile>, random: Random) -> Result<Vec<FoundFile>, ApiError> {
    if files.len() > INGEST_FILES_MAX {
        let message = format!("At most {INGEST_FILES_MAX} at once.");
        return Err(ApiError::field("files", message));
    }
    let mut wrong = Vec::new();
    let mut found = Vec::with_capacity(files.len());
    for (index, file) in files.into_iter().enumerate() {
        match path::exact(&file.path, file.path_raw.as_deref()) {
            Ok(bytes) => found.push(FoundFile {
                location_id: random.uuid(),
                filename: file.path.rsplit('/').next().unwrap_or_default().to_owned(),
                path_raw: path::raw_of(&bytes).map(|_| bytes),
                path: file.path,
                mtime: file.mtime,
                video_id: file.video_id,
            }),
            Err(error) => wrong.push(FieldError {
                field: format!("files[{index}].path"),
                message: format!("{error}."),
            }),
        }
    }
    if wrong.is_empty() {
        Ok(found)
    } else {
        Err(ApiError::fields(wrong))
    }
}

#[cfg(test)]
mod tests {
    use heimdex_api::VideoId;
    use uuid::Uuid;

    use super::*;

    fn file(path: &str, path_raw: Option<&str>) -> IngestFile {
        IngestFile {
            path: path.to_owned(),
            path_raw: path_raw.map(str::to_owned),
            mtime: None,
            video_id: VideoId::new(Uuid::nil()),
        }
    }

    #[test]
    fn exact_bytes_are_kept_only_where_they_say_more() {
        let files = vec![
            file("CLIP/A.mp4", None),
            file("CLIP/\\xff.mp4", Some("Q0xJUC//Lm1wNA==")),
        ];
        let found = checked(files, Random).unwrap();
        assert_eq!(
            (found[0].filename.as_str(), found[0].path_raw.as_deref()),
            ("A.mp4", None)
        );
        assert_eq!(found[1].filename, "\\xff.mp4");
        assert_eq!(
            found[1].path_raw.as_deref(),
            Some(b"CLIP/\xff.mp4".as_slice())
        );
    }

    #[test]
    fn paths_that_leave_the_card_are_named_by_their_place() {
        let error = checked(vec![file("a", None), file("../b", None)], Random).unwrap_err();
        assert_eq!(error.to_problem("").errors[0].field, "files[1].path");
        let many = vec![file("a", None); INGEST_FILES_MAX + 1];
        assert_eq!(
            checked(many, Random).unwrap_err().to_problem("").errors[0].field,
            "files"
        );
    }
}

//! Posters from this disk or the store, made into what the terminal shows. None of it on the thread that draws.

mod decode;

use heimdex_api::VideoId;
use tokio::task::spawn_blocking;

use super::session::Session;
use crate::error::CliError;
use crate::tui::model::Trouble;
use crate::tui::picture::{Canvas, Picture, Size};

/// The poster of a video in this size; `None` where it has none, or one that is no picture.
pub(super) async fn picture(
    session: &Session,
    video: VideoId,
    (size, canvas): (Size, Canvas),
    is_fresh: bool,
) -> Result<Option<Picture>, Trouble> {
    let cache = session.posters.clone();
    let looked = cache.clone().filter(|_| !is_fresh);
    let known = blocking(move || looked?.load(video)).await?;
    let is_known = known.is_some();
    let bytes = match known {
        Some(bytes) => bytes,
        None => match session.client().await?.poster(video).await? {
            Some(bytes) => bytes,
            None => return Ok(None),
        },
    };
    let made = blocking(move || {
        let picture = decode::picture(video, &bytes, size, canvas);
        let kept = match (&picture, cache) {
            (Ok(_), Some(cache)) if !is_known => cache.store(video, &bytes),
            // Asked for again another time.
            (Err(_), Some(cache)) => cache.remove(video),
            _ => Ok(()),
        };
        if let Err(error) = kept {
            tracing::debug!(
                error = &error as &dyn std::error::Error,
                "a poster is not kept"
            );
        }
        picture
    });
    made.await?
        .map(Some)
        .map_err(|error| CliError::Poster(error.into()).into())
}

/// Throws away what this disk has of the posters of these.
pub(super) async fn forget(session: &Session, videos: Vec<VideoId>) {
    let Some(cache) = session.posters.clone() else {
        return;
    };
    let forgetting = blocking(move || {
        let mut all = videos.into_iter();
        all.try_for_each(|video| cache.remove(video))
    });
    if let Ok(Err(error)) = forgetting.await {
        tracing::debug!(
            error = &error as &dyn std::error::Error,
            "a poster stays in the cache"
        );
    }
}

/// Runs what takes long elsewhere.
async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> T + Send + 'static,
) -> Result<T, CliError> {
    let done = spawn_blocking(work).await;
    done.map_err(|error| CliError::Poster(error.into()))
}

/// A poster with something on it, as a terminal shows it.
#[cfg(test)]
pub(crate) fn sample(video: VideoId, size: Size, canvas: Canvas) -> Picture {
    let shade = |part: u32, of: u32| u8::try_from(part * 255 / of).unwrap_or(255);
    let image = image::RgbImage::from_fn(32, 18, |x, y| {
        image::Rgb([shade(x, 32), shade(y, 18), if x > y { 200 } else { 40 }])
    });
    let mut bytes = std::io::Cursor::new(Vec::new());
    image
        .write_to(&mut bytes, image::ImageFormat::WebP)
        .unwrap();
    decode::picture(video, bytes.get_ref(), size, canvas).unwrap()
}

//! Posters: small pictures that lie in the store, fetched by links that grant access by themselves.

use std::time::Duration;

use heimdex_api::VideoId;

use super::{ApiClient, HttpError};

/// The largest picture that is taken: a poster of 1,280 pixels across is a tenth of that.
const MOST: usize = 4 << 20;
/// How long one may take.
const LIMIT: Duration = Duration::from_secs(30);

impl ApiClient {
    /// The poster of a video, as it lies in the store; `None` where it has none.
    ///
    /// Nothing but its size is looked at here: whoever wrote it is a stranger, and it is to be decoded with care.
    ///
    /// # Errors
    /// The server or the store does not answer, or not with anything of a size that posters have.
    pub async fn poster(&self, video: VideoId) -> Result<Option<Vec<u8>>, HttpError> {
        let url = match self.video(video).await {
            Ok(video) => video.thumbnail_url,
            // Deleted for good meanwhile.
            Err(error) if error.status() == Some(404) => None,
            Err(error) => return Err(error),
        };
        let Some(url) = url else {
            return Ok(None);
        };
        self.check_store(&url)?;
        // This client sends no `Authorization` and follows no redirects: the link is all there is.
        let request = self.store().get(url.expose()).timeout(LIMIT);
        let mut response = request.send().await.map_err(|error| self.apart(error))?;
        if !response.status().is_success() {
            let status = response.status().as_u16();
            return Err(self.without_poster(format!("it answers with status {status}")));
        }
        let mut bytes = Vec::new();
        while let Some(chunk) = response.chunk().await.map_err(|error| self.apart(error))? {
            if bytes.len() + chunk.len() > MOST {
                return Err(self.without_poster(format!("it is larger than {MOST} bytes")));
            }
            bytes.extend_from_slice(&chunk);
        }
        Ok(Some(bytes))
    }

    fn without_poster(&self, what: String) -> HttpError {
        let server = self.server().to_string();
        HttpError::Poster { server, what }
    }

    /// The store, not the server, is away. The link grants access: it is in no message.
    fn apart(&self, error: reqwest::Error) -> HttpError {
        self.without_poster(error.without_url().to_string())
    }
}

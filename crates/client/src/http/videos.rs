//! `/videos` and `/tags`: reading and editing the catalog, the trash, downloads.

use std::time::Duration;

use heimdex_api::VideoId;
use heimdex_api::ops::feature;
use heimdex_api::tag::TagsResponse;
use heimdex_api::video::{
    DownloadQuery, DownloadResponse, UpdateVideoRequest, VideoListQuery, VideoListResponse,
    VideoResponse, VideoStatusResponse,
};
use reqwest::Method;

use super::call::Call;
use super::{ApiClient, HttpError};

impl ApiClient {
    /// `GET /videos`: one page.
    ///
    /// An older server would ignore filters and list everything, so there only `limit` and `offset` are possible.
    pub async fn videos(&self, query: &VideoListQuery) -> Result<VideoListResponse, HttpError> {
        let plain = VideoListQuery {
            limit: query.limit.clone(),
            offset: query.offset.clone(),
            ..VideoListQuery::default()
        };
        if *query != plain {
            self.need(feature::LIST, "filters of its list").await?;
        }
        self.send(Call::get("/videos").query(query)?).await
    }

    /// `GET /tags`: every tag of the library, with how many videos have it.
    pub async fn tags(&self) -> Result<TagsResponse, HttpError> {
        self.need(feature::TAGS, "a list of tags").await?;
        self.send(Call::get("/tags")).await
    }

    /// `GET /videos/{id}`
    pub async fn video(&self, video: VideoId) -> Result<VideoResponse, HttpError> {
        self.send(Call::get(format!("/videos/{video}"))).await
    }

    /// `GET /videos/{id}/status`
    pub async fn status(&self, video: VideoId) -> Result<VideoStatusResponse, HttpError> {
        self.send(Call::get(format!("/videos/{video}/status")))
            .await
    }

    /// `PATCH /videos/{id}`: makes it what is wanted, if it is still of this version; without one, whatever it is.
    pub async fn update_video(
        &self,
        video: VideoId,
        request: &UpdateVideoRequest,
        if_match: Option<u64>,
    ) -> Result<VideoResponse, HttpError> {
        self.need(feature::EDIT, "edits of videos").await?;
        let call = Call::new(Method::PATCH, format!("/videos/{video}")).body(request)?;
        self.send(call.if_match(if_match)).await
    }

    /// `DELETE /videos/{id}`: into the trash; repeating it is nothing.
    pub async fn delete_video(&self, video: VideoId) -> Result<VideoResponse, HttpError> {
        self.need(feature::TRASH, "a trash").await?;
        self.send(Call::delete(format!("/videos/{video}"))).await
    }

    /// `POST /videos/{id}/restore`: out of the trash.
    pub async fn restore_video(&self, video: VideoId) -> Result<VideoResponse, HttpError> {
        self.need(feature::TRASH, "a trash").await?;
        self.send(Call::post(format!("/videos/{video}/restore")))
            .await
    }

    /// `GET /videos/{id}/download`: a URL that holds for `expires_in`, or for the server's default.
    pub async fn download(
        &self,
        video: VideoId,
        expires_in: Option<Duration>,
    ) -> Result<DownloadResponse, HttpError> {
        self.need(feature::DOWNLOAD, "downloads").await?;
        let query = DownloadQuery {
            expires_in: expires_in.map(|d| d.as_secs().to_string()),
        };
        let call = Call::get(format!("/videos/{video}/download")).query(&query)?;
        let reply: DownloadResponse = self.send(call).await?;
        self.check_store(&reply.url)?;
        Ok(reply)
    }
}

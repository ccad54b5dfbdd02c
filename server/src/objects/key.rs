//! The names of objects in the bucket: built here and nowhere else.

use std::fmt;

use heimdex_api::{LibraryId, VideoId};

/// One object's key.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum ObjectKey {
    /// The original bytes of a video or file.
    Video {
        /// Whose it is.
        library: LibraryId,
        /// Which one.
        video: VideoId,
        /// From [`extension`], never from a client's file name.
        extension: &'static str,
    },
    /// What the catalog knows of a video, beside its bytes.
    SideCar {
        /// Whose it is.
        library: LibraryId,
        /// Which one.
        video: VideoId,
    },
    /// Where a single PUT lands before it is checked and moved.
    Incoming(VideoId),
    /// A still picture of a video.
    Poster(VideoId),
    /// Many small pictures of a video.
    ContactSheet(VideoId),
    /// Timed lines of a video in one language.
    Captions {
        /// Which video.
        video: VideoId,
        /// A language tag that was checked at the edge.
        language: String,
    },
    /// Who owns a library.
    Library(LibraryId),
    /// The identity of a store that has no `store.json`.
    StoreMarker,
}

/// The prefix of the keys that a presigned PUT of a whole object may have.
pub const INCOMING: &str = "incoming/";

impl ObjectKey {
    /// Whether a key is one that uploads have. A bucket may hold other people's things, and nothing of theirs is ours to
    /// clean up.
    #[must_use]
    pub fn is_of_ours(key: &str) -> bool {
        let is_id = |text: &str| text.parse::<VideoId>().is_ok();
        if let Some(video) = key.strip_prefix(INCOMING) {
            return is_id(video);
        }
        let mut components = key.split('/');
        let (videos, library, file) = (components.next(), components.next(), components.next());
        let video = file.and_then(|file| file.split_once('.'));
        videos == Some("videos")
            && library.is_some_and(is_id)
            && video.is_some_and(|(video, _)| is_id(video))
            && components.next().is_none()
    }
}

impl fmt::Display for ObjectKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Video {
                library,
                video,
                extension,
            } => write!(f, "videos/{library}/{video}.{extension}"),
            Self::SideCar { library, video } => write!(f, "videos/{library}/{video}.heimdex.json"),
            Self::Incoming(video) => write!(f, "{INCOMING}{video}"),
            Self::Poster(video) => write!(f, "thumbnails/{video}/poster.webp"),
            Self::ContactSheet(video) => write!(f, "thumbnails/{video}/contact_sheet.webp"),
            Self::Captions { video, language } => write!(f, "captions/{video}/{language}.vtt"),
            Self::Library(library) => write!(f, "libraries/{library}.json"),
            Self::StoreMarker => f.write_str("heimdex-store.json"),
        }
    }
}

/// The extension of a video's key by its MIME type; `bin` for every other file.
#[must_use]
pub fn extension(mime_type: &str) -> &'static str {
    match mime_type {
        "video/mp4" => "mp4",
        "video/quicktime" => "mov",
        "video/x-msvideo" => "avi",
        "video/x-matroska" => "mkv",
        "video/webm" => "webm",
        _ => "bin",
    }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    #[test]
    fn what_others_keep_in_the_bucket_is_not_ours() {
        let id = Uuid::from_u128(1);
        for ours in [format!("incoming/{id}"), format!("videos/{id}/{id}.mp4")] {
            assert!(ObjectKey::is_of_ours(&ours), "{ours}");
        }
        for others in [
            "incoming/report.csv".to_owned(),
            "incoming/".to_owned(),
            "videos/holiday.mp4".to_owned(),
            format!("videos/{id}/{id}"),
            format!("videos/{id}/{id}.mp4/more"),
            format!("backup/{id}/{id}.mp4"),
            id.to_string(),
        ] {
            assert!(!ObjectKey::is_of_ours(&others), "{others}");
        }
    }

    #[test]
    fn keys_are_what_the_contract_says() {
        let video = VideoId::new(Uuid::from_u128(1));
        let library = LibraryId::new(Uuid::from_u128(2));
        let keys = [
            ObjectKey::Video {
                library,
                video,
                extension: extension("video/quicktime"),
            },
            ObjectKey::Video {
                library,
                video,
                extension: extension("text/html"),
            },
            ObjectKey::SideCar { library, video },
            ObjectKey::Incoming(video),
            ObjectKey::Poster(video),
            ObjectKey::Captions {
                video,
                language: "de".to_owned(),
            },
            ObjectKey::Library(library),
            ObjectKey::StoreMarker,
        ];
        insta::assert_snapshot!(keys.map(|key| key.to_string()).join("\n"), @r"
        videos/00000000-0000-0000-0000-000000000002/00000000-0000-0000-0000-000000000001.mov
        videos/00000000-0000-0000-0000-000000000002/00000000-0000-0000-0000-000000000001.bin
        videos/00000000-0000-0000-0000-000000000002/00000000-0000-0000-0000-000000000001.heimdex.json
        incoming/00000000-0000-0000-0000-000000000001
        thumbnails/00000000-0000-0000-0000-000000000001/poster.webp
        captions/00000000-0000-0000-0000-000000000001/de.vtt
        libraries/00000000-0000-0000-0000-000000000002.json
        heimdex-store.json
        ");
    }
}

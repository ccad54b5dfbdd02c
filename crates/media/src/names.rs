//! What the name of a file suggests. Only ever a suggestion: what a file is, its bytes say.

/// Extensions in lower case, their media type, and whether people call such a file a video.
const EXTENSIONS: &[(&str, &str, bool)] = &[
    ("3g2", "video/3gpp2", true),
    ("3gp", "video/3gpp", true),
    ("aac", "audio/aac", false),
    ("aif", "audio/aiff", false),
    ("aiff", "audio/aiff", false),
    ("arw", "image/x-sony-arw", false),
    ("avi", "video/x-msvideo", true),
    ("avif", "image/avif", false),
    ("cr2", "image/x-canon-cr2", false),
    ("cr3", "image/x-canon-cr3", false),
    ("csv", "text/csv", false),
    ("dng", "image/x-adobe-dng", false),
    ("flac", "audio/flac", false),
    ("gif", "image/gif", false),
    ("heic", "image/heic", false),
    ("heif", "image/heif", false),
    ("insv", "video/mp4", true),
    ("jpeg", "image/jpeg", false),
    ("jpg", "image/jpeg", false),
    ("json", "application/json", false),
    ("lrf", "video/mp4", true),
    ("lrv", "video/mp4", true),
    ("m2t", "video/mp2t", true),
    ("m2ts", "video/mp2t", true),
    ("m4a", "audio/mp4", false),
    ("m4v", "video/x-m4v", true),
    ("mkv", "video/x-matroska", true),
    ("mov", "video/quicktime", true),
    ("mp3", "audio/mpeg", false),
    ("mp4", "video/mp4", true),
    ("mpeg", "video/mpeg", true),
    ("mpg", "video/mpeg", true),
    ("mts", "video/mp2t", true),
    ("mxf", "application/mxf", true),
    ("nef", "image/x-nikon-nef", false),
    ("ogg", "audio/ogg", false),
    ("opus", "audio/opus", false),
    ("pdf", "application/pdf", false),
    ("png", "image/png", false),
    ("qt", "video/quicktime", true),
    ("raf", "image/x-fuji-raf", false),
    ("rw2", "image/x-panasonic-rw2", false),
    ("srt", "application/x-subrip", false),
    ("tif", "image/tiff", false),
    ("tiff", "image/tiff", false),
    ("ts", "video/mp2t", true),
    ("txt", "text/plain", false),
    ("vtt", "text/vtt", false),
    ("wav", "audio/wav", false),
    ("webm", "video/webm", true),
    ("webp", "image/webp", false),
    ("xml", "application/xml", false),
];

/// The media type that an extension (without its dot, in any case) suggests.
#[must_use]
pub fn mime_type_for_extension(extension: &str) -> Option<&'static str> {
    find(extension).map(|&(_, mime_type, _)| mime_type)
}

/// Whether a file of this name would be taken for a video by a person.
#[must_use]
pub fn looks_like_video_name(name: &str) -> bool {
    name.rsplit_once('.')
        .and_then(|(_, extension)| find(extension))
        .is_some_and(|row| row.2)
}

fn find(extension: &str) -> Option<&'static (&'static str, &'static str, bool)> {
    EXTENSIONS
        .iter()
        .find(|(known, _, _)| known.eq_ignore_ascii_case(extension))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn extensions_are_sorted_and_lower_case() {
        assert!(EXTENSIONS.is_sorted_by(|a, b| a.0 < b.0));
        assert!(
            EXTENSIONS
                .iter()
                .all(|row| row.0 == row.0.to_ascii_lowercase())
        );
    }

    #[test]
    fn extensions_match_in_any_case() {
        assert_eq!(mime_type_for_extension("MP4"), Some("video/mp4"));
        assert_eq!(mime_type_for_extension("mOv"), Some("video/quicktime"));
        assert_eq!(mime_type_for_extension(".mp4"), None);
        assert_eq!(mime_type_for_extension(""), None);
    }

    #[test]
    fn only_the_last_extension_counts() {
        assert!(looks_like_video_name("C0001.MP4"));
        assert!(looks_like_video_name("a.txt.mts"));
        assert!(!looks_like_video_name("clip.mp4.txt"));
        assert!(!looks_like_video_name("mp4"));
        assert!(!looks_like_video_name("sound.wav"));
    }
}

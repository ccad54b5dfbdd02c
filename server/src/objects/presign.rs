//! Signs URLs (AWS Signature Version 4, in the query) that can do one thing for a limited time.
//!
//! Pure: address, key and time are parameters. Length and checksum are signed as headers, so the store refuses a body
//! that has others.

use std::time::{Duration, SystemTime};

use aws_sdk_s3::config::Credentials;
use aws_sigv4::http_request::{
    PercentEncodingMode, SignableBody, SignableRequest, SignatureLocation, SigningSettings,
    UriPathNormalizationMode, sign,
};
use aws_sigv4::sign::v4;
use heimdex_api::{PresignedUrl, Secret};

use super::endpoint::Place;
use super::error::ObjectsError;
use super::external::StoreCredentials;
use super::origin::Origin;

/// The longest that a signature of this kind can be valid.
const LONGEST: Duration = Duration::from_hours(7 * 24);

/// Signs for one bucket.
#[derive(Debug, Clone)]
pub struct Presigner {
    bucket: String,
    region: String,
    place: Place,
    signer: Signer,
}

/// Whose signature it is.
#[derive(Debug, Clone)]
enum Signer {
    /// Always this one's.
    Fixed(Credentials),
    /// That of whatever keys hold now.
    Renewed(StoreCredentials),
}

/// A URL that was signed.
#[derive(Debug, Clone)]
pub struct Signed {
    /// The URL.
    pub url: PresignedUrl,
    /// From when on it stops working: as asked, or earlier where the keys themselves end.
    pub expires_at: SystemTime,
}

/// What a URL is to allow.
#[derive(Debug, Clone, Copy)]
pub struct Grant<'a> {
    /// `GET` or `PUT`.
    pub method: &'a str,
    /// The object.
    pub key: &'a str,
    /// Query parameters that belong to the request.
    pub query: &'a [(&'a str, &'a str)],
    /// Headers (in lower case) that the request must carry with exactly these values.
    pub headers: &'a [(&'a str, &'a str)],
}

impl Presigner {
    /// Signs for `bucket` of a store on the API's own listener, with this key.
    #[must_use]
    pub fn new(bucket: &str, region: &str, access_key: &str, secret_key: &Secret) -> Self {
        let credentials = Credentials::new(access_key, secret_key.expose(), None, None, "heimdex");
        Self {
            bucket: bucket.to_owned(),
            region: region.to_owned(),
            place: Place::RequestOrigin,
            signer: Signer::Fixed(credentials),
        }
    }

    /// Signs for `bucket` at `place`, with whatever keys hold.
    pub(super) fn at(
        place: Place,
        bucket: &str,
        region: &str,
        credentials: StoreCredentials,
    ) -> Self {
        Self {
            bucket: bucket.to_owned(),
            region: region.to_owned(),
            place,
            signer: Signer::Renewed(credentials),
        }
    }

    /// Where its URLs point.
    pub(super) const fn place(&self) -> &Place {
        &self.place
    }

    /// A URL for `grant`, valid from `now` for `expires` (a week at most). `requested` is the origin that the client's
    /// request came to; where the store has an address of its own, that counts instead.
    pub fn sign(
        &self,
        requested: &Origin,
        grant: Grant<'_>,
        now: SystemTime,
        expires: Duration,
    ) -> Result<Signed, ObjectsError> {
        let credentials = match &self.signer {
            Signer::Fixed(credentials) => credentials.clone(),
            Signer::Renewed(credentials) => credentials.current(),
        };
        let bucket = encode(&self.bucket, Slash::Encoded);
        let (origin, base) = self
            .place
            .of_bucket(requested, &bucket)
            .ok_or_else(|| ObjectsError::Other("the bucket's name fits no host name".into()))?;
        let mut url = format!("{origin}{base}/{}", encode(grant.key, Slash::Kept));
        append(
            &mut url,
            '?',
            grant.query.iter().map(|(name, value)| (*name, *value)),
        );
        let mut settings = SigningSettings::default();
        settings.percent_encoding_mode = PercentEncodingMode::Single;
        settings.uri_path_normalization_mode = UriPathNormalizationMode::Disabled;
        settings.signature_location = SignatureLocation::QueryParams;
        settings.expires_in = Some(expires.min(LONGEST));
        let ends = credentials.expiry();
        let identity = credentials.into();
        let params = v4::SigningParams::builder()
            .identity(&identity)
            .region(&self.region)
            .name("s3")
            .time(now)
            .settings(settings)
            .build()
            .map_err(|error| ObjectsError::Other(Box::new(error)))?
            .into();
        let request = SignableRequest::new(
            grant.method,
            url.as_str(),
            std::iter::once(("host", origin.authority())).chain(grant.headers.iter().copied()),
            SignableBody::UnsignedPayload,
        )
        .map_err(|error| ObjectsError::Other(Box::new(error)))?;
        let signed =
            sign(request, &params).map_err(|error| ObjectsError::Other(Box::new(error)))?;
        let (instructions, _) = signed.into_parts();
        let first = if grant.query.is_empty() { '?' } else { '&' };
        append(
            &mut url,
            first,
            instructions
                .params()
                .iter()
                .map(|(name, value)| (*name, value.as_ref())),
        );
        let asked = now + expires.min(LONGEST);
        Ok(Signed {
            url: PresignedUrl::new(url),
            expires_at: ends.map_or(asked, |ends| ends.min(asked)),
        })
    }
}

fn append<'a>(url: &mut String, first: char, pairs: impl Iterator<Item = (&'a str, &'a str)>) {
    let mut separator = first;
    for (name, value) in pairs {
        url.push(separator);
        separator = '&';
        url.push_str(&encode(name, Slash::Encoded));
        url.push('=');
        url.push_str(&encode(value, Slash::Encoded));
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Slash {
    Kept,
    Encoded,
}

/// Percent-encodes all but the unreserved characters of RFC 3986, as Signature Version 4 wants it.
pub(super) fn encode(text: &str, slash: Slash) -> String {
    let mut encoded = String::with_capacity(text.len());
    for byte in text.bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'_' | b'.' | b'~' => {
                encoded.push(char::from(byte));
            }
            b'/' if slash == Slash::Kept => encoded.push('/'),
            _ => {
                encoded.push('%');
                for nibble in [byte >> 4, byte & 0xf] {
                    encoded.push(char::from(b"0123456789ABCDEF"[usize::from(nibble)]));
                }
            }
        }
    }
    encoded
}

/// The `Content-Disposition` of a download under this name.
pub(super) fn attachment(filename: &str) -> String {
    // The plain form is for clients that know no other; a browser takes the encoded one.
    let plain: String = filename
        .chars()
        .map(|c| {
            if c.is_ascii_graphic() && !matches!(c, '"' | '\\' | '/' | '%') || c == ' ' {
                c
            } else {
                '_'
            }
        })
        .collect();
    format!(
        "attachment; filename=\"{plain}\"; filename*=UTF-8''{}",
        encode(filename, Slash::Encoded)
    )
}

/// A content type that no browser executes: bytes are anybody's.
pub(super) fn safe_content_type(content_type: &str) -> &str {
    let kind = content_type.split(';').next().unwrap_or_default().trim();
    let harmless = kind.starts_with("video/")
        || kind.starts_with("audio/")
        || matches!(
            kind,
            "image/jpeg" | "image/png" | "image/webp" | "text/vtt" | "application/json"
        );
    if harmless && kind.bytes().all(|byte| byte.is_ascii_graphic()) {
        kind
    } else {
        "application/octet-stream"
    }
}

#[cfg(test)]
mod tests {
    use std::time::UNIX_EPOCH;

    use super::*;
    use crate::objects::{Addressing, ExternalSettings, StoreKeys};

    #[test]
    fn lengths_and_checksums_are_signed_headers() {
        let presigner = Presigner::new("uploads", "local", "key", &Secret::new("secret"));
        let url = presigner
            .sign(
                &"http://127.0.0.1:8000".parse().unwrap(),
                Grant {
                    method: "PUT",
                    key: "incoming/ä b",
                    query: &[("uploadId", "a/b+c"), ("partNumber", "7")],
                    headers: &[
                        ("content-length", "5"),
                        ("x-amz-checksum-crc32c", "mnG7TA=="),
                    ],
                },
                UNIX_EPOCH + Duration::from_hours(380_376),
                Duration::from_hours(10_000),
            )
            .unwrap()
            .url;
        insta::assert_snapshot!(url.expose().replace(['?', '&'], "\n"), @r"
        http://127.0.0.1:8000/uploads/incoming/%C3%A4%20b
        uploadId=a%2Fb%2Bc
        partNumber=7
        X-Amz-Algorithm=AWS4-HMAC-SHA256
        X-Amz-Credential=key%2F20130524%2Flocal%2Fs3%2Faws4_request
        X-Amz-Date=20130524T000000Z
        X-Amz-Expires=604800
        X-Amz-SignedHeaders=content-length%3Bhost%3Bx-amz-checksum-crc32c
        X-Amz-Signature=a290a74ef98286102efcc66575ee3c3ecb555be74952d7936582bc0de971c642
        ");
    }

    #[tokio::test]
    async fn urls_of_an_external_store_are_signed_for_its_public_name() {
        let settings = ExternalSettings {
            endpoint: "http://10.0.0.5:9000".parse().unwrap(),
            public_endpoint: "https://store.example.org".parse().unwrap(),
            addressing: Addressing::VirtualHost,
            region: "eu-1".to_owned(),
            bucket: "films".to_owned(),
            keys: StoreKeys::Given {
                access_key: "key".to_owned(),
                secret_key: Secret::new("secret"),
            },
        };
        let credentials = StoreCredentials::find(&settings).await.unwrap();
        let place = |addressing| Place::Service(settings.public_endpoint.clone(), addressing);
        let mut urls = Vec::new();
        for addressing in [Addressing::Path, Addressing::VirtualHost] {
            let presigner = Presigner::at(place(addressing), "films", "eu-1", credentials.clone());
            let grant = Grant {
                method: "GET",
                key: "videos/a",
                query: &[],
                headers: &[],
            };
            // Where the request came to says nothing of the store.
            let requested = "http://api.example.org".parse().unwrap();
            let now = UNIX_EPOCH + Duration::from_hours(380_376);
            let signed = presigner.sign(&requested, grant, now, Duration::from_mins(1));
            let signed = signed.unwrap();
            assert_eq!(signed.expires_at, now + Duration::from_mins(1));
            let (place, query) = signed.url.expose().split_once('?').unwrap();
            assert!(query.contains("%2Feu-1%2Fs3%2F"), "{query}");
            urls.push(place.to_owned());
        }
        assert_eq!(
            urls,
            [
                "https://store.example.org/films/videos/a",
                "https://films.store.example.org/videos/a"
            ]
        );
    }

    #[test]
    fn a_download_is_never_shown_as_a_page() {
        for (given, safe) in [
            ("video/mp4", "video/mp4"),
            ("text/html", "application/octet-stream"),
            ("image/svg+xml", "application/octet-stream"),
            ("video/mp4; codecs=\"x\"", "video/mp4"),
            ("video/m p4\r\nx: y", "application/octet-stream"),
        ] {
            assert_eq!(safe_content_type(given), safe);
        }
        assert_eq!(
            attachment("Tür \"1\".mp4"),
            "attachment; filename=\"T_r _1_.mp4\"; filename*=UTF-8''T%C3%BCr%20%221%22.mp4"
        );
    }
}

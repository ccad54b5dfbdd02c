//! The address of an S3 service, and where in it a bucket is: in the path or in the host's name.

use std::fmt;
use std::str::FromStr;

use url::Url;

use super::origin::Origin;

/// Scheme, host and port of an S3 service, and the path that it lies under, if any.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Endpoint {
    origin: Origin,
    /// Empty, or `/storage/v1/s3`.
    path: String,
}

/// How the bucket is named in a URL.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Addressing {
    /// `https://store.example/bucket/key`
    Path,
    /// `https://bucket.store.example/key`
    VirtualHost,
}

/// Where a bucket's URLs point.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Place {
    /// To the origin that the client's request came to: the store is on the API's own listener.
    RequestOrigin,
    /// To a service of its own.
    Service(Endpoint, Addressing),
}

/// The text is no address of an S3 service.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("write it as https://s3.example.org, without user, query or bucket")]
pub struct InvalidEndpoint;

impl Endpoint {
    /// Scheme, host and port.
    #[must_use]
    pub const fn origin(&self) -> &Origin {
        &self.origin
    }
}

impl Place {
    /// The origin of the bucket's URLs, and the path that keys are appended to.
    pub(super) fn of_bucket(&self, requested: &Origin, bucket: &str) -> Option<(Origin, String)> {
        match self {
            Self::RequestOrigin => Some((requested.clone(), format!("/{bucket}"))),
            Self::Service(endpoint, Addressing::Path) => {
                let path = format!("{}/{bucket}", endpoint.path);
                Some((endpoint.origin.clone(), path))
            }
            Self::Service(endpoint, Addressing::VirtualHost) => {
                let origin = endpoint.origin.with_label(bucket)?;
                Some((origin, endpoint.path.clone()))
            }
        }
    }
}

impl FromStr for Endpoint {
    type Err = InvalidEndpoint;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let url = Url::parse(text).map_err(|_| InvalidEndpoint)?;
        let bare = url.username().is_empty() && url.password().is_none();
        if !bare || url.query().is_some() || url.fragment().is_some() || !url.has_host() {
            return Err(InvalidEndpoint);
        }
        let authority = &url[url::Position::BeforeHost..url::Position::AfterPort];
        let origin = format!("{}://{authority}", url.scheme());
        Ok(Self {
            origin: origin.parse().map_err(|_| InvalidEndpoint)?,
            path: url.path().trim_end_matches('/').to_owned(),
        })
    }
}

impl fmt::Display for Endpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}{}", self.origin, self.path)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn url(endpoint: &str, addressing: Addressing) -> Option<String> {
        let requested = "http://api.example".parse().unwrap();
        let place = Place::Service(endpoint.parse().unwrap(), addressing);
        let (origin, path) = place.of_bucket(&requested, "films")?;
        Some(format!("{origin}{path}"))
    }

    #[test]
    fn a_bucket_is_named_in_the_path_or_in_the_host() {
        for (endpoint, path, host) in [
            (
                "https://s3.example.org/",
                "https://s3.example.org/films",
                Some("https://films.s3.example.org"),
            ),
            (
                "http://S3.example.org:9000",
                "http://s3.example.org:9000/films",
                Some("http://films.s3.example.org:9000"),
            ),
            (
                "https://p.example/storage/v1/s3",
                "https://p.example/storage/v1/s3/films",
                Some("https://films.p.example/storage/v1/s3"),
            ),
            // An address has no names below it.
            ("http://127.0.0.1:9000", "http://127.0.0.1:9000/films", None),
            ("http://[::1]:9000", "http://[::1]:9000/films", None),
        ] {
            assert_eq!(url(endpoint, Addressing::Path).as_deref(), Some(path));
            assert_eq!(url(endpoint, Addressing::VirtualHost).as_deref(), host);
        }
    }

    #[test]
    fn what_holds_more_than_an_address_is_none() {
        for bad in [
            "s3.example.org",
            "ftp://s3.example.org",
            "https://key:secret@s3.example.org",
            "https://s3.example.org/?a=b",
            "https://s3.example.org/#a",
            "https://",
        ] {
            assert_eq!(bad.parse::<Endpoint>(), Err(InvalidEndpoint), "{bad}");
        }
    }
}

//! A server's address: checked once, and the origin that credentials are bound to.

use std::fmt;

use url::{Host, Url};

/// Whether unencrypted HTTP beyond this machine is accepted.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Plaintext {
    /// Only to this machine.
    #[default]
    LoopbackOnly,
    /// To any, because a person said so.
    Accepted,
}

/// Why an address cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum InvalidServerUrl {
    /// It is not a URL.
    #[error("`{0}` is not the URL of a server")]
    NotAUrl(String),
    /// It is neither `http` nor `https`.
    #[error("a server's URL begins with https:// or http://, not `{0}://`")]
    Scheme(String),
    /// It has a user name, a password, a query or a fragment.
    #[error("a server's URL has no user name, password, query or fragment")]
    Extras,
    /// Unencrypted, to another machine.
    #[error("`{0}` is not encrypted: passwords and footage could be read on the way")]
    Plaintext(String),
}

impl InvalidServerUrl {
    /// What to do about it.
    #[must_use]
    pub fn hint(&self) -> Option<String> {
        match self {
            Self::Plaintext(_) => Some("use https://, or accept it with --insecure".into()),
            Self::NotAUrl(_) | Self::Scheme(_) => {
                Some("write it as https://films.example.org".into())
            }
            Self::Extras => None,
        }
    }
}

/// The address of a server: scheme, host, port, perhaps a path; never a user name, a query or a fragment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ServerUrl(Url);

impl ServerUrl {
    /// Reads what a person typed. Without a scheme it is `https`, for this machine `http`.
    pub fn parse(text: &str, plaintext: Plaintext) -> Result<Self, InvalidServerUrl> {
        // What cannot be parsed may hold a password: it is not repeated.
        let shown = || {
            if text.contains('@') {
                "…".to_owned()
            } else {
                text.chars().take(200).collect()
            }
        };
        let not_a_url = |_| InvalidServerUrl::NotAUrl(shown());
        let url = if text.contains("://") {
            Url::parse(text).map_err(not_a_url)?
        } else {
            let plain = Url::parse(&format!("http://{text}")).map_err(not_a_url)?;
            if is_loopback(&plain) {
                plain
            } else {
                Url::parse(&format!("https://{text}")).map_err(not_a_url)?
            }
        };
        if !matches!(url.scheme(), "http" | "https") {
            return Err(InvalidServerUrl::Scheme(url.scheme().to_owned()));
        }
        if !url.has_host() {
            return Err(InvalidServerUrl::NotAUrl(shown()));
        }
        let bare = url.username().is_empty() && url.password().is_none();
        if !bare || url.query().is_some() || url.fragment().is_some() {
            return Err(InvalidServerUrl::Extras);
        }
        if url.scheme() == "http" && plaintext == Plaintext::LoopbackOnly && !is_loopback(&url) {
            return Err(InvalidServerUrl::Plaintext(Self(url).to_string()));
        }
        Ok(Self(url))
    }

    /// Scheme, host and port: what a credential belongs to.
    #[must_use]
    pub fn origin(&self) -> String {
        self.0.origin().ascii_serialization()
    }

    /// Whether it is this machine.
    #[must_use]
    pub fn is_loopback(&self) -> bool {
        is_loopback(&self.0)
    }

    /// Whether the way there is encrypted.
    #[must_use]
    pub fn is_encrypted(&self) -> bool {
        self.0.scheme() == "https"
    }

    /// The URL of a route; `path` begins with a slash.
    pub(super) fn route(&self, path: &str) -> Url {
        let mut url = self.0.clone();
        url.set_path(&format!("{}{path}", self.0.path().trim_end_matches('/')));
        url
    }
}

impl fmt::Display for ServerUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0.as_str().trim_end_matches('/'))
    }
}

fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(Host::Domain(name)) => name == "localhost" || name.ends_with(".localhost"),
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_people_type_becomes_a_url() {
        for (typed, expected) in [
            ("films.example.org", "https://films.example.org"),
            ("https://films.example.org/", "https://films.example.org"),
            (
                "https://example.org/heimdex/",
                "https://example.org/heimdex",
            ),
            ("localhost:8000", "http://localhost:8000"),
            ("127.0.0.1:8000", "http://127.0.0.1:8000"),
            ("[::1]:8000", "http://[::1]:8000"),
            ("http://127.0.0.1:80", "http://127.0.0.1"),
        ] {
            let url = ServerUrl::parse(typed, Plaintext::LoopbackOnly).unwrap();
            assert_eq!(url.to_string(), expected);
        }
    }

    #[test]
    fn what_is_unsafe_or_no_server_is_refused() {
        let parse = |text| ServerUrl::parse(text, Plaintext::LoopbackOnly).unwrap_err();
        assert!(matches!(
            parse("http://films.example.org"),
            InvalidServerUrl::Plaintext(_)
        ));
        assert!(matches!(
            parse("http://127.0.0.1.example.org"),
            InvalidServerUrl::Plaintext(_)
        ));
        assert!(matches!(
            parse("ftp://example.org"),
            InvalidServerUrl::Scheme(_)
        ));
        assert!(matches!(parse(""), InvalidServerUrl::NotAUrl(_)));
        for text in [
            "https://a:b@example.org",
            "https://example.org/?a=b",
            "https://e.org/#a",
        ] {
            assert_eq!(parse(text), InvalidServerUrl::Extras, "{text}");
        }
        assert!(!parse("https://me:hunter2@").to_string().contains("hunter2"));
        let accepted = ServerUrl::parse("http://nas.lan:8000", Plaintext::Accepted).unwrap();
        assert_eq!(accepted.origin(), "http://nas.lan:8000");
    }

    #[test]
    fn routes_lie_below_the_path() {
        let url =
            ServerUrl::parse("https://example.org/heimdex/", Plaintext::LoopbackOnly).unwrap();
        assert_eq!(
            url.route("/health").as_str(),
            "https://example.org/heimdex/health"
        );
    }
}

//! A proxy's address, which may hold a password: shown without it, remembered only where it has none.

use std::fmt;

use url::Url;

/// Why an address is not a proxy's.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum InvalidProxy {
    /// It is not a URL with a host.
    #[error("the proxy's address is not a URL")]
    NotAUrl,
    /// It is neither `http` nor `https`.
    #[error("a proxy's URL begins with http:// or https://")]
    Scheme,
}

impl InvalidProxy {
    /// What to do about it.
    #[must_use]
    pub fn hint(&self) -> &'static str {
        "write it as http://proxy.example.org:3128"
    }
}

/// The address of a proxy. Its `Display` and `Debug` hide the password.
#[derive(Clone, PartialEq, Eq)]
pub struct ProxyUrl(Url);

impl ProxyUrl {
    /// Reads what a person typed. Without a scheme it is `http`.
    pub fn parse(text: &str) -> Result<Self, InvalidProxy> {
        let url = if text.contains("://") {
            Url::parse(text)
        } else {
            Url::parse(&format!("http://{text}"))
        };
        let url = url.map_err(|_| InvalidProxy::NotAUrl)?;
        if !matches!(url.scheme(), "http" | "https") {
            return Err(InvalidProxy::Scheme);
        }
        if url.has_host() {
            Ok(Self(url))
        } else {
            Err(InvalidProxy::NotAUrl)
        }
    }

    /// Whether it must not be shown, nor written down.
    #[must_use]
    pub fn has_password(&self) -> bool {
        self.0.password().is_some()
    }

    /// The whole address, for the one place that needs it.
    #[must_use]
    pub fn expose(&self) -> &str {
        self.0.as_str()
    }
}

impl fmt::Display for ProxyUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text = self.0.as_str().trim_end_matches('/');
        if !self.has_password() {
            return f.write_str(text);
        }
        // Between the scheme and the first `@` there is nothing but the name and the password.
        let after = text.split_once('@').map_or("", |(_, after)| after);
        write!(f, "{}://{}:…@{after}", self.0.scheme(), self.0.username())
    }
}

impl fmt::Debug for ProxyUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ProxyUrl({self})")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_people_type_becomes_a_proxy() {
        for (typed, expected) in [
            ("proxy.lan:3128", "http://proxy.lan:3128"),
            ("http://proxy.lan:3128/", "http://proxy.lan:3128"),
            ("https://proxy.lan", "https://proxy.lan"),
            ("http://ana@proxy.lan:1", "http://ana@proxy.lan:1"),
        ] {
            let proxy = ProxyUrl::parse(typed).unwrap();
            assert_eq!(proxy.to_string(), expected);
            assert!(!proxy.has_password());
        }
        assert_eq!(ProxyUrl::parse(""), Err(InvalidProxy::NotAUrl));
        assert_eq!(ProxyUrl::parse("socks5://a:1"), Err(InvalidProxy::Scheme));
    }

    #[test]
    fn its_password_is_never_shown() {
        for typed in [
            "http://ana:hunter2@proxy.lan:3128",
            "ana:hunter2%40x@proxy.lan",
        ] {
            let proxy = ProxyUrl::parse(typed).unwrap();
            assert!(proxy.has_password());
            assert!(proxy.expose().contains("hunter2"));
            let shown = format!("{proxy} {proxy:?}");
            assert!(!shown.contains("hunter2"), "{shown}");
            assert!(shown.contains("ana:…@proxy.lan"), "{shown}");
        }
    }
}

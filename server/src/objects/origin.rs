//! The address under which a client reaches this server: the one that URLs are signed for.
//!
//! The same function answers when a URL is signed and when it is verified, so no proxy in between can make the two
//! differ.

use std::fmt;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::str::FromStr;

use http::header::HOST;
use http::uri::Authority;
use http::{HeaderMap, Uri};

use crate::web::network::IpNetwork;

/// Scheme, host and port, without a path.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Origin {
    scheme: Scheme,
    authority: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum Scheme {
    Http,
    Https,
}

/// The text is not an origin.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "`{0}` is not an address of the form http://host:port or https://host:port, without a path"
)]
pub struct InvalidOrigin(String);

/// The request does not say which host it is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the request names no valid host")]
pub struct UnknownOrigin;

impl Origin {
    fn new(scheme: Scheme, authority: &str) -> Option<Self> {
        let parsed: Authority = authority.parse().ok()?;
        if parsed.as_str().contains('@') || parsed.host().is_empty() {
            return None;
        }
        // A port that is there must be a number: `host:` is not an address.
        let named = parsed.as_str().len() > parsed.host().len();
        let port = parsed.port_u16();
        if named && port.is_none() {
            return None;
        }
        let host = parsed.host().to_ascii_lowercase();
        // Clients leave the scheme's own port out of `Host`.
        let authority = match port.filter(|port| *port != scheme.port()) {
            Some(port) => format!("{host}:{port}"),
            None => host,
        };
        Some(Self { scheme, authority })
    }

    /// Where who listens there is reached from this machine, without TLS.
    #[must_use]
    pub fn of_listener(listen: SocketAddr) -> Self {
        let ip = match listen.ip() {
            IpAddr::V4(ip) if ip.is_unspecified() => Ipv4Addr::LOCALHOST.into(),
            IpAddr::V6(ip) if ip.is_unspecified() => Ipv6Addr::LOCALHOST.into(),
            ip => ip,
        };
        Self {
            scheme: Scheme::Http,
            authority: SocketAddr::new(ip, listen.port()).to_string(),
        }
    }

    /// Host and, unless it is the scheme's own, port: what `Host` carries.
    #[must_use]
    pub fn authority(&self) -> &str {
        &self.authority
    }

    /// The host alone; an IPv6 address in its brackets.
    #[must_use]
    pub fn host(&self) -> &str {
        match self.authority.rsplit_once(':') {
            Some((host, port)) if port.bytes().all(|digit| digit.is_ascii_digit()) => host,
            _ => &self.authority,
        }
    }

    /// The port, the scheme's own where none is named.
    #[must_use]
    pub fn port(&self) -> u16 {
        let named = self.authority[self.host().len()..].strip_prefix(':');
        let named = named.and_then(|port| port.parse().ok());
        named.unwrap_or_else(|| self.scheme.port())
    }

    /// Whether the way there is encrypted.
    #[must_use]
    pub const fn is_encrypted(&self) -> bool {
        matches!(self.scheme, Scheme::Https)
    }

    /// The origin whose host is `label.host`; an address has no names below it.
    pub(super) fn with_label(&self, label: &str) -> Option<Self> {
        let is_address = self.host().starts_with('[') || self.host().parse::<Ipv4Addr>().is_ok();
        if is_address {
            return None;
        }
        Self::new(self.scheme, &format!("{label}.{}", self.authority))
    }
}

impl Scheme {
    const fn port(self) -> u16 {
        match self {
            Self::Http => 80,
            Self::Https => 443,
        }
    }
}

impl FromStr for Scheme {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        match text.trim().to_ascii_lowercase().as_str() {
            "http" => Ok(Self::Http),
            "https" => Ok(Self::Https),
            _ => Err(()),
        }
    }
}

impl FromStr for Origin {
    type Err = InvalidOrigin;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let invalid = || InvalidOrigin(text.to_owned());
        let (scheme, rest) = text.split_once("://").ok_or_else(invalid)?;
        let scheme = scheme.parse().map_err(|()| invalid())?;
        let rest = rest.strip_suffix('/').unwrap_or(rest);
        Self::new(scheme, rest).ok_or_else(invalid)
    }
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let scheme = match self.scheme {
            Scheme::Http => "http",
            Scheme::Https => "https",
        };
        write!(f, "{scheme}://{}", self.authority)
    }
}

/// How the origin of a request is found.
#[derive(Debug, Clone, Default)]
pub struct OriginPolicy {
    /// The configured address; where it is set, nothing else counts.
    pub public_url: Option<Origin>,
    /// Whose `X-Forwarded-Host` and `X-Forwarded-Proto` are believed.
    pub trusted_proxies: Vec<IpNetwork>,
}

impl OriginPolicy {
    /// The origin that a request from `peer` came to.
    pub fn origin(
        &self,
        peer: Option<IpAddr>,
        headers: &HeaderMap,
        uri: &Uri,
    ) -> Result<Origin, UnknownOrigin> {
        if let Some(origin) = &self.public_url {
            return Ok(origin.clone());
        }
        let trusted = peer.is_some_and(|peer| {
            self.trusted_proxies
                .iter()
                .any(|network| network.contains(peer))
        });
        let forwarded = |name: &str| first(headers, name).filter(|_| trusted);
        let scheme = forwarded("x-forwarded-proto")
            .and_then(|text| text.parse().ok())
            .unwrap_or(Scheme::Http);
        let authority = forwarded("x-forwarded-host")
            .or_else(|| headers.get(HOST)?.to_str().ok())
            .or_else(|| uri.authority().map(Authority::as_str))
            .ok_or(UnknownOrigin)?;
        Origin::new(scheme, authority.trim()).ok_or(UnknownOrigin)
    }
}

/// The first of a header's comma-separated values: what the proxy nearest to the client said.
fn first<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    let value = headers.get(name)?.to_str().ok()?;
    value
        .split(',')
        .next()
        .map(str::trim)
        .filter(|value| !value.is_empty())
}

#[cfg(test)]
mod tests {
    use http::HeaderValue;

    use super::*;

    fn headers(pairs: &[(&'static str, &'static str)]) -> HeaderMap {
        pairs
            .iter()
            .map(|(name, value)| {
                (
                    http::HeaderName::from_static(name),
                    HeaderValue::from_static(value),
                )
            })
            .collect()
    }

    fn policy(public_url: Option<&str>) -> OriginPolicy {
        OriginPolicy {
            public_url: public_url.map(|url| url.parse().unwrap()),
            trusted_proxies: vec!["10.0.0.0/8".parse().unwrap()],
        }
    }

    const FORWARDED: &[(&str, &str)] = &[
        ("host", "inner:8000"),
        ("x-forwarded-host", "heimdex.example"),
        ("x-forwarded-proto", "https"),
    ];

    #[test]
    fn only_a_trusted_proxy_is_believed() {
        let uri = Uri::from_static("/uploads/a");
        let of = |peer: &str| {
            policy(None)
                .origin(peer.parse().ok(), &headers(FORWARDED), &uri)
                .unwrap()
                .to_string()
        };
        assert_eq!(of("10.1.2.3"), "https://heimdex.example");
        assert_eq!(of("::ffff:10.1.2.3"), "https://heimdex.example");
        assert_eq!(of("192.0.2.1"), "http://inner:8000");
        assert_eq!(of(""), "http://inner:8000");
    }

    #[test]
    fn a_configured_address_beats_every_header() {
        let origin = policy(Some("https://Heimdex.example:443/"))
            .origin(
                "10.1.2.3".parse().ok(),
                &headers(FORWARDED),
                &Uri::from_static("/"),
            )
            .unwrap();
        assert_eq!(origin.to_string(), "https://heimdex.example");
        assert_eq!(origin.authority(), "heimdex.example");
    }

    #[test]
    fn a_host_that_is_none_is_refused() {
        for host in [
            "",
            "a b",
            "user@host",
            "host:",
            "host:port",
            "host/path",
            "[::1",
        ] {
            let mut map = HeaderMap::new();
            map.insert(HOST, HeaderValue::from_str(host).unwrap());
            let found = policy(None).origin(None, &map, &Uri::from_static("/"));
            assert_eq!(found, Err(UnknownOrigin), "{host}");
        }
        assert_eq!(
            policy(None).origin(None, &HeaderMap::new(), &Uri::from_static("/")),
            Err(UnknownOrigin)
        );
    }

    #[test]
    fn host_and_port_are_told_apart() {
        for (text, host, port) in [
            ("https://heimdex.example", "heimdex.example", 443),
            ("http://heimdex.example:8000", "heimdex.example", 8000),
            ("http://[::1]", "[::1]", 80),
            ("http://[::1]:8000", "[::1]", 8000),
        ] {
            let origin: Origin = text.parse().unwrap();
            assert_eq!((origin.host(), origin.port()), (host, port));
        }
    }

    #[test]
    fn http2_names_its_host_in_the_uri() {
        let uri = Uri::from_static("http://[::1]:8000/uploads/a");
        let origin = policy(None).origin(None, &HeaderMap::new(), &uri).unwrap();
        assert_eq!(origin.to_string(), "http://[::1]:8000");
    }

    #[test]
    fn an_address_has_no_path_and_a_known_scheme() {
        for bad in [
            "heimdex.example",
            "ftp://heimdex.example",
            "https://heimdex.example/path",
            "https://",
            "https://a@b",
        ] {
            assert!(bad.parse::<Origin>().is_err(), "{bad}");
        }
    }
}

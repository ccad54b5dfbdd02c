//! Looks at the store as a client does: by signed URLs, under the public name.

use std::net::{IpAddr, SocketAddr};
use std::time::Duration;

use bytes::Bytes;
use heimdex_api::{Checksum, PartChecksum, PresignedUrl, VideoId};
use heimdex_process::clock::Clock;
use http::Method;

use super::report::{Report, Trouble};
use super::web::{Answer, Request, Way};
use super::words::{of_objects, of_refusal};
use crate::objects::{ObjectKey, ObjectStore, ObjectsError, Origin, part_checksum};
use crate::random::Random;

const NAME: &str = "public URL";
const TEXT: &[u8] = b"sent by heimdex-server doctor to a signed URL";
const EXPIRY: Duration = Duration::from_mins(5);

/// What is looked at, and how.
pub(super) struct Public<'a> {
    pub(super) store: &'a ObjectStore,
    /// Where clients reach the API.
    pub(super) api: &'a Origin,
    /// Where this machine reaches the store, if it is not on the API's listener.
    pub(super) internal: Option<&'a Origin>,
    /// What stands for the address that the public name resolves to.
    pub(super) at: Option<SocketAddr>,
    pub(super) algorithm: PartChecksum,
    pub(super) random: Random,
}

/// Where a name leads.
enum Leads {
    /// To an address, or to where `at` says.
    Somewhere,
    /// Nowhere that this machine knows.
    Nowhere,
}

impl Public<'_> {
    pub(super) async fn look(&self, report: &mut Report) {
        let Some(origin) = self.store.public_origin(self.api) else {
            let trouble = Trouble::new(
                "The bucket's name cannot be put before the host of `s3.public_endpoint`.",
                "Set `s3.path_style = true`, or name a host instead of an address.",
            );
            report.note(NAME, Err(trouble));
            return;
        };
        let way = match Way::new(&origin, self.at, Clock::System) {
            Ok(way) => way,
            Err(words) => {
                let trouble = Trouble::new(words, "Check the certificates of this machine.");
                report.note(NAME, Err(trouble));
                return;
            }
        };
        match (self.leads(&origin).await, self.internal) {
            (Leads::Somewhere, _) => {
                let found = self.sent(&way, &origin).await;
                report.note(NAME, found);
            }
            (Leads::Nowhere, None) => {
                report.note(NAME, Err(no_such_name(&origin)));
            }
            (Leads::Nowhere, Some(internal)) => {
                // The name is for clients; but whether the store takes what is signed for it can be told.
                match self.sent(&way.by(internal), &origin).await {
                    Ok(_) => report.unknown(NAME, only_for_clients(&origin)),
                    Err(trouble) => {
                        report.note(NAME, Err(trouble));
                    }
                }
            }
        }
    }

    async fn leads(&self, origin: &Origin) -> Leads {
        let host = origin.host().trim_start_matches('[').trim_end_matches(']');
        if self.at.is_some() || host.parse::<IpAddr>().is_ok() {
            return Leads::Somewhere;
        }
        match tokio::net::lookup_host((host, origin.port())).await {
            // An answer has an address.
            Ok(_) => Leads::Somewhere,
            Err(_) => Leads::Nowhere,
        }
    }

    /// Sends an object and fetches it again; whatever happened, it is gone afterwards.
    async fn sent(&self, way: &Way, origin: &Origin) -> Result<String, Trouble> {
        let key = ObjectKey::Incoming(VideoId::new(self.random.uuid())).to_string();
        let found = self.there_and_back(way, origin, &key).await;
        let deleted = self.store.delete(&key).await;
        deleted.map_err(|error| of_objects("a deletion", &error))?;
        found
    }

    async fn there_and_back(
        &self,
        way: &Way,
        origin: &Origin,
        key: &str,
    ) -> Result<String, Trouble> {
        let unreachable = |words: String| not_reached(origin, &words);
        let right = part_checksum(self.algorithm, TEXT);
        let answer = self.put(way, key, &right, TEXT).await?;
        let answer = answer.map_err(unreachable)?;
        if !answer.is_success() {
            return Err(self.refused(origin, "a PUT to a signed URL", &answer));
        }
        let wrong = Checksum::from_bytes(&vec![0; self.algorithm.byte_length()]);
        let answer = self.put(way, key, &wrong, TEXT).await?;
        if answer.map_err(unreachable)?.is_success() {
            return Err(Trouble::new(
                "Bytes that differ from their signed checksum were taken.",
                "Use a store that checks them; with this one damage is found only when a whole file is read back.",
            ));
        }
        let longer = [TEXT, b"!"].concat();
        let right_sum = part_checksum(self.algorithm, &longer);
        // Signed for fewer bytes than are sent.
        let answer = self
            .put_signed(way, key, &right_sum, TEXT.len(), &longer)
            .await?;
        // A connection that is closed in mid-body is a refusal too.
        if answer.is_ok_and(|answer| answer.is_success()) {
            return Err(Trouble::new(
                "More bytes than were signed for were taken.",
                "Look for a proxy that sends bodies on without their length.",
            ));
        }
        self.fetch(way, origin, key).await?;
        Ok(format!(
            "{origin} takes what is signed, refuses what differs, and gives it back, ranges too."
        ))
    }

    async fn fetch(&self, way: &Way, origin: &Origin, key: &str) -> Result<(), Trouble> {
        let unreachable = |words: String| not_reached(origin, &words);
        let url = self
            .store
            .presign_get(self.api, key, "doctor.txt", "text/plain", EXPIRY)
            .map_err(|error| of_objects("signing", &error))?
            .url;
        let answer = way
            .ask(Request::get(url.expose()))
            .await
            .map_err(unreachable)?;
        if !answer.is_success() {
            return Err(self.refused(origin, "a GET of a signed URL", &answer));
        }
        if answer.body != TEXT {
            return Err(changed());
        }
        let range = [("range".to_owned(), "bytes=5-6".to_owned())];
        let request = Request {
            headers: &range,
            ..Request::get(url.expose())
        };
        let answer = way.ask(request).await.map_err(unreachable)?;
        if answer.status != 206 || answer.body != TEXT[5..7] {
            return Err(Trouble::new(
                format!(
                    "A request for two bytes gave {} and {} bytes.",
                    answer.status,
                    answer.body.len()
                ),
                "Look for a proxy or a cache that ignores ranges: downloads could not be resumed.",
            ));
        }
        let (unsigned, _) = url.expose().split_once('?').unwrap_or((url.expose(), ""));
        let answer = way.ask(Request::get(unsigned)).await.map_err(unreachable)?;
        if answer.is_success() {
            return Err(Trouble::new(
                "Anybody can read the bucket: an object came without a signature.",
                "Take away the bucket's public access: nobody but the holder of a signed URL may read footage.",
            ));
        }
        Ok(())
    }

    async fn put(
        &self,
        way: &Way,
        key: &str,
        checksum: &Checksum,
        bytes: &[u8],
    ) -> Result<Result<Answer, String>, Trouble> {
        self.put_signed(way, key, checksum, bytes.len(), bytes)
            .await
    }

    async fn put_signed(
        &self,
        way: &Way,
        key: &str,
        checksum: &Checksum,
        signed_length: usize,
        bytes: &[u8],
    ) -> Result<Result<Answer, String>, Trouble> {
        let put = self
            .store
            .presign_put(
                self.api,
                key,
                signed_length as u64,
                None,
                Some(checksum),
                EXPIRY,
            )
            .map_err(|error: ObjectsError| of_objects("signing", &error))?;
        let url: PresignedUrl = put.url;
        let request = Request {
            method: Method::PUT,
            url: url.expose(),
            headers: &put.headers,
            body: Some(Bytes::copy_from_slice(bytes)),
        };
        Ok(way.ask(request).await)
    }

    fn refused(&self, origin: &Origin, doing: &str, answer: &Answer) -> Trouble {
        let Some(code) = answer.code() else {
            return Trouble::new(
                format!(
                    "What answers at {origin} is not the store: {doing} ended with {}, and not as S3 says it.",
                    answer.status
                ),
                format!(
                    "{} the address under which clients reach the store.",
                    self.setting()
                ),
            );
        };
        if code == "SignatureDoesNotMatch" {
            return Trouble::new(
                format!(
                    "The store does not know itself as {origin}: it finds the signature of {doing} wrong."
                ),
                format!(
                    "{} the name that the store sees in `Host`, and see to it that no proxy in between changes it.",
                    self.setting()
                ),
            );
        }
        of_refusal(doing, answer.status, &code)
    }

    const fn setting(&self) -> &'static str {
        match self.internal {
            Some(_) => "Set `s3.public_endpoint` to",
            None => "Set `public_url` (or `trusted_proxies`) to",
        }
    }
}

fn not_reached(origin: &Origin, words: &str) -> Trouble {
    Trouble::new(
        format!("Nothing answers at {origin} as a client would ask it: {words}."),
        "Check the name, the port, the firewall and the certificate. An authority of your own is believed where \
         the environment names it: `SSL_CERT_FILE=/path/to/ca.pem`.",
    )
}

fn no_such_name(origin: &Origin) -> Trouble {
    Trouble::new(
        format!("`{}` does not resolve on this machine.", origin.host()),
        "Check the name; if only clients know it, name an address with `--public-at`.",
    )
}

fn only_for_clients(origin: &Origin) -> Trouble {
    Trouble::new(
        format!(
            "`{}` does not resolve on this machine. The store takes URLs that are signed for it; whether clients get there \
             cannot be told from here.",
            origin.host()
        ),
        "Run doctor where the name resolves, or tell it the address that clients get with `--public-at ADDRESS:PORT`.",
    )
}

fn changed() -> Trouble {
    Trouble::new(
        "What came back from a signed URL is not what was sent there.",
        "Look for a proxy or a cache that changes bodies.",
    )
}

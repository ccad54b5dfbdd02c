//! The server's own keys: where they lie, how they are made, and which of them is the current one.
//!
//! On SQLite they are files of mode 0600 under the data directory; on PostgreSQL rows, so that replicas agree. The
//! first key of a purpose is the current one, all others still verify.

use std::fmt;
use std::io::{self, Write};
use std::os::unix::fs::{DirBuilderExt, PermissionsExt};
use std::path::{Path, PathBuf};

use fs_err as fs;
use fs_err::os::unix::fs::OpenOptionsExt as _;
use heimdex_process::clock::Clock;
use sha2::{Digest, Sha256};

use crate::catalog::{Catalog, CatalogError, ServerKeyRow};
use crate::config::AuthSettings;
use crate::random::Random;

/// What a key is for. A key of one purpose is good for no other.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Purpose {
    /// Signs access tokens of sessions.
    AccessToken,
    /// Derives refresh tokens from their predecessors.
    RefreshToken,
    /// Signs the URLs of the embedded store.
    Store,
}

impl Purpose {
    /// Its name in files and rows.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::AccessToken => "access-token",
            Self::RefreshToken => "refresh-token",
            Self::Store => "store",
        }
    }
}

/// One key.
#[derive(Clone, PartialEq, Eq)]
pub struct Key {
    kid: String,
    secret: Vec<u8>,
}

impl Key {
    /// Its name, which may be told.
    #[must_use]
    pub fn kid(&self) -> &str {
        &self.kid
    }

    /// The key itself.
    #[must_use]
    pub fn expose(&self) -> &[u8] {
        &self.secret
    }

    fn random(random: Random) -> Self {
        Self {
            kid: hex(&random.bytes::<8>()),
            secret: random.bytes::<32>().to_vec(),
        }
    }

    /// A key that the operator chose; its name follows from it without giving it away.
    fn chosen(secret: &str) -> Self {
        let digest = Sha256::new()
            .chain_update(b"heimdex kid")
            .chain_update(secret)
            .finalize();
        Self {
            kid: hex(&digest[..8]),
            secret: secret.as_bytes().to_vec(),
        }
    }
}

impl fmt::Debug for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Key({})", self.kid)
    }
}

/// All keys of one purpose.
#[derive(Debug, Clone)]
pub struct KeyRing(Vec<Key>);

impl KeyRing {
    /// The one to sign with.
    #[must_use]
    pub fn current(&self) -> &Key {
        &self.0[0]
    }

    /// All of them, the current one first.
    pub fn iter(&self) -> impl Iterator<Item = &Key> {
        self.0.iter()
    }

    /// The one of this name.
    #[must_use]
    pub fn find(&self, kid: &str) -> Option<&Key> {
        self.0.iter().find(|key| key.kid == kid)
    }

    /// `None` where there is no key at all.
    fn new(keys: Vec<Key>) -> Option<Self> {
        (!keys.is_empty()).then_some(Self(keys))
    }
}

/// The keys of every purpose.
#[derive(Debug, Clone)]
pub struct ServerKeys {
    /// Signs access tokens of sessions.
    pub access_token: KeyRing,
    /// Derives refresh tokens.
    pub refresh_token: KeyRing,
    /// Signs the URLs of the embedded store.
    pub store: KeyRing,
}

/// Why there are no keys.
#[derive(Debug, thiserror::Error)]
pub enum KeysError {
    /// The directory or a file cannot be used.
    #[error("cannot use the server's keys")]
    File(#[source] io::Error),
    /// Somebody else can read a key.
    #[error("`{}` can be read by others", path.display())]
    Exposed {
        /// The file.
        path: PathBuf,
    },
    /// A file is not what was written.
    #[error("`{}` holds no key", path.display())]
    Malformed {
        /// The file.
        path: PathBuf,
    },
    /// The database does not answer.
    #[error("cannot read the server's keys from the database")]
    Catalog(#[from] CatalogError),
}

impl KeysError {
    /// What to do about it.
    #[must_use]
    pub fn hint(&self) -> Option<String> {
        match self {
            Self::Exposed { path } => Some(format!(
                "run `chmod 600 {}` if nobody read it, else delete it: everybody logs in anew",
                path.display()
            )),
            Self::File(_) | Self::Malformed { .. } | Self::Catalog(_) => None,
        }
    }
}

impl From<io::Error> for KeysError {
    fn from(error: io::Error) -> Self {
        Self::File(error)
    }
}

/// Where keys are kept.
#[derive(Debug, Clone)]
pub enum KeyPlace {
    /// Files in this directory.
    Directory(PathBuf),
    /// The database.
    Catalog,
}

impl ServerKeys {
    /// Reads every key, making those that are missing.
    ///
    /// # Errors
    /// A file that is readable by others or damaged; a database that does not answer.
    pub async fn load(
        place: &KeyPlace,
        settings: &AuthSettings,
        catalog: &Catalog,
        clock: &Clock,
        random: Random,
    ) -> Result<Self, KeysError> {
        let ring = async |purpose: Purpose| match place {
            KeyPlace::Directory(directory) => from_directory(directory, purpose, random),
            KeyPlace::Catalog => from_catalog(catalog, purpose, clock, random).await,
        };
        let access_token = match &settings.secret {
            Some(secret) => {
                let previous = settings.previous_secret.iter();
                let all = std::iter::once(secret).chain(previous);
                KeyRing(all.map(|secret| Key::chosen(secret.expose())).collect())
            }
            None => ring(Purpose::AccessToken).await?,
        };
        Ok(Self {
            access_token,
            refresh_token: ring(Purpose::RefreshToken).await?,
            store: ring(Purpose::Store).await?,
        })
    }
}

async fn from_catalog(
    catalog: &Catalog,
    purpose: Purpose,
    clock: &Clock,
    random: Random,
) -> Result<KeyRing, KeysError> {
    let Key { kid, secret } = Key::random(random);
    let first = ServerKeyRow {
        kid,
        secret,
        created_at: clock.now(),
    };
    let rows = catalog
        .server_keys_or_insert(purpose.as_str(), &first)
        .await?;
    let keys = rows.into_iter().map(|row| Key {
        kid: row.kid,
        secret: row.secret,
    });
    let none = || CatalogError::Corrupt("a key that was just written is gone".to_owned());
    Ok(KeyRing::new(keys.collect()).ok_or_else(none)?)
}

/// A file a purpose, a line a key (`kid secret`, the current one first). To change a key, put a new line before it.
fn from_directory(
    directory: &Path,
    purpose: Purpose,
    random: Random,
) -> Result<KeyRing, KeysError> {
    let path = directory.join(format!("{}.keys", purpose.as_str()));
    if !path.try_exists()? {
        create(directory, &path, &Key::random(random))?;
    }
    let mode = fs::metadata(&path)?.permissions().mode();
    if mode & 0o077 != 0 {
        return Err(KeysError::Exposed { path });
    }
    let text = fs::read_to_string(&path)?;
    let keys: Option<Vec<Key>> = text.lines().map(parse).collect();
    keys.and_then(KeyRing::new)
        .ok_or(KeysError::Malformed { path })
}

/// Writes the first key so that of two processes that start at once both get the same, and a crash leaves no half.
fn create(directory: &Path, path: &Path, key: &Key) -> Result<(), KeysError> {
    private_directory(directory)?;
    let draft = directory.join(format!(".{}.new", key.kid));
    let mut file = fs::OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(&draft)?;
    writeln!(file, "{} {}", key.kid, hex(&key.secret))?;
    file.sync_all()?;
    let linked = fs::hard_link(&draft, path);
    fs::remove_file(&draft)?;
    match linked {
        Err(error) if error.kind() != io::ErrorKind::AlreadyExists => return Err(error.into()),
        _ => {}
    }
    fs::File::open(directory)?.sync_all()?;
    Ok(())
}

/// Makes a directory that only its owner can look into.
pub(crate) fn private_directory(path: &Path) -> io::Result<()> {
    if path.is_dir() {
        return Ok(());
    }
    if let Some(parent) = path.parent() {
        fs::create_dir_all(parent)?;
    }
    let made = std::fs::DirBuilder::new().mode(0o700).create(path);
    match made {
        Err(_) if path.is_dir() => Ok(()),
        made => made.map_err(|error| {
            io::Error::new(
                error.kind(),
                format!("cannot create `{}`: {error}", path.display()),
            )
        }),
    }
}

fn parse(line: &str) -> Option<Key> {
    let (kid, secret) = line.split_once(' ')?;
    let secret = unhex(secret).filter(|secret| secret.len() >= 32)?;
    (!kid.is_empty()).then(|| Key {
        kid: kid.to_owned(),
        secret,
    })
}

pub(crate) fn hex(bytes: &[u8]) -> String {
    use fmt::Write as _;
    bytes.iter().fold(String::new(), |mut text, byte| {
        // Writing to a string cannot fail.
        let _ = write!(text, "{byte:02x}");
        text
    })
}

fn unhex(text: &str) -> Option<Vec<u8>> {
    if !text.len().is_multiple_of(2) || !text.is_ascii() {
        return None;
    }
    let pair = |at| u8::from_str_radix(text.get(at..at + 2)?, 16).ok();
    (0..text.len()).step_by(2).map(pair).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_made_once_and_private() {
        let directory = tempfile::tempdir().unwrap();
        let keys = directory.path().join("keys");
        let first = from_directory(&keys, Purpose::RefreshToken, Random).unwrap();
        let again = from_directory(&keys, Purpose::RefreshToken, Random).unwrap();
        assert_eq!(first.current(), again.current());
        let other = from_directory(&keys, Purpose::Store, Random).unwrap();
        assert_ne!(first.current(), other.current());
        let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
        assert_eq!(mode(&keys), 0o700);
        assert_eq!(mode(&keys.join("refresh-token.keys")), 0o600);
        assert_eq!(
            fs::read_dir(&keys).unwrap().count(),
            2,
            "no drafts stay behind"
        );
    }

    #[test]
    fn a_new_line_is_the_current_key_and_the_old_one_still_verifies() {
        let directory = tempfile::tempdir().unwrap();
        let old = from_directory(directory.path(), Purpose::RefreshToken, Random).unwrap();
        let path = directory.path().join("refresh-token.keys");
        let text = fs::read_to_string(&path).unwrap();
        fs::write(&path, format!("fresh {}\n{text}", "ab".repeat(32))).unwrap();
        let ring = from_directory(directory.path(), Purpose::RefreshToken, Random).unwrap();
        assert_eq!(ring.current().kid(), "fresh");
        assert_eq!(ring.find(old.current().kid()), Some(old.current()));
    }

    #[test]
    fn keys_that_others_can_read_or_that_are_damaged_are_refused() {
        let directory = tempfile::tempdir().unwrap();
        from_directory(directory.path(), Purpose::RefreshToken, Random).unwrap();
        let path = directory.path().join("refresh-token.keys");
        fs::set_permissions(&path, std::fs::Permissions::from_mode(0o640)).unwrap();
        let load = || from_directory(directory.path(), Purpose::RefreshToken, Random);
        assert!(matches!(load(), Err(KeysError::Exposed { .. })));
        fs::set_permissions(&path, std::fs::Permissions::from_mode(0o600)).unwrap();
        for text in ["", "kid", "kid 00", "kid xyz"] {
            fs::write(&path, text).unwrap();
            assert!(matches!(load(), Err(KeysError::Malformed { .. })), "{text}");
        }
    }

    #[test]
    fn a_key_does_not_print_itself() {
        let key = Key::chosen("correct-horse-battery-staple-0123456789");
        assert!(!format!("{key:?}").contains("horse"));
    }
}

#[cfg(test)]
pub(crate) mod tests_support {
    use super::{Key, KeyRing};

    /// Keys made of words, the first one current.
    pub(crate) fn ring(words: &[&str]) -> KeyRing {
        KeyRing(words.iter().map(|word| Key::chosen(word)).collect())
    }
}

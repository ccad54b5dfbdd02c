//! What an access token may do.

use std::fmt;

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

use crate::state::{UnknownWord, words};

words! {
    /// One permission of an access token.
    Scope {
        /// Every GET.
        Read = "read",
        /// What sending files needs, and nothing else.
        Upload = "upload",
        /// Both, and changes.
        Write = "write",
    }
}

/// A set of scopes; what a login has is all of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Scopes {
    read: bool,
    upload: bool,
    write: bool,
}

impl Scopes {
    /// What a login has.
    pub const ALL: Self = Self {
        read: true,
        upload: true,
        write: true,
    };

    /// Whether these permit what `scope` permits; `write` includes the others.
    #[must_use]
    pub const fn permit(self, scope: Scope) -> bool {
        match scope {
            Scope::Read => self.read || self.write,
            Scope::Upload => self.upload || self.write,
            Scope::Write => self.write,
        }
    }

    /// The scopes one by one, as given.
    pub fn iter(self) -> impl Iterator<Item = Scope> {
        [
            (self.read, Scope::Read),
            (self.upload, Scope::Upload),
            (self.write, Scope::Write),
        ]
        .into_iter()
        .filter_map(|(set, scope)| set.then_some(scope))
    }
}

impl FromIterator<Scope> for Scopes {
    fn from_iter<I: IntoIterator<Item = Scope>>(scopes: I) -> Self {
        let mut set = Self {
            read: false,
            upload: false,
            write: false,
        };
        for scope in scopes {
            match scope {
                Scope::Read => set.read = true,
                Scope::Upload => set.upload = true,
                Scope::Write => set.write = true,
            }
        }
        set
    }
}

impl fmt::Display for Scopes {
    /// Separated by spaces, as in rows and in OAuth.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, scope) in self.iter().enumerate() {
            let gap = if index == 0 { "" } else { " " };
            write!(f, "{gap}{scope}")?;
        }
        Ok(())
    }
}

impl std::str::FromStr for Scopes {
    type Err = UnknownWord;
    fn from_str(text: &str) -> Result<Self, UnknownWord> {
        text.split_ascii_whitespace().map(str::parse).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn write_includes_the_others_and_nothing_else_does() {
        let write = Scopes::from_iter([Scope::Write]);
        assert!(Scope::ALL.iter().all(|scope| write.permit(*scope)));
        let upload = Scopes::from_iter([Scope::Upload]);
        assert!(!upload.permit(Scope::Read) && !upload.permit(Scope::Write));
        let read = Scopes::from_iter([Scope::Read]);
        assert!(!read.permit(Scope::Upload) && !read.permit(Scope::Write));
    }

    #[test]
    fn text_comes_back() {
        let scopes: Scopes = "upload read".parse().unwrap();
        assert_eq!(scopes.to_string(), "read upload");
        assert!("admin".parse::<Scopes>().is_err());
    }
}

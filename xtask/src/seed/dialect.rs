//! How each database writes the values and the few functions that a statement needs. Pure.

/// How a database writes its values.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Dialect {
    Sqlite,
    Postgres,
}

impl Dialect {
    /// What goes before everything.
    ///
    /// A catalog that is filled is no use half full, so its writes need not be durable one by one. New pages need no copy in a
    /// rollback journal, where a write-ahead log would hold all of them twice; what an index is written to stays in memory.
    pub(super) fn prologue(self) -> &'static str {
        match self {
            Self::Sqlite => {
                "PRAGMA journal_mode = TRUNCATE;\nPRAGMA synchronous = OFF;\nPRAGMA cache_size = -524288;\n\
                 PRAGMA temp_store = MEMORY;"
            }
            Self::Postgres => "SET synchronous_commit = off;",
        }
    }

    /// What goes behind everything: what the planners know of the tables comes from here. PostgreSQL comes to the vacuum by
    /// itself, some minutes later.
    pub(super) fn epilogue(self) -> &'static str {
        match self {
            Self::Sqlite => "ANALYZE;\nPRAGMA journal_mode = WAL;",
            Self::Postgres => "VACUUM ANALYZE;",
        }
    }

    pub(super) fn uuid(self, digits: &str) -> String {
        match self {
            Self::Sqlite => format!("x'{digits}'"),
            Self::Postgres => format!("'{digits}'"),
        }
    }

    pub(super) fn bytes(self, digits: &str) -> String {
        match self {
            Self::Sqlite => format!("x'{digits}'"),
            Self::Postgres => format!("'\\x{digits}'"),
        }
    }

    pub(super) fn truth(self, truth: bool) -> &'static str {
        match (self, truth) {
            (Self::Sqlite, true) => "1",
            (Self::Sqlite, false) => "0",
            (Self::Postgres, true) => "TRUE",
            (Self::Postgres, false) => "FALSE",
        }
    }

    /// Expressions of bytes, one behind the other.
    pub(super) fn bytes_of(self, pieces: &[String]) -> String {
        let joined = pieces.join(" || ");
        match self {
            Self::Sqlite => format!("CAST({joined} AS BLOB)"),
            Self::Postgres => joined,
        }
    }

    /// Expressions of bytes, 16 together, as one UUID.
    pub(super) fn uuid_of(self, pieces: &[String]) -> String {
        let bytes = self.bytes_of(pieces);
        match self {
            Self::Sqlite => bytes,
            Self::Postgres => format!("CAST(encode({bytes}, 'hex') AS UUID)"),
        }
    }

    /// An expression of bytes as hexadecimal digits.
    pub(super) fn digits(self, bytes: &str) -> String {
        match self {
            Self::Sqlite => format!("lower(hex({bytes}))"),
            Self::Postgres => format!("encode({bytes}, 'hex')"),
        }
    }

    /// A UUID as people and keys have it.
    pub(super) fn hyphenated(self, uuid: &str) -> String {
        match self {
            Self::Sqlite => {
                let group = |(first, count)| format!("substr(hex({uuid}), {first}, {count})");
                let groups = [(1, 8), (9, 4), (13, 4), (17, 4), (21, 12)].map(group);
                format!("lower({})", groups.join(" || '-' || "))
            }
            Self::Postgres => format!("CAST({uuid} AS TEXT)"),
        }
    }
}

/// A text.
pub(super) fn text(text: &str) -> String {
    format!("'{}'", text.replace('\'', "''"))
}

/// A value, or none.
pub(super) fn or_null<T: ToString>(value: Option<T>) -> String {
    value.map_or_else(|| "NULL".to_owned(), |value| value.to_string())
}
